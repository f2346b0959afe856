//! The worker as the other threads see it.

mod chosen_weights;
mod late_host;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use engine::{Now, Playing, Score};
use groove::sequencer::{Length, PlaybackSettings, Shape, Speed};
use groove::{Beats, Instrument, Pattern};
use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::{GuiContextInner, Param, ParamPtr, PluginApi, PluginState};
use parking_lot::Mutex;

use self::chosen_weights::{named, use_weights};
use super::{Load, Worker};
use crate::editing::history::History;
use crate::files::clip_file::ClipTarget;
use crate::files::jobs::{ExportScope, Job, JobResult};
use crate::generation::weights::{Decode, Fake, Gate, Watched, Weights};
use crate::handoff::{AudioEnd, GuiEnd, Network, handoff};
use crate::headless::Host;
use crate::params::JangdanParams;
use crate::params::snapshot::State;
use crate::state::choice::Choice;
use crate::state::chosen_file::ChosenFile;
use crate::state::edit::{Edit, Part};
use crate::state::groove::Groove;
use crate::state::request::{GrooveRequest, Recipe};

/// Longer than any answer takes; a test that fails ends by this.
const LONG: Duration = Duration::from_secs(60);

/// The seed of rows that are made to know that the worker has looked.
const REROLL_SEED: u64 = 4321;

/// The seed whose groove [`stuck`] holds up.
const STUCK_SEED: u64 = 999;

struct Instance {
    params: Arc<JangdanParams>,
    audio: AudioEnd,
    gui: GuiEnd,
    _worker: Worker,
}

fn instance<W: Decode>(
    load: impl Load<W> + Send + Sync + 'static,
    params: JangdanParams,
) -> Instance {
    let params = Arc::new(params);
    let (mut audio, worker, gui) = handoff();
    let worker = Worker::spawn(params.clone(), worker, audio.kit_end(), load);
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
        self.audio.wait(|| request(&self.params), &[0], false, LONG)
    }

    fn expected(&self) -> Score {
        Score::steady(Fake("fake").pattern(&self.params.recipe(), 0))
    }

    fn live(&self) -> Score {
        self.audio.answer().live.score
    }
}

fn request(params: &JangdanParams) -> GrooveRequest {
    params.request(Choice::default(), None)
}

/// A network that decodes the groove of one seed only once `gate` is open.
fn stuck(gate: &Gate) -> Arc<impl Decode + use<>> {
    let gate = gate.clone();
    Arc::new(Watched(move |recipe: &Recipe| {
        if recipe.seed == STUCK_SEED {
            gate.pass();
        }
    }))
}

#[test]
fn a_dragged_control_costs_at_most_one_decode_per_value_and_ends_on_the_last() {
    let decodes = Arc::new(AtomicUsize::new(0));
    let count = decodes.clone();
    let counted = Arc::new(Watched(move |_: &Recipe| _ = count.fetch_add(1, Ordering::Relaxed)));
    let mut instance = instance(move |_| Ok(counted.clone()), JangdanParams::default());
    assert!(instance.is_answered());

    // A slow hand: the worker is done with each value before the next.
    let before = decodes.load(Ordering::Relaxed);
    for seed in 1000..1050 {
        instance.set_seed(seed);
        assert!(instance.is_answered());
    }
    assert_eq!(decodes.load(Ordering::Relaxed) - before, 50);

    // A fast one: values that the worker never sees cost nothing.
    for seed in 2000..2500 {
        instance.set_seed(seed);
    }
    assert!(instance.is_answered());
    assert_eq!(instance.live(), instance.expected());
    let fast = decodes.load(Ordering::Relaxed) - before - 50;
    assert!((1..=500).contains(&fast), "{fast} decodes of 500 values");
}

#[test]
fn the_embedded_network_answers_each_seed_with_its_own_pattern() {
    let weights = Weights::load(None).unwrap();
    let params = Arc::new(JangdanParams::default());
    let (mut audio, worker, _gui) = handoff();
    let _worker = Worker::spawn(params.clone(), worker, audio.kit_end(), Weights::load);
    assert!(audio.wait(|| request(&params), &[0], false, LONG));
    let expected = weights.model.decode(&params.recipe(), 0, &mut Default::default());
    assert_eq!(audio.answer().live.score, Score::steady(expected));
}

