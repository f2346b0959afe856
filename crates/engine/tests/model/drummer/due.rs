//! Which hits are to come.

use engine::Playing;
use groove::{Articulation, Bar, Hit, Instrument};

use super::{Drummer, is_doubtful};
use crate::written::{Writing, grid, step_beats, time};

/// A hit to come.
pub(super) type Due = (f64, Bar, i64, Instrument, Hit);

impl Drummer<'_> {
    /// Where music starts: the early hits of the steps that begin here.
    pub(super) fn early_hits(&mut self, playing: &Playing) -> Vec<Due> {
        let reached = self.line.unwrap().reached;
        let mut hits = self.hits_of(playing, reached - 1.0, reached, reached);
        // Where there is no time before the music, a flam has no soft stroke before it.
        hits.retain(|(.., is_grace)| !is_grace);
        let hits: Vec<Due> = hits.into_iter().map(|(due, _)| due).collect();
        if hits.iter().any(|hit| is_doubtful(hit.0, reached)) {
            self.unclear(0);
        }
        hits
    }

    /// What is to come up to `horizon`.
    pub(super) fn due(&mut self, playing: &Playing, horizon: f64) -> Vec<Due> {
        let hits = self.hits(playing, self.line.unwrap().reached, horizon + 0.01);
        hits.into_iter().map(|(due, _)| due).collect()
    }

    /// The hits that sound from `from` up to `to`, in order, and whether each is a flam's first stroke.
    fn hits(&mut self, playing: &Playing, from: f64, to: f64) -> Vec<(Due, bool)> {
        self.hits_of(playing, from, to, f64::MIN)
    }

    /// The same of steps whose own time is `own` or later.
    fn hits_of(&mut self, playing: &Playing, from: f64, to: f64, own: f64) -> Vec<(Due, bool)> {
        let mut writing = Writing::new(self.patterns, &self.in_force, &playing.lanes, playing.seed);
        let mut hits = Vec::new();
        let mut is_unknown = false;
        let (before, after) = ((from * 24.0) as i64 - 200, (to * 24.0) as i64 + 200);
        for (playback, begins, ends) in self.periods(before, after) {
            let step_beats = step_beats(&playback.shape);
            // A generous margin on both sides; what is out of time is left out.
            let origin = playback.shape.origin as f64 / 24.0;
            let first = ((from - origin) / step_beats).floor() as i64 - 4;
            let last = ((to - origin) / step_beats).ceil() as i64 + 3;
            for step in first..=last {
                if !(begins..ends).contains(&grid(&playback.shape, step))
                    || origin + (step as f64) * step_beats < own
                {
                    continue;
                }
                let earliest = origin + (step as f64 - 0.75) * step_beats;
                let latest = origin + (step as f64 + 2.0) * step_beats;
                is_unknown |=
                    earliest < to && latest >= from && writing.is_unknown(&playback.shape, step);
                let row = writing.row(&playback, step);
                for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                    let Some(hit) = hit else { continue };
                    let when = time(&playback, step, instrument, hit);
                    let bar = playback.shape.bar;
                    if when >= from && when < to {
                        hits.push(((when, bar, step, instrument, hit), false));
                    }
                    if hit.articulation() != Articulation::Flam {
                        continue;
                    }
                    // A 20th of a beat before, but no more than a fifth of the step, and not out of its half.
                    let room = (f64::from(hit.micro_offset()) + 0.5) * step_beats;
                    let when = when - room.min(0.2 * step_beats).min(0.05);
                    let soft = Hit::new(0.6 * hit.velocity(), hit.micro_offset());
                    if room > 0.0 && when >= from && when < to {
                        hits.push(((when, bar, step, instrument, soft), true));
                    }
                }
            }
        }
        if is_unknown {
            self.unclear(0);
        }
        // Of simultaneous hits those of what was in force before come first, then the earlier step, then kick first: the
        // order in which they were found.
        hits.sort_by(|a, b| a.0.0.partial_cmp(&b.0.0).unwrap());
        hits
    }
}
