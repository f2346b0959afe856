//! Edge cases beside the oracle in `model`: values that are no numbers, too many scores, which cycles the engine asks for,
//! and faults that were found by some seeds of the oracle alone.

use std::sync::Arc;

use engine::{Action, Control, Ending, Engine, Event, Offer, Playing, Quantise, Score, Section};
use engine::{Song, Transport};
use groove::sequencer::VelocitySettings;
use groove::{Beats, Hit, Instrument, Pattern, STEPS, SampleOffset};

const RATE: f64 = 48_000.0;

fn playing(position: f64, tempo: f64) -> Transport {
    Transport {
        is_playing: true,
        position: Some(Beats(position)),
        tempo: Some(tempo),
        loop_range: None,
        sample_rate: RATE,
    }
}

/// `instrument` at every `every`-th step.
fn pulse(instrument: Instrument, every: usize, micro_offset: f32) -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for step in (0..STEPS).step_by(every) {
        pattern.set(step, instrument, Some(Hit::new(0.8, micro_offset)));
    }
    pattern
}

/// An engine, and the velocities of what it has struck.
struct Session {
    engine: Engine,
    velocities: Vec<f32>,
}

impl Session {
    fn new(pattern: Pattern) -> Self {
        Self { engine: Engine::new(Score::steady(pattern)), velocities: Vec::new() }
    }

    fn block(&mut self, transport: &Transport, settings: &Playing, frames: u32) {
        self.engine.process(transport, settings, None, &[], frames, &mut |event| {
            if let Event::NoteOn { velocity, .. } = event {
                self.velocities.push(velocity);
            }
            true
        });
    }
}

#[test]
fn nonsense_neither_panics_nor_hangs() {
    let nonsense = [f64::NAN, f64::INFINITY, -f64::INFINITY, 0.0, -1.0, 1e300, 1e-300];
    let mut session = Session::new(pulse(Instrument::Kick, 1, 0.2));
    for position in nonsense {
        for tempo in nonsense {
            for sample_rate in nonsense {
                let loop_range = Some((Beats(tempo), Beats(position)));
                let transport = Transport {
                    is_playing: true,
                    position: Some(Beats(position)),
                    tempo: Some(tempo.min(1e6)),
                    loop_range,
                    sample_rate,
                };
                session.engine.cycles(&transport, &Playing::default(), None, 64);
                session.block(&transport, &Playing::default(), 64);
            }
        }
    }
    let stopped = Transport { sample_rate: RATE, ..Transport::default() };
    session.block(&stopped, &Playing::default(), 64);
    assert!(session.engine.is_silent());
    session.velocities.clear();
    session.block(&playing(0.0, 120.0), &Playing::default(), 24_000);
    assert_eq!(session.velocities.len(), 4);
}

#[test]
fn dynamics_that_are_no_number_leave_velocities_as_the_pattern_has_them() {
    let struck = |dynamics| {
        let mut session = Session::new(pulse(Instrument::Kick, 4, 0.0));
        let velocity_settings = VelocitySettings { dynamics, ..VelocitySettings::AS_PLAYED };
        let settings = Playing { velocity_settings, ..Playing::default() };
        session.block(&playing(0.0, 120.0), &settings, 48_000);
        session.velocities
    };
    let as_written = struck(1.0);
    assert_eq!(as_written.len(), 2);
    for nonsense in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(struck(nonsense), as_written);
    }
}

#[test]
fn a_score_offered_many_times_a_step_plays_every_step_once() {
    let mut session = Session::new(pulse(Instrument::Kick, 1, 0.3));
    for block in 0..800 {
        let instrument = if block % 2 == 0 { Instrument::Snare } else { Instrument::Kick };
        let score = Score::steady(pulse(instrument, 1, 0.3));
        session.engine.offer(&score, 0, Offer::Change(Quantise::Step));
        let position = f64::from(block) * 0.02;
        session.block(&playing(position, 120.0), &Playing::default(), 480);
    }
    assert_eq!(session.velocities.len(), 64);
}

