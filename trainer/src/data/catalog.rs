//! Which MIDI files count, in which order, and what is known of each: `info.csv`, or without it all.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Split;
use super::source::Source;

/// The largest info.csv read; the Groove MIDI Dataset's has 0.2 MB for 1150 files.
const MAX_INFO_BYTES: u64 = 64 << 20;

/// What is known of a MIDI file. Texts are empty where nothing is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PerformanceInfo {
    /// Name within the archive or folder.
    pub(crate) name: String,
    /// Who played, such as `drummer1`.
    pub(crate) drummer: String,
    /// Style, a primary one and often a secondary one, such as `funk/groove1`.
    pub(crate) style: String,
    /// `beat` or `fill`.
    pub(crate) beat_type: String,
    /// Tempo it was played at, in quarter notes a minute.
    pub(crate) bpm: Option<f64>,
    /// The split it belongs to.
    pub(crate) split: Split,
}

impl PerformanceInfo {
    /// The style without its second part: `funk` of `funk/groove1`. Empty where nothing is said.
    pub(crate) fn primary_style(&self) -> &str {
        self.style.split('/').next().unwrap_or_default()
    }
}

/// The performances that count, in order, and what to tell the user about that choice.
pub(super) struct Catalog {
    pub(super) performances: Vec<PerformanceInfo>,
    pub(super) has_info: bool,
    /// MIDI files that info.csv does not list.
    pub(super) unlisted: usize,
}

/// A row of the Groove MIDI Dataset's info.csv. Other columns (session, id, time_signature,
/// audio_filename, duration) are of no use here: metre and length are in the MIDI file itself.
#[derive(Deserialize)]
struct Row {
    midi_filename: String,
    #[serde(default)]
    drummer: String,
    #[serde(default)]
    style: String,
    #[serde(default)]
    beat_type: String,
    #[serde(default)]
    bpm: Option<f64>,
    #[serde(default)]
    split: Option<String>,
}

impl Catalog {
    /// Lists `source`. Where no split is stated, `seed` draws one: 90 % train, 10 % validation.
    pub(super) fn of(source: &mut Source, seed: u64) -> Result<Self> {
        let names = source.names()?;
        let midi_files: Vec<&String> = names.iter().filter(|name| is_midi(name)).collect();
        if midi_files.is_empty() {
            bail!("it holds no MIDI file (.mid or .midi)");
        }
        let is_info = |name: &&String| name.rsplit('/').next() == Some("info.csv");
        let Some(info) = names.iter().filter(is_info).min_by_key(|name| name.matches('/').count())
        else {
            let mut performances: Vec<_> = midi_files
                .into_iter()
                .map(|name| PerformanceInfo { name: name.clone(), ..Default::default() })
                .collect();
            draw_splits(&mut performances, seed);
            return Ok(Self { performances, has_info: false, unlisted: 0 });
        };
        let bytes = source.read(info, MAX_INFO_BYTES).with_context(|| info.clone())?;
        let folder = &info[..info.len() - "info.csv".len()];
        let performances = read_info(&bytes, folder, seed).with_context(|| info.clone())?;
        if performances.is_empty() {
            bail!("{info}: lists no MIDI file");
        }
        let listed: std::collections::HashSet<&str> =
            performances.iter().map(|performance| performance.name.as_str()).collect();
        let unlisted = midi_files.iter().filter(|name| !listed.contains(name.as_str())).count();
        Ok(Self { performances, has_info: true, unlisted })
    }
}

fn is_midi(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    // macOS archives keep a second, unreadable file beside each, under this folder.
    let is_shadow = name.starts_with("__MACOSX/");
    !is_shadow && ["mid", "midi"].iter().any(|midi| extension.eq_ignore_ascii_case(midi))
}

fn read_info(bytes: &[u8], folder: &str, seed: u64) -> Result<Vec<PerformanceInfo>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let has_split = reader.headers()?.iter().any(|column| column == "split");
    let mut performances = Vec::new();
    for (i, row) in reader.deserialize().enumerate() {
        let row: Row = row?;
        let split = match row.split.as_deref() {
            None => Split::Train,
            Some(split) => Split::from_name(split).with_context(|| {
                let split: String = split.escape_debug().take(40).collect();
                format!("row {}: split `{split}` is none of train, validation, test", i + 2)
            })?,
        };
        performances.push(PerformanceInfo {
            name: format!("{folder}{}", row.midi_filename),
            drummer: row.drummer,
            style: row.style,
            beat_type: row.beat_type,
            bpm: row.bpm,
            split,
        });
    }
    if !has_split {
        draw_splits(&mut performances, seed);
    }
    Ok(performances)
}

/// Gives a tenth of the performances (at least one of two) to validation, the others to train.
///
/// Drawn by a hash of seed and name, so that it depends on neither the order nor a library's version.
fn draw_splits(performances: &mut [PerformanceInfo], seed: u64) {
    let rank =
        |name: &str| Sha256::new().chain_update(seed.to_le_bytes()).chain_update(name).finalize();
    let mut order: Vec<usize> = (0..performances.len()).collect();
    order.sort_by_cached_key(|&i| rank(&performances[i].name));
    let validation = match performances.len() {
        0 | 1 => 0,
        files => (files / 10).max(1),
    };
    for (place, i) in order.into_iter().enumerate() {
        performances[i].split = if place < validation { Split::Validation } else { Split::Train };
    }
}
