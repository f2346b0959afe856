//! Presets as files: listed, written, read, renamed and removed.
//!
//! A failure is a line for the user, and has changed nothing.

use std::path::{Path, PathBuf};

use crate::files::display_text::file_name;
use crate::files::folder;
use crate::files::folder::stem;
use crate::files::jobs::JobResult;
use crate::params::preset::{self, ENDING};
use crate::params::snapshot::State;

/// The largest file that is read as a preset: twelve slots and a groove of eight cycles are below 2 MB.
const LARGEST: u64 = 32 << 20;

/// A preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
}

/// The presets in `folder`; none if it is missing.
pub(super) fn list(folder: Option<&Path>) -> Result<JobResult, String> {
    let folder = folder_or_default(folder)?;
    if !folder.exists() {
        return Ok(JobResult::PresetsListed(Vec::new()));
    }
    let entries = folder::list(&folder, &[ENDING]).entries?;
    let files = entries.into_iter().filter(|entry| !entry.is_folder);
    Ok(JobResult::PresetsListed(files.map(|file| preset(&file.path)).collect()))
}

pub(super) fn save(
    folder: Option<&Path>,
    name: &str,
    state: &State,
    may_replace: bool,
) -> Result<JobResult, String> {
    let folder = folder_or_default(folder)?;
    let path = path_of(&folder, name)?;
    let text = preset::write(state)?;
    std::fs::create_dir_all(&folder).map_err(|error| told(&folder, &error))?;
    let has_written = if may_replace {
        whole_files::write(&path, text.as_bytes()).map(|()| true)
    } else {
        whole_files::create(&path, text.as_bytes())
    };
    match has_written {
        Ok(true) => Ok(JobResult::PresetSaved(preset(&path))),
        Ok(false) => Ok(JobResult::PresetExists(preset(&path))),
        Err(error) => Err(told(&path, &error)),
    }
}

pub(super) fn load(path: &Path) -> Result<JobResult, String> {
    let (preset, state) = read(path)?;
    Ok(JobResult::PresetLoaded(preset, Box::new(state)))
}

/// Reads the preset at `path`.
///
/// # Errors
/// If it cannot be read, or is none: in a line for the user.
pub(crate) fn read(path: &Path) -> Result<(Preset, State), String> {
    let bytes = whole_files::read(path, LARGEST, "a preset").map_err(|error| told(path, &error))?;
    let state = preset::read(&bytes).map_err(|error| told(path, &error))?;
    Ok((preset(path), state))
}

pub(super) fn delete(path: &Path) -> Result<JobResult, String> {
    is_preset(path)?;
    std::fs::remove_file(path).map_err(|error| told(path, &error))?;
    Ok(JobResult::PresetDeleted(stem(path)))
}

pub(super) fn rename(path: &Path, name: &str) -> Result<JobResult, String> {
    is_preset(path)?;
    let to = path_of(path.parent().unwrap_or(Path::new("")), name)?;
    let (before, preset) = (stem(path), preset(&to));
    // Never over another; where the disk knows no capitals, a name in others is the same file.
    let is_other = !before.eq_ignore_ascii_case(&preset.name);
    if to != path && to.exists() && (is_other || !is_same_file(path, &to)) {
        return Err(format!("there is a preset called {} already", preset.name));
    }
    std::fs::rename(path, &to).map_err(|error| told(path, &error))?;
    Ok(JobResult::PresetRenamed { before, preset })
}

fn folder_or_default(folder: Option<&Path>) -> Result<PathBuf, String> {
    let folder = folder.map(Path::to_owned).or_else(default_folder);
    folder.ok_or_else(|| "there is no home folder".to_owned())
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let of = |path: &Path| std::fs::canonicalize(path).ok();
    of(one).is_some_and(|path| Some(path) == of(other))
}

/// An error unless the file at `path` has a preset's ending: no other is renamed or removed.
fn is_preset(path: &Path) -> Result<(), String> {
    let is_one = path.extension().is_some_and(|ending| ending == ENDING) && path.is_file();
    is_one.then_some(()).ok_or_else(|| told(path, &"this is no preset"))
}

