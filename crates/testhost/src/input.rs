//! What the host sends the plugin within a block.

use clack_host::events::event_types::{
    MidiEvent, NoteChokeEvent, NoteOffEvent, NoteOnEvent, ParamModEvent, ParamValueEvent,
};
use clack_host::events::{Match, UnknownEvent};
use clack_host::prelude::*;

use crate::recording::NoteKind;
use crate::transport::Transport;

/// An event sent to the plugin within a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// Automation: parameter `id` becomes `value` (plain).
    Parameter {
        /// Sample of the block.
        offset: u32,
        /// [`Parameter::id`](crate::Parameter::id).
        id: u32,
        /// Plain value.
        value: f64,
    },
    /// Modulation: parameter `id` is `amount` (plain) away from its value.
    Modulation {
        /// Sample of the block.
        offset: u32,
        /// [`Parameter::id`](crate::Parameter::id).
        id: u32,
        /// Plain distance.
        amount: f64,
    },
    /// As [`Parameter`](Self::Parameter), but in a space of events that is not CLAP's: it means nothing.
    Foreign {
        /// Sample of the block.
        offset: u32,
        /// Id of the space; CLAP's is 0.
        space: u16,
        /// [`Parameter::id`](crate::Parameter::id).
        id: u32,
        /// Plain value.
        value: f64,
    },
    /// A key of the host's keyboard goes down.
    NoteOn {
        /// Sample of the block.
        offset: u32,
        /// MIDI key.
        key: u8,
        /// In `[0, 1]`.
        velocity: f64,
    },
    /// A key of the host's keyboard goes up.
    NoteOff {
        /// Sample of the block.
        offset: u32,
        /// MIDI key.
        key: u8,
    },
    /// A note event with any address, also such as there is not. -1 names all.
    Note {
        /// Sample of the block.
        offset: u32,
        /// What happens.
        kind: NoteKind,
        /// Number of the note port.
        port: i16,
        /// MIDI channel.
        channel: i16,
        /// MIDI key.
        key: i16,
        /// Of the note.
        id: i32,
    },
    /// A MIDI message, whatever it means.
    Midi {
        /// Sample of the block.
        offset: u32,
        /// Number of the note port.
        port: u16,
        /// Its bytes.
        data: [u8; 3],
    },
    /// The transport changes within the block.
    Transport {
        /// Sample of the block.
        offset: u32,
        /// What holds from there on.
        transport: Transport,
    },
}

/// The list of `inputs`, in their order.
pub(crate) fn input_events(inputs: &[Input]) -> EventBuffer {
    let mut events = EventBuffer::with_capacity(inputs.len());
    let pressed = |key: u8| Pckn::new(0u16, 0u16, u16::from(key), Match::All);
    let value = |offset, id, value| {
        // The id that means none names no parameter: nothing to send.
        ClapId::from_raw(id).map(|id| ParamValueEvent::new(offset, id, Pckn::match_all(), value))
    };
    for input in inputs {
        match *input {
            Input::Parameter { offset, id, value: to } => {
                value(offset, id, to).iter().for_each(|event| events.push(event));
            }
            Input::Modulation { offset, id, amount } => {
                let id = ClapId::from_raw(id);
                let event = id.map(|id| ParamModEvent::new(offset, id, Pckn::match_all(), amount));
                event.iter().for_each(|event| events.push(event));
            }
            Input::Foreign { offset, space, id, value: to } => {
                let event = value(offset, id, to);
                event.iter().for_each(|event| push_into_space(&mut events, event, space));
            }
            Input::NoteOn { offset, key, velocity } => {
                events.push(&NoteOnEvent::new(offset, pressed(key), velocity));
            }
            Input::NoteOff { offset, key } => {
                events.push(&NoteOffEvent::new(offset, pressed(key), 0.0));
            }
            Input::Note { offset, kind, port, channel, key, id } => {
                let address = Pckn::from_raw(port, channel, key, id);
                match kind {
                    NoteKind::On(velocity) => {
                        events.push(&NoteOnEvent::new(offset, address, velocity));
                    }
                    NoteKind::Off => events.push(&NoteOffEvent::new(offset, address, 0.0)),
                    NoteKind::Choke => events.push(&NoteChokeEvent::new(offset, address)),
                }
            }
            Input::Midi { offset, port, data } => events.push(&MidiEvent::new(offset, port, data)),
            Input::Transport { offset, transport } => events.push(&transport.event(offset)),
        }
    }
    events
}

/// Appends `event` as one of another space.
#[allow(unsafe_code)]
fn push_into_space(events: &mut EventBuffer, event: &ParamValueEvent, space: u16) {
    /// Where an event's header has the id of its space.
    const SPACE: std::ops::Range<usize> = 8..10;
    let event: &UnknownEvent = event.as_ref();
    let mut bytes = event.as_bytes().to_vec();
    bytes[SPACE].copy_from_slice(&space.to_ne_bytes());
    // Events are aligned as their doubles are.
    let words: Vec<u64> =
        bytes.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().unwrap())).collect();
    // SAFETY: the words are the whole event, whose size its header says, and live until it is copied.
    events.push(unsafe { UnknownEvent::from_raw(words.as_ptr().cast()) });
}
