//! Damaged config files: no panic, errors of one line, and settings that were read are written and read back the same.

use std::cell::Cell;

use proptest::prelude::*;

use super::*;

/// Texts that replace values or are inserted anywhere.
const PIECES: [&str; 14] = [
    "1e999",
    "-1",
    "nan",
    "18446744073709551616",
    "9223372036854775807",
    "4294967296",
    "[]",
    "[[[[",
    "{}",
    "\"\"",
    "\"\\n\\u0000\"",
    "= 1\n",
    "[network]\n",
    "\u{fffd}\u{c7a5}",
];

fn check(text: &str) -> Result<bool, TestCaseError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    match Settings::of_run(file.path()) {
        Ok(settings) => {
            std::fs::write(file.path(), settings.to_toml().unwrap()).unwrap();
            prop_assert_eq!(Settings::of_run(file.path()).unwrap(), settings);
            Ok(true)
        }
        Err(error) => {
            let error = crate::one_line(&error);
            prop_assert!(!error.contains('\n') && error.len() < 2000, "{error}");
            Ok(false)
        }
    }
}

#[test]
fn damaged_config_files_give_errors_of_one_line_or_read_back() {
    let whole = Settings::of(Preset::Compact, Windowing::Bars).to_toml().unwrap();
    let piece = || 0..PIECES.len();
    let place = || 0.0..1.0_f64;
    let config = ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() };
    let read = Cell::new(0);
    proptest!(config, |(
        trades in prop::collection::vec((place(), piece()), 0..3),
        inserts in prop::collection::vec((place(), piece()), 0..2),
        lines in prop::collection::vec(place(), 0..3),
        cut in prop_oneof![6 => Just(1.0), 1 => place()],
    )| {
        let mut lines_left: Vec<&str> = whole.lines().collect();
        for at in lines {
            lines_left.remove((at * lines_left.len() as f64) as usize);
        }
        let mut text = lines_left.join("\n");
        // The file is ASCII until something is put into it.
        text.truncate((cut * text.len() as f64) as usize);
        for (at, piece) in trades {
            if !text.is_ascii() {
                break;
            }
            let from = (at * text.len() as f64) as usize;
            let Some(value) = text[from..].find("= ") else { continue };
            let start = from + value + 2;
            let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
            text.replace_range(start..end, PIECES[piece]);
        }
        for (at, piece) in inserts {
            if text.is_ascii() {
                text.insert_str((at * text.len() as f64) as usize, PIECES[piece]);
            }
        }
        read.set(read.get() + u32::from(check(&text)?));
    });
    assert!(read.get() > 100, "only {read:?} were read");
}

#[test]
fn a_config_file_that_is_too_large_is_refused() {
    let mut text = Settings::of(Preset::Tiny, Windowing::Bars).to_toml().unwrap();
    assert!(check(&text).unwrap());
    text.push_str(&"#\n".repeat(1 << 19));
    assert!(!check(&text).unwrap());
    // An error far behind, after letters of several bytes.
    assert!(!check("# \u{c7a5}\u{b2e8}\nepochs = \u{c7a5}").unwrap());
}
