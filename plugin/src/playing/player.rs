//! Turns keys, the slot parameter and followed notes into choices, fills and mutes for the engine.
//!
//! Runs on the audio thread. Allocates only when created.

use engine::Playing;
use groove::{Beats, Instrument, instrument_meant};

use crate::handoff::{KeyActivity, RecordedRhythm};
use crate::playing::follow::Follower;
use crate::playing::keys::{self, KEYS, KeyAction};
use crate::state::choice::Choice;
use crate::state::key_channel::KeyChannel;

/// The most actions in a block. Key presses beyond it count in the next block.
pub(crate) const MAX_ACTIONS: usize = 64;

/// An action at a sample of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum QueuedAction {
    /// Chooses a groove.
    Choose(Choice),
    /// See [`engine::Action`].
    Fill(bool),
    /// Likewise.
    Mute(bool),
    /// Likewise.
    Hold(bool),
}

/// Held keys, as last reported to the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pressed {
    fill: bool,
    mute: bool,
    hold: bool,
}

/// Input at the start of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockInput {
    /// The slot parameter: 0, or the slot's number from 1 on.
    pub(crate) slot_parameter: i32,
    /// A slot clicked since the last block, with the same numbers.
    pub(crate) clicked: Option<i32>,
    /// Whether incoming notes are followed.
    pub(crate) is_following: bool,
    /// The channels of control keys.
    pub(crate) key_channel: KeyChannel,
    /// A bit for each filled slot.
    pub(crate) filled: u16,
    /// Whether time runs, or would run if a key were held.
    pub(crate) can_run: bool,
    /// Start and end of the host's loop.
    pub(crate) looped: Option<(Beats, Beats)>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Player {
    input: BlockInput,
    choice: Choice,
    /// A slot chosen by parameter or click that is still empty: taken once it is filled.
    asked: Option<i32>,
    /// A bit for each MIDI key that is down.
    down: u128,
    /// Of these, the control keys.
    control_down: u128,
    /// The keys that have acted in this block, and what is held.
    acted: KeyActivity,
    sent: Pressed,
    actions: Vec<(u32, QueuedAction)>,
    follower: Follower,
    /// Fingerprint of the followed rhythm.
    anchor: Option<u64>,
    /// Whether following has ended and the worker has not been told yet.
    has_left: bool,
}

impl Player {
    pub(crate) fn new() -> Self {
        let input = BlockInput {
            slot_parameter: 0,
            clicked: None,
            is_following: false,
            key_channel: KeyChannel::Any,
            filled: 0,
            can_run: false,
            looped: None,
        };
        Self {
            input,
            choice: Choice::default(),
            asked: None,
            down: 0,
            control_down: 0,
            acted: KeyActivity::default(),
            sent: Pressed::default(),
            actions: Vec::with_capacity(MAX_ACTIONS),
            follower: Follower::new(),
            anchor: None,
            has_left: false,
        }
    }

    /// The chosen groove; it plays from the next boundary on.
    pub(crate) fn choice(&self) -> Choice {
        self.choice
    }

    /// Fingerprint of the followed rhythm.
    pub(crate) fn anchor(&self) -> Option<u64> {
        self.anchor
    }

    /// The actions of this block, in order of time.
    pub(crate) fn actions(&self) -> &[(u32, QueuedAction)] {
        &self.actions
    }

    /// The keys that have acted in this block, and what is held.
    pub(crate) fn key_activity(&self) -> KeyActivity {
        self.acted
    }

    /// Starts a block at `time`. Returns the rhythm to follow from now on, if it changes.
    pub(crate) fn begin(
        &mut self,
        input: BlockInput,
        time: Beats,
        playing: &Playing,
    ) -> Option<RecordedRhythm> {
        self.actions.clear();
        self.acted.struck = 0;
        if input.slot_parameter != self.input.slot_parameter {
            self.asked = Some(input.slot_parameter);
        }
        // Whatever the parameter says: keys may have chosen since.
        self.asked = input.clicked.or(self.asked);
        if self.input.is_following && !input.is_following {
            self.leave();
        }
        self.input = input;
        if let Some(slot) = self.asked.and_then(|number| self.slot_of(number)) {
            self.choose(0, Choice { slot, variation_id: None });
        }
        self.press(0);
        if std::mem::take(&mut self.has_left) {
            return Some(RecordedRhythm::default());
        }
        if !input.is_following || !input.can_run {
            return None;
        }
        let heard = self.follower.pass(time, &playing.playback.shape, input.looped)?;
        if heard.id == self.anchor {
            return None;
        }
        self.anchor = heard.id;
        Some(heard)
    }

