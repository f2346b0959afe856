//! Trains the groove network on MIDI files and measures it: `trainer --data groove.zip`.
//!
//! Dispatches only; each subcommand has its own file.

mod augment;
mod checkpoint;
mod cli;
mod data;
mod device;
mod evaluate;
mod export;
mod inspect;
mod interrupt;
mod metrics;
mod objective;
mod progress;
mod run_folder;
mod sample;
mod settings;
mod teacher_forcing;
mod train;
mod weights;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, UsageError};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        None => train::run(&cli.train),
        Some(Command::Train(args)) => train::run(&args),
        Some(Command::Windows(args)) => data::windows(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Sample(args)) => sample::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Evaluate(args)) => evaluate::run(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Inspect(args)) => inspect::run(&args).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {}", one_line(&error));
        if error.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
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
