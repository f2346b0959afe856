//! The three ends, without their threads.

use super::*;
use crate::recipe::{Ask, Recipe};
use engine::Score;

fn recipe(seed: u64) -> Recipe {
    Recipe { seed, ..Recipe::default() }
}

fn answer(seed: u64) -> Answer {
    let ask = Some(Ask::of(recipe(seed)));
    let score = Score::steady(Pattern::EMPTY);
    let track = Track { ask, anchor: None, pad: None, edits: Arc::default(), version: 0, score };
    Answer { live: Arc::new(track), ..Answer::factory() }
}

fn wanted(seed: u64) -> Wanted {
    Wanted { recipe: recipe(seed), ..Wanted::default() }
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
    let (mut audio, mut worker, gui) = handoff();
    let choice = Choice { slot: Some(3), take: Some(-2) };
    audio.want(7, 5, choice);
    assert_eq!((worker.wanted(), worker.choice(), gui.choice()), ((7, 5), choice, choice));
    let heard = Heard { id: Some(9), pattern: crate::factory::pattern() };
    assert_eq!(worker.heard().id, None);
    audio.tell_heard(&heard);
    assert_eq!(worker.heard(), &heard);
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
fn the_window_sees_the_playhead_and_its_absence() {
    let (audio, _worker, gui) = handoff();
    assert_eq!(gui.playhead(), None);
    audio.show_playhead(Some(Beats(-1.5)));
    assert_eq!(gui.playhead(), Some(Beats(-1.5)));
    audio.show_playhead(None);
    assert_eq!(gui.playhead(), None);
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
    assert!(audio.wait(&wanted(1), &[0, 5], long));
    assert_eq!(audio.answer(), &answer(1));
    worker.fail("no weights".into(), &wanted(2));
    assert!(!audio.wait(&wanted(2), &[0], long));
}

#[test]
fn a_failure_of_one_recipe_does_not_end_waiting_for_the_next() {
    let (mut audio, mut worker, _gui) = handoff();
    worker.fail("it failed".into(), &wanted(1));
    let waiting =
        std::thread::spawn(move || audio.wait(&wanted(2), &[0], Duration::from_secs(600)));
    // Its first nudge says that it has looked, and has not given up.
    assert!(worker.sleep(Duration::MAX));
    worker.publish(&answer(2));
    assert!(waiting.join().unwrap());
}

#[test]
fn a_closed_worker_does_not_go_back_to_sleep() {
    let (_audio, worker, _gui) = handoff();
    worker.closer().close();
    assert!(!worker.sleep(Duration::MAX));
    assert!(!worker.sleep(Duration::MAX));
}
