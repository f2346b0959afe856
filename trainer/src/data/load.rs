//! Reading an archive: every file once, in small batches, on all cores.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use groove::StepSequence;
use groove::midi::Performance;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::catalog::Catalog;
use super::cut::cut;
use super::source::{MAX_MIDI_BYTES, Source};
use super::windows::{Recordings, Sequence, Windows};
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
    let sequences = read_all(&mut source, &catalog.performances, options.windowing, &mut report);
    let recordings = Arc::new(Recordings { sequences, performances: catalog.performances });
    let [train, validation, test] =
        cut(&recordings, options).map(|windows| Windows::new(Arc::clone(&recordings), windows));
    if train.is_empty() && validation.is_empty() && test.is_empty() {
        return Err(nothing_left(&options.path, &report));
    }
    Ok(Dataset { train, validation, test, report })
}

fn nothing_left(path: &Path, report: &Report) -> anyhow::Error {
    let files = report.files + report.skipped.len();
    let skipped = match report.skipped.first() {
        None => String::new(),
        Some(first) => format!(
            "; {} of them could not be used, the first being {} ({})",
            report.skipped.len(),
            first.name,
            first.reason
        ),
    };
    anyhow::anyhow!(
        "{}: no window is left: none of {files} MIDI files holds four bars of 4/4 with drums on channel 10{skipped}",
        path.display()
    )
}

/// Bytes of MIDI files held at once: enough to keep all cores busy, whatever the archive's size.
const BATCH_BYTES: usize = 4 << 20;

fn read_all(
    source: &mut Source,
    performances: &[PerformanceInfo],
    windowing: Windowing,
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
            .map(|(i, content)| (i, content.and_then(|bytes| sequences_of(&bytes, windowing))))
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
    report.sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    sequences
}

fn sequences_of(bytes: &[u8], windowing: Windowing) -> Result<Vec<StepSequence>> {
    let performance = Performance::read(bytes)?;
    Ok(match windowing {
        Windowing::Seed => seed::sequences(&performance)?,
        Windowing::Bars => bars::sequence(&performance)?.into_iter().collect(),
    })
}
