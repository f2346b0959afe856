//! Files written whole or not at all, with errors that name them.

use std::path::Path;

use anyhow::{Context, Result};

/// Writes `bytes` to `path`; see [`whole_files::write`].
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    whole_files::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
