//! The worker: one thread per instance, which decodes what the parameters ask for.
//!
//! It reads parameters and writes none. It holds no lock while it decodes, uses one core at most,
//! and ends when its handle is dropped: joined, unless something holds it up for longer than a host can be
//! kept waiting. Nothing it does stops the music: the last pattern plays on whatever fails here.

pub(crate) mod current_network;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) use self::current_network::Load;
use groove::KeyMap;

use self::current_network::Stand;
use crate::factory;
use crate::files::jobs::{self, Errand, Outcome};
use crate::files::midi_export::{Memory, Played};
use crate::generation::scheduler::{Composer, Turn, Want};
use crate::generation::weights::Decode;
use crate::handoff::answer::Wanted;
use crate::handoff::{Closer, Network, Patience, WorkerEnd};
use crate::params::JangdanParams;

/// Time between two looks at the parameters while music plays or a control moves: a quarter of a
/// frame, so that a dragged slider is heard and seen at once.
const ALERT: Duration = Duration::from_millis(4);

/// Time between two looks when nothing has happened for a while.
const DROWSY: Duration = Duration::from_millis(50);

/// How long the worker stays alert after something has happened.
const ATTENTION: Duration = Duration::from_secs(2);

/// How much the worker yields to the host's threads, on Linux's scale of 0 to 19: enough to lose
/// to a mixer's window, not to a compiler in the background.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// How long a worker that is to end is waited for. It looks between two decodes, so that only a disk or a network that
/// does not answer, or a machine that is busy beyond use, can hold it up.
const FAREWELL: Duration = Duration::from_secs(5);

/// Time between two looks at how long it has been waited for.
const FAREWELL_LOOK: Duration = Duration::from_millis(10);

/// Whether a worker may be left to end by itself when nobody is there any more. If the host then unloads the plugin,
/// its code must stay until that thread is through with it, and does where a thread with pending destructors of thread-local
/// values, as each of the standard library's has, holds its library: with glibc, which counts them (`__cxa_thread_atexit_impl`),
/// with musl, which never unloads, and on macOS, which unloads nothing that has thread-local values. Not on Windows.
const CAN_BE_LEFT: bool = cfg!(any(target_os = "linux", target_os = "macos"));

/// A running worker; dropping it ends the thread.
pub(crate) struct Worker {
    closer: Closer,
    thread: Option<JoinHandle<()>>,
    /// Nothing comes by it; it is disconnected when the worker has ended.
    end: Receiver<()>,
    farewell: Duration,
}

impl Worker {
    /// Starts a worker that reads its weights with `load`, on its own thread.
    pub(crate) fn spawn<W: Decode>(
        params: Arc<JangdanParams>,
        end: WorkerEnd,
        load: impl Load<W> + Send + 'static,
    ) -> Self {
        let closer = end.closer();
        let (has_ended, ended) = channel();
        let thread = std::thread::Builder::new()
            .name("jangdan-worker".to_owned())
            .spawn(move || {
                let _has_ended = has_ended;
                lower_priority();
                run(&params, end, load);
            })
            // Without a thread the factory or saved pattern plays; the window says that there is no answer.
            .ok();
        Self { closer, thread, end: ended, farewell: FAREWELL }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.closer.close();
        let Some(thread) = self.thread.take() else { return };
        let mut patience = Patience::new(self.farewell);
        while self.end.recv_timeout(FAREWELL_LOOK) == Err(RecvTimeoutError::Timeout) {
            if CAN_BE_LEFT && patience.is_over(Instant::now()) {
                return;
            }
        }
        // A panic has been reported by the hook; there is nobody left to tell.
        _ = thread.join();
    }
}

/// Lets the host's threads go first when they and this one want the same core.
///
/// On Linux alone: elsewhere it takes calls that only unsafe code can make, and a worker that
/// computes for milliseconds at a time is no rival there.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        // Of this thread alone: Linux gives each its own. A refusal costs nothing but the courtesy.
        _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
    }
}

fn run<W: Decode>(params: &JangdanParams, mut end: WorkerEnd, load: impl Load<W>) {
    let mut composer = Composer::default();
    // A project's own patterns need no network: they play from the first block on.
    let mut seen = None;
    look(params, &mut end, &mut composer, &mut seen);
    composer.turn(&want(params, &end), None::<&W>);
    composer.answer().into_iter().for_each(|answer| end.publish(answer));

    let mut stand = Stand::new(load);
    let mut last_want = None;
    // What there is nothing left to do for.
    let mut settled = None;
    let mut alert_until = Instant::now();
    let mut memory = Memory::default();
    while !end.is_closing() {
        end.beat();
        let now = played(params, &end, &composer);
        if end.is_playing() {
            memory.see(now);
        }
        if stand.follow(params) {
            composer.change_weights(stand.changes());
            tell_weights(params, &end, &stand);
            settled = None;
        }
        match end.errand() {
            Some(Errand::UseWeights(path)) => {
                end.done(match stand.choose(params, path.as_deref()) {
                    Ok(()) => {
                        composer.take_weights(stand.changes());
                        settled = None;
                        Outcome::Weights(tell_weights(params, &end, &stand))
                    }
                    Err(failure) => Outcome::Failed(failure),
                });
            }
            Some(errand) => end.done(match (&errand, stand.weights.as_deref()) {
                (Errand::Dice { instrument, seed }, Some(weights)) => {
                    composer.throw(end.choice(), end.wanted().0, *instrument, *seed, weights)
                }
                _ => run_errand(&errand, &now, &memory, end.tempo(), params.key_map()),
            }),
            None => {}
        }
        if params.restore.is_pending() {
            if !end.sleep(ALERT) {
                return;
            }
            continue;
        }
        if look(params, &mut end, &mut composer, &mut seen) {
            settled = None;
        }
        let want = want(params, &end);
        if last_want != Some(want) {
            last_want = Some(want);
            alert_until = Instant::now() + ATTENTION;
        }
        if settled != Some(want) {
            let turn = composer.turn(&want, stand.weights.as_deref());
            if let (Some(weights), Some(seen)) = (stand.weights.as_deref(), seen) {
                store(params, &mut composer, weights, &seen);
            }
            match (turn, &stand.failure) {
                (Turn::Answered, _) => {
                    composer.answer().into_iter().for_each(|answer| end.publish(answer));
                    end.report(Network::Decoding);
                    continue;
                }
                (Turn::Worked, _) => {
                    end.report(Network::Decoding);
                    continue;
                }
                (Turn::Failed(message), _) => {
                    end.fail(message, &wanted(&want, seen.as_ref(), stand.changes()))
                }
                (Turn::Idle, Some(message)) => {
                    let wanted = wanted(&want, seen.as_ref(), stand.changes());
                    end.fail(message.clone(), &wanted);
                }
                (Turn::Idle, None) => end.report(Network::Ready),
            }
            settled = Some(want);
        }
        let is_alert = end.is_playing() || Instant::now() < alert_until;
        if !end.sleep(if is_alert { ALERT } else { DROWSY }) {
            return;
        }
    }
}

