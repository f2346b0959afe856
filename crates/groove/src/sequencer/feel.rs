//! Feel: how the written grid becomes played time.

use super::chance::{Purpose, around_0};
use crate::bar::{Bar, Grid};
use crate::instrument::Instrument;
use crate::pattern::Hit;

/// No hit sounds earlier than this many steps after its step's grid time: the earliest
/// micro-offset, half a step before it, and the most that a humanised hit is early.
pub const EARLIEST_STEPS: f64 = -0.5 - HUMANISED_STEPS;

/// Every hit sounds earlier than this many steps after its step's grid time: the strongest swing in
/// the strongest triplet feel delays the second 16th of a beat by 5/4 of a step; then come the latest
/// micro-offset, half a step, and the most that a humanised hit is late.
pub const LATEST_STEPS: f64 = 1.25 + 0.5 + HUMANISED_STEPS;

/// The furthest that full humanising moves a hit, in 16ths, or steps where these are shorter: 31 ms at 120 BPM, with a
/// standard deviation of 13 ms. Drummers who play to a click stray from it by some 10 to 20 ms.
const HUMANISED_STEPS: f64 = 0.25;

/// How the written grid becomes played time: swing, triplet feel, micro-offsets, humanising.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feel {
    swing: f64,
    triplet: f64,
    timing: f64,
    humanise: f64,
    seed: u64,
}

impl Feel {
    /// No swing, micro-offsets in full: hits exactly as the pattern has them.
    pub const AS_PLAYED: Self = Self::new(Self::STRAIGHT, 1.0);

    /// The swing, and the triplet feel, that leaves the grid even.
    pub const STRAIGHT: f64 = 0.5;

    /// The strongest swing, and the strongest triplet feel: a dotted rhythm.
    pub const STRONGEST: f64 = 0.75;

    /// `swing` in `[0.5, 0.75]` says where within an 8th note its second 16th falls: 0.5 is
    /// straight, 2/3 a triplet, 0.75 dotted. `timing` in `[0, 1]` says how much of each hit's
    /// micro-offset is heard. Steps that are not 16ths swing likewise where pairs of them fill a beat.
    /// Values outside are moved to the nearest inside; NaN becomes straight and fully timed.
    pub const fn new(swing: f64, timing: f64) -> Self {
        Self {
            swing: swung(swing),
            triplet: Self::STRAIGHT,
            timing: share(timing, 1.0),
            humanise: 0.0,
            seed: 0,
        }
    }

    /// This feel with the beat bent: `triplet` in `[0.5, 0.75]` says where within a beat its second
    /// 8th falls. 0.5 is straight, 2/3 a shuffle in triplets, 0.75 dotted. The 16ths bend along.
    /// Values outside are moved to the nearest inside; NaN becomes straight.
    #[must_use]
    pub const fn with_triplet(self, triplet: f64) -> Self {
        Self { triplet: swung(triplet), ..self }
    }

    /// This feel with every hit moved a little by chance, up to a quarter of a step at `amount` 1;
    /// `amount` is in `[0, 1]`. The same `seed`, step and instrument are always moved alike. Values
    /// outside are moved to the nearest inside; NaN becomes 0.
    #[must_use]
    pub const fn with_humanise(self, amount: f64, seed: u64) -> Self {
        Self { humanise: share(amount, 0.0), seed, ..self }
    }

    /// Where within an 8th note its second 16th falls, in `[0.5, 0.75]`.
    pub const fn swing(self) -> f64 {
        self.swing
    }

    /// Where within a beat its second 8th falls, in `[0.5, 0.75]`.
    pub const fn triplet(self) -> f64 {
        self.triplet
    }

    /// How much of each hit's micro-offset is heard, in `[0, 1]`.
    pub const fn timing(self) -> f64 {
        self.timing
    }

    /// How many steps after the grid time of step `step`, counted from a bar line of bars `bar`, a hit of `instrument`
    /// there sounds: in `[EARLIEST_STEPS, LATEST_STEPS)`.
    pub fn shift(self, bar: Bar, step: i64, instrument: Instrument, hit: Hit) -> f64 {
        let mut shift = f64::from(hit.micro_offset()) * self.timing + self.bend(bar, step);
        if self.humanise > 0.0 {
            let chance = around_0(self.seed, Purpose::Timing, step, instrument);
            let sixteenth = Grid::Sixteenths.step_clocks() as f64 / bar.grid().step_clocks() as f64;
            shift += HUMANISED_STEPS * sixteenth.min(1.0) * self.humanise * chance;
        }
        shift
    }

    /// How many steps swing and triplet feel delay step `step`, in `[0, 1.25]`. The triplet feel bends quarters; a
    /// grid of three steps to the beat has it by itself.
    fn bend(self, bar: Bar, step: i64) -> f64 {
        let has_quarters = bar.metre().denominator() < 8;
        let in_bar = step.rem_euclid(bar.steps() as i64);
        let is_second = in_bar % 2 == 1;
        match bar.grid() {
            Grid::Sixteenths if has_quarters => self.bend_quarter(in_bar % 4),
            // The second 8th is what both bend.
            Grid::Eighths if has_quarters && is_second => 2.0 * self.swing.max(self.triplet) - 1.0,
            Grid::Sixteenths | Grid::Sextuplets if is_second => 2.0 * self.swing - 1.0,
            _ => 0.0,
        }
    }