#[test]
fn the_cycles_asked_for_are_those_that_play_come_next_and_are_returned_to() {
    let engine = Engine::new(Score::varied());
    let cycles = |transport| {
        let needed = engine.cycles(&transport, &Playing::default(), None, 480);
        needed.map(|needed| needed.cycle)
    };
    assert_eq!(cycles(playing(2.0, 120.0)), [0, 1, 0, 0]);
    assert_eq!(cycles(playing(-2.0, 120.0)), [-1, 0, -1, -1]);
    assert_eq!(cycles(playing(16.1, 120.0)), [0, 1, 0, 0]);
    assert_eq!(cycles(playing(16.5, 120.0)), [1, 2, 1, 1]);
    // Late hits of the cycle before the loop sound in it.
    let loop_range = Some((Beats(16.0), Beats(64.0)));
    assert_eq!(cycles(Transport { loop_range, ..playing(48.5, 120.0) }), [3, 4, 0, 1]);
}

/// A song of two sections of so many bars, which strike these on every beat.
fn song(sections: [(Instrument, u16); 2]) -> Song {
    let section = |(instrument, bars)| Section {
        score: Arc::new(Score::steady(pulse(instrument, 4, 0.0))),
        tag: 0,
        bars,
        ending: Ending::Plain,
        has_crash: false,
    };
    Song::new(sections.map(section).into(), true).unwrap()
}

#[test]
fn what_was_chosen_plays_up_to_where_the_next_section_of_another_song_begins() {
    use Instrument::{ClosedHiHat, Crash, HighTom, Kick, Ride, Snare};
    let [old, new] = [song([(Kick, 8), (Crash, 8)]), song([(HighTom, 2), (ClosedHiHat, 8)])];
    let [chosen, offered] = [Snare, Ride].map(|own| Score::steady(pulse(own, 4, 0.0)));
    let choose = Control { at: SampleOffset(0), action: Action::Play(&chosen, 1) };
    // The song goes on, or a groove is offered that would wait for the next start of the pattern, but for the section's end.
    for (is_offered, last) in [(false, ClosedHiHat), (true, Ride)] {
        let mut engine = Engine::new(Score::steady(Pattern::EMPTY));
        let mut struck = Vec::new();
        assert!(engine.follow(&old, Offer::Change(Quantise::Beat)));
        for beat in 0..12 {
            let (song, controls) =
                (if beat < 4 { &old } else { &new }, if beat == 2 { &[choose][..] } else { &[] });
            if beat == 4 {
                assert!(engine.follow(&new, Offer::Change(Quantise::Beat)));
            }
            if is_offered && beat == 5 {
                assert!(engine.offer(&offered, 2, Offer::Change(Quantise::Cycle)));
            }
            let (host, settings) = (playing(f64::from(beat), 120.0), Playing::default());
            engine.process(&host, &settings, Some(song), controls, 24_000, &mut |event| {
                if let Event::NoteOn { instrument, .. } = event {
                    struck.push(instrument);
                }
                true
            });
        }
        assert_eq!(struck, [&[Kick; 2][..], &[Snare; 6], &[last; 4]].concat());
    }
}

#[test]
fn a_choice_at_the_sample_at_which_a_loop_returns_is_not_caught_up_on() {
    let mut engine = Engine::new(Score::steady(Pattern::EMPTY));
    // Just before the loop's end, and of a step that lies after it.
    let mut early = Pattern::EMPTY;
    early.set(4, Instrument::Snare, Some(Hit::new(0.8, -0.3)));
    let early = Score::steady(early);
    let choose = Control { at: SampleOffset(24_000), action: Action::Play(&early, 1) };
    let loop_range = Some((Beats(0.0), Beats(1.0)));
    let transport = Transport { loop_range, ..playing(0.0, 120.0) };
    let mut struck = Vec::new();
    engine.process(&transport, &Playing::default(), None, &[choose], 48_000, &mut |event| {
        if let Event::NoteOn { at, .. } = event {
            struck.push(at.0);
        }
        true
    });
    let in_the_second_pass = 24_000 + (24_000.0 * (1.0 - 0.3 / 4.0)) as u32;
    assert_eq!(struck, [in_the_second_pass]);
}
