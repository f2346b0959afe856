//! Files read and written whole: what is being written has another name until it is.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};

/// The content of a file of at most `limit` bytes, which is to be `what`, as in "a clip".
///
/// What only looks like a file (a pipe, a device) is refused: reading it may never end.
pub(crate) fn read(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(Error::other("this is no file"));
    }
    let too_large = |size: u64| Error::other(format!("{size} bytes are too many for {what}"));
    if about.len() > limit {
        return Err(too_large(about.len()));
    }
    let mut bytes = Vec::new();
    // One that grows meanwhile, or does not know its size, is not read to its end either.
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit { Err(too_large(size)) } else { Ok(bytes) }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_or_no_file_is_not_read() {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("jangdan-whole-{}", std::process::id()));
        std::fs::write(&path, [7; 5]).unwrap();
        assert_eq!(read(&path, 5, "a clip").unwrap(), [7; 5]);
        let told = read(&path, 4, "a clip").unwrap_err().to_string();
        assert_eq!(told, "5 bytes are too many for a clip");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(&folder, 4, "a clip").unwrap_err().to_string(), "this is no file");
        // Endless, and of no size.
        #[cfg(target_os = "linux")]
        assert!(read(Path::new("/dev/zero"), 4, "a clip").is_err());
        assert!(read(&path, 4, "a clip").is_err());
    }
}
