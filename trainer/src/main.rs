//! Trains the groove network on MIDI files and measures it: `trainer --data groove.zip`.
//!
//! Dispatches only; each subcommand has its own file.

mod augment;
mod checkpoint;
mod cli;
mod clip;
mod data;
mod device;
mod encode;
mod encoded;
mod evaluate;
mod export;
mod grids;
mod init;
mod inspect;
mod interpolate;
mod interrupt;
mod latent_map;
mod metrics;
mod midi_folder;
mod nearest_styles;
mod objective;
mod prior;
mod progress;
mod report;
mod run_folder;
mod sample;
mod settings;
mod slerp;
mod statistics;
mod table;
mod teacher_forcing;
mod tensorboard;
mod train;
mod velocity_curves;
mod weights;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, UsageError};

fn main() -> ExitCode {
    keep_candle_from_spinning();
    let cli = Cli::parse();
    let result = match cli.command {
        None => train::run(&cli.train),
        Some(Command::Train(args)) => train::run(&args),
        Some(Command::Windows(args)) => data::windows(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Sample(args)) => sample::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Evaluate(args)) => evaluate::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Inspect(args)) => inspect::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Encode(args)) => encode::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Report(args)) => report::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Interpolate(args)) => interpolate::run(&args).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {}", one_line(&error));
        if error.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}

/// Lets candle's own thread pool have no workers, unless the user's environment says otherwise.
///
/// It shares out element-wise operations, and its threads wait for each other by spinning: on two
/// cores busy with other things as well, a training step took 1.5 times the CPU time with it. What
/// gains most from several cores, products and recurrences, runs on rayon's.
#[allow(unsafe_code)]
fn keep_candle_from_spinning() {
    const THREADS: &str = "CANDLE_NUM_THREADS";
    if std::env::var_os(THREADS).is_none() {
        // SAFETY: called first in `main`, so no other thread is there to read the environment.
        unsafe { std::env::set_var(THREADS, "1") };
    }
}

/// The error and its causes in one line, each said once.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let cause = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        // Some libraries' errors quote their cause.
        if !line.contains(&cause) {
            line = if line.is_empty() { cause } else { format!("{line}: {cause}") };
        }
    }
    line
}