#[test]
fn a_decode_that_panics_is_told_and_the_pattern_plays_on_until_the_next_request() {
    let mut instance = instance(|_| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    assert!(instance.is_answered());
    let expected = instance.expected();
    assert_eq!(instance.live(), expected);

    instance.set_seed(Fake::BREAKING_SEED);
    assert!(!instance.is_answered());
    assert!(matches!(instance.gui.network(), Network::Failed(_)));
    assert_eq!(instance.live(), expected, "nothing takes the place of what plays");

    instance.set_seed(7);
    assert!(instance.is_answered());
    assert_eq!(instance.live(), instance.expected());
    assert!(!matches!(instance.gui.network(), Network::Failed(_)));
}

#[test]
fn a_project_plays_its_own_pattern_even_without_a_network() {
    let params = JangdanParams::default();
    let recipe = params.recipe();
    let own = Fake("of the project").pattern(&recipe, 0);
    let groove = Groove {
        recipe: Some(recipe),
        weights: "lost".to_owned(),
        cycles: vec![own],
        ..Groove::default()
    };
    params.groove.set(groove.clone());
    type Loader = fn(Option<&Path>) -> Result<Arc<Fake>, String>;
    let broken: [Loader; 2] = [|_| panic!("made to break"), |_| Err("empty".to_owned())];
    for load in broken {
        let params = JangdanParams::default();
        params.groove.set(groove.clone());
        let mut instance = instance::<Fake>(load, params);
        assert!(instance.is_answered());
        assert_eq!(instance.live(), Score::steady(own));
        assert_eq!(instance.params.groove.get(), groove);
        instance.set_seed(9);
        assert!(!instance.is_answered());
        assert!(matches!(instance.gui.network(), Network::Failed(_)));
    }
}

#[test]
fn a_groove_loaded_while_the_worker_runs_is_answered_with_its_patterns() {
    let mut instance = instance(|_| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    assert!(instance.is_answered());
    let recipe = instance.params.recipe();
    let own = Fake("of the project").pattern(&recipe, 0);
    let groove = Groove {
        recipe: Some(recipe),
        weights: "other".to_owned(),
        cycles: vec![own],
        ..Groove::default()
    };
    instance.params.groove.set(groove.clone());
    instance.set_seed(8);
    assert!(instance.is_answered());
    instance.set_seed(recipe.seed);
    assert!(instance.is_answered());
    assert_eq!(instance.live(), Score::steady(own));
    drop(instance._worker);
    assert_eq!(instance.params.groove.get(), groove, "saved again as it was loaded");
}

#[test]
fn a_groove_put_into_a_slot_is_completed_with_its_patterns_and_can_be_chosen() {
    let mut instance = instance(|_| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    assert!(instance.is_answered());
    let recipe = crate::state::request::Recipe { seed: 77, ..instance.params.recipe() };
    let unmade = Groove { recipe: Some(recipe), ..Groove::default() };
    instance.params.slots.store(4, Some(unmade));
    let choice = Choice { slot: Some(4), variation_id: None };
    instance.audio.want([0, 1, 0, 0], choice);
    let request = instance.params.request(choice, None);
    assert!(instance.audio.wait(|| request, &[0], false, LONG));
    let own = Fake("fake").pattern(&recipe, 0);
    assert_eq!(instance.audio.answer().groove(choice).unwrap().score, Score::steady(own));
    drop(instance._worker);
    let kept = instance.params.slots.get()[4].clone().unwrap();
    assert_eq!((&kept.cycles[..], kept.weights.as_str()), (&[own][..], "fake"));
}

#[test]
fn a_cycle_is_remembered_as_it_is_heard_while_another_groove_and_another_shape_wait() {
    let mut instance = instance(|_| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    instance.params.slots.store(4, Some(Groove::of_patterns(vec![Pattern::EMPTY])));
    assert!(instance.is_answered());
    instance.audio.want([7, 8, 0, 1], Choice { slot: Some(4), variation_id: None });
    let shape = Shape { length: Length::One, speed: Speed::Half, ..Shape::default() };
    let playback = PlaybackSettings { shape, ..PlaybackSettings::default() };
    let tag = Choice::default().to_bits();
    let (playhead, passage, is_chosen) = (Beats(30.0), None, false);
    instance.audio.show(Some(Now { playhead, playback, cycle: 3, tag, passage, is_chosen }));
    let mut played = Vec::new();
    wait_until("it is remembered", || {
        played = instance.gui.cycles(ExportScope::LastCycles, Playing::default());
        played[0].cycle == 3
    });
    assert_eq!(played[0].playing, Playing { playback, ..instance.params.playing() });
    assert_eq!(Score::steady(played[0].pattern), instance.expected());
}

#[test]
fn an_edit_is_answered_and_a_clip_that_cannot_be_read_is_told() {
    let mut instance = instance(|_| Ok(Arc::new(Fake("fake"))), JangdanParams::default());
    assert!(instance.is_answered());
    let (key, shown) = (instance.audio.answer().live.key, *instance.live().pattern(0));
    let (step, instrument) = (33, groove::Instrument::HighTom);
    let hit = Some(groove::Hit::new(0.4, 0.0));
    crate::editing::commands::change(&instance.params, None, |edits| {
        edits.apply(Edit::Put { step, instrument, hit }, &shown, key.as_ref());
    });
    assert!(instance.is_answered());
    assert_eq!(instance.live(), Score::steady(instance.params.edits.get().over(&shown)));
    let (path, target) = ("/nowhere/clip.mid".into(), ClipTarget::Live);
    instance.gui.send(Job::Import { path, target });
    let result = result(&instance);
    assert!(matches!(result, JobResult::Failed(_)), "{result:?}");
}

fn result(instance: &Instance) -> JobResult {
    let mut result = None;
    wait_until("the worker does jobs", || {
        result = instance.gui.result();
        result.is_some()
    });
    result.unwrap()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}, it never came to that");
        std::thread::yield_now();
    }
}

#[test]
fn what_plays_goes_on_while_a_worker_hangs_which_is_told_and_its_next_request_is_answered() {
    let gate = Gate::default();
    let network = stuck(&gate);
    let mut instance = instance(move |_| Ok(network.clone()), JangdanParams::default());
    assert!(instance.is_answered());
    let expected = instance.expected();

    instance.set_seed(STUCK_SEED);
    gate.wait_for_arrival();
    assert!(!instance.audio.update(), "in real time there is nothing new, and no waiting for it");
    assert!(!instance.audio.wait(
        || request(&instance.params),
        &[0],
        false,
        Duration::from_millis(1)
    ));
    assert_eq!(instance.live(), expected);
    let later = Instant::now() + Duration::from_secs(60);
    let silence = instance.gui.network_at(later);
    assert!(matches!(silence, Network::Silent(59..)), "{silence:?}");

    instance.set_seed(7);
    gate.open();
    wait_until("the next request is answered", || instance.is_answered());
    assert_eq!(instance.live(), instance.expected());
    wait_until("all is well again", || instance.gui.network() == Network::Ready);
}

#[test]
fn an_instance_whose_worker_hangs_goes_without_it_and_the_worker_ends_when_it_can() {
    let gate = Gate::default();
    let network = stuck(&gate);
    let mut instance = instance(move |_| Ok(network.clone()), JangdanParams::default());
    instance.set_seed(STUCK_SEED);
    gate.wait_for_arrival();
    instance._worker.shutdown_timeout = Duration::ZERO;
    let params = instance.params.clone();
    if !crate::handoff::CAN_BE_LEFT {
        gate.open();
    }
    drop(instance); // at once, or the test hangs
    gate.open();
    wait_until("the worker ends", || Arc::strong_count(&params) == 1);
}

#[test]
fn a_row_is_thrown_and_a_preset_written_and_read_while_the_worker_runs() {
    let mut instance = instance(named, JangdanParams::default());
    assert!(instance.is_answered());
    let instrument = groove::Instrument::Crash;
    instance.gui.send(Job::Reroll { instrument, seed: 3 });
    let JobResult::Redrawn(diced) = result(&instance) else { panic!("no row was made") };
    let history = History::default();
    crate::editing::commands::put_cells(&instance.params, &history, &diced);
    assert!(instance.is_answered());
    let expected = Score::steady(instance.params.edits.get().over(&diced.shown));
    assert_eq!(instance.live(), expected);
    assert_ne!(expected, Score::steady(diced.shown));

    let folder = std::env::temp_dir().join(format!("jangdan-worker-{}", std::process::id()));
    let state = State::of(&instance.params);
    let (name, may_replace) = ("mine".to_owned(), true);
    let (at, kept) = (Some(folder.clone()), Box::new(state.clone()));
    instance.gui.send(Job::SavePreset { folder: at, name, state: kept, may_replace });
    let saved = result(&instance);
    let JobResult::PresetSaved(preset) = saved else { panic!("{saved:?}") };
    history.undo(&instance.params, &Host::default());
    instance.set_seed(8);
    assert!(instance.is_answered());
    assert_ne!(instance.live(), expected);
    instance.gui.send(Job::LoadPreset(preset.path));
    let loaded = result(&instance);
    let JobResult::PresetLoaded(_, loaded) = loaded else { panic!("{loaded:?}") };
    assert_eq!(*loaded, state);
    history.place(&instance.params, &Host::default(), &loaded);
    assert!(instance.is_answered());
    assert_eq!(instance.live(), expected);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_file_that_hangs_stops_no_decode_and_an_instance_goes_without_it() {
    let gate = Gate::default();
    let hanging = gate.clone();
    let load = move |path: Option<&Path>| {
        if path.is_some() {
            hanging.pass();
        }
        named(None)
    };
    let mut instance = instance(load, JangdanParams::default());
    assert!(instance.is_answered());
    instance.gui.send(use_weights(Some("on a disk that does not answer")));
    instance.gui.send(Job::List { folder: "/".into(), endings: &[] });
    gate.wait_for_arrival();
    for seed in [7, 8] {
        instance.set_seed(seed);
        assert!(instance.is_answered(), "decoded while the file hangs");
        assert_eq!(instance.live(), instance.expected());
    }
    instance.gui.send(Job::Reroll { instrument: Instrument::Kick, seed: 3 });
    let row = result(&instance);
    assert!(matches!(row, JobResult::Redrawn(_)), "before the files that wait: {row:?}");
    instance._worker.shutdown_timeout = Duration::ZERO;
    if !crate::handoff::CAN_BE_LEFT {
        gate.open();
    }
    drop(instance._worker); // at once, or the test hangs
    gate.open();
    wait_until("the job that was sent before is done", || {
        matches!(instance.gui.result(), Some(JobResult::Listed(_)))
    });
}
