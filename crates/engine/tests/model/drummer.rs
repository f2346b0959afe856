//! The oracle: a drummer who counts every sample.
//!
//! At each sample he knows what time it is, plays every hit whose time has come, and ends every note that
//! is due. He has no spans, no frontier and no sums over a block: slow, and plainly right. With the engine
//! he shares [`SLACK`] and the meaning of a hit's chance and velocity ([`Feel::shift`], [`VelocitySettings::velocity`]
//! and the figures of fills, which are tested by themselves).
//!
//! [`Feel::shift`]: groove::sequencer::Feel::shift
//! [`VelocitySettings::velocity`]: groove::sequencer::VelocitySettings::velocity

mod boundaries;
mod choices;
mod due;
mod notes;
mod time;

use engine::{CYCLES, PlayMode, SLACK};
use groove::sequencer::{PlaybackSettings, Shape};
use groove::{INSTRUMENTS, Instrument, Pattern};

use self::boundaries::first_played;
use self::choices::LateChange;
use self::due::Due;
use self::notes::Held;
use self::time::{Jump, looped};
use crate::case::{Between, Block, PlayerAction, Score};
use crate::host::{believed_rate, believed_tempo};
use crate::songs::Plan;
use crate::written::{InForce, ScoreInForce, Sounding, cycle_steps, length, step_beats};

/// A note-on with the bits of its velocity, or a note-off, on a channel and a key.
pub(crate) type Note = (Instrument, u8, u8, Option<u32>);

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

