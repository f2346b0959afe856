//! The player: what the keys, the slot parameter and the notes that are followed ask of the drummer.
//!
//! The audio thread runs it. It allocates once, when it is made.

use engine::Playing;
use groove::{Beats, Instrument, instrument_meant};

use crate::handoff::Heard;
use crate::playing::follow::Follower;
use crate::playing::keys::{self, Deed, KEYS};
use crate::state::choice::Choice;

/// The most that is done in a block; what is pressed beyond it counts from the next block on.
pub(crate) const MOVES: usize = 64;

/// Something to be done at a sample of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Move {
    /// Another groove is chosen.
    Choose(Choice),
    /// See [`engine::Action`].
    Fill(bool),
    /// Likewise.
    Mute(bool),
    /// Likewise.
    Hold(bool),
}

/// What is pressed, as the engine knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pressed {
    fill: bool,
    mute: bool,
    hold: bool,
}

/// What a block finds when it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    /// The slot parameter: 0, or the slot's number from 1 on.
    pub(crate) slot_parameter: i32,
    /// What was clicked since the last block, counted likewise.
    pub(crate) clicked: Option<i32>,
    /// Whether notes that come in are followed.
    pub(crate) is_following: bool,
    /// A bit for each slot that has something in it.
    pub(crate) filled: u16,
    /// Whether time runs or would, were a key held.
    pub(crate) can_run: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Player {
    scene: Scene,
    choice: Choice,
    /// What the slot parameter or a click asked for and has not been heeded yet: its slot is empty.
    asked: Option<i32>,
    /// A bit for each MIDI key that is down.
    down: u128,
    sent: Pressed,
    moves: Vec<(u32, Move)>,
    follower: Follower,
    /// The fingerprint of what is followed.
    anchor: Option<u64>,
    /// Whether what was followed is to be so no longer, and nobody has been told.
    has_left: bool,
}

impl Player {
    pub(crate) fn new() -> Self {
        let scene = Scene {
            slot_parameter: 0,
            clicked: None,
            is_following: false,
            filled: 0,
            can_run: false,
        };
        Self {
            scene,
            choice: Choice::default(),
            asked: None,
            down: 0,
            sent: Pressed::default(),
            moves: Vec::with_capacity(MOVES),
            follower: Follower::new(),
            anchor: None,
            has_left: false,
        }
    }

    /// Which groove plays, or will from the next boundary on.
    pub(crate) fn choice(&self) -> Choice {
        self.choice
    }

    /// The fingerprint of what is followed.
    pub(crate) fn anchor(&self) -> Option<u64> {
        self.anchor
    }

    /// What is to be done in this block, in order of time.
    pub(crate) fn moves(&self) -> &[(u32, Move)] {
        &self.moves
    }

    /// A block begins at `time`. Returns what is to be followed from now on, if that changes.
    pub(crate) fn begin(&mut self, scene: Scene, time: Beats, playing: &Playing) -> Option<Heard> {
        self.moves.clear();
        if scene.slot_parameter != self.scene.slot_parameter {
            self.asked = Some(scene.slot_parameter);
        }
        // Whatever the parameter says: keys may have chosen since.
        self.asked = scene.clicked.or(self.asked);
        if self.scene.is_following && !scene.is_following {
            self.leave();
        }
        self.scene = scene;
        if let Some(slot) = self.asked.and_then(|number| self.slot_of(number)) {
            self.choose(0, Choice { slot, take: None });
        }
        self.press(0);
        if std::mem::take(&mut self.has_left) {
            return Some(Heard::default());
        }
        if !scene.is_following || !scene.can_run {
            return None;
        }
        let heard = self.follower.pass(time, &playing.reading.shape)?;
        if heard.id == self.anchor {
            return None;
        }
        self.anchor = heard.id;
        Some(heard)
    }

