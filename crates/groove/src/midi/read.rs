//! Reading Standard MIDI Files.

use midly::{EventIter, MetaMessage, MidiMessage, TrackEventKind};

use super::{Note, Performance, TempoMap, TimeSignature, Track};
use crate::time::Ticks;

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadMidiError {
    /// It does not begin as MIDI files do.
    #[error("not a Standard MIDI File")]
    NotMidi,
    /// It ends too early, or holds bytes that no MIDI file may hold.
    #[error("damaged or cut off at byte {at} of {length}")]
    Damaged {
        /// Offset of the first event or chunk that could not be read.
        at: usize,
        /// Length of the file in bytes.
        length: usize,
    },
    /// It is a set of independent sequences.
    #[error("MIDI file format {0} is not supported; save it as format 0 or 1")]
    Format(u16),
    /// Its time is that of a film, which has no beats.
    #[error("its time is in SMPTE frames, which say nothing of beats; save it with ticks per beat")]
    Smpte,
    /// Its beat has no length.
    #[error("its header says 0 ticks per beat")]
    ZeroDivision,
    /// Its tempo is infinite.
    #[error("its tempo at tick {at} is 0 microseconds per beat")]
    ZeroTempo {
        /// Where, in ticks from the beginning.
        at: u64,
    },
}

impl Performance {
    /// Reads the Standard MIDI File `bytes`, of format 0 or 1.
    ///
    /// - A note-on of velocity 0 is a note-off. Running status is understood.
    /// - A note-off ends every open note of its channel and key on its track. It leaves a note struck at
    ///   its own tick open if it ended an older one: where one note follows another directly, files
    ///   have the two events in either order.
    /// - A note-off without a note is ignored; a note without a note-off has no end.
    /// - Tempo and time signatures count wherever they stand, since not all programs keep them to
    ///   the first track.
    ///
    /// Memory is proportional to the length of `bytes`.
    ///
    /// # Errors
    /// See [`ReadMidiError`]. No file makes it panic.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadMidiError> {
        let (header, mut rest) = Header::read(bytes)?;
        let mut tempo_changes = Vec::new();
        let mut time_signatures = Vec::new();
        let mut tracks = Vec::new();
        while tracks.len() < usize::from(header.tracks) {
            let chunk = Chunk::read(&mut rest).ok_or_else(|| damaged(bytes, rest))?;
            if chunk.id != b"MTrk" {
                continue;
            }
            let mut reader = TrackReader::default();
            reader.read(bytes, chunk.body)?;
            tracks.push(reader.track);
            tempo_changes.append(&mut reader.tempo_changes);
            time_signatures.append(&mut reader.time_signatures);
        }
        if let Some(&(Ticks(at), _)) = tempo_changes.iter().find(|(_, tempo)| *tempo == 0) {
            return Err(ReadMidiError::ZeroTempo { at });
        }
        // Stable, so that events at one tick stay in the file's order.
        tempo_changes.sort_by_key(|&(ticks, _)| ticks);
        time_signatures.sort_by_key(|signature: &TimeSignature| signature.start);
        Ok(Self {
            ticks_per_beat: header.ticks_per_beat,
            tempo: TempoMap::new(header.ticks_per_beat, &tempo_changes),
            time_signatures,
            tracks,
        })
    }
}

/// The error of not getting further than `rest`, a part of `bytes`.
fn damaged(bytes: &[u8], rest: &[u8]) -> ReadMidiError {
    let at = (rest.as_ptr() as usize).wrapping_sub(bytes.as_ptr() as usize);
    ReadMidiError::Damaged { at, length: bytes.len() }
}

/// A chunk, the unit in which files are packed. midly's own reader of chunks takes a cut-off chunk for
/// whole unless told otherwise, and overflows on some divisions; its reader of events is used.
struct Chunk<'a> {
    id: &'a [u8],
    body: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Takes the next chunk off `rest`; `None`, and nothing taken, if it is cut off.
    fn read(rest: &mut &'a [u8]) -> Option<Self> {
        let (head, after) = rest.split_first_chunk::<8>()?;
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        let (body, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
        *rest = after;
        Some(Self { id: &head[..4], body })
    }
}

