//! The sequencer: which hits sound in a half-open span of musical time.
//!
//! Pure functions of (span, playback settings, patterns): nothing is accumulated between calls, so nothing
//! drifts, and every hit is found in exactly one span of any partition of the timeline. The
//! audio thread runs it; it neither allocates nor blocks. It knows no clock, no host and no MIDI:
//! when a hit falls at which sample is its caller's business.
//!
//! A pattern is played in three turns, each a module of its own. Its [`Shape`] says which step of it
//! is played at which *played step*: played step `k` has its grid time `k` steps after beat 0,
//! negative before it. Its [`Feel`] says how far from the grid time a hit sounds; both, and the [`RegularFills`] that come in
//! between, are the [`PlaybackSettings`]. [`VelocitySettings`] and [`Lanes`] say how hard, on which key and whether it is struck.

mod chance;
mod feel;
pub mod fills;
mod flam;
mod lanes;
mod shape;
mod velocity_settings;

pub use feel::{EARLIEST_STEPS, Feel, LATEST_STEPS};
pub use fills::RegularFills;
pub use flam::{CHOKE, grace};
pub use lanes::{Lane, Lanes};
pub use shape::{GRID_PER_BEAT, Length, Shape, Speed};
pub use velocity_settings::{Accent, SOFTEST, VelocitySettings};

use crate::bar::Bar;
use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::Hit;
use crate::time::{Beats, Span};

/// Spans are cut to this many beats on both sides of beat 0, 17 000 years at 120 BPM, so that a
/// nonsensical position cannot overflow a step number.
const HORIZON: Beats = Beats((1_u64 << 40) as f64);

/// The hits of one step, by [`Instrument::index`].
pub type Row = [Option<Hit>; INSTRUMENTS];

/// How a pattern is played: which of its steps, when, and where fills take its place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlaybackSettings {
    /// Which part of it, and how fast.
    pub shape: Shape,
    /// How its grid becomes time.
    pub feel: Feel,
    /// The fills that are played without being asked for.
    pub fills: RegularFills,
}

impl PlaybackSettings {
    /// The whole pattern at its own speed, with this feel.
    pub const fn whole(feel: Feel) -> Self {
        let (length, speed) = (Length::Four, Speed::Normal);
        let fills = RegularFills::NONE;
        Self { shape: Shape { length, start: 0, speed, bar: Bar::COMMON, origin: 0 }, feel, fills }
    }

    /// When a hit of `instrument` at played step `step` sounds. The one formula for it: every span
    /// computes the same bits, so that a hit on the border of two spans falls into exactly one.
    pub fn time(&self, step: i64, instrument: Instrument, hit: Hit) -> Beats {
        self.shape.beats(step as f64 + self.feel.shift(self.shape.bar, step, instrument, hit))
    }

    /// The soft first stroke of a flam at played step `step`, and when it sounds; `None` of another hit.
    pub fn grace(&self, step: i64, instrument: Instrument, hit: Hit) -> Option<(Hit, Beats)> {
        let (grace, steps) = grace(hit, self.shape.step())?;
        let shift = self.feel.shift(self.shape.bar, step, instrument, hit);
        Some((grace, self.shape.beats(step as f64 + (shift - steps))))
    }
}

/// A hit and when it sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundingHit {
    /// When it sounds, micro-offset and swing included.
    pub time: Beats,
    /// The played step it belongs to, whose grid time may lie outside the span.
    pub step: i64,
    /// What is struck.
    pub instrument: Instrument,
    /// How it is struck.
    pub hit: Hit,
    /// Whether it is the soft first stroke of a flam, which is a hit of its own here.
    pub is_grace: bool,
}

impl SoundingHit {
    /// Whether this hit comes before `other`: by time, then step, then kick first.
    fn comes_before(&self, other: &Self) -> bool {
        let rank = |hit: &Self| (hit.time, hit.step, hit.instrument);
        rank(self) < rank(other)
    }
}

/// Every hit that sounds in `span`, in time order; of simultaneous ones the earlier step first,
/// then kick first. A flam is two.
///
/// `row_at(k)` are the hits at played step `k`. They may come from another pattern at every step (a
/// new one taking over at a boundary, a variation in each cycle), but must be the same for
/// the same step in neighbouring spans, as must `playback`, for each hit to be found exactly once. It is
/// asked once for each step that could reach into the span, in ascending order, which includes
/// steps a little outside it ([`EARLIEST_STEPS`], [`LATEST_STEPS`]).
///
/// An empty, reversed or NaN span holds nothing. The work is proportional to the span's length.
///
/// # Real-time safety
/// Neither this nor the iterator allocates.
///
/// ```
/// use groove::sequencer::{PlaybackSettings, hits};
/// use groove::{Beats, Hit, Instrument, Pattern, Span};
///
/// let mut pattern = Pattern::EMPTY;
/// pattern.set(0, Instrument::Kick, Some(Hit::new(0.9, -0.25)));
///
/// let playback = PlaybackSettings::default();
/// let bar = Span { start: Beats(15.0), end: Beats(19.0) };
/// let rows = |step| pattern.row(playback.shape.pattern_step(step));
/// let hit = hits(bar, playback, rows).next().unwrap();
/// assert_eq!((hit.step, playback.shape.cycle(hit.step)), (64, 1));
/// assert_eq!(hit.time, Beats(15.9375)); // a quarter of a 16th before beat 16
/// ```
pub fn hits<F: FnMut(i64) -> Row>(span: Span, playback: PlaybackSettings, row_at: F) -> Hits<F> {
    let (next_step, end_step) = steps_reaching(span, &playback.shape);
    Hits { span, playback, row_at, next_step, end_step, pending: [UNUSED; PENDING], pending_len: 0 }
}

