//! The engine: transport and score in, notes out.
//!
//! A hit at musical time t sounds at the first sample whose musical time is t or later. A block of n
//! samples therefore covers the half-open span that begins just after the sample before its first
//! and ends just after its last: the same sample for every hit, however the host cuts time. The
//! engine remembers only the end of the span played, the *frontier*, and plays each block from
//! there, so that rounding in the host's positions neither doubles nor loses a hit.

use std::ops::RangeInclusive;

use groove::sequencer::{EARLIEST_STEPS, Feel, LATEST_STEPS, SoundingHit, hits};
use groove::{Beats, STEPS, Span};

use crate::clock::{Clock, Join, Place, Transport, valid_loop};
use crate::notes::{Event, Notes};
use crate::takeover::{Takeover, first_untouched_step};
use crate::{Playing, Quantise, Score};

/// How long a note lasts: half a 16th. Drum sounds ring as long as they like; hosts and
/// recorders need an end.
const NOTE_LENGTH: Beats = Beats(1.0 / 8.0);

/// The longest a note lasts, in samples, however slow the tempo: five seconds at 48 kHz.
const LONGEST_NOTE_SAMPLES: u64 = 5 * 48_000;

/// Velocity that [`Playing::dynamics`] spreads or flattens around: MIDI 89, between mf and f.
const MIDDLE_VELOCITY: f32 = 0.7;

/// The softest velocity sent: MIDI takes 0 for a note-off.
const SOFTEST: f32 = 1.0 / 127.0;

/// A hit this part of a sample after one still sounds there, so that a hit on a sample is not
/// late by the host's rounding. Irrational, so that no common ratio of tempo and sample rate
/// falls on its edge over and over.
pub const SLACK: f64 = std::f64::consts::FRAC_1_PI / 20.0;

/// What a score offered to the engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Another groove: it takes over at the next boundary.
    Change(Quantise),
    /// The groove that was offered last, with other cycles: it takes over as soon as it can.
    Refresh,
}

/// Plays a score in time with a host. See the [crate] documentation.
///
/// # Real-time safety
/// No method allocates, frees, locks or makes a system call.
#[derive(Clone, Debug)]
pub struct Engine {
    clock: Clock,
    /// The end of the musical time played; `None` while stopped.
    frontier: Option<Beats>,
    score: Takeover<Score>,
    feel: Takeover<Feel>,
    notes: Notes,
    /// Where the playhead will be at the next block's first sample.
    playhead: Option<Beats>,
}

impl Engine {
    /// An engine that stands, with a score to begin with.
    pub const fn new(score: Score) -> Self {
        Self {
            clock: Clock::new(),
            frontier: None,
            score: Takeover::new(score),
            feel: Takeover::new(Feel::AS_PLAYED),
            notes: Notes::new(),
            playhead: None,
        }
    }

    /// Whether [`offer`](Self::offer) would be heeded. Not while a score is taking over, which is
    /// for a step or two after its boundary: then keep the newest score and offer it later.
    pub fn accepts_score(&self) -> bool {
        self.frontier.is_none_or(|frontier| self.score.is_open(first_untouched_step(frontier)))
    }

    /// Has `score` take over: at once while stopped, else at a step boundary, so that every hit
    /// of a step before it comes from the old score and every hit from it on from the new one.
    /// A score offered before that boundary takes the place of this one.
    ///
    /// Returns whether it was heeded; see [`accepts_score`](Self::accepts_score).
    pub fn offer(&mut self, score: &Score, offer: Offer) -> bool {
        if !self.accepts_score() {
            return false;
        }
        let Some(frontier) = self.frontier else {
            self.score = Takeover::new(*score);
            return true;
        };
        let untouched = first_untouched_step(frontier);
        let boundary = match offer {
            Offer::Change(quantise) => next_multiple(untouched, quantise.steps()),
            Offer::Refresh => self.score.boundary().unwrap_or(untouched),
        };
        self.score.change_at(*score, boundary);
        true
    }

    /// The score that plays or is about to.
    pub fn score(&self) -> &Score {
        self.score.newest()
    }

