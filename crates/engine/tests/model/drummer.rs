//! The oracle: a drummer who counts every sample.
//!
//! At each sample he knows what time it is, plays every hit whose time has come, and ends every note that
//! is due. He has no spans, no frontier and no sums over a block: slow, and plainly right. With the engine
//! he shares [`SLACK`] and the meaning of a hit's chance and velocity ([`Feel::shift`], [`Touch::velocity`]
//! and the figures of fills, which are tested by themselves).
//!
//! [`Feel::shift`]: groove::sequencer::Feel::shift
//! [`Touch::velocity`]: groove::sequencer::Touch::velocity

use engine::{PlayMode, Playing, Quantise, SLACK};
use groove::sequencer::{Reading, Shape};
use groove::{Hit, INSTRUMENTS, Instrument, Pattern};

use crate::host::{Between, Block, Deed, Score, believed_rate, believed_tempo};
use crate::written::{InForce, Writing, grid, step_beats, time};

/// A note-on with the bits of its velocity, or a note-off, on a channel and a key.
pub(crate) type Note = (Instrument, u8, u8, Option<u32>);

/// A note that sounds, by absolute samples.
#[derive(Clone, Copy, Debug)]
struct Held {
    channel: u8,
    key: u8,
    start: u64,
    end: u64,
    is_refused_in_this_block: bool,
}

/// Where the drummer is while he plays.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Every hit before this has had its time.
    reached: f64,
    /// When the next block should begin, and what passed from sample to sample in how long a block.
    expected: f64,
    step: f64,
    frames: u32,
}

/// Hits that a choice came too late for: they are played at once where nothing was struck.
#[derive(Clone, Debug)]
struct MadeUp {
    boundary: i64,
    /// The steps concerned, each with what has been struck there.
    struck: Vec<(i64, [bool; INSTRUMENTS])>,
}

/// A hit to come.
type Due = (f64, i64, Instrument, Hit);

pub(crate) struct Drummer<'a> {
    patterns: &'a [Pattern; 3],
    tempo: f64,
    line: Option<Line>,
    in_force: InForce,
    /// Readings, each from a 32nd on.
    readings: Vec<(i64, Reading)>,
    made_up: Option<MadeUp>,
    is_muted: bool,
    is_held: bool,
    is_fill_held: bool,
    notes: [Option<Held>; INSTRUMENTS],
    /// The first sample of the block.
    now: u64,
    /// What is to be heard, by absolute samples.
    pub(crate) heard: Vec<(u64, Note)>,
    /// From this sample on nobody can say what is right: a hit lies on the edge of a sample to within the
    /// rounding of doubles, or a seek is as small as the bend of a tempo.
    pub(crate) unclear_from: Option<u64>,
}

impl<'a> Drummer<'a> {
    pub(crate) fn new(patterns: &'a [Pattern; 3]) -> Self {
        Self {
            patterns,
            tempo: 120.0,
            line: None,
            in_force: InForce { scores: vec![(i64::MIN, Score(0))], fill: None, landing: None },
            readings: vec![(i64::MIN, Reading::default())],
            made_up: None,
            is_muted: false,
            is_held: false,
            is_fill_held: false,
            notes: [None; INSTRUMENTS],
            now: 0,
            heard: Vec::new(),
            unclear_from: None,
        }
    }

    /// What is done between two blocks. `is_heeded`: whether the engine said that it takes an offer.
    pub(crate) fn between(&mut self, between: Between, is_heeded: bool) {
        match between {
            Between::Reset => {
                for held in self.notes.iter_mut().flatten() {
                    held.end = self.now;
                }
                (self.is_muted, self.is_held, self.is_fill_held) = (false, false, false);
                self.stand();
            }
            Between::Change(score, quantise) if is_heeded => {
                let boundary = self.line.map(|line| {
                    let untouched = self.untouched(line.reached, self.longest_step());
                    self.next_boundary(untouched, quantise)
                });
                self.change_score(score, boundary);
            }
            Between::Refresh(score) if is_heeded => {
                let boundary = self.line.map(|line| {
                    let untouched = self.untouched(line.reached, self.longest_step());
                    self.in_force.scores.last().unwrap().0.max(untouched)
                });
                self.change_score(score, boundary);
            }
            Between::Change(..) | Between::Refresh(_) => {}
        }
    }

