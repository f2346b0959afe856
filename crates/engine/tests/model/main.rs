//! The engine against an oracle, in random blocks: whatever a host and a player do, every note sounds
//! once, at its sample, and ends once.
//!
//! One million blocks are compared, always the same ones. `JANGDAN_BLOCKS=N` compares another number of
//! them, `JANGDAN_SEED=N` others. A case that fails is shrunk to the fewest blocks, actions and hits that
//! show it.

mod case;
mod drummer;
mod host;
mod songs;
mod strategies;
mod written;

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use engine::{Action, CYCLES, Control, Engine, Event, Offer};
use groove::{INSTRUMENTS, Pattern, SampleOffset};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use testkit::effort;

use crate::case::{Between, Block, Case, Move, PlayerAction, Refusal, Score};
use crate::drummer::{Drummer, Note};

/// The blocks of a case are fewer than these.
const BLOCKS_PER_CASE: usize = 80;

/// How many blocks of a case are compared, on average.
const COMPARED_PER_CASE: u64 = 37;

/// The blocks are shared among as many threads, each with cases of its own.
const SHARES: u64 = 4;

/// What is played, and what is to be.
struct Performance {
    played: Vec<(u64, Note)>,
    wanted: Vec<(u64, Note)>,
    blocks: usize,
    /// How many blocks it is clear of what is to be heard.
    clear_blocks: usize,
    unclear_from: u64,
}

/// Has engine and oracle play the case. Checks on the way what holds of every event.
fn perform(case: &Case, blocks: &[Block]) -> Performance {
    let mut engine = Engine::new(Score(0).made(&case.patterns, [0; CYCLES]));
    let [a, b, c] = case.patterns;
    let patterns = [a, b, c, Pattern::EMPTY];
    let mut drummer = Drummer::new(&patterns, &case.songs);
    let songs = case.songs.each_ref().map(|plan| plan.made(&case.patterns));
    let mut held: [Option<(u8, u8)>; INSTRUMENTS] = [None; INSTRUMENTS];
    let mut played: Vec<(u64, Note)> = Vec::new();
    let mut now = 0_u64;
    let mut clear_blocks = 0;
    // The scores of the cycles that were asked for last.
    let mut made: Option<([i64; CYCLES], Rc<[engine::Score; Score::COUNT]>)> = None;
    for block in blocks {
        // The host renders offline: whatever cycles the engine asks for are there in time.
        let mut ask = |engine: &Engine, song: Option<usize>| {
            let song = song.map(|song| &songs[song]);
            let cycles = engine.cycles(&block.transport, &block.playing, song, block.frames);
            let cycles = cycles.map(|needed| needed.cycle);
            if made.as_ref().is_none_or(|made| made.0 != cycles) {
                let scores = |number| Score(number).made(&case.patterns, cycles);
                made = Some((cycles, Rc::new(std::array::from_fn(scores))));
            }
            made.clone().expect("they were made")
        };
        for &between in &block.before {
            let (cycles, scores) = ask(&engine, drummer.song());
            let is_heeded = match between {
                Between::Change(score, quantise) => {
                    engine.offer(&scores[score.0], score.tag(), Offer::Change(quantise))
                }
                Between::Follow(song, quantise) => {
                    engine.follow(&songs[song], Offer::Change(quantise))
                }
                Between::RefreshSong(song) => engine.follow(&songs[song], Offer::Refresh),
                Between::Refresh(score) if let Some(song) = drummer.song() => {
                    engine.refresh_chosen(&songs[song], &scores[score.0], score.tag())
                }
                Between::Refresh(score) => {
                    engine.offer(&scores[score.0], score.tag(), Offer::Refresh)
                }
                Between::Reset => {
                    engine.reset();
                    true
                }
            };
            drummer.between(between, is_heeded, cycles);
        }
        let (cycles, scores) = ask(&engine, drummer.song());
        if drummer.newest_score() == Score::VARIED && drummer.song().is_none() {
            let varied = &scores[Score::VARIED.0];
            let is_supplied = engine.score() == varied
                || engine.offer(varied, Score::VARIED.tag(), Offer::Refresh);
            drummer.supply(cycles, is_supplied);
        }
        if let (Some(song), Some(held)) = (drummer.song(), drummer.chosen_cycles())
            && held != cycles
        {
            let varied = &scores[Score::VARIED.0];
            let is_heeded = engine.refresh_chosen(&songs[song], varied, Score::VARIED.tag());
            drummer.between(Between::Refresh(Score::VARIED), is_heeded, cycles);
        }
        let controls: Vec<Control<'_>> = block
            .actions
            .iter()
            .map(|&(at, action)| Control {
                at: SampleOffset(at),
                action: match action {
                    PlayerAction::Play(score) => Action::Play(&scores[score.0], score.tag()),
                    PlayerAction::Mute(is_muted) => Action::Mute(is_muted),
                    PlayerAction::Hold(is_held) => Action::Hold(is_held),
                    PlayerAction::Fill(is_held) => Action::Fill(is_held),
                },
            })
            .collect();
        let mut latest = 0;
        let mut sink = |event: Event| {
            let at = event.at().0;
            assert!(at >= latest && at < block.frames, "{event:?} is out of order");
            latest = at;
            let (instrument, address, velocity) = match event {
                Event::NoteOn { instrument, velocity, address, .. } => {
                    assert!((1.0 / 127.0..=1.0).contains(&velocity), "{event:?}");
                    (instrument, address, Some(velocity.to_bits()))
                }
                Event::NoteOff { instrument, address, .. } => (instrument, address, None),
            };
            let refused = if velocity.is_some() { block.refusal.ons } else { block.refusal.offs };
            if refused & instrument.bit() != 0 {
                return false;
            }
            let place = (address.channel, address.key);
            if velocity.is_some() {
                assert!(!held.contains(&Some(place)), "{event:?} on a key that sounds");
                assert_eq!(held[instrument.index()].replace(place), None, "{event:?} doubled");
            } else {
                assert_eq!(held[instrument.index()].take(), Some(place), "{event:?} ends nothing");
            }
            played.push((now + u64::from(at), (instrument, place.0, place.1, velocity)));
            true
        };
        let song = drummer.song().map(|song| &songs[song]);
        engine.process(&block.transport, &block.playing, song, &controls, block.frames, &mut sink);
        drummer.play(block, cycles);
        if drummer.unclear_from.is_none() {
            let (now, wanted) = (engine.now(), drummer.playhead());
            assert_eq!(now.is_some(), wanted.is_some());
            if let (Some(now), Some(wanted)) = (now, wanted) {
                assert!((now.playhead.0 - wanted).abs() < 1e-6, "{now:?} {wanted}");
                if let Some((playback, cycle, sounding)) = drummer.now(wanted) {
                    let tag = sounding.score.tag();
                    assert_eq!((now.playback, now.cycle, now.tag), (playback, cycle, tag));
                    let section = now.passage.map(|passage| (passage.section, passage.origin));
                    let place = sounding.place.map(|place| (place.section, place.begins));
                    assert_eq!(section, place);
                }
            }
        }
        clear_blocks += usize::from(drummer.unclear_from.is_none());
        now += u64::from(block.frames);
    }
    assert_eq!(engine.is_silent(), held.iter().all(Option::is_none));
    let mut wanted = drummer.heard;
    let unclear_from = drummer.unclear_from.unwrap_or(u64::MAX);
    played.sort_unstable();
    wanted.sort_unstable();
    played.retain(|&(at, _)| at < unclear_from);
    wanted.retain(|&(at, _)| at < unclear_from);
    Performance { played, wanted, blocks: blocks.len(), clear_blocks, unclear_from }
}

