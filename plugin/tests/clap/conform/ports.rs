//! Ports, pages of controls, tail and latency.

use std::collections::HashSet;

use clack_extensions::audio_ports::{
    AudioPortFlags, AudioPortInfoBuffer, AudioPortType, PluginAudioPorts,
};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::{NotePortInfoBuffer, PluginNotePorts};
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};

use super::*;

#[test]
fn there_is_one_stereo_output_and_no_audio_input() {
    let mut host = inactive();
    let plugin = host.plugin();
    let ports: PluginAudioPorts = plugin.get_extension().unwrap();
    assert_eq!((ports.count(&plugin, true), ports.count(&plugin, false)), (0, 1));
    let mut buffer = AudioPortInfoBuffer::new();
    let port = ports.get(&plugin, 0, false, &mut buffer).unwrap();
    assert_eq!((port.channel_count, port.port_type), (2, Some(AudioPortType::STEREO)));
    assert!(port.flags.contains(AudioPortFlags::IS_MAIN));
    assert!(port.in_place_pair.is_none(), "there is no input to share a buffer with");
    assert!(!port.name.is_empty());
    for (index, is_input) in [(0, true), (1, false), (u32::MAX, false), (u32::MAX, true)] {
        assert!(ports.get(&plugin, index, is_input, &mut AudioPortInfoBuffer::new()).is_none());
    }
}

#[test]
fn there_is_one_note_port_each_way_and_its_dialects_are_consistent() {
    let mut host = inactive();
    let plugin = host.plugin();
    let ports: PluginNotePorts = plugin.get_extension().unwrap();
    for is_input in [true, false] {
        assert_eq!(ports.count(&plugin, is_input), 1);
        let mut buffer = NotePortInfoBuffer::new();
        let port = ports.get(&plugin, 0, is_input, &mut buffer).unwrap();
        let preferred = port.preferred_dialect.expect("a dialect is preferred");
        assert!(port.supported_dialects.supports(preferred));
        assert!(!port.name.is_empty());
        for index in [1, u32::MAX] {
            let mut buffer = NotePortInfoBuffer::new();
            assert!(ports.get(&plugin, index, is_input, &mut buffer).is_none());
        }
    }
}

#[test]
fn pages_of_controls_name_parameters_that_there_are() {
    let mut host = inactive();
    let known: HashSet<u32> = infos(&mut host).iter().map(|info| info.id).collect();
    let plugin = host.plugin();
    let pages: PluginRemoteControls = plugin.get_extension().unwrap();
    let count = pages.count(&plugin);
    assert!(count > 8);
    let mut ids = HashSet::new();
    for index in 0..count {
        let mut buffer = RemoteControlsPageBuffer::new();
        let page = pages.get(&plugin, index, &mut buffer).unwrap();
        assert!(ids.insert(page.page_id), "page {index} has the id of another");
        assert!(!page.page_name.is_empty() && !page.section_name.is_empty());
        let named: Vec<u32> = page.param_ids.iter().flatten().map(|id| id.get()).collect();
        assert!(!named.is_empty() && named.iter().all(|id| known.contains(id)), "page {index}");
    }
    assert!(pages.get(&plugin, count, &mut RemoteControlsPageBuffer::new()).is_none());
}

#[test]
fn there_is_no_latency() {
    let mut host = host();
    play(&mut host, 0.0, 120.0, 1000, 512);
    let plugin = host.plugin();
    let latency: PluginLatency = plugin.get_extension().unwrap();
    assert_eq!(latency.get(&plugin), 0);
}
