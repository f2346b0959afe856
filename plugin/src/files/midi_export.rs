//! Grooves as notes for a MIDI file, as they are heard.
//!
//! Time and velocity come from the sequencer's own functions, as in the engine. Fills and mutes that were played by keys
//! are not included.

use std::collections::VecDeque;

use engine::Playing;
use groove::midi::{SoundedNote, openness};
use groove::sequencer::{CHOKE, GRID_PER_BEAT, Lanes, PlaybackSettings};
use groove::{Articulation, Beats, Instrument, Metre, NoteMap, Pattern};

use crate::state::song::Song;

/// How many cycles are remembered.
pub const REMEMBERED: usize = 8;

/// A cycle as it was played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayedCycle {
    /// Its number.
    pub cycle: i64,
    /// Its pattern, edits included.
    pub pattern: Pattern,
    /// How it was played.
    pub playing: Playing,
}

/// A song as it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct SongNotes {
    /// Its notes.
    pub notes: Vec<SoundedNote>,
    /// The metres from certain times on.
    pub metres: Vec<(Beats, Metre)>,
    /// Where its sections begin, by name.
    pub markers: Vec<(Beats, String)>,
    /// How long it is.
    pub length: Beats,
}

impl SongNotes {
    /// With the sections of `song`, which `plan` names.
    pub(crate) fn new(notes: Vec<SoundedNote>, song: &engine::Song, plan: &Song) -> Self {
        let (mut metres, mut markers, mut start) = (Vec::new(), Vec::new(), 0);
        for (section, named) in song.sections().iter().zip(&plan.sections) {
            let beats = Beats(start as f64 / GRID_PER_BEAT as f64);
            let metre = section.score.bar().metre();
            if metres.last().is_none_or(|&(_, last)| last != metre) {
                metres.push((beats, metre));
            }
            markers.push((beats, named.name.clone()));
            start += i64::from(section.bars) * metre.clocks() as i64;
        }
        let length = Beats(start as f64 / GRID_PER_BEAT as f64);
        Self { notes, metres, markers, length }
    }
}

/// The last cycles that were played.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentCycles(VecDeque<PlayedCycle>);

impl RecentCycles {
    /// Adds a cycle, or replaces the last if it is the same cycle.
    pub(crate) fn add(&mut self, played: PlayedCycle) {
        match self.0.back_mut() {
            Some(last) if last.cycle == played.cycle => *last = played,
            _ => {
                if self.0.len() == REMEMBERED {
                    self.0.pop_front();
                }
                self.0.push_back(played);
            }
        }
    }

    /// The cycles, the oldest first.
    pub(crate) fn cycles(&self) -> Vec<PlayedCycle> {
        self.0.iter().copied().collect()
    }
}

/// The notes of `cycles`, one after another, the metres from certain times on, and how long all of them take.
pub(crate) fn notes(cycles: &[PlayedCycle]) -> (Vec<SoundedNote>, Vec<(Beats, Metre)>, Beats) {
    let (mut notes, mut metres, mut start) = (Vec::new(), Vec::new(), 0.0);
    for PlayedCycle { cycle, pattern, playing } in cycles {
        let Playing { playback, velocity_settings, lanes, note_length, channel, .. } = playing;
        let shape = playback.shape.of_bar(pattern.bar());
        let metre = pattern.bar().metre();
        if metres.last().is_none_or(|&(_, last)| last != metre) {
            metres.push((Beats(start), metre));
        }
        let playback = PlaybackSettings { shape, ..*playback };
        let steps = shape.steps() as i64;
        let first = cycle.saturating_mul(steps);
        let zero = shape.beats(first as f64);
        for step in first..first.saturating_add(steps) {
            let row = lanes.row(pattern, &shape, step);
            for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                let Some(hit) = hit.filter(|_| lanes.hears(instrument) && !playing.is_muted) else {
                    continue;
                };
                let grace = playback.grace(step, instrument, hit);
                let time = playback.time(step, instrument, hit);
                for (hit, time) in grace.into_iter().chain([(hit, time)]) {
                    let (lane, articulation) = (lanes.of(instrument), hit.articulation());
                    let is_grabbed = articulation == Articulation::Choke;
                    notes.push(SoundedNote {
                        start: Beats(start + time.0 - zero.0),
                        length: if is_grabbed { CHOKE } else { *note_length },
                        channel: *channel,
                        key: lanes.key(instrument, articulation),
                        velocity: velocity_settings.velocity(
                            shape.bar,
                            step,
                            instrument,
                            hit,
                            lane.velocity,
                        ),
                        foot: foot(lanes, instrument, articulation),
                        is_grabbed,
                    });
                }
            }
        }
        start += steps as f64 * shape.step().0;
    }
    spare_pedal(&mut notes);
    (notes, metres, Beats(start))
}

