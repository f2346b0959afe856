//! What is written as MIDI is read back as it was.

use groove::midi::{Clip, ClipOptions, Performance, TICKS_PER_BEAT, WriteMidiError, write};
use groove::{Articulation, Bar, Grid, Hit, INSTRUMENTS, Instrument, Metre, Pattern, STEPS, Ticks};
use proptest::prelude::*;

fn pattern(hits: &[(usize, Instrument, f32, f32)]) -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for &(step, instrument, velocity, micro_offset) in hits {
        pattern.set(step, instrument, Some(Hit::new(velocity, micro_offset)));
    }
    pattern
}

/// Start, end, key and velocity of each note written.
fn notes(patterns: &[Pattern]) -> Vec<(u64, u64, u8, u8)> {
    let performance = Performance::read(&write(patterns, 120.0).unwrap()).unwrap();
    let note = |n: &groove::midi::Note| (n.start.0, n.end.unwrap().0, n.key, n.velocity);
    performance.notes().map(note).collect()
}

#[test]
fn a_pattern_is_written_in_general_midi_at_its_tempo() {
    let pattern = pattern(&[(0, Instrument::Kick, 1.0, 0.0), (4, Instrument::Snare, 0.5, 0.25)]);
    assert_eq!(notes(&[pattern]), [(0, 120, 36, 127), (1020, 1140, 38, 64)]);
    let file = write(&[pattern], 87.5).unwrap();
    let performance = Performance::read(&file).unwrap();
    assert_eq!(performance.ticks_per_beat, TICKS_PER_BEAT);
    assert!(performance.begins_in_four_four() && performance.time_signatures.len() == 1);
    assert!(performance.notes().all(|note| note.channel == 9));
    let beat = performance.tempo.seconds(Ticks(TICKS_PER_BEAT.into()));
    assert!((beat - 60.0 / 87.5).abs() < 1e-6); // the file says microseconds
}

#[test]
fn a_note_ends_where_the_next_of_its_key_begins() {
    let pattern = pattern(&[
        (1, Instrument::Snare, 0.5, 0.45),
        (2, Instrument::Snare, 0.5, -0.45),
        (2, Instrument::Ride, 0.5, -0.45),
    ]);
    assert_eq!(notes(&[pattern]), [(348, 372, 38, 64), (372, 492, 38, 64), (372, 492, 51, 64)]);
}

#[test]
fn a_hit_before_the_first_tick_comes_on_it() {
    let pattern = pattern(&[(0, Instrument::Kick, 0.0, -0.5)]);
    assert_eq!(notes(&[pattern, pattern]), [(0, 120, 36, 1), (15240, 15360, 36, 1)]);
}

#[test]
fn the_file_lasts_as_long_as_its_patterns() {
    // The end of track, the last event: its delta time stands before the last three bytes.
    let file = write(&[Pattern::EMPTY], 120.0).unwrap();
    assert_eq!(file[file.len() - 5..], [0xF8, 0x00, 0xFF, 0x2F, 0x00]); // 15360 = 120 * 128
}

