//! Which bars a file has, which of them are meant, and packs of several patterns.

use groove::midi::{Clip, ClipOptions, LeftOut, Part, likeliest};
use groove::{Instrument, Pattern};

use super::built_file::{File, GENERAL_MIDI, Note, drums, rock};

/// `bars` bars from bar `bar` on, counted from 1: eighths on the ride, and a kick on one.
fn quiet(bar: usize, bars: usize) -> Vec<Note> {
    let start = 4.0 * (bar - 1) as f64;
    let rides = (0..8 * bars).map(|i| Note(start + i as f64 / 2.0, 0.1, 10, 51, 70));
    let kicks = (0..bars).map(|bar| Note(start + 4.0 * bar as f64, 0.1, 10, 36, 90));
    rides.chain(kicks).collect()
}

/// Likewise: the bars of `drums` with a tom on every 16th of the last beat.
fn filled(bar: usize) -> Vec<Note> {
    let start = 4.0 * (bar - 1) as f64;
    let toms = (0..4).map(|i| Note(start + 3.0 + f64::from(i) / 4.0, 0.1, 10, 47, 100));
    drums(start, 1).into_iter().chain(toms).collect()
}

fn kinds(clip: &Clip) -> Vec<Option<usize>> {
    clip.bars().iter().map(|bar| bar.kind).collect()
}

fn part(name: &str, bar: usize, bars: usize) -> Part {
    Part { name: name.to_owned(), bar, bars }
}

#[test]
fn the_busiest_four_bars_that_come_again_are_the_likeliest() {
    // Four quiet bars, verse, chorus with a crash, a wild bar once, verse and chorus again.
    let crash = |bar: usize| vec![Note(4.0 * (bar - 1) as f64, 0.1, 10, 49, 110)];
    let wild = (0..16).flat_map(|i| [36, 38, 47].map(|key| (i, key)));
    let wild = wild.map(|(i, key)| Note(48.0 + f64::from(i) / 4.0, 0.1, 10, key, 100));
    let chorus = |bar: usize| [drums(4.0 * (bar - 1) as f64, 3), crash(bar), filled(bar + 3)];
    let song = [quiet(1, 8), chorus(9).concat(), wild.collect(), quiet(14, 4), chorus(18).concat()]
        .concat();
    let clip = File::new(song).clip();
    let (quiet, rock, fill) = (Some(0), Some(1), Some(2));
    let chorus = [rock, rock, rock, fill];
    let expected = [&[quiet; 8][..], &chorus, &[Some(3)], &[quiet; 4], &chorus].concat();
    assert_eq!(kinds(&clip), expected);
    let bars = clip.bars();
    assert_eq!((bars[0].hits, bars[9].hits, bars[12].hits), (9, 12, 48));
    assert_eq!(likeliest(&bars), 9);
    let pattern = clip.stretch(9, 4).unwrap();
    assert_eq!(pattern.count(), 3 * 12 + 1 + 16);
    assert!(pattern.hit(63, Instrument::LowMidTom).is_some());
}

#[test]
fn where_nothing_comes_again_the_likeliest_has_most_hits_and_silence_is_never_it() {
    let notes = [quiet(1, 1), quiet(7, 1), filled(10), quiet(12, 1)].concat();
    let clip = File::new(notes).clip();
    // Twelve bars; the last beats of bars 7 to 10 have the fill.
    assert_eq!(likeliest(&clip.bars()), 7);
    assert_eq!(kinds(&clip)[1..6], [None; 5]);
    assert_eq!(likeliest(&File::new(drums(0.0, 2)).clip().bars()), 1);
    assert_eq!(likeliest(&[]), 1);
}

#[test]
fn of_grooves_that_go_on_the_beginning_of_a_phrase_is_the_likeliest() {
    // Four bars, the last with a fill, three times; a ghost note in the second.
    let phrase = |bar: usize| [drums(4.0 * (bar - 1) as f64, 3), filled(bar + 3)].concat();
    let ghost = vec![Note(19.25, 0.1, 10, 38, 20)];
    let clip = File::new([phrase(1), phrase(5), ghost, phrase(9)].concat()).clip();
    assert_eq!(likeliest(&clip.bars()), 1);
    // After two bars of something else.
    let clip = File::new([quiet(1, 4), phrase(5), phrase(9)].concat()).clip();
    assert_eq!(likeliest(&clip.bars()), 5);
}

