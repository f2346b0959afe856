//! The network that a worker plays with: the embedded one, or the one that the user has chosen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::factory::weights::WeightsInfo;
use crate::generation::file_thread::LoadedWeights;
use crate::generation::weights::Decode;
use crate::params::JangdanParams;
use crate::state::chosen_file::ChosenFile;

/// The network, or why there is none.
pub(super) struct CurrentNetwork<W> {
    pub(super) weights: Option<Arc<W>>,
    /// Why there is none.
    pub(super) failure: Option<String>,
    /// A warning although there is one.
    note: Option<String>,
    /// The revision of the project's weights that it follows.
    revision: Option<u64>,
}

/// The effect of [`CurrentNetwork::take`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Nothing: the project names other weights by now.
    Nothing,
    /// The network is the one that the project names; or there is none.
    OfProject,
    /// The network is one that the user has chosen now.
    Chosen,
    /// Nothing: the weights that the user has chosen cannot be read.
    Failed(String),
}

impl<W: Decode> CurrentNetwork<W> {
    pub(super) fn new() -> Self {
        Self { weights: None, failure: None, note: None, revision: None }
    }

    /// The revision of the project's weights that it follows.
    pub(super) fn revision(&self) -> u64 {
        self.revision.unwrap_or_default()
    }

    /// Whether its weights are still being read.
    pub(super) fn is_loading(&self) -> bool {
        self.weights.is_none() && self.failure.is_none()
    }

    /// If the project names other weights than before: forgets the network, and returns the revision and the file to
    /// be read. Until it is [taken](Self::take), only the project's own patterns can play.
    pub(super) fn follow(&mut self, params: &JangdanParams) -> Option<(u64, Option<PathBuf>)> {
        let revision = params.weights.changes();
        if self.revision.replace(revision) == Some(revision) {
            return None;
        }
        (self.weights, self.failure, self.note) = (None, None, None);
        let chosen = params.weights.get();
        Some((revision, (*chosen).as_ref().map(|chosen| PathBuf::from(&chosen.path))))
    }

    /// Takes weights that were read. The project remembers those that the user has chosen; if they cannot be read,
    /// everything stays as it is.
    pub(super) fn take(&mut self, params: &JangdanParams, loaded: LoadedWeights<W>) -> Taken {
        let LoadedWeights { path, revision, weights } = loaded;
        let (weights, failure) = match weights {
            Ok(weights) => (Some(weights), None),
            Err(failure) if revision.is_none() => return Taken::Failed(failure),
            Err(failure) => (None, Some(failure)),
        };
        let sha256 = weights.as_deref().map(Decode::identity);
        let mut note = None;
        let taken = if revision.is_none() {
            let path = path.map(|path| path.to_string_lossy().into_owned());
            let sha256 = sha256.unwrap_or_default().to_owned();
            let chosen = path.map(|path| ChosenFile { path, sha256 });
            self.revision = Some(params.weights.set(chosen));
            Taken::Chosen
        } else if revision == self.revision {
            let chosen = params.weights.get();
            let is_other = |chosen: &ChosenFile| sha256.is_some_and(|own| own != chosen.sha256);
            if (*chosen).as_ref().is_some_and(is_other) {
                note = Some("the file has changed since the project was saved".to_owned());
            }
            Taken::OfProject
        } else {
            return Taken::Nothing;
        };
        (self.weights, self.failure, self.note) = (weights, failure, note);
        taken
    }

    /// Its description for the window.
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
