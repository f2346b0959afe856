//! The file thread: one per instance, which reads and writes all files, so that a slow folder stops no decode. It owns the kit
//! that was read from them.
//!
//! It starts with the first job and ends with the instance, after the jobs it was sent.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Sender;
use groove::KeyMap;

use crate::files::jobs::{self, Job, JobResult};
use crate::generation::own_kit::OwnKit;
use crate::handoff::{FileEnd, KitEnd};
use crate::params::JangdanParams;

/// Reads the weights in a file, or the embedded ones; a failure is a line for the user.
pub(crate) trait Load<W>: Fn(Option<&Path>) -> Result<Arc<W>, String> {}

impl<W, L: Fn(Option<&Path>) -> Result<Arc<W>, String>> Load<W> for L {}

/// Weights that were read for the worker.
pub(super) struct LoadedWeights<W> {
    pub(super) path: Option<PathBuf>,
    /// See [`Job::ReadWeights`].
    pub(super) revision: Option<u64>,
    pub(super) weights: Result<Arc<W>, String>,
}

/// How often it looks whether a kit that was put away is heard no more.
const RECLAIM: Duration = Duration::from_millis(500);

/// Does jobs until it is time to end. Weights that `load` has read go to the worker by `loaded`, a kit to the audio thread by
/// `kit`. What else jobs depend on is in `params`.
pub(super) fn run<W>(
    end: &FileEnd,
    load: &impl Load<W>,
    params: &JangdanParams,
    loaded: &Sender<LoadedWeights<W>>,
    kit: KitEnd,
) {
    let mut kit = OwnKit::new(kit);
    loop {
        let patience = kit.reclaim().then_some(RECLAIM);
        let ControlFlow::Continue(job) = end.next(patience) else { return };
        match job {
            None => {}
            Some(Job::ReadWeights { path, revision }) => {
                let weights = read(load, path.as_deref());
                _ = loaded.send(LoadedWeights { path, revision, weights });
                end.wake_worker();
            }
            Some(Job::ChooseKit(path)) => end.done(kit.choose(params, path.as_deref())),
            Some(Job::FollowKit) => kit.follow(params),
            Some(job) => end.done(run_job(&job, params.key_map())),
        }
    }
}

/// Reads weights with `load`, which may panic.
pub(super) fn read<W>(load: &impl Load<W>, path: Option<&Path>) -> Result<Arc<W>, String> {
    catch_unwind(AssertUnwindSafe(|| load(path)))
        .unwrap_or_else(|_panic| Err("the network cannot be read".to_owned()))
}

/// Does `job`; the thread survives a panic.
fn run_job(job: &Job, key_map: KeyMap) -> JobResult {
    catch_unwind(AssertUnwindSafe(|| jobs::run(job, key_map))).unwrap_or_else(|_panic| {
        JobResult::Failed("this has failed: a fault of Jangdan's".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_is_told_in_a_line() {
        // This one is not for files alone, and panics.
        let result = run_job(&Job::ReadWeights { path: None, revision: None }, KeyMap::Guess);
        assert!(matches!(&result, JobResult::Failed(line) if !line.contains('\n')), "{result:?}");
    }
}