    /// A block, sample by sample.
    pub(crate) fn play(&mut self, block: &Block) {
        for held in self.notes.iter_mut().flatten() {
            held.is_refused_in_this_block = false;
        }
        if let Some(tempo) = block.transport.tempo.and_then(believed_tempo) {
            self.tempo = tempo;
        }
        let step = self.tempo / 60.0 / believed_rate(block.transport.sample_rate);
        let looped = looped(block, step);
        // Time in this block: what it was at which sample, and whether the host said so.
        let mut place: Option<(f64, u32)> = None;
        let mut due: Vec<Due> = Vec::new();
        for at in 0..=block.frames {
            let deeds = block.deeds.iter().filter(|&&(when, _)| when == at);
            let is_stretch = at == 0 || deeds.clone().next().is_some();
            if is_stretch && at > 0 {
                self.forget_old_readings();
            }
            deeds.for_each(|&(_, deed)| self.act(deed, &block.playing));
            if at == block.frames {
                break;
            }
            self.end_due(at, block);
            let is_running = match block.playing.mode {
                PlayMode::Transport => block.transport.is_playing,
                PlayMode::Hold => self.is_held,
                PlayMode::Free => true,
            };
            if !is_running {
                if is_stretch {
                    self.end_all(at, block);
                    self.stand();
                }
                place = None;
                continue;
            }

            // What time is it, and has it jumped?
            let mut jump = None;
            let now = match place {
                Some((origin_time, origin)) => {
                    let now = origin_time + f64::from(at - origin) * step;
                    match looped {
                        Some((start, end)) if self.passes(now - step, end, step, at) => {
                            jump = Some(Jump { pulls_early_hits: false });
                            place = Some((start + (now - end), at));
                            start + (now - end)
                        }
                        _ => now,
                    }
                }
                None => {
                    let (now, how) = self.enter(block, at, step);
                    (jump, place) = (how, Some((now, at)));
                    now
                }
            };
            let is_unresolved = now + SLACK * step == now && step > 0.0;
            if now.abs() > 1e9 || is_unresolved {
                // A double resolves no sample there, or none so short.
                self.unclear(at);
            }
            if jump.is_some() {
                self.end_all(at, block);
                self.settle(now, step);
            }
            if is_stretch {
                self.take_reading(&block.playing, jump.is_some());
            }
            let is_muted = block.playing.is_muted || self.is_muted;
            if is_stretch && is_muted {
                self.end_all(at, block);
            }

            // What is to be played?
            if is_stretch || jump.is_some() {
                let to_the_end = now + f64::from(block.frames - at) * step;
                let horizon = looped.map_or(to_the_end, |(_, end)| {
                    if now < end { to_the_end.min(end + step) } else { to_the_end }
                });
                let mut at_once = Vec::new();
                if jump.is_some_and(|jump| jump.pulls_early_hits) {
                    at_once.append(&mut self.early_hits(&block.playing));
                }
                if let Some(made_up) = self.made_up.take() {
                    at_once.append(&mut self.late_choices(&made_up, &block.playing));
                }
                for hit in at_once {
                    self.strike(hit, at, step, is_muted, block);
                }
                due = self.due(&block.playing, horizon);
                due.reverse();
            }
            let line = self.line.as_mut().unwrap();
            line.reached = line.reached.max(now + SLACK * step);
            let reached = line.reached;
            while let Some(&hit) = due.last() {
                if is_doubtful(hit.0, reached) {
                    self.unclear(at);
                }
                if hit.0 >= reached {
                    break;
                }
                due.pop();
                self.strike(hit, at, step, is_muted, block);
            }
        }
        self.forget_old_readings();
        if let (Some(line), Some((origin_time, origin))) = (&mut self.line, place) {
            line.expected = origin_time + f64::from(block.frames - origin) * step;
            (line.step, line.frames) = (step, block.frames);
        }
        self.now += u64::from(block.frames);
    }

    /// Whether `end` is reached after the time `before` and a sample later at most.
    fn passes(&mut self, before: f64, end: f64, step: f64, at: u32) -> bool {
        if is_doubtful(end, before + SLACK * step)
            || is_doubtful(end, before + (1.0 + SLACK) * step)
        {
            self.unclear(at);
        }
        before + SLACK * step < end && before + step + SLACK * step >= end
    }