struct Header {
    tracks: u16,
    ticks_per_beat: u16,
}

impl Header {
    /// The header of the file `bytes`, and what follows it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), ReadMidiError> {
        if !bytes.starts_with(b"MThd") {
            return Err(ReadMidiError::NotMidi);
        }
        let mut rest = bytes;
        let chunk = Chunk::read(&mut rest).ok_or_else(|| damaged(bytes, bytes))?;
        let Some(&[f0, f1, t0, t1, d0, d1]) = chunk.body.first_chunk::<6>() else {
            return Err(damaged(bytes, chunk.body));
        };
        let format = u16::from_be_bytes([f0, f1]);
        if format > 1 {
            return Err(ReadMidiError::Format(format));
        }
        match u16::from_be_bytes([d0, d1]) {
            0 => Err(ReadMidiError::ZeroDivision),
            0x8000.. => Err(ReadMidiError::Smpte),
            ticks_per_beat => {
                let tracks = u16::from_be_bytes([t0, t1]);
                Ok((Self { tracks, ticks_per_beat }, rest))
            }
        }
    }
}

/// What has been read of a track, and which of its notes are open.
#[derive(Default)]
struct TrackReader {
    track: Track,
    tempo_changes: Vec<(Ticks, u32)>,
    time_signatures: Vec<TimeSignature>,
    /// Indices of the open notes of each channel and key.
    open: std::collections::HashMap<(u8, u8), Vec<usize>>,
}

impl TrackReader {
    /// Reads the events of a track, `body`, a part of the file `bytes`.
    fn read(&mut self, bytes: &[u8], body: &[u8]) -> Result<(), ReadMidiError> {
        let mut events = EventIter::new(body);
        let mut now = Ticks(0);
        loop {
            let unread = events.unread();
            let Some(event) = events.next() else { return Ok(()) };
            let event = event.map_err(|_| damaged(bytes, unread))?;
            // At most 2^28 ticks an event, so no file overflows this.
            now.0 += u64::from(event.delta.as_int());
            match event.kind {
                TrackEventKind::Midi { channel, message } => {
                    self.message(now, channel.as_int(), message);
                }
                TrackEventKind::Meta(MetaMessage::Tempo(tempo)) => {
                    self.tempo_changes.push((now, tempo.as_int()));
                }
                TrackEventKind::Meta(MetaMessage::TimeSignature(numerator, power, ..)) => {
                    let denominator_power = power;
                    self.time_signatures.push(TimeSignature {
                        start: now,
                        numerator,
                        denominator_power,
                    });
                }
                TrackEventKind::Meta(MetaMessage::EndOfTrack) => return Ok(()),
                _ => {}
            }
        }
    }

    fn message(&mut self, now: Ticks, channel: u8, message: MidiMessage) {
        match message {
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                let (key, velocity) = (key.as_int(), vel.as_int());
                self.open.entry((channel, key)).or_default().push(self.track.notes.len());
                self.track.notes.push(Note { start: now, end: None, channel, key, velocity });
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                self.note_off(now, channel, key.as_int());
            }
            MidiMessage::Controller { .. } | MidiMessage::PitchBend { .. } => {
                self.track.last_control[usize::from(channel)] = Some(now);
            }
            _ => {}
        }
    }

    fn note_off(&mut self, now: Ticks, channel: u8, key: u8) {
        let Some(open) = self.open.get_mut(&(channel, key)) else { return };
        let notes = &mut self.track.notes;
        let ends_an_older_one = open.iter().any(|&index| notes[index].start < now);
        open.retain(|&index| {
            let stays_open = ends_an_older_one && notes[index].start == now;
            if !stays_open {
                notes[index].end = Some(now);
            }
            stays_open
        });
    }
}
