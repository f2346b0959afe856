//! A folder of numbered MIDI files.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use groove::Pattern;

/// Options of the output folder.
use super::tempo;
#[derive(Debug, Args)]
pub(super) struct OutArgs {
    /// Output folder for MIDI files numbered from 001
    #[arg(long = "out", value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// Tempo written to the files, in beats per minute
    #[arg(long, value_name = "BPM", default_value_t = 120.0, value_parser = tempo)]
    tempo: f64,
}

/// An output folder and the names of its files.
pub(super) struct MidiFolder<'a> {
    args: &'a OutArgs,
    stem: &'static str,
    digits: usize,
}

impl<'a> MidiFolder<'a> {
    /// Creates the folder of `args` if necessary, for `count` patterns called `stem-001.mid` and so on.
    pub(super) fn new(args: &'a OutArgs, stem: &'static str, count: u32) -> Result<Self> {
        fs::create_dir_all(&args.folder)
            .with_context(|| format!("cannot create {}", args.folder.display()))?;
        Ok(Self { args, stem, digits: count.to_string().len().max(3) })
    }

    /// Writes pattern `number`, counted from 1; returns the name of its file.
    pub(super) fn write(&self, number: u32, pattern: &Pattern) -> Result<String> {
        let name = format!("{}-{number:0digits$}.mid", self.stem, digits = self.digits);
        let path = self.args.folder.join(&name);
        let bytes = groove::midi::write(&[*pattern], self.args.tempo)?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(name)
    }
}
