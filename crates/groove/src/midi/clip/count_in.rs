//! Count-ins at the beginning of a file: no music.

use super::super::LeftOut;
use super::{CLICKS, Clip, Struck};
use crate::bar::{self, Bar};
use crate::instrument::Instrument;

/// Keys on which count-ins are struck: sticks, side stick, cowbell, claves and wood blocks.
const COUNT_IN: [u8; 6] = [31, 37, 56, 75, 76, 77];
/// The most bars that a count-in has.
const COUNT_IN_BARS: u64 = 2;

impl Clip {
    /// Takes the count-in off `hits`, which are by step: up to two bars in which nothing but sticks, blocks or
    /// claves, or a hi-hat, are struck, on beats, before something else is.
    pub(super) fn take_count_in(&mut self, hits: &mut Vec<Struck>, bar: Bar) {
        let bar_steps = bar.steps() as u64;
        let is_hat = |hit: &Struck| {
            matches!(hit.instrument, Some(Instrument::ClosedHiHat | Instrument::OpenHiHat))
        };
        let by_hat = hits.first().filter(|hit| is_hat(hit)).map(|hit| hit.key);
        // Other note maps may have other drums on these keys.
        let is_stick = |hit: &Struck| match by_hat {
            Some(key) => hit.key == key,
            None => {
                COUNT_IN.contains(&hit.key)
                    && matches!(hit.instrument, None | Some(Instrument::Snare | Instrument::Ride))
            }
        };
        let heard = || hits.iter().filter(|hit| !CLICKS.contains(&hit.key));
        let Some(first) = heard().next() else { return };
        let start = first.step / bar_steps * bar_steps;
        // The bar of the first hit that is no count-in's.
        let is_between = |hit: &Struck| bar.place(hit.step as i64).part != bar::Part::Start;
        let Some(other) = heard().find(|hit| !is_stick(hit) || is_between(hit)) else { return };
        let music = other.step / bar_steps * bar_steps;
        let sticks = hits.iter().filter(|hit| is_stick(hit) && hit.step < music).count();
        let is_long = music - start > COUNT_IN_BARS * bar_steps;
        if music == start || is_long || sticks < 2 {
            return;
        }
        // What goes on is music. A hat goes on, but as something else: every beat before, and a kick or a crash on the one.
        let on = |from: u64| -> Vec<u64> {
            let inside = |hit: &&Struck| (from..from + bar_steps).contains(&hit.step);
            let own = hits.iter().filter(inside).filter(|hit| hit.key == first.key);
            own.map(|hit| hit.step - from).collect()
        };
        let goes_on = match by_hat {
            None => hits.iter().any(|hit| hit.key == first.key && hit.step >= music),
            Some(_) => {
                let beats: Vec<u64> =
                    (0..bar.beats_in_bar()).map(|beat| bar.step_of_beat(beat) as u64).collect();
                let lands = |hit: &Struck| {
                    hit.step == music
                        && matches!(hit.instrument, Some(Instrument::Kick | Instrument::Crash))
                };
                on(music - bar_steps) != beats || on(music) == beats || !hits.iter().any(lands)
            }
        };
        if goes_on {
            return;
        }
        self.leave_out(LeftOut::CountIn, sticks);
        for hit in
            hits.iter().filter(|hit| is_stick(hit) && hit.step < music && hit.instrument.is_none())
        {
            // Counted as a key already.
            if let Some(count) = self.report.left_out.get_mut(&LeftOut::Key(hit.key)) {
                *count -= 1;
            }
        }
        self.report.left_out.retain(|_, count| *count > 0);
        hits.retain(|hit| hit.step >= music);
    }
}
