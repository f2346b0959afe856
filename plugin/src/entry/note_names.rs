//! `clap.note-name`: names of the control keys, and of the keys on which the instruments are played.

use std::ffi::c_char;

use clap_sys::ext::note_name::{clap_note_name, clap_plugin_note_name};
use groove::Instrument;
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use crate::params::JangdanParams;
use crate::playing::keys::KEYS;
use crate::state::key_channel::KeyChannel;

pub(super) static NOTE_NAMES: clap_plugin_note_name =
    clap_plugin_note_name { count: Some(count), get: Some(get) };

/// The name of a key; on all channels if there is none.
#[derive(Debug, PartialEq)]
struct NoteName {
    name: &'static str,
    key: u8,
    channel: Option<u8>,
}

/// All names, as the parameters have it now.
fn names(params: &JangdanParams) -> impl Iterator<Item = NoteName> {
    let (keys, channel) = match params.perform.key_channel() {
        KeyChannel::None => (&[][..], None),
        KeyChannel::Any => (&KEYS[..], None),
        KeyChannel::One(channel) => (&KEYS[..], Some(channel)),
    };
    let lanes = params.lanes();
    let drum = move |instrument: Instrument| NoteName {
        name: instrument.name(),
        key: lanes.of(instrument).key,
        channel: None,
    };
    let keys = keys.iter().map(move |row| NoteName { name: row.name, key: row.key, channel });
    keys.chain(Instrument::ALL.map(drum))
}

unsafe extern "C" fn count(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the host calls it with its instance.
    let params = unsafe { Instance::of(plugin).params() };
    u32::try_from(names(params).count()).unwrap_or_default()
}

unsafe extern "C" fn get(
    plugin: *const clap_plugin,
    index: u32,
    name: *mut clap_note_name,
) -> bool {
    // SAFETY: the host calls it with its instance, and with room for what it asks for.
    unsafe {
        let Some(found) = names(Instance::of(plugin).params()).nth(index as usize) else {
            return false;
        };
        let channel = found.channel.map_or(-1, i16::from);
        let mut text = [0; _];
        write(found.name, &mut text);
        name.write(clap_note_name { name: text, port: -1, key: found.key.into(), channel });
        true
    }
}

/// Writes `text`, shortened to fit, with a zero behind it.
fn write<const N: usize>(text: &str, room: &mut [c_char; N]) {
    let end = text.floor_char_boundary(N - 1);
    for (to, from) in room.iter_mut().zip(text[..end].bytes()) {
        *to = from as c_char;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_key_and_every_instrument_has_its_name() {
        let params = JangdanParams::default();
        let all: Vec<NoteName> = names(&params).collect();
        assert_eq!(all.len(), KEYS.len() + Instrument::ALL.len());
        assert!(all.contains(&NoteName { name: "Slot 3", key: 2, channel: None }));
        assert!(all.iter().any(|name| name.key == 36 && name.name == Instrument::Kick.name()));
        let mut room = [1; 4];
        write("Variation", &mut room);
        assert_eq!(room.map(|c| c as u8), *b"Var\x01");
    }
}
