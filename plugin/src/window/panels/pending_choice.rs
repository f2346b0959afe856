//! Which groove sounds and which is about to: the one that was chosen takes over at a boundary.
//!
//! The audio thread tells which groove is chosen and where the playhead is; when it takes over follows from
//! the quantisation, as in the engine. A jump takes over at once there, and so it does here.

use groove::Beats;

use crate::state::choice::Choice;

/// A boundary counts that is past by so many beats: half a 16th, as in the engine, and a little more, for a block
/// and a frame pass before the window knows of a choice.
const JUST_PAST: f64 = 0.125 + 0.05;
/// A step back further than this in beats is a jump: the playhead is drawn between blocks.
const BACK: f64 = 0.25;

/// What was chosen when.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Takeover {
    sounding: Option<Choice>,
    pending: Option<Pending>,
    position: f64,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    choice: Choice,
    boundary: f64,
}

impl Takeover {
    /// `choice` is what is chosen now, `grid` the beats between boundaries. Returns what sounds, and what will.
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

    const LIVE: Choice = Choice { slot: None, take: None };
    const THIRD: Choice = Choice { slot: Some(2), take: None };

    #[test]
    fn a_chosen_slot_is_pending_until_the_boundary() {
        let mut takeover = Takeover::default();
        let mut at = |choice, beats| takeover.follow(choice, Some(Beats(beats)), 4.0);
        assert_eq!(at(LIVE, 1.0), (LIVE, None));
        assert_eq!(at(THIRD, 1.5), (LIVE, Some(THIRD)));
        assert_eq!(at(THIRD, 3.9), (LIVE, Some(THIRD)));
        assert_eq!(at(THIRD, 4.0), (THIRD, None));
        assert_eq!(at(LIVE, 4.3), (THIRD, Some(LIVE)));
        assert_eq!(at(THIRD, 4.4), (THIRD, None));
    }

    #[test]
    fn a_slot_chosen_on_the_boundary_sounds_at_once() {
        let mut takeover = Takeover::default();
        let mut at = |choice, beats| takeover.follow(choice, Some(Beats(beats)), 4.0);
        assert_eq!(at(LIVE, 3.95), (LIVE, None));
        assert_eq!(at(THIRD, 4.02), (THIRD, None));
    }

    #[test]
    fn a_jump_and_a_stop_take_over_at_once() {
        let mut takeover = Takeover::default();
        takeover.follow(LIVE, Some(Beats(9.0)), 16.0);
        assert_eq!(takeover.follow(THIRD, Some(Beats(9.1)), 16.0), (LIVE, Some(THIRD)));
        assert_eq!(takeover.follow(THIRD, Some(Beats(1.0)), 16.0), (THIRD, None));
        assert_eq!(takeover.follow(LIVE, Some(Beats(1.1)), 16.0), (THIRD, Some(LIVE)));
        assert_eq!(takeover.follow(LIVE, None, 16.0), (LIVE, None));
    }
}