/// The path of the preset of this name.
fn path_of(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let name = file_name(name);
    let name = name.trim_matches([' ', '.']);
    if name.is_empty() {
        return Err("a preset needs a name".to_owned());
    }
    Ok(folder.join(format!("{name}.{ENDING}")))
}

fn preset(path: &Path) -> Preset {
    Preset { name: stem(path), path: path.to_owned() }
}

fn told(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

/// Where the user's presets are, unless another folder is chosen; `None` where the system names no home.
pub fn default_folder() -> Option<PathBuf> {
    let variable =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = if cfg!(windows) {
        variable("APPDATA")?
    } else if cfg!(target_os = "macos") {
        folder::home()?.join("Library/Application Support")
    } else {
        variable("XDG_DATA_HOME").or_else(|| Some(folder::home()?.join(".local/share")))?
    };
    Some(data.join("Jangdan").join("Presets"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::JangdanParams;

    fn state(seed: i32) -> Box<State> {
        let mut state = State::of(&JangdanParams::default());
        state.parameters.insert("seed".to_owned(), seed as f32);
        Box::new(state)
    }

    fn save(folder: &Path, name: &str, seed: i32, may_replace: bool) -> JobResult {
        super::save(Some(folder), name, &state(seed), may_replace).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        match super::list(Some(folder)) {
            Ok(JobResult::PresetsListed(presets)) => {
                presets.into_iter().map(|preset| preset.name).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn presets_are_saved_listed_loaded_renamed_and_removed_and_never_written_over_unasked() {
        let folder = std::env::temp_dir().join(format!("jangdan-presets-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&folder);
        assert_eq!(names(&folder), [""; 0], "no folder, no presets");
        let JobResult::PresetSaved(first) = save(&folder, "../Late night\u{2026}", 7, false) else {
            panic!("it was not saved");
        };
        assert_eq!((first.name.as_str(), first.path.parent()), ("-Late night-", Some(&*folder)));
        assert_eq!(
            save(&folder, "../Late night\u{2026}", 8, false),
            JobResult::PresetExists(first.clone())
        );
        assert_eq!(load(&first.path), Ok(JobResult::PresetLoaded(first.clone(), state(7))));
        assert!(matches!(save(&folder, "-Late night-", 8, true), JobResult::PresetSaved(_)));
        assert_eq!(load(&first.path), Ok(JobResult::PresetLoaded(first.clone(), state(8))));
        save(&folder, "another", 9, false);
        std::fs::write(folder.join("notes.txt"), "not mine").unwrap();
        assert_eq!(names(&folder), ["-Late night-", "another"]);
        let rename = |name: &str| super::rename(&first.path, name);
        assert_eq!(rename("another"), Err("there is a preset called another already".to_owned()));
        assert!(rename(" . ").is_err());
        let morning = Preset { name: "Morning".to_owned(), path: folder.join("Morning.jangdan") };
        let before = first.name.clone();
        let renamed = JobResult::PresetRenamed { before, preset: morning };
        assert_eq!(rename("Morning"), Ok(renamed));
        assert_eq!(names(&folder), ["another", "Morning"]);
        let remove = |name: &str| super::delete(&folder.join(name));
        assert!(remove("notes.txt").is_err() && remove("gone.jangdan").is_err());
        assert_eq!(remove("Morning.jangdan"), Ok(JobResult::PresetDeleted("Morning".to_owned())));
        let files = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!((names(&folder), files), (vec!["another".to_owned()], 2));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        let path = std::env::temp_dir().join(format!("jangdan-no-{}.jangdan", std::process::id()));
        std::fs::write(&path, "{}").unwrap();
        let told = super::load(&path).unwrap_err();
        assert!(
            told.starts_with("jangdan-no-") && told.ends_with("no preset of Jangdan's"),
            "{told}"
        );
        let huge = std::fs::File::options().write(true).open(&path).unwrap();
        huge.set_len(LARGEST + 1).unwrap();
        assert!(super::load(&path).unwrap_err().contains("too many"));
        std::fs::remove_file(&path).unwrap();
        assert!(super::load(&path).is_err());
    }
}
