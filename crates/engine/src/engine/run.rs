//! How a stretch of a block is played: where in musical time it lies, and what sounds in it.

use groove::sequencer::{EARLIEST_STEPS, LATEST_STEPS, PlaybackSettings, Row, SoundingHit, hits};
use groove::{Beats, Span};

use super::{Engine, following, longest_step, take_playback};
use crate::clock::{Join, Place, Transport, told, valid_loop};
use crate::notes::{Address, Event, Notes, Stroke};
use crate::scheduled_change::first_untouched;
use crate::segment::Segment;
use crate::{PlayMode, Playing, SLACK};

impl Engine {
    fn stop(&mut self, at: u64, sink: &mut impl FnMut(Event) -> bool) {
        self.notes.end_due(at, sink);
        self.notes.end_all(at, sink);
        self.forget();
    }

    /// Plays the samples `range` of a block of `frames`, or stands still in them. `line` is where time
    /// has run on in this block so far, if it has; returns the same for what follows.
    pub(super) fn run(
        &mut self,
        transport: &Transport,
        playing: &Playing,
        line: Option<Segment>,
        range: std::ops::Range<u32>,
        frames: u32,
        sink: &mut impl FnMut(Event) -> bool,
    ) -> Option<Segment> {
        let (first, end) = (u64::from(range.start), u64::from(range.end));
        let is_running = match playing.mode {
            PlayMode::Transport => transport.is_playing,
            PlayMode::Hold => self.is_held,
            PlayMode::Free => true,
        };
        if !is_running {
            self.stop(first, sink);
            return None;
        }
        let transport = following(transport);
        let mut segment = match line {
            Some(line) => Segment { first, end, pulls_early_hits: false, ..line },
            None => {
                let segment = self.enter(&transport, first, end, sink);
                // Once a block, so that the cycles named before it are those that it plays.
                take_playback(&mut self.playbacks, playing, self.frontier);
                segment
            }
        };
        if playing.is_muted || self.is_muted {
            self.notes.end_due(first, sink);
            self.notes.end_all(first, sink);
        }
        let wrap = valid_loop(&transport, segment.beats_per_sample);
        while let Some((start, loop_end)) = wrap
            && let Some(sample) = segment.sample_reaching(loop_end)
        {
            segment.end = sample;
            self.play_segment(&segment, playing, sink);
            self.jump(sample, sink);
            segment = Segment {
                position: segment.time_at(sample) - loop_end + start,
                origin: sample,
                first: sample,
                end,
                // The loop's early hits of its first step have sounded before its end.
                pulls_early_hits: false,
                ..segment
            };
            self.restart(&segment);
        }
        self.play_segment(&segment, playing, sink);
        let reached = segment.time_at(end);
        self.clock.advance(&transport, frames, reached);
        self.playhead = Some(reached);
        Some(segment)
    }

    /// Time runs from sample `first` of the block on.
    fn enter(
        &mut self,
        transport: &Transport,
        first: u64,
        end: u64,
        sink: &mut impl FnMut(Event) -> bool,
    ) -> Segment {
        let Place { position, beats_per_sample, join } = self.clock.place(transport);
        let mut segment = Segment {
            position,
            origin: first,
            beats_per_sample,
            first,
            end,
            // The loop's early hits of its first step have sounded before its end.
            pulls_early_hits: matches!(join, Join::Start | Join::Jumped),
        };
        if told(transport).is_some() {
            // Within a block time has run on to here, perhaps round the loop.
            let passed = Beats(first as f64 * beats_per_sample);
            let slack = Beats(SLACK * beats_per_sample);
            segment.position =
                wrapped(position, passed, slack, valid_loop(transport, beats_per_sample));
        }
        if join != Join::Continued {
            self.jump(first, sink);
            self.restart(&segment);
        }
        segment
    }

    /// Time does not run on: ends all notes at sample `at` and starts afresh.
    fn jump(&mut self, at: u64, sink: &mut impl FnMut(Event) -> bool) {
        self.notes.end_due(at, sink);
        self.notes.end_all(at, sink);
        self.frontier = None;
        self.scores.settle_now();
        self.playbacks.settle_now();
        self.late_change = None;
    }

    /// A fill that is held goes on where time goes on.
    fn restart(&mut self, segment: &Segment) {
        let playback = self.playbacks.newest();
        let untouched = first_untouched(segment.covered_from(), Beats(0.0));
        self.fill.jump(untouched, &playback.shape);
    }

