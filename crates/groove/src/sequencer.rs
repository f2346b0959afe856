//! The sequencer: which hits sound in a half-open span of musical time.
//!
//! Pure functions of (span, feel, patterns): nothing is accumulated between calls, so nothing
//! drifts, and every hit is found in exactly one span of any partition of the timeline. The
//! audio thread runs it; it neither allocates nor blocks. It knows no clock, no host and no MIDI:
//! when a hit falls at which sample is its caller's business.
//!
//! Steps are counted absolutely: step `k` has its grid time at `k / 4` beats, negative before
//! beat 0. In a pattern of 64 steps it is step `k.rem_euclid(64)` of cycle `k.div_euclid(64)`.

use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::{Hit, Pattern, STEPS};
use crate::time::{Beats, Span};

/// No hit sounds earlier than this many steps after its step's grid time: half a step before it,
/// the earliest micro-offset.
pub const EARLIEST_STEPS: f64 = -0.5;

/// Every hit sounds earlier than this many steps after its step's grid time: the latest
/// micro-offset, half a step, on a step that the strongest swing delays by half a step.
pub const LATEST_STEPS: f64 = 1.0;

/// Spans are cut to this many beats on both sides of beat 0, 17 000 years at 120 BPM, so that a
/// nonsensical position cannot overflow a step number.
const HORIZON: Beats = Beats((1_u64 << 40) as f64);

/// How the written grid becomes played time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feel {
    swing: f64,
    timing: f64,
}

impl Feel {
    /// No swing, micro-offsets in full: hits exactly as the pattern has them.
    pub const AS_PLAYED: Self = Self { swing: Self::STRAIGHT, timing: 1.0 };

    /// No swing, no micro-offsets: hits exactly on the grid.
    pub const ON_THE_GRID: Self = Self { swing: Self::STRAIGHT, timing: 0.0 };

    /// The swing that leaves the grid even.
    pub const STRAIGHT: f64 = 0.5;

    /// The strongest swing, a dotted rhythm.
    pub const STRONGEST: f64 = 0.75;

    /// `swing` in `[0.5, 0.75]` says where within an 8th note its second 16th falls: 0.5 is
    /// straight, 2/3 a triplet, 0.75 dotted. `timing` in `[0, 1]` says how much of each hit's
    /// micro-offset is heard. Values outside are moved to the nearest inside; NaN becomes straight
    /// and fully timed.
    pub const fn new(swing: f64, timing: f64) -> Self {
        Self {
            swing: if swing.is_nan() {
                Self::STRAIGHT
            } else {
                swing.clamp(Self::STRAIGHT, Self::STRONGEST)
            },
            timing: if timing.is_nan() { 1.0 } else { timing.clamp(0.0, 1.0) },
        }
    }

    /// Where within an 8th note its second 16th falls, in `[0.5, 0.75]`.
    pub const fn swing(self) -> f64 {
        self.swing
    }

    /// How much of each hit's micro-offset is heard, in `[0, 1]`.
    pub const fn timing(self) -> f64 {
        self.timing
    }

    /// How many steps after the grid time of step `step` a hit there sounds:
    /// in `[EARLIEST_STEPS, LATEST_STEPS)`.
    pub fn shift(self, step: i64, hit: Hit) -> f64 {
        // An 8th is two steps, so its second half begins 2 * swing steps in instead of 1.
        let swung = if step.rem_euclid(2) == 1 { 2.0 * self.swing - 1.0 } else { 0.0 };
        f64::from(hit.micro_offset()) * self.timing + swung
    }

    /// When a hit at absolute step `step` sounds. The one formula for it: every span computes the
    /// same bits, so that a hit on the border of two spans falls into exactly one.
    pub fn time(self, step: i64, hit: Hit) -> Beats {
        Beats::from_steps(step as f64 + self.shift(step, hit))
    }
}

impl Default for Feel {
    fn default() -> Self {
        Self::AS_PLAYED
    }
}

