//! SF3: a soundfont whose recordings are Ogg Vorbis files, each on its own.
//!
//! The reader of SF2 refuses such files. It gets one with silence for recordings, all of the same length, and the recordings are
//! decoded as they are asked for: of a font for all instruments, the drums alone. As MuseScore writes them and FluidSynth reads them: bit 4
//! of a recording's type says that it is compressed, its start and end are then bytes.

use std::ops::Range;

use super::chunks::chunks;
use crate::audio;

/// Samples of the silence; regions move their ends from there.
const LENGTH: i32 = 1 << 22;
/// Samples beyond the silence, for loops that end after it.
const BEYOND: usize = 1 << 16;
/// Bytes of a recording's header, and where its start and its type are.
const HEADER: usize = 46;
const START: usize = 20;
const TYPE: usize = 44;
/// The type's bit of a compressed recording.
const COMPRESSED: u8 = 1 << 4;

/// The recordings of an SF3.
pub(super) struct Compressed<'a> {
    /// All recordings' bytes.
    bytes: &'a [u8],
    /// Where each is, and whether it is compressed; else its samples have 16 bits.
    places: Vec<(Range<usize>, bool)>,
}

impl<'a> Compressed<'a> {
    /// The recordings of the soundfont `bytes`, and the same soundfont with silence for them. `None` if none is compressed.
    pub(super) fn of(bytes: &'a [u8]) -> Option<(Self, Vec<u8>)> {
        let chunks = chunks(bytes).ok()?;
        let find = |wanted: &[u8; 4]| {
            let found = chunks.iter().find(|(name, _)| name == wanted);
            found.map(|(_, content)| content.clone())
        };
        let (recordings, headers) = (find(b"smpl")?, find(b"shdr")?);
        // The lists that hold both begin twelve bytes before their first chunk.
        let list = |kind: &[u8; 4]| {
            let of_kind = |content: &Range<usize>| &bytes[content.clone()] == kind;
            let found = chunks.iter().find(|(name, content)| name == b"LIST" && of_kind(content));
            found.map(|(_, content)| content.start - 8)
        };
        let (samples_list, parameters_list) = (list(b"sdta")?, list(b"pdta")?);
        if headers.start < parameters_list || parameters_list < samples_list {
            return None;
        }
        let mut places = Vec::new();
        let mut silenced = bytes[..samples_list].to_vec();
        let silence = 2 * (LENGTH as usize + BEYOND);
        silenced.extend(b"LIST");
        silenced.extend((silence as u32 + 12).to_le_bytes());
        silenced.extend(b"sdtasmpl");
        silenced.extend((silence as u32).to_le_bytes());
        silenced.resize(silenced.len() + silence, 0);
        let moved = silenced.len();
        silenced.extend(&bytes[parameters_list..]);
        for at in headers.step_by(HEADER) {
            let header = bytes.get(at..at + HEADER)?;
            let field = |n: usize| {
                let at = START + 4 * n;
                u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
            };
            let (start, end) = (field(0) as usize, field(1) as usize);
            let is_compressed = header[TYPE] & COMPRESSED != 0;
            let size = if is_compressed { 1 } else { size_of::<i16>() };
            places.push((
                recordings.start + size * start..recordings.start + size * end,
                is_compressed,
            ));
            // Start, end, and a loop of no length in the middle.
            let at = moved + at - parameters_list + START;
            for (n, value) in [0, LENGTH, LENGTH / 2, LENGTH / 2].into_iter().enumerate() {
                silenced[at + 4 * n..at + 4 * n + 4].copy_from_slice(&value.to_le_bytes());
            }
        }
        let any = places.iter().any(|(_, is_compressed)| *is_compressed);
        any.then_some((Self { bytes, places }, silenced))
    }

    /// The samples of recording `id`, from `start` to `end` as the soundfont with silence has them. `None` if it is broken.
    pub(super) fn samples(&self, id: usize, start: usize, end: usize) -> Option<Vec<f32>> {
        let (place, is_compressed) = self.places.get(id)?.clone();
        let bytes = self.bytes.get(place)?;
        let mut samples = match is_compressed {
            true => audio::decode_one_channel(bytes.to_vec()).ok()?,
            false => bytes
                .chunks_exact(2)
                .map(|x| i16::from_le_bytes([x[0], x[1]]))
                .map(super::sample)
                .collect(),
        };
        // Ends are moved towards the beginning.
        let cut = (LENGTH as usize).saturating_sub(end);
        samples.truncate(samples.len().checked_sub(cut)?);
        samples.drain(..start.min(samples.len()));
        Some(samples)
    }
}