#[test]
fn a_humanised_bar_is_still_of_its_kind() {
    let mut notes = drums(0.0, 8);
    for (i, note) in notes.iter_mut().enumerate() {
        note.0 += 0.02 * (i % 5) as f64;
        note.4 -= (i % 9) as u8;
    }
    notes.push(Note(8.75, 0.1, 10, 38, 30));
    assert_eq!(kinds(&File::new(notes).clip()), [Some(0); 8]);
}

#[test]
fn a_stretch_of_one_or_two_bars_is_played_over() {
    let clip = File::new([quiet(1, 1), drums(4.0, 1), quiet(3, 4)].concat()).clip();
    let count = |pattern: &Pattern| {
        [0, 16, 32, 48]
            .map(|bar| (bar..bar + 16).map(|step| pattern.token(step).count()).sum::<u32>())
    };
    let stretch = |bar, bars| count(&clip.stretch(bar, bars).unwrap());
    assert_eq!(stretch(1, 1), [9; 4]);
    assert_eq!(stretch(2, 2), [12, 9, 12, 9]);
    assert_eq!(stretch(1, 3), [9, 12, 9, 0]);
    assert_eq!(stretch(1, 4), [9, 12, 9, 9]);
    assert_eq!(stretch(6, 4), [9, 0, 0, 0], "beyond the end there is silence");
    assert!(clip.stretch(7, 1).is_err());
}

#[test]
fn tracks_that_are_a_whole_kit_each_are_a_pack() {
    let at_once = File::default()
        .track("Verse", drums(0.0, 2))
        .track("Chorus", [drums(0.0, 4), quiet(1, 4)].concat())
        .track("Half", [rock(0.0, 1, 10, GENERAL_MIDI), filled(1)].concat())
        .clip();
    assert_eq!(at_once.parts, [part("Verse", 1, 4), part("Chorus", 5, 4), part("Half", 9, 4)]);
    assert_eq!(at_once.pattern(1).unwrap(), File::new(drums(0.0, 4)).pattern());
    assert_eq!(at_once.pattern(5).unwrap().count(), 4 * (12 + 8));

    let in_turn = File::default().track("A", drums(0.0, 4)).track("B", drums(16.0, 4)).clip();
    assert_eq!(in_turn.parts, [part("A", 1, 4), part("B", 5, 4)]);
    assert_eq!(in_turn.sequences.len(), 1, "it is one piece of music all the same");

    // A kit in single tracks, one doubled, and one beside percussion are one pattern.
    let single = |key| drums(0.0, 8).into_iter().filter(|note| note.3 == key).collect::<Vec<_>>();
    let kit = File::default().track("K", single(36)).track("S", single(38)).track("H", single(42));
    let doubled = File::default().track("Kit", drums(0.0, 8)).track("Kit", drums(0.0, 8));
    let congas = (0..32).map(|beat| Note(beat.into(), 0.1, 10, 63, 80)).collect();
    let beside = File::default().track("Kit", drums(0.0, 8)).track("Congas", congas);
    for (file, name) in [(kit, "kit"), (doubled, "doubled"), (beside, "beside")] {
        let clip = file.clip();
        assert_eq!((clip.parts.len(), clip.report.bars), (0, 8), "{name}");
    }
}

