//! `trainer inspect`: config, metadata and tensors of a weights file.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use musicvae::WeightsFile;

use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Weights file to print
    #[arg(value_name = "FILE")]
    weights: PathBuf,
}

/// Prints config, metadata, and tensor names and shapes.
pub(super) fn run(args: &InspectArgs) -> Result<()> {
    let text = description(&weights::read(&args.weights)?)?;
    // A closed pipe (`| head`) is no error.
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot print")
        }
        _ => Ok(()),
    }
}

fn description(file: &WeightsFile) -> Result<String> {
    let mut text = String::from("config\n");
    let config = toml::to_string(file.config()).context("the config does not fit TOML")?;
    for line in config.lines().filter(|line| !line.is_empty()) {
        text += &format!("  {line}\n");
    }
    text += "\nmetadata\n";
    for (key, value) in file.metadata().iter().filter(|(key, _)| *key != "config") {
        // Text from a file may contain terminal commands.
        text += &format!("  {} = {}\n", key.escape_debug(), value.escape_debug());
    }
    text += "\ntensors\n";
    let width = file.tensors().keys().map(String::len).max().unwrap_or(0);
    let mut count = 0;
    for (name, tensor) in file.tensors() {
        text += &format!("  {:width$}  {:?}\n", name.escape_debug().to_string(), tensor.shape);
        count += tensor.data.len();
    }
    text += &format!("\n{} tensors, {count} numbers\n", file.tensors().len());
    Ok(text)
}
