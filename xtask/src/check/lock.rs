//! `Cargo.lock`, read once for the checks that need it.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace::Workspace;

/// A package that cargo has locked.
#[derive(Debug, Deserialize)]
pub(super) struct Locked {
    pub(super) name: String,
    /// Names, with a version behind where there are several.
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Locked {
    /// The names of what it depends on.
    pub(super) fn uses(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().filter_map(|dependency| dependency.split(' ').next())
    }
}

/// All packages of the workspace's `Cargo.lock`.
pub(super) fn read(workspace: &Workspace) -> Result<Vec<Locked>> {
    let path = workspace.root().join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("cannot parse {}", path.display()))
}

pub(super) fn parse(text: &str) -> Result<Vec<Locked>> {
    #[derive(Deserialize)]
    struct File {
        package: Vec<Locked>,
    }
    Ok(toml::from_str::<File>(text)?.package)
}
