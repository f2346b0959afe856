//! What a player asks for: choices, fills, and what of them comes too late.

use engine::{CYCLES, Playing};
use groove::{INSTRUMENTS, Instrument};

use super::boundaries::first_played;
use super::due::Due;
use super::{Drummer, is_doubtful};
use crate::case::{PlayerAction, Score};
use crate::songs::Place;
use crate::written::{ScoreInForce, Writing, grid, length, time};

/// Hits that a choice came too late for: they are played at once where nothing was struck.
#[derive(Clone, Debug)]
pub(super) struct LateChange {
    pub(super) boundary: i64,
    /// Up to where: another section of a song is not concerned.
    pub(super) until: i64,
    /// From which clock on and for how long each step was played that is concerned, and what has been struck there.
    pub(super) struck: Vec<(i64, i64, [bool; INSTRUMENTS])>,
}

impl Drummer<'_> {
    pub(super) fn act(&mut self, action: PlayerAction, cycles: [i64; CYCLES], playing: &Playing) {
        match action {
            PlayerAction::Mute(is_now) => self.is_muted = is_now,
            PlayerAction::Hold(is_now) => self.is_held = is_now,
            PlayerAction::Play(score) if self.followed.is_some() => {
                let Some(line) = self.line else { return };
                let open = self.still_open(line.reached);
                let (mut boundary, ends, mut place) =
                    self.boundary(self.shape(), playing.quantise, Some(score), open);
                if boundary >= ends {
                    let plan = &self.in_force.songs[self.followed.unwrap().0];
                    (boundary, place) = (ends, Some(plan.place(ends, self.in_force.three())));
                }
                let plan = &self.in_force.songs[self.followed.unwrap().0];
                let place = place.or_else(|| Some(plan.place(boundary, self.in_force.three())));
                self.note_late_change(boundary, playing);
                self.choose_in_song((score, cycles), place, boundary);
                if self.in_force.scores.len() > 4 {
                    // With the sections more than the engine remembers.
                    self.unclear(0);
                }
            }
            PlayerAction::Play(score) => {
                let boundary = self.line.map(|line| {
                    let open = self.still_open(line.reached);
                    let (boundary, ends, _) =
                        self.boundary(self.shape(), playing.quantise, Some(score), open);
                    boundary.min(ends)
                });
                if let Some(boundary) = boundary {
                    self.note_late_change(boundary, playing);
                }
                self.change_score(score, cycles, boundary);
                if self.in_force.scores.len() > 6 {
                    // More than the engine remembers.
                    self.unclear(0);
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
                if let Some(boundary) = self.change_fill(is_now, open) {
                    let after = std::mem::replace(&mut self.in_force, before);
                    self.note_late_change(boundary, playing);
                    self.in_force = after;
                }
            }
        }
    }

    /// From which clock on the fill that is pressed or let go changes what is played.
    pub(super) fn change_fill(&mut self, is_held: bool, open: i64) -> Option<i64> {
        let shape = self.playback_at(open).shape;
        match (is_held, self.in_force.fill) {
            (true, None) => {
                let start = first_played(&shape, false, open);
                self.in_force.fill = Some((start, None));
                Some(start)
            }
            (true, Some((start, end))) => {
                let boundary = first_played(&shape, false, open);
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
                let end = first_played(&shape, true, open.max(start + 1));
                self.in_force.fill = Some((start, Some(end)));
                Some(end)
            }
        }
    }

    /// Remembers what of the steps from `boundary` on has had its time already, before something else is played there.
    pub(super) fn note_late_change(&mut self, boundary: i64, playing: &Playing) {
        let Some(line) = self.line else { return };
        if boundary >= self.untouched(line.reached, self.longest_step())
            || self.late_change.is_some()
        {
            return;
        }
        let playback = self.playback_at(boundary);
        let mut writing = Writing::new(self.patterns, &self.in_force, &playing.lanes, playing.seed);
        let length = length(&playback.shape, 1);
        let before = (boundary - playback.shape.origin) / length - 1000;
        let first = (before..).find(|&step| grid(&playback.shape, step) >= boundary).unwrap();
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
                (grid(&playback.shape, step), length, struck)
            })
            .collect();
        if doubtful {
            self.unclear(0);
        }
        let until = self.in_force.at(boundary).place.map_or(i64::MAX, |place| place.ends);
        self.late_change = Some(LateChange { boundary, until, struck });
    }

    /// What a choice came too late for.
    pub(super) fn late_choices(&mut self, late_change: &LateChange, playing: &Playing) -> Vec<Due> {
        let reached = self.line.unwrap().reached;
        let playback = self.playback_at(late_change.boundary);
        let mut writing = Writing::new(self.patterns, &self.in_force, &playing.lanes, playing.seed);
        let mut hits = Vec::new();
        let length = length(&playback.shape, 1);
        let before = (late_change.boundary - playback.shape.origin) / length - 1000;
        let first =
            (before..).find(|&step| grid(&playback.shape, step) >= late_change.boundary).unwrap();
        let places = (first..).map(|step| (step, grid(&playback.shape, step)));
        for (step, place) in
            places.take_while(|&(_, place)| (place as f64) < 24.0 * (reached + 1.0))
        {
            if place >= late_change.until {
                break;
            }
            let before = late_change.struck.iter();
            let mut before =
                before.filter(|(from, length, _)| (*from..from + length).contains(&place));
            let struck = before.next().map_or([false; INSTRUMENTS], |(.., struck)| *struck);
            let row = writing.row(&playback, step);
            for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                if let Some(hit) = hit
                    && !struck[instrument.index()]
                {
                    let when = time(&playback, step, instrument, hit);
                    hits.push((when, playback.shape.bar, step, instrument, hit));
                }
            }
        }
        if hits.iter().any(|hit| is_doubtful(hit.0, reached)) {
            self.unclear(0);
        }
        hits.retain(|hit| hit.0 < reached);
        hits.sort_by(|a, b| (a.0, a.2, a.3).partial_cmp(&(b.0, b.2, b.3)).unwrap());
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
        self.in_force.scores.push(ScoreInForce::of(from, score, cycles));
    }

    /// The player's choice plays from `boundary` on up to the next section.
    pub(super) fn choose_in_song(
        &mut self,
        (score, cycles): (Score, [i64; CYCLES]),
        place: Option<Place>,
        boundary: i64,
    ) {
        let (song, _) = self.followed.unwrap();
        let plan = &self.in_force.songs[song];
        let until = plan.place(boundary, self.in_force.three()).ends;
        self.followed = Some((song, boundary));
        self.in_force.scores.retain(|before| before.from < boundary);
        self.in_force.scores.push(ScoreInForce {
            place,
            song: Some((song, until)),
            ..ScoreInForce::of(boundary, score, cycles)
        });
    }
}
