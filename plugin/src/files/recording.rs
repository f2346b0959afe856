//! A recording to play to: what is struck in it, on the grid and in the bars of the live groove at the host's tempo.

use std::ops::ControlFlow;
use std::path::Path;

use groove::midi::{Clip, ClipReport};
use groove::{Bar, CLOCKS_PER_QUARTER, Hit, Instrument, StepHit, StepSequence};
use onsets::{Onset, OnsetFinder};
use sample_kit::Piece;

/// The longest recording that is heard, in seconds; of a longer one the beginning is.
const LONGEST_S: f64 = 600.0;

/// The sample rates that onsets are found at, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=768_000;

/// Silence that is heard after the end: what begins just before it is certain only then.
const REST_S: f64 = 0.25;

/// A recording is cut on the bar lines if it lasts whole bars but for this long.
const CUT_S: f64 = 0.02;

/// Tempos at which a recording is laid on a grid, in quarter notes a minute; the host may say anything.
const TEMPOS: [f64; 2] = [5.0, 999.0];

/// What is struck in a recording, and where its bars are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recording {
    onsets: Vec<Struck>,
    bpm: f64,
    bar: Bar,
    /// The bars that it is cut to. Then it begins on the one; else its first onset is that.
    cut: Option<u64>,
    /// How many steps later the one is than that, less than a bar.
    later: usize,
    is_whole: bool,
}

/// Something struck.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Struck {
    /// Seconds from the beginning.
    at_s: f64,
    is_low: bool,
    strength: f32,
}

impl Recording {
    /// Hears the recording at `path`, which is played in such bars at `bpm`.
    ///
    /// # Errors
    /// A line for the user, if it cannot be read, or nothing is struck in it.
    pub(crate) fn hear(path: &Path, bpm: f64, bar: Bar) -> Result<Self, String> {
        let told = |why: &str| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("{name}: {why}")
        };
        let mut hearing: Option<Hearing> = None;
        let mut refused = None;
        sample_kit::hear(path, |piece| {
            if !RATES.contains(&piece.rate) {
                refused = Some(format!("onsets are not found at {} Hz", piece.rate));
                return ControlFlow::Break(());
            }
            hearing.get_or_insert_with(|| Hearing::new(piece.rate)).take(&piece)
        })
        .map_err(|error| error.to_string())?;
        if let Some(why) = refused {
            return Err(told(&why));
        }
        let (onsets, seconds, is_whole) = hearing.map(Hearing::end).unwrap_or_default();
        if onsets.is_empty() {
            return Err(told("nothing is struck in it"));
        }
        let bpm = if bpm.is_finite() { bpm.clamp(TEMPOS[0], TEMPOS[1]) } else { 120.0 };
        let mut recording = Self { onsets, bpm, bar, cut: None, later: 0, is_whole };
        let bar_s = recording.step_s() * bar.steps() as f64;
        let bars = (seconds / bar_s).round();
        let is_cut = is_whole && bars >= 1.0 && (seconds - bars * bar_s).abs() < CUT_S;
        recording.cut = is_cut.then_some(bars as u64);
        Ok(recording)
    }

    /// The length of a step in seconds.
    fn step_s(&self) -> f64 {
        let quarters = self.bar.grid().step_clocks() as f64 / CLOCKS_PER_QUARTER as f64;
        quarters * 60.0 / self.bpm
    }

    /// Moves the one by so many steps, later or earlier.
    pub(crate) fn shift(&mut self, steps: isize) {
        let bar = self.bar.steps() as isize;
        self.later = (self.later as isize + steps).rem_euclid(bar) as usize;
    }

    /// What is struck, as a clip: what a bass plays as kick, the rest as snare.
    ///
    /// # Errors
    /// A line for the user, if it has too many steps.
    pub(crate) fn clip(&self) -> Result<Clip, String> {
        let (step_s, steps) = (self.step_s(), self.bar.steps());
        let begins = if self.cut.is_some() { 0.0 } else { self.onsets[0].at_s / step_s };
        // Nothing is lost before the one: the bar that it ends is the first.
        let origin = match self.later {
            0 => begins,
            later => begins + later as f64 - steps as f64,
        };
        let place = |struck: &Struck| {
            let place = struck.at_s / step_s - origin;
            let step = place.round().max(0.0);
            let instrument = if struck.is_low { Instrument::Kick } else { Instrument::Snare };
            let hit = Hit::new(struck.strength, (place - step) as f32);
            StepHit { step: step as u32, instrument, hit }
        };
        let hits: Vec<StepHit> = self.onsets.iter().map(place).collect();
        let last = hits.iter().map(|hit| hit.step as usize / steps + 1).max().unwrap_or(1);
        let bars = self.cut.map_or(last, |cut| last.max(cut as usize));
        let sequence = StepSequence::in_bars(self.bar, (bars * steps) as u64, hits);
        let sequence = sequence.map_err(|error| error.to_string())?;
        let report = ClipReport { bars, ..ClipReport::default() };
        Ok(Clip { sequences: vec![sequence], report, ..Clip::default() })
    }

    /// What it is, `taken` of its bars, such as `8 bars at 120 BPM, 4 taken; 37 onsets`.
    pub(crate) fn report(&self, bars: usize, taken: Option<usize>) -> String {
        let plural = |count: usize, what: &str| {
            format!("{count} {what}{}", if count == 1 { "" } else { "s" })
        };
        let bpm = (self.bpm * 100.0).round() / 100.0;
        let mut line = format!("{} at {bpm} BPM", plural(bars, "bar"));
        if let Some(taken) = taken {
            line += &format!(", {taken} taken");
        }
        line += &format!("; {}", plural(self.onsets.len(), "onset"));
        if taken.is_none() {
            let low = self.onsets.iter().filter(|onset| onset.is_low).count();
            let one = match (self.later, self.cut) {
                (0, None) => "the first is on the one".to_owned(),
                (0, Some(_)) => "it begins on the one".to_owned(),
                (later, None) => format!("the one is {} after the first", plural(later, "step")),
                (later, Some(_)) => format!("the one is {} in", plural(later, "step")),
            };
            line += &format!(", {low} of them low; {one}");
        }
        if !self.is_whole {
            line += &format!("; the first {} minutes", LONGEST_S / 60.0);
        }
        line
    }
}

