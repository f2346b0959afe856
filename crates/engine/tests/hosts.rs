//! What hosts do to an engine: loops, gaps, nonsense, changes of pattern and of mind.

use engine::{Engine, Event, Offer, Playing, Quantise, Score, Transport};
use groove::sequencer::{Feel, Reading, Touch};
use groove::{Beats, Hit, Instrument, Pattern, STEPS};

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

fn stopped() -> Transport {
    Transport { sample_rate: RATE, ..Transport::default() }
}

/// `instrument` at every `every`-th step.
fn pulse(instrument: Instrument, every: usize, micro_offset: f32) -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for step in (0..STEPS).step_by(every) {
        pattern.set(step, instrument, Some(Hit::new(0.8, micro_offset)));
    }
    pattern
}

/// An engine, what it has played, at absolute samples, and the time.
struct Session {
    engine: Engine,
    settings: Playing,
    now: u64,
    notes: Vec<(u64, Instrument, bool)>,
}

impl Session {
    fn new(pattern: Pattern) -> Self {
        let engine = Engine::new(Score::steady(pattern));
        Self { engine, settings: Playing::default(), now: 0, notes: Vec::new() }
    }

    fn block(&mut self, transport: &Transport, frames: u32) {
        let (now, notes) = (self.now, &mut self.notes);
        self.engine.process(transport, &self.settings, &[], frames, &mut |event| {
            let (instrument, is_on) = match event {
                Event::NoteOn { instrument, .. } => (instrument, true),
                Event::NoteOff { instrument, .. } => (instrument, false),
            };
            notes.push((now + u64::from(event.at().0), instrument, is_on));
            true
        });
        self.now += u64::from(frames);
    }

    /// Plays from `from` to `to` beats at 120 BPM (24 000 samples to the beat) in small blocks.
    fn play(&mut self, from: f64, to: f64) {
        let samples = ((to - from) * 24_000.0).round() as u32;
        let mut done = 0;
        while done < samples {
            let frames = (samples - done).min(480);
            self.block(&playing(from + f64::from(done) / 24_000.0, 120.0), frames);
            done += frames;
        }
    }

    fn onsets(&self) -> Vec<(u64, Instrument)> {
        self.notes.iter().filter(|n| n.2).map(|&(at, instrument, _)| (at, instrument)).collect()
    }

    fn onset_times(&self) -> Vec<u64> {
        self.onsets().into_iter().map(|(at, _)| at).collect()
    }
}

#[test]
fn stopping_ends_held_notes_at_once() {
    let mut session = Session::new(pulse(Instrument::Kick, 4, 0.0));
    session.block(&playing(0.0, 120.0), 100);
    session.block(&stopped(), 100);
    assert_eq!(session.notes, [(0, Instrument::Kick, true), (100, Instrument::Kick, false)]);
}

#[test]
fn seeking_backwards_releases_held_notes() {
    let mut session = Session::new(pulse(Instrument::Kick, 4, 0.0));
    session.block(&playing(4.0, 120.0), 100);
    session.block(&playing(2.5, 120.0), 100);
    assert_eq!(session.notes, [(0, Instrument::Kick, true), (100, Instrument::Kick, false)]);
}

#[test]
fn reset_pays_its_ends_in_the_next_block() {
    let mut session = Session::new(pulse(Instrument::Kick, 4, 0.0));
    session.block(&playing(0.0, 120.0), 100);
    session.engine.reset();
    session.block(&stopped(), 100);
    assert_eq!(session.notes[1], (100, Instrument::Kick, false));
    assert!(session.engine.is_silent());
}

#[test]
fn muting_ends_notes_and_strikes_none() {
    let mut session = Session::new(pulse(Instrument::Kick, 1, 0.0));
    session.play(0.0, 0.3);
    session.settings.is_muted = true;
    session.play(0.3, 1.1);
    assert!(session.engine.is_silent());
    session.settings.is_muted = false;
    session.play(1.1, 1.3);
    assert_eq!(session.onset_times(), [0, 6000, 30_000]);
}

#[test]
fn a_loop_that_the_host_splits_doubles_and_loses_nothing() {
    // 130 BPM: the loop's end falls between two samples, and the host wraps onto the next.
    let mut session = Session::new(pulse(Instrument::Snare, 4, 0.0));
    let step = 130.0 / 60.0 / RATE;
    let range = Some((Beats(0.0), Beats(4.0)));
    let (mut position, mut passes) = (0.0_f64, 0);
    while passes < 5 {
        let left = ((4.0 - position) / step).ceil() as u32;
        let frames = left.min(512);
        session.block(&Transport { loop_range: range, ..playing(position, 130.0) }, frames);
        position += f64::from(frames) * step;
        if position >= 4.0 {
            position -= 4.0;
            passes += 1;
        }
    }
    assert_eq!(session.onsets().len(), 5 * 4);
}

