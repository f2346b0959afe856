//! How much is read of files that come from strangers.

/// The largest text file (SFZ, XML), bytes.
pub const TEXT: u64 = 4 << 20;
/// The largest recording as a file, bytes.
pub const RECORDING: u64 = 256 << 20;
/// The largest recording that is heard piece by piece, bytes.
pub const HEARD: u64 = 2 << 30;
/// The largest SF2, bytes.
pub const SOUNDFONT: u64 = 1 << 30;
/// Memory of all recordings of a kit, bytes.
pub const MEMORY: usize = 1 << 30;
/// The longest recording; what follows is left out, seconds.
pub const SECONDS: f64 = 30.0;
/// Recordings of a kit; those of further instruments are not read.
pub const RECORDINGS: usize = 2000;
/// Regions of an SFZ.
pub const REGIONS: usize = 16_000;
/// Recordings that play one instrument.
pub const REGIONS_PER_PAD: usize = 500;
/// Files that an SFZ includes, each as often as it does.
pub const INCLUDES: usize = 5000;
/// Files that it includes one in another.
pub const INCLUDED: usize = 32;
/// Lines on what could not be read.
pub const REPORTED: usize = 8;