pub(crate) struct Drummer<'a> {
    /// Those of the case, and silence.
    patterns: &'a [Pattern; 4],
    tempo: f64,
    line: Option<Line>,
    in_force: InForce<'a>,
    /// The song that is followed, and the clock from which on it was, or the player chose something else.
    followed: Option<(usize, i64)>,
    /// Playback settings, each from a clock on; of their shapes the bars do not count.
    playbacks: Vec<(i64, PlaybackSettings)>,
    late_change: Option<LateChange>,
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
    pub(crate) fn new(patterns: &'a [Pattern; 4], songs: &'a [Plan; 3]) -> Self {
        Self {
            patterns,
            tempo: 120.0,
            line: None,
            followed: None,
            in_force: InForce {
                patterns,
                songs,
                scores: vec![ScoreInForce::of(i64::MIN, Score(0), [0; CYCLES])],
                fill: None,
                landing: None,
            },
            playbacks: vec![(i64::MIN, PlaybackSettings::default())],
            late_change: None,
            is_muted: false,
            is_held: false,
            is_fill_held: false,
            notes: [None; INSTRUMENTS],
            now: 0,
            heard: Vec::new(),
            unclear_from: None,
        }
    }

    /// What is done between two blocks. `is_heeded`: whether the engine said that it takes an offer, of
    /// which it has `cycles`.
    pub(crate) fn between(&mut self, between: Between, is_heeded: bool, cycles: [i64; CYCLES]) {
        match between {
            Between::Reset => {
                for held in self.notes.iter_mut().flatten() {
                    held.end = self.now;
                }
                (self.is_muted, self.is_held, self.is_fill_held) = (false, false, false);
                self.stand();
            }
            Between::Change(score, quantise) => {
                if !is_heeded {
                    return;
                }
                let longest = if self.followed.is_some() { 1.0 } else { self.longest_step() };
                let boundary = self.line.map(|line| {
                    let untouched = self.untouched(line.reached, longest);
                    let (boundary, ends, _) =
                        self.boundary(self.shape(), quantise, Some(score), untouched);
                    boundary.min(ends)
                });
                self.followed = None;
                self.change_score(score, cycles, boundary);
            }
            Between::Follow(song, _) | Between::RefreshSong(song) if self.line.is_none() => {
                self.followed = Some((song, 0));
            }
            Between::Follow(song, _) | Between::RefreshSong(song) if is_heeded => {
                let was_followed = self.followed.is_some();
                self.followed = Some((song, self.followed.map_or(i64::MIN, |followed| followed.1)));
                let untouched = self.untouched(self.line.unwrap().reached, self.longest_step());
                let changing = untouched.max(self.followed.unwrap().1);
                let sounding = self.in_force.at(changing);
                if let Some(before) = sounding.place.filter(|_| sounding.is_chosen && was_followed)
                {
                    let place = self.in_force.songs[song].place(changing, self.in_force.three());
                    let place = Some(place.going_on_from(before));
                    self.choose_in_song((sounding.score, sounding.cycles), place, changing);
                    return;
                }
                let boundary = match between {
                    Between::Follow(_, quantise) => {
                        let (boundary, ends, _) =
                            self.boundary(self.shape(), quantise, None, untouched);
                        boundary.min(ends)
                    }
                    _ => changing,
                };
                self.followed = Some((song, boundary));
                self.in_force.scores.retain(|before| before.from < boundary);
                self.in_force.scores.push(ScoreInForce::of_song(boundary, song));
            }
            Between::Refresh(score) if is_heeded && self.followed.is_some() => {
                let Some(line) = self.line else { return };
                let untouched = self.untouched(line.reached, self.longest_step());
                let changing = untouched.max(self.followed.unwrap().1);
                let sounding = self.in_force.at(changing);
                if sounding.is_chosen {
                    self.choose_in_song((score, cycles), sounding.place, changing);
                }
            }
            Between::Refresh(score) if is_heeded => {
                let boundary = self.line.map(|line| {
                    let untouched = self.untouched(line.reached, self.longest_step());
                    self.in_force.scores.last().unwrap().from.max(untouched)
                });
                self.change_score(score, cycles, boundary);
            }
            Between::Refresh(_) | Between::Follow(..) | Between::RefreshSong(_) => {}
        }
    }

    /// The score that plays, or is about to, has these cycles from now on, if the engine took them.
    pub(crate) fn supply(&mut self, cycles: [i64; CYCLES], is_taken: bool) {
        let newest = self.in_force.scores.last().unwrap();
        if !is_taken {
            self.unclear(0);
        } else if newest.cycles != cycles {
            // Where hits of it can have sounded, it keeps those it was chosen with.
            let (score, from) = (newest.score, newest.from);
            assert!(newest.song.is_none());
            let boundary = self.line.map(|line| {
                let untouched = self.untouched(line.reached, self.longest_step());
                from.max(untouched)
            });
            self.change_score(score, cycles, boundary);
        }
    }

    /// A block, sample by sample. Scores that are chosen in it have `cycles`.
    pub(crate) fn play(&mut self, block: &Block, cycles: [i64; CYCLES]) {
        for held in self.notes.iter_mut().flatten() {
            held.is_refused_in_this_block = false;
        }
        if let Some(tempo) = block.transport.tempo.and_then(believed_tempo) {
            self.tempo = tempo;
        }
        let step = self.tempo / 60.0 / believed_rate(block.transport.sample_rate);
        let looped = looped(block, step);
        // A score has four cycles: enough for a block in which one begins, and for two.
        let bars = self.patterns.map(|pattern| pattern.bar());
        let shapes = self.playbacks.iter().map(|(_, playback)| playback.shape);
        let shapes: Vec<Shape> = shapes.chain([block.playing.playback.shape]).collect();
        let shapes = || shapes.iter().flat_map(|shape| bars.map(|bar| shape.of_bar(bar)));
        let longest = shapes().map(|shape| step_beats(&shape)).fold(0.0, f64::max);
        let reach = f64::from(block.frames) * step + 3.0 * longest;
        let mut lengths = shapes().map(|shape| cycle_steps(&shape) as f64 * step_beats(&shape));
        if self.plays_varied(block) && lengths.any(|length| reach > length) {
            self.unclear(0);
        }
        // Time in this block: what it was at which sample, and whether the host said so.
        let mut place: Option<(f64, u32)> = None;
        let mut due: Vec<Due> = Vec::new();
        for at in 0..=block.frames {
            let actions = block.actions.iter().filter(|&&(when, _)| when == at);
            let is_stretch = at == 0 || actions.clone().next().is_some();
            if is_stretch && at > 0 {
                self.forget_what_is_over();
            }
            actions.for_each(|&(_, action)| self.act(action, cycles, &block.playing));
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
            let begins = place.is_none();
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
            // Settings are looked at once a block.
            if begins {
                self.take_playback(&block.playing, jump.is_some());
            }
            let is_muted = block.playing.is_muted || self.is_muted;
            if is_stretch && is_muted {
                self.end_all(at, block);
            }

            // What is to be played?
            if is_stretch || jump.is_some() {
                let to_the_end = now + f64::from(block.frames - at) * step;
                let horizon = looped.map_or(to_the_end, |(_, end)| {
                    if now + SLACK * step < end { to_the_end.min(end + step) } else { to_the_end }
                });
                let mut at_once = Vec::new();
                if jump.is_some_and(|jump| jump.pulls_early_hits) {
                    at_once.append(&mut self.early_hits(&block.playing));
                }
                if let Some(late_change) = self.late_change.take() {
                    at_once.append(&mut self.late_choices(&late_change, &block.playing));
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
        self.forget_what_is_over();
        if let (Some(line), Some((origin_time, origin))) = (&mut self.line, place) {
            line.expected = origin_time + f64::from(block.frames - origin) * step;
            (line.step, line.frames) = (step, block.frames);
        }
        self.now += u64::from(block.frames);
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
            let open = self.first_thirty_second(reached);
            let shape = self.playback_at(open).shape;
            self.in_force.fill = Some((first_played(&shape, false, open), None));
        }
    }

    fn keep_the_newest(&mut self) {
        let newest = self.in_force.scores.pop().unwrap();
        let followed = self.followed.map(|(song, _)| ScoreInForce::of_song(i64::MIN, song));
        let newest = followed.unwrap_or(newest);
        self.in_force.scores = vec![ScoreInForce { from: i64::MIN, ..newest }];
        self.followed = self.followed.map(|(song, _)| (song, i64::MIN));
        self.playbacks = vec![(i64::MIN, self.playbacks.last().unwrap().1)];
        self.late_change = None;
    }

    /// Whether a part of this block may be played from the varied score.
    fn plays_varied(&self, block: &Block) -> bool {
        let chosen = block
            .actions
            .iter()
            .any(|(_, action)| matches!(action, PlayerAction::Play(Score::VARIED)));
        chosen || self.newest_score() == Score::VARIED
    }

    /// Where time is at the end of the block, if it runs there.
    pub(crate) fn playhead(&self) -> Option<f64> {
        self.line.map(|line| line.expected)
    }

    /// What plays at `playhead`: the playback settings, the cycle by their shape, and the score. `None` if that is within
    /// rounding of a clock, where another may begin.
    pub(crate) fn now(&self, playhead: f64) -> Option<(PlaybackSettings, i64, Sounding)> {
        let place = playhead * 24.0;
        if (place - place.round()).abs() < 1e-5 {
            return None;
        }
        let grid_now = place.floor() as i64;
        let playback = self.playback_at(grid_now);
        let shape = &playback.shape;
        let cycle = (grid_now - shape.origin).div_euclid(length(shape, cycle_steps(shape)));
        Some((playback, cycle, self.in_force.at(grid_now)))
    }

    /// The cycles of the varied score that was chosen last in a song.
    pub(crate) fn chosen_cycles(&self) -> Option<[i64; CYCLES]> {
        let newest = self.in_force.scores.last()?;
        (newest.score == Score::VARIED && newest.song.is_some()).then_some(newest.cycles)
    }

    /// The song that is followed.
    pub(crate) fn song(&self) -> Option<usize> {
        self.followed.map(|(song, _)| song)
    }

    /// The score that plays or is about to, or was chosen last.
    pub(crate) fn newest_score(&self) -> Score {
        self.in_force.scores.last().unwrap().score
    }

    pub(crate) fn unclear(&mut self, at: u32) {
        let now = self.now + u64::from(at);
        self.unclear_from = Some(self.unclear_from.map_or(now, |before| before.min(now)));
    }
}

/// Whether the rounding of doubles may decide which of two times is the earlier one. Equal times on a grid
/// that doubles hold exactly are in no doubt.
fn is_doubtful(a: f64, b: f64) -> bool {
    let is_exact = a == b && (a * 64.0).fract() == 0.0 && a.abs() < 1e6;
    !is_exact && (a - b).abs() < 1e-10 + 1e-14 * a.abs()
}
