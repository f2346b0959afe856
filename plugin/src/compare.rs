//! Two sides to compare: A and B, each a whole state with a history of its own.
//!
//! The window has it. Going to the other side loses nothing: what was here waits there.

use nice_plug::prelude::GuiContextInner;

use crate::history::History;
use crate::params::JangdanParams;
use crate::state::State;

/// See the module. Both sides begin as the same.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The side that waits, and what was done on it; `None` while it has always been as this one.
    other: Option<(State, History)>,
    is_b: bool,
}

impl Compare {
    /// Whether this is the second side.
    pub const fn is_b(&self) -> bool {
        self.is_b
    }

    /// Goes to the other side. `history` is from then on that of the other side: going back is no step in it.
    pub fn switch(
        &mut self,
        params: &JangdanParams,
        history: &History,
        host: &dyn GuiContextInner,
    ) {
        let here = State::of(params);
        let (there, done) = self.other.take().unwrap_or_else(|| (here.clone(), History::default()));
        history.swap(&done);
        if there != here {
            History::default().place(params, host, &there);
        }
        (self.other, self.is_b) = (Some((here, done)), !self.is_b);
    }

    /// Makes the other side as this one; what was done on it can no longer be undone.
    pub fn copy(&mut self, params: &JangdanParams) {
        self.other = Some((State::of(params), History::default()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headless::Host;
    use crate::morph::{Corner, set_corner};
    use nice_plug::prelude::Param;

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
