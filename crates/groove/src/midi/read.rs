//! Reading Standard MIDI Files.

mod track;

use std::collections::BTreeSet;

use self::track::TrackReader;
use super::repair::{End, Normalised, normalise};
use super::{Performance, Repair, TempoMap, TimeSignature};

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadMidiError {
    /// It does not begin as MIDI files do.
    #[error("not a Standard MIDI File")]
    NotMidi,
    /// It ends before its first note, or holds bytes there that no MIDI file may hold.
    #[error("damaged or cut off at byte {at} of {length}")]
    Damaged {
        /// Offset of the first event or chunk that could not be read.
        at: usize,
        /// Length of the file in bytes.
        length: usize,
    },
    /// It is of no known format, or holds several sequences where one is asked for.
    #[error("MIDI file format {0} is not supported; save it as format 0 or 1")]
    Format(u16),
    /// Its time is that of a film, which has no beats.
    #[error("its time is in SMPTE frames, which say nothing of beats; save it with ticks per beat")]
    Smpte,
    /// Its beat has no length.
    #[error("its header says 0 ticks per beat")]
    ZeroDivision,
}

/// Bytes that may precede a file that is not in a RIFF one; a MacBinary header has 128.
const MAX_PREFIX: usize = 1024;

/// Tracks read of a file: as many as a header can name.
const MAX_TRACKS: usize = u16::MAX as usize;

impl Performance {
    /// Reads the Standard MIDI File `bytes`, of format 0 or 1, or of format 2 with one sequence.
    ///
    /// - A note-on of velocity 0 is a note-off. Running status is understood.
    /// - A note-off ends every open note of its channel and key on its track. It leaves a note struck at
    ///   its own tick open if it ended an older one: where one note follows another directly, files
    ///   have the two events in either order.
    /// - A note-off without a note is ignored; a note without a note-off has no end.
    /// - Tempo and time signatures count wherever they stand, since not all programs keep them to
    ///   the first track.
    /// - What players play is read: see [`Repair`]. A file that is cut off is read as far as it goes.
    ///
    /// Memory is proportional to the length of `bytes`.
    ///
    /// # Errors
    /// See [`ReadMidiError`]. No file makes it panic.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadMidiError> {
        let mut sequences = Self::read_all(bytes)?;
        sequences.pop().filter(|_| sequences.is_empty()).ok_or(ReadMidiError::Format(2))
    }

    /// The sequences of the Standard MIDI File `bytes`, at least one: of format 2 each track with notes, of others all
    /// tracks together. What a first track without notes begins with, tempo and metre, holds for a sequence that says nothing.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, ReadMidiError> {
        let start = file_start(bytes).ok_or(ReadMidiError::NotMidi)?;
        let header = Header::read(bytes, start)?;
        let mut file = FileReader::new(bytes);
        if start > 0 {
            file.repairs.insert(Repair::Wrapped);
        }
        file.read_tracks(header.end);
        let found = file.tracks.len();
        if header.format > 2 {
            return Err(ReadMidiError::Format(header.format));
        }
        if usize::from(header.tracks) != found {
            let found = u16::try_from(found).unwrap_or(u16::MAX);
            file.repairs.insert(Repair::TrackCount { said: header.tracks, found });
        }
        let is_silent = |track: &TrackReader| track.track.notes.is_empty();
        if file.tracks.iter().all(is_silent) {
            // Of a file in which something is to be heard, that is worth a word; of others it is all there is to say.
            for repair in &file.repairs {
                if let Repair::CutOff(at) | Repair::Damaged(at) = *repair {
                    return Err(ReadMidiError::Damaged { at, length: bytes.len() });
                }
            }
        }
        let sequences: Vec<Vec<TrackReader>> = match header.format {
            2 => {
                let conductor = file.tracks.first().filter(|track| is_silent(track));
                let begin = conductor.map(TrackReader::begin).unwrap_or_default();
                let of_own = file.tracks.into_iter().filter(|track| !is_silent(track));
                of_own.map(|track| vec![track.beginning_as(begin)]).collect()
            }
            _ => vec![file.tracks],
        };
        let repairs: Vec<Repair> = file.repairs.into_iter().collect();
        let sequences = sequences.into_iter().map(|tracks| header.sequence(tracks, &repairs));
        let sequences: Vec<Self> = sequences.collect();
        Ok(match sequences.is_empty() {
            true => vec![header.sequence(Vec::new(), &repairs)],
            false => sequences,
        })
    }
}

/// Where in `bytes` the MIDI file begins: at 0, somewhere in a RIFF file, or after some bytes of a wrapper.
fn file_start(bytes: &[u8]) -> Option<usize> {
    const HEADER: &[u8; 8] = b"MThd\0\0\0\x06";
    if bytes.starts_with(b"MThd") {
        return Some(0);
    }
    let limit = if bytes.starts_with(b"RIFF") { usize::MAX } else { MAX_PREFIX };
    bytes.windows(HEADER.len()).take(limit).position(|window| window == HEADER)
}

struct Header {
    format: u16,
    tracks: u16,
    ticks_per_beat: u16,
    /// Where the first chunk after it begins.
    end: usize,
}