/// A hit and when it sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundingHit {
    /// When it sounds, micro-offset and swing included.
    pub time: Beats,
    /// The absolute step it belongs to, whose grid time may lie outside the span.
    pub step: i64,
    /// What is struck.
    pub instrument: Instrument,
    /// How it is struck.
    pub hit: Hit,
}

impl SoundingHit {
    /// The pass through the pattern it belongs to; negative before beat 0.
    pub const fn cycle(&self) -> i64 {
        self.step.div_euclid(STEPS as i64)
    }

    /// Its step within the pattern, `0..64`.
    pub const fn pattern_step(&self) -> usize {
        self.step.rem_euclid(STEPS as i64) as usize
    }

    /// Whether this hit comes before `other`: by time, then step, then kick first.
    fn comes_before(&self, other: &Self) -> bool {
        let rank = |hit: &Self| (hit.time, hit.step, hit.instrument);
        rank(self) < rank(other)
    }
}

/// Every hit that sounds in `span`, in time order; of simultaneous ones the earlier step first,
/// then kick first.
///
/// `pattern_at(k)` is the pattern in force at absolute step `k`. It may differ from step to step (a
/// new pattern taking over at a boundary, a variation in each cycle), but must answer the same for
/// the same step in neighbouring spans, as must `feel`, for each hit to be found exactly once. It is
/// asked once for each step that could reach into the span, in ascending order, which includes
/// steps a little outside it ([`EARLIEST_STEPS`], [`LATEST_STEPS`]).
///
/// An empty, reversed or NaN span holds nothing. The work is proportional to the span's length.
///
/// # Real-time safety
/// Neither this nor the iterator allocates.
///
/// ```
/// use groove::sequencer::{Feel, hits};
/// use groove::{Beats, Hit, Instrument, Pattern, Span};
///
/// let mut pattern = Pattern::EMPTY;
/// pattern.set(0, Instrument::Kick, Some(Hit::new(0.9, -0.25)));
///
/// let bar = Span { start: Beats(15.0), end: Beats(19.0) };
/// let hit = hits(bar, Feel::AS_PLAYED, |_step| &pattern).next().unwrap();
/// assert_eq!((hit.step, hit.cycle(), hit.pattern_step()), (64, 1, 0));
/// assert_eq!(hit.time, Beats(15.9375)); // a quarter of a 16th before beat 16
/// ```
pub fn hits<'p, F>(span: Span, feel: Feel, pattern_at: F) -> Hits<F>
where
    F: FnMut(i64) -> &'p Pattern,
{
    let (next_step, end_step) = steps_reaching(span);
    Hits { span, feel, pattern_at, next_step, end_step, pending: [UNUSED; PENDING], pending_len: 0 }
}

/// The absolute steps `first..end` whose hits could sound in `span`; `(0, 0)` if it is empty.
fn steps_reaching(span: Span) -> (i64, i64) {
    let start = span.start.0.max(-HORIZON.0);
    let end = span.end.0.min(HORIZON.0);
    if span.start.0.is_nan() || span.end.0.is_nan() || start >= end {
        return (0, 0);
    }
    let first = (Beats(start).to_steps() - LATEST_STEPS).floor() as i64;
    // The step after the floor, not the ceiling: the subtraction may round down onto an integer.
    let last = (Beats(end).to_steps() - EARLIEST_STEPS).floor() as i64;
    (first, last + 1)
}

/// The most hits that can wait to be put in order. When step `k` is read, hits of `k - 2` sound before
/// any of `k` can (by [`LATEST_STEPS`] and [`EARLIEST_STEPS`]) and are gone, so two steps' worth.
const PENDING: usize = 2 * INSTRUMENTS;

const UNUSED: SoundingHit = SoundingHit {
    time: Beats(0.0),
    step: 0,
    instrument: Instrument::Kick,
    hit: Hit::new(0.0, 0.0),
};