    /// A key goes down at sample `at`, which is at musical time `time`.
    pub(crate) fn note_on(
        &mut self,
        at: u32,
        time: Beats,
        key: u8,
        velocity: f32,
        playing: &Playing,
    ) {
        self.down |= 1_u128 << key.min(127);
        self.press(at);
        if self.scene.is_following {
            let keys = Instrument::ALL.map(|instrument| playing.lanes.of(instrument).key);
            if self.scene.can_run {
                self.follower.strike(time, instrument_meant(&keys, key), velocity);
            }
            return;
        }
        match keys::deed(key) {
            Some(Deed::Slot(slot)) if self.scene.filled & 1 << slot != 0 => {
                self.choose(at, Choice { slot: Some(slot), take: None });
            }
            Some(Deed::Live) => self.choose(at, Choice::default()),
            // The same beat always gives the same variation.
            Some(Deed::Variation) if self.scene.can_run && time.0.is_finite() => {
                let take = Some(time.0.round() as i64);
                self.choose(at, Choice { take, ..self.choice });
            }
            _ => {}
        }
    }

    /// A key goes up at sample `at`; `None`: all do.
    pub(crate) fn note_off(&mut self, at: u32, key: Option<u8>) {
        self.down &= key.map_or(0, |key| !(1_u128 << key.min(127)));
        self.press(at);
    }

    /// Time stands still: it begins again with the groove itself, and not a variation.
    pub(crate) fn stand(&mut self) {
        self.choice.take = None;
    }

    /// Begins anew with what the parameters say: the engine has been reset.
    pub(crate) fn reset(&mut self) {
        (self.choice, self.down, self.sent) = (Choice::default(), 0, Pressed::default());
        self.asked = Some(self.scene.slot_parameter);
        self.leave();
    }

    /// Follows no longer what was followed.
    fn leave(&mut self) {
        self.follower.forget();
        (self.anchor, self.has_left) = (None, true);
    }

    /// The slot that the parameter's `number` means, if it can be chosen.
    fn slot_of(&self, number: i32) -> Option<Option<u8>> {
        if number == 0 {
            return Some(None);
        }
        let slot = u8::try_from(number - 1).ok().filter(|&slot| slot < 16)?;
        (self.scene.filled & 1 << slot != 0).then_some(Some(slot))
    }

    fn choose(&mut self, at: u32, choice: Choice) {
        self.asked = None;
        if choice != self.choice && self.push(at, Move::Choose(choice)) {
            self.choice = choice;
        }
    }

    /// Tells the engine what is pressed, as far as it does not know.
    fn press(&mut self, at: u32) {
        let is_down = |wanted: fn(Deed) -> bool| {
            KEYS.iter().any(|row| wanted(row.deed) && self.down & 1 << row.key != 0)
        };
        let now = if self.scene.is_following {
            Pressed { hold: self.down != 0, ..Pressed::default() }
        } else {
            Pressed {
                fill: is_down(|deed| deed == Deed::Fill),
                mute: is_down(|deed| deed == Deed::Mute),
                hold: is_down(Deed::plays),
            }
        };
        if now.fill != self.sent.fill && self.push(at, Move::Fill(now.fill)) {
            self.sent.fill = now.fill;
        }
        if now.mute != self.sent.mute && self.push(at, Move::Mute(now.mute)) {
            self.sent.mute = now.mute;
        }
        if now.hold != self.sent.hold && self.push(at, Move::Hold(now.hold)) {
            self.sent.hold = now.hold;
        }
    }

