//! The network that a worker plays with: the embedded one, or the one that the user has chosen.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use crate::factory::weights::WeightsInfo;
use crate::generation::weights::Decode;
use crate::params::JangdanParams;
use crate::state::weights_file::ChosenWeights;

/// Reads the weights in a file, or the embedded ones; a failure is a line for the user.
pub(crate) trait Load<W>: Fn(Option<&Path>) -> Result<Arc<W>, String> {}

impl<W, L: Fn(Option<&Path>) -> Result<Arc<W>, String>> Load<W> for L {}

/// See the module.
pub(super) struct Stand<W, L> {
    load: L,
    pub(super) weights: Option<Arc<W>>,
    /// Why there are none.
    pub(super) failure: Option<String>,
    /// What is to be said though there are some.
    note: Option<String>,
    /// The project's changes that it has followed.
    changes: Option<u64>,
}

impl<W: Decode, L: Load<W>> Stand<W, L> {
    pub(super) fn new(load: L) -> Self {
        Self { load, weights: None, failure: None, note: None, changes: None }
    }

    /// The project's changes that it has followed.
    pub(super) fn changes(&self) -> u64 {
        self.changes.unwrap_or_default()
    }

    /// Takes the weights that the project names, unless it has them, and returns whether it took any. Without them
    /// only what the project has of its own can play.
    pub(super) fn follow(&mut self, params: &JangdanParams) -> bool {
        let changes = params.weights.changes();
        if self.changes.replace(changes) == Some(changes) {
            return false;
        }
        let chosen = (*params.weights.get()).clone();
        (self.weights, self.failure, self.note) = (None, None, None);
        match self.read(chosen.as_ref().map(|chosen| Path::new(&chosen.path))) {
            Ok(weights) => {
                if chosen.is_some_and(|chosen| chosen.sha256 != weights.identity()) {
                    self.note = Some("the file has changed since the project was saved".to_owned());
                }
                self.weights = Some(weights);
            }
            Err(failure) => self.failure = Some(failure),
        }
        true
    }

    /// Takes the weights in the file at `path`, or the embedded ones, and has the project remember it. If they
    /// cannot be read, everything stays as it is.
    pub(super) fn choose(
        &mut self,
        params: &JangdanParams,
        path: Option<&Path>,
    ) -> Result<(), String> {
        let weights = self.read(path)?;
        let sha256 = weights.identity().to_owned();
        let chosen = path.map(|path| path.to_string_lossy().into_owned());
        let chosen = chosen.map(|path| ChosenWeights { path, sha256 });
        self.changes = Some(params.weights.set(chosen));
        (self.weights, self.failure, self.note) = (Some(weights), None, None);
        Ok(())
    }

    fn read(&self, path: Option<&Path>) -> Result<Arc<W>, String> {
        catch_unwind(AssertUnwindSafe(|| (self.load)(path)))
            .unwrap_or_else(|_panic| Err("the network cannot be read".to_owned()))
    }

    /// What the window shows of it.
    pub(super) fn info(&self, params: &JangdanParams) -> WeightsInfo {
        let path = (*params.weights.get()).clone().map(|chosen| chosen.path);
        let name = match &path {
            Some(path) => Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into(),
            None => "built in".to_owned(),
        };
        let weights = self.weights.as_deref();
        WeightsInfo {
            name,
            path,
            styles: weights.map(Decode::styles).unwrap_or_default(),
            attributes: weights.map(Decode::attributes).unwrap_or_default(),
            trouble: self.failure.clone().or_else(|| self.note.clone()),
        }
    }
}