/// Does `errand`. If that goes wrong in a way that nobody has thought of, the worker lives on.
fn run_errand(
    errand: &Errand,
    now: &Played,
    memory: &Memory,
    bpm: f64,
    key_map: KeyMap,
) -> Outcome {
    let run = || jobs::run(errand, now, memory.cycles(), bpm, key_map);
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_panic| {
        Outcome::Failed("this has failed: a fault of Jangdan's".to_owned())
    })
}

/// Tells the window, and the parameter that names styles, what is played with; returns its name.
fn tell_weights<W: Decode>(
    params: &JangdanParams,
    end: &WorkerEnd,
    stand: &Stand<W, impl Load<W>>,
) -> String {
    let info = stand.info(params);
    params.character.styles.set(&info.styles);
    let name = info.name.clone();
    end.show_weights(info);
    name
}

/// What was loaded and heard when the worker looked.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    /// How often the host had loaded a groove.
    loads: u64,
    slot_changes: u64,
    edit_changes: u64,
    corner_changes: u64,
    heard: Option<u64>,
    is_following: bool,
}

/// Tells `composer` what was loaded, stored or heard since `seen`, and returns whether anything was.
fn look(
    params: &JangdanParams,
    end: &mut WorkerEnd,
    composer: &mut Composer,
    seen: &mut Option<Seen>,
) -> bool {
    let is_following = params.perform.is_following.value();
    let heard = end.heard();
    let now = Seen {
        loads: params.groove.loads(),
        slot_changes: params.slots.changes(),
        edit_changes: params.edits.changes(),
        corner_changes: params.corners.changes(),
        heard: heard.id,
        is_following,
    };
    let before = seen.replace(now);
    if before == Some(now) {
        return false;
    }
    if before.is_none_or(|before| before.loads != now.loads) {
        composer.load(params.groove.get());
        composer.loads = now.loads;
    }
    if before.is_none_or(|before| before.slot_changes != now.slot_changes) {
        composer.load_slots(params.slots.get(), now.slot_changes);
    }
    composer.edit(params.edits.get(), now.edit_changes);
    composer.set_corners(params.corners.get(), now.corner_changes);
    composer.hear(heard, is_following);
    true
}

/// Stores what was made, before it is heard, so that a project saved at any moment has what was heard.
fn store(params: &JangdanParams, composer: &mut Composer, weights: &impl Decode, seen: &Seen) {
    if let Some(groove) = composer.take_unsaved(weights) {
        params.groove.store(groove, seen.loads);
    }
    while let Some((slot, groove)) = composer.take_completed_slot(weights) {
        params.slots.complete(slot, groove, composer.slot_changes());
    }
}

fn want(params: &JangdanParams, end: &WorkerEnd) -> Want {
    let (cycle, loop_cycle) = end.wanted();
    Want { recipe: params.recipe(), pad: params.pad(), choice: end.choice(), cycle, loop_cycle }
}

/// The cycle that plays or will play first, as it is heard.
fn played(params: &JangdanParams, end: &WorkerEnd, composer: &Composer) -> Played {
    let cycle = end.wanted().0;
    let pattern = match composer.answer() {
        Some(answer) => *answer.shown(end.choice()).score.pattern(cycle),
        None => factory::pattern(),
    };
    Played { cycle, pattern, playing: params.playing() }
}

/// `want` as the audio thread would wait for it.
fn wanted(want: &Want, seen: Option<&Seen>, weight_changes: u64) -> Wanted {
    let anchor = seen.filter(|seen| seen.is_following).and_then(|seen| seen.heard);
    let changes = |of: fn(&Seen) -> u64| seen.map_or(0, of);
    Wanted {
        choice: want.choice,
        recipe: want.recipe,
        anchor,
        slot_changes: changes(|seen| seen.slot_changes),
        edit_changes: changes(|seen| seen.edit_changes),
        pad: want.pad,
        corner_changes: changes(|seen| seen.corner_changes),
        weight_changes,
    }
}

#[cfg(test)]
mod tests;
