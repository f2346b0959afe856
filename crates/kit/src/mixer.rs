//! Where each instrument stands, how loud it is, and how much of it the room hears.

use groove::{INSTRUMENTS, Instrument};

use crate::glide::Glide;
use crate::settings::InstrumentSettings;
use crate::voice::{CHUNK, Chunk};

/// One channel of the mixer as it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip {
    /// Loudness of a full stroke.
    gain: f32,
    /// Where it stands, -1 left to 1 right, from the drummer's seat.
    pan: f32,
    /// How far the voice's two halves stand apart, in the same unit.
    width: f32,
    /// Into the room.
    send: f32,
}

/// The mixer, in column order. From the drummer's seat: hi-hat and crash at the left hand, toms
/// from left to right, ride at the right. Gains were set by measuring a rock groove (see the
/// crate's `balance` test).
pub(crate) const STRIPS: [Strip; INSTRUMENTS] = [
    Strip { gain: 0.31, pan: 0.0, width: 0.05, send: 0.10 },
    Strip { gain: 0.46, pan: -0.06, width: 0.20, send: 0.26 },
    Strip { gain: 0.26, pan: -0.30, width: 0.15, send: 0.24 },
    Strip { gain: 0.26, pan: 0.08, width: 0.15, send: 0.24 },
    Strip { gain: 0.26, pan: 0.42, width: 0.15, send: 0.24 },
    Strip { gain: 0.15, pan: -0.42, width: 0.25, send: 0.14 },
    Strip { gain: 0.20, pan: -0.42, width: 0.18, send: 0.12 },
    Strip { gain: 0.19, pan: -0.34, width: 0.45, send: 0.14 },
    Strip { gain: 0.19, pan: 0.46, width: 0.35, send: 0.12 },
];

/// Brings the peaks of an ordinary groove, velocities 0.5 to 0.9, to -12 to -9 dBFS, which leaves the
/// limiter alone.
const HEADROOM: f32 = 0.66;

/// A channel of the mixer at work: the gains of a voice's two halves into left and right, a to left, a to right, b to left, b to
/// right, and the share of both that goes to the room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channel {
    gains: Glide<4>,
    send: f32,
}

impl Channel {
    fn new(gains: [f32; 4], send: f32) -> Self {
        Self { gains: Glide::new(gains), send }
    }

    /// Called when a chunk begins.
    pub(crate) fn advance(&mut self, share: f32) {
        self.gains.advance(share);
    }

    /// Has its gains at once.
    pub(crate) fn jump(&mut self) {
        self.gains.jump();
    }

    /// Adds a voice's two halves, which begin at `at` of the current chunk, to the left and right of `bus` and `send`.
    #[inline]
    pub(crate) fn add(
        &self,
        at: usize,
        a: &Chunk,
        b: &Chunk,
        bus: &mut [Chunk; 2],
        send: &mut [Chunk; 2],
    ) {
        let still = self.gains.still();
        for side in 0..2 {
            for n in 0..CHUNK {
                let (from_a, from_b) = match still {
                    Some(gains) => (gains[side], gains[2 + side]),
                    None => (self.gains.at(side, at + n), self.gains.at(2 + side, at + n)),
                };
                let sample = a[n] * from_a + b[n] * from_b;
                bus[side][n] += sample;
                send[side][n] += self.send * sample;
            }
        }
    }

    /// Sets the gains for a voice of ours in `strip`.
    pub(crate) fn set(&mut self, strip: &Strip, settings: &InstrumentSettings) {
        self.gains.aim(strip.gains(settings));
    }

    /// Sets the gains for recordings.
    pub(crate) fn set_recorded(&mut self, settings: &InstrumentSettings) {
        self.gains.aim(recorded_gains(settings));
    }
}

/// Recordings have their place and their loudness in them. Moved aside, the channel of the far side joins the other; a sound that
/// both have alike stays as loud.
fn recorded_gains(settings: &InstrumentSettings) -> [f32; 4] {
    let InstrumentSettings { level, pan, .. } = *settings;
    let level = level / (1.0 + pan * pan).sqrt();
    let (to_left, to_right) = ((-pan).max(0.0), pan.max(0.0));
    [1.0 - to_right, to_right, to_left, 1.0 - to_left].map(|gain| level * gain)
}

impl Strip {
    /// The channel of recordings; what is sent to the room is ours.
    pub(crate) fn recorded_channel(&self) -> Channel {
        Channel::new(recorded_gains(&InstrumentSettings::default()), 0.5 * self.send)
    }

    pub(crate) fn channel(&self) -> Channel {
        Channel::new(self.gains(&InstrumentSettings::default()), self.send)
    }

    /// Constant power wherever it stands.
    fn gains(&self, settings: &InstrumentSettings) -> [f32; 4] {
        let InstrumentSettings { level, pan: moved, .. } = *settings;
        let gain = HEADROOM * self.gain * level;
        let side = if moved < 0.0 { -1.0 } else { 1.0 };
        let pan = self.pan + moved.abs() * (side - self.pan);
        let width = self.width * (1.0 - moved.abs());
        let place = |pan: f32| {
            let angle = (pan.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
            [gain * angle.cos(), gain * angle.sin()]
        };
        let ([a_left, a_right], [b_left, b_right]) = (place(pan - width), place(pan + width));
        [a_left, a_right, b_left, b_right]
    }
}

/// Where the built-in kit has `instrument`, -1 left to 1 right: for recordings that say nothing of it.
pub fn pan(instrument: Instrument) -> f32 {
    STRIPS[instrument.index()].pan
}
