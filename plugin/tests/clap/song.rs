//! The built CLAP with a song: the same from wherever the host starts, and in every bounce.

use groove::sequencer::Shape;
use groove::{Bar, Grid, Metre};
use jangdan::state::song::{Cycles, Ending, Section, Song};

use super::*;

const BEAT: u64 = 24_000;

/// `state` with this song in it.
fn with_song(state: &[u8], song: &Song) -> Vec<u8> {
    let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    json["fields"]["song"] = serde_json::to_string(song).unwrap().into();
    let text = serde_json::to_vec(&json).unwrap();
    [&(text.len() as u64).to_le_bytes()[..], &text].concat()
}

fn three_four() -> Bar {
    Bar::new(Metre::new(3, 4).unwrap(), Grid::Sixteenths)
}

/// Two bars of 4/4, two of 3/4 with a fill, one that ends with a stop: 8, 6 and 4 beats.
fn song() -> Song {
    let plain = |name, bars, bar| Section {
        ending: Ending::Plain,
        has_crash: false,
        ..Section::new(name, bars, bar)
    };
    let sections = vec![
        plain("Verse", 2, Bar::COMMON),
        Section {
            ending: Ending::Fill { beats: 1, size: 1.0 },
            has_crash: true,
            ..plain("Waltz", 2, three_four())
        },
        Section {
            ending: Ending::Stop { beats: 2 },
            intensity: -0.5,
            ..plain("End", 1, Bar::COMMON)
        },
    ];
    Song { is_on: true, is_repeated: true, sections }
}

fn host_with(song: &Song) -> Host {
    let mut host = host();
    play(&mut host, 0.0, 120.0, 1_000, 500);
    let state = host.save_state().unwrap();
    host.deactivate();
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    host.load_state(&with_song(&state, song)).unwrap();
    host.activate(RATE, 8192).unwrap();
    host
}

/// Three cycles of the live groove.
fn long_verse(cycles: Cycles) -> Song {
    let verse = Section {
        ending: Ending::Plain,
        has_crash: false,
        cycles,
        ..Section::new("Verse", 12, Bar::COMMON)
    };
    Song { is_on: true, is_repeated: true, sections: vec![verse] }
}

/// The onsets of `beats` beats from `position` on.
fn played(song: &Song, position: f64, beats: u64, block: u32) -> Vec<(u64, i16)> {
    let mut host = host_with(song);
    play(&mut host, position, 120.0, (beats * BEAT) as u32, block);
    stop(&mut host, 64);
    assert!(host.recording().hanging_notes().is_empty());
    onsets(host.recording(), 0)
}

#[test]
fn sections_follow_one_another_in_their_own_metres_and_each_begins_its_pattern() {
    let song = song();
    let mut host = host_with(&song);
    play(&mut host, 0.0, 120.0, 37 * BEAT as u32, 700);
    stop(&mut host, 64);
    let heard = onsets(host.recording(), 0);
    let groove = saved_pattern(&mut host);
    // Without what lies near the edges of a stretch, where other steps reach into it.
    let inside = |from: u64, to: u64| -> Vec<(u64, i16)> {
        let range = from * BEAT + 6_000..to * BEAT - 6_000;
        heard.iter().copied().filter(|(time, _)| range.contains(time)).collect()
    };
    let expected = |pattern: &Pattern, origin: i64, from: u64, to: u64| -> Vec<(u64, i16)> {
        let shape = Shape { origin: origin * 24, ..Shape::default() }.of_bar(pattern.bar());
        let playback = PlaybackSettings { shape, ..PlaybackSettings::whole(Feel::AS_PLAYED) };
        let span = Span { start: Beats(from as f64), end: Beats(to as f64) };
        let found = hits(span, playback, |step| pattern.row(shape.pattern_step(step)));
        let mut onsets: Vec<_> = found
            .map(|hit| {
                let sample = (hit.time.0 * BEAT as f64 - SLACK).ceil() as u64;
                (sample, key(&hit))
            })
            .filter(|(time, _)| (from * BEAT + 6_000..to * BEAT - 6_000).contains(time))
            .collect();
        onsets.sort_unstable();
        onsets
    };
    assert!(inside(0, 8).len() > 20);
    assert_eq!(inside(0, 8), expected(&groove, 0, 0, 8));
    let waltz = groove.in_bars(three_four());
    assert_eq!(inside(8, 13), expected(&waltz, 8, 8, 13));
    assert_ne!(inside(13, 14), expected(&waltz, 8, 13, 14), "a fill");
    let crash = heard.iter().any(|&(time, key)| key == 49 && time.abs_diff(14 * BEAT) < 100);
    assert!(crash, "it lands");
    let stroke: Vec<_> =
        heard.iter().filter(|(time, _)| (*time).abs_diff(16 * BEAT) < 100).collect();
    assert_eq!(stroke.iter().map(|(_, key)| *key).collect::<Vec<_>>(), [36, 38]);
    assert_eq!(inside(16, 18), [], "and a stop");
    // Softer and sparser is sparser.
    assert!(inside(14, 16).len() <= expected(&groove, 14, 14, 16).len());
    // And again.
    let again: Vec<_> = inside(18, 26).iter().map(|&(time, key)| (time - 18 * BEAT, key)).collect();
    assert_eq!(again, inside(0, 8));
}

