//! Jobs: files written and read.

use engine::Playing;
use groove::midi::Performance;
use groove::{BARS, Beats, Hit, Instrument, Pattern};

use super::*;
use crate::files::clip_file::Taken;

/// A folder that is empty at first, and gone at last.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("jangdan-jobs-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn played(cycle: i64) -> PlayedCycle {
    PlayedCycle { cycle, pattern: crate::factory::pattern(), playing: Playing::default() }
}

fn export(folder: &Path, cycles: &[PlayedCycle], bpm: f64) -> JobResult {
    let (to, name) = (Destination::Folder(folder.to_owned()), "Jazz/7".to_owned());
    run(&Job::Export { to, name, cycles: cycles.to_vec(), bpm }, KeyMap::Guess)
}

fn clip(folder: &Folder, notes: &[(f64, u8)]) -> JobResult {
    let notes: Vec<_> = notes
        .iter()
        .map(|&(start, key)| midi::SoundedNote {
            start: Beats(start),
            length: Beats(0.1),
            channel: 9,
            key,
            velocity: 100.0 / 127.0,
            foot: None,
            is_grabbed: false,
        })
        .collect();
    let path = folder.0.join("clip.mid");
    std::fs::write(&path, midi::write_notes(&notes, &[], Beats(4.0), 120.0).unwrap()).unwrap();
    import(path, KeyMap::Guess)
}

fn import(path: PathBuf, key_map: KeyMap) -> JobResult {
    run(&Job::Import { path, target: ClipTarget::Live }, key_map)
}

/// What is taken of a file in which there is nothing to choose.
#[track_caller]
fn taken(result: JobResult) -> Taken {
    let JobResult::ClipRead(file) = result else { panic!("{result:?}") };
    assert!(!file.has_choice());
    file.take(1, BARS).unwrap()
}

