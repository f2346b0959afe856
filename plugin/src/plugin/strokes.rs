//! What leaves for a stroke: its note, where the hi-hat's pedal is, and the hand that grabs a cymbal.

use engine::{Address, Event};
use groove::midi::{FOOT_CONTROLLER, openness};
use groove::sequencer::Lanes;
use groove::{Articulation, NoteMap};
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::NoteEvent;

/// The note of `event`.
pub(super) fn note(event: Event) -> NoteEvent<()> {
    let timing = event.at().0;
    let voice_id = VoiceID::Wildcard;
    let place = |Address { channel, key }| (Channel::Number(channel), Key::Number(key));
    match event {
        Event::NoteOn { velocity, address, .. } => {
            let (channel, key) = place(address);
            NoteEvent::NoteOn { timing, voice_id, channel, key, velocity }
        }
        Event::NoteOff { address, .. } => {
            let (channel, key) = place(address);
            NoteEvent::NoteOff { timing, voice_id, channel, key, velocity: 0.0 }
        }
    }
}

/// The pressure on the key of a cymbal that is grabbed: its note ends with it.
pub(super) fn grab(event: Event) -> Option<NoteEvent<()>> {
    let Event::NoteOff { at, address, articulation: Articulation::Choke, .. } = event else {
        return None;
    };
    Some(NoteEvent::PolyPressure {
        timing: at.0,
        voice_id: VoiceID::Wildcard,
        channel: Channel::Number(address.channel),
        key: Key::Number(address.key),
        pressure: 1.0,
    })
}

/// The pedal of the hi-hat, as those who listen to its controller know it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pedal {
    /// What was sent last; nothing as long as no hat was half-open.
    sent: Option<u8>,
}

impl Pedal {
    /// The controller that `event` needs before it: for a half-open hat, and from then on for hats that are not.
    pub(super) fn before(&mut self, event: Event, lanes: &Lanes) -> Option<NoteEvent<()>> {
        let Event::NoteOn { at, instrument, articulation, address, .. } = event else {
            return None;
        };
        let value = openness(instrument, articulation)?;
        if !lanes.of(instrument).note_map.is_some_and(NoteMap::has_openness) {
            return None;
        }
        let is_wanted = articulation == Articulation::HalfOpen || self.sent.is_some();
        if !is_wanted || self.sent == Some(value) {
            return None;
        }
        self.sent = Some(value);
        let (timing, channel, cc) = (at.0, address.channel, FOOT_CONTROLLER);
        Some(NoteEvent::MidiCC { timing, channel, cc, value: f32::from(value) / 127.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::{Instrument, SampleOffset};

    fn struck(instrument: Instrument, articulation: Articulation) -> Event {
        let address = Address { channel: 9, key: 46 };
        Event::NoteOn { at: SampleOffset(3), instrument, velocity: 0.5, articulation, address }
    }

    #[test]
    fn the_pedal_moves_for_half_open_hats_and_back_for_others_and_else_never() {
        use Articulation::{HalfOpen, Plain};
        use Instrument::{ClosedHiHat, OpenHiHat, Snare};
        let values = |lanes: &Lanes| {
            let mut pedal = Pedal::default();
            let strokes = [
                (OpenHiHat, Plain),
                (OpenHiHat, HalfOpen),
                (OpenHiHat, HalfOpen),
                (Snare, Plain),
                (OpenHiHat, Plain),
                (ClosedHiHat, Plain),
            ];
            strokes.map(|(instrument, articulation)| {
                match pedal.before(struck(instrument, articulation), lanes) {
                    Some(NoteEvent::MidiCC { cc: 4, value, .. }) => Some((127.0 * value).round()),
                    None => None,
                    other => panic!("{other:?}"),
                }
            })
        };
        let mut lanes = Lanes::default();
        assert_eq!(values(&lanes), [None, Some(64.0), None, None, Some(0.0), Some(127.0)]);
        lanes.0.iter_mut().for_each(|lane| lane.note_map = Some(NoteMap::EzDrummer));
        assert_eq!(values(&lanes), [None; 6]);
    }

    #[test]
    fn a_cymbal_that_is_grabbed_is_pressed_where_its_note_ends() {
        let address = Address { channel: 9, key: 49 };
        let (at, instrument) = (SampleOffset(7), Instrument::Crash);
        let end = |articulation| Event::NoteOff { at, instrument, articulation, address };
        let pressed = grab(end(Articulation::Choke));
        assert!(matches!(pressed, Some(NoteEvent::PolyPressure { timing: 7, pressure: 1.0, .. })));
        assert_eq!(grab(end(Articulation::Plain)), None);
        assert_eq!(grab(struck(Instrument::Crash, Articulation::Choke)), None);
    }
}
