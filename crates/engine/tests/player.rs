//! What a player does to an engine: keys held, fills, free running, choices while nothing plays.

use engine::{Action, Control, Engine, Event, PlayMode, Playing, Score, Transport};
use groove::sequencer::{Length, Reading, Shape, Speed};
use groove::{Beats, Hit, Instrument, Pattern, STEPS, SampleOffset};
use proptest::prelude::*;

const RATE: f64 = 48_000.0;
/// At 120 BPM.
const BEAT: u64 = 24_000;

/// `instrument` at every `every`-th step.
fn pulse(instrument: Instrument, every: usize) -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for step in (0..STEPS).step_by(every) {
        pattern.set(step, instrument, Some(Hit::new(0.8, 0.0)));
    }
    pattern
}

/// A note-on or note-off at an absolute sample.
type Note = (u64, Instrument, bool);

/// A host at 120 BPM: it stands, or plays from a position on.
#[derive(Clone, Copy, Debug)]
enum Host {
    Stands,
    Plays(f64),
}

/// Plays `scenes`, each for so many samples, in blocks whose lengths `cuts` gives over and over.
fn perform(
    playing: &Playing,
    scenes: &[(Host, u64)],
    controls: &[(u64, Action<'_>)],
    cuts: &[u32],
) -> (Vec<Note>, Engine) {
    let mut engine = Engine::new(Score::steady(pulse(Instrument::Kick, 4)));
    let mut notes = Vec::new();
    let (mut now, mut block) = (0_u64, 0);
    for &(host, samples) in scenes {
        let start = now;
        while now < start + samples {
            let frames = u64::from(cuts[block % cuts.len()]).min(start + samples - now);
            block += 1;
            let (is_playing, position) = match host {
                Host::Stands => (false, 77.0),
                Host::Plays(from) => (true, from + (now - start) as f64 / BEAT as f64),
            };
            let transport = Transport {
                is_playing,
                position: Some(Beats(position)),
                tempo: Some(120.0),
                loop_range: None,
                sample_rate: RATE,
            };
            let due: Vec<Control<'_>> = controls
                .iter()
                .filter(|(at, _)| (now..now + frames).contains(at))
                .map(|&(at, action)| Control { at: SampleOffset((at - now) as u32), action })
                .collect();
            engine.process(&transport, playing, &due, frames as u32, &mut |event| {
                let (instrument, is_on) = match event {
                    Event::NoteOn { instrument, .. } => (instrument, true),
                    Event::NoteOff { instrument, .. } => (instrument, false),
                };
                notes.push((now + u64::from(event.at().0), instrument, is_on));
                true
            });
            now += frames;
        }
    }
    (notes, engine)
}

fn onsets(notes: &[Note]) -> Vec<u64> {
    notes.iter().filter(|note| note.2).map(|note| note.0).collect()
}

fn mode(mode: PlayMode) -> Playing {
    Playing { mode, ..Playing::default() }
}

#[test]
fn a_held_key_plays_from_the_beginning_while_the_host_stands_and_letting_go_ends_the_notes() {
    let controls = [(1000, Action::Hold(true)), (1000 + BEAT + 500, Action::Hold(false))];
    let scenes = [(Host::Stands, 3 * BEAT)];
    let (notes, engine) = perform(&mode(PlayMode::Hold), &scenes, &controls, &[480]);
    let kick = Instrument::Kick;
    let expected = [
        (1000, kick, true),
        (1000 + BEAT / 8, kick, false),
        (1000 + BEAT, kick, true),
        (1000 + BEAT + 500, kick, false),
    ];
    assert_eq!(notes, expected);
    assert_eq!(engine.playhead(), None);
}

#[test]
fn a_held_key_joins_in_time_with_a_host_that_plays_and_nothing_is_played_before() {
    let controls = [(5000, Action::Hold(true)), (BEAT * 2 + 1, Action::Hold(false))];
    let scenes = [(Host::Plays(8.0), 4 * BEAT)];
    let (notes, _) = perform(&mode(PlayMode::Hold), &scenes, &controls, &[480]);
    assert_eq!(onsets(&notes), [BEAT, 2 * BEAT]);
    assert_eq!(notes.last(), Some(&(BEAT * 2 + 1, Instrument::Kick, false)));
}

#[test]
fn a_groove_chosen_with_the_key_that_is_held_plays_from_its_first_hit_on() {
    let score = Score::steady(pulse(Instrument::Snare, 4));
    let controls = [(700, Action::Hold(true)), (700, Action::Play(&score, 0))];
    for controls in [controls, [controls[1], controls[0]]] {
        let scenes = [(Host::Stands, 2 * BEAT)];
        let (notes, _) = perform(&mode(PlayMode::Hold), &scenes, &controls, &[480]);
        assert!(notes.iter().all(|note| note.1 == Instrument::Snare), "{notes:?}");
        assert_eq!(onsets(&notes), [700, 700 + BEAT]);
    }
}

#[test]
fn free_running_goes_on_while_the_host_stands_and_jumps_to_where_it_plays() {
    let scenes = [(Host::Stands, BEAT + BEAT / 2), (Host::Plays(3.75), BEAT), (Host::Stands, BEAT)];
    let (notes, engine) = perform(&mode(PlayMode::Free), &scenes, &[], &[480]);
    // From the first beat; then from a 16th before a beat on, also when the host stops.
    let jump = BEAT + BEAT / 2;
    assert_eq!(onsets(&notes), [0, BEAT, jump + BEAT / 4, jump + 5 * BEAT / 4]);
    assert!((engine.playhead().unwrap().0 - 5.75).abs() < 1e-9);
}

#[test]
fn with_the_transport_nothing_plays_while_it_stands_whatever_is_held() {
    let controls = [(0, Action::Hold(true))];
    let scenes = [(Host::Stands, BEAT), (Host::Plays(0.0), BEAT)];
    let (notes, _) = perform(&mode(PlayMode::Transport), &scenes, &controls, &[480]);
    assert_eq!(onsets(&notes), [BEAT]);
}

#[test]
fn muting_by_key_ends_notes_at_its_sample_and_strikes_none_until_it_is_let_go() {
    let controls = [(BEAT + 10, Action::Mute(true)), (2 * BEAT + 1, Action::Mute(false))];
    let scenes = [(Host::Plays(0.0), 4 * BEAT)];
    for cuts in [[480], [1], [100_000]] {
        let (notes, _) = perform(&Playing::default(), &scenes, &controls, &cuts);
        assert_eq!(onsets(&notes), [0, BEAT, 3 * BEAT]);
        assert_eq!(notes[3], (BEAT + 10, Instrument::Kick, false));
    }
}

#[test]
fn a_fill_takes_the_place_of_the_groove_up_to_the_bar_line_and_lands_there() {
    let controls = [(BEAT + 5000, Action::Fill(true)), (BEAT + 6000, Action::Fill(false))];
    let scenes = [(Host::Plays(0.0), 8 * BEAT)];
    let (notes, _) = perform(&Playing::default(), &scenes, &controls, &[480]);
    let struck = |range: std::ops::Range<u64>| {
        let ons = notes.iter().filter(|note| note.2 && range.contains(&note.0));
        ons.map(|note| note.1).collect::<Vec<_>>()
    };
    assert_eq!(struck(0..2 * BEAT), [Instrument::Kick; 2]);
    assert!(struck(2 * BEAT..4 * BEAT).len() > 4);
    assert_eq!(struck(4 * BEAT..5 * BEAT), [Instrument::Kick, Instrument::Crash]);
    assert_eq!(struck(5 * BEAT..8 * BEAT), [Instrument::Kick; 3]);
}

#[test]
fn a_fill_let_go_just_after_the_bar_line_lands_and_is_no_bar_longer() {
    let controls = [(2 * BEAT, Action::Fill(true)), (4 * BEAT + 1000, Action::Fill(false))];
    let scenes = [(Host::Plays(0.0), 8 * BEAT)];
    let (notes, _) = perform(&Playing::default(), &scenes, &controls, &[480]);
    let crash = notes.iter().find(|note| note.1 == Instrument::Crash).unwrap();
    assert_eq!((crash.0, crash.2), (4 * BEAT + 1000, true));
    let after = notes.iter().filter(|note| note.2 && note.0 >= 4 * BEAT + 1001);
    assert_eq!(after.map(|note| note.0).collect::<Vec<_>>(), [5 * BEAT, 6 * BEAT, 7 * BEAT]);
}

#[test]
fn a_choice_on_the_bar_line_or_just_after_it_is_heard_there_and_what_it_missed_at_once() {
    // The downbeat is played a little early by both, the snare by the new one alone.
    let bar = |step: usize, instrument, early: f32| {
        let mut pattern = pulse(Instrument::Ride, 64);
        pattern.set(step, instrument, Some(Hit::new(0.8, early)));
        pattern
    };
    let mut new = bar(16, Instrument::Kick, -0.125);
    new.set(16, Instrument::Snare, Some(Hit::new(0.8, -0.25)));
    new.set(17, Instrument::Crash, Some(Hit::new(0.8, 0.0)));
    let new = Score::steady(new);
    let line = 4 * BEAT;
    let quantise = engine::Quantise::Bar;
    for (at, is_heard) in [(line, true), (line + 3000, true), (line + 3001, false)] {
        let mut engine = Engine::new(Score::steady(bar(16, Instrument::Kick, -0.25)));
        let mut onsets = Vec::new();
        for block in 0..300_u64 {
            let (start, frames) = (block * 480, 480_u64);
            let control = Control {
                at: SampleOffset((at.wrapping_sub(start)) as u32),
                action: Action::Play(&new, 0),
            };
            let controls = [control];
            let due = (start..start + frames).contains(&at);
            let transport = Transport {
                is_playing: true,
                position: Some(Beats(start as f64 / BEAT as f64)),
                tempo: Some(120.0),
                loop_range: None,
                sample_rate: RATE,
            };
            let playing = Playing { quantise, ..Playing::default() };
            let controls = if due { &controls[..] } else { &[] };
            engine.process(&transport, &playing, controls, frames as u32, &mut |event| {
                if let Event::NoteOn { at, instrument, .. } = event {
                    onsets.push((start + u64::from(at.0), instrument));
                }
                true
            });
        }
        let kick = (line - 1500, Instrument::Kick);
        let heard = [kick, (at, Instrument::Snare), (line + 6000, Instrument::Crash)];
        let wanted: &[(u64, Instrument)] = if is_heard { &heard } else { &[kick] };
        assert_eq!(onsets[1..], *wanted, "chosen at {at}"); // after the ride at the start
    }
}

#[test]
fn a_shape_takes_over_at_the_boundary_and_every_step_before_and_after_is_played_once() {
    let mut playing = Playing { quantise: engine::Quantise::Bar, ..Playing::default() };
    let mut engine = Engine::new(Score::steady(pulse(Instrument::ClosedHiHat, 1)));
    let mut onsets = Vec::new();
    for block in 0..400_u64 {
        if block == 100 {
            let shape = Shape { length: Length::One, start: 3, speed: Speed::Double };
            playing.reading = Reading { shape, ..Reading::default() };
        }
        let transport = Transport {
            is_playing: true,
            position: Some(Beats(block as f64 / 50.0)),
            tempo: Some(120.0),
            loop_range: None,
            sample_rate: RATE,
        };
        engine.process(&transport, &playing, &[], 480, &mut |event| {
            if matches!(event, Event::NoteOn { .. }) {
                onsets.push(block * 480 + u64::from(event.at().0));
            }
            true
        });
    }
    // 16ths in the first bar, 32nds in the second.
    let expected: Vec<u64> = (0..16)
        .map(|step| step * BEAT / 4)
        .chain((0..32).map(|step| 4 * BEAT + step * BEAT / 8))
        .collect();
    assert_eq!(onsets, expected);
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Play,
    Fill(bool),
    Mute(bool),
    Hold(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let is_held = any::<bool>;
    prop_oneof![
        Just(Deed::Play),
        is_held().prop_map(Deed::Fill),
        is_held().prop_map(Deed::Mute),
        is_held().prop_map(Deed::Hold),
        is_held().prop_map(Deed::Hold),
    ]
}

proptest! {
    #[test]
    fn whatever_the_player_does_other_blocks_play_the_same_notes_and_each_one_ends(
        deeds in prop::collection::vec((0..12 * BEAT, deed()), 0..20),
        cuts in prop::collection::vec(1..20_000_u32, 1..8),
        mode in prop_oneof![
            Just(PlayMode::Transport), Just(PlayMode::Hold), Just(PlayMode::Free)
        ],
        first in 0.0..20.0_f64,
    ) {
        let score = Score::steady(pulse(Instrument::Snare, 3));
        let mut controls: Vec<(u64, Action<'_>)> = deeds
            .into_iter()
            .map(|(at, deed)| {
                let action = match deed {
                    Deed::Play => Action::Play(&score, 0),
                    Deed::Fill(is_held) => Action::Fill(is_held),
                    Deed::Mute(is_held) => Action::Mute(is_held),
                    Deed::Hold(is_held) => Action::Hold(is_held),
                };
                (at, action)
            })
            .collect();
        controls.sort_by_key(|&(at, _)| at);
        let scenes = [
            (Host::Stands, 3 * BEAT),
            (Host::Plays(first), 5 * BEAT),
            (Host::Stands, 4 * BEAT),
        ];
        let playing = Playing { mode, ..Playing::default() };
        let (whole, _) = perform(&playing, &scenes, &controls, &[u32::MAX]);
        let (cut, mut engine) = perform(&playing, &scenes, &controls, &cuts);
        prop_assert_eq!(&whole, &cut);
        let mut held = [false; 9];
        for (_, instrument, is_on) in whole {
            prop_assert_ne!(std::mem::replace(&mut held[instrument.index()], is_on), is_on);
        }
        engine.reset();
        engine.process(&Transport::default(), &Playing::default(), &[], 1, &mut |_| true);
        prop_assert!(engine.is_silent());
    }
}
