//! Errands with presets.

use std::path::{Path, PathBuf};

use crate::files::display_text::file_name;
use crate::files::folder;
use crate::files::whole_file::{create, read, replace};
use crate::params::preset::{self, ENDING};
use crate::params::snapshot::State;

/// The largest file that is read as a preset: twelve slots and a groove of eight cycles are below 2 MB.
const LARGEST: u64 = 32 << 20;

/// Something to be done with presets. Where there is no folder, it is the user's own, [`default_folder`].
#[derive(Clone, Debug, PartialEq)]
pub enum PresetErrand {
    /// Looks which there are.
    List(Option<PathBuf>),
    /// Writes one.
    Save {
        /// Where to; made if it is not there.
        folder: Option<PathBuf>,
        /// What to call it.
        name: String,
        /// What it holds.
        state: Box<State>,
        /// Whether it may take the place of another of that name.
        may_replace: bool,
    },
    /// Reads one.
    Load(PathBuf),
    /// Calls one by another name.
    Rename(PathBuf, String),
    /// Removes one from the disk.
    Delete(PathBuf),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum PresetOutcome {
    /// Those in the folder, by name.
    Listed(PathBuf, Vec<Preset>),
    /// It was written.
    Saved(Preset),
    /// There is one of that name: it stays, unless asked again with leave to replace it.
    Exists(Preset),
    /// What it holds, for [`History::place`](crate::editing::history::History::place).
    Loaded(Preset, Box<State>),
    /// It is called otherwise: what it was called, and how it is now.
    Renamed(String, Preset),
    /// It is no more, and this was its name.
    Deleted(String),
}

/// A preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
}

/// Does `errand`; a failure is a line for the user, and has changed nothing.
pub(super) fn run(errand: &PresetErrand) -> Result<PresetOutcome, String> {
    match errand {
        PresetErrand::List(folder) => list(&place(folder.as_ref())?),
        PresetErrand::Save { folder, name, state, may_replace } => {
            save(&place(folder.as_ref())?, name, state, *may_replace)
        }
        PresetErrand::Load(path) => load(path),
        PresetErrand::Rename(path, name) => rename(path, name),
        PresetErrand::Delete(path) => {
            is_preset(path)?;
            std::fs::remove_file(path).map_err(|error| told(path, &error))?;
            Ok(PresetOutcome::Deleted(preset(path).name))
        }
    }
}

fn place(folder: Option<&PathBuf>) -> Result<PathBuf, String> {
    folder.cloned().or_else(default_folder).ok_or_else(|| "there is no home folder".to_owned())
}

fn list(folder: &Path) -> Result<PresetOutcome, String> {
    if !folder.exists() {
        return Ok(PresetOutcome::Listed(folder.to_owned(), Vec::new()));
    }
    let entries = folder::list(folder, &[ENDING]).entries?;
    let files = entries.into_iter().filter(|entry| !entry.is_folder);
    Ok(PresetOutcome::Listed(folder.to_owned(), files.map(|file| preset(&file.path)).collect()))
}

fn save(
    folder: &Path,
    name: &str,
    state: &State,
    may_replace: bool,
) -> Result<PresetOutcome, String> {
    let path = path_of(folder, name)?;
    let text = preset::write(state)?;
    std::fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
    let has_written = if may_replace {
        replace(&path, text.as_bytes()).map(|()| true)
    } else {
        create(&path, text.as_bytes())
    };
    match has_written {
        Ok(true) => Ok(PresetOutcome::Saved(preset(&path))),
        Ok(false) => Ok(PresetOutcome::Exists(preset(&path))),
        Err(error) => Err(told(&path, &error)),
    }
}

fn load(path: &Path) -> Result<PresetOutcome, String> {
    let bytes = read(path, LARGEST, "a preset").map_err(|error| told(path, &error))?;
    let state = preset::read(&bytes).map_err(|error| told(path, &error))?;
    Ok(PresetOutcome::Loaded(preset(path), Box::new(state)))
}

