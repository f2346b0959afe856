//! A folder of recordings whose names, or the names of the folders that they are in, say what they are.

use std::path::{Path, PathBuf};

use kit::Region;

use crate::audio::{ENDINGS, Recordings};
use crate::{Draft, Error, limits, names, plain_region, shown, strokes};

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
    add(&mut draft, &mut recordings, &files, true);
    // As with Hydrogen's kits, other strokes have no part in the hash.
    draft.files.extend(recordings.files());
    add(&mut draft, &mut recordings, &files, false);
    Ok(draft)
}

/// Adds those of `files`, each with its folder's name, that are plain strokes, or all others.
fn add(
    draft: &mut Draft,
    recordings: &mut Recordings,
    files: &[(String, PathBuf)],
    is_plain: bool,
) {
    for stroke in strokes(is_plain) {
        let mut regions = Vec::new();
        for (parent, path) in files {
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let named = names::stroke_of_recording(parent, &stem);
            let is_wanted = named == Some(stroke) && regions.len() < limits::REGIONS_PER_PAD;
            if !is_wanted || !ENDINGS.contains(&ending.as_str()) {
                continue;
            }
            match recordings.get(path) {
                Ok(sound) => regions.push(plain_region(sound)),
                Err(why) => draft.report(why),
            }
        }
        let takes = regions.len() as u32;
        for (i, region) in regions.into_iter().enumerate() {
            let (turn, articulation) = ((takes, i as u32), stroke.1);
            draft.add(stroke.0, Region { turn, articulation, ..region });
        }
    }
}
