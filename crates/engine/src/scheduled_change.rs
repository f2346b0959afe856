//! Changes at a boundary: hits before it are the old value's, hits from it on the new one's.
//!
//! A hit belongs to the value in force at its grid time, whenever it sounds. So an old value lives on
//! until its last late hit has sounded, and further values may be waiting meanwhile.

use std::marker::PhantomData;

use groove::Beats;
use groove::sequencer::{EARLIEST_STEPS, GRID_PER_BEAT, LATEST_STEPS, Shape};

/// A value in force and others that take over one after another, as many in all as `places`, an array or a boxed slice, has.
/// Boundaries are grid times in clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScheduledChange<T, P> {
    /// In `..len`, with the first grid time that each is in force at, ascending; that of the first
    /// does not count.
    places: P,
    len: usize,
    values: PhantomData<T>,
}

/// The length of a 32nd in clocks: all steps of 16ths lie on 32nds, at any speed.
const THIRTY_SECOND: i64 = GRID_PER_BEAT / 8;

/// The steps of all that is in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Steps {
    /// The longest.
    pub(crate) longest: Beats,
    /// How far apart any two are, at least, in clocks.
    pub(crate) apart: i64,
}

impl Steps {
    /// The steps of these shapes.
    pub(crate) fn of(shapes: impl Iterator<Item = Shape>) -> Self {
        let none = Self { longest: Beats(0.0), apart: THIRTY_SECOND };
        shapes.fold(none, |steps, shape| {
            let is_on_32nds =
                shape.step_grid() % THIRTY_SECOND == 0 && shape.origin % THIRTY_SECOND == 0;
            Self {
                longest: Beats(steps.longest.0.max(shape.step().0)),
                apart: if is_on_32nds { steps.apart } else { 1 },
            }
        })
    }
}

/// The first 32nd at which no hit can have sounded before `frontier`, where a step lasts `step`
/// at most.
pub(crate) fn first_untouched(frontier: Beats, step: Beats) -> i64 {
    first_thirty_second(frontier - Beats(EARLIEST_STEPS * step.0))
}

/// The first 32nd at or after `time`, in clocks.
pub(crate) fn first_thirty_second(time: Beats) -> i64 {
    let per_beat = (GRID_PER_BEAT / THIRTY_SECOND) as f64;
    ((time.0 * per_beat).ceil() as i64).saturating_mul(THIRTY_SECOND)
}

impl<T: Copy, P: AsRef<[(T, i64)]> + AsMut<[(T, i64)]>> ScheduledChange<T, P> {
    /// What is in the first of `places` is in force.
    pub(crate) fn new(places: P) -> Self {
        Self { places, len: 1, values: PhantomData }
    }

    fn places(&self) -> &[(T, i64)] {
        self.places.as_ref()
    }

    fn places_mut(&mut self) -> &mut [(T, i64)] {
        self.places.as_mut()
    }

    /// Has `value` alone in force.
    pub(crate) fn restart(&mut self, value: T) {
        self.places_mut()[0] = (value, 0);
        self.len = 1;
    }

    /// The value in force at grid time `grid`.
    pub(crate) fn at(&self, grid: i64) -> &T {
        let later = &self.places()[1..self.len];
        let found = later.iter().rev().find(|&&(_, boundary)| grid >= boundary);
        &found.unwrap_or(&self.places()[0]).0
    }

    /// The values in force, one after another.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.places()[..self.len].iter().map(|(value, _)| value)
    }

    /// The value that takes over last.
    pub(crate) fn newest(&self) -> &T {
        &self.places()[self.len - 1].0
    }

    /// The first boundary after `grid`, if there is one.
    pub(crate) fn boundary_after(&self, grid: i64) -> Option<i64> {
        let mut boundaries = self.places()[1..self.len].iter().map(|&(_, boundary)| boundary);
        boundaries.find(|&boundary| boundary > grid)
    }

    /// Where the newest value takes over, if it is not the only one.
    pub(crate) fn boundary(&self) -> Option<i64> {
        (self.len > 1).then(|| self.places()[self.len - 1].1)
    }

    /// Whether a change may be made that hits from `untouched` on are played by, and `places` are left then.
    pub(crate) fn is_open(&self, untouched: i64, places: usize) -> bool {
        let kept = self.places()[1..self.len].iter().filter(|(_, boundary)| *boundary < untouched);
        kept.count() + 1 + places < self.places().len()
    }

    /// Has `value` take over at `boundary`, instead of any value that would take over there or later.
    /// Returns whether it will: not if too many are under way.
    pub(crate) fn change_at(&mut self, value: T, boundary: i64) -> bool {
        while self.boundary().is_some_and(|later| later >= boundary) {
            self.len -= 1;
        }
        if self.len == self.places().len() {
            return false;
        }
        let place = self.len;
        self.places_mut()[place] = (value, boundary);
        self.len += 1;
        true
    }

    /// Forgets each old value once all its hits have sounded before `frontier`.
    pub(crate) fn settle(&mut self, frontier: Beats, steps: Steps) {
        // The last step of an old value begins a 32nd before the boundary, or earlier, or a clock if there are steps
        // beside the 32nds: a boundary may lie between two steps.
        let tail = LATEST_STEPS * steps.longest.0 - steps.apart as f64 / GRID_PER_BEAT as f64;
        while self.len > 1 && self.places()[1].1 as f64 / GRID_PER_BEAT as f64 + tail <= frontier.0
        {
            let len = self.len;
            self.places_mut().copy_within(1..len, 0);
            self.len -= 1;
        }
    }

    /// Has the newest value take over at once: nothing has sounded, or time has jumped.
    pub(crate) fn settle_now(&mut self) {
        self.places_mut()[0] = self.places()[self.len - 1];
        self.len = 1;
    }
}
