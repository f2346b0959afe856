//! How a stretch of a block is played: where in musical time it lies, and what sounds in it.

use groove::sequencer::{
    CHOKE, EARLIEST_STEPS, Hits, LATEST_STEPS, PlaybackSettings, Row, SoundingHit, hits,
};
use groove::{Articulation, Bar, Beats, Span};

use super::{Engine, following};
use crate::clock::{Join, Place, Transport, told, valid_loop};
use crate::notes::{Address, Event, Notes, Stroke};
use crate::scheduled_change::first_untouched;
use crate::segment::Segment;
use crate::timeline::{MOST_PERIODS, Timeline};
use crate::{PlayMode, Playing, SLACK, Song};

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
        (playing, song): (&Playing, Option<&Song>),
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
                let segment = self.enter(&transport, song, first, end, sink);
                // Once a block, so that the cycles named before it are those that it plays.
                self.playbacks = self.with_playback(song, playing, self.frontier);
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
            // Where it returns just as something is chosen there is nothing before it to catch up on.
            if sample > segment.first {
                self.play_parts(&segment, playing, song, sink);
            }
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
            self.restart(&segment, song);
        }
        self.play_parts(&segment, playing, song, sink);
        let reached = segment.time_at(end);
        self.clock.advance(&transport, frames, reached);
        self.playhead = Some(reached);
        Some(segment)
    }

    /// Time runs from sample `first` of the block on.
    fn enter(
        &mut self,
        transport: &Transport,
        song: Option<&Song>,
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
            self.restart(&segment, song);
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

    /// The song, and a fill that is held, go on where time goes on.
    fn restart(&mut self, segment: &Segment, song: Option<&Song>) {
        self.begin_song(song, segment.covered_from());
        let untouched = first_untouched(segment.covered_from(), Beats(0.0));
        let shape = self.timeline(song).at(untouched).shape;
        self.fill.jump(untouched, &shape);
    }

    /// Plays a segment in parts in which no more sections begin than there are places for.
    fn play_parts(
        &mut self,
        segment: &Segment,
        playing: &Playing,
        song: Option<&Song>,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        let mut part = *segment;
        loop {
            part.end = self.lead_through(&Segment { end: segment.end, ..part }, song);
            self.play_segment(&part, playing, song, sink);
            if part.end >= segment.end {
                return;
            }
            part = Segment { first: part.end, pulls_early_hits: false, ..part };
        }
    }

    fn play_segment(
        &mut self,
        segment: &Segment,
        playing: &Playing,
        song: Option<&Song>,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        let end = segment.covered_until();
        let start = self.frontier.unwrap_or_else(|| segment.covered_from());
        let late_change = self.late_change.take();
        let timeline = Timeline { scores: &self.scores, playbacks: &self.playbacks, song };
        let steps = timeline.steps();
        let (fill, notes) = (&self.fill, &mut self.notes);
        let is_muted = playing.is_muted || self.is_muted;
        let mut strike = |bar: Bar, hit: SoundingHit, at: u64| {
            if !is_muted {
                strike(bar, hit, at, segment, playing, notes, sink);
            }
        };
        let in_span = |span: Span, playback: PlaybackSettings| {
            let rows = move |step: i64| -> Row {
                timeline.row(&playback, step, fill, &playing.lanes, playing.seed)
            };
            hits(span, playback, rows)
        };
        if self.frontier.is_none() && segment.pulls_early_hits {
            // A downbeat played a little early must not be missing where the music starts.
            for (playback, from, to) in timeline.periods() {
                let shape = playback.shape;
                let before =
                    Span { start: start + Beats(EARLIEST_STEPS * shape.step().0), end: start };
                in_span(before, playback)
                    .filter(|hit| (from..to).contains(&shape.grid(hit.step)))
                    .filter(|hit| shape.beats(hit.step as f64) >= start && !hit.is_grace)
                    .for_each(|hit| strike(shape.bar, hit, segment.first));
            }
        }
        if let Some(late_change) = late_change {
            let playback = timeline.at(late_change.boundary);
            let shape = playback.shape;
            let reach = Beats((LATEST_STEPS - EARLIEST_STEPS) * shape.step().0);
            // At once, also if the host's position lags behind what has been played.
            in_span(Span { start: start - reach, end: start }, playback)
                .filter(|hit| late_change.contains(hit, &shape) && !hit.is_grace)
                .for_each(|hit| strike(shape.bar, hit, segment.first));
        }
        let span = Span { start, end };
        // One, and another while what plays changes; more if that changes at once again.
        let mut periods: [Option<Period<_>>; MOST_PERIODS] = [const { None }; MOST_PERIODS];
        for (place, (playback, from, to)) in periods.iter_mut().zip(timeline.periods()) {
            *place = Some(Period::new(in_span(span, playback), playback, from..to));
        }
        while let Some(period) = earliest(&mut periods) {
            let (bar, hit) = (period.playback.shape.bar, period.next.take());
            hit.into_iter().for_each(|hit| strike(bar, hit, segment.sample_of(hit.time)));
            period.read();
        }
        let frontier = if end > start { end } else { start };
        self.frontier = Some(frontier);
        self.scores.settle(frontier, steps);
        self.playbacks.settle(frontier, steps);
    }
}

/// The hits of a span that are played by the same settings.
struct Period<F> {
    hits: Hits<F>,
    playback: PlaybackSettings,
    /// The grid times that the settings are in force at.
    grid: std::ops::Range<i64>,
    /// The next of its hits.
    next: Option<SoundingHit>,
}

impl<F: FnMut(i64) -> Row> Period<F> {
    fn new(hits: Hits<F>, playback: PlaybackSettings, grid: std::ops::Range<i64>) -> Self {
        let mut period = Self { hits, playback, grid, next: None };
        period.read();
        period
    }

    fn read(&mut self) {
        let Self { hits, playback, grid, next } = self;
        *next = hits.find(|hit| grid.contains(&playback.shape.grid(hit.step)));
    }
}

/// The period whose next hit is the first; of simultaneous ones the earlier period's.
fn earliest<F>(periods: &mut [Option<Period<F>>]) -> Option<&mut Period<F>> {
    let with_hits = periods.iter_mut().flatten().filter(|period| period.next.is_some());
    with_hits.reduce(|a, b| {
        let time = |period: &Period<F>| period.next.map(|hit| hit.time);
        if time(b) < time(a) { b } else { a }
    })
}

/// Strikes `hit` of bars `bar` at sample `at`, unless its instrument is silent, and chokes what it chokes.
fn strike(
    bar: Bar,
    hit: SoundingHit,
    at: u64,
    segment: &Segment,
    playing: &Playing,
    notes: &mut Notes,
    sink: &mut impl FnMut(Event) -> bool,
) {
    let SoundingHit { instrument, step, .. } = hit;
    let articulation = hit.hit.articulation();
    if !playing.lanes.hears(instrument) {
        return;
    }
    let lane = playing.lanes.of(instrument);
    notes.choke(at, |other| playing.lanes.chokes(instrument, other));
    notes.end_due(at + 1, sink);
    let stroke = Stroke {
        instrument,
        velocity: playing.velocity_settings.velocity(bar, step, instrument, hit.hit, lane.velocity),
        articulation,
        address: Address {
            channel: playing.channel.min(15),
            key: playing.lanes.key(instrument, articulation).min(127),
        },
        length: segment.note_length(match articulation {
            Articulation::Choke => CHOKE,
            _ => playing.note_length,
        }),
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
