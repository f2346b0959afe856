//! The file thread: one per instance, which reads and writes all files, so that a slow folder stops no decode.
//!
//! It starts with the first job and ends with the instance, after the jobs it was sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::Sender;
use groove::KeyMap;

use crate::files::jobs::{self, Job, JobResult};
use crate::handoff::FileEnd;

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

/// Does jobs until it is time to end. Weights that `load` has read go to the worker by `loaded`. The keys of clips are
/// read by `key_map`.
pub(super) fn run<W>(
    end: &FileEnd,
    load: &impl Load<W>,
    key_map: impl Fn() -> KeyMap,
    loaded: &Sender<LoadedWeights<W>>,
) {
    while let Some(job) = end.next() {
        match job {
            Job::ReadWeights { path, revision } => {
                let weights = read(load, path.as_deref());
                _ = loaded.send(LoadedWeights { path, revision, weights });
                end.wake_worker();
            }
            job => end.done(run_job(&job, key_map())),
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
