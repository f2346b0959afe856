//! A run's folder: `runs/<name>/` with config.toml, metrics.jsonl, checkpoints/ and
//! weights.safetensors; of a fine-tuning also init.safetensors.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::training::settings::Settings;
use crate::training::whole_file;

/// Folder of the runs without `--out`, in the current folder.
const RUNS: &str = "runs";

/// The folder of one run.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder(PathBuf);

impl RunFolder {
    /// Creates the folder of a new run: `out`, or the first free `runs/<preset>-<windowing>-<n>`.
    pub(crate) fn create(out: Option<&Path>, settings: &Settings) -> Result<Self> {
        let folder = match out {
            Some(out) => {
                if out.join("config.toml").exists() {
                    bail!(
                        "{0} already holds a run: go on with it by --resume {0}, or choose another \
                         --out",
                        out.display()
                    );
                }
                fs::create_dir_all(out)
                    .with_context(|| format!("cannot create {}", out.display()))?;
                Self(out.to_owned())
            }
            None => Self::first_free(settings)?,
        };
        let checkpoints = folder.checkpoints();
        fs::create_dir_all(&checkpoints)
            .with_context(|| format!("cannot create {}", checkpoints.display()))?;
        folder.keep(settings)?;
        Ok(folder)
    }

    /// Writes `settings` as the run's config.
    pub(crate) fn keep(&self, settings: &Settings) -> Result<()> {
        whole_file::write(&self.config(), settings.to_toml()?.as_bytes())
    }

    fn first_free(settings: &Settings) -> Result<Self> {
        fs::create_dir_all(RUNS).with_context(|| format!("cannot create {RUNS}"))?;
        let stem = format!("{}-{}", name_of(settings.preset), name_of(settings.windowing));
        for number in 1.. {
            let path = Path::new(RUNS).join(format!("{stem}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot create {}", path.display()));
                }
            }
        }
        unreachable!("numbers do not run out")
    }

    /// The run in the folder `path`; without one, the newest in `runs/`.
    pub(crate) fn find(path: Option<&Path>) -> Result<Self> {
        match path {
            Some(path) => Self::at(path),
            None => Self::at(&newest()?),
        }
    }

    /// The run in the folder `path`.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let folder = Self(path.to_owned());
        if !folder.config().exists() {
            bail!("{} holds no run: it has no config.toml", path.display());
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    pub(crate) fn metrics(&self) -> PathBuf {
        self.0.join("metrics.jsonl")
    }

    pub(crate) fn weights(&self) -> PathBuf {
        self.0.join("weights.safetensors")
    }

    /// The weights that the run started from, if any.
    pub(crate) fn init(&self) -> PathBuf {
        self.0.join("init.safetensors")
    }

    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.0.join("checkpoints")
    }

    /// The checkpoint with the best score on validation so far.
    pub(crate) fn best(&self) -> PathBuf {
        self.checkpoints().join("best.safetensors")
    }
}

/// `value` as the command line spells it.
pub(crate) fn name_of(value: impl clap::ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The run whose config is the newest.
fn newest() -> Result<PathBuf> {
    let runs = fs::read_dir(RUNS).context("no run to resume: there is no folder runs/ here")?;
    runs.filter_map(|entry| Some(entry.ok()?.path()))
        .filter_map(|path| Some((path.join("config.toml").metadata().ok()?.modified().ok()?, path)))
        .max()
        .map(|(_, path)| path)
        .context("no run to resume: none in runs/")
}
