//! Folders as the window's file dialog lists them.

use std::path::{Path, PathBuf};

/// How many entries of a folder are listed at most.
pub const MOST: usize = 2000;

/// A folder and its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its path.
    pub path: PathBuf,
    /// Folders and then files, by name; or why it cannot be read, in a line for the user.
    pub entries: Result<Vec<Entry>, String>,
    /// Folders to offer as buttons, with their names.
    pub places: Vec<(String, PathBuf)>,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, as far as it is text.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Lists the folders, and the files with one of the `endings`, in the folder at `path`; hidden ones are left out.
pub fn list(path: &Path, endings: &[&str]) -> Folder {
    let entries = entries(path, endings).map_err(|error| format!("{}: {error}", path.display()));
    Folder { path: path.to_owned(), entries, places: places() }
}

fn entries(path: &Path, endings: &[&str]) -> std::io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        // One that cannot be read hides no other.
        let Ok(entry) = entry else { continue };
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        // Through links.
        let is_folder = path.is_dir();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let is_wanted = ending.is_some_and(|ending| endings.contains(&ending.as_str()));
        if !name.starts_with('.') && (is_folder || is_wanted) {
            entries.push(Entry { name, path, is_folder });
        }
        if entries.len() == MOST {
            break;
        }
    }
    entries.sort_by_cached_key(|entry| (!entry.is_folder, entry.name.to_lowercase()));
    Ok(entries)
}

/// The name of the file at `path` without its ending.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The user's home, and what systems put there.
fn places() -> Vec<(String, PathBuf)> {
    let Some(home) = home() else { return Vec::new() };
    let usual = ["Desktop", "Documents", "Downloads", "Music"];
    let usual = usual.map(|name| (name.to_owned(), home.join(name)));
    let all = std::iter::once(("Home".to_owned(), home)).chain(usual);
    all.filter(|(_, path)| path.is_dir()).collect()
}

/// The user's home.
pub fn home() -> Option<PathBuf> {
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    std::env::var_os(variable).map(PathBuf::from).filter(|home| home.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_only_wanted_files_are_listed() {
        let own = format!("jangdan-folder-{}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        std::fs::create_dir_all(folder.join("zoo")).unwrap();
        for name in ["b.MID", "a.mid", "c.txt", ".hidden.mid", "\u{c7a5}\u{b2e8}.midi"] {
            std::fs::write(folder.join(name), b"").unwrap();
        }
        let listed = list(&folder, &["mid", "midi"]).entries.unwrap();
        let names: Vec<&str> = listed.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["zoo", "a.mid", "b.MID", "\u{c7a5}\u{b2e8}.midi"]);
        assert!(listed[0].is_folder && !listed[1].is_folder);
        std::fs::remove_dir_all(&folder).unwrap();
        let gone = list(&folder, &["mid"]).entries.unwrap_err();
        assert!(gone.contains("jangdan-folder"), "{gone}");
    }
}
