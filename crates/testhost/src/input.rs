//! What the host sends the plugin within a block.

use clack_host::events::Match;
use clack_host::events::event_types::{
    MidiEvent, NoteChokeEvent, NoteOffEvent, NoteOnEvent, ParamValueEvent,
};
use clack_host::prelude::*;

use crate::recording::NoteKind;

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
}

/// The list of `inputs`, in their order.
pub(crate) fn input_events(inputs: &[Input]) -> EventBuffer {
    let mut events = EventBuffer::with_capacity(inputs.len());
    let pressed = |key: u8| Pckn::new(0u16, 0u16, u16::from(key), Match::All);
    for input in inputs {
        match *input {
            Input::Parameter { offset, id, value } => {
                // The id that means none names no parameter: nothing to send.
                if let Some(id) = ClapId::from_raw(id) {
                    events.push(&ParamValueEvent::new(offset, id, Pckn::match_all(), value));
                }
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
        }
    }
    events
}
