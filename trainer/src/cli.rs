//! The command line: one file per subcommand, with its arguments and what it prints.

mod articulations;
mod encode;
mod evaluate;
mod fill;
mod follow;
mod inspect;
mod intensity;
mod interpolate;
mod midi_folder;
mod nearest_styles;
mod report;
mod sample;
mod side_by_side;
mod step_model;
mod train;
mod windows;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Trains the groove network on MIDI files and measures it.
///
/// Without a subcommand it trains: `trainer --data groove.zip` writes `runs/<name>/`.
#[derive(Debug, Parser)]
#[command(name = "trainer", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    train: train::TrainArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a network (the default without a subcommand).
    Train(Box<train::TrainArgs>),
    /// Write the windows of an archive as tokens (little-endian u16) and print counts.
    Windows(windows::WindowsArgs),
    /// Generate patterns with a weights file and write them as MIDI files.
    Sample(sample::SampleArgs),
    /// Write a MIDI file with its last beats filled.
    Fill(fill::FillArgs),
    /// Measure how grooves are played to lines, and how well onsets are found in audio.
    Follow(follow::FollowArgs),
    /// Train the step model of a weights file, which draws grooves.
    StepModel(step_model::StepModelArgs),
    /// Train the model that says how hits are struck: cross-stick, rim, pedal, bell.
    Articulations(articulations::ArticulationsArgs),
    /// Measure a weights file on windows of an archive.
    Evaluate(evaluate::EvaluateArgs),
    /// Give a weights file the direction from quiet to loud playing, and measure it.
    Intensity(intensity::IntensityArgs),
    /// Print a weights file's config, metadata, and tensor names and shapes.
    Inspect(inspect::InspectArgs),
    /// Encode a MIDI file: print its latent vector and its reconstruction.
    Encode(encode::EncodeArgs),
    /// Interpolate between two MIDI files in the latent space and write the patterns.
    Interpolate(interpolate::InterpolateArgs),
    /// Write a run's report: curves, reconstructions, latent map, velocity profiles.
    Report(report::ReportArgs),
}

impl Cli {
    /// Runs the command; returns the exit status.
    ///
    /// # Errors
    /// A [`UsageError`](crate::training::settings::UsageError) for wrong usage, or the command's error.
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            None => return train::run(&self.train),
            Some(Command::Train(args)) => return train::run(&args),
            Some(Command::Windows(args)) => windows::run(&args),
            Some(Command::Fill(args)) => fill::run(&args),
            Some(Command::Follow(args)) => follow::run(&args),
            Some(Command::StepModel(args)) => return step_model::run(&args),
            Some(Command::Sample(args)) => sample::run(&args),
            Some(Command::Articulations(args)) => articulations::run(&args),
            Some(Command::Evaluate(args)) => evaluate::run(&args),
            Some(Command::Intensity(args)) => intensity::run(&args),
            Some(Command::Inspect(args)) => inspect::run(&args),
            Some(Command::Encode(args)) => encode::run(&args),
            Some(Command::Interpolate(args)) => interpolate::run(&args),
            Some(Command::Report(args)) => report::run(&args),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

fn number(typed: &str, is_right: impl Fn(f64) -> bool, wanted: &str) -> Result<f64, String> {
    match typed.parse() {
        Ok(x) if is_right(x) => Ok(x),
        _ => Err(format!("expected {wanted}")),
    }
}

fn positive(typed: &str) -> Result<f64, String> {
    number(typed, |x| x > 0.0 && x.is_finite(), "a number above 0")
}

fn not_negative(typed: &str) -> Result<f64, String> {
    number(typed, |x| x >= 0.0 && x.is_finite(), "a number of at least 0")
}

fn tempo(typed: &str) -> Result<f64, String> {
    number(typed, |x| (4.0..=960.0).contains(&x), "a tempo from 4 to 960 beats per minute")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
