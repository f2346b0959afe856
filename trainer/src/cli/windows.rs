//! `trainer windows`: the windows of an archive as tokens in a file.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, bail};

use crate::cli::WindowsArgs;
use crate::data::{DataOptions, Dataset, Split, Windowing, load};

/// Writes the windows that `args` ask for and prints how many there are.
///
/// # Errors
/// As [`load`]; if `--split` has no window; if the file cannot be written.
pub(crate) fn run(args: &WindowsArgs) -> Result<()> {
    let options = DataOptions {
        path: args.data.clone(),
        windowing: args.windowing,
        train_hop_beats: None,
        split_seed: 0,
    };
    let data = load(&options)?;
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
    println!("wrote {written} windows to {name}");
    Ok(())
}

/// Such as `seed: 5020 windows (4518 train + 502 validation) from 1138 files`.
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
    format!("{windowing}: {total} windows ({}) from {} files", parts.join(" + "), data.report.files)
}
