//! Reading an archive: every file once, in small batches, on all cores.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use groove::midi::Performance;
use groove::{STEPS, SequenceTooLong, StepSequence};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::catalog::Catalog;
use super::cut::cut;
use super::source::{MAX_MIDI_BYTES, Source};
use super::windows::{Recordings, Sequence, Window, Windows};
use super::{DataOptions, Dataset, PerformanceInfo, Report, Skipped, Windowing, bars, seed};

/// Reads the archive or folder and cuts it into windows.
///
/// # Errors
/// If it cannot be read, holds no MIDI file, or no window is left. A file that cannot be used is
/// not an error but counted in the [`Report`].
pub(crate) fn load(options: &DataOptions) -> Result<Dataset> {
    let named = || options.path.display().to_string();
    let mut source = Source::open(&options.path)?;
    let catalog = Catalog::of(&mut source, options.split_seed).with_context(named)?;
    let mut report =
        Report { unlisted: catalog.unlisted, has_info: catalog.has_info, ..Report::default() };
    let reader = match (options.windowing, catalog.has_info) {
        (Windowing::Seed, _) => seed_sequences,
        (Windowing::Bars, true) => bars_sequences,
        (Windowing::Bars, false) => own_sequences,
    };
    let sequences = read_all(&mut source, &catalog.performances, reader, &mut report);
    let recordings = Arc::new(Recordings { sequences, performances: catalog.performances });
    let windows = cut(&recordings, options);
    report.without_window = without_window(&recordings, windows.iter().flatten(), &report.skipped);
    let [train, validation, test] =
        windows.map(|windows| Windows::new(Arc::clone(&recordings), windows));
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

/// The performances without one of `windows`, but for those that could not be read.
fn without_window<'a>(
    recordings: &Recordings,
    windows: impl Iterator<Item = &'a Window>,
    skipped: &[Skipped],
) -> Vec<Skipped> {
    let sequences = &recordings.sequences;
    let of_use: HashSet<usize> =
        windows.map(|window| sequences[window.sequence as usize].performance).collect();
    let unread: HashSet<&str> = skipped.iter().map(|skipped| skipped.name.as_str()).collect();
    let mut longest: HashMap<usize, usize> = HashMap::new();
    for sequence in sequences {
        let longest = longest.entry(sequence.performance).or_default();
        *longest = sequence.steps.len().max(*longest);
    }
    let reason = |performance| match longest.get(&performance) {
        None => "not in 4/4 or without drums",
        Some(0) => "no drum hit",
        Some(1..STEPS) => "shorter than four bars",
        Some(_) => "too few hits",
    };
    let useless = recordings.performances.iter().enumerate().filter(|(i, performance)| {
        !of_use.contains(i) && !unread.contains(performance.name.as_str())
    });
    useless
        .map(|(i, performance)| Skipped {
            name: performance.name.clone(),
            reason: reason(i).to_owned(),
        })
        .collect()
}

/// Bytes of MIDI files held at once: enough to keep all cores busy, whatever the archive's size.
const BATCH_BYTES: usize = 4 << 20;

fn read_all(
    source: &mut Source,
    performances: &[PerformanceInfo],
    reader: fn(&Performance) -> Result<Vec<StepSequence>, SequenceTooLong>,
    report: &mut Report,
) -> Vec<Sequence> {
    let mut hash = Sha256::new();
    let mut sequences = Vec::new();
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
        let read: Vec<_> = batch
            .into_par_iter()
            .map(|(i, content)| {
                (i, content.and_then(|bytes| Ok(reader(&Performance::read(&bytes)?)?)))
            })
            .collect();
        for (performance, result) in read {
            match result {
                Ok(found) => {
                    report.files += 1;
                    sequences
                        .extend(found.into_iter().map(|steps| Sequence { performance, steps }));
                }
                Err(error) => report.skipped.push(Skipped {
                    name: performances[performance].name.clone(),
                    reason: format!("{error:#}"),
                }),
            }
        }
    }
    report.sha256 = whole_files::hex(&hash.finalize());
    sequences
}

fn seed_sequences(performance: &Performance) -> Result<Vec<StepSequence>, SequenceTooLong> {
    seed::sequences(performance)
}

fn bars_sequences(performance: &Performance) -> Result<Vec<StepSequence>, SequenceTooLong> {
    Ok(bars::sequence(performance)?.into_iter().collect())
}

fn own_sequences(performance: &Performance) -> Result<Vec<StepSequence>, SequenceTooLong> {
    Ok(bars::own_sequence(performance)?.into_iter().collect())
}
