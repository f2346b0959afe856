//! A bank of decaying modes: the body of a cymbal, the upper modes of a drum.
//!
//! A mode is a complex number that turns and shrinks, `z = r e^(i w)` per sample; its imaginary part
//! is heard. A strike adds to the real part ("velocity"), so the sound starts at zero and a second
//! strike joins the ringing of the first without a click, as on the real thing.
//!
//! The powers `z^0 .. z^15` of each mode are tabulated, so that a chunk is sixteen independent
//! multiply-adds per mode, which vectorise, and one complex multiplication; about half the work of
//! turning the mode sample by sample. Modes stand in order of decay time: those that have died are at
//! the end and cost nothing.

use crate::colour::{Octaves, Place};
use crate::decay::{self, SILENCE};
use crate::noise::Noise;
use crate::tuning::Tuning;
use crate::voice::{CHUNK, Chunk};

/// The cascade of energy feeds the modes above about this frequency: where Fletcher and Rossing saw
/// the shimmer grow.
const FEED_CORNER_HZ: f32 = 2500.0;

/// Modes sound below this share of the sample rate.
const BAND_LIMIT: f32 = 0.45;

/// One mode as the instrument's author describes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    pub(crate) hz: f32,
    /// Time to fall by 60 dB, seconds.
    pub(crate) t60_s: f32,
    /// Amplitude after a strike of level 1; its sign is the mode shape's at the striking point.
    pub(crate) gain: f32,
}

/// How a strike excites the modes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Excitation {
    pub(crate) level: f32,
    /// Where the spectrum of the blow falls off (6 dB down): a stick stays on the metal for about
    /// the inverse of this, the shorter the harder the blow.
    pub(crate) cutoff_hz: f32,
    /// Relative random deviation of each mode's amplitude: no two blows hit the same spot.
    pub(crate) scatter: f32,
}

/// A mode ready to sound.
#[derive(Clone, Debug)]
struct Tables {
    cos: Chunk,
    sin: Chunk,
}

/// The bank. Even modes go to output `a`, odd ones to `b`.
#[derive(Clone, Debug)]
pub(crate) struct ModalBank {
    modes: Vec<Mode>,
    sample_rate: f32,
    tuning: Tuning,
    /// Modes below the band limit as they were made, in order of `modes`, an even number.
    audible: Vec<Mode>,
    /// Theirs, as all that follows.
    tables: Vec<Tables>,
    gain: Vec<f32>,
    feed_gain: Vec<f32>,
    hz_squared: Vec<f32>,
    place: Vec<Place>,
    /// What tells one frequency from another when their scatter is drawn.
    key: Vec<u32>,
    step_re: Vec<f32>,
    step_im: Vec<f32>,
    re: Vec<f32>,
    im: Vec<f32>,
    /// Modes from here on are exactly zero; always even.
    active: usize,
    /// Whether `a` and `b` hold the current chunk.
    is_live: bool,
    a: Chunk,
    b: Chunk,
    is_choked: bool,
    choke_t60_s: f32,
    /// See [`ramp`].
    choke_ramp: Chunk,
    choke_step: f32,
    /// The same of what the last stroke damps.
    drag_ramp: Chunk,
    drag_step: f32,
    /// Level of the noise that keeps feeding the modes after a strike, see [`Self::feed`].
    feed: f32,
    feed_decay: f32,
    feed_noise: Noise,
    feed_t60_s: f32,
    feed_scale: f32,
}

impl ModalBank {
    /// A bank of `modes`, silent, unusable before [`Self::set_sample_rate`].
    pub(crate) fn new(mut modes: Vec<Mode>, choke_t60_s: f32, feed_t60_s: f32) -> Self {
        modes.sort_by(|a, b| b.t60_s.total_cmp(&a.t60_s));
        Self {
            modes,
            sample_rate: 48_000.0,
            tuning: Tuning::AS_MADE,
            audible: Vec::new(),
            tables: Vec::new(),
            gain: Vec::new(),
            feed_gain: Vec::new(),
            hz_squared: Vec::new(),
            place: Vec::new(),
            key: Vec::new(),
            step_re: Vec::new(),
            step_im: Vec::new(),
            re: Vec::new(),
            im: Vec::new(),
            active: 0,
            is_live: false,
            a: [0.0; CHUNK],
            b: [0.0; CHUNK],
            is_choked: false,
            choke_t60_s,
            choke_ramp: [1.0; CHUNK],
            choke_step: 1.0,
            drag_ramp: [1.0; CHUNK],
            drag_step: 1.0,
            feed: 0.0,
            feed_decay: 0.0,
            feed_noise: Noise::new(0x00c0_ffee),
            feed_t60_s,
            feed_scale: 0.0,
        }
    }