    /// The cycles that a block of `frames` samples can sound hits of, were it played now.
    pub fn cycles(&self, transport: &Transport, frames: u32) -> RangeInclusive<i64> {
        let Place { position, beats_per_sample, .. } = self.clock.place(transport);
        let end = position.0 + f64::from(frames) * beats_per_sample;
        cycle_of(position.to_steps() - LATEST_STEPS)
            ..=cycle_of(Beats(end).to_steps() - EARLIEST_STEPS)
    }

    /// Where the playhead is at the end of the block last processed; `None` while stopped.
    pub fn playhead(&self) -> Option<Beats> {
        self.playhead
    }

    /// Plays a block of `frames` samples, telling `sink` every event, in order of time.
    ///
    /// `sink` returns whether the event was accepted. A refused note-on is lost; a refused note-off
    /// is offered again from the next block on.
    pub fn process(
        &mut self,
        transport: &Transport,
        playing: &Playing,
        frames: u32,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        if frames == 0 {
            return;
        }
        self.notes.begin_block();
        if transport.is_playing {
            self.play(transport, playing, frames, sink);
        } else {
            self.stop(sink);
        }
        self.notes.end_block(frames.into(), sink);
    }

    /// Forgets where it was and owes a note-off for every note that sounds: the host resets or
    /// deactivates the plugin, and there is nobody to tell. They are paid in the next block.
    pub fn reset(&mut self) {
        self.notes.owe_all();
        self.forget();
    }

    /// Whether no note sounds or is owed its end.
    pub fn is_silent(&self) -> bool {
        self.notes.is_silent()
    }

    fn stop(&mut self, sink: &mut impl FnMut(Event) -> bool) {
        self.notes.end_all(0, sink);
        self.forget();
    }

    fn forget(&mut self) {
        self.clock.stop();
        self.frontier = None;
        self.playhead = None;
        self.score.settle_now();
        self.feel.settle_now();
    }

    fn play(
        &mut self,
        transport: &Transport,
        playing: &Playing,
        frames: u32,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        let Place { position, beats_per_sample, join } = self.clock.place(transport);
        if join != Join::Continued {
            self.jump(0, sink);
        }
        self.take_feel(playing.feel);
        if playing.is_muted {
            self.notes.end_all(0, sink);
        }
        let mut segment = Segment {
            position,
            beats_per_sample,
            first: 0,
            end: frames.into(),
            // The loop's early hits of its first step have sounded before its end.
            pulls_early_hits: matches!(join, Join::Start | Join::Jumped),
        };
        let range = valid_loop(transport, beats_per_sample);
        while let Some(samples) = range.and_then(|(_, end)| segment.samples_before(end)) {
            segment.end = segment.first + samples;
            self.play_segment(&segment, playing, sink);
            // `samples_before` found a loop, so there is one.
            let (start, end) = range.unwrap_or_default();
            self.jump(segment.end, sink);
            segment = Segment {
                position: segment.time_at(segment.end) - end + start,
                first: segment.end,
                end: frames.into(),
                pulls_early_hits: false,
                ..segment
            };
        }
        self.play_segment(&segment, playing, sink);
        let end = segment.time_at(segment.end);
        self.clock.advance(transport, frames, end);
        self.playhead = Some(end);
    }

    /// Time does not run on: ends all notes at sample `at` and starts afresh.
    fn jump(&mut self, at: u64, sink: &mut impl FnMut(Event) -> bool) {
        self.notes.end_due(at, sink);
        self.notes.end_all(at, sink);
        self.frontier = None;
        self.score.settle_now();
        self.feel.settle_now();
    }

    fn take_feel(&mut self, feel: Feel) {
        if *self.feel.newest() == feel {
            return;
        }
        match self.frontier.map(first_untouched_step) {
            None => self.feel = Takeover::new(feel),
            Some(untouched) if self.feel.is_open(untouched) => {
                self.feel.change_at(feel, untouched);
            }
            Some(_) => {} // the next block tries again
        }
    }

