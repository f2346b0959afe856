//! Turns keys, the slot parameter and followed notes into choices, fills and mutes for the engine.
//!
//! Runs on the audio thread. Allocates only when created.

mod input;

use engine::Playing;
use groove::sequencer::Shape;
use groove::{Beats, INSTRUMENTS, Instrument, Pattern, instrument_meant};

pub(crate) use self::input::{BlockInput, MAX_ACTIONS, QueuedAction};
use crate::handoff::{KeyActivity, RecordedRhythm};
use crate::playing::follow::Follower;
use crate::playing::keys::{self, KEYS, KeyAction};
use crate::playing::tap::{Moment, Taps};
use crate::state::choice::Choice;

/// How hard a tap in the window is.
const CLICKED_VELOCITY: f32 = 0.8;

/// Held keys, as last reported to the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pressed {
    fill: bool,
    mute: bool,
    hold: bool,
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
    taps: Taps,
    /// The instruments tapped in this block, and how hard.
    tapped: [Option<f32>; INSTRUMENTS],
    /// Fingerprint of the followed rhythm.
    anchor: Option<u64>,
    /// Whether following has ended and the worker has not been told yet.
    has_left: bool,
}

impl Player {
    pub(crate) fn new() -> Self {
        Self {
            input: BlockInput::default(),
            choice: Choice::default(),
            asked: None,
            down: 0,
            control_down: 0,
            acted: KeyActivity::default(),
            sent: Pressed::default(),
            actions: Vec::with_capacity(MAX_ACTIONS),
            follower: Follower::new(),
            taps: Taps::new(engine::Playing::default().playback.shape),
            tapped: [None; INSTRUMENTS],
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
        self.tapped = [None; INSTRUMENTS];
        if input.slot_parameter != self.input.slot_parameter {
            self.asked = Some(input.slot_parameter);
        }
        // Whatever the parameter says: keys may have chosen since.
        self.asked = input.clicked.or(self.asked);
        let follows = |input: &BlockInput| (input.is_following, input.is_listening);
        if follows(&self.input) != (false, false) && follows(&self.input) != follows(&input) {
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
        if follows(&input) == (false, false) || !input.can_run {
            return None;
        }
        let heard = self.follower.pass(time, &playing.playback.shape, input.looped)?;
        if heard.id == self.anchor {
            return None;
        }
        self.anchor = heard.id;
        Some(heard)
    }

    /// Goes on with the taps at `time`, where the block begins. Returns the groove that they are, a bar after the last one, and
    /// chooses the live groove, which it is to be.
    pub(crate) fn pass_taps(&mut self, time: Beats, playing: &Playing) -> Option<Pattern> {
        let shape = &playing.playback.shape;
        let groove = self.taps.pass(self.moment(0, time, shape), shape);
        if let Some(instrument) = self.input.tapped.filter(|_| !self.input.is_following) {
            self.tap(0, time, instrument, CLICKED_VELOCITY, playing);
        }
        if groove.is_some() {
            self.choose(0, Choice::default());
        }
        groove
    }

    /// The instruments that were tapped in this block, and how hard.
    pub(crate) fn tapped(&self) -> impl Iterator<Item = (Instrument, f32)> {
        let all = Instrument::ALL.into_iter();
        all.filter_map(|instrument| Some((instrument, self.tapped[instrument.index()]?)))
    }

    fn tap(
        &mut self,
        at: u32,
        time: Beats,
        instrument: Instrument,
        velocity: f32,
        playing: &Playing,
    ) {
        let moment = self.moment(at, time, &playing.playback.shape);
        self.taps.strike(moment, instrument, velocity);
        self.tapped[instrument.index()] = Some(velocity);
        self.acted.struck |= keys::bit(KeyAction::Tap(instrument));
    }

    /// Sample `at` of the block, which is at `time` if that runs.
    fn moment(&self, at: u32, time: Beats, shape: &Shape) -> Moment {
        let BlockInput { is_running, tempo, seconds: (start, sample), .. } = self.input;
        match is_running {
            true => Moment::Steps(shape.steps_to(time)),
            false => Moment::Standing(sample.mul_add(at.into(), start), tempo),
        }
    }

    /// Something was struck at `time` in the audio that comes in, low or not.
    pub(crate) fn onset(&mut self, time: Beats, is_low: bool, strength: f32) {
        if self.input.is_listening && self.input.can_run {
            let instrument = if is_low { Instrument::Kick } else { Instrument::Snare };
            self.follower.strike(time, instrument, strength);
            self.acted.struck |= keys::FOLLOWED;
        }
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
            KeyAction::Tap(instrument) => {
                self.tap(at, time, instrument, velocity, playing);
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

    /// The song plays `choice` from here on.
    pub(crate) fn follow_song(&mut self, choice: Choice) {
        (self.choice, self.asked) = (choice, None);
    }

    /// The song is followed no longer: what the parameters choose is.
    pub(crate) fn leave_song(&mut self) {
        self.choice = Choice::default();
        self.asked = Some(self.input.slot_parameter);
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

    /// Whether a fill is held, or let go in this block.
    pub(crate) fn is_filling(&self) -> bool {
        let is_fill = |(_, action): &(u32, QueuedAction)| matches!(action, QueuedAction::Fill(_));
        self.sent.fill || self.actions().iter().any(is_fill)
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
mod tests;
