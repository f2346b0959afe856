//! A whole state: everything that makes an instance sound as it does, except what only the host
//! decides.

use std::collections::BTreeMap;

use nice_plug::prelude::{IntParam, Param, ParamFlags, ParamPtr, Params};

use crate::params::JangdanParams;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::groove_name::Source;
use crate::state::morph::Corners;
use crate::state::numbers::finite_or;
use crate::state::slots::SlotGrooves;
use crate::state::song::Song;

/// A whole state, as in a preset or on the other side of A/B.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Plain values of the parameters by id; missing ones are at their defaults. Without the host's
    /// bypass.
    pub parameters: BTreeMap<String, f32>,
    /// The live groove with its patterns.
    pub groove: Groove,
    /// Its edits.
    pub edits: Edits,
    /// The slots.
    pub slots: SlotGrooves,
    /// The corners of the pad.
    pub corners: Corners,
    /// The song.
    pub song: Song,
}

impl State {
    /// The current state of `params`.
    pub fn of(params: &JangdanParams) -> Self {
        Self {
            parameters: parameters(params),
            groove: params.groove.get(),
            edits: (*params.edits.get()).clone(),
            slots: params.slots.get(),
            corners: (*params.corners.get()).clone(),
            song: (*params.song.get()).clone(),
        }
    }

    /// The chosen slot, `0..12`; `None` for the live groove. `params` may be of any instance.
    pub(crate) fn slot(&self, params: &JangdanParams) -> Option<u8> {
        self.choice(params, &params.perform.slot).checked_sub(1)?.try_into().ok()
    }

    /// The parameters in it that a groove's name depends on.
    pub(crate) fn name_source(&self, params: &JangdanParams) -> Source {
        let choice = |param| self.choice(params, param);
        (choice(&params.character.style), choice(&params.generate.seed))
    }

    /// The value of `param`, one of `params`, in this state.
    fn choice(&self, params: &JangdanParams, param: &IntParam) -> i32 {
        let pointer = param.as_ptr();
        let knob = self.knobs(params).into_iter().find(|(other, _)| *other == pointer);
        knob.map_or_else(|| param.value(), |(_, normalized)| param.preview_plain(normalized))
    }

    /// Restores everything but the parameters.
    pub(crate) fn put_patterns(&self, params: &JangdanParams) {
        params.groove.put(self.groove.clone());
        params.edits.set(self.edits.clone());
        let held = params.slots.get();
        for (slot, (groove, held)) in self.slots.iter().zip(held).enumerate() {
            if *groove != held {
                params.slots.store(slot, groove.as_deref().cloned());
            }
        }
        params.corners.set(self.corners.clone());
        params.song.set(self.song.clone());
    }

    /// Every parameter of `params` that a state has, with its normalised value in this state.
    #[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
    pub(crate) fn knobs(&self, params: &JangdanParams) -> Vec<(ParamPtr, f32)> {
        let knob = |(id, param): (String, ParamPtr)| {
            let value = self.parameters.get(&id).copied().filter(|value| value.is_finite());
            // SAFETY: the pointer is into `params`.
            let normalized = unsafe {
                value.map_or_else(
                    || param.default_normalized_value(),
                    |value| param.preview_normalized(value),
                )
            };
            (param, normalized)
        };
        own(params).map(knob).collect()
    }
}

/// Plain values, by id, of the parameters that a state has.
#[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
pub(crate) fn parameters(params: &JangdanParams) -> BTreeMap<String, f32> {
    let value = |(id, param): (String, ParamPtr)| {
        // SAFETY: the pointer is into `params`.
        let (value, rest) =
            unsafe { (param.unmodulated_plain_value(), param.default_plain_value()) };
        (id, finite_or(value, rest))
    };
    own(params).map(value).collect()
}

/// The parameters that a state has.
#[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
fn own(params: &JangdanParams) -> impl Iterator<Item = (String, ParamPtr)> {
    let all = params.param_map().into_iter();
    // SAFETY: the pointers are into `params`.
    all.filter(|(_, param, _)| !unsafe { param.flags() }.contains(ParamFlags::BYPASS))
        .map(|(id, param, _)| (id, param))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editing::commands::set_corner;
    use crate::editing::history::History;
    use crate::headless::Host;
    use crate::state::morph::Corner;

    /// An instance in which everything has been touched.
    fn touched() -> JangdanParams {
        let params = JangdanParams::default();
        let (history, host) = (History::default(), Host::default());
        history.set(&params, &host, &params.generate.temperature, 0.25);
        history.set(&params, &host, &params.notes.map, 0.5);
        history.set(&params, &host, &params.bypass, 1.0);
        params.slots.store(4, Some(Groove::of_patterns(vec![crate::factory::pattern()])));
        set_corner(&params, &history, 1, Corner::Slot(4));
        params.edits.set(Edits::import(crate::factory::pattern(), params.recipe()));
        params.song.set(Song::first(groove::Bar::COMMON));
        params.groove.put(params.live_groove());
        params
    }

    #[test]
    fn a_state_that_is_put_in_place_is_there_as_one_step_and_is_undone() {
        let state = State::of(&touched());
        let params = JangdanParams::default();
        let before = State::of(&params);
        assert_ne!(state, before);
        let (history, host) = (History::default(), Host::default());
        history.place(&params, &host, &state);
        assert_eq!(State::of(&params), state);
        assert!(!params.bypass.value(), "the host's bypass stays the host's");
        assert!(history.undo(&params, &host));
        assert_eq!((State::of(&params), history.can()), (before, (false, true)));
        assert!(history.redo(&params, &host));
        assert_eq!(State::of(&params), state);
    }

    #[test]
    fn a_state_knows_which_slot_is_chosen_in_it() {
        let params = JangdanParams::default();
        let mut state = State::of(&params);
        assert_eq!(state.slot(&params), None);
        let (history, host) = (History::default(), Host::default());
        history.set(&params, &host, &params.perform.slot, 1.0);
        assert_eq!(State::of(&params).slot(&params), Some(11));
        for (value, slot) in
            [(0.0, None), (1.0, Some(0)), (13.0, Some(11)), (-1.0, None), (f32::NAN, None)]
        {
            state.parameters.insert("slot".to_owned(), value);
            assert_eq!(state.slot(&params), slot, "{value}");
        }
    }

    #[test]
    fn what_a_state_lacks_is_at_rest_and_what_is_no_number_too() {
        let params = touched();
        let mut state = State::of(&params);
        state.parameters.retain(|id, _| id != "temp");
        state.parameters.insert("dens".to_owned(), f32::NAN);
        state.parameters.insert("of_a_later_version".to_owned(), 1.0);
        History::default().place(&params, &Host::default(), &state);
        let generate = &params.generate;
        assert_eq!((generate.temperature.value(), generate.density.value()), (1.0, 0.0));
    }
}
