//! `trainer report`: a run as an HTML page.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::report;
use crate::training::run_folder::RunFolder;

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Training data, if it has moved
    #[arg(long, value_name = "ZIP")]
    data: Option<PathBuf>,
    /// Folder to write report.html to [default: the run's]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Writes report.html into the run's folder or `--out`.
pub(super) fn run(args: &ReportArgs) -> Result<()> {
    let folder = RunFolder::at(&args.run)?;
    let out = args.out.as_deref().unwrap_or(folder.path());
    let page = report::write(&folder, args.data.as_deref(), out)?;
    println!("wrote {}", page.display());
    Ok(())
}