/// The iterator made by [`hits`].
#[derive(Clone, Debug)]
pub struct Hits<F> {
    span: Span,
    feel: Feel,
    pattern_at: F,
    /// The first step not read yet.
    next_step: i64,
    end_step: i64,
    /// Hits read and not yet given out, in `..pending_len`, the next one last.
    pending: [SoundingHit; PENDING],
    pending_len: usize,
}

impl<'p, F: FnMut(i64) -> &'p Pattern> Hits<F> {
    /// Reads the hits of the next step.
    fn read_step(&mut self) {
        let step = self.next_step;
        self.next_step += 1;
        let pattern = (self.pattern_at)(step);
        for instrument in Instrument::ALL {
            let Some(hit) = pattern.hit(step.rem_euclid(STEPS as i64) as usize, instrument) else {
                continue;
            };
            let time = self.feel.time(step, hit);
            if self.span.contains(time) {
                self.insert(SoundingHit { time, step, instrument, hit });
            }
        }
    }

    fn insert(&mut self, hit: SoundingHit) {
        let mut place = self.pending_len;
        while place > 0 && self.pending[place - 1].comes_before(&hit) {
            self.pending[place] = self.pending[place - 1];
            place -= 1;
        }
        self.pending[place] = hit;
        self.pending_len += 1;
    }

    /// Takes the next hit, unless a step not read yet could still come before it.
    fn take_settled(&mut self) -> Option<SoundingHit> {
        let next = *self.pending[..self.pending_len].last()?;
        // `<` and not `<=`: the unread step's hits rank after an equal time, but reading it first
        // costs nothing and keeps one rule of order.
        let unread = Beats::from_steps(self.next_step as f64 + EARLIEST_STEPS);
        if self.next_step < self.end_step && next.time >= unread {
            return None;
        }
        self.pending_len -= 1;
        Some(next)
    }
}

impl<'p, F: FnMut(i64) -> &'p Pattern> Iterator for Hits<F> {
    type Item = SoundingHit;

    fn next(&mut self) -> Option<SoundingHit> {
        loop {
            if let Some(hit) = self.take_settled() {
                return Some(hit);
            }
            if self.next_step >= self.end_step {
                return None;
            }
            self.read_step();
        }
    }
}

