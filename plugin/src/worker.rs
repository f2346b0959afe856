//! The worker: one thread per instance, which decodes what the parameters ask for.
//!
//! It reads parameters and writes none. It holds no lock while it decodes, uses one core at most,
//! and ends, joined, when its handle is dropped. Nothing it does stops the music: the last
//! pattern plays on whatever fails here.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use musicvae::WeightsError;

use crate::composer::{Composer, Turn, Want};
use crate::handoff::{Closer, Network, WorkerEnd};
use crate::params::JangdanParams;
use crate::weights::Weights;

/// Time between two looks at the parameters while music plays or a control moves: a quarter of a
/// frame, so that a dragged slider is heard and seen at once.
const ALERT: Duration = Duration::from_millis(4);

/// Time between two looks when nothing has happened for a while.
const DROWSY: Duration = Duration::from_millis(25);

/// How long the worker stays alert after something has happened.
const ATTENTION: Duration = Duration::from_secs(2);

/// A running worker; dropping it ends the thread.
pub(crate) struct Worker {
    closer: Closer,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a worker that reads its weights with `load`, on its own thread.
    pub(crate) fn spawn(
        params: Arc<JangdanParams>,
        end: WorkerEnd,
        load: impl FnOnce() -> Result<Arc<Weights>, WeightsError> + Send + 'static,
    ) -> Self {
        let closer = end.closer();
        let thread = std::thread::Builder::new()
            .name("jangdan-worker".to_owned())
            .spawn(move || run(&params, end, load))
            // Without a thread the factory or saved pattern plays; the window says "loading".
            .ok();
        Self { closer, thread }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.closer.close();
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by the hook; there is nobody left to tell.
            _ = thread.join();
        }
    }
}

fn run(
    params: &JangdanParams,
    mut end: WorkerEnd,
    load: impl FnOnce() -> Result<Arc<Weights>, WeightsError>,
) {
    let mut composer = Composer::default();
    // A project's own patterns need no network: they play from the first block on.
    let mut loads = params.groove.loads();
    composer.load(params.groove.get());
    composer.turn(&want(params, &end), None);
    composer.answer().into_iter().for_each(|answer| end.publish(answer));

    let (weights, load_failure) = match load() {
        Ok(weights) => (Some(weights), None),
        Err(error) => (None, Some(format!("the network cannot be read: {error}"))),
    };
    let mut last_want = None;
    let mut alert_until = Instant::now();
    while !end.is_closing() {
        let newest_loads = params.groove.loads();
        if newest_loads != loads {
            loads = newest_loads;
            composer.load(params.groove.get());
        }
        let want = want(params, &end);
        if last_want != Some(want) {
            last_want = Some(want);
            alert_until = Instant::now() + ATTENTION;
        }
        let turn = composer.turn(&want, weights.as_deref());
        // Stored before it is heard, so that a project saved at any moment has what was heard.
        if let Some(groove) = weights.as_deref().and_then(|weights| composer.to_save(weights)) {
            params.groove.store(groove, loads);
        }
        match turn {
            Turn::Answered => {
                composer.answer().into_iter().for_each(|answer| end.publish(answer));
                end.report(Network::Decoding);
                continue;
            }
            Turn::Worked => {
                end.report(Network::Decoding);
                continue;
            }
            Turn::Failed(message) => end.report(Network::Failed(message)),
            Turn::Idle => match &load_failure {
                Some(message) => end.report(Network::Failed(message.clone())),
                None => end.report(Network::Ready),
            },
        }
        let is_alert = end.is_playing() || Instant::now() < alert_until;
        if !end.sleep(if is_alert { ALERT } else { DROWSY }) {
            return;
        }
    }
}

fn want(params: &JangdanParams, end: &WorkerEnd) -> Want {
    let (cycle, loop_cycle) = end.wanted();
    Want { recipe: params.recipe(), cycle, loop_cycle }
}
