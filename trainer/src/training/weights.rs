//! Weights files that the user names.

use std::path::Path;

use anyhow::{Context, Error, Result};
use musicvae::{GrooveModel, WeightsError, WeightsFile};

use crate::data::Windowing;

/// Reads a weights file; errors name it.
pub(crate) fn read(path: &Path) -> Result<WeightsFile> {
    WeightsFile::read(path).map_err(|error| match error {
        // Names the file itself.
        WeightsError::Io { .. } => Error::new(error),
        error => Error::new(error).context(path.display().to_string()),
    })
}

/// The model of a weights file; errors name the file.
pub(crate) fn model(path: &Path) -> Result<GrooveModel> {
    GrooveModel::new(&read(path)?).with_context(|| path.display().to_string())
}

/// The windowing in the metadata of `file`, if there.
pub(crate) fn windowing(file: &WeightsFile) -> Option<Windowing> {
    let data: serde_json::Value = serde_json::from_str(file.metadata().get("data")?).ok()?;
    serde_json::from_value(data.get("windowing")?.clone()).ok()
}
