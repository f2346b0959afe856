//! Where MIDI files come from: a zip archive, read in place, or a folder.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

/// The largest MIDI file read, decompressed; the longest performance of the Groove MIDI Dataset has 50 kB.
/// What decompresses to more is not music.
pub(super) const MAX_MIDI_BYTES: u64 = 16 << 20;

/// Named files that can be read one after another.
pub(super) enum Source {
    Zip(Box<ZipArchive<BufReader<File>>>),
    Folder(PathBuf),
}

impl Source {
    /// Opens the archive or folder at `path`.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let name = path.display();
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let file = File::open(path).with_context(|| format!("{name}: cannot be opened"))?;
        match ZipArchive::new(BufReader::new(file)) {
            Ok(archive) => Ok(Self::Zip(Box::new(archive))),
            Err(zip::result::ZipError::Io(error))
                if error.kind() != std::io::ErrorKind::UnexpectedEof =>
            {
                Err(error).with_context(|| format!("{name}: cannot be read"))
            }
            Err(_) => bail!(
                "{name}: not a zip archive (or it is cut off); give a zip or a folder of MIDI files"
            ),
        }
    }

    /// The names of all files, in alphabetical order, with `/` between folders.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let mut names = match self {
            Self::Zip(archive) => archive
                .file_names()
                .filter_map(|name| name.ok().map(std::borrow::Cow::into_owned))
                .filter(|name| !name.ends_with('/'))
                .collect(),
            Self::Folder(root) => {
                let mut names = Vec::new();
                list_folder(root, "", &mut names)?;
                names
            }
        };
        names.sort_unstable();
        Ok(names)
    }

    /// The content of the file `name`, at most `limit` bytes.
    ///
    /// # Errors
    /// If it is not there, is damaged, or is longer.
    pub(super) fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // One byte more than allowed shows a longer file, whatever length it claims to have.
        match self {
            Self::Zip(archive) => {
                let entry = archive.by_name(name)?;
                entry.take(limit + 1).read_to_end(&mut bytes)?;
            }
            Self::Folder(root) => {
                let file = File::open(root.join(name))?;
                file.take(limit + 1).read_to_end(&mut bytes)?;
            }
        }
        if bytes.len() as u64 > limit {
            bail!("longer than {} MiB", limit >> 20);
        }
        Ok(bytes)
    }
}

/// Adds the files under `root`/`prefix`. Links are not followed, so there are no circles.
fn list_folder(root: &Path, prefix: &str, names: &mut Vec<String>) -> Result<()> {
    let folder = root.join(prefix);
    let entries = std::fs::read_dir(&folder)
        .with_context(|| format!("{}: cannot be listed", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        // A name that is no Unicode cannot be one that info.csv lists.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list_folder(root, &path, names)?;
        } else if kind.is_file() {
            names.push(path);
        }
    }
    Ok(())
}
