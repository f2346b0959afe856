//! The worker: one thread per instance, which decodes what the parameters ask for.
//!
//! It sets no parameter. Into the saved fields beside them it stores what it has made: patterns of the live groove and
//! of slots, the chosen weights, the names of styles. It holds no lock while it decodes and uses one core at most.
//! It ends when its handle is dropped: joined, unless something holds it up for longer than a host can
//! wait. No failure here stops the music: the last pattern plays on.

pub(crate) mod current_network;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use engine::{Now, Playing};

use self::current_network::{CurrentNetwork, Taken};
use crate::factory;
use crate::files::jobs::{Job, JobResult};
use crate::files::midi_export::PlayedCycle;
pub(crate) use crate::generation::file_thread::Load;
use crate::generation::file_thread::{self, LoadedWeights};
use crate::generation::scheduler::{Scheduler, StepResult};
use crate::generation::weights::Decode;
use crate::handoff::{
    AudioState, BackgroundThread, KitEnd, Network, ShutdownHandle, WaitBudget, WorkerEnd,
};
use crate::params::JangdanParams;
use crate::state::edits::Edits;
use crate::state::request::{GrooveRequest, Revisions};

/// Time between two polls of the parameters while music plays or a control moves: a quarter of a
/// frame, so that a dragged slider is heard and seen at once.
const ACTIVE_POLL: Duration = Duration::from_millis(4);

/// Time between two polls when nothing has happened for a while.
const IDLE_POLL: Duration = Duration::from_millis(50);

/// How long the worker polls actively after something has happened.
const ACTIVE_FOR: Duration = Duration::from_secs(2);

/// How long an instance that goes waits for its threads, both together. The worker looks between two decodes, the file
/// thread between two jobs, so that only a disk that does not answer, or a machine that is busy beyond use, can hold
/// them up.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// A running worker, and the file thread beside it; dropping it ends both.
pub(crate) struct Worker {
    shutdown_handle: ShutdownHandle,
    thread: Option<BackgroundThread>,
    shutdown_timeout: Duration,
}

impl Worker {
    /// Starts a worker that reads its weights with `load`: the embedded ones itself, files on the file thread, which reads kits
    /// for `kit`, too.
    ///
    /// Where the system refuses a thread, the factory's or the saved pattern plays, and the window says that there is no
    /// answer.
    pub(crate) fn spawn<W: Decode>(
        params: Arc<JangdanParams>,
        end: WorkerEnd,
        kit: KitEnd,
        load: impl Load<W> + Send + Sync + 'static,
    ) -> Self {
        let shutdown_handle = end.shutdown_handle();
        let load = Arc::new(load);
        let (loaded_in, loaded_out) = unbounded();
        let (files_load, files_params) = (load.clone(), params.clone());
        end.start_files_with(move |end| {
            file_thread::run(end, &*files_load, &files_params, &loaded_in, kit);
        });
        let run = move || run(&params, end, &*load, &loaded_out);
        let thread = Some(BackgroundThread::spawn("jangdan-worker", run));
        Self { shutdown_handle, thread, shutdown_timeout: SHUTDOWN_TIMEOUT }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let files = self.shutdown_handle.close();
        let mut budget = WaitBudget::new(self.shutdown_timeout);
        for thread in self.thread.take().into_iter().chain(files) {
            thread.join(&mut budget);
        }
    }
}

