//! Where the repository and its build folder are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

/// The cargo workspace this program belongs to.
pub(crate) struct Workspace {
    metadata: Metadata,
}

impl Workspace {
    /// Asks cargo, from the folder of this package when cargo runs it, else from the current one.
    pub(crate) fn find() -> Result<Self> {
        let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_dir().context("cannot tell the current folder")?,
        };
        let metadata = MetadataCommand::new()
            .current_dir(start)
            .no_deps()
            .exec()
            .context("cannot read the workspace's manifests")?;
        Ok(Self { metadata })
    }

    /// The repository's top folder.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Cargo's build folder, wherever its configuration or environment puts it.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The workspace's own packages.
    pub(crate) fn packages(&self) -> &[cargo_metadata::Package] {
        &self.metadata.packages
    }

    /// The version of `package`, one of the workspace's.
    pub(crate) fn version(&self, package: &str) -> Result<String> {
        let found = self.packages().iter().find(|found| *found.name == package);
        Ok(found.with_context(|| format!("no package {package}"))?.version.to_string())
    }

    /// A cargo command in the repository's top folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command.current_dir(self.root());
        command
    }

    /// Standard output of `command`.
    ///
    /// # Errors
    /// If it cannot run or fails; its standard error is then part of the message.
    pub(crate) fn output(mut command: Command) -> Result<String> {
        let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{command:?} failed ({}): {}", output.status, said.trim());
        }
        String::from_utf8(output.stdout).with_context(|| format!("{command:?} wrote no UTF-8"))
    }
}
