//! All that a plugin played: audio and notes, at absolute sample times.

use clack_host::events::UnknownEvent;
use clack_host::events::io::{OutputEventBuffer, TryPushError};
use clack_host::events::spaces::CoreEventSpace;

use crate::error::HostError;

/// What happened to a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteKind {
    /// It starts, at a velocity in `[0, 1]`.
    On(f64),
    /// It is released.
    Off,
    /// It is cut short.
    Choke,
}

/// A note event that the plugin sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteEvent {
    /// Samples since the host was loaded.
    pub time: u64,
    /// MIDI channel, `0..16`; -1 says all.
    pub channel: i16,
    /// MIDI key, `0..128`; -1 says all.
    pub key: i16,
    /// What happened.
    pub kind: NoteKind,
}

/// Everything played since loading, or since the last [`take_recording`](crate::Host::take_recording).
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Left and right samples.
    pub audio: [Vec<f32>; 2],
    /// The same of the further outputs, if there are any.
    pub aux: Vec<[Vec<f32>; 2]>,
    /// Notes in the order sent, which is in time order.
    pub notes: Vec<NoteEvent>,
    /// Raw MIDI messages beside the notes, with their times: CLAP asks for one dialect, not both.
    pub midi: Vec<(u64, [u8; 3])>,
    /// Events that the host refused: see [`Host::refuse_events_beyond`](crate::Host::refuse_events_beyond).
    pub refused: usize,
}

impl Recording {
    /// Channels and keys of notes that started more often than they ended, once for each time.
    pub fn hanging_notes(&self) -> Vec<(i16, i16)> {
        let mut held = Vec::new();
        for note in &self.notes {
            let id = (note.channel, note.key);
            match note.kind {
                NoteKind::On(_) => held.push(id),
                NoteKind::Off | NoteKind::Choke => {
                    if let Some(place) = held.iter().position(|&other| other == id) {
                        held.remove(place);
                    }
                }
            }
        }
        held
    }
}

/// The output list of one block: sorts events into the recording, and checks them.
pub(crate) struct BlockEvents<'a> {
    pub(crate) recording: &'a mut Recording,
    /// Time of the block's first sample.
    pub(crate) start: u64,
    pub(crate) frames: u32,
    /// How many more events the host has room for.
    pub(crate) room: usize,
    pub(crate) previous: u32,
    /// The first rule broken.
    pub(crate) error: Option<HostError>,
}

impl OutputEventBuffer for BlockEvents<'_> {
    fn try_push(&mut self, event: &UnknownEvent) -> Result<(), TryPushError> {
        if self.room == 0 {
            self.recording.refused += 1;
            return Err(TryPushError::new());
        }
        self.room -= 1;
        let offset = event.header().time();
        if offset >= self.frames {
            self.error.get_or_insert(HostError::OutsideBlock { offset, frames: self.frames });
        }
        if offset < self.previous {
            self.error.get_or_insert(HostError::OutOfOrder { offset, previous: self.previous });
        }
        self.previous = offset;

        let time = self.start + u64::from(offset);
        let (pckn, kind) = match event.as_core_event() {
            Some(CoreEventSpace::NoteOn(note)) => (note.pckn(), NoteKind::On(note.velocity())),
            Some(CoreEventSpace::NoteOff(note)) => (note.pckn(), NoteKind::Off),
            Some(CoreEventSpace::NoteChoke(note)) => (note.pckn(), NoteKind::Choke),
            Some(CoreEventSpace::Midi(midi)) => {
                self.recording.midi.push((time, midi.data()));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let (channel, key) = (pckn.raw_channel(), pckn.raw_key());
        self.recording.notes.push(NoteEvent { time, channel, key, kind });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(time: u64, key: i16, kind: NoteKind) -> NoteEvent {
        NoteEvent { time, channel: 9, key, kind }
    }

    #[test]
    fn a_note_started_twice_and_ended_once_hangs_once() {
        let notes = vec![
            note(0, 36, NoteKind::On(1.0)),
            note(1, 36, NoteKind::On(0.5)),
            note(2, 36, NoteKind::Off),
            note(3, 38, NoteKind::On(1.0)),
            note(4, 38, NoteKind::Choke),
        ];
        let recording = Recording { notes, ..Recording::default() };
        assert_eq!(recording.hanging_notes(), [(9, 36)]);
    }
}
