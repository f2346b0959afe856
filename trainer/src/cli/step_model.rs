//! `trainer step-model`: trains the step model of a weights file, or trains it on.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use musicvae::Precision;
use musicvae::config::{Drawn, StepModelConfig};

use super::positive;
use crate::data::{self, ReadArgs};
use crate::training::step_model::{self, StepTraining};
use crate::training::{device, interrupt, weights, whole_file};

#[derive(Debug, Args)]
pub(crate) struct StepModelArgs {
    /// Weights file of the network; a step model in it is trained on
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Training data: a zip or a folder of MIDI files
    #[arg(long, value_name = "ZIP|DIR")]
    data: PathBuf,
    #[command(flatten)]
    reading: ReadArgs,
    /// Weights file to write: the same with the step model
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Train the model that draws other bars than those of 4/4 in 16ths
    #[arg(long)]
    any_bar: bool,
    /// Number of passes over the training windows; 0 trains the critic alone
    #[arg(long, value_name = "N", default_value_t = 8)]
    epochs: u32,
    /// Number of grooves drawn to train the critic, which chooses among drawn grooves; 0: no critic
    #[arg(long, value_name = "N", default_value_t = 6000, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    critic: u32,
    /// Peak learning rate
    #[arg(long, value_name = "RATE", default_value_t = 2e-3, value_parser = positive)]
    lr: f64,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Compute device: auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
    /// Go on from OUT.checkpoint, if it is there
    #[arg(long)]
    resume: bool,
}

/// Trains and writes the weights; exit status 130 if stopped before the end.
pub(super) fn run(args: &StepModelArgs) -> Result<ExitCode> {
    interrupt::listen()?;
    musicvae::keep_freed_memory();
    let file = weights::read(&args.weights)?;
    let device = device::from_name(&args.device)?;
    let [data, others] = data::load_in_all_bars(&args.data, &args.reading, args.seed)?;
    data.report.print(false);
    let mut checkpoint = args.out.clone().into_os_string();
    checkpoint.push(".checkpoint");
    let drawn = if args.any_bar { Drawn::AnyBar } else { Drawn::Common };
    let training = StepTraining {
        drawn,
        epochs: args.epochs,
        least_steps: 0,
        learning_rate: args.lr,
        seed: args.seed,
        checkpoint: checkpoint.into(),
        resume: args.resume,
        critic_grooves: args.critic as usize,
    };
    let known = file.config().drawn_by(drawn).or(file.config().step_model.as_ref());
    let sizes = known.cloned().unwrap_or_else(StepModelConfig::compact);
    let trained =
        step_model::add_to(&file, &sizes, Some(&file), &training, [&data, &others], &device)?;
    let Some(file) = trained else { return Ok(ExitCode::from(interrupt::EXIT_STATUS)) };
    whole_file::write(&args.out, &file.to_bytes(Precision::F16)?)?;
    println!("wrote {}", args.out.display());
    Ok(ExitCode::SUCCESS)
}
