//! Letters that the window's own fonts lack, as in names in Korean or Arabic: drawn with a font of the system's.
//!
//! A font is looked for when such a letter is first to be drawn, among those that systems come with.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use egui::FontData;
use egui::epaint::text::{FallbackRequest, FontInsert};
use parking_lot::Mutex;
use skrifa::{FontRef, MetadataProvider};

use crate::files::folder::home;

/// How deep folders of fonts are looked through.
const DEPTH: usize = 4;

/// Files that have whole scripts in them, the better-looking first: of macOS, of Windows, of Linux.
const FILES: [&str; 27] = [
    "AppleSDGothicNeo.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "GeezaPro.ttc",
    "Thonburi.ttc",
    "Kohinoor.ttc",
    "Arial Unicode.ttf",
    "segoeui.ttf",
    "malgun.ttf",
    "YuGothR.ttc",
    "msyh.ttc",
    "LeelawUI.ttf",
    "Nirmala.ttc",
    "Nirmala.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-VF.otf.ttc",
    "NotoSansKR-Regular.otf",
    "NotoSansJP-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NanumGothic.ttf",
    "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "DejaVuSans.ttf",
];

/// A font that has the letters of `request`, if the system has one.
pub(crate) fn font_for(request: &FallbackRequest<'_>) -> Option<FontInsert> {
    static FOUND: LazyLock<Vec<PathBuf>> = LazyLock::new(find);
    static COVERED: Mutex<Option<HashMap<PathBuf, Coverage>>> = Mutex::new(None);
    let letter = u32::from(request.cluster.chars().next()?);
    let mut covered = COVERED.lock();
    let covered = covered.get_or_insert_default();
    let path = FOUND.iter().find(|path| {
        let coverage = covered.entry((*path).clone()).or_insert_with(|| Coverage::of(path));
        coverage.has(letter)
    })?;
    let data = FontData::from_owned(std::fs::read(path).ok()?);
    let name = path.to_string_lossy().into_owned();
    // Whoever asks adds the family that lacks it.
    Some(FontInsert { name, data, families: Vec::new() })
}

/// Which letters a font has.
struct Coverage(Vec<RangeInclusive<u32>>);

impl Coverage {
    /// Those of the first font in the file at `path`; none if it cannot be read.
    fn of(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_default();
        let Ok(font) = FontRef::from_index(&bytes, 0) else { return Self(Vec::new()) };
        let mut letters: Vec<u32> = font.charmap().mappings().map(|(letter, _)| letter).collect();
        letters.sort_unstable();
        let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
        for letter in letters {
            match ranges.last_mut() {
                Some(last) if letter <= last.end() + 1 => *last = *last.start()..=letter,
                _ => ranges.push(letter..=letter),
            }
        }
        Self(ranges)
    }

    fn has(&self, letter: u32) -> bool {
        let after = self.0.partition_point(|range| *range.start() <= letter);
        after.checked_sub(1).is_some_and(|i| self.0[i].contains(&letter))
    }
}

/// Those of [`FILES`] that the system has, in their order.
fn find() -> Vec<PathBuf> {
    let mut found = HashMap::new();
    for folder in folders() {
        look_into(&folder, DEPTH, &mut found);
    }
    FILES.iter().filter_map(|file| found.remove(file)).collect()
}

/// Where systems keep fonts.
fn folders() -> Vec<PathBuf> {
    if cfg!(windows) {
        let windows =
            std::env::var_os("WINDIR").map_or_else(|| "C:\\Windows".into(), PathBuf::from);
        return vec![windows.join("Fonts")];
    }
    let (all, own): (&[&str], &[&str]) = if cfg!(target_os = "macos") {
        (&["/System/Library/Fonts", "/Library/Fonts"], &["Library/Fonts"])
    } else {
        (&["/usr/share/fonts", "/usr/local/share/fonts"], &[".local/share/fonts", ".fonts"])
    };
    let own = home().into_iter().flat_map(|home| own.iter().map(move |folder| home.join(folder)));
    all.iter().map(PathBuf::from).chain(own).collect()
}

fn look_into(folder: &Path, depth: usize, found: &mut HashMap<&'static str, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default();
        if let Some(file) = FILES.iter().find(|file| name == **file) {
            found.entry(file).or_insert(path);
        } else if depth > 1 && path.is_dir() {
            look_into(&path, depth - 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_known_by_the_letters_that_it_has() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
        let inter = Coverage::of(&assets.join("fonts/Inter-Regular.otf"));
        assert!("Jangdan 100 %".chars().all(|letter| inter.has(letter.into())));
        assert!(!inter.has('\u{c7a5}'.into()) && !inter.has(0) && !inter.has(u32::MAX));
        let none = Coverage::of(&assets.join("MODEL_CARD.md"));
        assert!(!none.has('a'.into()));
    }

    #[test]
    fn what_is_found_has_the_letter_that_was_asked_for() {
        let family = egui::FontFamily::Proportional;
        // A system without any such font is none the worse.
        for cluster in ["\u{c7a5}", "\u{3042}", "\u{627}", "\u{0e01}"] {
            let Some(font) = font_for(&FallbackRequest { cluster, family: &family }) else {
                continue;
            };
            let letter = cluster.chars().next().unwrap();
            assert!(Coverage::of(Path::new(&font.name)).has(letter.into()), "{}", font.name);
        }
        let private = FallbackRequest { cluster: "\u{10fffd}", family: &family };
        assert!(font_for(&private).is_none());
    }
}