    fn play_segment(
        &mut self,
        segment: &Segment,
        playing: &Playing,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        let end = segment.covered_until();
        let start = self.frontier.unwrap_or_else(|| segment.covered_from());
        let step = longest_step(&self.playbacks);
        let late_change = self.late_change.take();
        let (scores, playbacks, fill) = (&self.scores, &self.playbacks, &self.fill);
        let notes = &mut self.notes;
        let is_muted = playing.is_muted || self.is_muted;
        let mut strike = |hit: SoundingHit, at: u64| {
            if !is_muted {
                strike(hit, at, segment, playing, notes, sink);
            }
        };
        let lanes = &playing.lanes;
        let in_span = move |span: Span, playback: PlaybackSettings| {
            let shape = playback.shape;
            let rows = move |step: i64| -> Row {
                let score = &scores.at(shape.grid(step)).0;
                let row = lanes.row(score.pattern(shape.cycle(step)), &shape, step);
                fill.row(row, score, playing.seed, &playback, step)
            };
            hits(span, playback, rows)
        };
        if self.frontier.is_none() && segment.pulls_early_hits {
            // A downbeat played a little early must not be missing where the music starts.
            let playback = *playbacks.newest();
            let speed = playback.shape.speed;
            let before = Span { start: start - speed.beats(-EARLIEST_STEPS), end: start };
            in_span(before, playback)
                .filter(|hit| speed.beats(hit.step as f64) >= start)
                .for_each(|hit| strike(hit, segment.first));
        }
        if let Some(late_change) = late_change {
            let playback = *playbacks.at(late_change.boundary);
            let reach = playback.shape.speed.beats(LATEST_STEPS - EARLIEST_STEPS);
            // At once, also if the host's position lags behind what has been played.
            in_span(Span { start: start - reach, end: start }, playback)
                .filter(|hit| late_change.contains(hit, &playback.shape))
                .for_each(|hit| strike(hit, segment.first));
        }
        let span = Span { start, end };
        // Two at most: what is left of the old one, and the new one.
        let mut playbacks = playbacks.periods().map(|(playback, from, to)| {
            let shape = playback.shape;
            in_span(span, *playback)
                .filter(move |hit| (from..to).contains(&shape.grid(hit.step)))
                .peekable()
        });
        let (old, new) = (playbacks.next(), playbacks.next());
        drop(playbacks);
        match (old, new) {
            (None, _) => {}
            (Some(old), None) => old.for_each(|hit| strike(hit, segment.sample_of(hit.time))),
            (Some(mut old), Some(mut new)) => loop {
                let hit = match (old.peek(), new.peek()) {
                    (Some(a), Some(b)) if b.time < a.time => new.next(),
                    (Some(_), _) => old.next(),
                    (None, _) => new.next(),
                };
                let Some(hit) = hit else { break };
                strike(hit, segment.sample_of(hit.time));
            },
        }
        let frontier = if end > start { end } else { start };
        self.frontier = Some(frontier);
        self.scores.settle(frontier, step);
        self.playbacks.settle(frontier, step);
    }
}

/// Strikes `hit` at sample `at`, unless its instrument is silent, and chokes what it chokes.
fn strike(
    hit: SoundingHit,
    at: u64,
    segment: &Segment,
    playing: &Playing,
    notes: &mut Notes,
    sink: &mut impl FnMut(Event) -> bool,
) {
    let SoundingHit { instrument, step, .. } = hit;
    if !playing.lanes.hears(instrument) {
        return;
    }
    let lane = playing.lanes.of(instrument);
    notes.choke(at, |other| playing.lanes.chokes(instrument, other));
    notes.end_due(at + 1, sink);
    let stroke = Stroke {
        instrument,
        velocity: playing.velocity_settings.velocity(step, instrument, hit.hit, lane.velocity),
        address: Address { channel: playing.channel.min(15), key: lane.key.min(127) },
        length: segment.note_length(playing.note_length),
    };
    notes.strike(stroke, at, sink);
}

/// The musical time `passed` after `position`, round the loop if it leads to its end or less than `slack`
/// before it.
fn wrapped(position: Beats, passed: Beats, slack: Beats, range: Option<(Beats, Beats)>) -> Beats {
    let time = position + passed;
    match range {
        Some((start, end)) if position + slack < end && time + slack >= end => {
            start + Beats((time + slack - end).0.rem_euclid((end - start).0)) - slack
        }
        _ => time,
    }
}
