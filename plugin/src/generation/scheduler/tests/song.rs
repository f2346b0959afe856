//! The song's export: what a bounce of it plays, as a file that others read.

use engine::Playing;
use groove::midi::{self, Clip, ClipOptions};
use groove::{Bar, Grid, Metre, Pattern};

use super::{NETWORK, recipe, want};
use crate::generation::scheduler::Scheduler;
use crate::state::groove::Groove;
use crate::state::slots::SlotGrooves;
use crate::state::song::{Section, Song};

#[test]
fn the_whole_song_is_exported_with_its_metres_and_markers_and_is_read_as_it_is_played() {
    let verse = crate::factory::pattern();
    let three_four = Bar::new(Metre::new(3, 4).unwrap(), Grid::Sixteenths);
    let waltz = verse.in_bars(three_four);
    let mut slots = SlotGrooves::default();
    for (slot, pattern) in slots.iter_mut().zip([verse, waltz]) {
        *slot = Some(Groove { bar: pattern.bar(), ..Groove::of_patterns(vec![pattern]) }.into());
    }
    let of_slot = |slot, name, bar| Section {
        slot: Some(slot),
        ending: crate::state::song::Ending::Plain,
        has_crash: false,
        ..Section::new(name, 4, bar)
    };
    let sections = vec![of_slot(0, "Verse", Bar::COMMON), of_slot(1, "Waltz", three_four)];
    let mut scheduler = Scheduler::default();
    scheduler.load_slots(slots, 1);
    scheduler.set_song(Song { is_on: true, is_repeated: true, sections }.into(), 1);
    let request = want(recipe(5, 0.0), 0).request;
    let song = scheduler.song_notes(&request, Playing::default(), Some(&NETWORK)).unwrap();
    let bytes = midi::write_song(&song.notes, &song.metres, &song.markers, song.length, 120.0);
    let bytes = bytes.unwrap();
    // For other programs to read: interop/song/read.py.
    if let Some(path) = std::env::var_os("JANGDAN_SONG") {
        std::fs::write(path, &bytes).unwrap();
    }
    for name in ["Verse", "Waltz"] {
        assert!(bytes.windows(5).any(|part| part == name.as_bytes()), "{name}");
    }
    let clip = Clip::read(&bytes, ClipOptions::default()).unwrap();
    let bars: Vec<_> = clip.sequences.iter().map(|part| (part.bar(), part.len())).collect();
    assert_eq!(bars, [(Bar::COMMON, 64), (three_four, 48)]);
    let onsets = |pattern: &Pattern| -> Vec<_> {
        pattern.iter().map(|(step, instrument, _)| (step, instrument)).collect()
    };
    assert_eq!(onsets(&clip.sequences[0].pattern(0)), onsets(&verse));
    assert_eq!(onsets(&clip.sequences[1].pattern(0)), onsets(&waltz));
}