fn rename(path: &Path, name: &str) -> Result<PresetOutcome, String> {
    is_preset(path)?;
    let to = path_of(path.parent().unwrap_or(Path::new("")), name)?;
    let (before, now) = (preset(path).name, preset(&to));
    // Never over another; where the disk knows no capitals, a name in others is the same file.
    let is_other = !before.eq_ignore_ascii_case(&now.name);
    if to != path && to.exists() && (is_other || !is_same_file(path, &to)) {
        return Err(format!("there is a preset called {} already", now.name));
    }
    std::fs::rename(path, &to).map_err(|error| told(path, &error))?;
    Ok(PresetOutcome::Renamed(before, now))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let of = |path: &Path| std::fs::canonicalize(path).ok();
    of(one).is_some_and(|path| Some(path) == of(other))
}

/// Only what is called a preset is renamed and removed.
fn is_preset(path: &Path) -> Result<(), String> {
    let is_one = path.extension().is_some_and(|ending| ending == ENDING) && path.is_file();
    is_one.then_some(()).ok_or_else(|| told(path, &"this is no preset"))
}

/// The file of the preset of this name.
fn path_of(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let name = file_name(name);
    let name = name.trim_matches([' ', '.']);
    if name.is_empty() {
        return Err("a preset needs a name".to_owned());
    }
    Ok(folder.join(format!("{name}.{ENDING}")))
}

fn preset(path: &Path) -> Preset {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Preset { name, path: path.to_owned() }
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

    fn save(folder: &Path, name: &str, seed: i32, may_replace: bool) -> PresetOutcome {
        let (folder, name) = (Some(folder.to_owned()), name.to_owned());
        run(&PresetErrand::Save { folder, name, state: state(seed), may_replace }).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        match run(&PresetErrand::List(Some(folder.to_owned()))) {
            Ok(PresetOutcome::Listed(_, presets)) => {
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
        let PresetOutcome::Saved(first) = save(&folder, "../Late night\u{2026}", 7, false) else {
            panic!("it was not saved");
        };
        assert_eq!((first.name.as_str(), first.path.parent()), ("-Late night-", Some(&*folder)));
        assert_eq!(
            save(&folder, "../Late night\u{2026}", 8, false),
            PresetOutcome::Exists(first.clone())
        );
        let load = |path: &Path| run(&PresetErrand::Load(path.to_owned()));
        assert_eq!(load(&first.path), Ok(PresetOutcome::Loaded(first.clone(), state(7))));
        assert!(matches!(save(&folder, "-Late night-", 8, true), PresetOutcome::Saved(_)));
        assert_eq!(load(&first.path), Ok(PresetOutcome::Loaded(first.clone(), state(8))));
        save(&folder, "another", 9, false);
        std::fs::write(folder.join("notes.txt"), "not mine").unwrap();
        assert_eq!(names(&folder), ["-Late night-", "another"]);
        let rename = |name: &str| run(&PresetErrand::Rename(first.path.clone(), name.to_owned()));
        assert_eq!(rename("another"), Err("there is a preset called another already".to_owned()));
        assert!(rename(" . ").is_err());
        let morning = Preset { name: "Morning".to_owned(), path: folder.join("Morning.jangdan") };
        let renamed = PresetOutcome::Renamed(first.name.clone(), morning);
        assert_eq!(rename("Morning"), Ok(renamed));
        assert_eq!(names(&folder), ["another", "Morning"]);
        let remove = |name: &str| run(&PresetErrand::Delete(folder.join(name)));
        assert!(remove("notes.txt").is_err() && remove("gone.jangdan").is_err());
        assert_eq!(remove("Morning.jangdan"), Ok(PresetOutcome::Deleted("Morning".to_owned())));
        let files = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!((names(&folder), files), (vec!["another".to_owned()], 2));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        let path = std::env::temp_dir().join(format!("jangdan-no-{}.jangdan", std::process::id()));
        std::fs::write(&path, "{}").unwrap();
        let told = run(&PresetErrand::Load(path.clone())).unwrap_err();
        assert!(
            told.starts_with("jangdan-no-") && told.ends_with("no preset of Jangdan's"),
            "{told}"
        );
        let huge = std::fs::File::options().write(true).open(&path).unwrap();
        huge.set_len(LARGEST + 1).unwrap();
        assert!(run(&PresetErrand::Load(path.clone())).unwrap_err().contains("too many"));
        std::fs::remove_file(&path).unwrap();
        assert!(run(&PresetErrand::Load(path)).is_err());
    }
}
