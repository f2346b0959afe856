//! Taps: two keys struck for a bar or two, which become a groove.
//!
//! Runs on the audio thread and never allocates. While time runs, taps lie on its beats. While it stands, the first one begins a
//! bar, and the tempo is the one near the host's that brings the others nearest to beats and steps.

use groove::sequencer::Shape;
use groove::{Bar, Hit, Instrument, Pattern};

/// The most taps; more end the tapping.
const MOST: usize = 128;

/// The fewest taps that become a groove: one is a slip.
const FEWEST: usize = 2;

/// How far from the host's tempo, as a factor, the taps' own is looked for, and in what steps.
const TEMPO_RANGE: f64 = 1.4;
const TEMPO_STEP: f64 = 1.005;

/// The host's tempo where it tells none, in quarter notes a minute.
const DEFAULT_TEMPO: f64 = 120.0;

/// When something is, where time runs or stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment {
    /// So many steps have been played.
    Steps(f64),
    /// Time stands; so many seconds have passed since the instance was made, at a tempo that the host tells.
    Standing(f64, Option<f64>),
}

#[derive(Clone, Copy, Debug)]
struct Tap {
    /// In steps, or in seconds.
    at: f64,
    instrument: Instrument,
    velocity: f32,
}

/// The taps since the last groove.
#[derive(Clone, Debug)]
pub(crate) struct Taps {
    taps: [Tap; MOST],
    count: usize,
    shape: Shape,
    is_running: bool,
    /// Whole bars, in steps, that jumps have taken off.
    skipped: f64,
    /// Where time has come to.
    now: f64,
}

impl Taps {
    pub(crate) const fn new(shape: Shape) -> Self {
        let none = Tap { at: 0.0, instrument: Instrument::Kick, velocity: 0.0 };
        Self { taps: [none; MOST], count: 0, shape, is_running: false, skipped: 0.0, now: 0.0 }
    }

    /// Advances to `moment` in a groove that is played with `shape`. A bar after the last tap returns the groove that was
    /// tapped.
    pub(crate) fn pass(&mut self, moment: Moment, shape: &Shape) -> Option<Pattern> {
        let is_running = matches!(moment, Moment::Steps(_));
        if self.count == 0 || self.shape != *shape || self.is_running != is_running {
            let now = place(moment);
            *self = Self { is_running, now, ..Self::new(*shape) };
            return None;
        }
        let bar = match moment {
            Moment::Steps(_) => shape.bar.steps() as f64,
            Moment::Standing(_, tempo) => shape.bar.steps() as f64 * step_s(tempo, shape.bar),
        };
        let mut now = place(moment) + self.skipped;
        if is_running && !(self.now..=self.now + bar).contains(&now) {
            // A loop: the bars go on.
            let jump = ((self.now - now) / bar).round() * bar;
            (self.skipped, now) = (self.skipped + jump, now + jump);
        }
        self.now = now;
        let last = self.taps[self.count - 1].at;
        // Half a step early, so that the end of a bar whose first beat was tapped last is still to come.
        let half_a_step = 0.5 * bar / shape.bar.steps() as f64;
        if now - last < bar - half_a_step && self.count < MOST {
            return None;
        }
        let count = std::mem::take(&mut self.count);
        (count >= FEWEST).then(|| self.groove(count, moment))
    }

    /// Notes a tap at `moment`, in the block that begins where time has come to.
    pub(crate) fn strike(&mut self, moment: Moment, instrument: Instrument, velocity: f32) {
        if self.count < MOST && matches!(moment, Moment::Steps(_)) == self.is_running {
            let at = place(moment) + self.skipped;
            self.taps[self.count] = Tap { at, instrument, velocity };
            self.count += 1;
        }
    }

