//! What is written: which hits a step has, and how late each is, in the oracle's own words.

use engine::CYCLES;
use groove::sequencer::{Feel, Lanes, PlaybackSettings, RegularFills, Shape, Speed, fills};
use groove::{Hit, INSTRUMENTS, Instrument, Pattern};

use crate::host::Score;

/// How long a step lasts, in beats.
pub(crate) fn step_beats(speed: Speed) -> f64 {
    match speed {
        Speed::Half => 0.5,
        Speed::Normal => 0.25,
        Speed::Double => 0.125,
    }
}

/// Where a played step lies on the grid of 32nds.
pub(crate) fn grid(speed: Speed, step: i64) -> i64 {
    (step as f64 * step_beats(speed) * 8.0).round() as i64
}

/// How many steps late a hit is: the beat is bent at its middle, each half of it again, and chance comes
/// on top.
fn lateness(feel: Feel, step: i64, instrument: Instrument, hit: Hit) -> f64 {
    let middle = feel.triplet();
    let bent = match step.rem_euclid(4) {
        0 => 0.0,
        1 => middle * feel.swing(),
        2 => middle,
        _ => middle + (1.0 - middle) * feel.swing(),
    };
    let on_time = Hit::new(hit.velocity(), 0.0);
    let plain = Feel::new(feel.swing(), feel.timing()).with_triplet(feel.triplet());
    let chance = feel.shift(step, instrument, on_time) - plain.shift(step, instrument, on_time);
    bent * 4.0 - step.rem_euclid(4) as f64 + f64::from(hit.micro_offset()) * feel.timing() + chance
}

/// When a hit sounds.
pub(crate) fn time(
    playback: &PlaybackSettings,
    step: i64,
    instrument: Instrument,
    hit: Hit,
) -> f64 {
    (step as f64 + lateness(playback.feel, step, instrument, hit))
        * step_beats(playback.shape.speed)
}

/// Whether a fill is played at `step` that nobody asked for: in the last beats of every so many bars.
fn is_regular_fill(fills: RegularFills, step: i64) -> bool {
    let RegularFills { every, beats } = fills;
    let group = 16 * i64::from(every);
    every > 0 && group - step.rem_euclid(group) <= (4 * i64::from(beats)).min(16)
}

/// A fill: from one 32nd on, up to another, or for as long as it is held.
pub(crate) type Region = (i64, Option<i64>);

/// A score from a 32nd on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScoreInForce {
    pub(crate) from: i64,
    pub(crate) score: Score,
    /// The cycles that the engine has of it, if it varies.
    pub(crate) cycles: [i64; CYCLES],
}

/// What is in force at one moment.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub(crate) scores: Vec<ScoreInForce>,
    pub(crate) fill: Option<Region>,
    /// Where the fill before lands.
    pub(crate) landing: Option<i64>,
}

impl InForce {
    pub(crate) fn score_at(&self, grid: i64) -> &ScoreInForce {
        self.scores.iter().rev().find(|score| score.from <= grid).unwrap()
    }
}

/// A pass of an instrument over a pattern: the pattern's number, and the step that it begins at.
type Pass = (usize, Shape, i64, usize);

/// What the rows of steps are worked out from, and what has been worked out of it.
pub(crate) struct Writing<'a> {
    pub(crate) patterns: &'a [Pattern; 3],
    pub(crate) in_force: &'a InForce,
    pub(crate) lanes: &'a Lanes,
    pub(crate) seed: u64,
    /// The hits left of an instrument in a pass over a pattern that begins at a step.
    thinned: Vec<(Pass, Vec<i64>)>,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(
        patterns: &'a [Pattern; 3],
        in_force: &'a InForce,
        lanes: &'a Lanes,
        seed: u64,
    ) -> Self {
        Self { patterns, in_force, lanes, seed, thinned: Vec::new() }
    }

    /// Whether nobody can say what plays at `step`: the score there is about to be followed by another, so
    /// that nobody makes further cycles of it, and has not this one.
    pub(crate) fn is_unknown(&self, shape: &Shape, step: i64) -> bool {
        let score = self.in_force.score_at(grid(shape.speed, step));
        let is_newest = std::ptr::eq(score, self.in_force.scores.last().unwrap());
        let cycle = step.div_euclid(shape.length.steps() as i64);
        score.score == Score::VARIED && !is_newest && !score.cycles.contains(&cycle)
    }

    /// The hits at played step `step`.
    pub(crate) fn row(
        &mut self,
        playback: &PlaybackSettings,
        step: i64,
    ) -> [Option<Hit>; INSTRUMENTS] {
        let shape = &playback.shape;
        let grid = grid(shape.speed, step);
        let bar = step - step.rem_euclid(16);
        let score = self.in_force.score_at(grid).score;
        let lands_here = self.in_force.landing == Some(grid)
            || self.in_force.fill.is_some_and(|(_, to)| to == Some(grid));
        let is_asked_for = self
            .in_force
            .fill
            .is_some_and(|(from, to)| grid >= from && to.is_none_or(|to| grid < to));
        let is_fill = is_asked_for || !lands_here && is_regular_fill(playback.fills, step);
        if is_fill {
            let drawn = score.fills().map(|number| &self.patterns[number]);
            return fills::row(self.seed, drawn, bar, (step - bar) as usize);
        }
        let length = shape.length.steps() as i64;
        let number = score.pattern(step.div_euclid(length));
        let place = (i64::from(shape.start) + step.rem_euclid(length)) % 64;
        let mut row = self.patterns[number].row(place as usize);
        for (instrument, hit) in Instrument::ALL.into_iter().zip(&mut row) {
            if hit.is_some() && self.lanes.0[instrument.index()].density < 0.0 {
                let first = step - step.rem_euclid(length);
                if !self.thinned(number, *shape, first, instrument).contains(&step) {
                    *hit = None;
                }
            }
        }
        // After a regular fill, but where the song begins.
        let follows_regular = step == bar && step != 0 && is_regular_fill(playback.fills, step - 1);
        if lands_here || follows_regular { fills::landing(row) } else { row }
    }

    /// The steps at which hits are left in the pass that begins at played step `first`: sorted by
    /// importance, and cut.
    fn thinned(
        &mut self,
        number: usize,
        shape: Shape,
        first: i64,
        instrument: Instrument,
    ) -> &[i64] {
        let key = (number, shape, first, instrument.index());
        if let Some(known) = self.thinned.iter().position(|(known, _)| *known == key) {
            return &self.thinned[known].1;
        }
        let mut hits: Vec<(i64, Hit)> = (0..shape.length.steps() as i64)
            .filter_map(|i| {
                let place = (i64::from(shape.start) + i) % 64;
                Some((first + i, self.patterns[number].hit(place as usize, instrument)?))
            })
            .collect();
        let weight = |&(step, hit): &(i64, Hit)| {
            let strength = match step.rem_euclid(16) {
                0 => 1.0,
                8 => 0.85,
                4 | 12 => 0.7,
                even if even % 2 == 0 => 0.35,
                _ => 0.0_f32,
            };
            hit.velocity() + 0.6 * strength
        };
        // Stable: of equally important hits the first stay.
        hits.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let share = 1.0 + self.lanes.0[instrument.index()].density;
        let count = hits.len() as f32;
        let kept = (0..hits.len()).filter(|&rank| rank as f32 + 0.5 < share * count).count();
        let steps = hits[..kept].iter().map(|&(step, _)| step).collect();
        self.thinned.push((key, steps));
        &self.thinned.last().unwrap().1
    }
}
