//! Checkpoints: the complete state of a run, so that a resumed run equals one that was never stopped.
//!
//! A checkpoint is a safetensors file: parameters, Adam's moments, and in its metadata the
//! progress. Epoch, position within it and every random stream follow from (seed, step).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use candle_core::Device;
use musicvae::weights::{MAX_FILE_BYTES, Precision, Tensors, read_tensors, write_tensors};
use musicvae::{Adam, Config, LatentMap, Parameters, WeightsFile};
use serde::{Deserialize, Serialize};

use crate::training::metrics::Parts;
use crate::training::run_folder::RunFolder;
use crate::training::settings::Settings;
use crate::training::whole_file;

/// Value of `format` in the metadata.
const FORMAT: &str = "jangdan-checkpoint";
/// Value of `version` in the metadata.
const VERSION: &str = "1";
/// Number of checkpoints kept beside the best one, in case the newest is unreadable.
const KEPT: usize = 2;

/// The size in bytes of the largest checkpoint that is read: weights and both moments of the optimiser.
pub(crate) const LARGEST: u64 = 4 * MAX_FILE_BYTES;

/// The progress of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Training steps done.
    pub(crate) step: u64,
    /// SHA-256 of the archive.
    pub(crate) data_sha256: String,
    /// Training windows, which the order within an epoch depends on.
    pub(crate) windows: u64,
    /// Sums of the losses over the steps done in the current epoch.
    pub(crate) sums: Parts,
    /// The best epoch so far, if one is done.
    pub(crate) best: Option<Best>,
}

/// The epoch with the lowest loss on validation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Best {
    /// Counted from 1.
    pub(crate) epoch: u32,
    /// Loss on the validation windows at full beta.
    pub(crate) loss: f64,
}

/// A state of the training.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checkpoint {
    pub(crate) progress: Progress,
    pub(crate) tensors: Tensors,
}

impl Checkpoint {
    /// Writes the checkpoint to `path`, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let progress = toml::to_string(&self.progress).context("progress does not fit TOML")?;
        let metadata = [("format", FORMAT), ("version", VERSION), ("progress", &progress)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let bytes = write_tensors(&metadata.into(), &self.tensors, Precision::F32)?;
        whole_file::write(path, &bytes)
    }

    /// Reads and checks a checkpoint.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let context = || format!("checkpoint {}", path.display());
        let bytes = whole_files::read(path, LARGEST, "a checkpoint").with_context(context)?;
        Self::from_bytes(&bytes).with_context(context)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (metadata, tensors) = read_tensors(bytes)?;
        let entry = |key: &str| metadata.get(key).map(String::as_str);
        if entry("format") != Some(FORMAT) {
            bail!("not a checkpoint of this program");
        }
        match entry("version") {
            Some(VERSION) => {}
            other => {
                let other = other.unwrap_or("none");
                bail!("of version {other:?}, but this trainer reads version {VERSION}");
            }
        }
        let progress = entry("progress").context("says no progress")?;
        let progress = toml::from_str(progress)
            .map_err(|e| anyhow::anyhow!("its progress is unreadable: {}", e.message()))?;
        Ok(Self { progress, tensors })
    }

    /// Writes the checkpoint into `folder` under its step's name, then removes older ones.
    pub(crate) fn save(&self, folder: &RunFolder) -> Result<PathBuf> {
        let checkpoints = folder.checkpoints();
        let path = checkpoints.join(format!("step-{:09}.safetensors", self.progress.step));
        self.write(&path)?;
        for (_, old) in numbered(&checkpoints)?.into_iter().rev().skip(KEPT) {
            fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
        Ok(path)
    }

    /// The newest readable checkpoint of `folder`, and the errors of newer ones; `None` if there is no checkpoint.
    pub(crate) fn newest(folder: &RunFolder) -> Result<(Option<Self>, Vec<anyhow::Error>)> {
        let mut damaged = Vec::new();
        for (_, path) in numbered(&folder.checkpoints())?.into_iter().rev() {
            match Self::read(&path) {
                Ok(checkpoint) => return Ok((Some(checkpoint), damaged)),
                Err(error) => damaged.push(error),
            }
        }
        match damaged.pop() {
            Some(error) => Err(error.context("no checkpoint is readable")),
            None => Ok((None, damaged)),
        }
    }
}

impl Checkpoint {
    /// The parameters, as a weights file with the standard latent map and without a prior.
    pub(crate) fn weights(&self, config: &Config) -> Result<WeightsFile> {
        let mut tensors: BTreeMap<_, _> = config
            .parameters()
            .into_iter()
            .filter_map(|(name, _)| self.tensors.get_key_value(&name))
            .map(|(name, tensor)| (name.clone(), tensor.clone()))
            .collect();
        LatentMap::standard(config.latent).insert_into(&mut tensors);
        WeightsFile::new(config.autoencoder(), BTreeMap::new(), tensors)
            .context("the checkpoint is not of the network in config.toml")
    }

    /// Parameters and optimiser of this checkpoint, on `device`.
    pub(crate) fn restore(
        &self,
        settings: &Settings,
        device: &Device,
    ) -> Result<(Parameters, Adam)> {
        let parameters = Parameters::from_weights(&self.weights(&settings.network)?, device)?;
        let steps = self.progress.step;
        let adam = Adam::restore(&parameters, settings.adam(), steps, &self.tensors)?;
        Ok((parameters, adam))
    }
}

/// The numbered checkpoints in `folder` by step.
fn numbered(folder: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let context = || format!("cannot read {}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix("step-").and_then(|n| n.strip_suffix(".safetensors"));
        if let Some(step) = number.and_then(|number| number.parse().ok()) {
            found.push((step, path));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use musicvae::RawTensor;
    use musicvae::weights::Metadata;

    use super::*;

    fn checkpoint(step: u64) -> Checkpoint {
        let numbers = vec![0.1, -0.0, f32::MIN_POSITIVE / 2.0, 1e38, 5.0, 6.0];
        let progress = Progress {
            step,
            data_sha256: "ab".into(),
            windows: 10,
            sums: Parts { loss: 0.1 + 0.2, kl: f64::MAX, ..Parts::default() },
            best: Some(Best { epoch: 1, loss: 1.0 / 3.0 }),
        };
        let tensor = RawTensor { shape: vec![2, 3], data: numbers };
        Checkpoint { progress, tensors: BTreeMap::from([("a".into(), tensor)]) }
    }

    #[test]
    fn a_checkpoint_reads_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        checkpoint(7).write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), checkpoint(7));
    }

    #[test]
    fn damaged_and_foreign_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        checkpoint(7).write(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        for length in [0, 7, 100, bytes.len() - 1] {
            let error = Checkpoint::from_bytes(&bytes[..length]).unwrap_err().to_string();
            assert!(error.contains("not a whole"), "{length}: {error}");
        }
        let foreign = write_tensors(&Metadata::new(), &checkpoint(1).tensors, Precision::F32);
        let error = Checkpoint::from_bytes(&foreign.unwrap()).unwrap_err().to_string();
        assert!(error.contains("not a checkpoint"), "{error}");
    }
}
