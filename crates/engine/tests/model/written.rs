//! What is written: which hits a step has, and how late each is, in the oracle's own words.

use engine::CYCLES;
use groove::sequencer::{Feel, Lanes, Length, PlaybackSettings, RegularFills, Shape, Speed, fills};
use groove::{Bar, Grid, Hit, INSTRUMENTS, Instrument, Metre, Pattern};

use crate::case::Score;
use crate::songs::{Instead, Place, Plan};

/// How long a step of `bar` lasts as it is written, in clocks.
fn clocks(bar: Bar) -> i64 {
    match bar.grid() {
        Grid::Eighths => 12,
        Grid::Sixteenths => 6,
        Grid::Triplets => 8,
        Grid::Sextuplets => 4,
    }
}

/// The clocks of a bar at which its beats begin, and at which the bar ends.
pub(crate) fn beats(metre: Metre) -> Vec<i64> {
    let lengths: Vec<i64> = match (metre.numerator(), metre.denominator()) {
        (5, 8) => vec![36, 24],
        (7, 8) => vec![24, 24, 36],
        (10, 8) => vec![36, 24, 36, 24],
        (threes, 8) => vec![36; usize::from(threes) / 3],
        (halves, 2) => vec![48; halves.into()],
        (quarters, _) => vec![24; quarters.into()],
    };
    let mut starts = vec![0];
    starts.extend(lengths.iter().scan(0, |end, length| {
        *end += length;
        Some(*end)
    }));
    starts
}

/// Steps in a bar.
pub(crate) fn bar_steps(bar: Bar) -> i64 {
    beats(bar.metre()).last().unwrap() / clocks(bar)
}

/// Steps in a pattern.
fn pattern_steps(bar: Bar) -> i64 {
    let steps = bar_steps(bar);
    steps * [4, 2, 1].into_iter().find(|bars| bars * steps <= 96).unwrap()
}

/// Steps that are played over and over.
pub(crate) fn cycle_steps(shape: &Shape) -> i64 {
    let bars = match shape.length {
        Length::One => 1,
        Length::Two => 2,
        Length::Four => 4,
    };
    (bars * bar_steps(shape.bar)).min(pattern_steps(shape.bar))
}

/// How much longer than written everything lasts.
pub(crate) fn stretch(speed: Speed) -> f64 {
    match speed {
        Speed::Half => 2.0,
        Speed::Normal => 1.0,
        Speed::Double => 0.5,
    }
}

/// How long a step lasts, in beats.
pub(crate) fn step_beats(shape: &Shape) -> f64 {
    stretch(shape.speed) * clocks(shape.bar) as f64 / 24.0
}

/// Where a played step lies on the grid of clocks.
pub(crate) fn grid(shape: &Shape, step: i64) -> i64 {
    shape.origin + length(shape, step)
}

/// How many clocks `steps` steps last.
pub(crate) fn length(shape: &Shape, steps: i64) -> i64 {
    (stretch(shape.speed) * 2.0) as i64 * steps * clocks(shape.bar) / 2
}

/// How many steps late a hit is. In quarters of four 16ths the beat is bent at its middle, each half of it again; else
/// every second step is late if its pair fills a part of a beat. Chance comes on top.
fn lateness(feel: Feel, bar: Bar, step: i64, instrument: Instrument, hit: Hit) -> f64 {
    let middle = feel.triplet();
    let of_bar = step.rem_euclid(bar_steps(bar));
    let is_simple = bar.metre().denominator() != 8;
    let bent = match (bar.grid(), of_bar % 2 == 1) {
        (Grid::Sixteenths, _) if is_simple => {
            let bent = match of_bar % 4 {
                0 => 0.0,
                1 => middle * feel.swing(),
                2 => middle,
                _ => middle + (1.0 - middle) * feel.swing(),
            };
            bent * 4.0 - (of_bar % 4) as f64
        }
        (Grid::Eighths, true) if is_simple => feel.swing().max(middle) * 2.0 - 1.0,
        (Grid::Sixteenths | Grid::Sextuplets, true) => feel.swing() * 2.0 - 1.0,
        _ => 0.0,
    };
    let on_time = Hit::new(hit.velocity(), 0.0);
    let plain = Feel::new(feel.swing(), feel.timing()).with_triplet(feel.triplet());
    let chance =
        feel.shift(bar, step, instrument, on_time) - plain.shift(bar, step, instrument, on_time);
    bent + f64::from(hit.micro_offset()) * feel.timing() + chance
}

