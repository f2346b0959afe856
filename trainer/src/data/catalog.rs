//! Which MIDI files count, in which order, and what is known of each.

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::Split;
use super::info::Info;
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
#[derive(Default)]
pub(super) struct Catalog {
    /// Those of info.csv in its order, then the others by name.
    pub(super) performances: Vec<PerformanceInfo>,
    /// Those whose split nothing states.
    pub(super) undecided: BTreeSet<usize>,
    pub(super) has_info: bool,
    /// MIDI files that info.csv does not list.
    pub(super) unlisted: usize,
    /// Files that macOS keeps beside others, which are no music.
    pub(super) shadows: usize,
}

impl Catalog {
    /// Lists `source`.
    pub(super) fn of(source: &mut Source) -> Result<Self> {
        let names = source.names();
        let (shadows, midi_files): (Vec<&String>, Vec<_>) =
            names.iter().filter(|name| is_midi(name)).partition(|name| is_shadow(name));
        if midi_files.is_empty() {
            bail!("it holds no MIDI file (.mid or .midi)");
        }
        let is_info = |name: &&String| {
            !is_shadow(name)
                && name.rsplit('/').next().is_some_and(|n| n.eq_ignore_ascii_case("info.csv"))
        };
        let info = names.iter().filter(is_info).min_by_key(|name| name.matches('/').count());
        let mut catalog =
            Self { has_info: info.is_some(), shadows: shadows.len(), ..Self::default() };
        let mut listed = HashSet::new();
        if let Some(info) = info {
            let bytes = source.read(info, MAX_INFO_BYTES).with_context(|| info.clone())?;
            let folder = &info[..info.len() - "info.csv".len()];
            let rows = Info::read(&bytes, folder).with_context(|| info.clone())?.rows;
            if rows.is_empty() {
                bail!("{info}: lists no MIDI file");
            }
            // As Windows has it, a name may be written in other letters than the file's.
            let by_letters: HashMap<String, &String> =
                midi_files.iter().map(|name| (name.to_lowercase(), *name)).collect();
            let exact: HashSet<&str> = midi_files.iter().map(|name| name.as_str()).collect();
            for (mut row, split) in rows {
                if !exact.contains(row.name.as_str())
                    && let Some(name) = by_letters.get(&row.name.to_lowercase())
                {
                    row.name.clone_from(name);
                }
                // What is listed twice is one file.
                if listed.insert(row.name.clone()) {
                    catalog.push(row, split);
                }
            }
        }
        for name in midi_files.into_iter().filter(|name| !listed.contains(*name)) {
            catalog.unlisted += usize::from(info.is_some());
            catalog.push(PerformanceInfo { name: name.clone(), ..Default::default() }, None);
        }
        Ok(catalog)
    }

    fn push(&mut self, mut performance: PerformanceInfo, split: Option<Split>) {
        if split.is_none() {
            self.undecided.insert(self.performances.len());
        }
        performance.split = split.unwrap_or_default();
        self.performances.push(performance);
    }

    /// Gives a tenth (at least one of two) of the performances whose split nothing states, and that are `of_use`, to
    /// validation, unless others are stated to be for that.
    ///
    /// Drawn by a hash of `seed` and name, so that it depends on neither the order nor a library's version.
    pub(super) fn draw_splits(&mut self, of_use: &BTreeSet<usize>, seed: u64) {
        let states = |(i, performance): (usize, &PerformanceInfo)| {
            performance.split == Split::Validation && !self.undecided.contains(&i)
        };
        if self.performances.iter().enumerate().any(states) {
            return;
        }
        let rank = |&i: &usize| {
            let name = &self.performances[i].name;
            Sha256::new().chain_update(seed.to_le_bytes()).chain_update(name).finalize()
        };
        let mut drawn: Vec<usize> = self.undecided.intersection(of_use).copied().collect();
        drawn.sort_by_cached_key(rank);
        let validation = match drawn.len() {
            0 | 1 => 0,
            files => (files / 10).max(1),
        };
        for &i in &drawn[..validation] {
            self.performances[i].split = Split::Validation;
        }
    }
}

/// Whether this is a MIDI file by its name.
fn is_midi(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["mid", "midi", "smf", "kar", "rmi"].iter().any(|midi| extension.eq_ignore_ascii_case(midi))
}

/// Whether this is one of the files that macOS keeps beside each in archives and on other systems' disks: no music.
fn is_shadow(name: &str) -> bool {
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    file.starts_with("._") || folders.split('/').any(|folder| folder == "__MACOSX")
}
