//! Trains the groove network on MIDI files and measures it: `trainer --data groove.zip`.

mod cli;
mod data;
mod evaluate;
mod export;
mod report;
mod training;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::training::settings::UsageError;

fn main() -> ExitCode {
    keep_candle_from_spinning();
    Cli::parse().run().unwrap_or_else(|error| {
        eprintln!("error: {}", one_line(&error));
        if error.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}

/// Limits candle's own thread pool to one thread, unless the environment sets another number.
///
/// That pool runs element-wise operations, and its threads wait by spinning: on two busy cores a training step took
/// 1.5 times the CPU time with it. Matrix products and recurrences, which gain most from several cores, use rayon's
/// pool.
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