/// The played steps `first..end` whose hits could sound in `span`; `(0, 0)` if it is empty.
fn steps_reaching(span: Span, shape: &Shape) -> (i64, i64) {
    let start = span.start.0.max(-HORIZON.0);
    let end = span.end.0.min(HORIZON.0);
    if span.start.0.is_nan() || span.end.0.is_nan() || start >= end {
        return (0, 0);
    }
    let first = (shape.steps_to(Beats(start)) - LATEST_STEPS).floor() as i64;
    // The step after the floor, not the ceiling: the subtraction may round down onto an integer.
    let last = (shape.steps_to(Beats(end)) - EARLIEST_STEPS).floor() as i64;
    (first, last + 1)
}

/// The most hits that can wait to be put in order. When step `k` is read, hits of `k - 3` sound before
/// any of `k` can (by [`LATEST_STEPS`] and [`EARLIEST_STEPS`], less than three steps apart) and are
/// gone, so three steps' worth, each perhaps a flam. The soft stroke of one is within the same limits: it comes before
/// its hit by no more than the micro-offset leaves.
const PENDING: usize = 3 * 2 * INSTRUMENTS;

const _: () = assert!(LATEST_STEPS - EARLIEST_STEPS <= 3.0);

const UNUSED: SoundingHit = SoundingHit {
    time: Beats(0.0),
    step: 0,
    instrument: Instrument::Kick,
    hit: Hit::new(0.0, 0.0),
    is_grace: false,
};

/// The iterator made by [`hits`].
#[derive(Clone, Debug)]
pub struct Hits<F> {
    span: Span,
    playback: PlaybackSettings,
    row_at: F,
    /// The first step not read yet.
    next_step: i64,
    end_step: i64,
    /// Hits read and not yet given out, in `..pending_len`, the next one last.
    pending: [SoundingHit; PENDING],
    pending_len: usize,
}

impl<F: FnMut(i64) -> Row> Hits<F> {
    /// Reads the hits of the next step.
    fn read_step(&mut self) {
        let step = self.next_step;
        self.next_step += 1;
        let row = (self.row_at)(step);
        for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
            let Some(hit) = hit else { continue };
            let time = self.playback.time(step, instrument, hit);
            if self.span.contains(time) {
                self.insert(SoundingHit { time, step, instrument, hit, is_grace: false });
            }
            if let Some((hit, time)) = self.playback.grace(step, instrument, hit)
                && self.span.contains(time)
            {
                self.insert(SoundingHit { time, step, instrument, hit, is_grace: true });
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
        let unread = self.playback.shape.beats(self.next_step as f64 + EARLIEST_STEPS);
        if self.next_step < self.end_step && next.time >= unread {
            return None;
        }
        self.pending_len -= 1;
        Some(next)
    }
}

impl<F: FnMut(i64) -> Row> Iterator for Hits<F> {
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

impl<F: FnMut(i64) -> Row> std::iter::FusedIterator for Hits<F> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    fn span(start: f64, end: f64) -> Span {
        Span { start: Beats(start), end: Beats(end) }
    }

    fn found(span: Span, playback: PlaybackSettings, pattern: &Pattern) -> Vec<SoundingHit> {
        hits(span, playback, |step| pattern.row(playback.shape.pattern_step(step))).collect()
    }

    fn full() -> Pattern {
        let tokens = std::array::from_fn(|_| crate::Token::new(511).unwrap());
        Pattern::from_tokens(&tokens, 0.5)
    }

    #[test]
    fn simultaneous_hits_come_kick_first() {
        let instruments: Vec<_> = found(span(0.0, 0.25), PlaybackSettings::default(), &full())
            .iter()
            .map(|hit| hit.instrument)
            .collect();
        assert_eq!(instruments, Instrument::ALL);
    }

    #[test]
    fn a_nonsensical_span_holds_nothing() {
        let pattern = full();
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
            assert_eq!(found(span(start, end), PlaybackSettings::default(), &pattern), []);
        }
    }
}
