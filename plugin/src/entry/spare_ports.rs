//! Buffers for the audio ports that a VST3 host leaves out: nice-plug 0.4.2 plays nothing at all where an output is missing.

use std::cell::UnsafeCell;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config,
};
use kit::STEMS;

use super::instance::Instance;

/// Samples that nobody hears, and silence.
#[derive(Default)]
pub(super) struct Spare(UnsafeCell<Room>);

#[derive(Default)]
struct Room {
    frames: usize,
    channels: Vec<Vec<f32>>,
    /// Of each stem its two channels, and the silence.
    pointers: Vec<[*mut f32; 2]>,
}

impl Spare {
    /// Makes room for blocks of `frames` samples.
    ///
    /// # Safety
    /// The instance is inactive, and this is the host's main thread.
    pub(super) unsafe fn make(&self, frames: usize) {
        // SAFETY: an inactive instance processes nothing.
        let room = unsafe { &mut *self.0.get() };
        room.frames = frames;
        room.channels = vec![vec![0.0; frames]; 2 * (STEMS + 1)];
        room.pointers = room
            .channels
            .chunks_exact_mut(2)
            .map(|stem| [stem[0].as_mut_ptr(), stem[1].as_mut_ptr()])
            .collect();
    }

    /// Puts silence into `sidechain` and room into those of `stems` that have none, for a block of `frames` samples. Returns
    /// whether all stems were without.
    ///
    /// # Safety
    /// The host processes with the instance, and uses what is put in until the block has ended at the longest.
    pub(super) unsafe fn fill(
        &self,
        sidechain: &mut clap_audio_buffer,
        stems: &mut [clap_audio_buffer],
        frames: usize,
    ) -> bool {
        let is_unheard = stems.iter().all(|stem| stem.data32.is_null());
        // SAFETY: nobody but the one thread that processes is here while the instance is active.
        let room = unsafe { &mut *self.0.get() };
        if frames <= room.frames {
            let ports = stems.iter_mut().chain([sidechain]).zip(&mut room.pointers);
            for (port, pointers) in ports.filter(|(port, _)| port.data32.is_null()) {
                (port.data32, port.channel_count) = (pointers.as_mut_ptr(), 2);
            }
        }
        is_unheard
    }
}

/// Chooses all ports that there are, for hosts that switch them on and off one by one.
pub(super) fn choose_all_ports(instance: &Instance) {
    let choices = instance.framework_extension(CLAP_EXT_AUDIO_PORTS_CONFIG.as_ptr());
    // SAFETY: this is what the framework has by this name; its instance is initialised and inactive.
    unsafe {
        let choices = choices.cast::<clap_plugin_audio_ports_config>().as_ref();
        if let Some(clap_plugin_audio_ports_config {
            count: Some(count),
            select: Some(select),
            ..
        }) = choices
        {
            let all = count(instance.framework()).saturating_sub(1);
            select(instance.framework(), all);
        }
    }
}