#[test]
fn what_is_exported_is_imported_again_and_no_file_is_written_over() {
    let folder = Folder::new("export");
    let now = played(5);
    let mut paths = Vec::new();
    for _ in 0..2 {
        match export(&folder.0, &[now], 95.0) {
            JobResult::Exported(path) => paths.push(path),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(folder.files(), ["Jazz-7 2.mid", "Jazz-7.mid"]);
    let Taken { name, pattern, .. } = taken(import(paths.remove(0), KeyMap::Guess));
    assert_eq!(name, "Jazz-7", "its own name");
    let cells = |pattern: &Pattern| {
        pattern.iter().map(|(step, instrument, _)| (step, instrument)).collect::<Vec<_>>()
    };
    assert_eq!(cells(&pattern), cells(&now.pattern));
    for (step, instrument, hit) in pattern.iter() {
        let own = now.pattern.hit(step, instrument).unwrap();
        assert!((hit.velocity() - own.velocity()).abs() < 0.005);
        assert!((hit.micro_offset() - own.micro_offset()).abs() < 0.005);
    }
}

#[test]
fn the_last_cycles_are_exported_one_after_another() {
    let folder = Folder::new("cycles");
    let last = [played(7), played(8), played(9)];
    let result = export(&folder.0, &last, 95.0);
    let JobResult::Exported(path) = result else { panic!("{result:?}") };
    let performance = Performance::read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(performance.notes().count(), 3 * crate::factory::pattern().count());
}

#[test]
fn a_folder_that_is_not_there_is_told_in_one_line_and_nothing_is_left_behind() {
    let folder = Folder::new("missing");
    let gone = folder.0.join("gone");
    let result = export(&gone, &[played(0)], 120.0);
    let JobResult::Failed(message) = result else { panic!("{result:?}") };
    assert!(message.contains("gone") && !message.contains('\n'), "{message}");
    let slow = export(&folder.0, &[played(0)], 0.0);
    assert!(matches!(slow, JobResult::Failed(_)), "{slow:?}");
    assert_eq!(folder.files(), [""; 0]);
}

#[test]
fn a_clip_of_one_bar_repeats_through_the_pattern() {
    let folder = Folder::new("bar");
    let result = clip(&folder, &[(0.0, 36), (1.0, 38)]);
    let Taken { pattern, report, .. } = taken(result);
    let cells: Vec<usize> = pattern.iter().map(|(step, ..)| step).collect();
    assert_eq!(cells, [0, 4, 16, 20, 32, 36, 48, 52]);
    assert_eq!(pattern.hit(52, Instrument::Snare), Some(Hit::new(100.0 / 127.0, 0.0)));
    assert_eq!(report, "1 bar, repeated");
}

#[test]
fn the_report_names_the_note_map_and_what_was_left_out() {
    let folder = Folder::new("told");
    let notes = [(0.0, 36), (1.0, 49), (1.5, 54), (2.0, 38), (2.5, 71), (3.0, 63), (3.5, 63)];
    let Taken { pattern, report, .. } = taken(clip(&folder, &notes));
    assert!(pattern.hit(4, Instrument::ClosedHiHat).is_some(), "{pattern:?}");
    assert_eq!(report, "1 bar, repeated, read as Addictive Drums 2; left out: 2 hits on key 63");

    // By the chosen map; key 71 is a tom in Addictive Drums 2 only.
    let path = folder.0.join("clip.mid");
    let map = KeyMap::Ready(groove::NoteMap::RolandTd);
    let Taken { report, .. } = taken(import(path, map));
    let left = "left out: 1 hit on key 71 (short whistle)";
    assert_eq!(report, format!("1 bar, repeated, read as Roland TD; {left}"));
}

#[test]
fn a_clip_without_drums_or_that_is_no_midi_file_is_told_in_one_line() {
    let folder = Folder::new("broken");
    let empty = clip(&folder, &[]);
    assert_eq!(empty, JobResult::Failed("clip.mid: no notes in it".to_owned()));
    let path = folder.0.join("noise.mid");
    for path in [path.clone(), folder.0.join("missing.mid")] {
        std::fs::write(folder.0.join("noise.mid"), b"not MIDI").unwrap();
        let result = import(path, KeyMap::Guess);
        let JobResult::Failed(message) = result else { panic!("{result:?}") };
        assert!(message.contains(".mid: ") && !message.contains('\n'), "{message}");
    }
}

/// A file of these bars: each has as many kicks, on its first steps.
fn bars(folder: &Folder, kicks: &[usize]) -> Box<ClipFile> {
    let mut notes = Vec::new();
    for (bar, &count) in kicks.iter().enumerate() {
        notes.extend((0..count).map(|step| (4.0 * bar as f64 + step as f64 / 4.0, 36)));
    }
    let JobResult::ClipRead(file) = clip(folder, &notes) else { panic!("no clip") };
    file
}

#[test]
fn of_more_than_four_bars_some_are_chosen_and_the_report_says_which() {
    let folder = Folder::new("choice");
    let file = bars(&folder, &[1, 1, 6, 6, 6, 6, 6, 6, 6, 6, 1]);
    assert!(file.has_choice());
    assert_eq!(file.likeliest(), 3);
    let report = |bar, bars| file.take(bar, bars).unwrap().report;
    assert_eq!(report(3, 4), "bars 3 to 6 of 11");
    assert_eq!(report(3, 2), "bars 3 to 4 of 11, repeated");
    assert_eq!(report(2, 1), "bar 2 of 11, repeated");
    assert_eq!(file.take(1, 4).unwrap().pattern.count(), 14);
}

#[test]
fn the_patterns_of_a_pack_are_one_each() {
    let folder = Folder::new("pack");
    let file = bars(&folder, &[2, 0, 3, 3, 3, 3, 3, 0, 4, 4]);
    let pack = file.pack();
    let counts: Vec<usize> = pack.patterns.iter().map(Pattern::count).collect();
    // One bar and two are repeated, of five the first four are taken.
    assert_eq!(counts, [8, 12, 16]);
    assert_eq!(pack.first, None);
    let file = ClipFile { target: ClipTarget::Slot(5), ..*file };
    assert_eq!(file.pack().first, Some(5));
}

#[test]
fn a_waltz_is_read_as_a_waltz_and_the_report_says_so() {
    let folder = Folder::new("waltz");
    let bar = groove::Bar::new(groove::Metre::new(3, 4).unwrap(), groove::Grid::Triplets);
    let mut waltz = Pattern::empty(bar);
    for step in 0..waltz.steps() {
        waltz.set(step, Instrument::Ride, Some(groove::Hit::new(0.5, 0.0)));
    }
    let path = folder.0.join("waltz.mid");
    std::fs::write(&path, midi::write(&[waltz], 120.0).unwrap()).unwrap();
    let JobResult::ClipRead(file) = import(path, KeyMap::Guess) else { panic!("no clip") };
    assert!(!file.has_choice());
    let taken = file.take(1, 4).unwrap();
    assert_eq!((taken.pattern.bar(), taken.pattern.count()), (bar, 36));
    assert_eq!(taken.report, "4 bars, 3/4, triplets");
}