    /// Rebuilds the tables; modes above the band limit are left out. Allocates.
    pub(crate) fn set_sample_rate(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.audible.clear();
        let limit_hz = BAND_LIMIT * sample_rate;
        self.audible.extend(self.modes.iter().filter(|mode| mode.hz < limit_hz));
        if !self.audible.len().is_multiple_of(2) {
            // A silent mode fills up an odd pair.
            self.audible.push(Mode { hz: 1.0, t60_s: 0.01, gain: 0.0 });
        }
        self.place = self.audible.iter().map(|mode| Place::of(mode.hz)).collect();
        self.key = self.audible.iter().map(|mode| mode.hz.to_bits()).collect();
        let count = self.audible.len();
        self.tables.resize(count, Tables { cos: [0.0; CHUNK], sin: [0.0; CHUNK] });
        for state in [
            &mut self.gain,
            &mut self.feed_gain,
            &mut self.hz_squared,
            &mut self.step_re,
            &mut self.step_im,
            &mut self.re,
            &mut self.im,
        ] {
            state.resize(count, 0.0);
        }
        self.prepare();
        let choke = decay::per_sample(self.choke_t60_s, sample_rate);
        (self.choke_ramp, self.choke_step) = ramp(choke);
        self.feed_decay = decay::per_sample(self.feed_t60_s, sample_rate).powi(CHUNK as i32);
        // The same power per second, in however many chunks a second has.
        self.feed_scale = (CHUNK as f32 / sample_rate).sqrt();
        self.reset();
    }

    /// The tables of this tuning. A mode that is tuned beyond the band limit rings on there, and is struck no more.
    fn prepare(&mut self) {
        let Tuning { pitch, length } = self.tuning;
        let limit_hz = BAND_LIMIT * self.sample_rate;
        for (i, mode) in self.audible.iter().enumerate() {
            let hz = pitch * mode.hz;
            let (hz, gain) = if hz < limit_hz { (hz, mode.gain) } else { (limit_hz, 0.0) };
            // In f64: at 768 kHz the angle per sample is tiny and its error would detune.
            let angle = std::f64::consts::TAU * f64::from(hz) / f64::from(self.sample_rate);
            let radius = f64::from(decay::per_sample(length * mode.t60_s, self.sample_rate));
            let (turn_re, turn_im) = (radius * angle.cos(), radius * angle.sin());
            let (mut re, mut im) = (1.0, 0.0);
            let table = &mut self.tables[i];
            for (cos, sin) in table.cos.iter_mut().zip(&mut table.sin) {
                (*cos, *sin) = (re as f32, im as f32);
                (re, im) = (re * turn_re - im * turn_im, re * turn_im + im * turn_re);
            }
            (self.step_re[i], self.step_im[i]) = (re as f32, im as f32);
            self.gain[i] = gain;
            let squared = hz * hz;
            self.hz_squared[i] = squared;
            self.feed_gain[i] = gain * squared / (squared + FEED_CORNER_HZ * FEED_CORNER_HZ);
        }
    }

    /// See [`Voice::tune`](crate::voice::Voice::tune).
    pub(crate) fn tune(&mut self, tuning: Tuning) {
        if self.tuning != tuning {
            self.tuning = tuning;
            self.prepare();
        }
    }

    pub(crate) fn reset(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
        self.active = 0;
        self.is_live = false;
        self.is_choked = false;
        self.drag(f32::INFINITY);
        self.feed = 0.0;
        self.feed_noise.reset();
    }

    pub(crate) fn is_active(&self) -> bool {
        self.active > 0
    }

    /// A blow at sample `at` of the current chunk.
    pub(crate) fn strike(&mut self, how: Excitation, at: usize, variation: &mut Noise) {
        self.begin_strike(at);
        let falloff = 1.0 / (how.cutoff_hz * how.cutoff_hz);
        for i in 0..self.tables.len() {
            let brightness = 1.0 / (1.0 + self.hz_squared[i] * falloff);
            let amplitude =
                how.level * self.gain[i] * brightness * variation.around(1.0, how.scatter);
            self.push(i, amplitude, at);
        }
    }

    /// A blow that excites each octave as told. Modes of one frequency scatter together.
    pub(crate) fn strike_octaves(
        &mut self,
        levels: &Octaves,
        scatter: f32,
        at: usize,
        variation: &mut Noise,
    ) {
        self.begin_strike(at);
        let blow = variation.next_bits();
        for i in 0..self.tables.len() {
            let level = self.place[i].read(levels);
            let scatter = Noise::new(blow ^ self.key[i]).around(1.0, scatter);
            self.push(i, level * self.gain[i] * scatter, at);
        }
    }

    fn begin_strike(&mut self, at: usize) {
        if at > 0 && !self.is_live {
            self.a = [0.0; CHUNK];
            self.b = [0.0; CHUNK];
            self.is_live = true;
        }
        self.is_choked = false;
        self.active = self.tables.len();
    }

    /// Gives mode `i` a push at sample `at` of the current chunk.
    #[inline]
    fn push(&mut self, i: usize, amplitude: f32, at: usize) {
        if at == 0 {
            self.re[i] += amplitude;
            return;
        }
        // The chunk is rendered already: add the new sound to the rest of it, and to the state at its end.
        let table = &self.tables[i];
        let out = if i.is_multiple_of(2) { &mut self.a } else { &mut self.b };
        for (out, sin) in out[at..].iter_mut().zip(&table.sin) {
            *out += amplitude * sin;
        }
        self.re[i] += amplitude * table.cos[CHUNK - at];
        self.im[i] += amplitude * table.sin[CHUNK - at];
    }

