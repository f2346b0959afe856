//! MIDI files built for tests, from notes in beats.

use groove::Pattern;
use groove::midi::{Clip, ClipOptions};

/// A note: its start and length in beats, channel (as musicians count), key and velocity.
#[derive(Clone, Copy)]
pub(crate) struct Note(pub(crate) f64, pub(crate) f64, pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// What is built of a file.
#[derive(Clone, Default)]
pub(crate) struct File {
    tracks: Vec<(&'static str, Vec<Note>)>,
    /// When (in beats), beats in a bar, and the beat as a power of two.
    signatures: Vec<(f64, u8, u8)>,
    /// When (in beats) and what it says.
    markers: Vec<(f64, &'static str)>,
    /// Where all tracks end, in beats; by default where their last note does.
    end: Option<f64>,
}

const TICKS: f64 = 480.0;

impl File {
    pub(crate) fn new(notes: Vec<Note>) -> Self {
        Self { tracks: vec![("", notes)], ..Self::default() }
    }

    pub(crate) fn ends(mut self, end: f64) -> Self {
        self.end = Some(end);
        self
    }

    pub(crate) fn metre(mut self, start: f64, numerator: u8, power: u8) -> Self {
        self.signatures.push((start, numerator, power));
        self
    }

    pub(crate) fn marker(mut self, start: f64, text: &'static str) -> Self {
        self.markers.push((start, text));
        self
    }

    pub(crate) fn track(mut self, name: &'static str, notes: Vec<Note>) -> Self {
        self.tracks.push((name, notes));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
        bytes.extend((self.tracks.len() as u16).to_be_bytes());
        bytes.extend((TICKS as u16).to_be_bytes());
        for (i, (name, notes)) in self.tracks.iter().enumerate() {
            // Offs before ons where they meet, as written by most programs.
            let mut events: Vec<(u32, u8, Vec<u8>)> = Vec::new();
            let ticks = |beats: f64| (beats * TICKS).round() as u32;
            if !name.is_empty() {
                let head = [0xFF, 3, name.len() as u8];
                events.push((0, 0, [&head[..], name.as_bytes()].concat()));
            }
            for &(start, text) in self.markers.iter().filter(|_| i == 0) {
                let head = [0xFF, 6, text.len() as u8];
                events.push((ticks(start), 0, [&head[..], text.as_bytes()].concat()));
            }
            for &(start, numerator, power) in self.signatures.iter().filter(|_| i == 0) {
                events.push((ticks(start), 0, vec![0xFF, 0x58, 4, numerator, power, 24, 8]));
            }
            for &Note(start, length, channel, key, velocity) in notes {
                let channel = channel - 1;
                events.push((ticks(start), 2, vec![0x90 | channel, key, velocity]));
                events.push((ticks(start + length), 1, vec![0x80 | channel, key, 0]));
            }
            let last = events.iter().map(|event| event.0).max().unwrap_or(0);
            events.push((self.end.map_or(last, ticks).max(last), 3, vec![0xFF, 0x2F, 0]));
            events.sort_by_key(|event| (event.0, event.1));
            let (mut body, mut now) = (Vec::new(), 0);
            for (at, _, event) in events {
                let delta = at - now;
                let digits = [delta >> 21, delta >> 14, delta >> 7, delta].map(|x| (x & 127) as u8);
                let first = digits.iter().position(|&digit| digit > 0).unwrap_or(3);
                body.extend(digits[first..3].iter().map(|digit| digit | 128));
                body.push(digits[3]);
                body.extend(event);
                now = at;
            }
            bytes.extend(b"MTrk");
            bytes.extend((body.len() as u32).to_be_bytes());
            bytes.extend(body);
        }
        bytes
    }

    pub(crate) fn read(&self, options: ClipOptions) -> Clip {
        Clip::read(&self.bytes(), options).unwrap()
    }

    /// Read as training reads it.
    pub(crate) fn windows(&self) -> Clip {
        self.read(ClipOptions { only_windows: true, ..ClipOptions::default() })
    }

    pub(crate) fn clip(&self) -> Clip {
        self.read(ClipOptions::default())
    }

    pub(crate) fn pattern(&self) -> Pattern {
        self.clip().pattern(1).unwrap()
    }
}

/// `bars` bars of 4/4 from beat `start` on: kick on one and three, snare on two and four, eighths of hats.
pub(crate) fn rock(start: f64, bars: usize, channel: u8, keys: [u8; 3]) -> Vec<Note> {
    let [kick, snare, hat] = keys;
    let mut notes = Vec::new();
    for beat in 0..4 * bars {
        let at = start + beat as f64;
        notes.push(Note(at, 0.125, channel, if beat % 2 == 0 { kick } else { snare }, 100));
        notes.push(Note(at, 0.125, channel, hat, 80));
        notes.push(Note(at + 0.5, 0.125, channel, hat, 60));
    }
    notes
}

pub(crate) const GENERAL_MIDI: [u8; 3] = [36, 38, 42];

pub(crate) fn drums(start: f64, bars: usize) -> Vec<Note> {
    rock(start, bars, 10, GENERAL_MIDI)
}
