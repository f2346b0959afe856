//! What was played, in the time of the file it was read from.

use super::{Repair, TempoMap};
use crate::time::Ticks;

/// The channel of drums in General MIDI: 10 as musicians count, 9 as MIDI does.
pub const DRUM_CHANNEL: u8 = 9;

/// The playing that a Standard MIDI File holds, of all tracks and channels.
///
/// Made by [`Performance::read`].
#[derive(Clone, Debug)]
pub struct Performance {
    /// The length of a quarter note in ticks, the file's PPQ; never 0.
    pub ticks_per_beat: u16,
    /// From ticks to seconds.
    pub tempo: TempoMap,
    /// All time signatures, in order of time: of several at one tick the last holds.
    pub time_signatures: Vec<TimeSignature>,
    /// Markers and cue points with a text, in order of time. Texts are as [`Track::name`].
    pub markers: Vec<(Ticks, String)>,
    /// The file's tracks, in its order.
    pub tracks: Vec<Track>,
    /// What was not as it should be and was read all the same, each once.
    pub repairs: Vec<Repair>,
}

/// One track of a file. Its notes may be on different channels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// All notes, in order of their starts.
    pub notes: Vec<Note>,
    /// When the last controller or pitch-bend event of each channel is, if it has any.
    pub last_control: [Option<Ticks>; 16],
    /// The track's name without control characters, at most 40 characters; empty if it has none.
    pub name: String,
    /// Where the track ends: its end-of-track event, or else its last event.
    pub end: Ticks,
}

/// A key struck, and when it was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it was struck.
    pub start: Ticks,
    /// When it was let go; `None` if the file never says. A drum machine may say `start`.
    pub end: Option<Ticks>,
    /// MIDI channel, `0..16`.
    pub channel: u8,
    /// MIDI note number, `0..128`.
    pub key: u8,
    /// MIDI velocity, `1..128`.
    pub velocity: u8,
    /// The foot controller, number 4, of the channel when it was struck: 0 for an open hi-hat to 127 for a closed one.
    /// `None` if it had not been moved yet.
    pub foot: Option<u8>,
    /// When the key was first pressed after the stroke, and before the next one: a hand that grabs the cymbal.
    pub grabbed: Option<Ticks>,
}

/// The metre from some moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSignature {
    /// From when on.
    pub start: Ticks,
    /// Beats in a bar.
    pub numerator: u8,
    /// The beat's note value as a power of two, as files write it: 2 is a quarter.
    pub denominator_power: u8,
}

impl Performance {
    /// Whether the file begins in 4/4, as it does where it states no metre.
    pub fn begins_in_four_four(&self) -> bool {
        let first = self.time_signatures.first().map(|first| first.start);
        let at_first = self.time_signatures.iter().take_while(|other| Some(other.start) == first);
        at_first.last().is_none_or(|holds| (holds.numerator, holds.denominator_power) == (4, 2))
    }

    /// Every note of every track and channel.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.tracks.iter().flat_map(|track| &track.notes)
    }
}
