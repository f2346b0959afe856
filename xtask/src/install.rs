//! Puts bundles into the user's plugin folders, safely beside a host that is running.
//!
//! A host may have the old library mapped: writing into it would crash the host. So the new one is
//! copied beside it under another name and renamed into place.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::format::Format;

/// The folder of `format` below the user's, as the CLAP and VST3 specifications name it.
fn folder_below(format: Format, is_windows: bool) -> (&'static str, &'static [&'static str]) {
    if is_windows {
        match format {
            Format::Clap => ("LOCALAPPDATA", &["Programs", "Common", "CLAP"]),
            Format::Vst3 | Format::Au => ("LOCALAPPDATA", &["Programs", "Common", "VST3"]),
        }
    } else if cfg!(target_os = "macos") {
        match format {
            Format::Clap => ("HOME", &["Library", "Audio", "Plug-Ins", "CLAP"]),
            Format::Vst3 => ("HOME", &["Library", "Audio", "Plug-Ins", "VST3"]),
            Format::Au => ("HOME", &["Library", "Audio", "Plug-Ins", "Components"]),
        }
    } else {
        match format {
            Format::Clap => ("HOME", &[".clap"]),
            Format::Vst3 | Format::Au => ("HOME", &[".vst3"]),
        }
    }
}

/// The user's own plugin folder of `format`.
pub(crate) fn user_folder(format: Format) -> Result<PathBuf> {
    let (variable, below) = folder_below(format, cfg!(windows));
    folder_in(variable, std::env::var_os(variable), below)
}

fn folder_in(variable: &str, base: Option<OsString>, below: &[&str]) -> Result<PathBuf> {
    match base.map(PathBuf::from) {
        Some(base) if base.is_absolute() => {
            Ok(below.iter().fold(base, |path, part| path.join(part)))
        }
        Some(base) => bail!("cannot install: {variable} is {base:?}, not an absolute folder"),
        None => bail!("cannot install: {variable} is not set, so your plugin folder is unknown"),
    }
}

/// That folder as one would write it, on Windows or here.
pub(crate) fn shown_folder(format: Format, is_windows: bool) -> String {
    let (variable, below) = folder_below(format, is_windows);
    match variable {
        "HOME" => format!("~/{}", below.join("/")),
        _ => format!("%{variable}%\\{}", below.join("\\")),
    }
}

/// Copies `bundle`, a file or a folder, into `folder` and gives its new path.
///
/// # Errors
/// If anything cannot be written. What was installed before is then still in place.
pub(crate) fn install(bundle: &Path, folder: &Path) -> Result<PathBuf> {
    let name = bundle.file_name().with_context(|| format!("{} has no name", bundle.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let place = folder.join(name);
    // Hosts look for `*.clap` and `*.vst3`: these two names are none.
    let beside = |purpose: &str| {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{purpose}-{}", std::process::id()));
        folder.join(hidden)
    };
    let (new, old) = (beside("new"), beside("old"));
    let copied = copy_all(bundle, &new).and_then(|()| replace(&place, &new, &old));
    if copied.is_err() {
        let _ = remove_all(&new);
    }
    copied.with_context(|| format!("cannot install {}", place.display()))?;
    Ok(place)
}

/// Renames `new` to `place`; what stood there goes by way of `old`.
fn replace(place: &Path, new: &Path, old: &Path) -> Result<()> {
    // One rename replaces a file at once, except on Windows while a host has it open. A folder
    // cannot be renamed over a full one.
    if !cfg!(windows) && !new.is_dir() && !place.is_dir() {
        return Ok(fs::rename(new, place)?);
    }
    let had_one = fs::symlink_metadata(place).is_ok();
    if had_one {
        fs::rename(place, old)?;
    }
    if let Err(error) = fs::rename(new, place) {
        if had_one {
            fs::rename(old, place)?;
        }
        return Err(error.into());
    }
    if had_one && let Err(error) = remove_all(old) {
        // On Windows a library in use can be renamed but not removed.
        eprintln!("note: {} is still in use; remove it later ({error})", old.display());
    }
    Ok(())
}

pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn remove_all(path: &Path) -> std::io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_replaces_the_old_one_and_leaves_an_open_one_whole() {
        let temporary = tempfile::tempdir().unwrap();
        let (bundle, folder) = (temporary.path().join("A.clap"), temporary.path().join("plugins"));
        fs::write(&bundle, "old").unwrap();
        let place = install(&bundle, &folder).unwrap();
        let mut open = fs::File::open(&place).unwrap();
        fs::write(&bundle, "newer").unwrap();
        install(&bundle, &folder).unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "newer");
        let mut seen_by_host = String::new();
        std::io::Read::read_to_string(&mut open, &mut seen_by_host).unwrap();
        assert_eq!(seen_by_host, "old");
        assert_eq!(names(&folder), ["A.clap"]);
    }

    #[test]
    fn a_folder_replaces_the_old_one_without_remains() {
        let temporary = tempfile::tempdir().unwrap();
        let (bundle, folder) = (temporary.path().join("A.vst3"), temporary.path().join("plugins"));
        fs::create_dir_all(bundle.join("Contents")).unwrap();
        fs::write(bundle.join("Contents/only-in-old"), "").unwrap();
        install(&bundle, &folder).unwrap();
        fs::remove_file(bundle.join("Contents/only-in-old")).unwrap();
        fs::write(bundle.join("Contents/only-in-new"), "").unwrap();
        let place = install(&bundle, &folder).unwrap();
        assert_eq!(names(&place.join("Contents")), ["only-in-new"]);
        assert_eq!(names(&folder), ["A.vst3"]);
    }

    #[test]
    fn a_failed_copy_leaves_the_installed_one_and_no_remains() {
        let temporary = tempfile::tempdir().unwrap();
        let (bundle, folder) = (temporary.path().join("A.clap"), temporary.path().join("plugins"));
        fs::write(&bundle, "old").unwrap();
        let place = install(&bundle, &folder).unwrap();
        fs::remove_file(&bundle).unwrap();
        let error = install(&bundle, &folder).unwrap_err();
        assert!(error.to_string().starts_with("cannot install "), "{error}");
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        assert_eq!(names(&folder), ["A.clap"]);
    }

    #[test]
    fn an_unknown_home_is_said_clearly() {
        let error = folder_in("HOME", None, &[".clap"]).unwrap_err();
        assert!(error.to_string().contains("HOME is not set"), "{error}");
        assert!(folder_in("HOME", Some("".into()), &[".clap"]).is_err());
    }
}
