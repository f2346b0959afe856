//! What a player asks for: choices, fills, and what of them comes too late.

use engine::{CYCLES, Playing};
use groove::{INSTRUMENTS, Instrument};

use super::boundaries::first_multiple;
use super::due::Due;
use super::{Drummer, is_doubtful};
use crate::host::{PlayerAction, Score};
use crate::written::{InForce, ScoreInForce, Writing, grid, time};

/// Hits that a choice came too late for: they are played at once where nothing was struck.
#[derive(Clone, Debug)]
pub(super) struct LateChange {
    pub(super) boundary: i64,
    /// The steps concerned, each with what has been struck there.
    pub(super) struck: Vec<(i64, [bool; INSTRUMENTS])>,
}

impl Drummer<'_> {
    pub(super) fn act(&mut self, action: PlayerAction, cycles: [i64; CYCLES], playing: &Playing) {
        match action {
            PlayerAction::Mute(is_now) => self.is_muted = is_now,
            PlayerAction::Hold(is_now) => self.is_held = is_now,
            PlayerAction::Play(score) => {
                let boundary = self.line.map(|line| {
                    let open = self.still_open(line.reached);
                    self.next_boundary(open, playing.quantise)
                });
                let before = self.in_force.clone();
                self.change_score(score, cycles, boundary);
                if let Some(boundary) = boundary {
                    self.note_late_change(&before, boundary, playing);
                }
            }
            PlayerAction::Fill(is_now) if is_now == self.is_fill_held => {}
            PlayerAction::Fill(is_now) => {
                self.is_fill_held = is_now;
                let Some(line) = self.line else {
                    self.in_force.fill = None;
                    return;
                };
                let open = self.still_open(line.reached);
                let before = self.in_force.clone();
                let boundary = self.change_fill(is_now, open);
                if let Some(boundary) = boundary {
                    self.note_late_change(&before, boundary, playing);
                }
            }
        }
    }

    /// From which 32nd on the fill that is pressed or let go changes what is played.
    pub(super) fn change_fill(&mut self, is_held: bool, open: i64) -> Option<i64> {
        let steps_in_32nds = grid(self.shape().speed, 1);
        let (beat, bar) = (4 * steps_in_32nds, 16 * steps_in_32nds);
        match (is_held, self.in_force.fill) {
            (true, None) => {
                let start = first_multiple(beat, open);
                self.in_force.fill = Some((start, None));
                Some(start)
            }
            (true, Some((start, end))) => {
                let boundary = first_multiple(beat, open);
                match end {
                    // It has not ended yet: it goes on.
                    Some(end) if open <= end => self.in_force.fill = Some((start, None)),
                    _ => {
                        self.in_force.landing = end;
                        self.in_force.fill = Some((boundary, None));
                    }
                }
                Some(boundary)
            }
            (false, None) => None,
            (false, Some((start, _))) => {
                let end = first_multiple(bar, open.max(start + 1));
                self.in_force.fill = Some((start, Some(end)));
                Some(end)
            }
        }
    }

    /// Remembers what of the steps from `boundary` on has had its time already.
    pub(super) fn note_late_change(&mut self, before: &InForce, boundary: i64, playing: &Playing) {
        let Some(line) = self.line else { return };
        if boundary >= self.untouched(line.reached, self.longest_step())
            || self.late_change.is_some()
        {
            return;
        }
        let playback = self.playback_at(boundary);
        let mut writing = Writing::new(self.patterns, before, &playing.lanes, playing.seed);
        let speed = playback.shape.speed;
        let first = (0..).find(|i| grid(speed, 1) * i >= boundary.rem_euclid(32)).unwrap()
            + boundary.div_euclid(32) * 32 / grid(speed, 1);
        let mut doubtful = false;
        let struck = (first..first + 4)
            .map(|step| {
                let row = writing.row(&playback, step);
                let mut struck = [false; INSTRUMENTS];
                for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                    if let Some(hit) = hit {
                        let when = time(&playback, step, instrument, hit);
                        doubtful |= is_doubtful(when, line.reached);
                        struck[instrument.index()] = when < line.reached;
                    }
                }
                (step, struck)
            })
            .collect();
        if doubtful {
            self.unclear(0);
        }
        self.late_change = Some(LateChange { boundary, struck });
    }

    /// What a choice came too late for.
    pub(super) fn late_choices(&mut self, late_change: &LateChange, playing: &Playing) -> Vec<Due> {
        let reached = self.line.unwrap().reached;
        let playback = self.playback_at(late_change.boundary);
        let mut writing = Writing::new(self.patterns, &self.in_force, &playing.lanes, playing.seed);
        let mut hits = Vec::new();
        for &(step, struck) in &late_change.struck {
            if grid(playback.shape.speed, step) < late_change.boundary {
                continue;
            }
            let row = writing.row(&playback, step);
            for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                if let Some(hit) = hit
                    && !struck[instrument.index()]
                {
                    hits.push((time(&playback, step, instrument, hit), step, instrument, hit));
                }
            }
        }
        if hits.iter().any(|hit| is_doubtful(hit.0, reached)) {
            self.unclear(0);
        }
        hits.retain(|hit| hit.0 < reached);
        hits.sort_by(|a, b| (a.0, a.1, a.2).partial_cmp(&(b.0, b.1, b.2)).unwrap());
        hits
    }

    pub(super) fn change_score(
        &mut self,
        score: Score,
        cycles: [i64; CYCLES],
        boundary: Option<i64>,
    ) {
        let from = boundary.unwrap_or(i64::MIN);
        self.in_force.scores.retain(|before| before.from < from);
        self.in_force.scores.push(ScoreInForce { from, score, cycles });
    }
}