/// The first notes that differ, with some before.
fn difference(played: &[(u64, Note)], wanted: &[(u64, Note)], blocks: &[Block]) -> String {
    let same = played.iter().zip(wanted).take_while(|(a, b)| a == b).count();
    let at = played.get(same).into_iter().chain(wanted.get(same)).map(|note| note.0).min();
    let (mut start, mut block) = (0, 0);
    while at.is_some_and(|at| start + u64::from(blocks[block].frames) <= at) {
        start += u64::from(blocks[block].frames);
        block += 1;
    }
    let some = |notes: &[(u64, Note)]| {
        let from = same.saturating_sub(3);
        notes[from.min(notes.len())..notes.len().min(same + 3)]
            .iter()
            .map(|(at, note)| format!("\n    {at} {note:?}"))
            .collect::<String>()
    };
    format!(
        "block {block}, which begins at sample {start}:\n  played{}\n  wanted{}\n  {:?}, actions {:?}",
        some(played),
        some(wanted),
        blocks.get(block).map(|block| block.transport),
        blocks.get(block).map(|block| &block.actions),
    )
}

/// The case, and after it a standstill in which every end is taken.
fn played_to_its_end(case: &Case) -> Vec<Block> {
    let mut case = case.clone();
    for _ in 0..2 {
        let mut stop = strategies::plain_cut();
        (stop.to, stop.frames, stop.refusal) = (Move::Stand, 10, Refusal::NONE);
        stop.before = vec![case::Before::Mode(engine::PlayMode::Transport)];
        case.cuts.push(stop);
    }
    host::blocks(&case)
}

/// What has been compared, by all threads.
#[derive(Default)]
struct Compared {
    blocks: AtomicUsize,
    clear_blocks: AtomicUsize,
    notes: AtomicUsize,
}

/// Compares about `blocks` blocks.
fn compare(blocks: u64, seed: u64, compared: &Compared) {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: u32::try_from(blocks / COMPARED_PER_CASE).unwrap().max(1),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    });
    let result = runner.run(&strategies::case(1..BLOCKS_PER_CASE), |case| {
        let made = played_to_its_end(&case);
        let heard = perform(&case, &made);
        if heard.played != heard.wanted {
            let difference = difference(&heard.played, &heard.wanted, &made);
            return Err(TestCaseError::fail(difference));
        }
        // Nothing is left hanging.
        if heard.unclear_from == u64::MAX {
            let ons = heard.played.iter().filter(|(_, note)| note.3.is_some()).count();
            prop_assert_eq!(2 * ons, heard.played.len());
        }
        compared.blocks.fetch_add(heard.blocks, Relaxed);
        compared.clear_blocks.fetch_add(heard.clear_blocks, Relaxed);
        compared.notes.fetch_add(heard.played.len() / 2, Relaxed);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn in_a_million_random_blocks_every_note_sounds_once_at_its_sample_and_ends_once() {
    let blocks = effort("JANGDAN_BLOCKS", 1_000_000_u64).div_ceil(SHARES);
    let seed = effort("JANGDAN_SEED", 1_u64).wrapping_mul(SHARES);
    let compared = Compared::default();
    std::thread::scope(|scope| {
        for share in 0..SHARES {
            let compared = &compared;
            scope.spawn(move || compare(blocks, seed.wrapping_add(share), compared));
        }
    });
    let Compared { blocks, clear_blocks, notes } = compared;
    let (blocks, clear_blocks) = (blocks.into_inner(), clear_blocks.into_inner());
    let notes = notes.into_inner();
    println!("{notes} notes in {blocks} blocks, {clear_blocks} of them compared");
    // The oracle must not get out of it by finding everything unclear, nor the drummers by silence.
    assert!(clear_blocks * 100 >= blocks * 85);
    assert!(notes * 4 > blocks);
}
