//! The worker as the other threads see it.

use std::sync::Arc;
use std::time::Duration;

use engine::Score;
use musicvae::WeightsError;
use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::{Param, ParamPtr};

use super::Worker;
use crate::handoff::{Answer, AudioEnd, GuiEnd, Network, handoff};
use crate::params::JangdanParams;
use crate::saved::Groove;
use crate::weights::{Fake, Weights};

/// Longer than any answer takes; a test that fails ends by this.
const LONG: Duration = Duration::from_secs(60);

struct Instance {
    params: Arc<JangdanParams>,
    audio: AudioEnd,
    gui: GuiEnd,
    _worker: Worker,
}

fn instance(
    load: impl FnOnce() -> Result<Arc<Fake>, WeightsError> + Send + 'static,
    params: JangdanParams,
) -> Instance {
    let params = Arc::new(params);
    let (audio, worker, gui) = handoff();
    let worker = Worker::spawn(params.clone(), worker, load);
    Instance { params, audio, gui, _worker: worker }
}

impl Instance {
    #[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
    fn set_seed(&self, seed: u64) {
        let param = &self.params.generate.seed;
        let normalized = param.preview_normalized(seed as i32);
        let pointer: ParamPtr = param.as_ptr();
        // SAFETY: the pointer is into `self.params`.
        unsafe { pointer._internal_set_normalized_value(normalized) };
        assert_eq!(self.params.recipe().seed, seed);
    }

    /// Whether the worker answers what the parameters say.
    fn is_answered(&mut self) -> bool {
        self.audio.wait(&self.params.recipe(), &[0], LONG)
    }

    fn answer(&self) -> Answer {
        let recipe = self.params.recipe();
        let score = Score::steady(Fake("fake").pattern(&recipe, 0));
        Answer { recipe: Some(recipe), score }
    }
}

#[test]
fn the_embedded_network_answers_each_seed_with_its_own_pattern() {
    let weights = Weights::embedded().unwrap();
    let params = Arc::new(JangdanParams::default());
    let (mut audio, worker, _gui) = handoff();
    let _worker = Worker::spawn(params.clone(), worker, Weights::embedded);
    assert!(audio.wait(&params.recipe(), &[0], LONG));
    let expected = weights.drummer.decode(&params.recipe(), 0, &mut Default::default());
    assert_eq!(audio.newer().unwrap().score, Score::steady(expected));
}

#[test]
fn a_decode_that_panics_is_told_and_the_pattern_plays_on_until_the_next_request() {
    let mut instance = instance(|| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    assert!(instance.is_answered());
    let expected = instance.answer();
    assert_eq!(instance.audio.newer(), Some(&expected));

    instance.set_seed(Fake::BREAKING_SEED);
    assert!(!instance.is_answered());
    assert!(matches!(instance.gui.network(), Network::Failed(_)));
    assert_eq!(instance.audio.newer(), None, "nothing takes the place of what plays");

    instance.set_seed(7);
    assert!(instance.is_answered());
    let expected = instance.answer();
    assert_eq!(instance.audio.newer(), Some(&expected));
    assert!(!matches!(instance.gui.network(), Network::Failed(_)));
}

#[test]
fn a_project_plays_its_own_pattern_even_without_a_network() {
    let params = JangdanParams::default();
    let recipe = params.recipe();
    let own = Fake("of the project").pattern(&recipe, 0);
    let groove = Groove { recipe: Some(recipe), weights: "lost".to_owned(), cycles: vec![own] };
    params.groove.set(groove.clone());
    for load in [|| panic!("made to break"), || Err(WeightsError::NotSafetensors("empty".into()))] {
        let params = JangdanParams::default();
        params.groove.set(groove.clone());
        let mut instance = instance(load, params);
        assert!(instance.is_answered());
        assert_eq!(instance.audio.newer().unwrap().score, Score::steady(own));
        assert_eq!(instance.params.groove.get(), groove);
        instance.set_seed(9);
        assert!(!instance.is_answered());
        assert!(matches!(instance.gui.network(), Network::Failed(_)));
    }
}

#[test]
fn a_groove_loaded_while_the_worker_runs_is_answered_with_its_patterns() {
    let mut instance = instance(|| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    assert!(instance.is_answered());
    instance.audio.newer();
    let recipe = instance.params.recipe();
    let own = Fake("of the project").pattern(&recipe, 0);
    let groove = Groove { recipe: Some(recipe), weights: "other".to_owned(), cycles: vec![own] };
    instance.params.groove.set(groove.clone());
    instance.set_seed(8);
    assert!(instance.is_answered());
    instance.set_seed(recipe.seed);
    assert!(instance.is_answered());
    assert_eq!(instance.audio.newer().unwrap().score, Score::steady(own));
    drop(instance._worker);
    assert_eq!(instance.params.groove.get(), groove, "saved again as it was loaded");
}
