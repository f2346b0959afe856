//! The folder of the files that are dragged out of the window.
//!
//! It is in the system's folder for temporary files, for the user alone. A file stays for a day, as only who takes it knows
//! when it has been read; and no more than so many stay.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a file stays: longer than anybody reads it.
const LIFETIME: Duration = Duration::from_hours(24);

/// The most files that stay, the newest. Nobody drags so many before the first of them is read.
const MOST: usize = 64;

/// Names to try: another user may have the first.
const NAMES: [&str; 4] =
    ["jangdan-dragged", "jangdan-dragged-2", "jangdan-dragged-3", "jangdan-dragged-4"];

/// The folder, made if it is missing, without the files that are out of date.
pub(crate) fn folder() -> Result<PathBuf, String> {
    let within = std::env::temp_dir();
    let mut folders = NAMES.iter().map(|name| within.join(name));
    let Some(folder) = folders.find(|folder| is_own(folder)) else {
        return Err(format!("{}: no folder can be made there", within.display()));
    };
    // What cannot be removed now is looked at again at the next drag.
    _ = sweep(&folder, SystemTime::now());
    Ok(folder)
}

/// The file that has been dragged as `name`, or `name` with a number, and holds the same `bytes`. It is as new from now on.
pub(crate) fn again(folder: &Path, name: &str, bytes: &[u8]) -> Option<PathBuf> {
    let is_same = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let number = stem.strip_prefix(name).map(str::trim_start);
        number.is_some_and(|number| number.is_empty() || number.parse::<u32>().is_ok())
            && whole_files::read(path, bytes.len() as u64, "the same")
                .is_ok_and(|held| held == bytes)
    };
    let (_, path) = files(folder).ok()?.into_iter().find(|(_, path)| is_same(path))?;
    let file = fs::File::options().write(true).open(&path).ok()?;
    file.set_modified(SystemTime::now()).ok()?;
    Some(path)
}

/// Whether `folder` is there now, and nobody else can write to it.
fn is_own(folder: &Path) -> bool {
    if create(folder).is_ok() {
        return true;
    }
    // No link, which could lead anywhere.
    let found = fs::symlink_metadata(folder);
    found.is_ok_and(|found| found.is_dir()) && closes(folder)
}

#[cfg(unix)]
fn create(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)
}

/// Shuts others out; only the owner can.
#[cfg(unix)]
fn closes(folder: &Path) -> bool {
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).is_ok()
}

/// The folder for temporary files is the user's.
#[cfg(not(unix))]
fn closes(_: &Path) -> bool {
    true
}

/// The files that were dragged, the newest first, with when they were written.
fn files(folder: &Path) -> std::io::Result<Vec<(SystemTime, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() && entry.path().extension().is_some_and(|ending| ending == "mid") {
            files.push((about.modified()?, entry.path()));
        }
    }
    files.sort_unstable_by(|one, other| other.cmp(one));
    Ok(files)
}

/// Removes the files that are out of date at `now`.
fn sweep(folder: &Path, now: SystemTime) -> std::io::Result<()> {
    let files = files(folder)?;
    let is_old = |written: SystemTime| now.duration_since(written).is_ok_and(|age| age > LIFETIME);
    // One more is about to be written.
    let old = files.iter().enumerate().filter(|(place, file)| *place + 1 >= MOST || is_old(file.0));
    old.for_each(|(_, (_, path))| _ = fs::remove_file(path));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that stay of `files`, by the seconds since each was written.
    fn left(files: impl IntoIterator<Item = (&'static str, u64)>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        for (i, (ending, age_s)) in files.into_iter().enumerate() {
            let file = fs::File::create(folder.path().join(format!("{i:03}.{ending}"))).unwrap();
            file.set_modified(now - Duration::from_secs(age_s)).unwrap();
        }
        sweep(folder.path(), now).unwrap();
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_of_yesterday_and_the_oldest_of_too_many_are_removed() {
        let day = LIFETIME.as_secs();
        let files = [("mid", 0), ("mid", day - 1), ("mid", day + 1), ("txt", day + 1)];
        assert_eq!(left(files), ["000.mid", "001.mid", "003.txt"]);
        let many = left((0..100).map(|i| ("mid", i)));
        assert_eq!(many.len(), MOST - 1);
        assert_eq!(many.last().unwrap(), "062.mid");
    }

    #[test]
    fn what_is_dragged_again_is_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, bytes) in [("Funk 55.mid", b"one"), ("Funk 55 2.mid", b"two")] {
            fs::write(path(name), bytes).unwrap();
        }
        let old = fs::File::options().write(true).open(path("Funk 55 2.mid")).unwrap();
        old.set_modified(SystemTime::now() - LIFETIME).unwrap();
        assert_eq!(again(folder.path(), "Funk 55", b"two"), Some(path("Funk 55 2.mid")));
        assert!(old.metadata().unwrap().modified().unwrap().elapsed().unwrap() < LIFETIME / 2);
        assert_eq!(again(folder.path(), "Funk 55", b"three"), None);
        // Of another name.
        assert_eq!(again(folder.path(), "Funk Rock", b"one"), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_no_link_and_shuts_others_out() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let within = tempfile::tempdir().unwrap();
        let [open, link, new] = ["open", "link", "new"].map(|name| within.path().join(name));
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, PermissionsExt::from_mode(0o777)).unwrap();
        symlink(&open, &link).unwrap();
        assert!(!is_own(&link));
        for folder in [open, new] {
            assert!(is_own(&folder) && is_own(&folder));
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
