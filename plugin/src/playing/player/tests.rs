//! Keys, clicks and the slot parameter, and what they come to.

use super::*;
use crate::state::key_channel::KeyChannel;

const INPUT: BlockInput = BlockInput {
    slot_parameter: 0,
    clicked: None,
    is_following: false,
    is_listening: false,
    key_channel: KeyChannel::Any,
    filled: 0b101,
    can_run: true,
    looped: None,
    is_running: true,
    tempo: None,
    seconds: (0.0, 0.0),
    tapped: None,
};

/// Keys.
const LIVE: u8 = 12;
const FILL: u8 = 13;
const VARIATION: u8 = 14;
const MUTE: u8 = 15;

fn begin(player: &mut Player, input: BlockInput) -> Vec<(u32, QueuedAction)> {
    player.begin(input, Beats(0.0), &Playing::default());
    player.actions().to_vec()
}

fn press(player: &mut Player, at: u32, beat: f64, key: u8) {
    player.note_on(at, Beats(beat), (Some(0), key), 0.8, &Playing::default());
}

fn slot(slot: u8) -> Choice {
    Choice { slot: Some(slot), variation_id: None }
}

#[test]
fn a_key_chooses_its_slot_if_there_is_something_in_it() {
    let mut player = Player::new();
    begin(&mut player, INPUT);
    press(&mut player, 3, 0.0, 1); // empty
    press(&mut player, 5, 0.0, 2);
    assert_eq!(player.actions()[1..], [(5, QueuedAction::Choose(slot(2)))]);
    assert_eq!(player.actions()[0], (3, QueuedAction::Hold(true)));
    press(&mut player, 9, 0.0, LIVE);
    assert_eq!(player.choice(), Choice::default());
}

#[test]
fn a_note_on_another_channel_than_that_of_the_control_keys_does_nothing() {
    for (key_channel, acts) in
        [(KeyChannel::None, false), (KeyChannel::One(3), false), (KeyChannel::One(0), true)]
    {
        let mut player = Player::new();
        begin(&mut player, BlockInput { key_channel, ..INPUT });
        press(&mut player, 3, 0.0, 2);
        press(&mut player, 4, 0.0, MUTE);
        assert_eq!(player.choice() == slot(2), acts, "{key_channel:?}");
        assert_eq!(player.actions().is_empty(), !acts, "{key_channel:?}");
        assert_eq!(player.key_activity() == KeyActivity::default(), !acts, "{key_channel:?}");
    }
}

#[test]
fn keys_that_act_are_told_and_those_of_empty_slots_are_not() {
    let mut player = Player::new();
    begin(&mut player, INPUT);
    press(&mut player, 1, 0.0, 1); // empty
    assert_eq!(player.key_activity().struck, 0);
    press(&mut player, 2, 0.0, 2);
    press(&mut player, 3, 0.0, MUTE);
    let bit = |action| keys::bit(action);
    assert_eq!(player.key_activity().struck, bit(KeyAction::Slot(2)) | bit(KeyAction::Mute));
    begin(&mut player, INPUT);
    let held = bit(KeyAction::Mute) | bit(KeyAction::Play);
    assert_eq!(player.key_activity(), KeyActivity { struck: 0, held });
    player.note_off(0, None);
    assert_eq!(player.key_activity(), KeyActivity::default());
    begin(&mut player, BlockInput { is_following: true, ..INPUT });
    press(&mut player, 0, 0.0, 38);
    assert_eq!(player.key_activity().struck, keys::FOLLOWED);
}

#[test]
fn a_program_change_chooses_the_slot_of_its_number_if_there_is_something_in_it() {
    let mut player = Player::new();
    begin(&mut player, INPUT);
    player.program(3, 9, 2);
    assert_eq!(player.actions(), [(3, QueuedAction::Choose(slot(2)))]);
    player.program(4, 9, 1); // empty
    player.program(5, 9, FILL);
    player.program(6, 9, 127);
    assert_eq!(player.choice(), slot(2));
    player.program(7, 9, LIVE);
    assert_eq!(player.choice(), Choice::default());
    begin(&mut player, BlockInput { key_channel: KeyChannel::One(3), ..INPUT });
    player.program(3, 9, 2);
    assert_eq!(player.choice(), Choice::default());
}

#[test]
fn the_slot_parameter_and_keys_choose_and_the_last_one_counts() {
    let mut player = Player::new();
    let third = BlockInput { slot_parameter: 3, ..INPUT };
    assert_eq!(begin(&mut player, third), [(0, QueuedAction::Choose(slot(2)))]);
    press(&mut player, 0, 0.0, 0);
    assert_eq!(player.choice(), slot(0));
    assert_eq!(begin(&mut player, third), []);
    assert_eq!(player.choice(), slot(0));
    begin(&mut player, INPUT);
    assert_eq!(player.choice(), Choice::default());
}

