//! The input columns of the step model, the same for training and for drawing. NETWORK.md lists them.
//!
//! A step's columns are made of the steps before it and of the context alone: what `pattern` holds from that step on is
//! not looked at.

pub mod articulations;
mod places;

use groove::{BARS, Bar, INSTRUMENTS, Instrument, Metre, Pattern, STEPS_PER_BAR};

pub(crate) use self::places::is_common;
use self::places::{BAR_COLUMNS, Distances, PLACE_COLUMNS, Places};
use super::{BarKind, COPIES, Context, Copies};

/// The choices of a copy: none, or of one to three bars ago.
pub const COPY_LABELS: usize = COPIES + 1;
/// Number of velocities: MIDI's, 1 to 127.
pub const VELOCITIES: usize = 127;
/// Number of micro-offsets: parts of a step of equal width.
pub const MICRO_OFFSETS: usize = 50;
/// Ranges of velocity; columns hold the share of an instrument's earlier hits in each.
const VELOCITY_SHARES: usize = 12;
/// Ranges of velocities, for the columns.
const VELOCITY_RANGES: usize = 8;

const PLACE: usize = STEPS_PER_BAR + BARS;
const KIND: usize = 3;
const LINE: usize = 2;

/// Columns of a step of the summary of what is known ahead, of 4/4 in 16ths.
const AHEAD: usize = 3 * INSTRUMENTS + LINE + KIND + PLACE;
/// Columns of a step before those of the styles.
const BEFORE_STYLES: usize = Distances::BACK * INSTRUMENTS
    + COPY_LABELS * INSTRUMENTS
    + 2 * INSTRUMENTS
    + LINE
    + KIND
    + PLACE;
/// Columns of a step after those of the styles.
const AFTER_STYLES: usize = 4 + Distances::AHEAD * 2 * INSTRUMENTS;
/// Columns of the choice of a copy, of 4/4 in 16ths.
const COPY: usize =
    COPY_LABELS * INSTRUMENTS + 2 * INSTRUMENTS + BARS + KIND + 4 * COPIES + 3 + 1 + COPY_LABELS;
/// Columns of a hit's velocity, of 4/4 in 16ths.
const VELOCITY: usize =
    6 * INSTRUMENTS + COPY_LABELS + 3 * COPIES + 3 + STEPS_PER_BAR + 2 + 4 + VELOCITY_SHARES;
/// Columns of a hit's micro-offset after those of its velocity.
pub const OFFSET_COLUMNS: usize = 1 + VELOCITY_RANGES;

/// The step's first column of a style: that of "any style"; those of the styles follow.
pub const STYLE_COLUMN: usize = BEFORE_STYLES;

/// Which columns a model reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Styles that it knows.
    pub styles: usize,
    /// Whether it draws bars of any metre and grid: then every row ends with what its bar is and how its step lies in it.
    pub any_bar: bool,
}

impl Layout {
    const fn with_place(self, columns: usize) -> usize {
        if self.any_bar { columns + PLACE_COLUMNS } else { columns }
    }

    /// Columns of a step of the summary of what is known ahead.
    pub const fn ahead(self) -> usize {
        self.with_place(AHEAD)
    }

    /// Columns of a step, without the summary.
    pub const fn step(self) -> usize {
        self.with_place(BEFORE_STYLES + self.styles + 1 + AFTER_STYLES)
    }

    /// Columns of the choice of a copy.
    pub const fn copy(self) -> usize {
        if self.any_bar { COPY + BAR_COLUMNS } else { COPY }
    }

    /// Columns of a hit's velocity.
    pub const fn velocity(self) -> usize {
        self.with_place(VELOCITY)
    }

    /// Columns of a hit's micro-offset: those of its velocity, and the velocity.
    pub const fn offset(self) -> usize {
        self.velocity() + OFFSET_COLUMNS
    }

    /// Columns of `step` for the summary of what is known ahead, which is read from the last step to the first.
    pub fn write_ahead(self, context: &Context, step: usize, numbers: &mut [f32]) {
        let mut row = Row { numbers };
        let places = Places(context.bar());
        row.push_known(context, step);
        row.push_hits(context.locks.pattern(), Some(step), |hit| hit.velocity());
        row.push_line(context.line.as_ref(), step);
        row.push_kind(context.kinds[step / context.bar().steps()]);
        places.push(&mut row, step);
        if self.any_bar {
            places.push_in_bar(&mut row, step);
        }
    }