    /// The first `count` taps as a pattern: one bar of them four times, two twice, more once, the last ones.
    fn groove(&self, count: usize, moment: Moment) -> Pattern {
        let (shape, taps) = (&self.shape, &self.taps[..count]);
        let (bar_steps, bars) = (shape.bar.steps() as i64, shape.bar.bars() as i64);
        let step_s = match moment {
            Moment::Steps(_) => None,
            Moment::Standing(_, tempo) => {
                Some(own_step_s(taps, step_s(tempo, shape.bar), shape.bar))
            }
        };
        let steps = |tap: &Tap| step_s.map_or(tap.at, |step_s| (tap.at - taps[0].at) / step_s);
        let nearest = |tap: &Tap| (steps(tap) + 0.5).floor() as i64;
        let bar = |tap: &Tap| nearest(tap).div_euclid(bar_steps);
        let last = bar(&taps[count - 1]);
        let first = bar(&taps[0]).max(last - bars + 1);
        let every = match last - first + 1 {
            tapped @ 1..=2 => tapped.min(bars),
            _ => bars,
        };
        let mut pattern = Pattern::empty(shape.bar);
        for tap in taps.iter().filter(|tap| bar(tap) >= first) {
            let step = nearest(tap);
            // The same in blocks of any length, which leave other last digits.
            let offset = ((steps(tap) - step as f64) * 1024.0).round() as f32 / 1024.0;
            let hit = Hit::new(tap.velocity, offset);
            for repeated in (0..bars).step_by(every as usize) {
                let whole = shape.pattern_step(first * bar_steps) as i64;
                let place = whole + step - first * bar_steps + repeated * bar_steps;
                let place = place.rem_euclid(pattern.steps() as i64) as usize;
                let held = pattern.hit(place, tap.instrument);
                if held.is_none_or(|held| held.velocity() < hit.velocity()) {
                    pattern.set(place, tap.instrument, Some(hit));
                }
            }
        }
        pattern
    }
}

fn place(moment: Moment) -> f64 {
    match moment {
        Moment::Steps(steps) => steps,
        Moment::Standing(seconds, _) => seconds,
    }
}

/// The length of a step of `bar` at `tempo`.
fn step_s(tempo: Option<f64>, bar: Bar) -> f64 {
    let tempo = tempo.filter(|tempo| tempo.is_finite() && *tempo > 0.0).unwrap_or(DEFAULT_TEMPO);
    60.0 / tempo * bar.grid().step_clocks() as f64 / groove::CLOCKS_PER_QUARTER as f64
}