/// When a hit sounds.
pub(crate) fn time(
    playback: &PlaybackSettings,
    step: i64,
    instrument: Instrument,
    hit: Hit,
) -> f64 {
    let steps = step as f64 + lateness(playback.feel, playback.shape.bar, step, instrument, hit);
    playback.shape.origin as f64 / 24.0 + steps * step_beats(&playback.shape)
}

/// Whether a fill is played at `step` that nobody asked for: in the last beats of every so many bars.
fn is_regular_fill(fills: RegularFills, bar: Bar, step: i64) -> bool {
    let RegularFills { every, beats: count, .. } = fills;
    if every == 0 {
        return false;
    }
    let (starts, steps) = (beats(bar.metre()), bar_steps(bar));
    let first = starts[(starts.len() - 1).saturating_sub(count.into())] / clocks(bar);
    step.div_euclid(steps).rem_euclid(every.into()) == i64::from(every) - 1
        && step.rem_euclid(steps) >= first
}

/// A fill: from one clock on, up to another, or for as long as it is held.
pub(crate) type Region = (i64, Option<i64>);

/// A score from a clock on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScoreInForce {
    pub(crate) from: i64,
    pub(crate) score: Score,
    /// The cycles that the engine has of it, if it varies.
    pub(crate) cycles: [i64; CYCLES],
    /// Where in a song it is played, if the player has chosen it there.
    pub(crate) place: Option<Place>,
    /// The song that plays instead of it, and from which clock on.
    pub(crate) song: Option<(usize, i64)>,
}

impl ScoreInForce {
    pub(crate) fn of(from: i64, score: Score, cycles: [i64; CYCLES]) -> Self {
        Self { from, score, cycles, place: None, song: None }
    }

    pub(crate) fn of_song(from: i64, song: usize) -> Self {
        Self { song: Some((song, i64::MIN)), ..Self::of(from, Score::SILENCE, [0; CYCLES]) }
    }
}

/// What is in force at one moment.
#[derive(Clone, Debug)]
pub(crate) struct InForce<'a> {
    pub(crate) patterns: &'a [Pattern; 4],
    pub(crate) songs: &'a [Plan; 3],
    pub(crate) scores: Vec<ScoreInForce>,
    pub(crate) fill: Option<Region>,
    /// Where the fill before lands.
    pub(crate) landing: Option<i64>,
}

/// What plays at a clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sounding {
    pub(crate) score: Score,
    pub(crate) cycles: [i64; CYCLES],
    pub(crate) place: Option<Place>,
    pub(crate) is_chosen: bool,
    /// Up to where, unless something else is changed.
    pub(crate) ends: i64,
}

impl InForce<'_> {
    pub(crate) fn at(&self, grid: i64) -> Sounding {
        let held = self.scores.iter().rev().find(|score| score.from <= grid).unwrap();
        match held.song {
            Some((song, from)) if grid >= from => {
                let plan = &self.songs[song];
                let place = plan.place(grid, self.three());
                let score = plan.score(&place).unwrap_or(Score::SILENCE);
                let (cycles, ends) = (std::array::from_fn(|i| i as i64), place.ends);
                Sounding { score, cycles, place: Some(place), is_chosen: false, ends }
            }
            _ => Sounding {
                score: held.score,
                cycles: held.cycles,
                place: held.place,
                is_chosen: held.song.is_some(),
                ends: held.song.map_or(i64::MAX, |(_, from)| from),
            },
        }
    }

    /// The patterns that songs are made of.
    pub(crate) fn three(&self) -> &[Pattern; 3] {
        self.patterns.first_chunk().unwrap()
    }
}

/// A pass of an instrument over a pattern: the pattern's number, and the step that it begins at.
type Pass = (usize, Shape, i64, usize);

