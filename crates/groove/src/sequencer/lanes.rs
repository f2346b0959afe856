//! Lanes: what is set for each instrument by itself.

use super::shape::Shape;
use crate::articulation::Articulation;
use crate::bar::{Bar, Part};
use crate::instrument::{INSTRUMENTS, Instrument};
use crate::note_map::NoteMap;
use crate::pattern::{Hit, Pattern};

/// What is set for one instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lane {
    /// Whether it is to be heard.
    pub is_on: bool,
    /// Whether only it, and others like it, are to be heard.
    pub is_solo: bool,
    /// Below 0, the share of its hits that is left out, in `[-1, 0]`: the softest and those on the
    /// weakest steps go first. From 0 on none is.
    pub density: f32,
    /// Factor on its velocities, in `[0, 2]`; 0 silences it.
    pub velocity: f32,
    /// The MIDI key it is played on, `0..128`.
    pub key: u8,
    /// The map that says which keys its articulations are played on; `None` if they are all played on `key`.
    pub note_map: Option<NoteMap>,
    /// Its choke group: a struck instrument ends the notes of all others in its group; 0 is none.
    pub choke: u8,
}

impl Lane {
    /// `instrument` as the pattern has it, on its General MIDI key. The hi-hats choke each other:
    /// they are one instrument.
    pub fn of(instrument: Instrument) -> Self {
        let is_hat = matches!(instrument, Instrument::OpenHiHat | Instrument::ClosedHiHat);
        Self {
            is_on: true,
            is_solo: false,
            density: 0.0,
            velocity: 1.0,
            key: instrument.key(),
            note_map: Some(NoteMap::GeneralMidi),
            choke: if is_hat { 1 } else { 0 },
        }
    }
}

/// What is set for every instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes(pub [Lane; INSTRUMENTS]);

impl Default for Lanes {
    fn default() -> Self {
        Self(Instrument::ALL.map(Lane::of))
    }
}

impl Lanes {
    /// What is set for `instrument`.
    pub const fn of(&self, instrument: Instrument) -> &Lane {
        &self.0[instrument.index()]
    }

    /// The MIDI key that `instrument` is played on where it is struck as `articulation`.
    pub fn key(&self, instrument: Instrument, articulation: Articulation) -> u8 {
        let lane = self.of(instrument);
        let own = |map: NoteMap| map.key_of_its_own(instrument, articulation);
        lane.note_map.and_then(own).unwrap_or(lane.key)
    }

    /// Whether `instrument` is heard: it is on, has a velocity, and none but it is solo.
    pub fn hears(&self, instrument: Instrument) -> bool {
        let lane = self.of(instrument);
        let is_left_out = !lane.is_solo && self.0.iter().any(|lane| lane.is_solo);
        lane.is_on && !is_left_out && lane.velocity > 0.0
    }

    /// Whether a note of `other` ends when `instrument` is struck.
    pub const fn chokes(&self, instrument: Instrument, other: Instrument) -> bool {
        let group = self.of(instrument).choke;
        group != 0 && group == self.of(other).choke && instrument.index() != other.index()
    }

    /// The instruments of `pattern` at played step `step` with their hits, those left out that
    /// [`Lane::density`] thins.
    pub fn row(&self, pattern: &Pattern, shape: &Shape, step: i64) -> [Option<Hit>; INSTRUMENTS] {
        let mut row = pattern.row(shape.pattern_step(step));
        for (instrument, hit) in Instrument::ALL.into_iter().zip(&mut row) {
            let share = 1.0 + self.of(instrument).density;
            if share < 1.0 && hit.is_some() && !keeps(share, pattern, shape, step, instrument) {
                *hit = None;
            }
        }
        row
    }
}

/// How strong a step, counted from a bar line, is felt to be, 1 the downbeat, 0 the 16ths: the metrical
/// hierarchy (Lerdahl and Jackendoff, *A Generative Theory of Tonal Music*, 1983).
const fn strength(bar: Bar, step: i64) -> f32 {
    let place = bar.place(step);
    match place.part {
        Part::Start if place.beat == 0 => 1.0,
        Part::Start if bar.is_strong(place.beat) => 0.85,
        Part::Start => 0.7,
        Part::Off => 0.35,
        Part::Second => 0.2,
        Part::Between => 0.0,
    }
}

