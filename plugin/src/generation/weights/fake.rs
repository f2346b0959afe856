//! Networks for tests.

use std::sync::Arc;

use groove::Pattern;
use musicvae::infer::{Locks, Scratch, Start};
use parking_lot::{Condvar, Mutex};

use super::Decode;
use crate::state::request::Recipe;

/// A network for tests: each recipe and cycle has its own pattern, and one seed panics. One of them draws fills.
pub(crate) struct Fake(pub(crate) &'static str);

impl Fake {
    /// The seed that panics.
    pub(crate) const BREAKING_SEED: u64 = 666;

    /// The network that draws fills.
    pub(crate) const WITH_FILLS: Self = Self("fills");

    /// The fills of [`WITH_FILLS`](Self::WITH_FILLS): in each bar as hard a hit as `pattern` has many, at the step of the seed.
    pub(crate) fn drawn_fills(pattern: &Pattern, recipe: &Recipe) -> Pattern {
        let mut fills = Pattern::EMPTY;
        for bar in 0..groove::BARS {
            let step = bar * groove::STEPS_PER_BAR + recipe.seed as usize % groove::STEPS_PER_BAR;
            let hit = groove::Hit::new(pattern.count() as f32 / 100.0, 0.0);
            fills.set(step, groove::Instrument::Snare, Some(hit));
        }
        fills
    }

    /// The pattern of `recipe` in `cycle`.
    pub(crate) fn pattern(&self, recipe: &Recipe, cycle: i64) -> Pattern {
        let cycle = if recipe.variation == 0.0 { 0 } else { cycle };
        let mut pattern = Pattern::EMPTY;
        for (place, number) in
            [self.0.len() as i64, recipe.seed as i64, cycle].into_iter().enumerate()
        {
            let step = number.rem_euclid(groove::STEPS as i64) as usize;
            let hit = groove::Hit::new(0.5, 0.0);
            pattern.set(step, groove::Instrument::ALL[place], Some(hit));
        }
        pattern
    }

    /// `pattern` around `locks`: with their cells, and a crash as a sign that they were given.
    pub(crate) fn around(&self, mut pattern: Pattern, locks: &Locks) -> Pattern {
        if locks.is_empty() {
            return pattern;
        }
        let step = locks.pattern().count() % groove::STEPS;
        pattern.set(step, groove::Instrument::Crash, Some(groove::Hit::new(0.5, 0.0)));
        for (step, instrument, hit) in locks.pattern().iter() {
            pattern.set(step, instrument, Some(hit));
        }
        pattern
    }
}

impl Decode for Fake {
    fn identity(&self) -> &str {
        self.0
    }

    /// The recipe's pattern, and a ride where it starts from.
    fn decode(
        &self,
        start: Start<'_>,
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        _scratch: &mut Scratch,
    ) -> Pattern {
        assert_ne!(recipe.seed, Self::BREAKING_SEED, "made to break");
        let mut pattern = self.around(self.pattern(recipe, cycle), &locks.to_window());
        let latent = match start {
            Start::Seed => None,
            Start::Near(latent) => Some(latent[0]),
            Start::Of(line) | Start::Line(line) => Some(self.encode(line)[0]),
        };
        if let Some(latent) = latent {
            let step = latent as usize % groove::STEPS;
            pattern.set(step, groove::Instrument::Ride, Some(groove::Hit::new(0.5, 0.0)));
        }
        pattern.converted_to(locks.pattern().bar())
    }

    fn draws_fills(&self) -> bool {
        self.0 == Self::WITH_FILLS.0
    }

    fn fills(&self, pattern: &Pattern, recipe: &Recipe) -> Option<Pattern> {
        self.draws_fills().then(|| Self::drawn_fills(pattern, recipe))
    }

    fn style(&self, name: &str) -> Option<u16> {
        u16::try_from(name.len()).ok()
    }

    fn point(&self, recipe: &Recipe, _scratch: &mut Scratch) -> Vec<f32> {
        vec![(recipe.seed / 10_000) as f32 + 10.0 * f32::from(recipe.style.unwrap_or(0))]
    }

    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32> {
        vec![points.iter().map(|(share, point)| share * point[0]).sum()]
    }

    fn encode(&self, pattern: &Pattern) -> Vec<f32> {
        vec![pattern.count() as f32]
    }
}

/// Blocks a thread until it is opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<(Mutex<Waiting>, Condvar)>);

#[derive(Debug, Default)]
struct Waiting {
    is_open: bool,
    has_arrived: bool,
}

impl Gate {
    /// Opens it for good.
    pub(crate) fn open(&self) {
        self.0.0.lock().is_open = true;
        self.0.1.notify_all();
    }

    /// Waits until a thread is blocked.
    pub(crate) fn wait_for_arrival(&self) {
        let mut waiting = self.0.0.lock();
        self.0.1.wait_while(&mut waiting, |waiting| !waiting.has_arrived);
    }

    /// Blocks until it is open.
    pub(crate) fn pass(&self) {
        let mut waiting = self.0.0.lock();
        waiting.has_arrived = true;
        self.0.1.notify_all();
        self.0.1.wait_while(&mut waiting, |waiting| !waiting.is_open);
    }
}

/// The [`Fake`] called "fake", which calls a function before each decode.
pub(crate) struct Watched<F>(pub(crate) F);

impl<F> Watched<F> {
    const FAKE: Fake = Fake("fake");
}

impl<F: Fn(&Recipe) + Send + Sync + 'static> Decode for Watched<F> {
    fn identity(&self) -> &str {
        Self::FAKE.0
    }

    fn decode(
        &self,
        start: Start<'_>,
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        scratch: &mut Scratch,
    ) -> Pattern {
        self.0(recipe);
        Self::FAKE.decode(start, recipe, cycle, locks, scratch)
    }

    fn style(&self, name: &str) -> Option<u16> {
        Self::FAKE.style(name)
    }

    fn point(&self, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32> {
        Self::FAKE.point(recipe, scratch)
    }

    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32> {
        Self::FAKE.between(points)
    }

    fn encode(&self, pattern: &Pattern) -> Vec<f32> {
        Self::FAKE.encode(pattern)
    }
}