    /// Lets noise of `level` (fading with the bank's feed time) go on exciting the modes: the
    /// energy that, in a hard-struck cymbal, cascades from the low modes into the high ones for
    /// some tenths of a second (Fletcher and Rossing, "The Physics of Musical Instruments", on
    /// cymbals: the 3 to 5 kHz shimmer grows after the blow).
    pub(crate) fn feed(&mut self, level: f32) {
        self.feed = self.feed.max(level);
    }

    /// From the next chunk on all modes fall by 60 dB in `t60_s` more than by themselves.
    pub(crate) fn drag(&mut self, t60_s: f32) {
        let drag = decay::per_sample(self.tuning.length * t60_s, self.sample_rate);
        (self.drag_ramp, self.drag_step) = ramp(drag);
    }

    /// Damps everything from sample `at` of the current chunk on.
    pub(crate) fn choke(&mut self, at: usize) {
        self.feed = 0.0;
        if self.is_choked || self.active == 0 {
            return;
        }
        self.is_choked = true;
        if at == 0 {
            return; // the chunk about to begin does all of it
        }
        for (n, gain) in self.choke_ramp[..CHUNK - at].iter().enumerate() {
            self.a[at + n] *= gain;
            self.b[at + n] *= gain;
        }
        self.scale_state(self.choke_ramp[CHUNK - at]);
    }

    fn scale_state(&mut self, gain: f32) {
        for x in self.re[..self.active].iter_mut().chain(&mut self.im[..self.active]) {
            *x *= gain;
        }
    }

    pub(crate) fn begin_chunk(&mut self) {
        self.is_live = self.active > 0;
        if !self.is_live {
            return;
        }
        self.excite();
        let mut a = [0.0; CHUNK];
        let mut b = [0.0; CHUNK];
        let (tables, _) = self.tables[..self.active].as_chunks::<2>();
        let (re, _) = self.re[..self.active].as_chunks::<2>();
        let (im, _) = self.im[..self.active].as_chunks::<2>();
        for (([even, odd], re), im) in tables.iter().zip(re).zip(im) {
            for n in 0..CHUNK {
                a[n] += even.cos[n] * im[0] + even.sin[n] * re[0];
                b[n] += odd.cos[n] * im[1] + odd.sin[n] * re[1];
            }
        }
        let steps = self.step_re.iter().zip(&self.step_im);
        let states = self.re[..self.active].iter_mut().zip(&mut self.im[..self.active]);
        for ((re, im), (step_re, step_im)) in states.zip(steps) {
            let turned = *re * step_re - *im * step_im;
            *im = *re * step_im + *im * step_re;
            *re = turned;
        }
        let (ramp, step) = if self.is_choked {
            (self.choke_ramp, self.choke_step)
        } else {
            (self.drag_ramp, self.drag_step)
        };
        if step < 1.0 {
            for (n, gain) in ramp.iter().enumerate() {
                a[n] *= gain;
                b[n] *= gain;
            }
            self.scale_state(step);
        }
        self.a = a;
        self.b = b;
        self.retire();
    }

    /// Feeds one impulse of noise into all modes.
    fn excite(&mut self) {
        if self.feed < SILENCE {
            self.feed = 0.0;
            return;
        }
        let push = self.feed * self.feed_scale * self.feed_noise.next();
        for (re, gain) in self.re.iter_mut().zip(&self.feed_gain) {
            *re += push * gain;
        }
        self.feed *= self.feed_decay;
    }

    /// Sets the modes at the end that have died to exactly zero.
    fn retire(&mut self) {
        if self.feed > 0.0 {
            return;
        }
        while self.active > 0 {
            let last = self.active - 2..self.active;
            let sum = |state: &[f32]| state[last.clone()].iter().map(|x| x.abs()).sum::<f32>();
            if sum(&self.re) + sum(&self.im) > SILENCE {
                return;
            }
            self.re[last.clone()].fill(0.0);
            self.im[last].fill(0.0);
            self.active -= 2;
        }
        self.is_choked = false;
    }

    /// Adds the chunk's samples from `at` on.
    pub(crate) fn add_to(&self, at: usize, a: &mut [f32], b: &mut [f32]) {
        if !self.is_live {
            return;
        }
        for (out, x) in a.iter_mut().zip(&self.a[at..]) {
            *out += x;
        }
        for (out, x) in b.iter_mut().zip(&self.b[at..]) {
            *out += x;
        }
    }
}

/// Powers of a factor per sample, and the one of a whole chunk.
fn ramp(factor: f32) -> (Chunk, f32) {
    (std::array::from_fn(|n| factor.powi(n as i32)), factor.powi(CHUNK as i32))
}

#[cfg(test)]
mod tests;
