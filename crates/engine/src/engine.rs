//! The engine: transport, score and what the player does in, notes out.
//!
//! A hit at musical time t sounds at the first sample whose musical time is t or later. A block of n
//! samples therefore covers the half-open span that begins just after the sample before its first
//! and ends just after its last: the same sample for every hit, however the host cuts time. The
//! engine remembers only the end of the span played, the *frontier*, and plays each block from
//! there, so that rounding in the host's positions neither doubles nor loses a hit.

mod cycles;
mod run;
mod song_sections;

use groove::sequencer::{GRID_PER_BEAT, PlaybackSettings, Shape};
use groove::{Beats, Instrument};

pub use self::cycles::Needed;
use self::song_sections::{Boundary, Followed};

use crate::block_settings::next_multiple;
use crate::clock::{Clock, Place, Transport};
use crate::fill::Fill;
use crate::late_change::{LATE_STEPS, LateChange, still_open};
use crate::notes::{Event, Notes};
use crate::scheduled_change::first_untouched;
use crate::timeline::{
    LONGEST_STEP, PlaybackChanges, SECTIONS, ScoreChanges, Timeline, Voice, score_changes,
};
use crate::{Action, Control, Passage, PlayMode, Playing, Quantise, Score, Song};

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

/// What plays at the playhead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// The playhead.
    pub playhead: Beats,
    /// The playback settings in force, for the bars of what plays; new ones may wait for a boundary.
    pub playback: PlaybackSettings,
    /// The cycle, numbered by the shape in force.
    pub cycle: i64,
    /// The tag that the score came with; 0 for the one that the engine was made with.
    pub tag: u64,
    /// The passage of the song, if one is followed.
    pub passage: Option<Passage>,
    /// Whether the player has chosen the score instead of the song's.
    pub is_chosen: bool,
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
    scores: ScoreChanges,
    playbacks: PlaybackChanges,
    fill: Fill,
    /// How far the song has been followed, if one is.
    followed: Option<Followed>,
    /// Hits to catch up on where the next stretch begins.
    late_change: Option<LateChange>,
    is_muted: bool,
    is_held: bool,
    notes: Notes,
    /// Where the playhead will be at the next block's first sample.
    playhead: Option<Beats>,
}

impl Engine {
    /// An engine that stands, with a score to begin with.
    pub fn new(score: Score) -> Self {
        Self {
            clock: Clock::new(),
            frontier: None,
            scores: score_changes(Voice::new(&score, 0)),
            playbacks: PlaybackChanges::new([(PlaybackSettings::default(), 0); 2]),
            fill: Fill::default(),
            followed: None,
            late_change: None,
            is_muted: false,
            is_held: false,
            notes: Notes::new(),
            playhead: None,
        }
    }

    /// Has `score` take over: at once while stopped, else at a boundary of its own bars, so that every hit
    /// of a step before it comes from the old score and every hit from it on from the new one.
    /// A score offered before that boundary takes the place of this one. `tag` is any number by which
    /// [`now`](Self::now) tells the caller which score plays.
    ///
    /// Returns whether it was accepted. It is not while several scores are taking over, which is for a step or two after
    /// their boundaries: then keep the newest score and offer it later.
    ///
    /// A song that was followed is followed no longer once the score is accepted.
    pub fn offer(&mut self, score: &Score, tag: u64, offer: Offer) -> bool {
        let Some(frontier) = self.frontier else {
            self.scores.restart(Voice::new(score, tag));
            self.followed = None;
            return true;
        };
        // A song may have steps of any length.
        let longest = self.followed.map(|_| LONGEST_STEP);
        let longest = longest.unwrap_or_else(|| self.timeline(None).steps().longest);
        let untouched = first_untouched(frontier, longest);
        let boundary = match offer {
            Offer::Change(quantise) => {
                let shape = self.playbacks.newest().shape;
                let Boundary { at, end, .. } =
                    self.boundary(shape, quantise, Some(score.bar()), untouched);
                at.min(end)
            }
            Offer::Refresh => self.pending(untouched),
        };
        let is_heeded = self.change_at(Voice::new(score, tag), boundary);
        self.followed = self.followed.filter(|_| !is_heeded);
        is_heeded
    }

    /// Where what takes over last does, if that is still to come at `untouched`, else there.
    fn pending(&self, untouched: i64) -> i64 {
        self.scores.boundary().filter(|&to_come| to_come >= untouched).unwrap_or(untouched)
    }

    fn change_at(&mut self, voice: Voice, boundary: i64) -> bool {
        // The last places are the song's.
        self.scores.is_open(boundary, SECTIONS) && self.scores.change_at(voice, boundary)
    }