impl<'p, F: FnMut(i64) -> &'p Pattern> std::iter::FusedIterator for Hits<F> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: f64, end: f64) -> Span {
        Span { start: Beats(start), end: Beats(end) }
    }

    fn pattern_of(hits: &[(usize, Instrument, f32)]) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for &(step, instrument, micro_offset) in hits {
            pattern.set(step, instrument, Some(Hit::new(0.5, micro_offset)));
        }
        pattern
    }

    fn steps_and_times(span: Span, feel: Feel, pattern: &Pattern) -> Vec<(i64, f64)> {
        hits(span, feel, |_| pattern).map(|hit| (hit.step, hit.time.0)).collect()
    }

    #[test]
    fn a_hit_on_the_start_of_a_span_is_in_it_and_one_on_its_end_is_not() {
        let pattern = pattern_of(&[(0, Instrument::Kick, 0.0), (4, Instrument::Kick, 0.0)]);
        assert_eq!(steps_and_times(span(0.0, 1.0), Feel::AS_PLAYED, &pattern), [(0, 0.0)]);
        assert_eq!(steps_and_times(span(1.0, 2.0), Feel::AS_PLAYED, &pattern), [(4, 1.0)]);
    }

    #[test]
    fn an_early_first_hit_sounds_at_the_end_of_the_cycle_before() {
        let pattern = pattern_of(&[(0, Instrument::Snare, -0.5)]);
        let found: Vec<_> = hits(span(-1.0, 16.0), Feel::AS_PLAYED, |_| &pattern)
            .map(|hit| (hit.time.0, hit.cycle(), hit.pattern_step()))
            .collect();
        assert_eq!(found, [(-0.125, 0, 0), (15.875, 1, 0)]);
    }

    #[test]
    fn before_beat_0_the_pattern_counts_back_from_its_end() {
        let pattern = pattern_of(&[(63, Instrument::Ride, 0.0)]);
        let hit = hits(span(-0.25, 0.0), Feel::AS_PLAYED, |_| &pattern).next().unwrap();
        assert_eq!((hit.step, hit.cycle(), hit.pattern_step()), (-1, -1, 63));
    }

    #[test]
    fn swing_moves_the_second_16th_of_each_8th_to_the_named_place() {
        let pattern = pattern_of(&[(0, Instrument::Ride, 0.0), (1, Instrument::Ride, 0.0)]);
        for swing in [0.5, 2.0 / 3.0, 0.75] {
            let times = steps_and_times(span(0.0, 1.0), Feel::new(swing, 1.0), &pattern);
            assert_eq!(times[0].1, 0.0);
            assert!((times[1].1 - 0.5 * swing).abs() < 1e-15, "{times:?}");
        }
    }

    #[test]
    fn timing_scales_micro_offsets_down_to_the_grid() {
        let pattern = pattern_of(&[(4, Instrument::Kick, 0.25)]);
        for (timing, expected) in [(1.0, 1.0625), (0.5, 1.03125), (0.0, 1.0)] {
            let times = steps_and_times(span(0.0, 2.0), Feel::new(0.5, timing), &pattern);
            assert_eq!(times, [(4, expected)]);
        }
    }

    #[test]
    fn simultaneous_hits_come_kick_first() {
        let tokens = std::array::from_fn(|_| crate::Token::new(511).unwrap());
        let pattern = Pattern::from_tokens(&tokens, 0.5);
        let found: Vec<_> = hits(span(0.0, 0.25), Feel::AS_PLAYED, |_| &pattern)
            .map(|hit| hit.instrument)
            .collect();
        assert_eq!(found, Instrument::ALL);
    }

    #[test]
    fn a_late_hit_of_one_step_comes_after_an_early_hit_of_the_next() {
        // Swung by half a step and 0.4 late: 1.9 steps; the early one of step 2: 1.6 steps.
        let pattern = pattern_of(&[(1, Instrument::Kick, 0.4), (2, Instrument::Snare, -0.4)]);
        let found = steps_and_times(span(0.0, 1.0), Feel::new(0.75, 1.0), &pattern);
        assert_eq!(found.iter().map(|&(step, _)| step).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn each_step_is_played_from_the_pattern_in_force_there() {
        let before = pattern_of(&[(0, Instrument::Kick, 0.0), (4, Instrument::Kick, 0.0)]);
        let after = pattern_of(&[(0, Instrument::Ride, -0.1), (4, Instrument::Ride, -0.1)]);
        let found: Vec<_> =
            hits(span(0.0, 2.0), Feel::AS_PLAYED, |step| if step < 4 { &before } else { &after })
                .map(|hit| (hit.step, hit.instrument))
                .collect();
        assert_eq!(found, [(0, Instrument::Kick), (4, Instrument::Ride)]);
    }

    #[test]
    fn a_nonsensical_span_holds_nothing() {
        let tokens = std::array::from_fn(|_| crate::Token::new(511).unwrap());
        let pattern = Pattern::from_tokens(&tokens, 0.5);
        let (nan, infinite) = (f64::NAN, f64::INFINITY);
        for (start, end) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (nan, 1.0),
            (0.0, nan),
            (infinite, infinite),
            (-infinite, -infinite),
            (1e300, 1e301),
        ] {
            assert_eq!(hits(span(start, end), Feel::AS_PLAYED, |_| &pattern).count(), 0);
        }
    }

    #[test]
    fn feel_keeps_its_ranges_whatever_it_is_made_of() {
        assert_eq!(Feel::new(f64::NAN, f64::NAN), Feel::AS_PLAYED);
        assert_eq!(Feel::new(9.0, -1.0), Feel::new(0.75, 0.0));
        assert_eq!(Feel::new(0.0, 2.0), Feel::AS_PLAYED);
    }
}
