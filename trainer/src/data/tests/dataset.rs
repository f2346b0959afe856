//! The Groove MIDI Dataset, where it is at hand.

use std::path::{Path, PathBuf};

use groove::Instrument;

use super::*;

/// The Groove MIDI Dataset, if it is at hand; on continuous integration it must be.
pub(crate) fn dataset() -> Option<PathBuf> {
    let named = std::env::var_os("JANGDAN_GROOVE_ZIP").map(PathBuf::from);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let found = named.or_else(|| {
        let files = std::fs::read_dir(shared).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        files.filter(|path| path.extension().is_some_and(|extension| extension == "zip")).min()
    });
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "the Groove MIDI Dataset is missing: set JANGDAN_GROOVE_ZIP"
        );
        println!("skipped: no Groove MIDI Dataset (set JANGDAN_GROOVE_ZIP to its zip)");
    }
    found
}

fn sha256(windows: &[&Windows]) -> String {
    let mut tokens = Vec::new();
    for windows in windows {
        windows.write_tokens(&mut tokens).unwrap();
    }
    whole_files::sha256(&tokens)
}

#[test]
fn seed_windows_of_the_dataset_are_the_published_ones() {
    let Some(path) = dataset() else { return };
    let data = load(&options(&path, Windowing::Seed)).unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (4518, 502, 0));
    // Of the 5020 windows made with the published Python and pretty_midi 0.2.11.
    let published = "e5320c71a773d98196b7b2d5ee7a309bd2bf5fc50fb95226ec93d8bddb897511";
    assert_eq!(sha256(&[&data.train, &data.validation]), published);
}

#[test]
fn seed_windows_at_every_beat_come_from_the_training_files_alone() {
    let Some(path) = dataset() else { return };
    let options = DataOptions { train_hop_beats: Some(1), ..options(&path, Windowing::Seed) };
    let data = load(&options).unwrap();
    assert_eq!((data.train.len(), data.validation.len()), (68_246, 502));
    // Of the same procedure's windows at every beat of the files wholly within the first 4518.
    let published = "19d77036623f7499ec91da3f356180f59d146ca461336f02aa34d652e2a64c85";
    assert_eq!(sha256(&[&data.train]), published);
}

#[test]
fn bars_windows_of_the_dataset_keep_each_performance_in_its_split() {
    let Some(path) = dataset() else { return };
    let data = load(&options(&path, Windowing::Bars)).unwrap();
    // Our own count. The dataset's authors, who pad and count otherwise, have 17261, 2121, 2033.
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (15_726, 1940, 1920));
    assert_eq!((data.report.files, data.report.skipped.len()), (1150, 0));
    for split in Split::ALL {
        let windows = data.split(split);
        assert!((0..windows.len()).all(|i| windows.info(i).split == split));
    }
}

#[test]
fn windows_of_the_dataset_have_every_articulation() {
    use groove::Articulation::{Bell, Choke, CrossStick, Flam, HalfOpen, Pedal, RimShot};
    let Some(path) = dataset() else { return };
    let data = load(&options(&path, Windowing::Bars)).unwrap();
    let mut counts = std::collections::BTreeMap::new();
    let windows = data.train.on_bar_lines();
    for i in (0..windows.len()).step_by(4) {
        for (_, instrument, hit) in windows.pattern(i).iter() {
            *counts.entry((instrument, hit.articulation())).or_insert(0) += 1;
        }
    }
    let share = |instrument, articulation| {
        let of = |found| counts.get(&(instrument, found)).copied().unwrap_or(0) as f64;
        let all: f64 = groove::Articulation::of(instrument).iter().map(|&found| of(found)).sum();
        of(articulation) / all
    };
    for (instrument, articulation, from, to) in [
        (Instrument::Snare, CrossStick, 0.05, 0.12),
        (Instrument::Snare, RimShot, 0.12, 0.25),
        (Instrument::Snare, Flam, 0.005, 0.02),
        (Instrument::HighTom, Flam, 0.001, 0.01),
        (Instrument::OpenHiHat, HalfOpen, 0.3, 0.5),
        (Instrument::ClosedHiHat, Pedal, 0.4, 0.55),
        (Instrument::Crash, Choke, 0.0001, 0.002),
        (Instrument::Ride, Bell, 0.08, 0.15),
    ] {
        let found = share(instrument, articulation);
        assert!((from..=to).contains(&found), "{instrument:?} {articulation:?}: {found}");
    }
}