#[test]
fn from_wherever_it_starts_and_in_blocks_of_any_size_it_is_the_same_to_the_note() {
    is_the_same_from_anywhere(&song(), 40, &[5, 8, 13, 17, 18, 30]);
}

#[test]
fn a_section_varies_without_the_variation_of_its_groove_the_same_from_wherever_it_starts() {
    let varied = is_the_same_from_anywhere(&long_verse(Cycles::Vary), 60, &[3, 16, 21, 40, 48]);
    let steady = played(&long_verse(Cycles::Groove), 0.0, 60, 512);
    let cycle = |notes: &[(u64, i16)], number: u64| -> Vec<(u64, i16)> {
        let from = 16 * number * BEAT;
        let range = from..from + 16 * BEAT - 6_000;
        let inside = notes.iter().filter(|(time, _)| range.contains(time));
        inside.map(|&(time, key)| (time - from, key)).filter(|(time, _)| *time > 6_000).collect()
    };
    let groove = cycle(&steady, 0);
    assert!(groove.len() > 40);
    assert!((0..3).all(|number| cycle(&steady, number) == groove));
    assert_eq!(cycle(&varied, 0), groove, "the first is the groove");
    let others = [1, 2].map(|number| cycle(&varied, number));
    assert!(others[0] != others[1] && !others.contains(&groove));
    for other in &others {
        let kept = other.iter().filter(|onset| groove.contains(onset)).count();
        assert!(2 * kept > groove.len(), "{kept} of {}", groove.len());
    }
}

/// What is heard of `beats` beats: the same in two bounces, in any blocks, and from each of `starts` on.
fn is_the_same_from_anywhere(song: &Song, beats: u64, starts: &[u64]) -> Vec<(u64, i16)> {
    let whole = played(song, 0.0, beats, 512);
    assert_eq!(whole, played(song, 0.0, beats, 512), "two bounces");
    assert_eq!(whole, played(song, 0.0, beats, 8191), "in large blocks");
    for &start in starts {
        let found = played(song, start as f64, beats - start, 441);
        // A little after the start, where what sounds earlier is missing.
        let shifted: Vec<_> = found
            .iter()
            .map(|&(time, key)| (time + start * BEAT, key))
            .filter(|(time, _)| *time > start * BEAT + 100)
            .collect();
        let wanted: Vec<_> =
            whole.iter().copied().filter(|(time, _)| *time > start * BEAT + 100).collect();
        assert_eq!(shifted, wanted, "from beat {start}");
    }
    whole
}

#[test]
fn a_song_that_is_not_repeated_ends_and_one_that_is_off_is_not_played() {
    let once = Song { is_repeated: false, ..song() };
    let heard = played(&once, 0.0, 30, 512);
    assert!(heard.iter().any(|(time, _)| *time > 12 * BEAT));
    assert!(heard.iter().all(|(time, _)| *time < 18 * BEAT), "{:?}", heard.last());
    let off = Song { is_on: false, ..song() };
    let plain = Song::default();
    assert_eq!(played(&off, 0.0, 20, 512), played(&plain, 0.0, 20, 512));
}

#[test]
fn a_key_takes_over_until_the_next_section() {
    // A variation of what plays, from the beat of the press on.
    let song = song();
    let plain = played(&song, 0.0, 36, 500);
    let mut host = host_with(&song);
    play(&mut host, 0.0, 120.0, 2 * BEAT as u32, 500);
    let press = [Input::NoteOn { offset: 0, key: 14, velocity: 1.0 }];
    play_with(&mut host, 2.0, 120.0, 34 * BEAT as u32, 500, &press);
    stop(&mut host, 64);
    let varied = onsets(host.recording(), 0);
    let part = |notes: &[(u64, i16)], from: u64, to: u64| -> Vec<(u64, i16)> {
        let range = from * BEAT..to * BEAT - 6_000;
        notes.iter().copied().filter(|(time, _)| range.contains(time)).collect()
    };
    assert_eq!(part(&varied, 0, 2), part(&plain, 0, 2));
    assert_ne!(part(&varied, 2, 8), part(&plain, 2, 8));
    assert_eq!(part(&varied, 9, 36), part(&plain, 9, 36));
}
