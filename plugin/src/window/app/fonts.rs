//! System fonts for letters that the window's own fonts lack, as in Korean or Arabic names.
//!
//! Such a letter is first drawn as missing. A thread looks for a font that has it, among those that systems come with:
//! font files have up to 20 MB, and reading them would hold up the window.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use egui::epaint::text::{FallbackRequest, FontInsert};
use egui::{FontData, FontProvider};
use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::files::folder::home;

/// How many levels of folders are searched.
const DEPTH: usize = 4;

/// Font files that cover whole scripts, the better-looking first: of macOS, of Windows, of Linux.
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

/// The fonts found so far, and the thread that looks for more. Dropping it stops the thread, and waits for the file that
/// the thread is reading.
pub(crate) struct SystemFonts {
    folders: Vec<PathBuf>,
    shared: Arc<Shared>,
    search: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Every letter that was asked for.
    letters: Mutex<HashMap<char, Letter>>,
    /// The search is over.
    is_done: AtomicBool,
    /// The search is to stop.
    is_stopped: AtomicBool,
}

enum Letter {
    Wanted,
    Missing,
    Found(Arc<FontInsert>),
}

impl Default for SystemFonts {
    fn default() -> Self {
        Self::new(folders())
    }
}

impl SystemFonts {
    fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, shared: Arc::default(), search: None }
    }

    /// Answers egui from what was found, and notes letters to look for. It reads no file.
    pub(crate) fn provider(&self) -> Arc<dyn FontProvider> {
        let shared = self.shared.clone();
        Arc::new(move |request: &FallbackRequest<'_>| shared.font_for(request))
    }

    /// Looks for the letters that were asked for in this frame, and hands `ctx` the fonts found. `repaint` is told when
    /// there are some.
    pub(crate) fn update(&mut self, ctx: &egui::Context, repaint: RepaintNotifier) {
        if self.shared.is_done.swap(false, Ordering::AcqRel) {
            _ = self.search.take().map(JoinHandle::join);
            ctx.set_font_providers(vec![self.provider()]);
        }
        let is_wanted = |letter: &Letter| matches!(letter, Letter::Wanted);
        if self.search.is_none() && self.shared.letters.lock().values().any(is_wanted) {
            let (shared, folders) = (self.shared.clone(), self.folders.clone());
            let search = move || {
                shared.search(&folders);
                shared.is_done.store(true, Ordering::Release);
                repaint.request_repaint();
            };
            // Without a thread the letters stay missing.
            self.search = std::thread::Builder::new().name("fonts".to_owned()).spawn(search).ok();
        }
    }
}

impl Drop for SystemFonts {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
        // It must not outlive the plugin's code.
        _ = self.search.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let letter = request.cluster.chars().next()?;
        match self.letters.lock().entry(letter).or_insert(Letter::Wanted) {
            Letter::Found(font) => Some(FontInsert::clone(font)),
            Letter::Wanted | Letter::Missing => None,
        }
    }

    /// Looks for all wanted letters in the fonts of `folders`.
    fn search(&self, folders: &[PathBuf]) {
        let wanted: Vec<char> = {
            let letters = self.letters.lock();
            let wanted = letters.iter().filter(|(_, state)| matches!(state, Letter::Wanted));
            wanted.map(|(&letter, _)| letter).collect()
        };
        let mut found = HashMap::new();
        for path in find(folders) {
            if found.len() == wanted.len() || self.is_stopped.load(Ordering::Relaxed) {
                break;
            }
            let Ok(bytes) = whole_files::read(&path, LARGEST, "a font") else { continue };
            let lacking = wanted.iter().filter(|letter| !found.contains_key(*letter));
            let has: Vec<char> = lacking.copied().filter(|&letter| has(&bytes, letter)).collect();
            if !has.is_empty() {
                let (name, data) =
                    (path.to_string_lossy().into_owned(), FontData::from_owned(bytes));
                // egui adds the family that lacks the letter.
                let font = Arc::new(FontInsert { name, data, families: Vec::new() });
                found.extend(has.into_iter().map(|letter| (letter, font.clone())));
            }
        }
        let mut letters = self.letters.lock();
        for letter in wanted {
            letters.insert(letter, found.remove(&letter).map_or(Letter::Missing, Letter::Found));
        }
    }
}

/// The largest font file read; those with all of Chinese, Japanese and Korean have 20 MB or so.
const LARGEST: u64 = 64 << 20;

/// Whether the first font in the file of these `bytes` has `letter`.
fn has(bytes: &[u8], letter: char) -> bool {
    let font = FontRef::from_index(bytes, 0);
    let glyph = font.ok().and_then(|font| font.charmap().map(letter));
    glyph.is_some_and(|glyph| glyph != GlyphId::NOTDEF)
}

/// The paths of those [`FILES`] that the system has, in the same order.
fn find(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = HashMap::new();
    for folder in folders {
        look_into(folder, DEPTH, &mut found);
    }
    FILES.iter().filter_map(|file| found.remove(file)).collect()
}

/// The folders in which systems keep fonts.
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

    const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets");

    fn ask(fonts: &SystemFonts, cluster: &str) -> Option<FontInsert> {
        let family = egui::FontFamily::Proportional;
        fonts.provider().font_for(&FallbackRequest { cluster, family: &family })
    }

    /// Draws a frame, and waits for the search that begins with it.
    fn search(fonts: &mut SystemFonts) {
        fonts.update(&egui::Context::default(), RepaintNotifier::default());
        fonts.search.take().expect("a search").join().unwrap();
    }

    #[test]
    fn a_font_is_known_by_the_letters_that_it_has() {
        let inter = std::fs::read(format!("{ASSETS}/fonts/Inter-Regular.otf")).unwrap();
        assert!("Jangdan 100 %".chars().all(|letter| has(&inter, letter)));
        assert!(!has(&inter, '\u{c7a5}') && !has(&inter, '\0') && !has(b"no font", 'a'));
    }

    #[test]
    fn a_thread_looks_for_letters_and_the_window_reads_no_file() {
        let folder = std::env::temp_dir().join(format!("jangdan-fonts-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("truetype")).unwrap();
        let font = folder.join("truetype").join("DejaVuSans.ttf");
        std::fs::copy(format!("{ASSETS}/fonts/Inter-Regular.otf"), &font).unwrap();
        let mut fonts = SystemFonts::new(vec![folder.clone()]);
        assert!(
            ask(&fonts, "a").is_none() && ask(&fonts, "\u{c7a5}").is_none(),
            "not looked for yet"
        );
        search(&mut fonts);
        std::fs::remove_dir_all(&folder).unwrap();
        let found = ask(&fonts, "a").expect("a font with this letter");
        assert_eq!(found.name, font.to_string_lossy());
        assert!(ask(&fonts, "\u{c7a5}").is_none());
        fonts.update(&egui::Context::default(), RepaintNotifier::default());
        assert!(fonts.search.is_none(), "what is missing is looked for once");
    }
}