    /// Time begins to run in this block, or runs on from the last: what time it is at sample `at`.
    fn enter(&mut self, block: &Block, at: u32, step: f64) -> (f64, Option<Jump>) {
        let told =
            block.transport.position.map(|position| position.0).filter(|position| {
                block.transport.is_playing && position.abs() <= 2.0_f64.powi(40)
            });
        let Some(line) = self.line else {
            let now = told.map_or(0.0, |told| self.host_time(block, told, at, step));
            self.line = Some(Line { reached: now, expected: now, step, frames: 0 });
            return (now, Some(Jump { pulls_early_hits: true }));
        };
        let Some(told) = told else { return (line.expected, None) };
        // What a host's rounding, and its tempo's bend, come to.
        let bend = (step - line.step).abs() * f64::from(line.frames);
        let most = 1.0 / 960.0 + 1.5 * line.step.min(0.125) + bend.min(0.125);
        let sure = bend.clamp(1.0 / 960.0, 0.125);
        let off = (told - line.expected).abs();
        if off <= sure * 0.999 {
            return (told, None);
        }
        if off <= most * 1.001 {
            self.unclear(at);
        }
        if let Some((start, end)) = looped(block, step) {
            let off = (told - start).abs().max((line.expected - end).abs());
            if off <= sure * 0.999 {
                return (told, Some(Jump { pulls_early_hits: false }));
            }
            if off <= most * 1.001 {
                self.unclear(at);
            }
            // The other way round: he has gone round already, the host is about to.
            let off = (told - end).abs().max((line.expected - start).abs());
            if off <= sure * 0.999 {
                return (told - (end - start), None);
            }
            if off <= most * 1.001 {
                self.unclear(at);
            }
        }
        (told, Some(Jump { pulls_early_hits: true }))
    }

    /// What time the host has at sample `at` of a block that begins at `told`.
    fn host_time(&mut self, block: &Block, told: f64, at: u32, step: f64) -> f64 {
        let mut now = told + f64::from(at) * step;
        if let Some((start, end)) = looped(block, step)
            && told + SLACK * step < end
        {
            if is_doubtful(end, now + SLACK * step) || is_doubtful(end, told + SLACK * step) {
                self.unclear(at);
            }
            while now + SLACK * step >= end {
                now -= end - start;
                if is_doubtful(end, now + SLACK * step) {
                    self.unclear(at);
                }
            }
        }
        now
    }

    fn act(&mut self, deed: Deed, playing: &Playing) {
        match deed {
            Deed::Mute(is_now) => self.is_muted = is_now,
            Deed::Hold(is_now) => self.is_held = is_now,
            Deed::Play(score) => {
                let boundary = self.line.map(|line| {
                    let open = self.still_open(line.reached);
                    self.next_boundary(open, playing.quantise)
                });
                let before = self.in_force.clone();
                self.change_score(score, boundary);
                if let Some(boundary) = boundary {
                    self.make_up(&before, boundary, playing);
                }
            }
            Deed::Fill(is_now) if is_now == self.is_fill_held => {}
            Deed::Fill(is_now) => {
                self.is_fill_held = is_now;
                let Some(line) = self.line else {
                    self.in_force.fill = None;
                    return;
                };
                let open = self.still_open(line.reached);
                let before = self.in_force.clone();
                let boundary = self.change_fill(is_now, open);
                if let Some(boundary) = boundary {
                    self.make_up(&before, boundary, playing);
                }
            }
        }
    }

    /// From which 32nd on the fill that is pressed or let go changes what is played.
    fn change_fill(&mut self, is_held: bool, open: i64) -> Option<i64> {
        let steps_in_32nds = grid(self.shape().speed, 1);
        let (beat, bar) = (4 * steps_in_32nds, 16 * steps_in_32nds);
        match (is_held, self.in_force.fill) {
            (true, None) => {
                let start = first_multiple(beat, open);
                self.in_force.fill = Some((start, None));
                Some(start)
            }
            (true, Some((start, end))) => {
                let boundary = first_multiple(beat, open);
                match end {
                    // It has not ended yet: it goes on.
                    Some(end) if open <= end => self.in_force.fill = Some((start, None)),
                    _ => {
                        self.in_force.landing = end;
                        self.in_force.fill = Some((boundary, None));
                    }
                }
                Some(boundary)
            }
            (false, None) => None,
            (false, Some((start, _))) => {
                let end = first_multiple(bar, open.max(start + 1));
                self.in_force.fill = Some((start, Some(end)));
                Some(end)
            }
        }
    }