/// What the rows of steps are worked out from, and what has been worked out of it.
pub(crate) struct Writing<'a> {
    pub(crate) patterns: &'a [Pattern; 4],
    pub(crate) in_force: &'a InForce<'a>,
    pub(crate) lanes: &'a Lanes,
    pub(crate) seed: u64,
    /// The hits left of an instrument in a pass over a pattern that begins at a step.
    thinned: Vec<(Pass, Vec<i64>)>,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(
        patterns: &'a [Pattern; 4],
        in_force: &'a InForce<'a>,
        lanes: &'a Lanes,
        seed: u64,
    ) -> Self {
        Self { patterns, in_force, lanes, seed, thinned: Vec::new() }
    }

    /// Whether nobody can say what plays at `step`: the score there has not the cycle, because another is about to
    /// follow it, or it was chosen a moment ago while bars of another metre were counted.
    pub(crate) fn is_unknown(&self, shape: &Shape, step: i64) -> bool {
        let score = self.in_force.at(grid(shape, step));
        let cycle = step.div_euclid(cycle_steps(shape));
        score.score == Score::VARIED && !score.cycles.contains(&cycle)
    }

    /// The hits at played step `step`.
    pub(crate) fn row(
        &mut self,
        playback: &PlaybackSettings,
        step: i64,
    ) -> [Option<Hit>; INSTRUMENTS] {
        let shape = &playback.shape;
        let grid = grid(shape, step);
        let bar = step - step.rem_euclid(bar_steps(shape.bar));
        let Sounding { score, place: of_song, .. } = self.in_force.at(grid);
        let length = cycle_steps(shape);
        let number = score.pattern(step.div_euclid(length));
        if self.patterns[number].bar() != shape.bar {
            // Another score's steps.
            return [None; INSTRUMENTS];
        }
        let lands_here = self.in_force.landing == Some(grid)
            || self.in_force.fill.is_some_and(|(_, to)| to == Some(grid));
        let is_asked_for = self
            .in_force
            .fill
            .is_some_and(|(from, to)| grid >= from && to.is_none_or(|to| grid < to));
        let instead = of_song.filter(|_| !is_asked_for && !lands_here);
        let instead = instead.and_then(|place| Some((place, place.instead(grid)?)));
        let drawn = score.fills().map(|number| self.patterns[number].to_window());
        let one_step = self::length(shape, 1);
        match instead {
            Some((place, Instead::Fill(size))) => {
                let left = (grid..place.ends).step_by(one_step as usize).count() as i64;
                let landing = (place.ends, left);
                return fills::row_before(self.seed, size, drawn.as_ref(), shape.bar, landing);
            }
            Some((place, Instead::Silence)) if grid - one_step < place.ending_begins() => {
                return fills::stop();
            }
            Some((_, Instead::Silence)) => return [None; INSTRUMENTS],
            Some((_, Instead::Crash)) | None => {}
        }
        let is_silent = of_song.is_some_and(|place| place.section.is_none());
        let is_ending = is_silent || of_song.is_some_and(|place| place.is_last_bar(grid));
        let is_regular = !is_ending && is_regular_fill(playback.fills, shape.bar, step);
        if is_asked_for || !lands_here && instead.is_none() && is_regular {
            let size = playback.fills.size;
            return fills::row(self.seed, size, drawn.as_ref(), shape.bar, step);
        }
        let place = (i64::from(shape.start) + step.rem_euclid(length)) % pattern_steps(shape.bar);
        let mut row = self.patterns[number].row(place as usize);
        for (instrument, hit) in Instrument::ALL.into_iter().zip(&mut row) {
            if hit.is_some() && self.lanes.0[instrument.index()].density < 0.0 {
                let first = step - step.rem_euclid(length);
                if !self.thinned(number, *shape, first, instrument).contains(&step) {
                    *hit = None;
                }
            }
        }
        // After a regular fill, but where the song begins, or where another would be.
        let is_another = is_regular_fill(playback.fills, shape.bar, step);
        let follows_regular = step == bar
            && step != 0
            && !is_silent
            && !is_another
            && is_regular_fill(playback.fills, shape.bar, step - 1)
            && playback.fills.has_crash(self.seed, drawn.as_ref(), shape.bar, step);
        if lands_here || instead.is_some() || follows_regular { fills::landing(row) } else { row }
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
        let mut hits: Vec<(i64, Hit)> = (0..cycle_steps(&shape))
            .filter_map(|i| {
                let place = (i64::from(shape.start) + i) % pattern_steps(shape.bar);
                Some((first + i, self.patterns[number].hit(place as usize, instrument)?))
            })
            .collect();
        let weight = |&(step, hit): &(i64, Hit)| {
            let strength = strength(shape.bar, step);
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

/// How strong a step is felt to be.
fn strength(bar: Bar, step: i64) -> f32 {
    let clock = step.rem_euclid(bar_steps(bar)) * clocks(bar);
    let starts = beats(bar.metre());
    let beat = starts.iter().rposition(|&start| start <= clock).unwrap();
    let (within, length) = (clock - starts[beat], starts[beat + 1] - starts[beat]);
    let halves = starts.len() - 1;
    match within {
        0 if beat == 0 => 1.0,
        0 if halves >= 4 && halves.is_multiple_of(2) && beat == halves / 2 => 0.85,
        0 => 0.7,
        // The half of a quarter, the quarter of a half, the last third of either.
        12 if length == 24 => 0.35,
        24 if length == 48 || length == 36 => 0.35,
        16 if length == 24 => 0.35,
        32 if length == 48 => 0.35,
        8 if length == 24 => 0.2,
        12 if length == 36 => 0.2,
        16 if length == 48 => 0.2,
        _ => 0.0,
    }
}
