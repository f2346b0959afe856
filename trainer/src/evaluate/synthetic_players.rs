//! A bass and a guitar that play lines, and the onsets that are found in what they play.

use groove::Pattern;
use onsets::{Onset, OnsetFinder};

/// Samples a second of what they play.
pub(super) const RATE: f32 = 48_000.0;

/// How near an onset that is found must lie to one that was played, in seconds.
const NEAR_S: f32 = 0.03;

/// Silence before the first note and after the last one, in seconds.
const REST_S: f32 = 0.3;

/// Who plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Player {
    /// Single plucked notes from E1 to B2, each until the next.
    Bass,
    /// Strummed chords of three strings from E3 to E5, each until the next.
    Guitar,
}

/// A note: when it begins, in seconds, and how hard.
pub(super) type Note = (f32, f32);

/// Whole numbers that look like chance, the same at every run.
fn hash(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// From -1 to 1.
fn noise(number: u64) -> f32 {
    (hash(number) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
}

impl Player {
    /// `notes` as they sound, with white noise `noise_db` below them, if there is any.
    pub(super) fn play(self, notes: &[Note], noise_db: Option<f32>, seed: u64) -> Vec<f32> {
        let end = notes.last().map_or(0.0, |(at, _)| *at) + 2.0 * REST_S + 0.5;
        let mut sound = vec![0.0; (end * RATE) as usize];
        for (i, &(at, velocity)) in notes.iter().enumerate() {
            let until = notes.get(i + 1).map_or(end, |(next, _)| next + REST_S);
            let pick = |n: u64, of: u64| hash(seed.wrapping_mul(1000) + 16 * i as u64 + n) % of;
            let root = match self {
                Self::Bass => 41.2 * 2_f32.powf(pick(0, 20) as f32 / 12.0),
                Self::Guitar => 164.8 * 2_f32.powf(pick(0, 17) as f32 / 12.0),
            };
            let (strings, harmonics): (&[f32], u32) = match self {
                Self::Bass => (&[1.0], 8),
                Self::Guitar => (&[1.0, 1.26, 1.5], 12),
            };
            for (string, ratio) in strings.iter().enumerate() {
                // Strings are struck one after the other, within 12 ms.
                let from = at + REST_S + string as f32 * 0.006;
                let first = (from * RATE) as usize;
                let last = ((until * RATE) as usize).min(sound.len());
                for (n, sample) in sound[first.min(last)..last].iter_mut().enumerate() {
                    let s = n as f32 / RATE;
                    let left = until - from - s;
                    let envelope = (s / 0.004).min(1.0) * (left / 0.02).min(1.0);
                    let partial = |k: u32| {
                        let k = k as f32;
                        let hz = root * ratio * k;
                        (std::f32::consts::TAU * hz * s).sin() / k * (-(1.5 + 0.8 * k) * s).exp()
                    };
                    *sample +=
                        0.2 * velocity * envelope * (1..=harmonics).map(partial).sum::<f32>();
                }
            }
        }
        if let Some(noise_db) = noise_db {
            let power: f32 = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
            // White noise from -1 to 1 has a third of that power.
            let level = (3.0 * power).sqrt() * 10_f32.powf(-noise_db / 20.0);
            for (n, sample) in sound.iter_mut().enumerate() {
                *sample += level * noise(seed ^ (n as u64) << 20);
            }
        }
        sound
    }
}

/// The onsets in `sound`, in seconds after the first note would begin, and whether each is low.
pub(super) fn heard(sound: &[f32]) -> Vec<(f32, bool)> {
    let mut found = Vec::new();
    let mut add = |Onset { at, is_low, .. }| found.push((at as f32 / RATE - REST_S, is_low));
    OnsetFinder::new(RATE).hear(sound.iter().copied(), &mut add);
    found
}

/// Onsets that were found, that were played, and that are both.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Matches {
    pub(super) found: usize,
    pub(super) played: usize,
    pub(super) both: usize,
}

impl Matches {
    pub(super) fn add(&mut self, found: &[(f32, bool)], notes: &[Note]) {
        let (mut i, mut j) = (0, 0);
        while let (Some((at, _)), Some((note, _))) = (found.get(i), notes.get(j)) {
            if (at - note).abs() <= NEAR_S {
                (i, j, self.both) = (i + 1, j + 1, self.both + 1);
            } else if at < note {
                i += 1;
            } else {
                j += 1;
            }
        }
        self.found += found.len();
        self.played += notes.len();
    }

    /// Adds the onsets of the cells from step `first` on.
    pub(super) fn add_cells(&mut self, played: &Pattern, found: &Pattern, first: usize) {
        for step in first..played.steps() {
            let [played, found] = [played, found].map(|pattern| pattern.token(step).value());
            self.played += played.count_ones() as usize;
            self.found += found.count_ones() as usize;
            self.both += (played & found).count_ones() as usize;
        }
    }

    /// The harmonic mean of precision and recall.
    pub(super) fn f1(self) -> f64 {
        2.0 * self.both as f64 / (self.found + self.played).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_onset_counts_once_and_only_where_it_was_played() {
        let mut matches = Matches::default();
        let found = [(0.0, true), (0.02, true), (0.5, true), (1.0, false)];
        matches.add(&found, &[(0.01, 1.0), (0.54, 1.0), (1.029, 1.0)]);
        assert_eq!((matches.found, matches.played, matches.both), (4, 3, 2));
        assert!((matches.f1() - 4.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_bass_is_heard_where_it_plays_and_low_and_a_guitar_is_not_low() {
        let notes = [(0.0, 0.9), (0.5, 0.7), (0.75, 0.8), (1.0, 0.6)];
        for (player, is_low) in [(Player::Bass, true), (Player::Guitar, false)] {
            let found = heard(&player.play(&notes, None, 1));
            let mut matches = Matches::default();
            matches.add(&found, &notes);
            assert_eq!((matches.found, matches.both), (4, 4), "{player:?}: {found:?}");
            assert!(found.iter().all(|(_, low)| *low == is_low), "{player:?}: {found:?}");
        }
    }
}
