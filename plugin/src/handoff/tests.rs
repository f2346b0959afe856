//! The three ends, one by one and all at once.

use std::time::Instant;

use engine::Score;
use groove::Beats;
use groove::sequencer::PlaybackSettings;

use super::gui::SILENCE;
use super::*;
use crate::handoff::answer::ReadyGroove;
use crate::state::request::{GrooveKey, GrooveRequest, Recipe, Revisions};

fn recipe(seed: u64) -> Recipe {
    Recipe { seed, ..Recipe::default() }
}

fn answer(seed: u64) -> Answer {
    let key = Some(GrooveKey::of(recipe(seed)));
    let score = Score::steady(Pattern::EMPTY);
    let track = ReadyGroove { key, score, ..ReadyGroove::clone(&Answer::factory().live) };
    Answer { live: Arc::new(track), ..Answer::factory() }
}

fn request(seed: u64) -> GrooveRequest {
    GrooveRequest { recipe: recipe(seed), ..GrooveRequest::default() }
}

#[test]
fn only_the_newest_answer_arrives_and_only_once() {
    let (mut audio, mut worker, mut gui) = handoff();
    assert!(!audio.update());
    worker.publish(&answer(1));
    worker.publish(&answer(2));
    assert!(audio.update());
    assert_eq!(audio.answer(), &answer(2));
    assert!(!audio.update());
    assert_eq!(audio.answer(), &answer(2));
    assert_eq!(gui.newest(), &answer(2));
    assert_eq!(gui.playing(), &*answer(2).live);
}

#[test]
fn the_worker_learns_what_plays_and_what_was_heard() {
    let (mut audio, mut worker, mut gui) = handoff();
    let choice = Choice { slot: Some(3), variation_id: Some(-2) };
    audio.want([7, 8, 5, 6], choice);
    let expected = AudioState { choice, cycles: [7, 8, 5, 6], ..AudioState::default() };
    assert_eq!((worker.state(), gui.state()), (expected, expected));
    let heard = RecordedRhythm { id: Some(9), pattern: crate::factory::pattern() };
    assert_eq!(worker.rhythm().id, None);
    audio.publish_rhythm(&heard);
    assert_eq!(worker.rhythm(), &heard);
}

#[test]
fn each_click_is_told_once_and_the_same_one_again_too() {
    let (mut audio, _worker, gui) = handoff();
    assert_eq!(audio.take_click(), None);
    for slot in [Some(11), Some(11), None] {
        gui.choose(slot);
        assert_eq!((audio.take_click(), audio.take_click()), (Some(slot), None));
    }
}

#[test]
fn what_sounds_is_not_the_choice_until_its_boundary_and_is_while_stopped() {
    let (mut audio, mut worker, mut gui) = handoff();
    let choice = |slot| Choice { slot: Some(slot), variation_id: None };
    audio.want([0; CYCLES], choice(3));
    audio.show(Some(Now { tag: choice(2).to_bits(), ..now(-1.5) }));
    for state in [worker.state(), gui.state()] {
        assert_eq!((state.choice, state.sounding()), (choice(3), choice(2)));
        assert_eq!(state.now.map(|now| now.playhead), Some(Beats(-1.5)));
    }
    audio.show(None);
    assert_eq!((gui.state().now, gui.state().sounding()), (None, choice(3)));
}

/// The live groove plays at `beats`.
fn now(beats: f64) -> Now {
    Now {
        playhead: Beats(beats),
        playback: PlaybackSettings::default(),
        cycle: 0,
        tag: 0,
        passage: None,
        is_chosen: false,
    }
}

#[test]
fn a_nudge_given_before_the_worker_sleeps_is_not_lost() {
    let (_audio, worker, gui) = handoff();
    gui.nudge();
    gui.nudge();
    assert!(worker.sleep(Duration::MAX)); // returns at once, or the test hangs
}

#[test]
fn waiting_ends_with_the_wanted_answer_or_a_failure() {
    let (mut audio, mut worker, _gui) = handoff();
    let long = Duration::from_secs(600);
    worker.publish(&answer(1));
    assert!(audio.wait(|| request(1), &[0, 5], false, long));
    assert_eq!(audio.answer(), &answer(1));
    worker.fail("no weights".into(), &request(2));
    assert!(!audio.wait(|| request(2), &[0], false, long));
}

#[test]
fn a_failure_of_one_recipe_does_not_end_waiting_for_the_next() {
    let (mut audio, mut worker, _gui) = handoff();
    worker.fail("it failed".into(), &request(1));
    let waiting = std::thread::spawn(move || {
        audio.wait(|| request(2), &[0], false, Duration::from_secs(600))
    });
    // Its first nudge says that it has looked, and has not given up.
    assert!(worker.sleep(Duration::MAX));
    worker.publish(&answer(2));
    assert!(waiting.join().unwrap());
}

#[test]
fn a_closed_worker_does_not_go_back_to_sleep() {
    let (_audio, worker, _gui) = handoff();
    worker.shutdown_handle().close();
    assert!(!worker.sleep(Duration::MAX));
    assert!(!worker.sleep(Duration::MAX));
}