#[test]
fn a_loop_that_the_host_does_not_split_is_wrapped_inside_the_block() {
    let mut session = Session::new(pulse(Instrument::Snare, 4, 0.0));
    let transport = Transport { loop_range: Some((Beats(0.0), Beats(1.0))), ..playing(0.5, 120.0) };
    session.block(&transport, 60_000);
    // Half a beat to the loop's end, then a hit at each of its starts.
    assert_eq!(session.onset_times(), [12_000, 36_000]);
    let next = Transport { position: Some(Beats(0.0)), ..transport };
    session.block(&next, 10);
    assert_eq!(session.onset_times(), [12_000, 36_000, 60_000]);
}

#[test]
fn a_tempo_that_falls_at_a_loop_s_end_doubles_no_downbeat() {
    let mut session = Session::new(pulse(Instrument::Kick, 16, 0.0));
    let range = Some((Beats(0.0), Beats(4.0)));
    // At 120 BPM the loop's end is reached 40 samples before the block's; but the tempo falls.
    let start = 4.0 - 472.0 / 24_000.0;
    session.block(&Transport { loop_range: range, ..playing(start, 120.0) }, 512);
    let late = 4.0 - 10.0 / 24_000.0;
    session.block(&Transport { loop_range: range, ..playing(late, 100.0) }, 512);
    session.block(&Transport { loop_range: range, ..playing(0.017, 100.0) }, 512);
    assert_eq!(session.onset_times(), [472]);
}

#[test]
fn an_early_downbeat_is_heard_where_the_music_starts_and_once_per_loop() {
    let mut session = Session::new(pulse(Instrument::Kick, 16, -0.25));
    let range = Some((Beats(0.0), Beats(4.0)));
    for _ in 0..3 {
        for block in 0..200 {
            let position = f64::from(block) * 0.02;
            session.block(&Transport { loop_range: range, ..playing(position, 120.0) }, 480);
        }
    }
    // At the start, then a sixteenth of a beat before each wrap.
    assert_eq!(session.onset_times(), [0, 94_500, 190_500, 286_500]);
}

#[test]
fn without_a_position_time_runs_on_from_where_it_was() {
    let mut session = Session::new(pulse(Instrument::Kick, 4, 0.0));
    session.block(&playing(0.5, 120.0), 6_000);
    let lost = Transport { position: None, tempo: None, ..playing(0.0, 0.0) };
    session.block(&lost, 12_000);
    session.block(&Transport { position: Some(Beats(f64::NAN)), ..lost }, 12_000);
    session.block(&playing(1.75, 120.0), 12_000);
    assert_eq!(session.onset_times(), [12_000, 36_000]);
}

#[test]
fn a_host_without_any_position_starts_at_the_pattern_s_start_at_120() {
    let mut session = Session::new(pulse(Instrument::Kick, 4, 0.0));
    let transport = Transport { is_playing: true, sample_rate: RATE, ..Transport::default() };
    session.block(&transport, 24_001);
    assert_eq!(session.onset_times(), [0, 24_000]);
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
                session.engine.cycles(&transport, &Playing::default(), 64);
                session.block(&transport, 64);
            }
        }
    }
    session.block(&stopped(), 64);
    assert!(session.engine.is_silent());
    session.notes.clear();
    session.now = 0;
    session.play(0.0, 1.0);
    assert_eq!(session.onset_times().len(), 4);
}

#[test]
fn dynamics_that_are_no_number_leave_velocities_as_the_pattern_has_them() {
    let struck = |dynamics| {
        let mut engine = Engine::new(Score::steady(pulse(Instrument::Kick, 4, 0.0)));
        let mut velocities = Vec::new();
        let touch = Touch { dynamics, ..Touch::AS_PLAYED };
        let settings = Playing { touch, ..Playing::default() };
        engine.process(&playing(0.0, 120.0), &settings, &[], 48_000, &mut |event| {
            if let Event::NoteOn { velocity, .. } = event {
                velocities.push(velocity);
            }
            true
        });
        velocities
    };
    let as_written = struck(1.0);
    assert_eq!(as_written.len(), 2);
    for nonsense in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(struck(nonsense), as_written);
    }
}

#[test]
fn a_tempo_ramp_neither_doubles_nor_loses_a_hit() {
    let mut session = Session::new(pulse(Instrument::ClosedHiHat, 1, 0.0));
    // The tempo rises within each block; the host names the one at its start.
    let (mut position, mut tempo) = (0.0, 90.0);
    while position < 15.95 {
        session.block(&playing(position, tempo), 1024);
        position += (tempo + 0.25) / 60.0 / RATE * 1024.0;
        tempo += 0.5;
    }
    let steps = (position * 4.0).ceil() as usize;
    assert_eq!(session.onsets().len(), steps);
}

