//! Files as people have them, read as clips: metres, lengths, loops, count-ins, channels and note maps.

use groove::midi::{Clip, ClipOptions, LeftOut, NoDrums};
use groove::{Instrument, KeyMap, NoteMap, Pattern};

mod built_file;
mod grids;
mod stretches;

use built_file::{File, GENERAL_MIDI, Note, drums, rock};

/// The pattern that `rock` is.
fn rock_pattern() -> Pattern {
    File::new(drums(0.0, 4)).pattern()
}

fn left(clip: &Clip) -> Vec<(LeftOut, usize)> {
    clip.report.left_out.iter().map(|(&reason, &count)| (reason, count)).collect()
}

const fn metre(numerator: u8, denominator_power: u8) -> LeftOut {
    LeftOut::Metre { numerator, denominator_power }
}

#[test]
fn bars_follow_the_time_signatures_and_others_are_counted() {
    let odd = [drums(0.0, 4), vec![Note(16.0, 0.1, 10, 36, 9)], drums(17.0, 8)].concat();
    let odd = File::new(odd).metre(0.0, 4, 2).metre(16.0, 1, 2).metre(17.0, 4, 2).clip();
    let bars: Vec<usize> = odd.sequences.iter().map(groove::StepSequence::bars).collect();
    assert_eq!((bars, left(&odd)), (vec![4, 8], vec![(metre(1, 2), 1)]));
    assert_eq!(odd.pattern(5).unwrap(), rock_pattern());

    // What is of no use to a network, or too odd for a pattern, is counted.
    for (numerator, power, clip) in
        [(3, 2, File::windows as fn(&File) -> Clip), (11, 3, File::clip)]
    {
        let becomes = File::new(drums(0.0, 8)).metre(0.0, 4, 2).metre(16.0, numerator, power);
        assert_eq!(clip(&becomes).report.bars, 4);
        let bars = if power == 2 { 6 } else { 3 };
        assert_eq!(left(&clip(&becomes)), [(metre(numerator, power), bars)]);
    }
    // The metre before the first signature is 4/4.
    let late = File::new([drums(0.0, 8), drums(32.0, 1)].concat()).metre(32.0, 3, 2).windows();
    assert_eq!((late.report.bars, left(&late)), (8, vec![(metre(3, 2), 2)]));
}

#[test]
fn the_last_of_several_signatures_at_a_tick_holds() {
    let notes = drums(0.0, 4);
    assert_eq!(File::new(notes.clone()).metre(0.0, 3, 2).metre(0.0, 4, 2).clip().report.bars, 4);
    let waltz = File::new(notes).metre(0.0, 4, 2).metre(0.0, 3, 2).windows();
    assert_eq!(waltz.no_drums, Some(NoDrums::NoFourFour("6 bars in 3/4".to_owned())));
}

#[test]
fn metres_with_the_16ths_of_four_four_are_windows_and_others_are_not() {
    for (numerator, power) in [(2, 1), (2, 2), (8, 3), (4, 1)] {
        let file = File::new(drums(0.0, 4)).metre(0.0, numerator, power);
        assert_eq!(file.pattern(), rock_pattern(), "{numerator}/2^{power}");
    }
    for (numerator, power) in [(3, 2), (6, 3), (12, 3), (5, 2), (7, 3)] {
        let clip = File::new(drums(0.0, 4)).metre(0.0, numerator, power).windows();
        assert!(matches!(clip.no_drums, Some(NoDrums::NoFourFour(_))), "{numerator}/2^{power}");
        assert!(clip.pattern(1).is_err());
    }
    // A rest of one bar of 2/4 at first.
    assert_eq!(File::new(drums(2.0, 4)).metre(0.0, 2, 2).pattern(), rock_pattern());
}

#[test]
fn a_pickup_is_known_by_its_signature() {
    let notes = [vec![Note(0.5, 0.1, 10, 38, 90)], drums(1.0, 4)].concat();
    for numerator in [1, 4] {
        // As a bar of its own metre, or as a bar that the next signature ends early.
        let clip = File::new(notes.clone()).metre(0.0, numerator, 2).metre(1.0, 4, 2).clip();
        assert_eq!(clip.pattern(1).unwrap(), rock_pattern(), "{numerator}/4");
        assert_eq!(left(&clip), [(LeftOut::Pickup, 1)], "{numerator}/4");
    }
}