#[test]
fn a_click_chooses_again_what_the_parameter_says_after_a_key_has_chosen_another() {
    let mut player = Player::new();
    let third = BlockInput { slot_parameter: 3, ..INPUT };
    begin(&mut player, third);
    press(&mut player, 0, 0.0, 0);
    let clicked = BlockInput { clicked: Some(3), ..third };
    assert_eq!(begin(&mut player, clicked), [(0, QueuedAction::Choose(slot(2)))]);
    press(&mut player, 0, 3.0, VARIATION);
    assert_eq!(player.choice().variation_id, Some(3));
    assert_eq!(
        begin(&mut player, clicked),
        [(0, QueuedAction::Choose(slot(2)))],
        "the groove itself"
    );
    assert_eq!(begin(&mut player, BlockInput { clicked: Some(2), ..third }), [], "it is empty");
    let filled = BlockInput { filled: 0b111, ..third };
    assert_eq!(begin(&mut player, filled), [(0, QueuedAction::Choose(slot(1)))]);
}

#[test]
fn an_empty_slot_that_the_parameter_asks_for_is_chosen_once_it_is_filled() {
    let mut player = Player::new();
    let second = BlockInput { slot_parameter: 2, ..INPUT };
    assert_eq!(begin(&mut player, second), []);
    let filled = BlockInput { filled: 0b111, ..second };
    assert_eq!(begin(&mut player, filled), [(0, QueuedAction::Choose(slot(1)))]);
}

#[test]
fn the_same_beat_gives_the_same_variation_and_standing_still_ends_it() {
    let mut player = Player::new();
    begin(&mut player, INPUT);
    press(&mut player, 0, 6.9, VARIATION);
    let varied = player.choice();
    assert_eq!(varied, Choice { slot: None, variation_id: Some(7) });
    press(&mut player, 0, 7.1, VARIATION);
    assert_eq!(player.choice(), varied);
    player.stopped();
    assert_eq!(player.choice(), Choice::default());
    begin(&mut player, BlockInput { can_run: false, ..INPUT });
    press(&mut player, 0, 8.0, VARIATION);
    assert_eq!(player.choice(), Choice::default());
}

#[test]
fn keys_that_are_held_are_told_once_and_let_go_once() {
    let mut player = Player::new();
    begin(&mut player, INPUT);
    press(&mut player, 1, 0.0, FILL);
    press(&mut player, 2, 0.0, MUTE);
    player.note_off(3, Some(FILL));
    player.note_off(4, Some(FILL));
    player.note_off(5, None);
    let expected = [
        (1, QueuedAction::Fill(true)),
        (2, QueuedAction::Mute(true)),
        (3, QueuedAction::Fill(false)),
        (5, QueuedAction::Mute(false)),
    ];
    assert_eq!(player.actions(), expected);
}

#[test]
fn more_than_a_block_can_hold_is_made_up_for_in_the_next() {
    let mut player = Player::new();
    begin(&mut player, INPUT);
    for at in 0..100 {
        press(&mut player, at, 0.0, FILL);
        player.note_off(at, Some(FILL));
    }
    press(&mut player, 100, 0.0, MUTE);
    assert_eq!(player.actions().len(), MAX_ACTIONS);
    assert_eq!(begin(&mut player, INPUT), [(0, QueuedAction::Mute(true))]);
}

#[test]
fn while_notes_are_followed_they_choose_nothing() {
    let mut player = Player::new();
    let following = BlockInput { is_following: true, ..INPUT };
    begin(&mut player, following);
    press(&mut player, 0, 1.0, 38);
    assert_eq!(player.actions(), [(0, QueuedAction::Hold(true))]);
    let mut handed = None;
    for block in 0..400 {
        let time = Beats(f64::from(block) / 25.0);
        handed = handed.or(player.begin(following, time, &Playing::default()));
        if block == 30 {
            press(&mut player, 0, 1.2, 38);
        }
    }
    let heard = handed.expect("a rhythm was heard");
    assert_eq!(heard.pattern.iter().next().unwrap().1, Instrument::Snare);
    assert_eq!(player.anchor(), heard.id);
    for is_reset in [true, false] {
        player.anchor = heard.id;
        let input = if is_reset { following } else { INPUT };
        if is_reset {
            player.reset();
        }
        let left = player.begin(input, Beats(16.0), &Playing::default());
        assert_eq!((left, player.anchor()), (Some(RecordedRhythm::default()), None));
        assert_eq!(player.begin(input, Beats(16.1), &Playing::default()), None);
    }
}
