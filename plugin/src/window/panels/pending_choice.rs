//! The slot that sounds, and the chosen slot that waits for its boundary.
//!
//! The audio thread reports the chosen groove and the playhead. The engine keeps scores without the slot they came from,
//! so the boundary is computed here from the quantisation, by the engine's rule. A jump changes at once, as there.

use groove::Beats;

use crate::state::choice::Choice;

/// A boundary still counts this many beats after it: half a 16th as in the engine, plus a block and a frame until the
/// window knows of the choice.
const JUST_PAST: f64 = 0.125 + 0.05;
/// A larger step back than this, in beats, is a jump.
const BACK: f64 = 0.25;

/// A choice that waits for its boundary, if any.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PendingChoice {
    sounding: Option<Choice>,
    pending: Option<Pending>,
    position: f64,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    choice: Choice,
    boundary: f64,
}

impl PendingChoice {
    /// Takes the current choice and the beats between boundaries. Returns the choice that sounds, and the pending one.
    pub(crate) fn follow(
        &mut self,
        choice: Choice,
        playhead: Option<Beats>,
        grid: f64,
    ) -> (Choice, Option<Choice>) {
        let Some(Beats(position)) = playhead else {
            *self = Self { sounding: Some(choice), ..Self::default() };
            return (choice, None);
        };
        let has_jumped = position < self.position - BACK;
        self.position = position;
        let sounding = *self.sounding.get_or_insert(choice);
        if choice == sounding {
            self.pending = None;
            return (sounding, None);
        }
        let boundary = ((position - JUST_PAST) / grid).ceil() * grid;
        let pending = match self.pending {
            Some(pending) if pending.choice == choice => pending,
            _ => Pending { choice, boundary },
        };
        if has_jumped || position >= pending.boundary {
            (self.sounding, self.pending) = (Some(choice), None);
            return (choice, None);
        }
        self.pending = Some(pending);
        (sounding, Some(choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: Choice = Choice { slot: None, variation_id: None };
    const THIRD: Choice = Choice { slot: Some(2), variation_id: None };

    #[test]
    fn a_chosen_slot_is_pending_until_the_boundary() {
        let mut pending_choice = PendingChoice::default();
        let mut at = |choice, beats| pending_choice.follow(choice, Some(Beats(beats)), 4.0);
        assert_eq!(at(LIVE, 1.0), (LIVE, None));
        assert_eq!(at(THIRD, 1.5), (LIVE, Some(THIRD)));
        assert_eq!(at(THIRD, 3.9), (LIVE, Some(THIRD)));
        assert_eq!(at(THIRD, 4.0), (THIRD, None));
        assert_eq!(at(LIVE, 4.3), (THIRD, Some(LIVE)));
        assert_eq!(at(THIRD, 4.4), (THIRD, None));
    }

    #[test]
    fn a_slot_chosen_on_the_boundary_sounds_at_once() {
        let mut pending_choice = PendingChoice::default();
        let mut at = |choice, beats| pending_choice.follow(choice, Some(Beats(beats)), 4.0);
        assert_eq!(at(LIVE, 3.95), (LIVE, None));
        assert_eq!(at(THIRD, 4.02), (THIRD, None));
    }

    #[test]
    fn a_jump_and_a_stop_take_over_at_once() {
        let mut pending_choice = PendingChoice::default();
        pending_choice.follow(LIVE, Some(Beats(9.0)), 16.0);
        assert_eq!(pending_choice.follow(THIRD, Some(Beats(9.1)), 16.0), (LIVE, Some(THIRD)));
        assert_eq!(pending_choice.follow(THIRD, Some(Beats(1.0)), 16.0), (THIRD, None));
        assert_eq!(pending_choice.follow(LIVE, Some(Beats(1.1)), 16.0), (THIRD, Some(LIVE)));
        assert_eq!(pending_choice.follow(LIVE, None, 16.0), (LIVE, None));
    }
}