#[test]
fn whole_kits_on_channels_of_their_own_are_a_pack() {
    let on = |channel, bars| rock(0.0, bars, channel, GENERAL_MIDI);
    let half = |channel| {
        let notes = rock(0.0, 4, channel, GENERAL_MIDI).into_iter();
        notes.filter(|note| note.3 != 42 || note.0.fract() == 0.0).collect::<Vec<_>>()
    };
    // One track of format 0 does not tell them apart.
    let at_once = File::new([on(10, 2), half(11)].concat()).clip();
    assert_eq!(at_once.parts, [part("channel 10", 1, 4), part("channel 11", 5, 4)]);
    assert_eq!(at_once.pattern(1).unwrap(), File::new(drums(0.0, 4)).pattern());
    assert_eq!(at_once.pattern(5).unwrap().count(), 4 * 8);
    assert!(at_once.report.left_out.is_empty());

    let named = File::default().track("Verse", on(1, 4)).track("Chorus", half(2)).clip();
    assert_eq!(named.parts, [part("Verse", 1, 4), part("Chorus", 5, 4)]);
    let later = half(2).into_iter().map(|note| Note(note.0 + 16.0, note.1, note.2, note.3, note.4));
    let in_turn = File::default().track("A", on(1, 4)).track("B", later.collect()).clip();
    assert_eq!(in_turn.parts, [part("A", 1, 4), part("B", 5, 4)]);
    assert_eq!((in_turn.report.bars, in_turn.report.left_out.len()), (8, 0));

    // What is asked for is all; a doubled kit and a bass on a kit's keys are no patterns.
    let options = ClipOptions { channel: Some(10), ..ClipOptions::default() };
    let asked = File::new([on(10, 2), half(11)].concat()).read(options);
    assert_eq!((asked.parts.len(), asked.pattern(1).unwrap().count()), (0, 4 * 8));
    let keys = [36, 38, 42, 46, 49];
    let bass = (0..64).map(|i| Note(f64::from(i) / 4.0, 0.1, 2, keys[i as usize % 5], 90));
    for other in [on(2, 4), bass.collect()] {
        let clip = File::default().track("", on(10, 4)).track("", other).clip();
        assert_eq!((clip.parts.len(), clip.report.bars), (0, 4));
        assert!(clip.report.left_out.contains_key(&LeftOut::Channel(1)));
    }
}

#[test]
fn the_sequences_of_format_2_are_a_pack_each_in_its_own_time() {
    let format_2 = |file: File| {
        let mut bytes = file.bytes();
        bytes[9] = 2;
        Clip::read(&bytes, ClipOptions::default()).unwrap()
    };
    let bass = (0..16).map(|i| Note(f64::from(i), 0.9, 2, 40, 90)).collect();
    let pack = File::default().track("", Vec::new()).track("A", drums(0.0, 1)).track("B", bass);
    let clip = format_2(pack.track("C", drums(8.0, 2)));
    assert_eq!(clip.parts, [part("A", 1, 4), part("C", 5, 4)]);
    assert_eq!(clip.pattern(5).unwrap(), File::new(drums(0.0, 4)).pattern());
    // The bass's reason is not that of the whole.
    assert_eq!(clip.no_drums, None);

    // The first track's metre is that of those which have none; with notes of its own it is its own.
    let waltz = || {
        let notes = drums(0.0, 3).into_iter();
        notes.filter(|note| note.0 < 12.0).collect::<Vec<_>>()
    };
    let led = File::default().metre(0.0, 3, 2).track("", Vec::new()).track("A", waltz());
    assert_eq!(format_2(led).sequences[0].bar().metre().to_string(), "3/4");
    let own = File::default().metre(0.0, 3, 2).track("A", waltz()).track("B", drums(0.0, 4));
    let metres: Vec<_> =
        format_2(own).sequences.iter().map(|steps| steps.bar().metre().to_string()).collect();
    assert_eq!(metres, ["3/4", "4/4"]);
}

#[test]
fn markers_and_silence_part_a_pack() {
    let notes = [drums(0.0, 2), quiet(5, 1), drums(32.0, 4)].concat();
    let silence = File::new(notes.clone()).clip();
    assert_eq!(silence.parts, [part("", 1, 2), part("", 5, 1), part("", 9, 4)]);
    let marked =
        File::new(notes).marker(0.0, "Straight").marker(16.1, "Ride \u{1}").marker(30.0, "");
    let marked = marked.marker(32.0, "Four").clip();
    let expected = [part("Straight", 1, 2), part("Ride", 5, 1), part("Four", 9, 4)];
    assert_eq!(marked.parts, expected);
    // Begun later, as everything is that is counted from the bar of the first hit.
    let late = File::new(drums(8.0, 8)).marker(8.0, "A").marker(24.0, "B").clip();
    assert_eq!(late.parts, [part("A", 1, 4), part("B", 5, 4)]);
    assert!(File::new(drums(0.0, 8)).marker(0.0, "Song").clip().parts.is_empty());
}