#[test]
fn it_begins_with_the_bar_of_the_first_hit() {
    for rest in [4, 7] {
        let start = 4.0 * f64::from(rest);
        assert_eq!(File::new(drums(start, 4)).pattern(), rock_pattern());
        let one = File::new(drums(start, 1)).clip();
        assert_eq!((one.report.bars, one.report.is_loop), (1, true));
        assert_eq!(one.pattern(1).unwrap(), rock_pattern());
    }
    // The first hit may be late, or early: before the bar line, and yet of that bar.
    let early = File::new([vec![Note(3.95, 0.05, 10, 49, 90)], drums(4.0, 4)].concat()).pattern();
    assert!((early.hit(0, Instrument::Crash).unwrap().micro_offset() + 0.2).abs() < 0.01);
    assert_eq!(early.count(), rock_pattern().count() + 1);
}

#[test]
fn the_end_of_track_says_how_long_a_loop_is() {
    let two = File::new(drums(0.0, 1)).ends(8.0).clip();
    assert_eq!((two.report.bars, two.report.is_loop), (2, true));
    let counts = |pattern: &Pattern| {
        [0, 16, 32, 48]
            .map(|bar| (bar..bar + 16).map(|step| pattern.token(step).count()).sum::<u32>())
    };
    assert_eq!(counts(&two.pattern(1).unwrap()), [12, 0, 12, 0]);
    let four = File::new(drums(0.0, 3)).ends(16.0).clip();
    assert_eq!((four.report.bars, counts(&four.pattern(1).unwrap())), (4, [12, 12, 12, 0]));
    let eight = File::new(drums(0.0, 7)).ends(32.0).clip();
    assert_eq!((eight.report.bars, eight.sequences[0].bars()), (8, 8));
    // An end that lies somewhere, or bars and bars later, says nothing.
    assert_eq!(File::new(drums(0.0, 1)).ends(7.0).clip().report.bars, 1);
    assert_eq!(File::new(drums(0.0, 2)).ends(256.0).clip().report.bars, 2);
    assert_eq!(File::new(drums(0.0, 6)).ends(256.0).clip().report.bars, 6);
    // A conductor's track counts, one of another instrument does not.
    let conducted = File::default().track("", Vec::new()).ends(8.0).track("", drums(0.0, 1)).clip();
    assert_eq!(conducted.report.bars, 2);
    let song = File::new(drums(0.0, 1)).track("Bass", vec![Note(0.0, 16.0, 2, 40, 90)]).clip();
    assert_eq!(song.report.bars, 1);
}

#[test]
fn a_hit_before_the_end_is_the_first_steps_and_one_after_it_is_left_out() {
    for bars in [1, 2, 4, 8] {
        let end = 4.0 * bars as f64;
        let pushed = Note(end - 0.02, 0.02, 10, 49, 120);
        let file = File::new([drums(0.0, bars), vec![pushed]].concat()).ends(end);
        let pattern = file.pattern();
        let crash = pattern.hit(0, Instrument::Crash).unwrap();
        assert!((crash.micro_offset() + 0.08).abs() < 0.01, "{bars} bars");
        assert_eq!(file.clip().report.bars, bars);
    }
    for bars in [1, 2, 4] {
        let end = 4.0 * bars as f64;
        for length in [0.0, 0.125, 1.0] {
            let last = Note(end, length, 10, 49, 120);
            let clip = File::new([drums(0.0, bars), vec![last]].concat()).clip();
            assert_eq!(left(&clip), [(LeftOut::AfterEnd, 1)], "{bars} bars and {length}");
            assert_eq!(clip.pattern(1).unwrap(), rock_pattern());
        }
    }
    // In a song it is the last bar's.
    let song = [drums(0.0, 8), vec![Note(32.0, 0.1, 10, 49, 120)]].concat();
    assert_eq!(File::new(song).clip().report.bars, 9);
}

