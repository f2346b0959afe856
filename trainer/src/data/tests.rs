//! Archives made here, and the Groove MIDI Dataset where it is at hand.

mod dataset;

use std::io::Write;
use std::path::Path;

use groove::{Beats, Hit, Instrument, Pattern, midi};

pub(crate) use self::dataset::dataset;
use super::*;

pub(super) fn options(path: &Path, windowing: Windowing) -> DataOptions {
    DataOptions { windowing, ..DataOptions::bars(path, &ReadArgs::default()) }
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
    let note = |step: f64, instrument: Instrument, velocity| midi::SoundedNote {
        start: Beats::from_steps(step),
        length: Beats::from_steps(0.5),
        channel: midi::DRUM_CHANNEL,
        key: instrument.key(),
        velocity,
        foot: None,
        is_grabbed: false,
    };
    let mut notes = Vec::new();
    for step in 0..bars * 16 {
        if step % 4 == 0 {
            notes.push(note(step as f64, Instrument::Kick, (1 + step % 100) as f32 / 127.0));
        }
        if step % 16 == 1 {
            notes.push(note(step as f64 + 0.25, Instrument::Snare, 0.5));
        }
    }
    midi::write_notes(&notes, &[], Beats(4.0 * bars as f64), 120.0).unwrap()
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
fn info_csv_decides_order_style_and_split_and_files_that_it_does_not_list_count() {
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
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (2, 0, 2));
    assert!(data.report.has_info);
    assert_eq!((data.report.files, data.report.unlisted), (3, 1));
    assert_eq!(
        (data.train.info(0).style.as_str(), data.train.info(1).style.as_str()),
        ("funk", "")
    );
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
    let zip =
        archive(&[("info.csv", info.as_bytes()), ("cut.mid", &midi[..24]), ("good.mid", &midi)]);
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

/// `bytes` with drums on channel 1, as programs export them that know no drum channel.
fn on_channel_1(bytes: Vec<u8>) -> Vec<u8> {
    let moved = |byte| if matches!(byte, 0x89 | 0x99) { byte & 0xf0 } else { byte };
    bytes.into_iter().map(moved).collect()
}

#[test]
fn info_csv_changes_nothing_in_how_notes_are_read() {
    let kick_on_35 = |bytes: Vec<u8>| -> Vec<u8> {
        bytes.into_iter().map(|byte| if byte == 36 { 35 } else { byte }).collect()
    };
    let files = [
        ("five.mid", performance(5)),
        ("kick.mid", kick_on_35(performance(4))),
        ("one.mid", on_channel_1(performance(1))),
        ("three.mid", performance(3)),
        ("two.mid", on_channel_1(performance(2))),
    ];
    let files = files.each_ref().map(|(name, bytes)| (*name, &bytes[..]));
    let info: String = files.map(|(name, _)| format!("{name},120,beat,blues,train\n")).concat();
    let info = format!("midi_filename,bpm,beat_type,style,split\n{info}");
    let with = [&files[..], &[("info.csv", info.as_bytes())]].concat();
    let load = |files: &[(&str, &[u8])]| {
        let data = load(&options(archive(files).path(), Windowing::Bars)).unwrap();
        let patterns = |windows: &Windows| {
            (0..windows.len()).map(|i| (windows.info(i).name.clone(), windows.pattern(i))).collect()
        };
        let mut all: Vec<(String, Pattern)> = patterns(&data.train);
        all.extend(patterns(&data.validation));
        all.sort_by(|a, b| a.0.cmp(&b.0));
        (all, data.report)
    };
    let ((without, _), (with, report)) = (load(&files), load(&with));
    assert_eq!(with, without);
    let names: Vec<&str> = with.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["five.mid", "five.mid", "kick.mid", "one.mid", "two.mid"]);
    // Loops are played over: kick on each beat, one snare in each bar.
    for (_, pattern) in &with[3..] {
        assert_eq!(pattern.count(), 4 * 5);
        for step in 0..32 {
            assert_eq!(pattern.token(step), pattern.token(step + 32), "step {step}");
        }
    }
    let useless = Skipped { name: "three.mid".into(), reason: "shorter than four bars".into() };
    assert_eq!(report.without_window, [useless]);
}

