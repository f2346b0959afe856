//! The engine against a slow, obviously right oracle: for every hit of every step, the first sample
//! whose musical time has reached it.
//!
//! The oracle shares with the engine the meaning of a hit's chance displacement and of its velocity
//! ([`Feel::shift`], [`Touch::velocity`], tested by themselves); which steps are played when, what is
//! left out, when notes end and what the player's choices change it works out in its own way.

use std::collections::BTreeMap;

use engine::{Action, Control, Engine, Event, Playing, Quantise, SLACK, Score, Transport};
use groove::sequencer::{Feel, Lanes, Length, Reading, Shape, Speed, Touch};
use groove::{Beats, Hit, Instrument, Pattern, STEPS, SampleOffset};
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
    /// What the player does, at samples of the run, in order.
    deeds: Vec<(u64, Deed)>,
}

/// Something the player does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Chooses the pattern of this number.
    Play(usize),
    Mute(bool),
    /// Left out of what the oracle is asked about.
    Fill(bool),
}

const SAMPLE_RATE: f64 = 8_000.0;

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

fn deed(fills: bool) -> impl Strategy<Value = Deed> {
    let play = || (0..3_usize).prop_map(Deed::Play);
    let mute = || any::<bool>().prop_map(Deed::Mute);
    let fill = any::<bool>().prop_map(Deed::Fill);
    if fills {
        prop_oneof![play(), mute(), fill].boxed()
    } else {
        prop_oneof![play(), mute()].boxed()
    }
}

fn run() -> impl Strategy<Value = Run> {
    let frames = prop_oneof![Just(1_u32), 2..64_u32, 64..2000_u32];
    let block = (frames, 0..4_u32)
        .prop_map(|(frames, tempo)| Block { frames, tempo: 100.0 + 7.0 * f64::from(tempo) });
    // On the grid, where it matters most, or anywhere.
    let start = prop_oneof![(-20..40_i32).prop_map(|step| f64::from(step) / 4.0), -9.0..30.0_f64,];
    let deeds = prop::collection::vec((0.0..1.0_f64, deed(false)), 0..4);
    (start, prop::collection::vec(block, 1..12), 0..2_usize, deeds).prop_map(
        |(start, blocks, pause, deeds)| {
            let total: u32 = blocks.iter().map(|block| block.frames).sum();
            let mut deeds: Vec<_> = deeds
                .into_iter()
                .map(|(place, deed)| ((place * f64::from(total)) as u64, deed))
                .collect();
            deeds.sort_by_key(|&(at, _)| at);
            Run { start, blocks, pause, deeds }
        },
    )
}

fn reading() -> impl Strategy<Value = Reading> {
    let length = prop_oneof![Just(Length::One), Just(Length::Two), Just(Length::Four)];
    let speed = prop_oneof![Just(Speed::Half), Just(Speed::Normal), Just(Speed::Double)];
    let feel = prop_oneof![
        Just(Feel::AS_PLAYED),
        Just(Feel::new(0.66, 0.5)),
        Just(Feel::new(0.75, 1.0).with_triplet(0.75).with_humanise(1.0, 3)),
        Just(Feel::new(0.5, 0.0).with_triplet(0.6)),
    ];
    prop_oneof![
        feel.clone().prop_map(Reading::whole),
        (length, 0..64_u8, speed, feel).prop_map(|(length, start, speed, feel)| Reading {
            shape: Shape { length, start, speed },
            feel,
        })
    ]
}

fn playing() -> impl Strategy<Value = Playing> {
    let lane = (0..10_u8, 0..12_u8, -6..3_i8, 0..4_u8, 30..36_u8, 0..4_u8);
    let lanes = prop_oneof![
        Just(Lanes::default()),
        prop::collection::vec(lane, 9).prop_map(|all| {
            let mut lanes = Lanes::default();
            for (lane, (on, solo, density, velocity, key, choke)) in lanes.0.iter_mut().zip(all) {
                lane.is_on = on > 0;
                lane.is_solo = solo == 0;
                lane.density = f32::from(density) / 8.0;
                lane.velocity = f32::from(velocity) / 2.0;
                lane.key = key;
                lane.choke = choke;
            }
            lanes
        }),
    ];
    let quantise = prop_oneof![
        Just(Quantise::Step),
        Just(Quantise::Beat),
        Just(Quantise::Bar),
        Just(Quantise::Cycle)
    ];
    let note_length = prop_oneof![Just(0.125), Just(0.03), Just(1.5)];
    (reading(), lanes, quantise, note_length, 0..16_u8).prop_map(
        |(reading, lanes, quantise, note_length, channel)| Playing {
            reading,
            lanes,
            quantise,
            note_length: Beats(note_length),
            channel,
            touch: Touch { humanise: 0.5, accent_amount: 0.5, ..Touch::AS_PLAYED },
            ..Playing::default()
        },
    )
}

