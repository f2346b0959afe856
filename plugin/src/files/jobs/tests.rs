//! Errands: files written and read on the worker.

use engine::Playing;
use groove::{Beats, Hit, Instrument};

use groove::midi::Performance;

use super::*;

/// A folder that is empty at first, and gone at last.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("jangdan-errands-{name}-{}", std::process::id());
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

fn played(cycle: i64) -> Played {
    Played { cycle, pattern: crate::factory::pattern(), playing: Playing::default() }
}

fn export(folder: &Path, what: What) -> Errand {
    Errand::Export { folder: folder.to_owned(), name: "Jazz/7".to_owned(), what }
}

fn clip(folder: &Folder, notes: &[(f64, u8)]) -> Outcome {
    let notes: Vec<_> = notes
        .iter()
        .map(|&(start, key)| midi::SoundedNote {
            start: Beats(start),
            length: Beats(0.1),
            channel: 9,
            key,
            velocity: 100.0 / 127.0,
        })
        .collect();
    let path = folder.0.join("clip.mid");
    std::fs::write(&path, midi::write_notes(&notes, Beats(4.0), 120.0).unwrap()).unwrap();
    run(&Errand::Import(path), &played(0), std::iter::empty(), 120.0, KeyMap::Guess)
}

#[test]
fn what_is_exported_is_imported_again_and_no_file_is_written_over() {
    let folder = Folder::new("export");
    let now = played(5);
    let mut paths = Vec::new();
    for _ in 0..2 {
        match run(&export(&folder.0, What::Pattern), &now, std::iter::empty(), 95.0, KeyMap::Guess)
        {
            Outcome::Exported(path) => paths.push(path),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(folder.files(), ["Jazz-7 2.mid", "Jazz-7.mid"]);
    let imported =
        run(&Errand::Import(paths.remove(0)), &now, std::iter::empty(), 120.0, KeyMap::Guess);
    let Outcome::Imported { clip: pattern, .. } = imported else { panic!("{imported:?}") };
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
    let outcome =
        run(&export(&folder.0, What::LastCycles), &played(9), last.iter(), 95.0, KeyMap::Guess);
    let Outcome::Exported(path) = outcome else { panic!("{outcome:?}") };
    let performance = Performance::read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(performance.notes().count(), 3 * crate::factory::pattern().count());
}

#[test]
fn a_folder_that_is_not_there_is_told_in_one_line_and_nothing_is_left_behind() {
    let folder = Folder::new("missing");
    let gone = folder.0.join("gone");
    let outcome =
        run(&export(&gone, What::Pattern), &played(0), std::iter::empty(), 120.0, KeyMap::Guess);
    let Outcome::Failed(message) = outcome else { panic!("{outcome:?}") };
    assert!(message.contains("gone") && !message.contains('\n'), "{message}");
    let slow =
        run(&export(&folder.0, What::Pattern), &played(0), std::iter::empty(), 0.0, KeyMap::Guess);
    assert!(matches!(slow, Outcome::Failed(_)), "{slow:?}");
    assert_eq!(folder.files(), [""; 0]);
}

#[test]
fn a_clip_of_one_bar_repeats_through_the_pattern() {
    let folder = Folder::new("bar");
    let outcome = clip(&folder, &[(0.0, 36), (1.0, 38)]);
    let Outcome::Imported { clip: pattern, told } = outcome else { panic!("{outcome:?}") };
    let cells: Vec<usize> = pattern.iter().map(|(step, ..)| step).collect();
    assert_eq!(cells, [0, 4, 16, 20, 32, 36, 48, 52]);
    assert_eq!(pattern.hit(52, Instrument::Snare), Some(Hit::new(100.0 / 127.0, 0.0)));
    assert_eq!(told, "1 bar, repeated");
}

#[test]
fn what_a_clip_was_read_by_and_what_was_left_out_of_it_is_told() {
    let folder = Folder::new("told");
    let notes = [(0.0, 36), (1.0, 49), (1.5, 54), (2.0, 38), (2.5, 71), (3.0, 63), (3.5, 63)];
    let Outcome::Imported { clip: pattern, told } = clip(&folder, &notes) else { panic!() };
    assert!(pattern.hit(4, Instrument::ClosedHiHat).is_some(), "{pattern:?}");
    assert_eq!(told, "1 bar, repeated, read as Addictive Drums 2; left out: 2 hits on key 63");

    // By General MIDI, as it is chosen: a whistle is no tom.
    let path = folder.0.join("clip.mid");
    let map = KeyMap::Ready(groove::NoteMap::RolandTd);
    let read = run(&Errand::Import(path), &played(0), std::iter::empty(), 120.0, map);
    let Outcome::Imported { told, .. } = read else { panic!("{read:?}") };
    let left = "left out: 1 hit on key 71 (short whistle)";
    assert_eq!(told, format!("1 bar, repeated, read as Roland TD; {left}"));
}

#[test]
fn a_clip_without_drums_or_that_is_no_midi_file_is_told_in_one_line() {
    let folder = Folder::new("broken");
    let empty = clip(&folder, &[]);
    assert_eq!(empty, Outcome::Failed("clip.mid: no notes in it".to_owned()));
    let path = folder.0.join("noise.mid");
    for errand in [path.clone(), folder.0.join("missing.mid")].map(Errand::Import) {
        std::fs::write(&path, b"not MIDI").unwrap();
        let outcome = run(&errand, &played(0), std::iter::empty(), 120.0, KeyMap::Guess);
        let Outcome::Failed(message) = outcome else { panic!("{outcome:?}") };
        assert!(message.contains(".mid: ") && !message.contains('\n'), "{message}");
    }
}