#[test]
fn loops_of_one_and_two_bars_are_played_over_and_three_bars_are_not() {
    for (bars, is_loop) in [(1, true), (2, true), (3, false), (4, false), (5, false)] {
        let clip = File::new(drums(0.0, bars)).clip();
        assert_eq!((clip.report.bars, clip.report.is_loop), (bars, is_loop));
        assert_eq!(clip.sequences[0].bars(), if is_loop { 4 } else { bars });
    }
    // Two bars between others are none, but the longest stretch is read.
    let notes = [drums(0.0, 1), vec![Note(4.0, 0.1, 10, 36, 90)], drums(7.0, 2)].concat();
    let clip = File::new(notes).metre(0.0, 4, 2).metre(4.0, 3, 2).metre(7.0, 4, 2);
    assert_eq!(left(&clip.windows()), [(metre(3, 2), 1), (LeftOut::Apart, 1)]);
    let clip = clip.clip();
    assert_eq!(left(&clip), [(LeftOut::Apart, 2)]);
    assert_eq!(clip.pattern(1).unwrap(), rock_pattern());
}

#[test]
fn count_ins_and_clicks_are_no_music() {
    let on_beats = |key: u8, bars: usize| -> Vec<Note> {
        (0..4 * bars).map(|beat| Note(beat as f64, 0.1, 10, key, 90)).collect()
    };
    for key in [31, 37, 56, 75, 76, 77] {
        let clip = File::new([on_beats(key, 1), drums(4.0, 4)].concat()).clip();
        assert_eq!(clip.pattern(1).unwrap(), rock_pattern(), "key {key}");
        assert_eq!(left(&clip), [(LeftOut::CountIn, 4)], "key {key}");
    }
    // One, two, one two three four.
    let halves = vec![Note(0.0, 0.1, 10, 31, 90), Note(2.0, 0.1, 10, 31, 90)];
    let second = on_beats(31, 1).into_iter().map(|n| Note(n.0 + 4.0, n.1, n.2, n.3, n.4)).collect();
    let clip = File::new([halves, second, drums(8.0, 4)].concat()).clip();
    assert_eq!(
        (clip.pattern(1).unwrap(), left(&clip)),
        (rock_pattern(), vec![(LeftOut::CountIn, 6)])
    );
    // A metronome all through, from before the music on.
    for key in [32, 33, 34] {
        let clip = File::new([on_beats(key, 5), drums(4.0, 4)].concat()).clip();
        assert_eq!(clip.pattern(1).unwrap(), rock_pattern(), "key {key}");
        assert_eq!(left(&clip), [(LeftOut::Click, 20)], "key {key}");
    }
    // The hi-hat counts, struck or by foot, where something else begins on the one.
    for key in [42, 44, 46] {
        let clip = File::new([on_beats(key, 1), drums(4.0, 4)].concat()).clip();
        assert_eq!(clip.pattern(1).unwrap(), rock_pattern(), "key {key}");
        assert_eq!(left(&clip), [(LeftOut::CountIn, 4)], "key {key}");
    }
    let eighths = (0..8).map(|i| Note(f64::from(i) / 2.0, 0.1, 10, 42, 90)).collect::<Vec<_>>();
    let late: Vec<Note> = drums(4.0, 4).into_iter().filter(|note| note.0 > 4.0).collect();
    let steady: Vec<Note> = on_beats(42, 4).into_iter().filter(|note| note.0 >= 4.0).collect();
    let kicks: Vec<Note> = [4.0, 6.0, 8.0, 10.0].map(|beat| Note(beat, 0.1, 10, 36, 90)).to_vec();
    for music in [
        [eighths, drums(4.0, 4)].concat(),
        [on_beats(42, 1), late].concat(),
        [on_beats(42, 1), steady, kicks].concat(),
    ] {
        assert_eq!(left(&File::new(music).clip()), []);
    }
    // What goes on is music, and so is what has nothing after it.
    assert_eq!(left(&File::new([on_beats(37, 5), drums(4.0, 4)].concat()).clip()), []);
    assert_eq!(File::new(on_beats(75, 4)).pattern().count(), 16);
}

