//! Files written whole: what is being written has another name until it is.

use std::ffi::OsString;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Writes a file, over one that is there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = part(path);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path)).inspect_err(|_| {
        _ = std::fs::remove_file(&part);
    })
}

/// Writes a file unless there is one; returns whether it did.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<bool> {
    // Its name is taken before it is written, so that nobody else's file of that name is written over.
    match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    }
    replace(path, bytes).inspect_err(|_| _ = std::fs::remove_file(path))?;
    Ok(true)
}

/// What a file is called while it is written.
fn part(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(".part");
    name.into()
}

/// `name` with what not every system lets a file be called replaced.
pub(super) fn safe(name: &str) -> String {
    let is_safe = |c: char| c.is_alphanumeric() || " -_.,()".contains(c);
    name.chars().map(|c| if is_safe(c) { c } else { '-' }).collect()
}
