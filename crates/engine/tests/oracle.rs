//! The engine against a slow, obviously right oracle: for every hit of every step, the first sample
//! whose musical time has reached it.

use std::collections::BTreeMap;

use engine::{Engine, Event, Playing, SLACK, Score, Transport};
use groove::sequencer::Feel;
use groove::{Beats, Hit, Instrument, Pattern, STEPS};
use proptest::prelude::*;

/// A block as the host cuts it.
#[derive(Clone, Debug)]
struct Block {
    frames: u32,
    tempo: f64,
}

/// A stretch in which musical time runs on from `start`; then the transport seeks or stops.
#[derive(Clone, Debug)]
struct Run {
    start: f64,
    blocks: Vec<Block>,
    /// Blocks of standstill before the run; 0: the host seeks while playing.
    pause: usize,
}

const SAMPLE_RATE: f64 = 8_000.0;

/// Half a 16th.
const NOTE_LENGTH: f64 = 1.0 / 8.0;

fn beats_per_sample(block: &Block) -> f64 {
    block.tempo / 60.0 / SAMPLE_RATE
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let hit = (0..STEPS, 0..9_usize, 0.05_f32..1.0, -8_i8..8);
    prop::collection::vec(hit, 0..120).prop_map(|hits| {
        let mut pattern = Pattern::EMPTY;
        for (step, instrument, velocity, late) in hits {
            let instrument = Instrument::from_index(instrument).unwrap();
            pattern.set(step, instrument, Some(Hit::new(velocity, f32::from(late) / 16.0)));
        }
        pattern
    })
}

fn run() -> impl Strategy<Value = Run> {
    let frames = prop_oneof![Just(1_u32), 2..64_u32, 64..2000_u32];
    let block = (frames, 0..4_u32)
        .prop_map(|(frames, tempo)| Block { frames, tempo: 100.0 + 7.0 * f64::from(tempo) });
    // On the grid, where it matters most, or anywhere.
    let start = prop_oneof![(-20..40_i32).prop_map(|step| f64::from(step) / 4.0), -9.0..30.0_f64,];
    (start, prop::collection::vec(block, 1..12), 0..2_usize)
        .prop_map(|(start, blocks, pause)| Run { start, blocks, pause })
}

fn feel() -> impl Strategy<Value = Feel> {
    prop_oneof![Just(Feel::AS_PLAYED), Just(Feel::new(0.66, 0.5)), Just(Feel::new(0.75, 1.0))]
}

/// A note-on or note-off at an absolute sample.
type Heard = BTreeMap<(u64, Instrument), Vec<bool>>;

/// What is to be heard: onsets and ends, by brute force.
fn oracle(runs: &[Run], pattern: &Pattern, feel: Feel) -> Vec<(u64, Instrument, bool)> {
    let mut heard = Vec::new();
    let mut now = 0_u64;
    for run in runs {
        now += (run.pause * 100) as u64;
        // The musical time of each sample, and of a sample to the next.
        let mut times = Vec::new();
        let mut position = run.start;
        for block in &run.blocks {
            let step = beats_per_sample(block);
            times.extend((0..block.frames).map(|i| (position + f64::from(i) * step, step)));
            position += f64::from(block.frames) * step;
        }
        let end_of_run = now + times.len() as u64;
        let mut onsets = Vec::new();
        let first = ((times[0].0 - 1.0) * 4.0).floor() as i64;
        let last = ((position + 1.0) * 4.0).ceil() as i64;
        for step in first..=last {
            for instrument in Instrument::ALL {
                let Some(hit) = pattern.hit(step.rem_euclid(64) as usize, instrument) else {
                    continue;
                };
                let time = feel.time(step, hit).0;
                let reached = times.iter().position(|&(at, step)| at + SLACK * step >= time);
                let Some(sample) = reached else { continue };
                // What lay before the first sample was skipped, but for the early hits of steps
                // that begin here.
                let (at, one) = times[0];
                let is_skipped = sample == 0 && time < at - (1.0 - SLACK) * one;
                let begins_here = step as f64 / 4.0 >= at - (1.0 - SLACK) * one;
                if !is_skipped || begins_here {
                    let length = (NOTE_LENGTH / times[sample].1).round() as u64;
                    onsets.push((now + sample as u64, time, step, instrument, length));
                }
            }
        }
        onsets.sort_by(|a, b| a.partial_cmp(b).unwrap());
        for (place, &(at, _, _, instrument, length)) in onsets.iter().enumerate() {
            let next = onsets[place + 1..].iter().find(|onset| onset.3 == instrument);
            let end = (at + length).min(end_of_run).min(next.map_or(u64::MAX, |onset| onset.0));
            heard.push((at, instrument, true));
            heard.push((end, instrument, false));
        }
        now = end_of_run;
    }
    heard
}

