//! Reads an archive: every file once, in small batches, on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use groove::midi::{Clip, ClipOptions, ClipReport, Performance};
use groove::{STEPS, StepSequence};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::catalog::Catalog;
use super::cut::cut;
use super::source::{MAX_MIDI_BYTES, Source};
use super::windows::{Recordings, Sequence, Window, Windows};
use super::{
    DataOptions, Dataset, PerformanceInfo, ReadArgs, Report, Skipped, Windowing, bars, seed,
};

/// Reads what `path` holds twice: its windows of 4/4 in 16ths, and those of each file's own metre and of the grid that fits it;
/// `split_seed` draws the split of an archive that states none.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_in_all_bars(
    path: &Path,
    reading: &ReadArgs,
    split_seed: u64,
) -> Result<[Dataset; 2]> {
    let options = DataOptions { split_seed, ..DataOptions::bars(path, reading) };
    let load = |any_bar| load(&DataOptions { any_bar, ..options.clone() });
    Ok([load(false)?, load(true)?])
}

/// Reads the archive or folder and cuts it into windows.
///
/// # Errors
/// If it cannot be read, holds no MIDI file, or no window is left. A file that cannot be used is
/// not an error but counted in the [`Report`].
pub(crate) fn load(options: &DataOptions) -> Result<Dataset> {
    let named = || options.path.display().to_string();
    let clip_options = ClipOptions { only_windows: !options.any_bar, ..options.reading.options()? };
    let mut source = Source::open(&options.path)?;
    let mut catalog = Catalog::of(&mut source).with_context(named)?;
    let mut report = Report {
        unlisted: catalog.unlisted,
        has_info: catalog.has_info,
        shadows: catalog.shadows,
        skipped_entries: std::mem::take(&mut source.skipped_entries),
        ..Report::default()
    };
    let read = |bytes: &[u8], info: &PerformanceInfo| match options.windowing {
        Windowing::Seed => File::of_seed(bytes),
        Windowing::Bars => File::of_bars(bytes, clip_options, info),
    };
    let (sequences, fills, mut reasons) =
        read_all(&mut source, &catalog.performances, read, &mut report);
    if options.windowing == Windowing::Bars {
        let has_windows =
            |sequence: &&Sequence| bars::starts(&sequence.steps, None).next().is_some();
        let of_use: BTreeSet<usize> =
            sequences.iter().filter(has_windows).map(|sequence| sequence.performance).collect();
        catalog.draw_splits(&of_use, options.split_seed);
    }
    let recordings = Arc::new(Recordings { sequences, fills, performances: catalog.performances });
    let windows = cut(&recordings, options);
    for window in windows.iter().flatten() {
        reasons.remove(&recordings.sequences[window.sequence as usize].performance);
    }
    let useless = |(i, reason): (usize, String)| Skipped {
        name: recordings.performances[i].name.clone(),
        reason,
    };
    report.without_window = reasons.into_iter().map(useless).collect();
    let [train, validation, test] =
        windows.map(|windows: Vec<Window>| Windows::new(Arc::clone(&recordings), windows));
    if train.is_empty() && validation.is_empty() && test.is_empty() {
        return Err(nothing_left(&options.path, &report));
    }
    Ok(Dataset { train, validation, test, report })
}

fn nothing_left(path: &Path, report: &Report) -> anyhow::Error {
    let useless: Vec<_> = report.skipped.iter().chain(&report.without_window).collect();
    let first = useless.first().map_or_else(String::new, |first| {
        format!(" (the first, {}: {})", first.name, first.reason)
    });
    anyhow::anyhow!(
        "{}: no window is left: none of {} MIDI files holds four bars of 4/4 with drums{first}",
        path.display(),
        useless.len(),
    )
}

/// What was read of a file.
struct File {
    sequences: Vec<StepSequence>,
    /// What is labelled a fill and has no window of its own.
    fills: Vec<StepSequence>,
    report: ClipReport,
    /// Why it has no window, should it have none.
    reason: String,
}

impl File {
    fn of_seed(bytes: &[u8]) -> Result<Self> {
        let sequences = seed::sequences(&Performance::read(bytes)?)?;
        let reason = if sequences.is_empty() { "not in 4/4 or without drums" } else { "" };
        Ok(Self::new(sequences, ClipReport::default(), reason.to_owned()))
    }

    fn of_bars(bytes: &[u8], options: ClipOptions, info: &PerformanceInfo) -> Result<Self> {
        let mut clip = Clip::read(bytes, options)?;
        // A fill is played once.
        if clip.report.is_loop && info.beat_type == "fill" {
            clip.report.is_loop = false;
            let reason = "a fill shorter than four bars".to_owned();
            let fills = std::mem::take(&mut clip.sequences);
            return Ok(Self { fills, ..Self::new(Vec::new(), clip.report, reason) });
        }
        let reason = clip.no_drums.map_or_else(String::new, |reason| reason.to_string());
        Ok(Self::new(clip.sequences, clip.report, reason))
    }

    fn new(sequences: Vec<StepSequence>, report: ClipReport, mut reason: String) -> Self {
        if reason.is_empty() {
            let longest = sequences.iter().map(StepSequence::len).max().unwrap_or(0);
            reason = match longest {
                0 => "no drum hit",
                1..STEPS => "shorter than four bars",
                _ => "too few hits",
            }
            .to_owned();
        }
        Self { sequences, fills: Vec::new(), report, reason }
    }
}

/// Bytes of MIDI files held at once: enough to keep all cores busy, whatever the archive's size.
const BATCH_BYTES: usize = 4 << 20;

/// Reads all `performances` by `read`, and says for each that can be read why it may have no window.
fn read_all(
    source: &mut Source,
    performances: &[PerformanceInfo],
    read: impl Fn(&[u8], &PerformanceInfo) -> Result<File> + Sync,
    report: &mut Report,
) -> (Vec<Sequence>, Vec<Sequence>, BTreeMap<usize, String>) {
    let mut hash = Sha256::new();
    let (mut sequences, mut fills) = (Vec::new(), Vec::new());
    let mut reasons = BTreeMap::new();
    let mut next = 0;
    while next < performances.len() {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while next < performances.len() && bytes < BATCH_BYTES {
            let name = &performances[next].name;
            let content = source.read(name, MAX_MIDI_BYTES);
            if let Ok(content) = &content {
                bytes += content.len();
                hash.update(name.as_bytes());
                hash.update((content.len() as u64).to_le_bytes());
                hash.update(content);
            }
            batch.push((next, content));
            next += 1;
        }
        let files: Vec<_> = batch
            .into_par_iter()
            .map(|(i, content)| (i, content.and_then(|bytes| read(&bytes, &performances[i]))))
            .collect();
        for (performance, file) in files {
            let name = &performances[performance].name;
            match file {
                Ok(file) => {
                    report.files += 1;
                    report.add(name, &file.report);
                    reasons.insert(performance, file.reason);
                    let sequence = |steps| Sequence { performance, steps };
                    sequences.extend(file.sequences.into_iter().map(sequence));
                    fills.extend(file.fills.into_iter().map(sequence));
                }
                Err(error) => report
                    .skipped
                    .push(Skipped { name: name.clone(), reason: format!("{error:#}") }),
            }
        }
    }
    report.sha256 = whole_files::hex(&hash.finalize());
    (sequences, fills, reasons)
}