/// What is heard of a note: which instrument on which channel and key, and how hard, or that it ends.
type Note = (Instrument, u8, u8, Option<u32>);

/// Notes at absolute samples.
type Heard = BTreeMap<u64, Vec<Note>>;

/// How long a step lasts, in beats, and how many of them are a 32nd or more.
fn step_length(speed: Speed) -> f64 {
    match speed {
        Speed::Half => 0.5,
        Speed::Normal => 0.25,
        Speed::Double => 0.125,
    }
}

/// How many steps late a hit is, in the oracle's own words: the beat is bent at its middle, each half
/// of it again, and chance comes on top.
fn lateness(feel: Feel, step: i64, instrument: Instrument, hit: Hit) -> f64 {
    let middle = feel.triplet();
    let bent = match step.rem_euclid(4) {
        0 => 0.0,
        1 => middle * feel.swing(),
        2 => middle,
        _ => middle + (1.0 - middle) * feel.swing(),
    };
    let on_time = Hit::new(hit.velocity(), 0.0);
    let plain = Feel::new(feel.swing(), feel.timing()).with_triplet(feel.triplet());
    let chance = feel.shift(step, instrument, on_time) - plain.shift(step, instrument, on_time);
    bent * 4.0 - step.rem_euclid(4) as f64 + f64::from(hit.micro_offset()) * feel.timing() + chance
}

/// The hits of the cycle that begins at played step `first`, as (played step, hit), after thinning:
/// sorted by importance, cut, and put back.
fn thinned(
    pattern: &Pattern,
    shape: &Shape,
    first: i64,
    instrument: Instrument,
    density: f32,
) -> Vec<(i64, Hit)> {
    let length = shape.length.steps() as i64;
    let mut hits: Vec<(i64, Hit)> = (0..length)
        .filter_map(|i| {
            let place = (i64::from(shape.start) + i) % 64;
            Some((first + i, pattern.hit(place as usize, instrument)?))
        })
        .collect();
    if density < 0.0 {
        let weight = |&(step, hit): &(i64, Hit)| {
            let strength = match step.rem_euclid(16) {
                0 => 1.0,
                8 => 0.85,
                4 | 12 => 0.7,
                even if even % 2 == 0 => 0.35,
                _ => 0.0_f32,
            };
            hit.velocity() + 0.6 * strength
        };
        // Stable: of equally important hits the first stay.
        hits.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let share = 1.0 + density;
        let count = hits.len() as f32;
        let kept = (0..hits.len()).filter(|&rank| rank as f32 + 0.5 < share * count).count();
        hits.truncate(kept);
    }
    hits
}

/// The musical time that has been played before sample `at` of a run: what the sample before it reached,
/// or what begins with the first one. `times` are the samples' times and distances.
fn played_until(times: &[(f64, f64)], at: u64) -> f64 {
    match (at as usize).checked_sub(1) {
        Some(before) => times[before].0 + SLACK * times[before].1,
        None => times[0].0 - (1.0 - SLACK) * times[0].1,
    }
}

