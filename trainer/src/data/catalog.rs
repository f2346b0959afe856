//! Which MIDI files count, in which order, and what is known of each.

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

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
        // Each folder may have its own; for a file that several list, the outermost counts.
        let mut infos: Vec<&String> = names.iter().filter(is_info).collect();
        infos.sort_by_key(|name| name.matches('/').count());
        let mut catalog =
            Self { has_info: !infos.is_empty(), shadows: shadows.len(), ..Self::default() };
        let mut listed = HashSet::new();
        let files = Files::of(&midi_files);
        for info in infos {
            let bytes = source.read(info, MAX_INFO_BYTES).with_context(|| info.clone())?;
            let folder = &info[..info.len() - "info.csv".len()];
            let rows = Info::read(&bytes, folder).with_context(|| info.clone())?.rows;
            if rows.is_empty() {
                bail!("{info}: lists no MIDI file");
            }
            for (mut row, split) in rows {
                if let Some(name) = files.find(&row.name, folder) {
                    row.name = name.to_owned();
                }
                // A file that is listed twice counts once.
                if listed.insert(row.name.clone()) {
                    catalog.push(row, split);
                }
            }
        }
        for name in midi_files.into_iter().filter(|name| !listed.contains(*name)) {
            catalog.unlisted += usize::from(catalog.has_info);
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

/// Files by their names.
struct Files<'a> {
    exact: HashSet<&'a str>,
    /// By their names in lower case, with and without extensions.
    by_letters: HashMap<String, &'a str>,
}

impl<'a> Files<'a> {
    fn of(names: &[&'a String]) -> Self {
        let mut by_letters = HashMap::new();
        for name in names {
            let lower = letters(name);
            if let Some((stem, _)) = lower.rsplit_once('.') {
                by_letters.entry(stem.to_owned()).or_insert(name.as_str());
            }
            by_letters.insert(lower, name.as_str());
        }
        Self { exact: names.iter().map(|name| name.as_str()).collect(), by_letters }
    }

    /// The file that an info.csv calls `name`, which begins with `folder`: in another case, as Windows allows, without its
    /// extension, or by its path on another disk.
    fn find(&self, name: &str, folder: &str) -> Option<&'a str> {
        let known = |name: &str| {
            let exact = self.exact.get(name).copied();
            exact.or_else(|| self.by_letters.get(&letters(name)).copied())
        };
        let path = name.strip_prefix(folder).unwrap_or(name);
        let is_absolute = path.starts_with('/') || path.get(1..2) == Some(":");
        let ends = path.match_indices('/').map(|(place, _)| &path[place + 1..]);
        let ends = ends.filter(|_| is_absolute);
        known(name).or_else(|| ends.into_iter().find_map(|end| known(&format!("{folder}{end}"))))
    }
}

/// `name` in lower case, accents composed: macOS takes letters and accents apart in the names of files, spreadsheets do not.
fn letters(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
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

#[cfg(test)]
mod tests {
    use crate::data::tests::{archive, options, performance};
    use crate::data::{Windowing, Windows, load};

    #[test]
    fn each_folder_may_have_an_info_csv_and_names_may_be_those_of_another_disk() {
        let four = performance(4);
        let zip = archive(&[
            ("one/a.mid", &four),
            ("one/info.csv", b"midi_filename,style,split\nA,funk,train\n"),
            ("two/sub/a.mid", &four),
            ("two/b.mid", &four),
            (
                "two/info.csv",
                b"midi_filename;style;split\nC:\\loops\\two\\sub\\a.mid;jazz;validation\nb.MID;rock;test\n",
            ),
        ]);
        let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
        let told =
            |windows: &Windows| (windows.info(0).name.clone(), windows.info(0).style.clone());
        let expected = |name: &str, style: &str| (name.to_owned(), style.to_owned());
        assert_eq!(told(&data.train), expected("one/a.mid", "funk"));
        assert_eq!(told(&data.validation), expected("two/sub/a.mid", "jazz"));
        assert_eq!(told(&data.test), expected("two/b.mid", "rock"));
        assert_eq!((data.report.unlisted, data.report.skipped.len()), (0, 0));
    }

    #[test]
    fn accents_are_the_same_whether_macos_or_a_spreadsheet_wrote_the_name() {
        let four = performance(4);
        let zip = archive(&[
            ("fu\u{308}nf.mid", &four),
            ("s\u{e9}.mid", &four),
            (
                "info.csv",
                "midi_filename,style,split\nf\u{fc}nf.mid,funk,train\nse\u{301}.mid,jazz,test\n"
                    .as_bytes(),
            ),
        ]);
        let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
        let style = |windows: &Windows| windows.info(0).style.clone();
        assert_eq!((style(&data.train), style(&data.test)), ("funk".to_owned(), "jazz".to_owned()));
        assert_eq!(data.report.unlisted, 0);
    }
}
