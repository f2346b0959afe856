//! Where MIDI files come from: a zip archive, read in place, or a folder.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

use super::Skipped;

/// Maximum size of a MIDI file in bytes, decompressed. The longest performance of the Groove MIDI Dataset has 50 kB.
pub(super) const MAX_MIDI_BYTES: u64 = 16 << 20;

/// Named files that can be read one after another.
pub(super) struct Source {
    zip: Option<Box<ZipArchive<BufReader<File>>>>,
    /// All files by their names, with `/` between folders.
    places: BTreeMap<String, Place>,
    /// Entries that are not read, and why.
    pub(super) skipped_entries: Vec<Skipped>,
}

enum Place {
    /// An entry of the zip.
    Entry(usize),
    File(PathBuf),
}

impl Source {
    /// Opens the archive or folder at `path`.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let name = path.display();
        let mut source = Self { zip: None, places: BTreeMap::new(), skipped_entries: Vec::new() };
        if path.is_dir() {
            let entries = || format!("{name}: cannot be listed");
            let root = path.canonicalize().with_context(entries)?;
            std::fs::read_dir(path).with_context(entries)?;
            source.list_folder(path, "", &root, &mut HashSet::from([root.clone()]));
            return Ok(source);
        }
        let file = whole_files::open(path).with_context(|| format!("{name}: cannot be opened"))?;
        let archive = match ZipArchive::new(BufReader::new(file)) {
            Ok(archive) => archive,
            Err(zip::result::ZipError::Io(error))
                if error.kind() != std::io::ErrorKind::UnexpectedEof =>
            {
                return Err(error).with_context(|| format!("{name}: cannot be read"));
            }
            Err(_) => bail!(
                "{name}: not a zip archive (or it is cut off); give a zip or a folder of MIDI files"
            ),
        };
        let raw: Vec<Vec<u8>> = archive.file_names_raw().map(<[u8]>::to_vec).collect();
        for (i, raw) in raw.iter().enumerate() {
            let name = match archive.name_for_index(i) {
                Some(Ok(name)) => name.into_owned(),
                _ => String::from_utf8_lossy(raw).into_owned(),
            };
            if !name.ends_with('/') {
                source.add(name, Place::Entry(i));
            }
        }
        source.zip = Some(Box::new(archive));
        Ok(source)
    }

    /// The names of all files, in alphabetical order.
    pub(super) fn names(&self) -> Vec<String> {
        self.places.keys().cloned().collect()
    }

    /// The content of the file `name`, at most `limit` bytes.
    ///
    /// # Errors
    /// If it is not there, is damaged, or is longer.
    pub(super) fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>> {
        match (self.places.get(name), &mut self.zip) {
            (Some(Place::Entry(index)), Some(archive)) => at_most(archive.by_index(*index)?, limit),
            (Some(Place::File(path)), _) => {
                Ok(whole_files::read(path, limit, "a file of the data")?)
            }
            _ => bail!("there is no such file"),
        }
    }

    fn add(&mut self, name: String, place: Place) {
        match self.places.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(place),
            Entry::Occupied(entry) => {
                let name = entry.key().clone();
                self.pass_over(name, "another file has the same name");
            }
        }
    }

    fn pass_over(&mut self, name: String, reason: impl Into<String>) {
        self.skipped_entries.push(Skipped { name, reason: reason.into() });
    }

    /// Adds the files in `folder`, which are called `prefix` and their names. Links are followed, but not to what is
    /// in `root` or has been `seen`, so that there are no circles and nothing is read twice.
    fn list_folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        root: &Path,
        seen: &mut HashSet<PathBuf>,
    ) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                return self.pass_over(prefix.to_owned(), format!("cannot be listed: {error}"));
            }
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // Not all names are Unicode. Others are shown with replacement characters.
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_link {
                match path.canonicalize() {
                    Err(error) => {
                        self.pass_over(name, format!("a link that leads nowhere: {error}"));
                        continue;
                    }
                    Ok(target)
                        if target.starts_with(root)
                            || root.starts_with(&target)
                            || !seen.insert(target.clone()) =>
                    {
                        self.pass_over(name, "a link to what is read already");
                        continue;
                    }
                    Ok(_) => {}
                }
            }
            match path.metadata() {
                Ok(found) if found.is_dir() => {
                    self.list_folder(&path, &format!("{name}/"), root, seen)
                }
                Ok(found) if found.is_file() => self.add(name, Place::File(path)),
                Ok(_) => self.pass_over(name, NOT_REGULAR),
                Err(error) => self.pass_over(name, error.to_string()),
            }
        }
    }
}

const NOT_REGULAR: &str = "not a regular file";

fn at_most(file: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed shows a longer file, whatever length it claims to have.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        bail!("longer than {} MiB", limit >> 20);
    }
    Ok(bytes)
}
