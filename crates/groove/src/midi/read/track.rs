//! Reading the events of one track.

use std::collections::HashMap;

use midly::{EventIter, MetaMessage, MidiMessage, TrackEventKind};

use crate::midi::strokes::FOOT_CONTROLLER;
use crate::midi::{Note, TimeSignature, Track};
use crate::time::Ticks;

/// Characters kept of the name of a track or marker.
const MAX_NAME: usize = 40;

/// `bytes` of a name, as it is kept.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let shown = text.chars().filter(|c| !c.is_control()).take(MAX_NAME);
    shown.collect::<String>().trim().to_owned()
}

/// What has been read of a track, and which of its notes are open.
#[derive(Default)]
pub(super) struct TrackReader {
    pub(super) track: Track,
    pub(super) tempo_changes: Vec<(Ticks, u32)>,
    pub(super) time_signatures: Vec<TimeSignature>,
    pub(super) markers: Vec<(Ticks, String)>,
    /// Whether there were tempos or metres of 0.
    pub(super) has_zeros: bool,
    /// Indices of the open notes of each channel and key.
    open: HashMap<(u8, u8), Vec<usize>>,
    /// Index of the last note of each channel and key.
    last: HashMap<(u8, u8), usize>,
    /// The foot controller of each channel.
    foot: [Option<u8>; 16],
}

impl TrackReader {
    /// The tempo and metre that hold at the beginning, where the track says so.
    pub(super) fn begin(&self) -> (Option<(Ticks, u32)>, Option<TimeSignature>) {
        let tempos = self.tempo_changes.iter().take_while(|(start, _)| *start == Ticks(0));
        let metres = self.time_signatures.iter().take_while(|metre| metre.start == Ticks(0));
        (tempos.last().copied(), metres.last().copied())
    }

    /// This track, beginning with `tempo` and `metre` if it has none of its own.
    pub(super) fn beginning_as(
        mut self,
        (tempo, metre): (Option<(Ticks, u32)>, Option<TimeSignature>),
    ) -> Self {
        if self.tempo_changes.is_empty() {
            self.tempo_changes.extend(tempo);
        }
        if self.time_signatures.is_empty() {
            self.time_signatures.extend(metre);
        }
        self
    }

    /// Reads the events of a track up to its end, and returns how many bytes are left after that; `None` if
    /// there is something before it that midly cannot read, or no end.
    pub(super) fn read(&mut self, body: &[u8]) -> Option<usize> {
        let mut events = EventIter::new(body);
        let mut now = Ticks(0);
        loop {
            let event = events.next()?.ok()?;
            // At most 2^28 ticks an event, so no file overflows this.
            now.0 += u64::from(event.delta.as_int());
            self.track.end = now;
            match event.kind {
                TrackEventKind::Midi { channel, message } => {
                    self.message(now, channel.as_int(), message);
                }
                TrackEventKind::Meta(MetaMessage::Tempo(tempo)) => match tempo.as_int() {
                    0 => self.has_zeros = true,
                    tempo => self.tempo_changes.push((now, tempo)),
                },
                TrackEventKind::Meta(MetaMessage::TimeSignature(0, ..)) => self.has_zeros = true,
                TrackEventKind::Meta(MetaMessage::TimeSignature(numerator, power, ..)) => {
                    let denominator_power = power;
                    self.time_signatures.push(TimeSignature {
                        start: now,
                        numerator,
                        denominator_power,
                    });
                }
                TrackEventKind::Meta(MetaMessage::TrackName(name))
                    if self.track.name.is_empty() =>
                {
                    self.track.name = text(name);
                }
                TrackEventKind::Meta(
                    MetaMessage::Marker(marker) | MetaMessage::CuePoint(marker),
                ) => {
                    let marker = text(marker);
                    if !marker.is_empty() {
                        self.markers.push((now, marker));
                    }
                }
                TrackEventKind::Meta(MetaMessage::EndOfTrack) => {
                    return Some(events.unread().len());
                }
                _ => {}
            }
        }
    }

    fn message(&mut self, now: Ticks, channel: u8, message: MidiMessage) {
        match message {
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                let (key, velocity) = (key.as_int(), vel.as_int());
                self.open.entry((channel, key)).or_default().push(self.track.notes.len());
                self.last.insert((channel, key), self.track.notes.len());
                let foot = self.foot[usize::from(channel)];
                let (start, end, grabbed) = (now, None, None);
                self.track.notes.push(Note { start, end, channel, key, velocity, foot, grabbed });
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                self.note_off(now, channel, key.as_int());
            }
            MidiMessage::Aftertouch { key, vel } if vel > 0 => {
                if let Some(&last) = self.last.get(&(channel, key.as_int())) {
                    self.track.notes[last].grabbed.get_or_insert(now);
                }
            }
            MidiMessage::Controller { controller, value } => {
                if controller.as_int() == FOOT_CONTROLLER {
                    self.foot[usize::from(channel)] = Some(value.as_int());
                }
                self.track.last_control[usize::from(channel)] = Some(now);
            }
            MidiMessage::PitchBend { .. } => {
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