#[test]
fn a_track_that_is_called_a_click_is_none_of_the_drums() {
    let click = || (0..20).map(|beat| Note(beat.into(), 0.1, 10, 37, 90)).collect::<Vec<_>>();
    for name in ["Click", "Metronome 2", "Count-In", "click track"] {
        let clip = File::default().track("Drums", drums(4.0, 4)).track(name, click()).clip();
        assert_eq!(clip.pattern(1).unwrap(), rock_pattern(), "{name}");
        assert_eq!(left(&clip), [(LeftOut::Click, 20)], "{name}");
    }
    let only = File::default().track("Click", click()).clip();
    let told = NoDrums::NoHits("20 clicks of a metronome".to_owned());
    assert_eq!(only.no_drums, Some(told));
    assert_eq!(left(&File::default().track("Kick, click", drums(0.0, 4)).clip()), []);
}

#[test]
fn single_drums_on_channels_of_their_own_are_one_kit() {
    let single = |key, channel| -> Vec<Note> {
        let own = drums(0.0, 4).into_iter().filter(|note| note.3 == key);
        own.map(|note| Note(note.0, note.1, channel, note.3, note.4)).collect()
    };
    let file = File::default()
        .track("Bass", bass())
        .track("Snare top", single(38, 5))
        .track("Kick", single(36, 4))
        .track("HiHat", single(42, 7));
    let clip = file.clip();
    assert_eq!(clip.pattern(1).unwrap(), rock_pattern());
    assert_eq!((clip.report.channel, left(&clip)), (Some(3), vec![(LeftOut::Channel(1), 32)]));
    let asked = file.read(ClipOptions { channel: Some(4), ..ClipOptions::default() });
    assert_eq!(asked.pattern(1).unwrap().count(), 8, "the channel that is asked for, alone");
}

fn bass() -> Vec<Note> {
    (0..32)
        .map(|i| Note(f64::from(i) / 2.0, 0.45, 2, [36, 38, 41, 43][i as usize % 4], 90))
        .collect()
}

fn piano(channel: u8, low: u8) -> Vec<Note> {
    let chord = |beat: u8| [0, 4, 7, 12].map(|key| Note(beat.into(), 0.9, channel, low + key, 70));
    (0..16).flat_map(chord).collect()
}

#[test]
fn the_channel_that_looks_like_drums_is_chosen() {
    let on = |channel| rock(0.0, 4, channel, GENERAL_MIDI);
    let shaker = || (0..16).map(|beat| Note(beat.into(), 0.1, 10, 70, 60)).collect::<Vec<_>>();
    let song =
        |name| File::new(Vec::new()).track(name, on(1)).track("", bass()).track("", piano(3, 48));
    let hats = || (0..16).map(|beat| Note(beat.into(), 0.1, 11, 46, 60)).collect::<Vec<_>>();
    let cases = [
        (File::new(on(1)), 1),
        (File::new(on(16)), 16),
        (File::new(on(1)).track("", shaker()), 1),
        (File::new(on(10)).track("", hats()), 10),
        (File::new(on(1)).track("", on(10)), 10),
        (song("Drums"), 1),
        (song(""), 1),
        (song("Schlagzeug"), 1),
        (File::new(shaker()), 10),
        (File::new(shaker()).track("Piano", piano(1, 60)), 10),
    ];
    for (i, (file, channel)) in cases.into_iter().enumerate() {
        let reading = file.clip().report;
        assert_eq!(reading.channel, Some(channel - 1), "case {i}");
        let others = reading.left_out.keys().filter(|&&key| key == LeftOut::Channel(channel - 1));
        assert_eq!(others.count(), 0);
    }
    let clip = song("Drums").clip();
    assert_eq!(left(&clip), [(LeftOut::Channel(1), 32), (LeftOut::Channel(2), 64)]);
    assert_eq!(clip.pattern(1).unwrap(), rock_pattern());
}