/// The length of a step that `taps` suggest, near `step_s`.
fn own_step_s(taps: &[Tap], step_s: f64, bar: Bar) -> f64 {
    let count = (TEMPO_RANGE.ln() / TEMPO_STEP.ln()).round() as i32;
    let lengths = (-count..=count).map(|n| step_s * TEMPO_STEP.powi(n));
    let cost = |length: f64| -> f64 {
        let of = |tap: &Tap| {
            let at = (tap.at - taps[0].at) / length;
            let step = at.round();
            let clock = step as i64 * bar.grid().step_clocks() as i64;
            let quarter = groove::CLOCKS_PER_QUARTER as i64;
            // People tap beats more often than what lies between them.
            let place = if clock % quarter == 0 {
                0.0
            } else if clock % (quarter / 2) == 0 {
                0.04
            } else {
                0.08
            };
            (at - step).powi(2) + place
        };
        let off = taps.iter().map(of).sum::<f64>() / taps.len() as f64;
        off + 0.05 * (length / step_s).ln().abs()
    };
    let costs = lengths.map(|length| (cost(length), length));
    costs.fold((f64::INFINITY, step_s), |best, next| if next.0 < best.0 { next } else { best }).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::sequencer::{Length, Speed};

    const SHAPE: Shape =
        Shape { length: Length::Four, start: 0, speed: Speed::Normal, bar: Bar::COMMON, origin: 0 };

    /// What comes of taps at these places, in steps, or in seconds at the host's tempo of 120, looked at 50 times a beat.
    fn tapped(is_running: bool, taps: &[(f64, Instrument, f32)], end: f64) -> Vec<Pattern> {
        let moment = |at: f64| match is_running {
            true => Moment::Steps(at),
            false => Moment::Standing(at, Some(120.0)),
        };
        let block = if is_running { 0.08 } else { 0.01 };
        let mut state = Taps::new(SHAPE);
        let mut made = Vec::new();
        for n in 0..(end / block) as usize {
            let (start, end) = (n as f64 * block, (n + 1) as f64 * block);
            made.extend(state.pass(moment(start), &SHAPE));
            for &(at, instrument, velocity) in
                taps.iter().filter(|tap| (start..end).contains(&tap.0))
            {
                state.strike(moment(at), instrument, velocity);
            }
        }
        made
    }

    #[test]
    fn a_bar_of_taps_is_a_pattern_with_their_accents_and_timing_a_bar_after_the_last_one() {
        let taps = [
            (16.1, Instrument::Kick, 0.9),
            (19.9, Instrument::Snare, 0.7),
            (26.2, Instrument::Kick, 0.4),
        ];
        assert_eq!(tapped(true, &taps, 41.6).len(), 0);
        let made = tapped(true, &taps, 100.0);
        let [pattern] = made[..] else { panic!("{}", made.len()) };
        for bar in 0..4 {
            let hit = |step: usize, instrument| pattern.hit(16 * bar + step, instrument).unwrap();
            let (first, snare) = (hit(0, Instrument::Kick), hit(4, Instrument::Snare));
            assert!(
                (first.velocity() - 0.9).abs() < 0.01 && (first.micro_offset() - 0.1).abs() < 0.01
            );
            assert!((snare.micro_offset() + 0.1).abs() < 0.01);
            assert!((hit(10, Instrument::Kick).velocity() - 0.4).abs() < 0.01);
        }
        assert_eq!(pattern.count(), 12);
    }

    #[test]
    fn two_bars_come_twice_and_of_more_than_four_the_last_ones_once() {
        let beats = |count: usize| -> Vec<_> {
            (0..count).map(|n| (4.0 * n as f64, Instrument::Kick, 0.1 + 0.03 * n as f32)).collect()
        };
        let two = tapped(true, &beats(8), 200.0)[0];
        assert_eq!(two.count(), 16);
        assert_eq!(two.hit(4, Instrument::Kick), two.hit(36, Instrument::Kick));
        let six = tapped(true, &beats(24), 200.0)[0];
        assert_eq!(six.count(), 16);
        // The third bar of the song is the third of the pattern.
        assert!((six.hit(32, Instrument::Kick).unwrap().velocity() - 0.34).abs() < 0.01);
    }

    #[test]
    fn where_time_stands_the_first_tap_begins_a_bar_and_the_tempo_is_the_taps_own() {
        for tempo in [95.0, 110.0, 120.0, 127.0, 140.0] {
            let step_s = 15.0 / tempo;
            let rhythm = [0.0, 4.0, 7.0, 10.0, 12.0, 14.0];
            let late = [0.0, 0.01, -0.012, 0.008, -0.01, 0.004];
            let tap =
                |(step, late): (f64, f64)| (5.0 + step * step_s + late, Instrument::Kick, 0.8);
            let taps: Vec<_> = rhythm.into_iter().zip(late).map(tap).collect();
            let pattern = tapped(false, &taps, 14.0)[0];
            let steps: Vec<usize> =
                pattern.iter().map(|(step, ..)| step).filter(|step| *step < 16).collect();
            assert_eq!(steps, [0, 4, 7, 10, 12, 14], "{tempo}");
        }
    }

    #[test]
    fn one_tap_is_none_and_a_loop_of_a_bar_goes_on_as_the_next() {
        assert_eq!(tapped(true, &[(3.0, Instrument::Kick, 0.8)], 100.0).len(), 0);
        let mut state = Taps::new(SHAPE);
        let mut made = Vec::new();
        for pass in 0..4 {
            for step in 0..16 {
                made.extend(state.pass(Moment::Steps(f64::from(step)), &SHAPE));
                let is_tap = (pass, step) == (0, 12) || (pass, step) == (1, 8);
                if is_tap {
                    state.strike(Moment::Steps(f64::from(step)), Instrument::Snare, 0.8);
                }
            }
        }
        let [pattern] = made[..] else { panic!("{}", made.len()) };
        let steps: Vec<usize> = pattern.iter().map(|(step, ..)| step).collect();
        assert_eq!(steps, [12, 24, 44, 56]);
    }
}
