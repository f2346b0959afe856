//! Onsets in audio, found block by block by spectral flux: where something is struck, plucked or bowed anew, and whether a bass
//! takes part in it.
//!
//! [`OnsetFinder::new`] allocates all that it will ever need; [`hear`](OnsetFinder::hear) neither allocates, frees, locks nor
//! enters the kernel. The same samples give the same onsets, in blocks of any length.
//!
//! # What it does not do
//!
//! It knows no tempo and no beats: who has a host's transport needs no beat tracking.
#![forbid(unsafe_code)]

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Seconds of a frame, as near as a power of two comes: short enough for 16ths at 200 BPM, long enough for a bass's lowest notes,
/// whose levels go up and down from period to period in shorter ones: half of what was found in a bass was that, at 21 ms.
const FRAME_S: f32 = 0.042;

/// Frames begin so many to a frame's length.
const OVERLAP: usize = 8;

/// A frame is compared with the one this many before it: the one just before shares most samples with it, and differs
/// little.
const LAG: usize = 3;

/// Amplitudes count as `ln(1 + COMPRESSION * amplitude)`: what lies 60 dB below full scale hardly counts.
const COMPRESSION: f32 = 1000.0;

/// The filters, in Hz: one up to where the fundamentals of a bass end, and above it thirds of an octave.
const LOWEST_HZ: f32 = 30.0;
const LOW_END_HZ: f32 = 170.0;
const HIGHEST_HZ: f32 = 12_000.0;

/// Seconds over which the mean of the flux is taken that a peak must stand out from.
const MEAN_S: f32 = 0.25;

/// How far a peak must stand out: so many times the mean, and by so much, in nepers.
const FACTOR: f32 = 1.6;
const LEAST: f32 = 0.15;

/// The share of the strongest peak of the last seconds that one must reach; how fast that is forgotten.
const SHARE: f32 = 0.15;
const FORGOTTEN_S: f32 = 3.0;

/// The shortest time between two onsets.
const REST_S: f32 = 0.06;

/// From the start of a sound to the end of the frame in which the flux is largest, in frames; measured with plucks.
const DELAY_FRAMES: f32 = 0.66;

/// A bass takes part if the low filter rises by this factor from these many frames before the onset to as many after it, and has
/// this share of the whole amplitude then; or if it has the second one, whatever was before: the same note again.
const LOW_RISE: f32 = 1.4;
const LOW_SHARE: f32 = 0.1;
const LOW_ALONE: f32 = 0.3;
const LOW_FRAMES: usize = 8;

/// Frames of which levels are kept: those before a peak, it and the one after, those after.
const KEPT: usize = 2 * LOW_FRAMES + LAG + 2;

/// Something begins to sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Onset {
    /// The sample at which it begins, counted from the first that was heard.
    pub at: i64,
    /// Whether a bass, or a bass drum, takes part.
    pub is_low: bool,
    /// How strongly, beside the strongest of the last seconds, `(0, 1]`.
    pub strength: f32,
}

/// Finds onsets in a stream of samples. Reports each some 80 ms after it has begun.
pub struct OnsetFinder {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The last samples, the newest at the end; of these, how many have come since the last frame.
    samples: Vec<f32>,
    fresh: usize,
    /// Samples heard.
    heard: i64,
    hop: usize,
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// The bins of each filter, the low one first.
    filters: Vec<(usize, usize)>,
    /// Levels in the filters, of the last [`LAG`] frames, the oldest first.
    levels: Vec<f32>,
    /// The amplitudes in the low filter and in all, of the last frames, the oldest first.
    amplitudes: [[f32; 2]; KEPT],
    peaks: Peaks,
    /// An onset that is not yet known to be low or not, and in how many frames it will be.
    pending: Option<(Onset, usize)>,
}

/// The flux, and what stands out of it.
#[derive(Clone, Copy, Debug)]
struct Peaks {
    /// The flux of the last two frames.
    last: [f32; 2],
    mean: f32,
    strongest: f32,
    /// Frames since the last onset.
    since: u32,
}

/// Constants of [`Peaks`] in frames.
#[derive(Clone, Copy)]
struct Pace {
    mean: f32,
    forgotten: f32,
    rest: u32,
}

impl OnsetFinder {
    /// A finder for audio of this sample rate in Hz.
    pub fn new(sample_rate: f32) -> Self {
        let sample_rate = if sample_rate.is_finite() { sample_rate } else { 48_000.0 };
        let sample_rate = sample_rate.clamp(8_000.0, 768_000.0);
        let length = 1_usize << (FRAME_S * sample_rate).log2().round() as u32;
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let turn = std::f32::consts::TAU / length as f32;
        let window: Vec<f32> = (0..length).map(|n| 0.5 - 0.5 * (turn * n as f32).cos()).collect();
        let bin = |hz: f32| (hz * length as f32 / sample_rate).round().max(1.0) as usize;
        let (low_end, end) = (bin(LOW_END_HZ), bin(HIGHEST_HZ).min(length / 2));
        let mut filters = vec![(bin(LOWEST_HZ), low_end)];
        let mut from = low_end;
        while from < end {
            let to = ((from as f32 * 2_f32.powf(1.0 / 3.0)).round() as usize).clamp(from + 1, end);
            filters.push((from, to));
            from = to;
        }
        Self {
            samples: vec![0.0; length],
            fresh: 0,
            heard: 0,
            hop: length / OVERLAP,
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            levels: vec![0.0; LAG * filters.len()],
            filters,
            amplitudes: Default::default(),
            peaks: Peaks::default(),
            pending: None,
            window,
            fft,
        }
    }