#[test]
fn a_new_pattern_takes_over_at_the_boundary_and_every_step_is_played_once() {
    for (quantise, boundary) in
        [(Quantise::Step, 6), (Quantise::Beat, 8), (Quantise::Bar, 16), (Quantise::Cycle, 64)]
    {
        for late in [-0.4, 0.0, 0.4] {
            let mut session = Session::new(pulse(Instrument::Kick, 1, late));
            session.play(0.0, 1.2); // up to step 4.8, and step 5's early hits are out already
            let next = Score::steady(pulse(Instrument::Snare, 1, late));
            assert!(session.engine.offer(&next, 0, Offer::Change(quantise)));
            session.play(1.2, 20.0);
            let instruments: Vec<_> = session.onsets().into_iter().map(|(_, i)| i).collect();
            let kicks = instruments.iter().take_while(|&&i| i == Instrument::Kick).count();
            assert_eq!(kicks, boundary, "{quantise:?} {late}");
            assert!(instruments[kicks..].iter().all(|&i| i == Instrument::Snare));
            assert!((80..=81).contains(&instruments.len()), "{}", instruments.len());
        }
    }
}

#[test]
fn while_stopped_a_new_pattern_takes_over_at_once() {
    let mut session = Session::new(pulse(Instrument::Kick, 1, 0.0));
    session.play(0.0, 0.1);
    let next = Score::steady(pulse(Instrument::Snare, 1, 0.0));
    session.engine.offer(&next, 0, Offer::Change(Quantise::Cycle));
    session.block(&stopped(), 10);
    session.play(0.0, 0.1);
    assert_eq!(session.onsets().last().unwrap().1, Instrument::Snare);
}

#[test]
fn a_score_offered_many_times_a_step_plays_every_step_once() {
    let mut session = Session::new(pulse(Instrument::Kick, 1, 0.3));
    for block in 0..800 {
        let instrument = if block % 2 == 0 { Instrument::Snare } else { Instrument::Kick };
        let score = Score::steady(pulse(instrument, 1, 0.3));
        session.engine.offer(&score, 0, Offer::Change(Quantise::Step));
        let position = f64::from(block) * 0.02;
        session.play(position, position + 0.02);
    }
    assert_eq!(session.onsets().len(), 64);
}

#[test]
fn turning_swing_while_playing_doubles_and_loses_nothing() {
    let mut session = Session::new(pulse(Instrument::ClosedHiHat, 1, 0.1));
    for block in 0..800 {
        let swing = 0.5 + 0.25 * f64::from(block % 7) / 6.0;
        let feel = Feel::new(swing, f64::from(block % 5) / 4.0);
        session.settings.reading = Reading::whole(feel);
        let position = f64::from(block) * 0.02;
        session.play(position, position + 0.02);
    }
    let count = session.onsets().len();
    assert!((63..=64).contains(&count), "{count}"); // the last may lie beyond the end
}

#[test]
fn each_cycle_plays_its_own_pattern() {
    let mut score = Score::varied();
    score.insert(0, &pulse(Instrument::Kick, 16, 0.0));
    score.insert(1, &pulse(Instrument::Snare, 16, -0.2));
    let mut session = Session::new(Pattern::EMPTY);
    session.engine.offer(&score, 0, Offer::Refresh);
    session.play(12.0, 20.0);
    let onsets = session.onsets();
    assert_eq!(onsets[0], (0, Instrument::Kick));
    // Step 64, a fifth of a step early.
    assert_eq!(onsets[1], (4 * 24_000 - 1200, Instrument::Snare));
}

#[test]
fn the_cycles_asked_for_are_those_that_play_come_next_and_are_returned_to() {
    let engine = Engine::new(Score::varied());
    let cycles = |transport| engine.cycles(&transport, &Playing::default(), 480);
    assert_eq!(cycles(playing(2.0, 120.0)), [0, 1, 0, 0]);
    assert_eq!(cycles(playing(-2.0, 120.0)), [-1, 0, -1, -1]);
    assert_eq!(cycles(playing(16.1, 120.0)), [0, 1, 0, 0]);
    assert_eq!(cycles(playing(16.5, 120.0)), [1, 2, 1, 1]);
    // Late hits of the cycle before the loop sound in it.
    let loop_range = Some((Beats(16.0), Beats(64.0)));
    assert_eq!(cycles(Transport { loop_range, ..playing(48.5, 120.0) }), [3, 4, 0, 1]);
}
