//! Text from outside (names of files, presets and clips, text inside of files), made safe to show and to name files by.
//!
//! Such text may be of any script and length, and hold line breaks, other control characters, marks that turn the direction
//! of the text, accents by the hundred. The shown text stays on its line, in the order of its characters, and costs little
//! to lay out. Only the display changes, never the name.

use std::borrow::Cow;

use unicode_general_category::{GeneralCategory, get_general_category};

/// The most characters that a line shows: more than fit in any line of the window.
const LINE: usize = 300;

/// The most characters of a name among many, side by side.
const WORD: usize = 24;

/// The most characters that a tooltip shows.
const PARAGRAPH: usize = 1200;

/// The most marks that stand on one letter. Hebrew with its vowels and cantillation, Vietnamese and Tibetan need fewer.
const MARKS: usize = 4;

/// The most characters in the name of a file: of four bytes each, with an ending and a number, they are below the 255 bytes
/// that disks allow.
const FILE_NAME: usize = 60;

/// `text` as a line of the window shows it.
pub fn one_line(text: &str) -> Cow<'_, str> {
    shown(text, LINE)
}

/// The end of `text`, such as a path, as a line of the window shows it.
pub fn end_of_line(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth_back(LINE - 1) {
        Some((start, _)) if start > 0 => {
            Cow::Owned(format!("\u{2026}{}", one_line(&text[start..])))
        }
        _ => one_line(text),
    }
}

/// `text` as it is shown among others, side by side.
pub fn word(text: &str) -> Cow<'_, str> {
    shown(text, WORD)
}

/// `text` as a tooltip shows it.
pub fn paragraph(text: &str) -> Cow<'_, str> {
    shown(text, PARAGRAPH)
}

/// `name` as a file name that every system allows.
pub(crate) fn file_name(name: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() || " -_.,()".contains(c) { c } else { '-' };
    let mut marks = 0;
    let letters = name.chars().filter_map(|c| {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks == 0 { Some(letter(c)) } else { (marks <= MARKS).then_some(c) }
    });
    letters.take(FILE_NAME).collect()
}

fn shown(text: &str, most: usize) -> Cow<'_, str> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    if text.len() <= most && text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut marks = 0;
    let kept = text.chars().filter_map(|c| {
        if is_mark(c) {
            marks += 1;
            return (marks <= MARKS).then_some(c);
        }
        marks = 0;
        match c {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            _ if c.is_control() => Some(char::REPLACEMENT_CHARACTER),
            _ => (!turns(c)).then_some(c),
        }
    });
    // The characters looked at are bounded, too, since most may be left out.
    let mut kept = kept.take(most + 1);
    let mut line: String = kept.by_ref().take(most).collect();
    if kept.next().is_some() {
        line.push('\u{2026}');
    }
    Cow::Owned(line)
}

/// Whether `c` stands on the letter before it.
fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    let is_ascii = c.is_ascii();
    !is_ascii && matches!(get_general_category(c), NonspacingMark | SpacingMark | EnclosingMark)
}

/// Whether `c` is there to turn the direction of the text (or was, before it was deprecated): it could make a name read as
/// another.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_shown_as_they_are() {
        for name in [
            "",
            "Late night 2 (slow), 50 %",
            "\u{c7a5}\u{b2e8} \u{c7a5}\u{b2e8}",
            "\u{5de5}\u{696d}\u{30d3}\u{30fc}\u{30c8}",
            "\u{627}\u{64a}\u{642}\u{627}\u{639}",
            "\u{5d1}\u{5bc}\u{5b0}\u{5e8}\u{5b5}\u{5d0}\u{5e9}\u{5c1}\u{5b4}\u{596}\u{5d9}\u{5ea}",
            "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}",
            "\u{e01}\u{e25}\u{e2d}\u{e07}\u{e0a}\u{e38}\u{e14}",
            "Tie\u{302}\u{301}ng Vie\u{323}\u{302}t",
            "\u{1f941}\u{1f3fd} \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} 1\u{fe0f}\u{20e3}",
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        ] {
            assert_eq!(one_line(name), name);
            assert_eq!(paragraph(name), name);
        }
    }

    #[test]
    fn what_is_no_letter_breaks_no_line_turns_no_text_and_heaps_no_marks() {
        assert_eq!(one_line("two\nlines\r\n\tand\u{2028}more"), "two lines   and more");
        assert_eq!(
            one_line("\0bell\u{7}\x1b[31m\u{9b}"),
            "\u{fffd}bell\u{fffd}\u{fffd}[31m\u{fffd}"
        );
        assert_eq!(one_line("gnp\u{202e}dim.\u{2066}x\u{200f}"), "gnpdim.x");
        let heap = format!("a{}b", "\u{301}".repeat(10_000));
        assert_eq!(one_line(&heap), format!("a{}b", "\u{301}".repeat(MARKS)));
    }

    #[test]
    fn a_name_without_end_is_cut() {
        for letter in ["x", "\u{c7a5}", "\u{1f941}", "\n", "\u{7}"] {
            let long = letter.repeat(10_000);
            assert_eq!(one_line(&long).chars().count(), LINE + 1);
            assert!(one_line(&long).ends_with('\u{2026}'));
            assert_eq!(paragraph(&long).chars().count(), PARAGRAPH + 1);
            assert_eq!(one_line(&letter.repeat(LINE)).chars().count(), LINE);
        }
        assert_eq!(one_line(&"\u{202e}".repeat(10_000)), "");
        let path = format!("/{}/clips", "x".repeat(10_000));
        assert!(
            end_of_line(&path).starts_with('\u{2026}') && end_of_line(&path).ends_with("x/clips")
        );
        assert_eq!(end_of_line(&path).chars().count(), LINE + 1);
        assert_eq!(end_of_line("/clips/a\nb"), "/clips/a b");
    }

    #[test]
    fn a_file_s_name_has_letters_of_any_script_and_room_on_any_disk() {
        assert_eq!(file_name("a/b\\c:d*e\"f\n\0.mid"), "a-b-c-d-e-f--.mid");
        let hindi = "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}";
        assert_eq!(file_name(hindi), hindi);
        assert_eq!(file_name("Cafe\u{301}"), "Cafe\u{301}");
        assert_eq!(file_name("a\u{202e}b\u{200d}"), "a-b-");
        let heap = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(file_name(&heap).chars().count(), 1 + MARKS);
        for letter in ["x", "\u{c7a5}", "\u{20000}"] {
            assert!(file_name(&letter.repeat(10_000)).len() + " 99999.jangdan".len() <= 255);
        }
    }
}