/// Plays the runs and then stops. Checks order and pairing on the way.
fn play(
    runs: &[Run],
    pattern: &Pattern,
    feel: Feel,
    mut accepts: impl FnMut() -> bool,
) -> Vec<(u64, Instrument, bool)> {
    let mut engine = Engine::new(Score::steady(*pattern));
    let playing = Playing { feel, ..Playing::default() };
    let mut heard: Vec<(u64, Instrument, bool)> = Vec::new();
    let mut held = [false; 9];
    let mut now = 0_u64;
    let mut block = |engine: &mut Engine, transport: &Transport, frames: u32, force: bool| {
        let mut latest = 0;
        engine.process(transport, &playing, frames, &mut |event: Event| {
            let at = event.at().0;
            assert!(at >= latest && at < frames, "{event:?} out of order in {frames} frames");
            latest = at;
            if !force && !accepts() {
                return false;
            }
            let (instrument, is_on) = match event {
                Event::NoteOn { instrument, velocity, .. } => {
                    assert!((1.0 / 127.0..=1.0).contains(&velocity));
                    (instrument, true)
                }
                Event::NoteOff { instrument, .. } => (instrument, false),
            };
            assert_ne!(held[instrument.index()], is_on, "{event:?}");
            held[instrument.index()] = is_on;
            heard.push((now + u64::from(at), instrument, is_on));
            true
        });
        now += u64::from(frames);
    };
    let stopped = Transport { sample_rate: SAMPLE_RATE, ..Transport::default() };
    for run in runs {
        for _ in 0..run.pause {
            block(&mut engine, &stopped, 100, false);
        }
        let mut position = run.start;
        for cut in &run.blocks {
            let transport = Transport {
                is_playing: true,
                position: Some(Beats(position)),
                tempo: Some(cut.tempo),
                loop_range: None,
                sample_rate: SAMPLE_RATE,
            };
            block(&mut engine, &transport, cut.frames, false);
            position += f64::from(cut.frames) * beats_per_sample(cut);
        }
    }
    block(&mut engine, &stopped, 100, true);
    assert!(engine.is_silent());
    heard
}

fn grouped(heard: &[(u64, Instrument, bool)]) -> Heard {
    let mut groups = Heard::new();
    for &(at, instrument, is_on) in heard {
        groups.entry((at, instrument)).or_default().push(is_on);
    }
    groups.values_mut().for_each(|group| group.sort_unstable());
    groups
}

/// Seeks that the engine could take for rounding are none.
fn are_seeks_real(runs: &[Run]) -> bool {
    runs.windows(2).all(|pair| {
        let end = pair[0].start
            + pair[0].blocks.iter().map(|b| f64::from(b.frames) * beats_per_sample(b)).sum::<f64>();
        pair[1].pause > 0 || (end - pair[1].start).abs() > 0.3
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_hit_sounds_once_at_its_sample_and_ends_once(
        pattern in pattern(),
        runs in prop::collection::vec(run(), 1..5),
        feel in feel(),
    ) {
        prop_assume!(are_seeks_real(&runs));
        let heard = play(&runs, &pattern, feel, || true);
        prop_assert_eq!(grouped(&heard), grouped(&oracle(&runs, &pattern, feel)));
    }

    #[test]
    fn a_host_that_refuses_events_is_owed_and_paid_every_end(
        pattern in pattern(),
        runs in prop::collection::vec(run(), 1..5),
        refusals in prop::collection::vec(any::<bool>(), 1..50),
    ) {
        prop_assume!(are_seeks_real(&runs));
        let mut refusals = refusals.iter().cycle();
        // `play` checks that ons and offs alternate and that nothing is left.
        let heard = play(&runs, &pattern, Feel::AS_PLAYED, || *refusals.next().unwrap());
        let ons = heard.iter().filter(|&&(_, _, is_on)| is_on);
        let expected = grouped(&oracle(&runs, &pattern, Feel::AS_PLAYED));
        for &(at, instrument, _) in ons {
            let wanted = expected.get(&(at, instrument)).is_some_and(|g| g.contains(&true));
            prop_assert!(wanted, "nobody asked for {instrument:?} at {at}");
        }
    }

    #[test]
    fn other_blocks_play_the_same_notes(
        pattern in pattern(),
        start in -9.0..30.0_f64,
        tempo in 40.0..250.0_f64,
        cuts in prop::collection::vec(1..3000_u32, 1..30),
    ) {
        let total = cuts.iter().sum();
        let run = |frames: Vec<u32>| {
            let blocks = frames.into_iter().map(|frames| Block { frames, tempo }).collect();
            [Run { start, blocks, pause: 0 }]
        };
        let whole = play(&run(vec![total]), &pattern, Feel::AS_PLAYED, || true);
        let cut = play(&run(cuts), &pattern, Feel::AS_PLAYED, || true);
        prop_assert_eq!(whole, cut);
    }
}