    /// Columns of `step`.
    pub fn write_step(
        self,
        pattern: &Pattern,
        copies: &Copies,
        context: &Context,
        step: usize,
        numbers: &mut [f32],
    ) {
        let mut row = Row { numbers };
        let Self { styles, any_bar } = self;
        let bar = pattern.bar();
        let (places, distances) = (Places(bar), Distances::of(bar));
        for ago in distances.back {
            row.push_hits(pattern, step.checked_sub(ago), |_| 1.0);
        }
        for label in copies[step / bar.steps()] {
            row.push_one_of(COPY_LABELS, label.into());
        }
        for instrument in Instrument::ALL {
            let forced = forced(pattern, copies, context, step, instrument);
            row.push_bool(forced.is_some());
            row.push_bool(forced == Some(true));
        }
        row.push_line(context.line.as_ref(), step);
        row.push_kind(context.kinds[step / bar.steps()]);
        places.push(&mut row, step);
        let style = context.style.map(usize::from).filter(|&style| style < styles);
        row.push_one_of(styles + 1, style.map_or(0, |style| style + 1));
        // Hits of a bar as long as one of 4/4.
        let unit = 32.0 * bar.metre().clocks() as f32 / Metre::FOUR_FOUR.clocks() as f32;
        for (number, unit) in [(context.density, unit), (context.intensity, 1.0)] {
            row.push_bool(number.is_some());
            row.push(number.unwrap_or(0.0) / unit);
        }
        for ahead in distances.ahead {
            match step + ahead {
                step if step < bar.pattern_steps() => row.push_known(context, step),
                _ => _ = row.next(2 * INSTRUMENTS),
            }
        }
        if any_bar {
            places.push_in_bar(&mut row, step);
        }
    }

    /// Columns of the choice of a copy for `instrument` in `bar`; `copies` are chosen as far as there.
    pub fn write_copy(
        self,
        pattern: &Pattern,
        copies: &Copies,
        context: &Context,
        bar: usize,
        instrument: Instrument,
        numbers: &mut [f32],
    ) {
        let mut row = Row { numbers };
        for other in Instrument::ALL {
            let labels = row.next(COPY_LABELS);
            if other < instrument {
                labels[usize::from(copies[bar][other.index()])] = 1.0;
            }
        }
        row.push_one_of(INSTRUMENTS, instrument.index());
        for other in Instrument::ALL {
            row.push_bool(super::bar_onsets(pattern, bar - 1, other) != 0);
        }
        row.push_one_of(BARS, bar);
        row.push_kind(context.kinds[bar]);
        let steps = pattern.bar().steps() as f32;
        let onsets = |ago: usize| {
            bar.checked_sub(ago).map(|bar| super::bar_onsets(pattern, bar, instrument))
        };
        for ago in 1..=COPIES {
            let onsets = onsets(ago);
            row.push_bool(onsets.is_some());
            row.push_bool(onsets == Some(0));
            row.push_bool(context.allows_copy(pattern, bar, instrument, ago));
            row.push(onsets.map_or(0.0, |onsets| onsets.count_ones() as f32 / steps));
        }
        for (a, b) in [(1, 2), (1, 3), (2, 3)] {
            row.push_bool(onsets(b).is_some() && onsets(a) == onsets(b));
        }
        row.push(context.known_onsets(bar, instrument).0.count_ones() as f32 / steps);
        row.push_one_of(COPY_LABELS, copies[bar - 1][instrument.index()].into());
        if self.any_bar {
            Places(pattern.bar()).push_bar(&mut row);
        }
    }

    /// Columns of the velocity of the hit of `instrument` at `step`; those of the other instruments there are read where they are
    /// known or come before it.
    pub fn write_velocity(
        self,
        pattern: &Pattern,
        copies: &Copies,
        context: &Context,
        step: usize,
        instrument: Instrument,
        numbers: &mut [f32],
    ) {
        let mut row = Row { numbers };
        row.push_one_of(INSTRUMENTS, instrument.index());
        row.push_hits(pattern, Some(step), |_| 1.0);
        let seen = |other: Instrument| {
            let is_seen =
                other != instrument && (other < instrument || context.locks.is_locked(step, other));
            pattern.hit(step, other).filter(|_| is_seen)
        };
        for other in Instrument::ALL {
            row.push(seen(other).map_or(0.0, |hit| hit.velocity()));
        }
        for other in Instrument::ALL {
            row.push(seen(other).map_or(0.0, |hit| 2.0 * hit.micro_offset()));
        }
        let bar = pattern.bar();
        let (places, steps) = (Places(bar), bar.steps());
        row.push_one_of(COPY_LABELS, copies[step / steps][instrument.index()].into());
        for ago in 1..=COPIES {
            let source = step.checked_sub(ago * steps);
            let hit = source.and_then(|step| pattern.hit(step, instrument));
            row.push_bool(hit.is_some());
            row.push(hit.map_or(0.0, |hit| hit.velocity()));
            row.push(hit.map_or(0.0, |hit| 2.0 * hit.micro_offset()));
        }
        let last = (0..step).rev().find_map(|at| Some((at, pattern.hit(at, instrument)?)));
        // In 16ths.
        let since = |at: usize| {
            let clocks = (step - at) * bar.grid().step_clocks();
            clocks as f32 / Bar::COMMON.grid().step_clocks() as f32
        };
        let last =
            last.map(|(at, hit)| [1.0 / since(at), hit.velocity(), 2.0 * hit.micro_offset()]);
        last.unwrap_or_default().into_iter().for_each(|number| row.push(number));
        places.push_sixteenth(&mut row, step);
        row.push_bool(context.intensity.is_some());
        row.push(context.intensity.unwrap_or(0.0));
        for other in Instrument::ALL {
            let last = (0..step).rev().find_map(|at| pattern.hit(at, other));
            row.push(last.map_or(0.0, |hit| hit.velocity()));
            row.push(last.map_or(0.0, |hit| 2.0 * hit.micro_offset()));
        }
        // How far the hits at this place of the beat have been off so far, and where in the bar.
        for alike in places.alike(step) {
            let hits = alike.flat_map(|at| pattern.row(at)).flatten();
            let (sum, count) = hits.fold((0.0, 0.0), |(sum, count), hit| {
                (sum + 2.0 * hit.micro_offset(), count + 1.0f32)
            });
            row.push(f32::from(u8::from(count > 0.0)));
            row.push(sum / count.max(1.0));
        }
        let shares = row.next(VELOCITY_SHARES);
        for hit in (0..step).filter_map(|at| pattern.hit(at, instrument)) {
            let range = (hit.velocity() * VELOCITY_SHARES as f32) as usize;
            shares[range.min(VELOCITY_SHARES - 1)] += 1.0;
        }
        let hits: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= hits.max(1.0));
        if self.any_bar {
            places.push_in_bar(&mut row, step);
        }
    }
}

