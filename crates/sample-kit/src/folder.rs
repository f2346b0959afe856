//! A folder of recordings whose names, or the names of the folders that they are in, say what they are.

use std::path::Path;

use groove::Instrument;

use crate::audio::{ENDINGS, Recordings};
use crate::{Draft, Error, limits, names, plain_region, shown};

/// Reads the files of `folder` and of its folders. Several recordings of one instrument are played in turn.
pub(crate) fn read(folder: &Path) -> Result<Draft, Error> {
    // A folder may as well hold a kit's own file.
    let told = |error: std::io::Error| Error::new(format!("{}: {error}", shown(folder)));
    let mut files = Vec::new();
    let mut kits = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(told)?.flatten().take(limits::RECORDINGS) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.eq_ignore_ascii_case("drumkit.xml") || name.to_lowercase().ends_with(".sfz") {
            kits.push(path);
        } else if path.is_dir() {
            let inner = std::fs::read_dir(&path).into_iter().flatten().flatten();
            files.extend(inner.take(limits::RECORDINGS).map(|file| (name.clone(), file.path())));
        } else {
            files.push((String::new(), path));
        }
    }
    match &kits[..] {
        [one] if one.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sfz")) => {
            return crate::sfz::read(one);
        }
        [one] => return crate::hydrogen::read(one),
        _ => {}
    }
    // In an order that no file system changes.
    files.sort();
    let mut draft = Draft::new(shown(folder));
    let mut recordings = Recordings::default();
    for (parent, path) in files {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(instrument) = names::instrument(&stem).or_else(|| names::instrument(&parent))
        else {
            continue;
        };
        if !ENDINGS.contains(&ending.as_str()) {
            continue;
        }
        match recordings.get(&path) {
            Ok(sound) => draft.add(instrument, plain_region(sound)),
            Err(why) => draft.report(why),
        }
    }
    draft.files.extend(recordings.files());
    for instrument in Instrument::ALL {
        let regions = &mut draft.pads[instrument.index()].regions;
        regions.truncate(limits::REGIONS_PER_PAD);
        let takes = regions.len() as u32;
        for (i, region) in regions.iter_mut().enumerate() {
            region.turn = (takes, i as u32);
        }
    }
    Ok(draft)
}