    fn play_segment(
        &mut self,
        segment: &Segment,
        playing: &Playing,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        let end = segment.covered_until();
        let start = self.frontier.unwrap_or_else(|| segment.covered_from());
        let length = segment.note_length(NOTE_LENGTH);
        let notes = &mut self.notes;
        let mut strike = |hit: SoundingHit| {
            if playing.is_muted {
                return;
            }
            let at = segment.sample_of(hit.time);
            notes.end_due(at + 1, sink);
            let velocity = velocity(hit.hit.velocity(), playing.dynamics);
            notes.strike(hit.instrument, velocity, at, length, sink);
        };
        let score = &self.score;
        let in_span =
            |span: Span, feel: Feel| hits(span, feel, |step| score.at(step).at_step(step));
        if self.frontier.is_none() && segment.pulls_early_hits {
            // A downbeat played a little early must not be missing where the music starts.
            let reach = Beats::from_steps(-EARLIEST_STEPS);
            let before = Span { start: start - reach, end: start };
            in_span(before, *self.feel.at(0))
                .filter(|hit| Beats::from_steps(hit.step as f64) >= start)
                .for_each(&mut strike);
        }
        let span = Span { start, end };
        match self.feel.boundary() {
            None => in_span(span, *self.feel.at(0)).for_each(strike),
            Some(boundary) => {
                let old = in_span(span, *self.feel.at(boundary - 1));
                let new = in_span(span, *self.feel.at(boundary));
                let mut old = old.filter(|hit| hit.step < boundary).peekable();
                let mut new = new.filter(|hit| hit.step >= boundary).peekable();
                loop {
                    let hit = match (old.peek(), new.peek()) {
                        (Some(a), Some(b)) if b.time < a.time => new.next(),
                        (Some(_), _) => old.next(),
                        (None, _) => new.next(),
                    };
                    let Some(hit) = hit else { break };
                    strike(hit);
                }
            }
        }
        let frontier = if end > start { end } else { start };
        self.frontier = Some(frontier);
        self.score.settle(frontier);
        self.feel.settle(frontier);
    }
}

/// A part of a block in which musical time runs on.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Musical time of the sample `first`.
    position: Beats,
    beats_per_sample: f64,
    /// The samples `first..end` of the block.
    first: u64,
    end: u64,
    /// Whether a start here sounds the early hits of the steps that begin here.
    pulls_early_hits: bool,
}

impl Segment {
    /// Musical time of sample `at` of the block.
    fn time_at(&self, at: u64) -> Beats {
        self.position + Beats((at - self.first) as f64 * self.beats_per_sample)
    }

    /// How many of the samples lie before `time`, if not all do and the first one does.
    fn samples_before(&self, time: Beats) -> Option<u64> {
        let samples = ((time - self.position).0 / self.beats_per_sample - SLACK).ceil();
        // NaN, too, when time stands still.
        let is_inside = samples >= 1.0 && samples < (self.end - self.first) as f64;
        is_inside.then_some(samples as u64)
    }

    /// Hits from here on sound at the first sample or later.
    fn covered_from(&self) -> Beats {
        self.position - Beats((1.0 - SLACK) * self.beats_per_sample)
    }

    /// Hits from here on sound after the last sample.
    fn covered_until(&self) -> Beats {
        self.time_at(self.end) - Beats((1.0 - SLACK) * self.beats_per_sample)
    }

    /// The first sample at or after `time`, of those there are.
    fn sample_of(&self, time: Beats) -> u64 {
        let samples = ((time - self.position).0 / self.beats_per_sample - SLACK).ceil();
        // A cast of NaN or a negative number is 0.
        (self.first + samples as u64).min(self.end - 1)
    }

    fn note_length(&self, length: Beats) -> u64 {
        let samples = (length.0 / self.beats_per_sample).round();
        (samples as u64).clamp(1, LONGEST_NOTE_SAMPLES)
    }
}

fn velocity(velocity: f32, dynamics: f32) -> f32 {
    let dynamics = if dynamics.is_finite() { dynamics } else { 1.0 };
    (MIDDLE_VELOCITY + dynamics * (velocity - MIDDLE_VELOCITY)).clamp(SOFTEST, 1.0)
}

fn cycle_of(step: f64) -> i64 {
    (step.floor() as i64).div_euclid(STEPS as i64)
}

fn next_multiple(step: i64, of: i64) -> i64 {
    step.saturating_add((-step).rem_euclid(of))
}
