//! Fine-tuning (`--init`): the network and parameters of a weights file.

use std::path::Path;

use anyhow::{Context, Result, bail};
use candle_core::Device;
use musicvae::{Config, Parameters};

use crate::training::weights;

/// The network to train on from the weights file at `path`: the file's own, unless `asked` is one whose
/// tensors are of the same shapes.
///
/// # Errors
/// If the file cannot be read, or the network asked for has other tensors.
pub(crate) fn network(path: &Path, asked: Option<&Config>) -> Result<Config> {
    let file = weights::read(path)?;
    let Some(asked) = asked else { return Ok(file.config().clone()) };
    for (name, wanted) in asked.parameters() {
        let found = file.tensors().get(&name).map(|tensor| &tensor.shape);
        if found != Some(&wanted) {
            let found = found.map_or("is missing".into(), |shape| format!("has shape {shape:?}"));
            bail!(
                "{}: tensor `{name}` {found}, but the network in the settings wants {wanted:?}; leave \
                 `network` out of the config file to train on the network that the file has",
                path.display()
            );
        }
    }
    Ok(asked.clone())
}

/// The numbers in the weights file at `path` for the network of `config`, on `device`.
pub(crate) fn parameters(path: &Path, config: &Config, device: &Device) -> Result<Parameters> {
    let file = weights::read(path)?;
    Parameters::from_numbers(config.parameters(), file.tensors(), device)
        .with_context(|| path.display().to_string())
}
