//! Plays one instrument of a [`SampleKit`]: layers that cross-fade, strokes in turn, and small differences between equal strokes.

use std::sync::Arc;

use groove::{Articulation, INSTRUMENTS};

use crate::decay;
use crate::interpolator::Interpolator;
use crate::noise::Noise;
use crate::samples::{Pad, Region, SampleKit};
use crate::tuning::Tuning;
use crate::voice::Voice;

/// Recordings that sound at once.
const GRAINS: usize = 24;

/// At most so many of them ring freely; beyond that the oldest is faded out.
const RINGING: usize = 16;

/// Velocities over which one layer fades into the next, to either side of their border.
const CROSSFADE: f32 = 0.04;

/// How much strokes differ where the kit has one recording for all: cents, dB, and dB of the octaves above [`SHELF_HZ`].
const CENTS: f32 = 10.0;
const LEVEL_DB: f32 = 0.7;
const SHELF_DB: f32 = 1.5;
const SHELF_HZ: f32 = 3000.0;

/// T60 of a hand or a foot that stops the sound, and of a kit that is put away.
const CHOKE_T60_S: f32 = 0.06;
const FADE_T60_S: f32 = 0.03;

/// Typical T60 of each instrument, in column order, seconds: damping shortens a recording as it would shorten this decay.
const TYPICAL_T60_S: [f32; INSTRUMENTS] = [0.5, 0.46, 1.27, 1.54, 1.86, 2.41, 0.26, 4.54, 5.46];

/// A fade ends here, -80 dB.
const FADED: f32 = 1e-4;

/// A recording that sounds.
#[derive(Clone, Copy, Debug)]
struct Grain {
    /// Which of the two kits, and which of its regions.
    slot: usize,
    region: usize,
    position: f64,
    /// Frames a sample.
    step: f64,
    left: f32,
    right: f32,
    /// Gain of what lies above [`SHELF_HZ`], less one, and the low-passed sound.
    shelf: f32,
    low: (f32, f32),
    fade: f32,
    /// Factor a sample; 1 while nothing stops the sound.
    fading: f32,
    /// Factor a sample of a drum that is damped.
    damping: f32,
}

/// One instrument's recordings, of the kit that is played and of the one before it, which fades.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    instrument: usize,
    kits: [Option<Arc<SampleKit>>; 2],
    /// What the next stroke is.
    articulation: Articulation,
    current: usize,
    grains: [Option<Grain>; GRAINS],
    /// Strokes so far, for those in turn.
    strokes: u32,
    interpolator: Interpolator,
    sample_rate: f32,
    tuning: Tuning,
    choke: f32,
    fade: f32,
    shelf_follow: f32,
}

impl Sampler {
    pub(crate) fn new(instrument: usize, interpolator: Interpolator) -> Self {
        Self {
            instrument,
            kits: [None, None],
            articulation: Articulation::Plain,
            current: 0,
            grains: [None; GRAINS],
            strokes: 0,
            interpolator,
            sample_rate: 48_000.0,
            tuning: Tuning::AS_MADE,
            choke: 0.0,
            fade: 0.0,
            shelf_follow: 0.0,
        }
    }

    /// Whether a kit that has been put away still fades: then there is no room for another.
    pub(crate) fn is_changing(&self) -> bool {
        self.kits[1 - self.current].is_some()
    }

    /// Strokes from now on are played on `kit`; those of the kit before fade. Drops nothing while it sounds.
    pub(crate) fn set(&mut self, kit: Option<&Arc<SampleKit>>) {
        for grain in self.grains.iter_mut().flatten() {
            grain.fading = grain.fading.min(self.fade);
        }
        self.current = 1 - self.current;
        self.kits[self.current] = kit.cloned();
        self.release();
    }

    /// Lets go of the kit before once it has faded. The last owner is elsewhere, so nothing is freed here.
    pub(crate) fn release(&mut self) {
        let before = 1 - self.current;
        if self.kits[before].is_some()
            && !self.grains.iter().flatten().any(|grain| grain.slot == before)
        {
            self.kits[before] = None;
        }
    }

    fn pad(&self) -> Option<&Pad> {
        let kit = self.kits[self.current].as_deref()?;
        Some(&kit.pads[self.instrument])
    }

    /// Whether the kit has recordings of this instrument.
    pub(crate) fn has_sound(&self) -> bool {
        self.pad().is_some_and(|pad| pad.has(Articulation::Plain))
    }

    /// The next stroke is `articulation`, if the kit has that.
    pub(crate) fn prepare(&mut self, articulation: Articulation) {
        let has = self.pad().is_some_and(|pad| pad.has(articulation));
        self.articulation = if has { articulation } else { Articulation::Plain };
    }

    /// Instruments that a stroke silences, one bit each.
    pub(crate) fn chokes(&self) -> u16 {
        self.pad().map_or(0, |pad| pad.chokes)
    }

    fn start(&mut self, grain: Grain) {
        let free = self.grains.iter().position(Option::is_none);
        // Grains start in order: the one that has played longest is about the oldest.
        let ringing = self.grains.iter().flatten().filter(|grain| grain.fading == 1.0).count();
        if ringing >= RINGING
            && let Some(oldest) = self
                .grains
                .iter_mut()
                .flatten()
                .filter(|grain| grain.fading == 1.0)
                .max_by(|a, b| (a.position / a.step).total_cmp(&(b.position / b.step)))
        {
            oldest.fading = self.fade;
        }
        if let Some(free) = free {
            self.grains[free] = Some(grain);
        }
    }
}

