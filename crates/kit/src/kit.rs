//! The kit: nine voices, a mixer and a room.

use groove::Instrument;

use crate::cymbal::{self, Cymbal};
use crate::hi_hat::{self, HiHat};
use crate::kick::Kick;
use crate::noise::Noise;
use crate::output::Output;
use crate::room::Room;
use crate::snare::Snare;
use crate::tom::{self, Tom};
use crate::voice::{CHUNK, Chunk, Voice};

/// Sample rates outside this range are taken as its nearer end, Hz.
const SAMPLE_RATES: (f32, f32) = (8_000.0, 768_000.0);

/// One channel of the mixer.
#[derive(Clone, Copy, Debug)]
struct Strip {
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
const STRIPS: [Strip; groove::INSTRUMENTS] = [
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
struct Mix {
    a: (f32, f32),
    b: (f32, f32),
    send: f32,
}

impl Mix {
    /// Adds a voice's two halves to the left and right of `bus` and `send`.
    #[inline]
    fn add(&self, a: &Chunk, b: &Chunk, bus: &mut [Chunk; 2], send: &mut [Chunk; 2]) {
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
    fn mix(&self) -> Mix {
        let place = |pan: f32| {
            let angle = (pan.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
            let gain = HEADROOM * self.gain;
            (gain * angle.cos(), gain * angle.sin())
        };
        Mix { a: place(self.pan - self.width), b: place(self.pan + self.width), send: self.send }
    }
}

/// The built-in drum kit, heard from the drummer's seat (hi-hat left, ride right).
///
/// Two kits that are given the same calls from [`Kit::new`] or [`Kit::reset`] on make the same
/// samples, however the rendering is cut into blocks.
///
/// # Example
///
/// ```
/// use groove::Instrument;
///
/// let mut kit = kit::Kit::new(48_000.0);
/// kit.trigger(Instrument::Snare, 0.8);
/// let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
/// kit.render(&mut left, &mut right);
/// assert!(left.iter().any(|&x| x != 0.0));
/// ```
#[derive(Clone, Debug)]
pub struct Kit {
    kick: Kick,
    snare: Snare,
    high_tom: Tom,
    low_mid_tom: Tom,
    floor_tom: Tom,
    open_hat: HiHat,
    closed_hat: HiHat,
    crash: Cymbal,
    ride: Cymbal,
    mix: [Mix; groove::INSTRUMENTS],
    room: Room,
    output: Output,
    /// The small differences between strokes.
    variation: Noise,
    /// Samples into the current chunk; 0 whenever the kit is silent.
    at: usize,
    is_silent: bool,
}

impl Kit {
    /// A silent kit at `sample_rate` in Hz. Allocates.
    pub fn new(sample_rate: f32) -> Self {
        let mut kit = Self {
            kick: Kick::new(),
            snare: Snare::new(),
            high_tom: Tom::new(tom::HIGH),
            low_mid_tom: Tom::new(tom::LOW_MID),
            floor_tom: Tom::new(tom::FLOOR),
            open_hat: HiHat::new(hi_hat::OPEN),
            closed_hat: HiHat::new(hi_hat::CLOSED),
            crash: Cymbal::new(&cymbal::CRASH),
            ride: Cymbal::new(&cymbal::RIDE),
            mix: STRIPS.map(|strip| strip.mix()),
            room: Room::new(),
            output: Output::new(),
            variation: Noise::new(0x6a61_6e67),
            at: 0,
            is_silent: true,
        };
        kit.set_sample_rate(sample_rate);
        kit
    }

    /// Sets the sample rate in Hz and falls silent, as after [`Self::reset`]. Rates outside 8 to 768 kHz are taken as
    /// the nearer end, NaN as 48 kHz. Allocates: not for the audio thread.
    pub fn set_sample_rate(&mut self, sample_rate: f32) {
        let (low, high) = SAMPLE_RATES;
        let sample_rate = if sample_rate.is_nan() { 48_000.0 } else { sample_rate };
        let sample_rate = sample_rate.clamp(low, high);
        self.for_each_voice(&mut |_, voice| voice.set_sample_rate(sample_rate));
        self.room.set_sample_rate(sample_rate);
        self.output.set_sample_rate(sample_rate);
        self.reset();
    }

    /// Falls silent at once and forgets everything: what follows sounds as on a new kit.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn reset(&mut self) {
        self.for_each_voice(&mut |_, voice| voice.reset());
        self.room.reset();
        self.output.reset();
        self.variation.reset();
        self.at = 0;
        self.is_silent = true;
    }

    /// Strikes `instrument`; it sounds from the next rendered sample on. `velocity` is in `[0, 1]`;
    /// 0, anything below and NaN strike nothing, anything above counts as 1. What it chokes is the
    /// caller's to [choke](Self::choke).
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn trigger(&mut self, instrument: Instrument, velocity: f32) {
        if velocity.is_nan() || velocity <= 0.0 {
            return;
        }
        let (at, mut variation) = (self.at, self.variation.clone());
        self.voice(instrument).trigger(velocity.min(1.0), at, &mut variation);
        self.variation = variation;
        self.is_silent = false;
    }

    /// Damps `instrument` by hand or foot: it dies within some hundredths of a second.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn choke(&mut self, instrument: Instrument) {
        let at = self.at;
        self.voice(instrument).choke(at);
    }

    /// Whether rendering would give nothing but zeros until the next [`Self::trigger`]. Then
    /// [`Self::render`] only writes zeros, and may as well be left out.
    pub fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// *Overwrites* `left` and `right` with the next samples, below full scale (absolute value under
    /// 1). They should be equally long; of a longer one the rest becomes silence.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len().min(right.len());
        let (mut left, left_rest) = left.split_at_mut(frames);
        let (mut right, right_rest) = right.split_at_mut(frames);
        left_rest.fill(0.0);
        right_rest.fill(0.0);
        while !left.is_empty() && !self.is_silent {
            let count = (CHUNK - self.at).min(left.len());
            let (now_left, later_left) = left.split_at_mut(count);
            let (now_right, later_right) = right.split_at_mut(count);
            self.render_within_chunk(now_left, now_right);
            (left, right) = (later_left, later_right);
        }
        left.fill(0.0);
        right.fill(0.0);
    }

    fn render_within_chunk(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (at, frames) = (self.at, left.len());
        if at == 0 {
            self.room.begin_chunk();
        }
        // Whole chunks, of which the first `frames` count: loops of a fixed length are vector code without remainders.
        let mut bus: [Chunk; 2] = [[0.0; CHUNK]; 2];
        let mut send: [Chunk; 2] = [[0.0; CHUNK]; 2];
        let mixes = self.mix;
        let mut is_fed = false;
        self.for_each_voice(&mut |i, voice| {
            if at == 0 {
                voice.begin_chunk();
            }
            if !voice.is_active() {
                return;
            }
            is_fed = true;
            let (mut a, mut b): (Chunk, Chunk) = ([0.0; CHUNK], [0.0; CHUNK]);
            voice.render(at, &mut a[..frames], &mut b[..frames]);
            mixes[i].add(&a, &b, &mut bus, &mut send);
        });
        if is_fed || self.room.is_active() {
            is_fed = true;
            self.room.exchange(at, frames, &mut send);
            for (bus, back) in bus.iter_mut().zip(&send) {
                for n in 0..CHUNK {
                    bus[n] += back[n];
                }
            }
        }
        if at == 0 {
            self.output.begin_chunk(is_fed);
        }
        left.copy_from_slice(&bus[0][..frames]);
        right.copy_from_slice(&bus[1][..frames]);
        self.output.process(left, right);
        self.at = (at + frames) % CHUNK;
        if self.at == 0 {
            let mut is_sounding = self.room.is_active() || self.output.is_active();
            self.for_each_voice(&mut |_, voice| is_sounding |= voice.is_active());
            self.is_silent = !is_sounding;
        }
    }

    fn voice(&mut self, instrument: Instrument) -> &mut dyn Voice {
        match instrument {
            Instrument::Kick => &mut self.kick,
            Instrument::Snare => &mut self.snare,
            Instrument::HighTom => &mut self.high_tom,
            Instrument::LowMidTom => &mut self.low_mid_tom,
            Instrument::HighFloorTom => &mut self.floor_tom,
            Instrument::OpenHiHat => &mut self.open_hat,
            Instrument::ClosedHiHat => &mut self.closed_hat,
            Instrument::Crash => &mut self.crash,
            Instrument::Ride => &mut self.ride,
        }
    }

    /// Calls `visit` with every voice and its column.
    fn for_each_voice(&mut self, visit: &mut dyn FnMut(usize, &mut dyn Voice)) {
        for instrument in Instrument::ALL {
            visit(instrument.index(), self.voice(instrument));
        }
    }
}