impl Header {
    fn read(bytes: &[u8], start: usize) -> Result<Self, ReadMidiError> {
        let body = start + 8;
        let Some(&[f0, f1, t0, t1, d0, d1]) = bytes.get(body..).and_then(<[u8]>::first_chunk::<6>)
        else {
            return Err(ReadMidiError::Damaged { at: start, length: bytes.len() });
        };
        let ticks_per_beat = match u16::from_be_bytes([d0, d1]) {
            0 => return Err(ReadMidiError::ZeroDivision),
            0x8000.. => return Err(ReadMidiError::Smpte),
            ticks_per_beat => ticks_per_beat,
        };
        // A header may be longer than it is today, but not so long that no track is left.
        let end = Chunk::at(bytes, start)
            .and_then(|header| header.end)
            .filter(|&end| end >= body + 6)
            .unwrap_or(body + 6);
        Ok(Self {
            format: u16::from_be_bytes([f0, f1]),
            tracks: u16::from_be_bytes([t0, t1]),
            ticks_per_beat,
            end,
        })
    }

    /// The sequence that `tracks` are together.
    fn sequence(&self, tracks: Vec<TrackReader>, repairs: &[Repair]) -> Performance {
        let (mut tempo_changes, mut time_signatures) = (Vec::new(), Vec::new());
        let (mut markers, mut read) = (Vec::new(), Vec::new());
        for mut track in tracks {
            tempo_changes.append(&mut track.tempo_changes);
            time_signatures.append(&mut track.time_signatures);
            markers.append(&mut track.markers);
            read.push(track.track);
        }
        // Stable, so that events at one tick stay in the file's order.
        tempo_changes.sort_by_key(|&(ticks, _)| ticks);
        time_signatures.sort_by_key(|signature: &TimeSignature| signature.start);
        markers.sort_by_key(|&(ticks, _)| ticks);
        Performance {
            ticks_per_beat: self.ticks_per_beat,
            tempo: TempoMap::new(self.ticks_per_beat, &tempo_changes),
            time_signatures,
            markers,
            tracks: read,
            repairs: repairs.to_vec(),
        }
    }
}

/// A chunk, the unit in which files are packed. midly's own reader of chunks believes their lengths; its reader of
/// events is used.
struct Chunk {
    is_track: bool,
    /// Where it says that it ends; `None` if that is beyond the file.
    end: Option<usize>,
}

impl Chunk {
    /// The chunk at `at`; `None` if there is none, for four letters are its name.
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let head = bytes.get(at..)?.first_chunk::<8>()?;
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        let end = usize::try_from(length).ok().and_then(|length| (at + 8).checked_add(length));
        head[..4].iter().all(|byte| (b' '..=b'~').contains(byte)).then_some(Self {
            is_track: head.starts_with(b"MTrk"),
            end: end.filter(|&end| end <= bytes.len()),
        })
    }
}

/// What has been read of a file.
struct FileReader<'a> {
    bytes: &'a [u8],
    tracks: Vec<TrackReader>,
    repairs: BTreeSet<Repair>,
}

impl<'a> FileReader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, tracks: Vec::new(), repairs: BTreeSet::new() }
    }

    /// Reads all tracks from `at` on, however many the header says there are, and passes over other chunks.
    fn read_tracks(&mut self, mut at: usize) {
        while at < self.bytes.len() && self.tracks.len() < MAX_TRACKS {
            match Chunk::at(self.bytes, at) {
                Some(chunk) if chunk.is_track => at = self.read_track(at + 8, chunk.end),
                Some(Chunk { end: Some(end), .. }) => at = end,
                _ => match self.next_track(at) {
                    Some(track) => at = track,
                    None => break,
                },
            }
        }
        if self.tracks.is_empty() {
            self.repairs.insert(Repair::CutOff(at));
        }
    }

    /// Where the next track after `at` begins.
    fn next_track(&self, at: usize) -> Option<usize> {
        let after = at + 1;
        let place = self.bytes[after..].windows(4).position(|window| window == b"MTrk")?;
        Some(after + place)
    }

    /// Reads the track whose events begin at `body`, which says that it ends at `end`, and returns where to go on.
    fn read_track(&mut self, body: usize, end: Option<usize>) -> usize {
        let bytes = self.bytes;
        let is_chunk = |at: usize| {
            let chunk = Chunk::at(bytes, at);
            at == bytes.len() || chunk.is_some_and(|chunk| chunk.is_track || chunk.end.is_some())
        };
        let mut reader = TrackReader::default();
        let whole = end.and_then(|end| reader.read(&bytes[body..end]).map(|left| (end, left)));
        let next = match whole {
            // The length is too long: the next track begins within it.
            Some((end, left)) if left > 0 && bytes[end - left..].starts_with(b"MTrk") => {
                self.repairs.insert(Repair::TrackLength);
                end - left
            }
            Some((end, _)) => end,
            None => {
                // A length is believed if something follows where it ends.
                let limit = end.filter(|&end| is_chunk(end));
                let track = normalise(&bytes[body..limit.unwrap_or(bytes.len())]);
                self.tell(&track, body, limit);
                reader = TrackReader::default();
                reader.read(&track.bytes);
                limit.unwrap_or(body + track.read)
            }
        };
        if reader.has_zeros {
            self.repairs.insert(Repair::Zero);
        }
        self.tracks.push(reader);
        next
    }

    /// Notes what was wrong with a track that begins at `body` and should end at `limit`.
    fn tell(&mut self, track: &Normalised, body: usize, limit: Option<usize>) {
        let at = body + track.read;
        let repairs = [
            (track.kept_running_status, Repair::RunningStatus),
            (track.had_system_messages, Repair::SystemMessages),
            (limit.is_none() && track.end != End::CutOff, Repair::TrackLength),
            // A track that ends with its last event lacks nothing that is heard.
            (track.end == End::CutOff && limit != Some(at), Repair::CutOff(at)),
            (track.end == End::Damaged && limit.is_some(), Repair::Damaged(at)),
        ];
        self.repairs
            .extend(repairs.into_iter().filter(|(is_so, _)| *is_so).map(|(_, repair)| repair));
    }
}