    /// Has `score` take over as [`offer`](Self::offer) does, but by the player's choice: a boundary that is
    /// just past, by half a 16th at most, counts, so that a choice made on the beat is heard on the beat.
    /// Of the steps from the boundary on, what the new score would have played already is caught up on at
    /// once, but for instruments that the old one has struck there. Where a song is followed, its next section takes over
    /// again.
    fn choose(&mut self, score: &Score, tag: u64, playing: &Playing, song: Option<&Song>) {
        let chosen = Voice { is_chosen: true, ..Voice::new(score, tag) };
        let Some(frontier) = self.frontier else {
            if self.followed.is_none() {
                self.scores.restart(chosen);
            }
            return;
        };
        let open = still_open(frontier);
        let shape = self.playbacks.newest().shape;
        let found = self.boundary(shape, playing.quantise, Some(score.bar()), open);
        let (boundary, passage) = match song {
            Some(song) if found.at >= found.end => (found.end, Some(song.at(found.end))),
            Some(song) => (found.at, Some(found.passage.unwrap_or_else(|| song.at(found.at)))),
            None => (found.at.min(found.end), None),
        };
        let late_change = self.late_change(boundary, playing, song);
        let chosen = Voice { passage, ..chosen };
        let is_heeded = match song {
            Some(song) => self.change_song(song, chosen, boundary),
            None => self.change_at(chosen, boundary),
        };
        if is_heeded {
            self.late_change = self.late_change.or(late_change);
        }
    }

    /// The score that plays or is about to.
    pub fn score(&self) -> &Score {
        &self.scores.newest().score
    }

    /// What plays where the playhead is at the end of the block last processed; `None` while stopped.
    pub fn now(&self) -> Option<Now> {
        let playhead = self.playhead?;
        let grid = (playhead.0 * GRID_PER_BEAT as f64).floor() as i64;
        let playback = self.timeline(None).at(grid);
        let &Voice { tag, passage, is_chosen, .. } = self.scores.at(grid);
        let cycle = playback.shape.cycle_at(playhead);
        Some(Now { playhead, playback, cycle, tag, passage, is_chosen })
    }

    /// Where the playhead is at the end of the block last processed; `None` while stopped.
    pub fn playhead(&self) -> Option<Beats> {
        self.playhead
    }

    /// The musical time at sample `at` of the block about to be played, were it played as the last one
    /// was: in stretches of standstill where it would begin.
    pub fn time_at(&self, transport: &Transport, playing: &Playing, at: u32) -> Beats {
        let transport = following_host(transport, playing);
        let Place { position, beats_per_sample, .. } = self.clock.place(&transport);
        position + Beats(f64::from(at) * beats_per_sample)
    }

    /// Plays a block of `frames` samples, telling `sink` every event, in order of time.
    ///
    /// `song` is the one that is [followed](Self::follow), if one is. `controls` are what the player does, in order of time.
    /// `sink` returns whether the event was accepted. A refused note-on is lost; a refused note-off is offered again from the
    /// next block on.
    pub fn process(
        &mut self,
        transport: &Transport,
        playing: &Playing,
        song: Option<&Song>,
        controls: &[Control<'_>],
        frames: u32,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        self.notes.begin_block();
        self.clock.hear(transport);
        let song = song.filter(|_| self.followed.is_some());
        let mut line = None;
        let mut now = 0;
        for control in controls {
            let at = control.at.0.min(frames);
            if at > now {
                line = self.run(transport, (playing, song), line, now..at, frames, sink);
                now = at;
            }
            self.act(control.action, playing, song);
        }
        if frames > now {
            self.run(transport, (playing, song), line, now..frames, frames, sink);
        }
        self.notes.end_block(frames.into(), sink);
    }

    /// Forgets where it was and owes a note-off for every note that sounds: the host resets or
    /// deactivates the plugin, and there is nobody to tell. They are paid in the next block. What is
    /// held is let go.
    pub fn reset(&mut self) {
        self.notes.owe_all();
        (self.is_muted, self.is_held, self.fill) = (false, false, Fill::default());
        self.forget();
    }

    /// Whether no note sounds or is owed its end.
    pub fn is_silent(&self) -> bool {
        self.notes.is_silent()
    }

    fn act(&mut self, action: Action<'_>, playing: &Playing, song: Option<&Song>) {
        match action {
            Action::Play(score, tag) => self.choose(score, tag, playing, song),
            Action::Fill(is_held) => {
                let open = self.frontier.map(still_open);
                let timeline = self.timeline(song);
                let shape = open.map_or(timeline.newest(), |open| timeline.at(open)).shape;
                let boundary = open.and_then(|open| self.fill.boundary(is_held, open, &shape));
                let late_change =
                    boundary.and_then(|boundary| self.late_change(boundary, playing, song));
                self.late_change = self.late_change.or(late_change);
                self.fill.hold(is_held, open, &shape);
            }
            Action::Mute(is_muted) => self.is_muted = is_muted,
            Action::Hold(is_held) => self.is_held = is_held,
        }
    }

    /// What has sounded of the steps from `boundary` on, which something else is about to play; `None` if
    /// nothing of them can have.
    fn late_change(
        &self,
        boundary: i64,
        playing: &Playing,
        song: Option<&Song>,
    ) -> Option<LateChange> {
        let frontier = self.frontier?;
        if boundary >= self.untouched(song)? {
            return None;
        }
        let timeline = self.timeline(song);
        let playback = timeline.at(boundary);
        let step_grid = playback.shape.step_grid();
        let origin = playback.shape.origin;
        let first = next_multiple(boundary - origin, step_grid) + origin;
        let until = self.passage_at(boundary).map_or(i64::MAX, |passage| passage.end);
        let mut late_change =
            LateChange { boundary, until, first, step: step_grid, struck: [0; LATE_STEPS] };
        for (step, struck) in ((first - origin) / step_grid..).zip(&mut late_change.struck) {
            let row = timeline.row(&playback, step, &self.fill, &playing.lanes, playing.seed);
            for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                if hit.is_some_and(|hit| playback.time(step, instrument, hit) < frontier) {
                    *struck |= instrument.bit();
                }
            }
        }
        Some(late_change)
    }

