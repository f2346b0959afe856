//! `trainer windows`: the windows of an archive as tokens in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::data::{DataOptions, Dataset, ReadArgs, Split, Windowing, counted, load};

#[derive(Debug, Args)]
pub(crate) struct WindowsArgs {
    /// Zip or folder of MIDI files
    #[arg(long, value_name = "ZIP|DIR")]
    data: PathBuf,
    /// Method of cutting performances into windows
    #[arg(long, value_enum, default_value = "bars")]
    windowing: Windowing,
    #[command(flatten)]
    reading: ReadArgs,
    /// Split to write [default: all]
    #[arg(long, value_enum)]
    split: Option<Split>,
    /// Output file of tokens: 64 little-endian u16 per window
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// List the MIDI files that were skipped, and what was left out of the others
    #[arg(short, long)]
    verbose: bool,
}

/// Writes the windows and prints their number.
///
/// # Errors
/// As [`load`]; if `--split` has no window; if the file cannot be written.
pub(super) fn run(args: &WindowsArgs) -> Result<()> {
    let options = DataOptions::bars(&args.data, &args.reading);
    let data = load(&DataOptions { windowing: args.windowing, ..options })?;
    data.report.print(args.verbose);
    let splits = match args.split {
        Some(split) if data.split(split).is_empty() => {
            bail!("{}: has no window in split {}", args.data.display(), split.name())
        }
        Some(split) => vec![split],
        None => Split::ALL.to_vec(),
    };
    let name = args.out.display();
    let file = File::create(&args.out).with_context(|| format!("{name}: cannot be created"))?;
    let mut out = BufWriter::new(file);
    let mut write = || {
        splits.iter().try_for_each(|&split| data.split(split).write_tokens(&mut out))?;
        out.flush()
    };
    write().with_context(|| format!("{name}: cannot be written"))?;
    println!("{}", counts(&data, args.windowing));
    let written: usize = splits.iter().map(|&split| data.split(split).len()).sum();
    println!("wrote {} to {name}", counted(written, "window"));
    Ok(())
}

/// A line like `seed: 5020 windows (4518 train + 502 validation) from 1138 files`.
fn counts(data: &Dataset, windowing: Windowing) -> String {
    let splits = Split::ALL.map(|split| (split.name(), data.split(split).len()));
    let total: usize = splits.iter().map(|(_, count)| count).sum();
    let parts: Vec<String> = splits
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    let windowing = match windowing {
        Windowing::Seed => "seed",
        Windowing::Bars => "bars",
    };
    let (windows, files) = (counted(total, "window"), counted(data.report.files, "file"));
    format!("{windowing}: {windows} ({}) from {files}", parts.join(" + "))
}
