//! Files read whole, up to a limit, and written whole or not at all.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// The content of the file at `path`, at most `limit` bytes; `what` names it in errors, as in "a preset".
///
/// # Errors
/// If it cannot be read, is longer, or is a pipe or a device, whose content may never end.
pub fn read(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    let too_large = |size: u64| Error::other(format!("{size} bytes are too many for {what}"));
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    // The file may grow meanwhile, and some report no size.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit { Err(too_large(size)) } else { Ok(bytes) }
}

/// Opens the file at `path` for reading.
///
/// # Errors
/// If it cannot be opened, or is a folder, a pipe or a device, which may never end, or never open.
pub fn open(path: &Path) -> Result<File> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a folder" } else { "a device or a pipe" };
        return Err(Error::other(format!("{what}, not a file")));
    }
    File::open(path)
}

/// Writes `bytes` to `path` and replaces a file that is there. A crash or a full disk leaves the old file.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    temporary(path, bytes)?.persist(path)?;
    flush_folder(path)
}

/// Writes `bytes` to a new file at `path`; `false` if there is a file already, which stays.
///
/// # Errors
/// If it cannot be written.
pub fn create(path: &Path, bytes: &[u8]) -> Result<bool> {
    match temporary(path, bytes)?.persist_noclobber(path) {
        Ok(_) => flush_folder(path).map(|()| true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// SHA-256 of `bytes` in hexadecimal, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `bytes` in hexadecimal, two lower-case digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file with another name in the folder of `path`, with `bytes` flushed to the disk.
fn temporary(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".partial-");
    #[cfg(unix)]
    {
        // As any new file: tempfile's own default keeps other users out.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Flushes the folder of `path`, so that the new name survives a power cut.
fn flush_folder(path: &Path) -> Result<()> {
    // Folders cannot be opened as files on Windows, where renaming is flushed by itself.
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_written_file_replaces_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(read(&path, 3, "a text").unwrap(), b"new");
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_created_file_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(create(&path, b"old").unwrap());
        assert!(!create(&path, b"new").unwrap());
        assert_eq!(read(&path, 3, "a text").unwrap(), b"old");
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_write_that_fails_leaves_the_folder_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        write(&path, b"new").unwrap_err();
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn what_is_too_large_or_no_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, &[7; 5]).unwrap();
        assert_eq!(read(&path, 5, "a clip").unwrap(), [7; 5]);
        let error = read(&path, 4, "a clip").unwrap_err().to_string();
        assert_eq!(error, "5 bytes are too many for a clip");
        let error = |path: &Path| read(path, 4, "a clip").unwrap_err().to_string();
        assert_eq!(error(folder.path()), "a folder, not a file");
        // Endless, and of no size; and one that nobody writes to.
        #[cfg(unix)]
        {
            assert_eq!(error(Path::new("/dev/zero")), "a device or a pipe, not a file");
            let pipe = folder.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert_eq!(error(&pipe), "a device or a pipe, not a file");
        }
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}