/// What is to be heard: onsets and ends, by brute force. The patterns are those that can be chosen; the
/// first one plays to begin with.
fn oracle(runs: &[Run], patterns: &[Pattern; 3], playing: &Playing) -> Heard {
    let mut heard = Heard::new();
    let mut now = 0_u64;
    let (mut current, mut is_muted) = (0, false);
    let Reading { shape, feel } = playing.reading;
    let step_beats = step_length(shape.speed);
    let is_any_solo = playing.lanes.0.iter().any(|lane| lane.is_solo);
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

        // Which pattern is in force from which 32nd on, as it is from which sample on; and what is made
        // up for at which sample: from which 32nd on, by what was in force before.
        type InForce = Vec<(i64, usize)>;
        let mut epochs: Vec<(u64, InForce)> = vec![(0, vec![(i64::MIN, current)])];
        let mut made_up: Vec<(u64, i64, InForce)> = Vec::new();
        let mut mutes = vec![(0_u64, is_muted)];
        for &(at, deed) in &run.deeds {
            match deed {
                Deed::Mute(is_now) => {
                    // Of what is done at one sample the last counts.
                    mutes.retain(|&(before, _)| before != at);
                    mutes.push((at, is_now));
                }
                Deed::Play(number) if at == 0 && run.pause > 0 => {
                    epochs = vec![(0, vec![(i64::MIN, number)])];
                }
                Deed::Play(number) => {
                    let played_until = played_until(&times, at);
                    let open = ((played_until - 0.125) * 8.0).ceil() as i64;
                    let grid = match playing.quantise {
                        Quantise::Step => 2,
                        Quantise::Beat => 8,
                        Quantise::Bar => 32,
                        Quantise::Cycle => {
                            (shape.length.steps() as f64 * step_beats * 8.0).round() as i64
                        }
                    };
                    let boundary = (open..).find(|place| place.rem_euclid(grid) == 0).unwrap();
                    let before = epochs.last().unwrap().1.clone();
                    if made_up.last().is_none_or(|&(last, ..)| last != at) {
                        made_up.push((at, boundary, before.clone()));
                    }
                    let mut in_force = before;
                    in_force.retain(|&(from, _)| from < boundary);
                    in_force.push((boundary, number));
                    epochs.push((at, in_force));
                }
                Deed::Fill(_) => unreachable!("the oracle knows no fills"),
            }
        }
        let chosen = |in_force: &InForce, grid: i64| {
            in_force.iter().rev().find(|&&(from, _)| from <= grid).unwrap().1
        };
        let in_force_at =
            |sample: u64| &epochs.iter().rev().find(|&&(from, _)| from <= sample).unwrap().1;
        let muted_at = |sample: u64| {
            mutes.iter().rev().find(|&&(from, _)| from <= sample).is_some_and(|&(_, is)| is)
        };

        let mut onsets = Vec::new();
        let length = shape.length.steps() as i64;
        let first_cycle = ((times[0].0 - 4.0) / step_beats / length as f64).floor() as i64;
        let last_cycle = ((position + 4.0) / step_beats / length as f64).ceil() as i64;
        for cycle in first_cycle..=last_cycle {
            for instrument in Instrument::ALL {
                let lane = playing.lanes.0[instrument.index()];
                if !lane.is_on || lane.velocity == 0.0 || (is_any_solo && !lane.is_solo) {
                    continue;
                }
                for (number, pattern) in patterns.iter().enumerate() {
                    let first = cycle * length;
                    let hits = thinned(pattern, &shape, first, instrument, lane.density);
                    for (step, hit) in hits {
                        let grid = (step as f64 * step_beats * 8.0).round() as i64;
                        let late = lateness(feel, step, instrument, hit);
                        let time = (step as f64 + late) * step_beats;
                        let reached =
                            times.iter().position(|&(at, step)| at + SLACK * step >= time);
                        let Some(sample) = reached else { continue };
                        // What lay before the first sample was skipped, but for the early hits of
                        // steps that begin here.
                        let (at, one) = times[0];
                        let is_skipped = sample == 0 && time < at - (1.0 - SLACK) * one;
                        let begins_here = step as f64 * step_beats >= at - (1.0 - SLACK) * one;
                        let mut sounds_at = Vec::new();
                        let is_its_own = chosen(in_force_at(sample as u64), grid) == number;
                        if (!is_skipped || begins_here) && is_its_own {
                            sounds_at.push(sample);
                        }
                        for (at, boundary, before) in &made_up {
                            let played_until = played_until(&times, *at);
                            let is_chosen = chosen(in_force_at(*at), grid) == number;
                            // What was in force before struck the instrument at this step already.
                            let old = &patterns[chosen(before, grid)];
                            let old = thinned(old, &shape, first, instrument, lane.density);
                            let is_struck = old.iter().any(|&(other, old)| {
                                let late = lateness(feel, step, instrument, old);
                                other == step && (step as f64 + late) * step_beats < played_until
                            });
                            if is_chosen && grid >= *boundary && time < played_until && !is_struck {
                                sounds_at.push(*at as usize);
                            }
                        }
                        for sample in sounds_at {
                            if muted_at(sample as u64) {
                                continue;
                            }
                            let beats = times[sample].1;
                            let note_length = (playing.note_length.0 / beats).round() as u64;
                            let velocity =
                                playing.touch.velocity(step, instrument, hit, lane.velocity);
                            let at = now + sample as u64;
                            onsets.push((at, time, step, instrument, note_length, velocity));
                        }
                    }
                }
            }
        }
        onsets.sort_by(|a, b| a.partial_cmp(b).unwrap());
        for (place, &(at, _, _, instrument, length, velocity)) in onsets.iter().enumerate() {
            let lane = playing.lanes.0[instrument.index()];
            let mut end = (at + length.max(1)).min(end_of_run);
            for &(sample, is_now) in &mutes {
                if is_now && now + sample > at {
                    end = end.min(now + sample);
                }
            }
            for &(next, _, _, other, ..) in &onsets[place + 1..] {
                let other_lane = playing.lanes.0[other.index()];
                if other == instrument || other_lane.key == lane.key {
                    end = end.min(next);
                } else if lane.choke != 0 && other_lane.choke == lane.choke {
                    end = end.min(next.max(at + 1));
                }
            }
            let mut push = |at: u64, velocity| {
                let note = (instrument, playing.channel, lane.key, velocity);
                heard.entry(at).or_default().push(note);
            };
            push(at, Some(velocity.to_bits()));
            push(end, None);
        }
        now = end_of_run;
        current = epochs.last().unwrap().1.last().unwrap().1;
        is_muted = mutes.last().unwrap().1;
    }
    heard.values_mut().for_each(|notes| notes.sort_unstable());
    heard
}