    /// Key down on `channel` (`None`: all of them) at sample `at`, at musical time `time`.
    pub(crate) fn note_on(
        &mut self,
        at: u32,
        time: Beats,
        (channel, key): (Option<u8>, u8),
        velocity: f32,
        playing: &Playing,
    ) {
        let bit = 1_u128 << key.min(127);
        self.down |= bit;
        let is_control = self.input.key_channel.hears(channel);
        if is_control {
            self.control_down |= bit;
        }
        self.press(at);
        if self.input.is_following {
            let keys = Instrument::ALL.map(|instrument| playing.lanes.of(instrument).key);
            if self.input.can_run {
                self.follower.strike(time, instrument_meant(&keys, key), velocity);
                self.acted.struck |= keys::FOLLOWED;
            }
            return;
        }
        let Some(action) = keys::action(key).filter(|_| is_control) else { return };
        let acts = match action {
            KeyAction::Slot(slot) if self.input.filled & 1 << slot != 0 => {
                self.choose(at, Choice { slot: Some(slot), variation_id: None });
                true
            }
            KeyAction::Live => {
                self.choose(at, Choice::default());
                true
            }
            // The same beat always gives the same variation.
            KeyAction::Variation if self.input.can_run && time.0.is_finite() => {
                let variation_id = Some(time.0.round() as i64);
                self.choose(at, Choice { variation_id, ..self.choice });
                true
            }
            KeyAction::Slot(_) | KeyAction::Variation => false,
            KeyAction::Fill | KeyAction::Mute | KeyAction::Play => true,
        };
        if acts {
            self.acted.struck |= keys::bit(action);
        }
    }

    /// Key up at sample `at`; `None` means all keys.
    pub(crate) fn note_off(&mut self, at: u32, key: Option<u8>) {
        let others = key.map_or(0, |key| !(1_u128 << key.min(127)));
        self.down &= others;
        self.control_down &= others;
        self.press(at);
    }

    /// Program change on `channel` at sample `at`: programs from 0 on choose the slots, the one after them the live groove.
    pub(crate) fn program(&mut self, at: u32, channel: u8, program: u8) {
        if !self.input.key_channel.hears(Some(channel)) {
            return;
        }
        let action = KEYS.get(usize::from(program)).map(|row| row.action);
        match action {
            Some(KeyAction::Slot(slot)) if self.input.filled & 1 << slot != 0 => {
                self.choose(at, Choice { slot: Some(slot), variation_id: None });
            }
            Some(KeyAction::Live) => self.choose(at, Choice::default()),
            _ => return,
        }
        self.acted.struck |= action.map_or(0, keys::bit);
    }

    /// The transport has stopped: the next start plays the groove itself, not a variation.
    pub(crate) fn stopped(&mut self) {
        self.choice.variation_id = None;
    }

    /// Starts again from the parameters, after the engine was reset.
    pub(crate) fn reset(&mut self) {
        (self.choice, self.sent) = (Choice::default(), Pressed::default());
        (self.down, self.control_down) = (0, 0);
        self.asked = Some(self.input.slot_parameter);
        self.leave();
    }

    /// Stops following.
    fn leave(&mut self) {
        self.follower.forget();
        (self.anchor, self.has_left) = (None, true);
    }

    /// The slot for the parameter value `number`, if it is filled.
    fn slot_of(&self, number: i32) -> Option<Option<u8>> {
        if number == 0 {
            return Some(None);
        }
        let slot = u8::try_from(number - 1).ok().filter(|&slot| slot < 16)?;
        (self.input.filled & 1 << slot != 0).then_some(Some(slot))
    }

    fn choose(&mut self, at: u32, choice: Choice) {
        self.asked = None;
        if choice != self.choice && self.push(at, QueuedAction::Choose(choice)) {
            self.choice = choice;
        }
    }

    /// Queues the changes of held keys for the engine.
    fn press(&mut self, at: u32) {
        let is_down = |wanted: fn(KeyAction) -> bool| {
            KEYS.iter().any(|row| wanted(row.action) && self.control_down & 1 << row.key != 0)
        };
        let now = if self.input.is_following {
            Pressed { hold: self.down != 0, ..Pressed::default() }
        } else {
            Pressed {
                fill: is_down(|action| action == KeyAction::Fill),
                mute: is_down(|action| action == KeyAction::Mute),
                hold: is_down(KeyAction::plays),
            }
        };
        let held =
            [(now.fill, KeyAction::Fill), (now.mute, KeyAction::Mute), (now.hold, KeyAction::Play)];
        self.acted.held = held
            .into_iter()
            .filter(|&(is_held, _)| is_held)
            .fold(0, |bits, (_, action)| bits | keys::bit(action));
        if now.fill != self.sent.fill && self.push(at, QueuedAction::Fill(now.fill)) {
            self.sent.fill = now.fill;
        }
        if now.mute != self.sent.mute && self.push(at, QueuedAction::Mute(now.mute)) {
            self.sent.mute = now.mute;
        }
        if now.hold != self.sent.hold && self.push(at, QueuedAction::Hold(now.hold)) {
            self.sent.hold = now.hold;
        }
    }

    fn push(&mut self, at: u32, action: QueuedAction) -> bool {
        let has_room = self.actions.len() < MAX_ACTIONS;
        if has_room {
            self.actions.push((at, action));
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: BlockInput = BlockInput {
        slot_parameter: 0,
        clicked: None,
        is_following: false,
        key_channel: KeyChannel::Any,
        filled: 0b101,
        can_run: true,
        looped: None,
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
}
