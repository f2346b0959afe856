//! A host that takes over parameters late.

use super::*;

/// A host that sets parameters later than it is asked to.
#[derive(Default)]
struct LateHost {
    inner: Host,
    asked: Mutex<Vec<(ParamPtr, f32)>>,
}

#[expect(unsafe_code, reason = "the framework's way to set a parameter")]
impl GuiContextInner for LateHost {
    fn plugin_api(&self) -> PluginApi {
        self.inner.plugin_api()
    }

    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {}

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        self.asked.lock().push((param, normalized));
    }

    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {}

    fn get_state(&self) -> PluginState {
        self.inner.get_state()
    }

    fn set_state(&self, _state: PluginState) {}

    fn request_restart(&self) {}
}

impl LateHost {
    /// Sets what it was asked to set, as in its next block.
    #[expect(unsafe_code, reason = "the framework's way to set a parameter")]
    fn deliver(&self) {
        for (param, normalized) in self.asked.lock().drain(..) {
            // SAFETY: the test holds the parameters.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
    }
}

#[test]
fn no_mixture_of_two_states_is_decoded_while_the_host_is_late() {
    let seeds = Arc::new(Mutex::new(Vec::new()));
    let seen = seeds.clone();
    let watched = Arc::new(Watched(move |recipe: &Recipe| seen.lock().push(recipe.seed)));
    let mut instance = instance(move |_| Ok(watched.clone()), JangdanParams::default());
    instance.set_seed(5);
    assert!(instance.is_answered());
    let (history, host) = (History::default(), LateHost::default());
    let params = instance.params.clone();

    // Of the other state both the seed and the locked cells differ.
    let mut other = State::of(&params);
    other.parameters.insert("seed".to_owned(), 6.0);
    let edit = Edit::Lock { part: Part::Row(Instrument::Snare), is_locked: true };
    other.edits.apply(edit, &instance.live().pattern(0).clone(), None);
    for (takes_over, expected) in [
        (&(|| history.place(&params, &host, &other)) as &dyn Fn(), 6),
        (&|| assert!(history.undo(&params, &host)), 5),
        (&|| assert!(history.redo(&params, &host)), 6),
    ] {
        seeds.lock().clear();
        takes_over();
        // One of these two was done by a worker that had seen the new edits.
        for _ in 0..2 {
            instance.gui.send(Job::Reroll { instrument: Instrument::Kick, seed: REROLL_SEED });
            result(&instance);
        }
        seeds.lock().retain(|&seed| seed != REROLL_SEED);
        assert!(seeds.lock().is_empty(), "decoded before the host had set the parameters");
        host.deliver();
        assert!(instance.audio.wait(|| request(&params), &[0], false, LONG));
        let seeds = seeds.lock();
        // What was made before is not decoded again.
        assert!(seeds.iter().all(|&seed| seed == expected), "{seeds:?}");
    }
}
