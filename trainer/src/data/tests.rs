//! Archives made here, and the Groove MIDI Dataset where it is at hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use groove::{Hit, Instrument, Pattern, midi};

use super::*;

pub(super) fn options(path: &Path, windowing: Windowing) -> DataOptions {
    DataOptions { path: path.to_owned(), windowing, train_hop_beats: None, split_seed: 0 }
}

/// A zip of these files.
pub(super) fn archive(files: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    file
}

/// A performance of `bars` bars, kick on each beat with a velocity of its own, snare late on the second step.
pub(super) fn performance(bars: usize) -> Vec<u8> {
    let mut patterns = vec![Pattern::EMPTY; bars.div_ceil(4)];
    for step in 0..bars * 16 {
        let pattern = &mut patterns[step / 64];
        if step % 4 == 0 {
            let hit = Hit::new((1 + step % 100) as f32 / 127.0, 0.0);
            pattern.set(step % 64, Instrument::Kick, Some(hit));
        }
        if step % 16 == 1 {
            pattern.set(step % 64, Instrument::Snare, Some(Hit::new(0.5, 0.25)));
        }
    }
    midi::write(&patterns, 120.0).unwrap()
}

fn error(path: &Path, windowing: Windowing) -> String {
    format!("{:#}", load(&options(path, windowing)).unwrap_err())
}

#[test]
fn bars_windows_keep_velocity_and_timing_and_begin_on_bar_lines() {
    let zip = archive(&[("a.mid", &performance(6))]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (3, 0, 0));
    for i in 0..3 {
        let pattern = data.train.pattern(i);
        let velocity = (1 + i * 16) as f32 / 127.0;
        assert_eq!(pattern.hit(0, Instrument::Kick), Some(Hit::new(velocity, 0.0)));
        assert_eq!(pattern.hit(1, Instrument::Snare).unwrap().micro_offset(), 0.25);
        assert_eq!(data.train.info(i).name, "a.mid");
    }
}

#[test]
fn a_hop_of_a_beat_cuts_more_training_windows_but_no_more_of_the_others() {
    let info = "midi_filename,split\na.mid,train\nb.mid,validation\n";
    let zip = archive(&[
        ("info.csv", info.as_bytes()),
        ("a.mid", &performance(6)),
        ("b.mid", &performance(6)),
    ]);
    let mut options = options(zip.path(), Windowing::Bars);
    options.train_hop_beats = Some(1);
    let data = load(&options).unwrap();
    assert_eq!((data.train.len(), data.validation.len()), (9, 3));
}

#[test]
fn info_csv_decides_order_split_and_what_counts() {
    let info = "drummer,style,bpm,split,midi_filename\n\
        d2,jazz,95,test,z/second.mid\n\
        d1,funk,120,train,first.mid\n";
    let zip = archive(&[
        ("set/first.mid", &performance(4)),
        ("set/info.csv", info.as_bytes()),
        ("set/z/second.mid", &performance(5)),
        ("set/z/other.mid", &performance(4)),
    ]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (1, 0, 2));
    assert!(data.report.has_info);
    assert_eq!((data.report.files, data.report.unlisted), (2, 1));
    let info = data.test.info(1);
    assert_eq!((info.name.as_str(), info.drummer.as_str()), ("set/z/second.mid", "d2"));
    assert_eq!((info.style.as_str(), info.bpm, info.split), ("jazz", Some(95.0), Split::Test));
}