/// Where the hi-hat's pedal is for such a stroke, if the note map of its lane tells it.
pub(crate) fn foot(
    lanes: &Lanes,
    instrument: Instrument,
    articulation: Articulation,
) -> Option<u8> {
    openness(instrument, articulation)
        .filter(|_| lanes.of(instrument).note_map.is_some_and(NoteMap::has_openness))
}

/// Files without half-open hats need no pedal.
pub(crate) fn spare_pedal(notes: &mut [SoundedNote]) {
    let half_open = openness(Instrument::OpenHiHat, Articulation::HalfOpen);
    if notes.iter().all(|note| note.foot != half_open) {
        notes.iter_mut().for_each(|note| note.foot = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::Hit;
    use groove::sequencer::{Length, Shape, Speed};

    fn played(cycle: i64) -> PlayedCycle {
        PlayedCycle { cycle, pattern: crate::factory::pattern(), playing: Playing::default() }
    }

    #[test]
    fn the_last_eight_cycles_are_remembered_as_they_ended() {
        let mut memory = RecentCycles::default();
        for cycle in 0..20 {
            memory.add(PlayedCycle { pattern: Pattern::EMPTY, ..played(cycle) });
            memory.add(played(cycle));
        }
        let cycles: Vec<i64> = memory.cycles().iter().map(|played| played.cycle).collect();
        assert_eq!(cycles, (12..20).collect::<Vec<_>>());
        assert!(memory.cycles().iter().all(|played| played.pattern.count() > 0));
    }

    #[test]
    fn notes_are_where_as_hard_and_on_the_keys_that_they_are_played() {
        let mut played = played(3);
        played.pattern = Pattern::EMPTY;
        for step in [0, 1, 40] {
            played.pattern.set(step, Instrument::Snare, Some(Hit::new(0.5, 0.0)));
        }
        played.pattern.set(2, Instrument::Kick, Some(Hit::new(0.5, 0.0)));
        let playback = &mut played.playing.playback;
        playback.feel = groove::sequencer::Feel::new(0.75, 1.0);
        playback.shape = Shape { length: Length::One, speed: Speed::Half, ..Shape::default() };
        let lanes = &mut played.playing.lanes;
        lanes.0[Instrument::Kick.index()].is_on = false;
        lanes.0[Instrument::Snare.index()].key = 99;
        lanes.0[Instrument::Snare.index()].velocity = 1.5;
        let (notes, metres, length) = notes(&[played, played]);
        assert_eq!(metres, [(Beats(0.0), Metre::FOUR_FOUR)]);
        assert_eq!(length, Beats(16.0));
        let found: Vec<(f64, u8)> = notes.iter().map(|note| (note.start.0, note.key)).collect();
        assert_eq!(found, [(0.0, 99), (0.75, 99), (8.0, 99), (8.75, 99)]);
        assert!(notes.iter().all(|note| (note.velocity - 0.75).abs() < 1e-6), "{notes:?}");
    }
}