/// A row being written, from left to right; it was zero.
struct Row<'a> {
    numbers: &'a mut [f32],
}

impl<'a> Row<'a> {
    fn next(&mut self, count: usize) -> &'a mut [f32] {
        let numbers = std::mem::take(&mut self.numbers);
        let (next, rest) = numbers.split_at_mut(count);
        self.numbers = rest;
        next
    }

    fn push(&mut self, number: f32) {
        self.next(1)[0] = number;
    }

    fn push_bool(&mut self, is_true: bool) {
        self.push(f32::from(u8::from(is_true)));
    }

    /// One of `count` columns is 1.
    fn push_one_of(&mut self, count: usize, index: usize) {
        self.next(count)[index] = 1.0;
    }

    /// Nine columns, a number of each hit that is there.
    fn push_hits(
        &mut self,
        pattern: &Pattern,
        step: Option<usize>,
        number: impl Fn(groove::Hit) -> f32,
    ) {
        let columns = self.next(INSTRUMENTS);
        let Some(step) = step else { return };
        for (column, hit) in columns.iter_mut().zip(pattern.row(step)) {
            *column = hit.map_or(0.0, &number);
        }
    }

    fn push_kind(&mut self, kind: Option<BarKind>) {
        self.push_one_of(KIND, kind.map_or(0, |kind| 1 + kind as usize));
    }

    fn push_line(&mut self, line: Option<&[bool; Bar::MOST_STEPS]>, step: usize) {
        self.push_bool(line.is_some());
        self.push_bool(line.is_some_and(|line| line[step]));
    }

    /// Which cells of `step` are known, and which of them hold a hit.
    fn push_known(&mut self, context: &Context, step: usize) {
        for column in [0, 1] {
            for instrument in Instrument::ALL {
                let is_known = context.locks.is_locked(step, instrument);
                let holds = || context.locks.pattern().hit(step, instrument).is_some();
                self.push_bool(is_known && (column == 0 || holds()));
            }
        }
    }
}

/// What a cell must hold, because it is known or part of a copy; `None`: either.
pub fn forced(
    pattern: &Pattern,
    copies: &Copies,
    context: &Context,
    step: usize,
    instrument: Instrument,
) -> Option<bool> {
    if context.locks.is_locked(step, instrument) {
        return Some(context.locks.pattern().hit(step, instrument).is_some());
    }
    let steps = pattern.bar().steps();
    match copies[step / steps][instrument.index()] {
        0 => None,
        ago => {
            let source = step - usize::from(ago) * steps;
            Some(pattern.hit(source, instrument).is_some())
        }
    }
}

/// Columns of the micro-offset of a hit of this velocity, after those of its velocity.
pub fn write_offset(velocity: usize, numbers: &mut [f32]) {
    let mut row = Row { numbers };
    row.push((velocity + 1) as f32 / VELOCITIES as f32);
    row.push_one_of(VELOCITY_RANGES, velocity * VELOCITY_RANGES / VELOCITIES);
}

/// The velocity's place among [`VELOCITIES`].
pub fn velocity_index(hit: groove::Hit) -> usize {
    ((hit.velocity() * VELOCITIES as f32).round() as usize).clamp(1, VELOCITIES) - 1
}

/// The micro-offset's place among [`MICRO_OFFSETS`].
pub fn offset_index(hit: groove::Hit) -> usize {
    let place = (hit.micro_offset() + 0.5) * MICRO_OFFSETS as f32;
    (place as usize).min(MICRO_OFFSETS - 1)
}

/// The hit of a velocity and a micro-offset by their places; `within` in `[0, 1)` is the place inside the micro-offset's
/// part of a step.
pub fn hit_of(velocity: usize, offset: usize, within: f32) -> groove::Hit {
    let offset = (offset as f32 + within) / MICRO_OFFSETS as f32 - 0.5;
    groove::Hit::new((velocity + 1) as f32 / VELOCITIES as f32, offset)
}