/// Weight of a step's strength against a hit's velocity: a loud syncopation outlasts a soft beat.
const STRENGTH: f32 = 0.6;

/// Whether the hit of `instrument` at played step `step` is among the most important `share` of its
/// hits in the cycle. Of equally important ones the first are kept.
fn keeps(share: f32, pattern: &Pattern, shape: &Shape, step: i64, instrument: Instrument) -> bool {
    let first = step - shape.in_cycle(step) as i64;
    let importance = |step: i64| {
        let hit = pattern.hit(shape.pattern_step(step), instrument)?;
        Some(hit.velocity() + STRENGTH * strength(shape.bar, step))
    };
    let Some(own) = importance(step) else { return false };
    let (mut count, mut rank) = (0_u16, 0_u16);
    for other in first..first + shape.steps() as i64 {
        if let Some(importance) = importance(other) {
            count += 1;
            rank += u16::from(importance > own || (importance == own && other < step));
        }
    }
    f32::from(rank) + 0.5 < share * f32::from(count)
}

#[cfg(test)]
mod tests {
    use super::super::shape::Length;
    use super::*;

    fn sixteenths() -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for step in 0..crate::STEPS {
            let velocity = if step % 16 == 7 { 1.0 } else { 0.3 };
            pattern.set(step, Instrument::Ride, Some(Hit::new(velocity, 0.0)));
        }
        pattern
    }

    fn thinned(density: f32, shape: &Shape) -> Vec<i64> {
        let mut lanes = Lanes::default();
        lanes.0[Instrument::Ride.index()].density = density;
        let pattern = sixteenths();
        let ride = Instrument::Ride.index();
        let steps = 0..shape.steps() as i64;
        steps.filter(|&step| lanes.row(&pattern, shape, step)[ride].is_some()).collect()
    }

    #[test]
    fn thinning_keeps_the_strong_steps_and_the_loud_hits() {
        let bar = Shape { length: Length::One, ..Shape::default() };
        assert_eq!(thinned(0.0, &bar).len(), 16);
        assert_eq!(thinned(-0.5, &bar), [0, 2, 4, 6, 7, 8, 10, 12]);
        assert_eq!(thinned(-0.75, &bar), [0, 4, 7, 8]);
        assert!(thinned(-1.0, &bar).is_empty());
        assert_eq!(thinned(f32::NAN, &bar).len(), 16);
    }

    #[test]
    fn thinning_leaves_a_stated_share_and_only_ever_takes_away() {
        let whole = Shape::default();
        let mut before = thinned(0.0, &whole);
        for left_out in 1..=64 {
            let now = thinned(-(left_out as f32) / 64.0, &whole);
            assert_eq!(now.len(), 64 - left_out);
            assert!(now.iter().all(|step| before.contains(step)));
            before = now;
        }
    }

    #[test]
    fn solo_silences_the_others_and_off_is_off() {
        let mut lanes = Lanes::default();
        let heard = |lanes: &Lanes| Instrument::ALL.into_iter().filter(|&i| lanes.hears(i)).count();
        assert_eq!(heard(&lanes), 9);
        lanes.0[0].is_on = false;
        lanes.0[1].velocity = 0.0;
        assert_eq!(heard(&lanes), 7);
        lanes.0[0].is_solo = true;
        lanes.0[2].is_solo = true;
        assert!(lanes.hears(Instrument::HighTom));
        assert_eq!(heard(&lanes), 1);
    }

    #[test]
    fn hats_choke_each_other_and_nothing_else() {
        let lanes = Lanes::default();
        assert!(lanes.chokes(Instrument::ClosedHiHat, Instrument::OpenHiHat));
        assert!(!lanes.chokes(Instrument::ClosedHiHat, Instrument::ClosedHiHat));
        assert!(!lanes.chokes(Instrument::Kick, Instrument::Snare));
    }
}
