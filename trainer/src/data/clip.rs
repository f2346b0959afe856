//! A MIDI file of the user's as a pattern.

use std::path::Path;

use anyhow::{Context, Result};
use groove::midi::{self, Clip, NoDrums};
use groove::{BARS, Pattern};

use super::ReadArgs;
use super::report::summary;
use super::source::MAX_MIDI_BYTES;

/// The four bars of the MIDI file at `path` that begin with bar `bar`, counted from 1, the bar of the first hit; beyond
/// its end there is silence. Prints to stderr what was left out.
///
/// # Errors
/// If it cannot be read, or has no drum hit in these bars.
pub(crate) fn read(path: &Path, bar: usize, args: &ReadArgs) -> Result<Pattern> {
    let name = || path.display().to_string();
    let bytes = whole_files::read(path, MAX_MIDI_BYTES, "a MIDI file").with_context(name)?;
    let clip = Clip::read(&bytes, args.options()?).with_context(name)?;
    let pattern = clip.pattern(bar).map_err(|error| {
        let is_melody = matches!(error, NoDrums::Melody(_));
        let error = anyhow::Error::new(error);
        if is_melody { error.context("name the drums' channel by --channel") } else { error }
    });
    let pattern = pattern.with_context(name)?;
    let (bars, likeliest) = (clip.bars(), midi::likeliest(&clip.bars()));
    if bars.len() > BARS && likeliest != bar {
        let (name, count) = (path.display(), bars.len());
        eprintln!(
            "note: {name}: bars {bar} to {} of {count}; the busiest that come again begin at bar {likeliest}",
            bar + BARS - 1
        );
    }
    let summary = summary(&clip.report, false);
    if !summary.is_empty() {
        eprintln!("note: {}: {summary}", path.display());
    }
    Ok(pattern)
}
