//! Kits of recordings from files: a folder of WAV, FLAC, AIFF or Ogg files named by instrument, SFZ, Hydrogen's `drumkit.xml`, and
//! the drums of an SF2 or SF3.
//!
//! [`load`] reads one into a [`kit::SampleKit`], which the built-in kit's room and mixer then play. Files come from strangers:
//! everything is [bounded](limits), and what cannot be read is an [`Error`] of one line. [`hear`] decodes one recording for others.
//!
//! # What it does not do
//!
//! It plays nothing and knows no threads. It reads the files that a kit's own file names, inside that file's folder only; those of an SFZ up to two
//! folders above.
#![forbid(unsafe_code)]

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use groove::{Articulation, INSTRUMENTS, Instrument};
use kit::{Pad, Region, SampleKit};

mod audio;
mod folder;
mod hydrogen;
pub mod limits;
mod names;
mod sfz;
mod shared;
mod soundfont;

pub use audio::{ENDINGS as RECORDING_ENDINGS, Piece, hear};
pub use shared::load_shared;

/// Why a kit cannot be loaded, in one line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(line: impl fmt::Display) -> Self {
        // Names in files may hold anything.
        Self(line.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A kit that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its name: the folder's, the file's, or what the file says.
    pub name: String,
    /// The recordings.
    pub kit: Arc<SampleKit>,
    /// Recordings that the kit names and that could not be read, at most [`limits::REPORTED`], each in a line.
    pub unread: Vec<String>,
    /// SHA-256 of the names and contents of all files that were read, in hexadecimal.
    pub sha256: String,
}

/// Reads the kit at `path`: a folder, or a file whose name ends in `.sfz`, `.xml`, `.sf2` or `.sf3`.
///
/// # Errors
/// If it is none of these, is too large, is broken, or holds no recording of any of the nine instruments.
pub fn load(path: &Path) -> Result<Loaded, Error> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut draft = match ending.as_str() {
        _ if path.is_dir() => folder::read(path)?,
        "sfz" => sfz::read(path)?,
        "xml" | "h2drumkit" => hydrogen::read(path)?,
        "sf2" | "sf3" => soundfont::read(path)?,
        _ => {
            return Err(Error::new(format!(
                "{}: this is no kit: a folder, .sfz, .xml, .sf2 or .sf3",
                shown(path)
            )));
        }
    };
    if !draft.pads.iter().any(|pad| pad.has(Articulation::Plain)) {
        let why = draft.unread.first().map_or("no recording of a drum in it", String::as_str);
        return Err(Error::new(format!("{}: {why}", shown(path))));
    }
    place_unplaced(&mut draft.pads);
    let gain = even_gain(&draft.pads);
    Ok(Loaded {
        name: draft.name,
        kit: Arc::new(SampleKit { pads: draft.pads, gain }),
        unread: draft.unread,
        sha256: whole_files::sha256(draft.files.0.as_bytes()),
    })
}

/// What the readers of the four kinds make.
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) pads: [Pad; INSTRUMENTS],
    pub(crate) unread: Vec<String>,
    pub(crate) files: FilesRead,
}

/// The files that were read: a line for each, its SHA-256 and its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilesRead(String);

impl FilesRead {
    pub(crate) fn add(&mut self, path: &Path, bytes: &[u8]) {
        self.0 += &format!("{} {}\n", whole_files::sha256(bytes), shown(path));
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.0 += &other.0;
    }
}

impl Draft {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        let (pads, unread, files) = Default::default();
        Self { name: name.into(), pads, unread, files }
    }

    pub(crate) fn add(&mut self, instrument: Instrument, region: Region) {
        self.pads[instrument.index()].regions.push(region);
    }

    pub(crate) fn report(&mut self, line: impl fmt::Display) {
        if self.unread.len() < limits::REPORTED {
            self.unread.push(line.to_string());
        }
    }
}

/// The plain strokes of all instruments, or all others.
pub(crate) fn strokes(is_plain: bool) -> impl Iterator<Item = (Instrument, Articulation)> {
    let of = |i| Articulation::of(i).iter().map(move |&articulation| (i, articulation));
    let all = Instrument::ALL.into_iter().flat_map(of);
    all.filter(move |(_, articulation)| (*articulation == Articulation::Plain) == is_plain)
}

/// The name of the file or folder at `path`, for people.
pub(crate) fn shown(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A path that a kit names with `/` or `\`, inside `folder` or inside that so many folders `up` from it. `None` if it leads elsewhere.
pub(crate) fn inside(folder: &Path, name: &str, mut up: usize) -> Option<PathBuf> {
    let mut path = folder.to_path_buf();
    let mut depth = 0_usize;
    for part in name.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => up = up.checked_sub(1)?,
                }
                path.push("..");
            }
            part if part.contains(':') => return None,
            part => {
                depth += 1;
                path.push(part);
            }
        }
    }
    Some(path)
}

/// Recordings of one channel in the middle stand where the built-in kit has their instruments, if the whole kit says nothing.
fn place_unplaced(pads: &mut [Pad; INSTRUMENTS]) {
    let is_placed = |region: &Region| region.pan != 0.0 || !region.sound.is_mono();
    if pads.iter().flat_map(plain).any(is_placed) {
        return;
    }
    for instrument in Instrument::ALL {
        for region in &mut pads[instrument.index()].regions {
            region.pan = kit::pan(instrument);
        }
    }
}

/// The recordings of a pad's plain stroke.
fn plain(pad: &Pad) -> impl Iterator<Item = &Region> {
    pad.regions.iter().filter(|region| region.articulation == Articulation::Plain)
}

/// The gain that makes the loudest full plain stroke on kick and snare, or else on anything, peak at -12 dBFS.
fn even_gain(pads: &[Pad; INSTRUMENTS]) -> f32 {
    let peak = |pads: &[Pad]| {
        let regions = pads.iter().flat_map(plain);
        regions.fold(0.0_f32, |peak, region| peak.max(region.gain.abs() * region.sound.peak()))
    };
    let loudest = [peak(&pads[..2]), peak(pads)].into_iter().find(|peak| *peak > 1e-4);
    loudest.map_or(1.0, |peak| 0.25 / peak)
}

/// A region that every stroke plays, as it was recorded.
pub(crate) fn plain_region(sound: Arc<kit::Sound>) -> Region {
    Region {
        articulation: Articulation::Plain,
        sound,
        velocity: (0.0, 1.0),
        gain: 1.0,
        exponent: 1.5,
        pan: 0.0,
        speed: 1.0,
        turn: (1, 0),
        chance: (0.0, 1.0),
    }
}