#[test]
fn a_worker_that_gives_no_sign_of_life_is_told_and_so_is_its_return() {
    let (_audio, worker, gui) = handoff();
    worker.report(Network::Ready);
    worker.beat();
    let asked = Instant::now();
    let later = |seconds| asked + Duration::from_secs(seconds);
    assert_eq!(gui.network_at(asked), Network::Ready);
    assert_eq!(gui.network_at(later(4)), Network::Ready);
    assert_eq!(gui.network_at(later(12)), Network::Silent(12));
    // The window looks then, and goes on looking, though nobody calls.
    assert!(gui.next_look_at(asked, asked).is_some_and(|delay| delay <= SILENCE));
    assert_eq!(gui.next_look_at(asked, later(60)), Some(Duration::from_secs(1)));
    worker.beat();
    assert_eq!(gui.network(), Network::Ready);
    let (long_ago, now) = (asked, asked + SILENCE);
    gui.shared.heartbeat.beat_at(now);
    assert_eq!(gui.next_look_at(long_ago, now), None);
}

#[test]
fn a_worker_that_was_waited_for_in_vain_is_not_waited_for_again_until_it_gives_a_sign() {
    let (mut audio, mut worker, _gui) = handoff();
    assert!(!audio.wait(|| request(1), &[0], false, Duration::ZERO));
    let long = Duration::from_secs(600);
    assert!(!audio.wait(|| request(2), &[0], false, long), "at once, or the test hangs");
    assert!(!audio.wait_for_slots(|| 7, long), "at once, or the test hangs");
    worker.beat();
    let waiting = std::thread::spawn(move || audio.wait(|| request(3), &[0], false, long));
    // Its first nudge says that it waits again.
    assert!(worker.sleep(Duration::MAX));
    worker.publish(&answer(3));
    assert!(waiting.join().unwrap());
}

/// How many answers are published while all threads read. Miri is some thousand times slower.
const ANSWERS: u64 = if cfg!(miri) { 12 } else { 20_000 };

/// Answer number `n`, which says so in every part.
fn numbered(n: u64) -> Answer {
    let revisions = Revisions { groove: n, slots: n, edits: n, corners: n, weights: n, song: n };
    Answer { filled: n as u16, revisions, ..answer(n) }
}

/// The number of an answer, if all of it is of the same.
fn number_of(answer: &Answer) -> u64 {
    let n = answer.live.key.map_or(0, |key| key.recipe.seed);
    let expected = if n == 0 { Answer::factory() } else { numbered(n) };
    assert!(*answer == expected, "an answer of parts: {answer:?}");
    n
}

/// Rhythm number `n`, of which the id and the pattern must belong together.
fn rhythm(n: u64) -> RecordedRhythm {
    let mut pattern = Pattern::EMPTY;
    let hit = groove::Hit::new(n as f32 / ANSWERS as f32, 0.0);
    pattern.set(n as usize % groove::STEPS, groove::Instrument::Kick, Some(hit));
    RecordedRhythm { id: Some(n), pattern }
}

#[test]
fn all_three_threads_at_once_see_whole_answers_each_later_than_the_last_and_none_is_lost_at_the_end()
 {
    let (mut audio, mut worker, mut gui) = handoff();
    let start = &std::sync::Barrier::new(3);
    let last_heard = std::thread::scope(|scope| {
        let audio = scope.spawn(move || {
            start.wait();
            let (mut last, mut beats) = (0, 0);
            while last < ANSWERS {
                if audio.update() {
                    let n = number_of(audio.answer());
                    assert!(n > last, "{n} came after {last}");
                    last = n;
                }
                beats += 1;
                if beats <= ANSWERS {
                    audio.publish_rhythm(&rhythm(beats));
                }
                audio.want([beats as i64; 4], Choice::default());
                audio.show(Some(now(beats as f64)));
                audio.take_click();
            }
            (audio, beats.min(ANSWERS))
        });
        let window = scope.spawn(move || {
            start.wait();
            let mut last = 0;
            while last < ANSWERS {
                let n = number_of(gui.newest());
                assert!(n >= last, "{n} came after {last}");
                last = n;
                let state = gui.state();
                let beats = state.now.map_or(0.0, |now| now.playhead.0);
                assert!([beats, beats + 1.0].contains(&(state.cycles[0] as f64)), "{state:?}");
                gui.choose(Some((n % 12) as u8));
                gui.nudge();
                assert!(!matches!(gui.network(), Network::Failed(_)));
            }
            gui
        });
        start.wait();
        let mut heard = 0;
        for n in 1..=ANSWERS {
            worker.publish(&numbered(n));
            worker.beat();
            let newest = *worker.rhythm();
            if let Some(id) = newest.id {
                assert_eq!(newest, rhythm(id));
                assert!(id >= heard, "{id} was heard after {heard}");
                heard = id;
            }
        }
        let gui = window.join().unwrap();
        let (mut audio, told) = audio.join().unwrap();
        gui.choose(Some(7));
        assert_eq!(audio.take_click(), Some(Some(7)), "the last click counts");
        assert_eq!(number_of(audio.answer()), ANSWERS);
        assert!(worker.sleep(Duration::MAX), "nudged, or the test hangs");
        told
    });
    assert_eq!(*worker.rhythm(), rhythm(last_heard));
}