#[test]
fn what_a_midi_file_cannot_state_is_refused() {
    for bpm in [0.0, -120.0, 1.0, 1e9, f64::NAN, f64::INFINITY] {
        assert!(matches!(write(&[], bpm), Err(WriteMidiError::Tempo { .. })), "{bpm}");
    }
    let error = write(&vec![Pattern::EMPTY; 20_000], 120.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "20000 patterns are too many for a MIDI file; write at most 17475"
    );
    write(&vec![Pattern::EMPTY; 17_475], 120.0).unwrap();
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let hit = (0..STEPS, 0..INSTRUMENTS, 0.0f32..=1.0, -0.5f32..=0.5);
    prop::collection::vec(hit, 0..200).prop_map(|hits| {
        let named = |(step, i, velocity, offset)| {
            (step, Instrument::from_index(i).unwrap(), velocity, offset)
        };
        pattern(&hits.into_iter().map(named).collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn patterns_read_back_are_those_written(mut patterns in prop::collection::vec(any_pattern(), 1..4)) {
        // What is read begins with the bar of the first hit.
        patterns[0].set(0, Instrument::Kick, Some(Hit::new(0.5, 0.0)));
        let file = write(&patterns, 120.0).unwrap();
        prop_assert_eq!(&file, &write(&patterns, 120.0).unwrap());
        let performance = Performance::read(&file).unwrap();
        for note in performance.notes() {
            prop_assert!(note.end.unwrap() > note.start);
        }
        // Timing at random fits any grid.
        let options = ClipOptions { only_windows: true, ..ClipOptions::default() };
        let clip = Clip::of(&performance, options);
        let sequence = &clip.sequences[0];
        for (i, pattern) in patterns.iter().enumerate() {
            let read = sequence.pattern(i * STEPS);
            prop_assert_eq!(read.tokens(), pattern.tokens());
            for ((step, instrument, hit), (_, _, read)) in pattern.iter().zip(read.iter()) {
                prop_assert!((hit.velocity() - read.velocity()).abs() <= 1.0 / 127.0);
                if i > 0 || step > 0 || hit.micro_offset() >= 0.0 {
                    let moved = (hit.micro_offset() - read.micro_offset()).abs();
                    prop_assert!(moved <= 1.0 / 240.0 + 1e-6, "{instrument:?} {step}: {moved}");
                }
            }
        }
        // What has been in a file once stays the same for ever.
        let again: Vec<Pattern> = (0..patterns.len()).map(|i| sequence.pattern(i * STEPS)).collect();
        prop_assert_eq!(write(&again, 120.0).unwrap(), file);
    }
}

#[test]
fn each_metre_is_written_and_its_bars_begin_where_they_should() {
    let of = |numerator, denominator, grid| {
        let bar = Bar::new(Metre::new(numerator, denominator).unwrap(), grid);
        let mut pattern = Pattern::empty(bar);
        for first in (0..pattern.steps()).step_by(bar.steps()) {
            pattern.set(first, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
        }
        pattern.set(bar.steps() - 1, Instrument::Snare, Some(Hit::new(1.0, 0.0)));
        pattern
    };
    let patterns = [of(6, 8, Grid::Eighths), of(3, 4, Grid::Triplets), of(3, 4, Grid::Sixteenths)];
    let performance = Performance::read(&write(&patterns, 120.0).unwrap()).unwrap();
    let signatures: Vec<_> = performance
        .time_signatures
        .iter()
        .map(|signature| (signature.start.0, signature.numerator, signature.denominator_power))
        .collect();
    assert_eq!(signatures, [(0, 6, 3), (4 * 2880, 3, 2)]);
    let of_key = |key| {
        let notes = performance.notes().filter(move |note| note.key == key);
        notes.map(|note| note.start.0).collect::<Vec<_>>()
    };
    assert_eq!(of_key(36), (0..12).map(|bar| bar * 2880).collect::<Vec<_>>());
    assert_eq!(of_key(38), [5 * 480, 5 * 2880 - 320, 9 * 2880 - 240]);
}

/// Patterns with every articulation, on steps so far from one another that no two hits are taken for a flam.
fn any_struck() -> impl Strategy<Value = Pattern> {
    let hit = (0..STEPS / 4, 0..INSTRUMENTS, 0..Articulation::MOST, 3..=127_u8, -72..=119_i32);
    prop::collection::vec(hit, 0..100).prop_map(|hits| {
        let mut pattern = Pattern::EMPTY;
        for (beat, i, class, velocity, ticks) in hits {
            let instrument = Instrument::from_index(i).unwrap();
            let of = Articulation::of(instrument);
            let hit = Hit::new(f32::from(velocity) / 127.0, ticks as f32 / 240.0);
            pattern.set(4 * beat, instrument, Some(hit.struck_as(of[class % of.len()])));
        }
        pattern
    })
}

proptest! {
    #[test]
    fn every_articulation_is_read_back_at_any_tempo(
        mut pattern in any_struck(),
        bpm in 30.0..300.0_f64,
    ) {
        // What is read begins with the bar of the first hit, and before the first tick there is no time.
        for instrument in Instrument::ALL {
            pattern.set(0, instrument, None);
        }
        pattern.set(0, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
        let options = ClipOptions { only_windows: true, ..ClipOptions::default() };
        let clip = Clip::read(&write(&[pattern], bpm).unwrap(), options).unwrap();
        // General MIDI has no rim shot: its key is another snare's.
        for (step, instrument, hit) in pattern.iter().collect::<Vec<_>>() {
            if hit.articulation() == Articulation::RimShot {
                pattern.set(step, instrument, Some(hit.struck_as(Articulation::Plain)));
            }
        }
        prop_assert_eq!(clip.pattern(1).unwrap(), pattern);
    }
}

#[test]
fn a_flam_is_two_notes_a_choke_is_pressed_and_a_half_open_hat_moves_the_pedal() {
    let with = |instrument, articulation, velocity| {
        let mut pattern = Pattern::EMPTY;
        let hit = Hit::new(velocity, 0.0).struck_as(articulation);
        pattern.set(4, instrument, Some(hit));
        pattern.set(8, instrument, Some(hit.struck_as(Articulation::Plain)));
        Performance::read(&write(&[pattern], 120.0).unwrap()).unwrap().tracks[0].notes.clone()
    };
    let flam = with(Instrument::Snare, Articulation::Flam, 100.0 / 127.0);
    let told: Vec<_> =
        flam.iter().map(|n| (n.start.0, n.end.unwrap().0, n.key, n.velocity)).collect();
    assert_eq!(told, [(912, 960, 38, 60), (960, 1080, 38, 100), (1920, 2040, 38, 100)]);
    let choke = with(Instrument::Crash, Articulation::Choke, 1.0);
    let told: Vec<_> = choke.iter().map(|n| (n.start.0, n.end.unwrap().0, n.grabbed)).collect();
    assert_eq!(told, [(960, 1440, Some(Ticks(1440))), (1920, 2040, None)]);
    let half_open = with(Instrument::OpenHiHat, Articulation::HalfOpen, 1.0);
    assert_eq!(half_open.iter().map(|note| note.foot).collect::<Vec<_>>(), [Some(64), Some(0)]);
    let plain = with(Instrument::OpenHiHat, Articulation::Plain, 1.0);
    assert!(plain.iter().all(|note| note.foot.is_none()));
}