/// Plays the runs and then stops. Checks order and pairing on the way.
fn play(
    runs: &[Run],
    patterns: &[Pattern; 3],
    playing: &Playing,
    mut accepts: impl FnMut() -> bool,
) -> Vec<(u64, Note)> {
    let scores = patterns.map(Score::steady);
    let mut engine = Engine::new(scores[0]);
    let mut heard: Vec<(u64, Note)> = Vec::new();
    let mut held: [Option<(u8, u8)>; 9] = [None; 9];
    let mut now = 0_u64;
    let mut block = |engine: &mut Engine,
                     transport: &Transport,
                     controls: &[Control<'_>],
                     frames: u32,
                     force: bool| {
        let mut latest = 0;
        engine.process(transport, playing, controls, frames, &mut |event: Event| {
            let at = event.at().0;
            assert!(at >= latest && at < frames, "{event:?} out of order in {frames} frames");
            latest = at;
            if !force && !accepts() {
                return false;
            }
            let (instrument, address, velocity) = match event {
                Event::NoteOn { instrument, velocity, address, .. } => {
                    assert!((1.0 / 127.0..=1.0).contains(&velocity));
                    (instrument, address, Some(velocity.to_bits()))
                }
                Event::NoteOff { instrument, address, .. } => (instrument, address, None),
            };
            let place = (address.channel, address.key);
            let held = &mut held;
            if velocity.is_some() {
                assert!(!held.contains(&Some(place)), "{event:?} on a key that sounds");
                assert_eq!(held[instrument.index()].replace(place), None, "{event:?}");
            } else {
                assert_eq!(held[instrument.index()].take(), Some(place), "{event:?}");
            }
            let (channel, key) = place;
            heard.push((now + u64::from(at), (instrument, channel, key, velocity)));
            true
        });
        now += u64::from(frames);
    };
    let stopped = Transport { sample_rate: SAMPLE_RATE, ..Transport::default() };
    for run in runs {
        for _ in 0..run.pause {
            block(&mut engine, &stopped, &[], 100, false);
        }
        let mut position = run.start;
        let mut done = 0;
        for cut in &run.blocks {
            let transport = Transport {
                is_playing: true,
                position: Some(Beats(position)),
                tempo: Some(cut.tempo),
                loop_range: None,
                sample_rate: SAMPLE_RATE,
            };
            let end = done + u64::from(cut.frames);
            let controls: Vec<Control<'_>> = run
                .deeds
                .iter()
                .filter(|&&(at, _)| (done..end).contains(&at))
                .map(|&(at, deed)| Control {
                    at: SampleOffset((at - done) as u32),
                    action: match deed {
                        Deed::Play(number) => Action::Play(&scores[number]),
                        Deed::Mute(is_muted) => Action::Mute(is_muted),
                        Deed::Fill(is_held) => Action::Fill(is_held),
                    },
                })
                .collect();
            block(&mut engine, &transport, &controls, cut.frames, false);
            position += f64::from(cut.frames) * beats_per_sample(cut);
            done = end;
        }
    }
    block(&mut engine, &stopped, &[], 100, true);
    assert!(engine.is_silent());
    heard
}

fn grouped(heard: &[(u64, Note)]) -> Heard {
    let mut groups = Heard::new();
    for &(at, note) in heard {
        groups.entry(at).or_default().push(note);
    }
    groups.values_mut().for_each(|group| group.sort_unstable());
    groups
}

/// Seeks that the engine could take for rounding are none, and a choice made at a seek's very sample is
/// made before or after it, which the oracle does not say.
fn are_seeks_real(runs: &[Run]) -> bool {
    let is_early = |run: &Run| run.pause == 0 && run.deeds.iter().any(|&(at, _)| at == 0);
    !runs.iter().any(is_early)
        && runs.windows(2).all(|pair| {
            let end = pair[0].start
                + pair[0]
                    .blocks
                    .iter()
                    .map(|b| f64::from(b.frames) * beats_per_sample(b))
                    .sum::<f64>();
            pair[1].pause > 0 || (end - pair[1].start).abs() > 0.3
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_hit_sounds_once_at_its_sample_and_ends_once(
        patterns in [pattern(), pattern(), pattern()],
        runs in prop::collection::vec(run(), 1..5),
        playing in playing(),
    ) {
        prop_assume!(are_seeks_real(&runs));
        let heard = play(&runs, &patterns, &playing, || true);
        prop_assert_eq!(grouped(&heard), oracle(&runs, &patterns, &playing));
    }

    #[test]
    fn a_host_that_refuses_events_is_owed_and_paid_every_end(
        patterns in [pattern(), pattern(), pattern()],
        runs in prop::collection::vec(run(), 1..5),
        playing in playing(),
        refusals in prop::collection::vec(any::<bool>(), 1..50),
    ) {
        prop_assume!(are_seeks_real(&runs));
        let mut refusals = refusals.iter().cycle();
        // `play` checks that ons and offs alternate and that nothing is left.
        let heard = play(&runs, &patterns, &playing, || *refusals.next().unwrap());
        let expected = oracle(&runs, &patterns, &playing);
        for (at, note) in heard.iter().filter(|(_, note)| note.3.is_some()) {
            let wanted = expected.get(at).is_some_and(|group| group.contains(note));
            prop_assert!(wanted, "nobody asked for {note:?} at {at}");
        }
    }

    #[test]
    fn other_blocks_play_the_same_notes(
        patterns in [pattern(), pattern(), pattern()],
        playing in playing(),
        start in -9.0..30.0_f64,
        tempo in 40.0..250.0_f64,
        cuts in prop::collection::vec(1..3000_u32, 1..30),
        deeds in prop::collection::vec((0.0..1.0_f64, deed(true)), 0..12),
    ) {
        let total: u32 = cuts.iter().sum();
        let mut deeds: Vec<_> = deeds
            .into_iter()
            .map(|(place, deed)| ((place * f64::from(total)) as u64, deed))
            .collect();
        deeds.sort_by_key(|&(at, _)| at);
        let run = |frames: Vec<u32>| {
            let blocks = frames.into_iter().map(|frames| Block { frames, tempo }).collect();
            [Run { start, blocks, pause: 0, deeds: deeds.clone() }]
        };
        let whole = play(&run(vec![total]), &patterns, &playing, || true);
        let cut = play(&run(cuts), &patterns, &playing, || true);
        prop_assert_eq!(whole, cut);
    }
}
