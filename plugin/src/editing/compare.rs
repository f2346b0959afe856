//! A and B: two whole states to compare, each with its own history.
//!
//! Owned by the window. Switching loses nothing: the other side keeps its state and history.

use std::collections::BTreeMap;

use nice_plug::prelude::GuiContextInner;

use crate::editing::history::History;
use crate::params::JangdanParams;
use crate::params::snapshot::{State, parameters};

/// The two sides. Both begin with the same state.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The other side and its history; `None` until the sides differ.
    other: Option<(State, History)>,
    is_b: bool,
    coming: Option<Coming>,
}

/// Parameters that the host was asked to set and has not set yet: it does so in its next block.
#[derive(Clone, Debug)]
struct Coming {
    before: BTreeMap<String, f32>,
    after: BTreeMap<String, f32>,
    /// How often a switch was asked for since.
    asked: u8,
}

/// After this many switches, parameters that the host has not set are given up: it may hold them,
/// as automation does.
const MAX_RETRIES: u8 = 3;

impl Compare {
    /// Whether this is the second side.
    pub const fn is_b(&self) -> bool {
        self.is_b
    }

    /// Switches to the other side. `history` becomes that of the other side; the switch itself is
    /// no undo step. Does nothing while the host has not set the parameters of the last switch:
    /// this side would be saved as a mixture.
    pub fn switch(
        &mut self,
        params: &JangdanParams,
        history: &History,
        host: &dyn GuiContextInner,
    ) {
        self.follow(params);
        if let Some(coming) = &mut self.coming {
            coming.asked += 1;
            if coming.asked < MAX_RETRIES {
                return;
            }
        }
        let here = State::of(params);
        let (there, done) = self.other.take().unwrap_or_else(|| (here.clone(), History::default()));
        history.swap(&done);
        if there != here {
            History::default().place(params, host, &there);
        }
        let (before, after) = (here.parameters.clone(), there.parameters);
        self.coming = Some(Coming { before, after, asked: 0 });
        (self.other, self.is_b) = (Some((here, done)), !self.is_b);
    }

    /// Checks whether the host has set the parameters of the last switch. Call it every frame: a
    /// later undo back to the other side's values would look like a late host.
    pub fn follow(&mut self, params: &JangdanParams) {
        let Some(Coming { before, after, .. }) = &self.coming else { return };
        let here = parameters(params);
        let is_waited_for = |id: &String| before.get(id) != after.get(id);
        let mut awaited = here.iter().filter(|(id, _)| is_waited_for(id)).peekable();
        // They come all at once.
        let is_late =
            awaited.peek().is_some() && awaited.all(|(id, now)| before.get(id) == Some(now));
        if !is_late {
            self.coming = None;
        }
    }

    /// Copies this side to the other, and clears the other's history.
    pub fn copy(&mut self, params: &JangdanParams) {
        self.other = Some((State::of(params), History::default()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editing::commands::set_corner;
    use crate::headless::Host;
    use crate::state::morph::Corner;
    use nice_plug::prelude::Param;

    #[test]
    #[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
    fn a_side_that_has_not_come_yet_is_not_taken_for_the_other() {
        let params = JangdanParams::default();
        let (history, host, mut compare) =
            (History::default(), Host::default(), Compare::default());
        let temperature = &params.generate.temperature;
        compare.switch(&params, &history, &host);
        history.set(&params, &host, temperature, 0.75);
        // A host that has not played its next block.
        let late = |value| {
            // SAFETY: the pointer is into `params`.
            unsafe { temperature.as_ptr()._internal_set_normalized_value(value) };
        };
        compare.switch(&params, &history, &host);
        let a = temperature.unmodulated_normalized_value();
        late(0.75);
        compare.switch(&params, &history, &host);
        assert!(!compare.is_b(), "it is about to be A");
        late(a);
        compare.switch(&params, &history, &host);
        assert!(compare.is_b());
        assert_eq!(temperature.unmodulated_normalized_value(), 0.75);
        // One that holds the parameter where it is.
        for is_b in [true, true, false] {
            late(a);
            compare.switch(&params, &history, &host);
            assert_eq!(compare.is_b(), is_b);
        }
    }

    #[test]
    fn a_side_that_becomes_as_the_other_was_is_left_at_once() {
        let params = JangdanParams::default();
        let (history, host, mut compare) =
            (History::default(), Host::default(), Compare::default());
        compare.switch(&params, &history, &host);
        history.set(&params, &host, &params.generate.temperature, 0.75);
        compare.switch(&params, &history, &host);
        compare.switch(&params, &history, &host);
        compare.follow(&params);
        assert!(history.undo(&params, &host) && compare.is_b());
        compare.switch(&params, &history, &host);
        assert!(!compare.is_b());
    }

    #[test]
    fn each_side_keeps_its_state_and_its_own_history() {
        let params = JangdanParams::default();
        let (history, host, mut compare) =
            (History::default(), Host::default(), Compare::default());
        let temperature = &params.generate.temperature;
        history.set(&params, &host, temperature, 0.25);
        let a = State::of(&params);
        compare.switch(&params, &history, &host);
        assert!(compare.is_b() && State::of(&params) == a && history.can() == (false, false));
        history.set(&params, &host, temperature, 0.75);
        set_corner(&params, &history, 0, Corner::Slot(2));
        let b = State::of(&params);
        compare.switch(&params, &history, &host);
        assert!(!compare.is_b() && State::of(&params) == a);
        assert!(history.undo(&params, &host) && !history.undo(&params, &host));
        compare.switch(&params, &history, &host);
        assert_eq!(State::of(&params), b);
        assert!(history.undo(&params, &host));
        assert_eq!(temperature.unmodulated_normalized_value(), 0.75);
        compare.copy(&params);
        let copied = State::of(&params);
        compare.switch(&params, &history, &host);
        assert_eq!(State::of(&params), copied);
    }
}