/// A recording that is being heard.
struct Hearing {
    finder: OnsetFinder,
    rate: u32,
    found: Vec<Onset>,
    is_whole: bool,
}

impl Hearing {
    fn new(rate: u32) -> Self {
        let finder = OnsetFinder::new(rate as f32);
        Self { finder, rate, found: Vec::new(), is_whole: true }
    }

    /// Hears all channels of `piece` as one, as loud as two.
    fn take(&mut self, piece: &Piece<'_>) -> ControlFlow<()> {
        let channels = piece.channels;
        let left = (LONGEST_S * f64::from(self.rate)) as i64 - self.finder.heard();
        let frames = piece.samples.chunks_exact(channels);
        if (frames.len() as i64) > left {
            self.is_whole = false;
        }
        let mono = frames.map(|frame| 2.0 / channels as f32 * frame.iter().sum::<f32>());
        self.finder.hear(mono.take(left.max(0) as usize), |onset| self.found.push(onset));
        if self.is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// What was struck, how long it lasted in seconds, and whether that was all.
    fn end(mut self) -> (Vec<Struck>, f64, bool) {
        let (rate, heard) = (f64::from(self.rate), self.finder.heard());
        let silence = std::iter::repeat_n(0.0, (REST_S * rate) as usize);
        self.finder.hear(silence, |onset| self.found.push(onset));
        let found = self.found.iter().filter(|onset| onset.at < heard);
        let struck = found.map(|onset| Struck {
            at_s: onset.at as f64 / rate,
            is_low: onset.is_low,
            strength: onset.strength,
        });
        (struck.collect(), heard as f64 / rate, self.is_whole)
    }
}

#[cfg(test)]
mod tests;