#[test]
fn a_melody_is_refused_unless_its_channel_is_asked_for() {
    let file = |name, notes| File::default().track(name, notes);
    for file in [
        file("", piano(1, 60)),
        file("", piano(1, 36)),
        file("Piano", rock(0.0, 4, 1, GENERAL_MIDI)),
        file("", bass()),
        file("", bass()).track("", piano(1, 48)),
        // Though on channel 10.
        file("Grand piano", piano(10, 60)),
        file("Bass", bass().into_iter().map(|n| Note(n.0, n.1, 10, n.3, n.4)).collect()),
    ] {
        assert!(matches!(file.clip().no_drums, Some(NoDrums::Melody(_))), "{:?}", file.clip());
    }
    let bass = file("Slap bass", bass());
    let error = bass.clip().pattern(1).unwrap_err().to_string();
    assert_eq!(error, "no channel looks like drums: it has channel 2 (Slap bass, 32 notes)");
    let asked =
        |channel| bass.read(ClipOptions { channel: Some(channel), ..ClipOptions::default() });
    assert!(asked(1).pattern(1).is_ok());
    assert_eq!(asked(4).no_drums, Some(NoDrums::Channel(4)));
    assert_eq!(file("", Vec::new()).clip().no_drums, Some(NoDrums::NoNotes));
}

#[test]
fn keys_are_read_by_the_note_map_that_is_chosen_or_guessed() {
    // Kick, snare and closed hat, and something that only this map has.
    let cases = [
        (NoteMap::GeneralMidi, [35, 40, 44], 41, Instrument::HighFloorTom, true),
        (NoteMap::RolandTd, [36, 37, 22], 26, Instrument::OpenHiHat, false),
        (NoteMap::AddictiveDrums2, [36, 38, 49], 71, Instrument::HighTom, true),
        (NoteMap::EzDrummer, [36, 38, 63], 24, Instrument::OpenHiHat, true),
        (NoteMap::SuperiorDrummer3, [36, 40, 61], 26, Instrument::OpenHiHat, false),
        (NoteMap::Avldrums, [36, 40, 42], 48, Instrument::OpenHiHat, false),
    ];
    for (map, keys, other, instrument, is_guessed) in cases {
        let file =
            File::new([rock(0.0, 4, 10, keys), vec![Note(15.75, 0.1, 10, other, 90)]].concat());
        let key_map = KeyMap::Ready(map);
        let clip = file.read(ClipOptions { key_map, ..ClipOptions::default() });
        let mut expected = rock_pattern();
        for (step, instrument, hit) in rock_pattern().iter() {
            let drums = [Instrument::Kick, Instrument::Snare, Instrument::ClosedHiHat];
            let key = keys[drums.iter().position(|drum| *drum == instrument).unwrap()];
            expected.set(step, instrument, Some(hit.struck_as(map.articulation(key))));
        }
        let pattern = clip.pattern(1).unwrap();
        expected.set(63, instrument, pattern.hit(63, instrument));
        assert_eq!(pattern, expected, "{}", map.name());
        assert_eq!(clip.report.note_map, Some(map));
        if is_guessed {
            assert_eq!(file.clip(), clip, "{}", map.name());
        }
    }
    let mut own = NoteMap::GeneralMidi.keys();
    own[Instrument::Kick.index()] = 100;
    let file = File::new(rock(0.0, 4, 10, [100, 38, 42]));
    let clip = file.read(ClipOptions { key_map: KeyMap::Own(own), ..ClipOptions::default() });
    assert_eq!((clip.pattern(1).unwrap(), clip.report.note_map), (rock_pattern(), None));
    assert_eq!(left(&file.clip()), [(LeftOut::Key(100), 8)]);
}

#[test]
fn what_no_instrument_stands_for_is_counted_by_key_and_name() {
    let whistles = (0..3).map(|beat| Note(beat.into(), 0.1, 10, 72, 90)).collect();
    let clip = File::new([drums(0.0, 4), whistles].concat()).clip();
    let told: Vec<String> =
        clip.report.left_out.iter().map(|(reason, &count)| reason.describe(count)).collect();
    assert_eq!(told, ["3 hits on key 72 (long whistle)"]);
    let only = File::new(vec![Note(0.0, 0.1, 10, 27, 90)]).clip();
    assert_eq!(
        only.pattern(1).unwrap_err().to_string(),
        "no drum hit: it has 1 hit on key 27 (high Q)"
    );
    // Claves, wood blocks, agogos and the like are no longer lost.
    assert_eq!(File::new(vec![Note(0.0, 0.1, 10, 75, 90)]).pattern().count(), 4);
}
