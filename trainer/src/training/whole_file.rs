//! Files written whole or not at all, with errors that name them.

use std::path::Path;

use anyhow::{Context, Result};

/// Writes `bytes` to `path`; see [`files::write`].
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    files::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