/// How much of a stroke of `velocity` this region plays, so that the powers of neighbouring layers add up to one.
fn layer_gain(region: &Region, velocity: f32) -> f32 {
    let (low, high) = region.velocity;
    let width = CROSSFADE.min(0.5 * (high - low)).max(1e-3);
    // The outermost layers have no border to fade at.
    let rise = if low <= 0.01 { 1.0 } else { (velocity - low + width) / (2.0 * width) };
    let fall = if high >= 0.99 { 1.0 } else { (high + width - velocity) / (2.0 * width) };
    let share = rise.min(fall).clamp(0.0, 1.0);
    (std::f32::consts::FRAC_PI_2 * share).sin()
}

impl Voice for Sampler {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.choke = decay::per_sample(CHOKE_T60_S, sample_rate);
        self.fade = decay::per_sample(FADE_T60_S, sample_rate);
        self.shelf_follow = 1.0 - (-std::f32::consts::TAU * SHELF_HZ / sample_rate).exp();
        self.reset();
    }

    fn reset(&mut self) {
        self.grains = [None; GRAINS];
        self.strokes = 0;
        self.release();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.tuning = tuning;
    }

    fn trigger(&mut self, velocity: f32, _at: usize, variation: &mut Noise) {
        let stroke = self.strokes;
        self.strokes = self.strokes.wrapping_add(1);
        let chance = 0.5 + 0.5 * variation.next();
        let (cents, level_db, shelf_db) = (
            variation.around(0.0, CENTS),
            variation.around(0.0, LEVEL_DB),
            variation.around(0.0, SHELF_DB),
        );
        let Some(kit) = self.kits[self.current].clone() else {
            return;
        };
        let Tuning { pitch, length } = self.tuning;
        // Two decays at once are one decay with the sum of their rates.
        let damped_t60_s = TYPICAL_T60_S[self.instrument] / (1.0 / length - 1.0).max(0.0);
        for (i, region) in kit.pads[self.instrument].regions.iter().enumerate() {
            let (length, position) = region.turn;
            let (from, to) = region.chance;
            let layer = layer_gain(region, velocity);
            if region.articulation != self.articulation
                || stroke % length.max(1) != position
                || !(from..to).contains(&chance)
                || layer <= 0.0
            {
                continue;
            }
            // Several takes of one stroke differ already.
            let is_single = length <= 1 && to - from >= 1.0;
            let vary = if is_single { 1.0 } else { 0.0 };
            let speed = pitch * region.speed * (vary * cents / 1200.0).exp2();
            let gain = layer
                * kit.gain
                * region.gain
                * velocity.powf(region.exponent)
                * 10_f32.powf(0.05 * vary * level_db);
            // Constant power for one channel, balance for two.
            let pan = region.pan.clamp(-1.0, 1.0);
            let (left, right) = if region.sound.is_mono() {
                let angle = (pan + 1.0) * std::f32::consts::FRAC_PI_4;
                (std::f32::consts::SQRT_2 * angle.cos(), std::f32::consts::SQRT_2 * angle.sin())
            } else {
                ((1.0 - pan).min(1.0), (1.0 + pan).min(1.0))
            };
            self.start(Grain {
                slot: self.current,
                region: i,
                position: 0.0,
                step: f64::from(region.sound.sample_rate() / self.sample_rate * speed),
                left: gain * left,
                right: gain * right,
                shelf: 10_f32.powf(0.05 * vary * shelf_db) - 1.0,
                low: (0.0, 0.0),
                fade: 1.0,
                fading: 1.0,
                damping: decay::per_sample(damped_t60_s, self.sample_rate),
            });
        }
    }

    fn choke(&mut self, _at: usize) {
        for grain in self.grains.iter_mut().flatten() {
            grain.fading = grain.fading.min(self.choke);
        }
    }

    fn is_active(&self) -> bool {
        self.grains.iter().any(Option::is_some)
    }

    fn begin_chunk(&mut self) {}

    fn render(&mut self, _at: usize, a: &mut [f32], b: &mut [f32]) {
        a.fill(0.0);
        b.fill(0.0);
        for slot in &mut self.grains {
            let Some(grain) = slot else {
                continue;
            };
            let Some(kit) = &self.kits[grain.slot] else {
                *slot = None;
                continue;
            };
            let sound = &kit.pads[self.instrument].regions[grain.region].sound;
            for (a, b) in a.iter_mut().zip(b.iter_mut()) {
                let (left, right) = self.interpolator.read(sound, grain.position, grain.step);
                grain.low.0 += self.shelf_follow * (left - grain.low.0);
                grain.low.1 += self.shelf_follow * (right - grain.low.1);
                *a += grain.fade * grain.left * (left + grain.shelf * (left - grain.low.0));
                *b += grain.fade * grain.right * (right + grain.shelf * (right - grain.low.1));
                grain.fade *= grain.fading * grain.damping;
                grain.position += grain.step;
            }
            if grain.position >= sound.frames() as f64 || grain.fade < FADED {
                *slot = None;
            }
        }
    }
}