    fn push(&mut self, at: u32, to_do: Move) -> bool {
        let has_room = self.moves.len() < MOVES;
        if has_room {
            self.moves.push((at, to_do));
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENE: Scene = Scene {
        slot_parameter: 0,
        clicked: None,
        is_following: false,
        filled: 0b101,
        can_run: true,
    };

    fn begin(player: &mut Player, scene: Scene) -> Vec<(u32, Move)> {
        player.begin(scene, Beats(0.0), &Playing::default());
        player.moves().to_vec()
    }

    fn press(player: &mut Player, at: u32, beat: f64, key: u8) {
        player.note_on(at, Beats(beat), key, 0.8, &Playing::default());
    }

    fn slot(slot: u8) -> Choice {
        Choice { slot: Some(slot), take: None }
    }

    #[test]
    fn a_key_chooses_its_slot_if_there_is_something_in_it() {
        let mut player = Player::new();
        begin(&mut player, SCENE);
        press(&mut player, 3, 0.0, 37); // empty
        press(&mut player, 5, 0.0, 38);
        assert_eq!(player.moves()[1..], [(5, Move::Choose(slot(2)))]);
        assert_eq!(player.moves()[0], (3, Move::Hold(true)));
        press(&mut player, 9, 0.0, 48);
        assert_eq!(player.choice(), Choice::default());
    }

    #[test]
    fn the_slot_parameter_and_keys_choose_and_the_last_one_counts() {
        let mut player = Player::new();
        let third = Scene { slot_parameter: 3, ..SCENE };
        assert_eq!(begin(&mut player, third), [(0, Move::Choose(slot(2)))]);
        press(&mut player, 0, 0.0, 36);
        assert_eq!(player.choice(), slot(0));
        assert_eq!(begin(&mut player, third), []);
        assert_eq!(player.choice(), slot(0));
        begin(&mut player, SCENE);
        assert_eq!(player.choice(), Choice::default());
    }

    #[test]
    fn a_click_chooses_again_what_the_parameter_says_after_a_key_has_chosen_another() {
        let mut player = Player::new();
        let third = Scene { slot_parameter: 3, ..SCENE };
        begin(&mut player, third);
        press(&mut player, 0, 0.0, 36);
        let clicked = Scene { clicked: Some(3), ..third };
        assert_eq!(begin(&mut player, clicked), [(0, Move::Choose(slot(2)))]);
        press(&mut player, 0, 3.0, 50);
        assert_eq!(player.choice().take, Some(3));
        assert_eq!(begin(&mut player, clicked), [(0, Move::Choose(slot(2)))], "the groove itself");
        assert_eq!(begin(&mut player, Scene { clicked: Some(2), ..third }), [], "it is empty");
        let filled = Scene { filled: 0b111, ..third };
        assert_eq!(begin(&mut player, filled), [(0, Move::Choose(slot(1)))]);
    }

    #[test]
    fn an_empty_slot_that_the_parameter_asks_for_is_chosen_once_it_is_filled() {
        let mut player = Player::new();
        let second = Scene { slot_parameter: 2, ..SCENE };
        assert_eq!(begin(&mut player, second), []);
        let filled = Scene { filled: 0b111, ..second };
        assert_eq!(begin(&mut player, filled), [(0, Move::Choose(slot(1)))]);
    }

    #[test]
    fn the_same_beat_gives_the_same_variation_and_standing_still_ends_it() {
        let mut player = Player::new();
        begin(&mut player, SCENE);
        press(&mut player, 0, 6.9, 50);
        let take = player.choice();
        assert_eq!(take, Choice { slot: None, take: Some(7) });
        press(&mut player, 0, 7.1, 50);
        assert_eq!(player.choice(), take);
        player.stand();
        assert_eq!(player.choice(), Choice::default());
        begin(&mut player, Scene { can_run: false, ..SCENE });
        press(&mut player, 0, 8.0, 50);
        assert_eq!(player.choice(), Choice::default());
    }

    #[test]
    fn keys_that_are_held_are_told_once_and_let_go_once() {
        let mut player = Player::new();
        begin(&mut player, SCENE);
        press(&mut player, 1, 0.0, 49);
        press(&mut player, 2, 0.0, 51);
        player.note_off(3, Some(49));
        player.note_off(4, Some(49));
        player.note_off(5, None);
        let expected = [
            (1, Move::Fill(true)),
            (2, Move::Mute(true)),
            (3, Move::Fill(false)),
            (5, Move::Mute(false)),
        ];
        assert_eq!(player.moves(), expected);
    }

    #[test]
    fn more_than_a_block_can_hold_is_made_up_for_in_the_next() {
        let mut player = Player::new();
        begin(&mut player, SCENE);
        for at in 0..100 {
            press(&mut player, at, 0.0, 49);
            player.note_off(at, Some(49));
        }
        press(&mut player, 100, 0.0, 51);
        assert_eq!(player.moves().len(), MOVES);
        assert_eq!(begin(&mut player, SCENE), [(0, Move::Mute(true))]);
    }

    #[test]
    fn while_notes_are_followed_they_choose_nothing() {
        let mut player = Player::new();
        let following = Scene { is_following: true, ..SCENE };
        begin(&mut player, following);
        press(&mut player, 0, 1.0, 38);
        assert_eq!(player.moves(), [(0, Move::Hold(true))]);
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
            let scene = if is_reset { following } else { SCENE };
            if is_reset {
                player.reset();
            }
            let left = player.begin(scene, Beats(16.0), &Playing::default());
            assert_eq!((left, player.anchor()), (Some(Heard::default()), None));
            assert_eq!(player.begin(scene, Beats(16.1), &Playing::default()), None);
        }
    }
}
