//! A kit of recordings as the audio thread plays it: data only. Crate `sample-kit` reads it from files.

use std::sync::Arc;

use groove::{Articulation, INSTRUMENTS, Instrument};

/// A recording with one or two channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    sample_rate: f32,
    channels: usize,
    /// Interleaved.
    samples: Vec<f32>,
}

impl Sound {
    /// A recording of interleaved `samples`. `None` for other than one or two channels, a rate outside 1 to 768 kHz, or samples
    /// that are not finite.
    pub fn new(sample_rate: f32, channels: usize, samples: Vec<f32>) -> Option<Self> {
        let is_sound = (1..=2).contains(&channels)
            && (1_000.0..=768_000.0).contains(&sample_rate)
            && samples.len().is_multiple_of(channels)
            && samples.iter().all(|x| x.is_finite());
        is_sound.then_some(Self { sample_rate, channels, samples })
    }

    /// Length in samples per channel.
    pub fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// The largest absolute value.
    pub fn peak(&self) -> f32 {
        self.samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
    }

    /// Whether it has one channel.
    pub fn is_mono(&self) -> bool {
        self.channels == 1
    }

    /// Memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.samples.len() * size_of::<f32>()
    }

    pub(crate) fn sample_rate(&self) -> f32 {
        self.sample_rate
    }

    /// Left and right of frame `n`; silence before the beginning and after the end.
    #[inline]
    pub(crate) fn frame(&self, n: isize) -> (f32, f32) {
        let Ok(n) = usize::try_from(n) else {
            return (0.0, 0.0);
        };
        let left = self.samples.get(n * self.channels).copied().unwrap_or(0.0);
        let right = self.samples.get(n * self.channels + self.channels - 1).copied();
        (left, right.unwrap_or(0.0))
    }
}

/// A recording and when it is played.
#[derive(Clone, Debug)]
pub struct Region {
    /// Which strokes play it.
    pub articulation: Articulation,
    /// The recording, which other regions may share.
    pub sound: Arc<Sound>,
    /// The lowest and the highest velocity that play it, `[0, 1]`.
    pub velocity: (f32, f32),
    /// Amplitude of a full stroke.
    pub gain: f32,
    /// The amplitude of a stroke is its velocity to this power: 0 for a recording that has its loudness in it.
    pub exponent: f32,
    /// -1 left to 1 right.
    pub pan: f32,
    /// How much faster than recorded it is played, 1 for as it is.
    pub speed: f32,
    /// Of how many strokes in turn, `(length, position)`, it is the one at `position`, from 0 on; `(1, 0)` for every stroke.
    pub turn: (u32, u32),
    /// The part of `[0, 1)` in which a random number has to lie.
    pub chance: (f32, f32),
}

/// The recordings of one instrument.
#[derive(Clone, Debug, Default)]
pub struct Pad {
    /// In any order; without plain ones for an instrument that the built-in kit plays. A stroke that has none of its own plays
    /// these.
    pub regions: Vec<Region>,
    /// Instruments, one bit each (1 << index), that a stroke on this one silences.
    pub chokes: u16,
}

impl Pad {
    /// Whether strokes of `articulation` have recordings of their own.
    pub fn has(&self, articulation: Articulation) -> bool {
        self.regions.iter().any(|region| region.articulation == articulation)
    }
}

/// Recordings for nine instruments.
#[derive(Clone, Debug, Default)]
pub struct SampleKit {
    /// In column order.
    pub pads: [Pad; INSTRUMENTS],
    /// Gain of everything.
    pub gain: f32,
}

impl SampleKit {
    /// Instruments without a recording of the plain stroke.
    pub fn missing(&self) -> impl Iterator<Item = Instrument> {
        let is_missing = |i: &Instrument| !self.pads[i.index()].has(Articulation::Plain);
        Instrument::ALL.into_iter().filter(is_missing)
    }

    /// Memory of all recordings, each counted once, in bytes.
    pub fn bytes(&self) -> usize {
        let mut seen: Vec<*const Sound> = Vec::new();
        let regions = self.pads.iter().flat_map(|pad| &pad.regions);
        regions
            .filter(|region| {
                let pointer = Arc::as_ptr(&region.sound);
                let is_new = !seen.contains(&pointer);
                seen.push(pointer);
                is_new
            })
            .map(|region| region.sound.bytes())
            .sum()
    }
}