    /// How many 16ths swing and triplet feel delay the one at `in_beat` of a quarter.
    fn bend_quarter(self, in_beat: i64) -> f64 {
        // In parts of a beat: where the 8th begins that the step is in, and how long it is.
        let (start, length) =
            if in_beat < 2 { (0.0, self.triplet) } else { (self.triplet, 1.0 - self.triplet) };
        let within = if in_beat % 2 == 1 { self.swing } else { 0.0 };
        4.0 * (start + length * within) - in_beat as f64
    }
}

impl Default for Feel {
    fn default() -> Self {
        Self::AS_PLAYED
    }
}

const fn swung(place: f64) -> f64 {
    if place.is_nan() { Feel::STRAIGHT } else { place.clamp(Feel::STRAIGHT, Feel::STRONGEST) }
}

const fn share(amount: f64, otherwise: f64) -> f64 {
    if amount.is_nan() { otherwise } else { amount.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bar::Metre;

    const ON_TIME: Hit = Hit::new(1.0, 0.0);

    fn bent_beat(feel: Feel) -> [f64; 4] {
        std::array::from_fn(|step| {
            (step as f64 + feel.shift(Bar::COMMON, step as i64, Instrument::Ride, ON_TIME)) / 4.0
        })
    }

    #[test]
    fn feel_keeps_its_ranges_whatever_it_is_made_of() {
        assert_eq!(Feel::new(f64::NAN, f64::NAN), Feel::AS_PLAYED);
        assert_eq!(Feel::new(9.0, -1.0), Feel::new(0.75, 0.0));
        assert_eq!(Feel::new(0.0, 2.0), Feel::AS_PLAYED);
        let nonsense = Feel::AS_PLAYED.with_triplet(f64::NAN).with_humanise(f64::NAN, 0);
        assert_eq!(nonsense, Feel::AS_PLAYED);
        assert_eq!(Feel::AS_PLAYED.with_triplet(9.0), Feel::AS_PLAYED.with_triplet(0.75));
    }

    #[test]
    fn triplet_feel_bends_the_beat_and_the_16ths_along() {
        let third = 1.0 / 3.0;
        let shuffle = bent_beat(Feel::AS_PLAYED.with_triplet(2.0 * third));
        for (found, expected) in shuffle.iter().zip([0.0, third, 2.0 * third, 2.5 * third]) {
            assert!((found - expected).abs() < 1e-12, "{shuffle:?}");
        }
        assert_eq!(bent_beat(Feel::AS_PLAYED), [0.0, 0.25, 0.5, 0.75]);
        // Both at their strongest: the second 16th at three quarters of three quarters.
        let both = bent_beat(Feel::new(0.75, 1.0).with_triplet(0.75));
        assert_eq!(both, [0.0, 0.5625, 0.75, 0.9375]);
    }

    #[test]
    fn humanising_moves_hits_a_little_and_always_alike() {
        let half = Feel::AS_PLAYED.with_humanise(0.5, 9);
        let shifts: Vec<f64> = (-200..200)
            .map(|step| half.shift(Bar::COMMON, step, Instrument::Snare, ON_TIME))
            .collect();
        assert!(shifts.iter().all(|shift| shift.abs() < 0.125));
        assert!(shifts.iter().any(|shift| shift.abs() > 0.05));
        let full = Feel::AS_PLAYED.with_humanise(1.0, 9);
        assert_eq!(full.shift(Bar::COMMON, -200, Instrument::Snare, ON_TIME), 2.0 * shifts[0]);
        let other_seed = Feel::AS_PLAYED.with_humanise(0.5, 10);
        assert_ne!(other_seed.shift(Bar::COMMON, -200, Instrument::Snare, ON_TIME), shifts[0]);
        assert_ne!(half.shift(Bar::COMMON, -200, Instrument::Kick, ON_TIME), shifts[0]);
    }

    #[test]
    fn swing_bends_pairs_of_any_grid_and_leaves_threes_alone() {
        let feel = Feel::new(0.75, 1.0).with_triplet(0.6);
        let bent = |numerator, denominator, grid| -> Vec<f64> {
            let bar = Bar::new(Metre::new(numerator, denominator).unwrap(), grid);
            let steps = 0..bar.steps() as i64;
            steps.map(|step| feel.shift(bar, step, Instrument::Ride, ON_TIME)).collect()
        };
        assert_eq!(bent(3, 4, Grid::Eighths), [0.0, 0.5].repeat(3));
        assert_eq!(bent(3, 4, Grid::Sextuplets), [0.0, 0.5].repeat(9));
        assert_eq!(bent(6, 8, Grid::Sixteenths), [0.0, 0.5].repeat(6));
        assert_eq!(bent(4, 4, Grid::Triplets), [0.0; 12]);
        assert_eq!(bent(7, 8, Grid::Eighths), [0.0; 7]);
        assert_eq!(bent(5, 4, Grid::Sixteenths)[..16], bent(4, 4, Grid::Sixteenths));
    }
}