#[test]
fn a_fill_is_played_once() {
    let info = "midi_filename,beat_type\na.mid,fill\nb.mid,beat\n";
    let zip = archive(&[
        ("info.csv", info.as_bytes()),
        ("a.mid", &performance(1)),
        ("b.mid", &performance(1)),
    ]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    assert_eq!((data.train.len(), data.train.info(0).name.as_str()), (1, "b.mid"));
    assert_eq!(data.report.without_window[0].reason, "a fill shorter than four bars");
}

#[test]
fn validation_is_drawn_among_files_that_gave_windows() {
    let four = performance(4);
    let useless: Vec<String> = (0..18).map(|i| format!("a/{i}.mid")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![("b.mid", &four), ("c.mid", &four)];
    for (i, name) in useless.iter().enumerate() {
        files.push((name, if i % 2 == 0 { b"no MIDI" } else { &four[..20] }));
    }
    for split_seed in 0..4 {
        let zip = archive(&files);
        let options = DataOptions { split_seed, ..options(zip.path(), Windowing::Bars) };
        let data = load(&options).unwrap();
        assert_eq!((data.train.len(), data.validation.len()), (1, 1), "seed {split_seed}");
    }
    // What info.csv gives to validation is enough.
    let info = "midi_filename,split\nb.mid,validation\n";
    files.push(("info.csv", info.as_bytes()));
    files.push(("d.mid", &four));
    let data = load(&options(archive(&files).path(), Windowing::Bars)).unwrap();
    assert_eq!((data.train.len(), data.validation.len()), (2, 1));
}

#[test]
fn files_that_macos_keeps_beside_others_are_skipped_entries() {
    let four = performance(4);
    let zip = archive(&[
        ("a.mid", &four),
        ("._a.mid", b"\0\x05\x16\x07"),
        ("sub/._b.mid", b"\0\x05\x16\x07"),
        ("sub/__MACOSX/._b.mid", b"\0\x05\x16\x07"),
        ("sub/__MACOSX/info.csv", b"midi_filename\n"),
        ("sub/b.mid", &four),
    ]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    assert_eq!((data.train.len(), data.validation.len()), (1, 1));
    assert_eq!((data.report.shadows, data.report.skipped.len()), (3, 0));
    assert!(!data.report.has_info);
}

#[test]
fn what_was_left_out_is_counted_over_all_files() {
    // Two whistles and four bars, twice; and a bar of 3/4, a piano and a cut-off file.
    let whistling = |bytes: Vec<u8>| {
        let place = bytes.windows(4).position(|w| w == b"MTrk").unwrap() + 8;
        let whistle = [0, 0x99, 72, 90, 0, 0x99, 71, 90];
        let mut bytes = [&bytes[..place], &whistle, &bytes[place..]].concat();
        let length = (bytes.len() - place) as u32;
        bytes[place - 4..place].copy_from_slice(&length.to_be_bytes());
        bytes
    };
    let whistles = whistling(performance(4));
    let mut waltz = performance(4);
    let at = waltz.windows(4).position(|w| w == [0xff, 0x58, 4, 4]).unwrap();
    waltz[at + 3] = 3;
    let cut = &whistles[..whistles.len() - 30];
    let zip = archive(&[
        ("a.mid", &whistles),
        ("b.mid", &whistles),
        ("c.mid", &waltz),
        ("d.mid", &on_channel_1(performance(4))),
        ("e.mid", cut),
    ]);
    let data = load(&options(zip.path(), Windowing::Bars)).unwrap();
    let left: Vec<String> =
        data.report.left_out.iter().map(|(reason, &count)| reason.describe(count)).collect();
    let whistles = ["3 hits on key 71 (short whistle)", "3 hits on key 72 (long whistle)"];
    assert_eq!(left, [whistles[0], whistles[1], "6 bars in 3/4"]);
    assert_eq!(data.report.repaired, 1);
    assert_eq!(data.report.without_window.len(), 1);
    let told: Vec<&str> = data.report.readings.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(told, ["a.mid", "b.mid", "c.mid", "d.mid", "e.mid"]);
    assert_eq!(
        data.report.readings[3].reason,
        "drums on channel 1; 4/4, fits steps of 16 best (hits 0.05 of a 16th off 16ths, 0.02 off triplets)"
    );

    let asked = |note_map: &str, channel| DataOptions {
        reading: ReadArgs { note_map: Some(note_map.to_owned()), channel },
        ..options(zip.path(), Windowing::Bars)
    };
    let one = load(&asked("guess", Some(1))).unwrap();
    assert_eq!(one.train.len() + one.validation.len(), 1);
    // By this map the whistles are high toms.
    let toms = load(&asked("addictive-drums-2", None)).unwrap();
    assert!(toms.train.pattern(0).hit(0, Instrument::HighTom).is_some());
    assert!(load(&asked("piano", None)).is_err());
}

#[cfg(unix)]
#[test]
fn links_and_names_of_no_unicode_are_read_and_circles_devices_and_dead_ends_are_told() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (path, four) = (folder.path(), performance(4));
    std::fs::write(path.join("a.mid"), &four).unwrap();
    std::fs::write(path.join(std::ffi::OsStr::from_bytes(b"b\xff.mid")), &four).unwrap();
    std::fs::write(other.path().join("far.mid"), &four).unwrap();
    symlink(other.path(), path.join("elsewhere")).unwrap();
    symlink(other.path(), path.join("once-more")).unwrap();
    symlink(path, path.join("round")).unwrap();
    symlink("a.mid", path.join("c.mid")).unwrap();
    symlink("gone.mid", path.join("d.mid")).unwrap();
    symlink("/dev/zero", path.join("e.mid")).unwrap();
    let data = load(&options(path, Windowing::Bars)).unwrap();
    assert_eq!((data.report.files, data.train.len() + data.validation.len()), (3, 3));
    let told: Vec<&str> =
        data.report.skipped_entries.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(told, ["c.mid", "d.mid", "e.mid", "once-more", "round"]);
    assert!(error(&path.join("e.mid"), Windowing::Bars).contains("a device or a pipe, not a file"));
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
