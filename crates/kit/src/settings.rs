//! What is set on a kit: which one it is, how it is tuned, damped and mixed, and how much of its room is heard.

use groove::INSTRUMENTS;

use crate::tuning::Tuning;

/// The furthest that the kit, and each of its instruments, is tuned up or down, in semitones.
const MAX_TUNE: f32 = 12.0;

/// The largest gain of an instrument: 12 dB.
const MAX_LEVEL: f32 = 4.0;

/// The largest share of the room.
const MAX_ROOM: f32 = 2.0;

/// Decay times under full damping, against none.
const DAMPED: f32 = 0.125;

/// Which kit is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Model {
    /// Drums in a dry room.
    #[default]
    DryRoom,
    /// The same drums in a larger room.
    LargeRoom,
    /// A drum machine.
    Electronic,
}

/// Settings of a kit. The default is the kit as it was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Which built-in kit.
    pub model: Model,
    /// Semitones up, `[-12, 12]`.
    pub tune: f32,
    /// How much sooner drums fall silent: 0 as made, 1 in an eighth of the time.
    pub damping: f32,
    /// How much of the room is heard, against the kit as made: `[0, 2]`.
    pub room: f32,
    /// In column order.
    pub instruments: [InstrumentSettings; INSTRUMENTS],
}

/// Settings of one instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstrumentSettings {
    /// Gain, `[0, 4]`.
    pub level: f32,
    /// From where the kit has it (0) to the far left (-1) or right (1).
    pub pan: f32,
    /// Semitones up, `[-12, 12]`, on top of the kit's.
    pub tune: f32,
}

impl Default for Settings {
    fn default() -> Self {
        let model = Model::default();
        let instruments = [InstrumentSettings::default(); INSTRUMENTS];
        Self { model, tune: 0.0, damping: 0.0, room: 1.0, instruments }
    }
}

impl Default for InstrumentSettings {
    fn default() -> Self {
        Self { level: 1.0, pan: 0.0, tune: 0.0 }
    }
}

impl Settings {
    /// The same with every number in its range, and what is no number as made.
    pub(crate) fn within_range(&self) -> Self {
        let within = |x: f32, as_made: f32, low: f32, high: f32| {
            if x.is_nan() { as_made } else { x.clamp(low, high) }
        };
        Self {
            model: self.model,
            tune: within(self.tune, 0.0, -MAX_TUNE, MAX_TUNE),
            damping: within(self.damping, 0.0, 0.0, 1.0),
            room: within(self.room, 1.0, 0.0, MAX_ROOM),
            instruments: self.instruments.map(|one| InstrumentSettings {
                level: within(one.level, 1.0, 0.0, MAX_LEVEL),
                pan: within(one.pan, 0.0, -1.0, 1.0),
                tune: within(one.tune, 0.0, -MAX_TUNE, MAX_TUNE),
            }),
        }
    }

    /// How each instrument is tuned and damped.
    pub(crate) fn tunings(&self) -> [Tuning; INSTRUMENTS] {
        let length = DAMPED.powf(self.damping);
        self.instruments.map(|one| Tuning { pitch: ((self.tune + one.tune) / 12.0).exp2(), length })
    }
}