fn run<W: Decode>(
    params: &JangdanParams,
    mut end: WorkerEnd,
    load: &impl Load<W>,
    loaded: &Receiver<LoadedWeights<W>>,
) {
    let mut scheduler = Scheduler::default();
    // A project's own patterns need no network: they play from the first block on.
    let mut followed = None;
    let request = look(params, &mut end, &mut scheduler, &mut followed);
    scheduler.step(&request, end.state().cycles, None::<&W>);
    scheduler.answer().into_iter().for_each(|answer| end.publish(answer));

    let mut network = CurrentNetwork::new();
    let mut kit_revision = 0;
    let mut last_wanted = None;
    // The request that nothing is left to do for.
    let mut settled = None;
    let mut active_until = Instant::now();
    while !end.is_closing() {
        end.beat();
        let state = end.state();
        if let Some(played) = played(params, &state, &scheduler) {
            end.remember(played);
        }
        let wanted_kit = params.own_kit.changes();
        if std::mem::replace(&mut kit_revision, wanted_kit) != wanted_kit {
            end.follow_kit();
        }
        let mut read: Vec<LoadedWeights<W>> = loaded.try_iter().collect();
        if let Some((revision, path)) = network.follow(params) {
            scheduler.change_weights(revision);
            settled = None;
            match path {
                Some(path) => end.read_weights(path, revision),
                None => {
                    let (revision, weights) = (Some(revision), file_thread::read(load, None));
                    read.push(LoadedWeights { path: None, revision, weights });
                }
            }
        }
        match end.job() {
            Some(Job::RenderSong { to, name, playing, bpm }) => {
                let request = look(params, &mut end, &mut scheduler, &mut followed);
                let weights = network.weights.as_deref();
                match scheduler.song_notes(&request, *playing, weights) {
                    Some(notes) => {
                        let notes = Box::new(notes);
                        end.send(Job::WriteSong { to, name, notes, bpm });
                    }
                    None => end.done(JobResult::Failed("there is no song".to_owned())),
                }
                settled = None;
            }
            Some(job @ (Job::Reroll { .. } | Job::Perform { .. })) => {
                let (choice, cycle) = (state.choice, state.cycles[0]);
                end.done(match (network.weights.as_deref(), job) {
                    (Some(weights), Job::Reroll { instrument, seed }) => {
                        scheduler.reroll(choice, cycle, instrument, seed, weights)
                    }
                    (Some(weights), Job::Perform { seed }) => {
                        scheduler.perform(choice, cycle, seed, weights)
                    }
                    _ => JobResult::Failed("there is no network to draw with".to_owned()),
                });
            }
            // A file is read by the file thread.
            Some(Job::ReadWeights { path, revision }) => {
                let weights = file_thread::read(load, path.as_deref());
                read.push(LoadedWeights { path, revision, weights });
            }
            _ => {}
        }
        for read in read {
            let taken = network.take(params, read);
            let info = network.info(params);
            let name = info.name.clone();
            if matches!(taken, Taken::OfProject | Taken::Chosen) {
                params.character.styles.set(&info.styles);
                end.show_weights(info);
                settled = None;
            }
            match taken {
                Taken::Nothing => {}
                Taken::OfProject => scheduler.change_weights(network.revision()),
                Taken::Chosen => {
                    scheduler.choose_weights(network.revision());
                    end.done(JobResult::Weights(name));
                }
                Taken::Failed(failure) => end.done(JobResult::Failed(failure)),
            }
        }
        if params.restore.is_pending() {
            if !end.sleep(ACTIVE_POLL) {
                return;
            }
            continue;
        }
        if let Some((number, pattern)) = end.taps() {
            let before = params.edits.get();
            let pattern = match params.bar() {
                bar if bar == pattern.bar() => pattern,
                bar => pattern.to_window().in_bars(bar),
            };
            let after = Arc::new(Edits::around_rows(&pattern));
            params.edits.set(after.clone());
            end.take_taps(number);
            end.done(JobResult::Tapped { before, after });
        }
        let request = look(params, &mut end, &mut scheduler, &mut followed);
        let state = end.state();
        let wanted = (request, state.cycles, state.sections);
        scheduler.need(state.sections);
        if last_wanted != Some(wanted) {
            last_wanted = Some(wanted);
            active_until = Instant::now() + ACTIVE_FOR;
        }
        if settled != Some(wanted) {
            let step = scheduler.step(&request, wanted.1, network.weights.as_deref());
            if let Some(weights) = network.weights.as_deref() {
                store(params, &mut scheduler, weights);
            }
            match (step, &network.failure) {
                (StepResult::Answered, _) => {
                    scheduler.answer().into_iter().for_each(|answer| end.publish(answer));
                    end.report(Network::Decoding);
                    continue;
                }
                (StepResult::Worked, _) => {
                    end.report(Network::Decoding);
                    continue;
                }
                (StepResult::Failed(message), _) => end.fail(message, &request),
                (StepResult::Idle, Some(message)) => end.fail(message.clone(), &request),
                (StepResult::Idle, None) if network.is_loading() => end.report(Network::Loading),
                (StepResult::Idle, None) => end.report(Network::Ready),
            }
            settled = Some(wanted);
        }
        let is_active = state.now.is_some() || Instant::now() < active_until;
        if !end.sleep(if is_active { ACTIVE_POLL } else { IDLE_POLL }) {
            return;
        }
    }
}

/// Loads into `scheduler` what has changed since it was loaded last, and returns the request of now.
fn look(
    params: &JangdanParams,
    end: &mut WorkerEnd,
    scheduler: &mut Scheduler,
    followed: &mut Option<u64>,
) -> GrooveRequest {
    let choice = end.state().choice;
    let rhythm = end.rhythm();
    let request = params.request(choice, rhythm.id);
    scheduler.load_changed(params, &request.revisions);
    if *followed != request.rhythm {
        *followed = request.rhythm;
        scheduler.follow(request.rhythm.map(|id| (id, rhythm.pattern)));
    }
    // The weights that are in use; the project may name others by now.
    let revisions = Revisions { weights: scheduler.revisions().weights, ..request.revisions };
    GrooveRequest { revisions, ..request }
}

/// Stores new patterns before they are published, so that a project saved at any moment has what was heard.
fn store(params: &JangdanParams, scheduler: &mut Scheduler, weights: &impl Decode) {
    let revisions = scheduler.revisions();
    if let Some(groove) = scheduler.take_unsaved(weights) {
        params.groove.store(groove, revisions.groove);
    }
    while let Some((slot, groove)) = scheduler.take_completed_slot(weights) {
        params.slots.complete(slot, groove, revisions.slots);
    }
}

/// The cycle that plays, as it is heard: what waits for a boundary does not count yet. `None` while stopped.
fn played(
    params: &JangdanParams,
    state: &AudioState,
    scheduler: &Scheduler,
) -> Option<PlayedCycle> {
    let Now { cycle, playback, .. } = state.now?;
    let pattern = match scheduler.answer() {
        Some(answer) => *answer.sounding(state).pattern(cycle),
        None => factory::pattern(),
    };
    Some(PlayedCycle { cycle, pattern, playing: Playing { playback, ..params.playing() } })
}

#[cfg(test)]
mod tests;