#[test]
fn without_info_csv_a_tenth_of_the_files_validate_as_the_seed_says() {
    let names: Vec<String> = (0..20).map(|i| format!("{i:02}.mid")).collect();
    let midi = performance(4);
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &midi[..])).collect();
    let zip = archive(&files);
    let chosen = |split_seed| {
        let options = DataOptions { split_seed, ..options(zip.path(), Windowing::Bars) };
        let data = load(&options).unwrap();
        assert_eq!((data.train.len(), data.validation.len()), (18, 2));
        (0..2).map(|i| data.validation.info(i).name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(chosen(1), chosen(1));
    assert!((2..10).any(|seed| chosen(seed) != chosen(1)));
}

#[test]
fn a_damaged_file_is_skipped_and_listed() {
    let midi = performance(4);
    let info = "midi_filename,split\ncut.mid,train\ngood.mid,train\ngone.mid,train\n";
    let zip = archive(&[
        ("info.csv", info.as_bytes()),
        ("cut.mid", &midi[..midi.len() - 9]),
        ("good.mid", &midi),
    ]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    assert_eq!((data.report.files, data.report.skipped.len()), (1, 2));
    assert_eq!(data.report.skipped[0].name, "cut.mid");
    assert!(data.report.skipped[0].reason.starts_with("damaged or cut off at byte"));
    assert_eq!(data.report.skipped[1].name, "gone.mid");
}

#[test]
fn a_file_that_decompresses_to_too_much_is_skipped() {
    let bomb = vec![0; (16 << 20) + 1];
    let zip = archive(&[("bomb.mid", &bomb), ("good.mid", &performance(4))]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    assert_eq!(data.report.skipped[0].reason, "longer than 16 MiB");
}

#[test]
fn what_cannot_be_used_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("groove.zip");
    std::fs::write(&path, b"no archive at all").unwrap();
    assert!(error(&path, Windowing::Bars).contains("groove.zip: not a zip archive"));
    assert!(error(&folder.path().join("none.zip"), Windowing::Bars).contains("cannot be opened"));
    type Files<'a> = &'a [(&'a str, &'a [u8])];
    let cases: [(Files, &str); 4] = [
        (&[("readme.txt", b"hello")], "holds no MIDI file"),
        (&[("a.mid", &performance(3))], "no window is left: none of 1 MIDI files"),
        (&[("a.mid", b"MThd")], "(the first, a.mid: damaged or cut off at byte 0 of 4)"),
        (
            &[("info.csv", b"midi_filename,split\na.mid,dev\n"), ("a.mid", b"")],
            "info.csv: row 2: split `dev` is none of train, validation, test",
        ),
    ];
    for (files, expected) in cases {
        let message = error(archive(files).path(), Windowing::Bars);
        assert!(message.contains(expected) && !message.contains('\n'), "{message}");
    }
}

#[test]
fn ones_own_files_count_on_any_channel_and_loops_are_played_over() {
    // As programs export it that know no drum channel: note-ons and -offs on channel 1.
    let on_channel_1 = |bytes: Vec<u8>| -> Vec<u8> {
        let moved = |byte| if matches!(byte, 0x89 | 0x99) { byte & 0xf0 } else { byte };
        bytes.into_iter().map(moved).collect()
    };
    let files = [("two.mid", on_channel_1(performance(2))), ("three.mid", performance(3))];
    let files = files.each_ref().map(|(name, bytes)| (*name, &bytes[..]));
    let data = load(&options(archive(&files).path(), Windowing::Bars)).unwrap();
    let windows = if data.train.is_empty() { &data.validation } else { &data.train };
    assert_eq!(windows.len(), 1);
    let pattern = windows.pattern(0);
    assert_eq!(pattern.count(), 4 * 5);
    for step in 0..32 {
        assert_eq!(pattern.token(step), pattern.token(step + 32), "step {step}");
    }
    let useless = Skipped { name: "three.mid".into(), reason: "shorter than four bars".into() };
    assert_eq!(data.report.without_window, [useless]);

    // Of a data set that says what it is, only what it says counts.
    let info = "midi_filename,split\ntwo.mid,train\nthree.mid,train\nfour.mid,train\n";
    let four = performance(4);
    let files = [&files[..], &[("info.csv", info.as_bytes()), ("four.mid", &four)]].concat();
    let data = load(&options(archive(&files).path(), Windowing::Bars)).unwrap();
    assert_eq!(data.train.len(), 1);
    let useless: Vec<&str> =
        data.report.without_window.iter().map(|file| file.reason.as_str()).collect();
    assert_eq!(useless, ["no drum hit", "shorter than four bars"]);
}

#[test]
fn a_folder_gives_what_a_zip_of_it_gives() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    let files = [("a.MID", performance(5)), ("sub/b.midi", performance(4))];
    for (name, bytes) in &files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    let zip = archive(&files);
    let of = |path: &Path| load(&options(path, Windowing::Bars)).unwrap();
    let (from_folder, from_zip) = (of(folder.path()), of(zip.path()));
    assert_eq!(from_folder.train.len() + from_folder.validation.len(), 3);
    assert_eq!(from_folder.report.sha256, from_zip.report.sha256);
}

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
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (15_694, 1939, 1919));
    assert_eq!((data.report.files, data.report.skipped.len()), (1150, 0));
    for split in Split::ALL {
        let windows = data.split(split);
        assert!((0..windows.len()).all(|i| windows.info(i).split == split));
    }
}
