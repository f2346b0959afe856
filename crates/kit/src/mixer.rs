//! Where each instrument stands, how loud it is, and how much of it the room hears.

use groove::{INSTRUMENTS, Instrument};

use crate::voice::{CHUNK, Chunk};

/// One channel of the mixer.
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

/// Gains of a voice's two halves into left and right, at constant power.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mix {
    a: (f32, f32),
    b: (f32, f32),
    send: f32,
}

impl Mix {
    /// Adds a voice's two halves to the left and right of `bus` and `send`.
    #[inline]
    pub(crate) fn add(&self, a: &Chunk, b: &Chunk, bus: &mut [Chunk; 2], send: &mut [Chunk; 2]) {
        for (side, (from_a, from_b)) in
            [(self.a.0, self.b.0), (self.a.1, self.b.1)].into_iter().enumerate()
        {
            for n in 0..CHUNK {
                let sample = a[n] * from_a + b[n] * from_b;
                bus[side][n] += sample;
                send[side][n] += self.send * sample;
            }
        }
    }
}

impl Strip {
    /// Recordings have their place and their loudness in them; what is sent to the room is ours.
    pub(crate) fn as_recorded(&self) -> Mix {
        Mix { a: (1.0, 0.0), b: (0.0, 1.0), send: 0.5 * self.send }
    }

    pub(crate) fn mix(&self) -> Mix {
        let place = |pan: f32| {
            let angle = (pan.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
            let gain = HEADROOM * self.gain;
            (gain * angle.cos(), gain * angle.sin())
        };
        Mix { a: place(self.pan - self.width), b: place(self.pan + self.width), send: self.send }
    }
}

/// Where the built-in kit has `instrument`, -1 left to 1 right: for recordings that say nothing of it.
pub fn pan(instrument: Instrument) -> f32 {
    STRIPS[instrument.index()].pan
}