    /// Remembers what of the steps from `boundary` on has had its time already.
    fn make_up(&mut self, before: &InForce, boundary: i64, playing: &Playing) {
        let Some(line) = self.line else { return };
        if boundary >= self.untouched(line.reached, self.longest_step()) || self.made_up.is_some() {
            return;
        }
        let reading = self.reading_at(boundary);
        let mut writing = Writing::new(self.patterns, before, &playing.lanes, playing.seed);
        let speed = reading.shape.speed;
        let first = (0..).find(|i| grid(speed, 1) * i >= boundary.rem_euclid(32)).unwrap()
            + boundary.div_euclid(32) * 32 / grid(speed, 1);
        let mut doubtful = false;
        let struck = (first..first + 4)
            .map(|step| {
                let row = writing.row(&reading.shape, step);
                let mut struck = [false; INSTRUMENTS];
                for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                    if let Some(hit) = hit {
                        let when = time(&reading, step, instrument, hit);
                        doubtful |= is_doubtful(when, line.reached);
                        struck[instrument.index()] = when < line.reached;
                    }
                }
                (step, struck)
            })
            .collect();
        if doubtful {
            self.unclear(0);
        }
        self.made_up = Some(MadeUp { boundary, struck });
    }

    /// What a choice came too late for.
    fn late_choices(&mut self, made_up: &MadeUp, playing: &Playing) -> Vec<Due> {
        let reached = self.line.unwrap().reached;
        let reading = self.reading_at(made_up.boundary);
        let mut writing = Writing::new(self.patterns, &self.in_force, &playing.lanes, playing.seed);
        let mut hits = Vec::new();
        for &(step, struck) in &made_up.struck {
            if grid(reading.shape.speed, step) < made_up.boundary {
                continue;
            }
            let row = writing.row(&reading.shape, step);
            for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                if let Some(hit) = hit
                    && !struck[instrument.index()]
                {
                    hits.push((time(&reading, step, instrument, hit), step, instrument, hit));
                }
            }
        }
        if hits.iter().any(|hit| is_doubtful(hit.0, reached)) {
            self.unclear(0);
        }
        hits.retain(|hit| hit.0 < reached);
        hits.sort_by(|a, b| (a.0, a.1, a.2).partial_cmp(&(b.0, b.1, b.2)).unwrap());
        hits
    }

    /// Where music starts: the early hits of the steps that begin here.
    fn early_hits(&mut self, playing: &Playing) -> Vec<Due> {
        let reached = self.line.unwrap().reached;
        let hits = self.hits(playing, reached - 1.0, reached);
        if hits.iter().any(|hit| is_doubtful(hit.0, reached)) {
            self.unclear(0);
        }
        let step_beats = step_beats(self.shape().speed);
        hits.into_iter().filter(|&(_, step, ..)| step as f64 * step_beats >= reached).collect()
    }

    /// What is to come up to `horizon`.
    fn due(&mut self, playing: &Playing, horizon: f64) -> Vec<Due> {
        self.hits(playing, self.line.unwrap().reached, horizon + 0.01)
    }

    /// The hits that sound from `from` up to `to`, in order.
    fn hits(&self, playing: &Playing, from: f64, to: f64) -> Vec<Due> {
        let mut writing = Writing::new(self.patterns, &self.in_force, &playing.lanes, playing.seed);
        let mut hits = Vec::new();
        for (place, &(begins, reading)) in self.readings.iter().enumerate() {
            let ends = self.readings.get(place + 1).map_or(i64::MAX, |&(next, _)| next);
            let step_beats = step_beats(reading.shape.speed);
            // A generous margin on both sides; what is out of time is left out.
            let first = (from / step_beats).floor() as i64 - 4;
            let last = (to / step_beats).ceil() as i64 + 3;
            for step in first..=last {
                if !(begins..ends).contains(&grid(reading.shape.speed, step)) {
                    continue;
                }
                let row = writing.row(&reading.shape, step);
                for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                    let Some(hit) = hit else { continue };
                    let when = time(&reading, step, instrument, hit);
                    if when >= from && when < to {
                        hits.push((when, step, instrument, hit));
                    }
                }
            }
        }
        hits.sort_by(|a, b| (a.0, a.1, a.2).partial_cmp(&(b.0, b.1, b.2)).unwrap());
        hits
    }

    fn strike(&mut self, hit: Due, at: u32, step: f64, is_muted: bool, block: &Block) {
        let (_, played_step, instrument, hit) = hit;
        let playing = &block.playing;
        let lane = playing.lanes.0[instrument.index()];
        let is_any_solo = playing.lanes.0.iter().any(|lane| lane.is_solo);
        if is_muted || !lane.is_on || lane.velocity <= 0.0 || (is_any_solo && !lane.is_solo) {
            return;
        }
        let now = self.now + u64::from(at);
        for other in Instrument::ALL {
            let group = playing.lanes.0[other.index()].choke;
            if other != instrument
                && lane.choke != 0
                && group == lane.choke
                && let Some(held) = &mut self.notes[other.index()]
            {
                held.end = held.end.min(now.max(held.start + 1));
            }
        }
        self.end_due(at, block);
        // One note per instrument, and one per key.
        for other in Instrument::ALL {
            let Some(held) = self.notes[other.index()] else { continue };
            let is_in_the_way =
                other == instrument || (held.channel, held.key) == (playing.channel, lane.key);
            if is_in_the_way && (held.is_refused_in_this_block || !self.end(other, now, block)) {
                return;
            }
        }
        if block.refusal.ons & instrument.bit() != 0 {
            return;
        }
        let velocity = playing.touch.velocity(played_step, instrument, hit, lane.velocity);
        // A sample at least, also where a length of 0 meets a tempo of 0; five seconds at 48 kHz at most.
        let sounds_for = ((playing.note_length.0 / step).round() as u64).clamp(1, 240_000);
        let (channel, key) = (playing.channel, lane.key);
        self.notes[instrument.index()] = Some(Held {
            channel,
            key,
            start: now,
            end: now + sounds_for,
            is_refused_in_this_block: false,
        });
        self.heard.push((now, (instrument, channel, key, Some(velocity.to_bits()))));
    }

    fn end_due(&mut self, at: u32, block: &Block) {
        let now = self.now + u64::from(at);
        for instrument in Instrument::ALL {
            if let Some(held) = self.notes[instrument.index()]
                && held.end <= now
                && !held.is_refused_in_this_block
            {
                self.end(instrument, now, block);
            }
        }
    }

    fn end_all(&mut self, at: u32, block: &Block) {
        for held in self.notes.iter_mut().flatten() {
            held.end = held.end.min(self.now + u64::from(at));
        }
        self.end_due(at, block);
    }

    /// Ends a note, unless the host refuses: then it is owed from the next block on.
    fn end(&mut self, instrument: Instrument, now: u64, block: &Block) -> bool {
        let held = self.notes[instrument.index()].as_mut().unwrap();
        if block.refusal.offs & instrument.bit() != 0 {
            held.is_refused_in_this_block = true;
            held.end = held.end.min(now);
            return false;
        }
        self.heard.push((now, (instrument, held.channel, held.key, None)));
        self.notes[instrument.index()] = None;
        true
    }

    fn stand(&mut self) {
        self.line = None;
        self.keep_the_newest();
        (self.in_force.fill, self.in_force.landing) = (None, None);
    }

    /// Time has jumped to `now`: whatever was waiting is in force, and a fill that is held begins anew.
    fn settle(&mut self, now: f64, step: f64) {
        self.keep_the_newest();
        let reached = now - (1.0 - SLACK) * step;
        let line = self.line.as_mut().unwrap();
        line.reached = reached;
        (self.in_force.fill, self.in_force.landing) = (None, None);
        if self.is_fill_held {
            let beat = 4 * grid(self.shape().speed, 1);
            let open = self.in_32nds(reached);
            self.in_force.fill = Some((first_multiple(beat, open), None));
        }
    }

    fn keep_the_newest(&mut self) {
        self.in_force.scores = vec![(i64::MIN, self.in_force.scores.last().unwrap().1)];
        self.readings = vec![(i64::MIN, self.readings.last().unwrap().1)];
        self.made_up = None;
    }

    fn change_score(&mut self, score: Score, boundary: Option<i64>) {
        let boundary = boundary.unwrap_or(i64::MIN);
        self.in_force.scores.retain(|&(from, _)| from < boundary);
        self.in_force.scores.push((boundary, score));
    }

    /// Another feel waits for the next untouched step, another shape for the boundary. While an older one
    /// still has hits to come, a second does not begin.
    fn take_reading(&mut self, playing: &Playing, is_new_line: bool) {
        let (newest_from, newest) = *self.readings.last().unwrap();
        let wanted = playing.reading;
        if newest == wanted {
            return;
        }
        if is_new_line {
            self.readings = vec![(i64::MIN, wanted)];
            return;
        }
        let reached = self.line.unwrap().reached;
        let longest = self.longest_step().max(step_beats(wanted.shape.speed));
        let untouched = self.untouched(reached, longest);
        let is_waiting = self.readings.len() > 1 && newest_from >= untouched;
        let boundary = if newest.shape != wanted.shape {
            first_multiple(quantised(playing.quantise, &wanted.shape), untouched)
        } else if is_waiting {
            newest_from
        } else {
            untouched
        };
        if self.readings.len() < 2 || newest_from >= boundary {
            self.readings.retain(|&(from, _)| from < boundary);
            self.readings.push((boundary, wanted));
        }
    }

    /// A reading is forgotten once its latest hit has had its time: two steps after the grid time of its
    /// last step, which is a 32nd at least before the next reading's first.
    fn forget_old_readings(&mut self) {
        let Some(line) = self.line else { return };
        let longest = self.longest_step();
        while self.readings.len() > 1
            && (self.readings[1].0 - 1) as f64 / 8.0 + 2.0 * longest <= line.reached
        {
            self.readings.remove(0);
        }
    }

    fn reading_at(&self, place: i64) -> Reading {
        self.readings.iter().rev().find(|&&(from, _)| from <= place).unwrap().1
    }

    fn shape(&self) -> Shape {
        self.readings.last().unwrap().1.shape
    }

    fn longest_step(&self) -> f64 {
        self.readings.iter().map(|(_, reading)| step_beats(reading.shape.speed)).fold(0.0, f64::max)
    }

    fn next_boundary(&self, open: i64, quantise: Quantise) -> i64 {
        first_multiple(quantised(quantise, &self.shape()), open)
    }

    /// The first 32nd of which no hit has had its time: none is more than three quarters of a step early.
    fn untouched(&mut self, reached: f64, step_beats: f64) -> i64 {
        self.in_32nds(reached + 0.75 * step_beats)
    }

    /// The first 32nd that a choice made now still counts for: half a 16th late it may be.
    fn still_open(&mut self, reached: f64) -> i64 {
        self.in_32nds(reached - 0.125)
    }

    fn in_32nds(&mut self, time: f64) -> i64 {
        let place = time * 8.0;
        if place != place.round() && is_doubtful(place, place.round()) {
            self.unclear(0);
        }
        place.ceil() as i64
    }

    fn unclear(&mut self, at: u32) {
        let now = self.now + u64::from(at);
        self.unclear_from = Some(self.unclear_from.map_or(now, |before| before.min(now)));
    }
}

