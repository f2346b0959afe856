//! The song's export: what a bounce of it plays, as a file that others read.

use engine::Playing;
use groove::midi::{self, Clip, ClipOptions};
use groove::{Bar, Grid, Metre, Pattern};

use super::{NETWORK, finish, played, recipe, saved_from, want};
use crate::generation::scheduler::Scheduler;
use crate::generation::weights::{Decode, Fake};
use crate::state::edits::Edits;
use crate::state::groove::{Groove, SAVED_CYCLES};
use crate::state::slots::SlotGrooves;
use crate::state::song::{Cycles, Section, Song};

/// A scheduler with a song of sections of the live groove, whose cycles differ so.
fn with_sections(cycles: impl IntoIterator<Item = Cycles>) -> Scheduler {
    let section = |cycles| Section { cycles, ..Section::new("Verse", 8, Bar::COMMON) };
    let sections = cycles.into_iter().map(section).collect();
    let mut scheduler = Scheduler::default();
    scheduler.set_song(Song { is_on: true, is_repeated: true, sections }.into(), 1);
    scheduler
}

/// The patterns of the first cycles that section `place` of the newest answer plays.
fn of_section(scheduler: &Scheduler, place: usize) -> [Pattern; 3] {
    let song = scheduler.answer().unwrap().song.clone().unwrap();
    let score = song.song.sections()[place].score.clone();
    [0, 1, 2].map(|cycle| *score.pattern(cycle))
}

#[test]
fn a_section_that_varies_does_so_where_the_groove_is_steady_and_nothing_else_does() {
    let (steady, least) = (recipe(5, 0.0), recipe(5, 0.35));
    let groove = NETWORK.pattern(&steady, 0);
    let varied = [groove, NETWORK.pattern(&least, 1), NETWORK.pattern(&least, 2)];
    let mut scheduler = with_sections([Cycles::Vary, Cycles::Groove, Cycles::Same]);
    finish(&mut scheduler, &want(steady, 0), Some(&NETWORK));
    assert_eq!(of_section(&scheduler, 0), varied);
    assert_eq!([1, 2].map(|place| of_section(&scheduler, place)), [[groove; 3]; 2]);
    assert_eq!([0, 1].map(|cycle| played(&scheduler, cycle)), [groove; 2], "without the song");
    // Where the groove varies by itself, it does so by as much in every section that lets it.
    let own = recipe(5, 0.2);
    let of_own = [0, 1, 2].map(|cycle| NETWORK.pattern(&own, cycle));
    finish(&mut scheduler, &want(own, 0), Some(&NETWORK));
    let expected = [of_own, of_own, [of_own[0]; 3]];
    assert_eq!([0, 1, 2].map(|place| of_section(&scheduler, place)), expected);
}

#[test]
fn variations_of_sections_are_saved_and_stay_under_other_weights() {
    let steady = recipe(5, 0.0);
    // Of a groove that was saved before a section varied it.
    for project in [None, Some(saved_from(steady, &NETWORK))] {
        let mut scheduler = with_sections([Cycles::Vary]);
        project.into_iter().for_each(|project| scheduler.load(project, 1));
        finish(&mut scheduler, &want(steady, 0), Some(&NETWORK));
        let heard = of_section(&scheduler, 0);
        assert_ne!(heard[1], heard[0]);
        let saved = scheduler.take_unsaved(&NETWORK).unwrap();
        assert_eq!(saved.cycles.len() as i64, SAVED_CYCLES);
        assert_eq!(scheduler.take_unsaved(&NETWORK), None);
        for network in [Fake("other"), NETWORK] {
            let mut scheduler = with_sections([Cycles::Vary]);
            scheduler.load(saved.clone(), 1);
            finish(&mut scheduler, &want(steady, 0), Some(&network));
            assert_eq!(of_section(&scheduler, 0), heard, "{}", network.identity());
            assert_eq!(scheduler.take_unsaved(&network), None);
        }
    }
}

#[test]
fn a_slot_and_an_imported_clip_are_varied_too_and_the_clip_itself_comes_first() {
    let (steady, least) = (recipe(7, 0.0), recipe(7, 0.35));
    let mut slots = SlotGrooves::default();
    slots[2] = Some(Groove { recipe: Some(steady), ..Groove::default() }.into());
    let clip = crate::factory::pattern();
    let mut scheduler = with_sections([Cycles::Vary, Cycles::Vary]);
    let mut song = (*scheduler.song).clone();
    song.sections[1].slot = Some(2);
    scheduler.set_song(song.into(), 2);
    scheduler.load_slots(slots, 1);
    scheduler.edit(Edits::import(clip, recipe(5, 0.0)).into(), 1);
    finish(&mut scheduler, &want(recipe(5, 0.0), 0), Some(&NETWORK));
    let [first, second, _] = of_section(&scheduler, 0);
    assert_eq!(first, clip);
    assert_ne!(second, clip);
    let [first, second, _] = of_section(&scheduler, 1);
    let expected = [NETWORK.pattern(&steady, 0), NETWORK.pattern(&least, 1)];
    assert_eq!([first, second], expected);
    let (slot, complete) = scheduler.take_completed_slot(&NETWORK).unwrap();
    assert_eq!((slot, complete.cycles.len() as i64), (2, SAVED_CYCLES));
    assert_eq!(scheduler.take_completed_slot(&NETWORK), None);
}

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