    /// Forgets what was heard; counts from 0 again.
    pub fn reset(&mut self) {
        self.samples.fill(0.0);
        self.levels.fill(0.0);
        (self.fresh, self.heard, self.pending) = (0, 0, None);
        (self.amplitudes, self.peaks) = Default::default();
    }

    /// How many samples have been heard.
    pub const fn heard(&self) -> i64 {
        self.heard
    }

    /// Analyses `samples`, and passes the onsets that become certain with them to `found`, in order.
    pub fn hear(&mut self, samples: impl Iterator<Item = f32>, mut found: impl FnMut(Onset)) {
        for sample in samples {
            let place = self.samples.len() - self.hop + self.fresh;
            self.samples[place] = if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 };
            self.fresh += 1;
            self.heard += 1;
            if self.fresh == self.hop {
                self.analyse(&mut found);
                self.samples.copy_within(self.hop.., 0);
                self.fresh = 0;
            }
        }
    }

    /// Looks at the frame that has become full.
    fn analyse(&mut self, found: &mut impl FnMut(Onset)) {
        let length = self.samples.len();
        for ((to, sample), weight) in self.frame.iter_mut().zip(&self.samples).zip(&self.window) {
            *to = sample * weight;
        }
        let (frame, spectrum) = (&mut self.frame, &mut self.spectrum);
        if self.fft.process_with_scratch(frame, spectrum, &mut self.scratch).is_err() {
            return; // all have the lengths that it made them with
        }
        // The amplitude of a sine is its bin divided by half the window's sum.
        let scale = 4.0 / length as f32;
        let count = self.filters.len();
        let (mut flux, mut amplitudes) = (0.0, [0.0_f32; 2]);
        for (place, &(from, to)) in self.filters.iter().enumerate() {
            let energy: f32 = self.spectrum[from..to].iter().map(Complex::norm_sqr).sum();
            let amplitude = scale * energy.sqrt();
            let level = (COMPRESSION * amplitude).ln_1p();
            flux += (level - self.levels[place]).max(0.0) / count as f32;
            for lag in 1..LAG {
                self.levels[(lag - 1) * count + place] = self.levels[lag * count + place];
            }
            self.levels[(LAG - 1) * count + place] = level;
            amplitudes[1] += amplitude;
            if place == 0 {
                amplitudes[0] = amplitude;
            }
        }
        self.amplitudes.copy_within(1.., 0);
        self.amplitudes[KEPT - 1] = amplitudes;
        let frame_s = FRAME_S / OVERLAP as f32;
        let pace = Pace {
            mean: frame_s / MEAN_S,
            forgotten: frame_s / FORGOTTEN_S,
            rest: (REST_S / frame_s).round() as u32,
        };
        if let Some((onset, to_come)) = &mut self.pending {
            *to_come -= 1;
            if *to_come == 0 {
                let is_low = is_low(&self.amplitudes);
                found(Onset { is_low, ..*onset });
                self.pending = None;
            }
        }
        if let Some(strength) = self.peaks.next(flux, pace) {
            // A peak is known one frame late.
            let at = self.heard - self.hop as i64 - (DELAY_FRAMES * length as f32) as i64;
            let onset = Onset { at: at.max(0), is_low: false, strength };
            self.pending = Some((onset, LOW_FRAMES));
        }
    }
}

/// Whether a bass takes part in the onset that lies in the middle of these frames.
fn is_low(amplitudes: &[[f32; 2]; KEPT]) -> bool {
    let sum = |frames: &[[f32; 2]]| {
        frames.iter().fold([0.0, 0.0], |sum, next| [sum[0] + next[0], sum[1] + next[1]])
    };
    let ([before, _], [after, all]) =
        (sum(&amplitudes[..LOW_FRAMES]), sum(&amplitudes[KEPT - LOW_FRAMES..]));
    after > LOW_ALONE * all || after > LOW_RISE * before && after > LOW_SHARE * all
}

impl Default for Peaks {
    fn default() -> Self {
        // Nothing has been struck for long.
        Self { last: [0.0; 2], mean: 0.0, strongest: 0.0, since: u32::MAX }
    }
}

impl Peaks {
    /// Takes the flux of the next frame. Returns how strong the last one was, if it was an onset.
    fn next(&mut self, flux: f32, pace: Pace) -> Option<f32> {
        let [before, peak] = self.last;
        let is_peak = peak > before && peak >= flux;
        let threshold = (self.mean * FACTOR + LEAST).max(SHARE * self.strongest);
        self.since = self.since.saturating_add(1);
        let is_onset = is_peak && peak > threshold && self.since >= pace.rest;
        self.last = [peak, flux];
        self.mean += pace.mean * (peak - self.mean);
        self.strongest *= 1.0 - pace.forgotten;
        if is_onset {
            self.since = 0;
            self.strongest = self.strongest.max(peak);
        }
        is_onset.then(|| peak / self.strongest)
    }
}

impl std::fmt::Debug for OnsetFinder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OnsetFinder").field("heard", &self.heard).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