/// Time does not run on.
#[derive(Clone, Copy)]
struct Jump {
    /// At a loop's start they have sounded before its end.
    pulls_early_hits: bool,
}

/// The loop, if the host has one that is longer than a sample.
fn looped(block: &Block, step: f64) -> Option<(f64, f64)> {
    let (start, end) = block.transport.loop_range.filter(|_| block.transport.is_playing)?;
    (end.0 - start.0 > step).then_some((start.0, end.0))
}

fn quantised(quantise: Quantise, shape: &Shape) -> i64 {
    match quantise {
        Quantise::Step => 2,
        Quantise::Beat => 8,
        Quantise::Bar => 32,
        Quantise::Cycle => grid(shape.speed, shape.length.steps() as i64),
    }
}

/// The first multiple of `of` from `from` on, by trying.
fn first_multiple(of: i64, from: i64) -> i64 {
    (from..from + of).find(|place| place % of == 0).unwrap()
}

/// Whether the rounding of doubles may decide which of two times is the earlier one. Equal times on a grid
/// that doubles hold exactly are in no doubt.
fn is_doubtful(a: f64, b: f64) -> bool {
    let is_exact = a == b && (a * 64.0).fract() == 0.0 && a.abs() < 1e6;
    !is_exact && (a - b).abs() < 1e-10 + 1e-14 * a.abs()
}