    /// The first grid time of which no hit can have sounded; `None` while stopped.
    fn untouched(&self, song: Option<&Song>) -> Option<i64> {
        Some(first_untouched(self.frontier?, self.timeline(song).steps().longest))
    }

    /// The playback settings in force once those of `playing` take over: another feel at the next step that is untouched
    /// at `frontier`, another shape at the boundary; at once if there is no frontier.
    fn with_playback(
        &self,
        song: Option<&Song>,
        playing: &Playing,
        frontier: Option<Beats>,
    ) -> PlaybackChanges {
        let mut playbacks = self.playbacks;
        let (before, playback) = (*playbacks.newest(), playing.playback);
        let Some(frontier) = frontier else {
            playbacks.restart(playback);
            return playbacks;
        };
        if before == playback {
            return playbacks;
        }
        let bars = self.scores.values().map(|voice| voice.score.bar());
        let bars = bars.chain(song.into_iter().flat_map(Song::bars));
        let new_steps = bars.map(|bar| playback.shape.of_bar(bar).step().0);
        let step = new_steps.fold(self.timeline(song).steps().longest.0, f64::max);
        let untouched = first_untouched(frontier, Beats(step));
        let to_come = playbacks.boundary().filter(|&to_come| to_come >= untouched);
        // Where bars begin is the song's affair, and holds at once.
        let is_same_shape = before.shape == Shape { origin: before.shape.origin, ..playback.shape };
        let boundary = match to_come {
            // Only the feel has changed again since the shape did: it waits for the shape.
            Some(to_come) if is_same_shape => to_come,
            None if is_same_shape => untouched,
            _ => {
                // In a song, and up to it, what plays there counts: how far its sections have taken over depends on
                // the block.
                let is_of_song = song.is_some() || self.passage_at(untouched).is_some();
                let bar = (!is_of_song).then(|| self.scores.newest().score.bar());
                let Boundary { at, end, .. } =
                    self.boundary(playback.shape, playing.quantise, bar, untouched);
                at.min(end)
            }
        };
        // If it is refused, the next block tries again.
        if playbacks.is_open(boundary, 0) {
            playbacks.change_at(playback, boundary);
        }
        playbacks
    }

    fn timeline<'a>(&'a self, song: Option<&'a Song>) -> Timeline<'a> {
        Timeline { scores: &self.scores, playbacks: &self.playbacks, song }
    }

    /// The passage of the song at grid time `grid`.
    fn passage_at(&self, grid: i64) -> Option<Passage> {
        self.scores.at(grid).passage
    }

    fn forget(&mut self) {
        self.clock.stop();
        self.frontier = None;
        self.playhead = None;
        self.scores.settle_now();
        self.playbacks.settle_now();
        self.fill.stop();
        self.late_change = None;
    }
}

/// `transport` as it is followed in the mode of `playing`.
fn following_host(transport: &Transport, playing: &Playing) -> Transport {
    match playing.mode {
        PlayMode::Transport => *transport,
        PlayMode::Hold | PlayMode::Free => following(transport),
    }
}

/// `transport` as a drummer plays by it who does not stop with it: while it stands, time runs on
/// from where he was, at its tempo.
fn following(transport: &Transport) -> Transport {
    if transport.is_playing {
        return *transport;
    }
    Transport { is_playing: true, position: None, loop_range: None, ..*transport }
}
