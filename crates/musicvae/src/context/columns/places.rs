//! Where in music a step lies, and which steps are so many beats and bars from it, in bars of any metre and grid.

use groove::{BARS, Bar, Metre, STEPS_PER_BAR};

use super::Row;

/// The longest beat, in columns of two clocks each: three 8ths.
const CLOCK_COLUMNS: usize = 18;
const GRIDS: usize = groove::Grid::ALL.len();

/// Columns of what a bar is: metre and grid.
pub(super) const BAR_COLUMNS: usize = Metre::ALL.len() + GRIDS;
/// Columns of what a bar is and how a step lies in it: its beat, and the clock in the beat.
pub(super) const PLACE_COLUMNS: usize = BAR_COLUMNS + Bar::MOST_BEATS + CLOCK_COLUMNS;

/// How far off a model looks directly, in steps.
pub(super) struct Distances {
    /// Back, at onsets: 1, 2, 3 steps, one and two beats, two steps around the same place a bar ago, two and three bars.
    pub(super) back: [usize; Self::BACK],
    /// Ahead, at known cells: 1, 2 steps, a beat, one to three bars.
    pub(super) ahead: [usize; Self::AHEAD],
}

impl Distances {
    pub(super) const BACK: usize = 12;
    pub(super) const AHEAD: usize = 6;

    pub(super) fn of(bar: Bar) -> Self {
        let (beat, beats, steps) = (bar.step_of_beat(1), bar.step_of_beat(2), bar.steps());
        // A bar of one step has none around it.
        let [two_less, less] = [2, 1].map(|less| steps.saturating_sub(less).max(1));
        Self {
            back: [
                1,
                2,
                3,
                beat,
                beats,
                two_less,
                less,
                steps,
                steps + 1,
                steps + 2,
                2 * steps,
                3 * steps,
            ],
            ahead: [1, 2, beat, steps, 2 * steps, 3 * steps],
        }
    }
}

/// The places of one pattern's steps.
#[derive(Clone, Copy)]
pub(super) struct Places(pub(super) Bar);

impl Places {
    /// Writes the place of `step` as a model of 4/4 in 16ths knows it: the 16th of such a bar that it is like, and the bar.
    pub(super) fn push(self, row: &mut Row<'_>, step: usize) {
        let (bar, step) = (step / self.0.steps(), step % self.0.steps());
        row.push_one_of(STEPS_PER_BAR, self.0.place_in_bar(step).sixteenth);
        row.push_one_of(BARS, bar);
    }

    /// Writes how far into the bar `step` is, as velocities know it.
    pub(super) fn push_sixteenth(self, row: &mut Row<'_>, step: usize) {
        let place = self.0.place_in_bar(step % self.0.steps());
        row.push_one_of(STEPS_PER_BAR, place.sixteenth);
    }

    /// Writes what the bar is; of 4/4 in 16ths zeros, so that a model that knows nothing else can learn the others.
    pub(super) fn push_bar(self, row: &mut Row<'_>) {
        let (metres, grids) = (row.next(Metre::ALL.len()), row.next(GRIDS));
        if !is_common(self.0) {
            let is_metre = |metre: &Metre| *metre == counted_as(self.0.metre());
            let place = Metre::ALL.iter().position(is_metre);
            metres[place.unwrap_or_default()] = 1.0;
            grids[self.0.grid() as usize] = 1.0;
        }
    }

    /// Writes what the bar is and how `step` lies in it.
    pub(super) fn push_in_bar(self, row: &mut Row<'_>, step: usize) {
        self.push_bar(row);
        let (beats, clocks) = (row.next(Bar::MOST_BEATS), row.next(CLOCK_COLUMNS));
        if !is_common(self.0) {
            let place = self.0.place_in_bar(step % self.0.steps());
            beats[place.beat] = 1.0;
            clocks[place.clock / 2] = 1.0;
        }
    }

    /// The steps before `step` at the same place of a beat, and of a bar.
    pub(super) fn alike(self, step: usize) -> [impl Iterator<Item = usize>; 2] {
        let steps = self.0.steps();
        let clock = |step: usize| self.0.place_in_bar(step).clock;
        let own = clock(step % steps);
        let of_beat = (0..steps).filter(|&at| clock(at) == own);
        let of_beat = of_beat.fold(0u128, |places, at| places | 1 << at);
        let places_before =
            move |places: u128| (0..step).filter(move |at| places & 1 << (at % steps) != 0);
        [places_before(of_beat), places_before(1 << (step % steps))]
    }
}

/// Whether a model of 4/4 in 16ths knows the bar.
pub(crate) fn is_common(bar: Bar) -> bool {
    counted_as(bar.metre()) == Metre::FOUR_FOUR && bar.grid() == Bar::COMMON.grid()
}

/// 2/2 is counted as 4/4.
fn counted_as(metre: Metre) -> Metre {
    if metre.denominator() == 2 { Metre::FOUR_FOUR } else { metre }
}
