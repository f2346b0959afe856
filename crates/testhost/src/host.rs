//! The host itself: one plugin instance and its life from loading to unloading.

use std::path::Path;

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;

use crate::audio::Audio;
use crate::error::HostError;
use crate::handlers::{Handlers, MainThread, Requests};
use crate::input::{Input, input_events};
use crate::recording::Recording;
use crate::transport::Transport;

/// A plugin parameter as the host sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// CLAP id, stable for ever.
    pub id: u32,
    /// Name shown to people.
    pub name: String,
    /// Plain values lie in `minimum..=maximum`.
    pub minimum: f64,
    /// See `minimum`.
    pub maximum: f64,
    /// Value of a new instance.
    pub default: f64,
    /// Value now.
    pub value: f64,
}

/// A loaded plugin.
pub struct Host {
    name: String,
    pub(crate) instance: PluginInstance<Handlers>,
    audio: Audio,
}

impl Host {
    /// Loads the first plugin of the CLAP file at `path` (on macOS: a bundle).
    ///
    /// # Errors
    /// If the file is no CLAP library, holds no plugin, or the plugin refuses to be created.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, HostError> {
        let path = path.as_ref();
        let entry = open(path)?;
        let factory =
            entry.get_plugin_factory().ok_or_else(|| HostError::Empty(path.to_owned()))?;
        let descriptor = factory.plugin_descriptor(0);
        let descriptor = descriptor.ok_or_else(|| HostError::Empty(path.to_owned()))?;
        let id = descriptor.id().ok_or_else(|| HostError::Empty(path.to_owned()))?;
        let name = descriptor.name().unwrap_or(id).to_string_lossy().into_owned();
        let info = HostInfo::new("testhost", "Jangdan", "", env!("CARGO_PKG_VERSION"))
            .expect("no text holds a zero byte");
        let instance = PluginInstance::new(
            |_| Requests::default(),
            |requests| MainThread { requests },
            &entry,
            id,
            &info,
        )?;
        Ok(Self { name, instance, audio: Audio::default() })
    }

    /// The plugin's name as hosts show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The choices of audio outputs: for each its name, and the names of its ports.
    pub fn outputs(&mut self) -> Vec<(String, Vec<String>)> {
        let plugin = self.instance.plugin_handle();
        let (Some(configs), Some(ports)) = (
            plugin.get_extension::<PluginAudioPortsConfig>(),
            plugin.get_extension::<PluginAudioPorts>(),
        ) else {
            return Vec::new();
        };
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        let chosen = self.audio.outputs;
        let mut found = Vec::new();
        for index in 0..configs.count(&plugin) {
            let mut buffer = AudioPortsConfigBuffer::new();
            let Some(config) = configs.get(&plugin, index, &mut buffer) else { continue };
            let name = text(config.name);
            if configs.select(&plugin, config.id).is_err() {
                continue;
            }
            let names = (0..ports.count(&plugin, false)).filter_map(|port| {
                let mut buffer = AudioPortInfoBuffer::new();
                Some(text(ports.get(&plugin, port, false, &mut buffer)?.name))
            });
            found.push((name, names.collect()));
        }
        // As it was before.
        let before = found.iter().position(|(_, names): &(_, Vec<_>)| names.len() == chosen);
        if let Some(before) = before {
            self.choose_outputs(before);
        }
        found
    }

    /// Chooses one of the [outputs](Self::outputs), before the plugin is activated. Returns whether the plugin took it.
    pub fn choose_outputs(&mut self, index: usize) -> bool {
        let plugin = self.instance.plugin_handle();
        let (Some(configs), Some(ports)) = (
            plugin.get_extension::<PluginAudioPortsConfig>(),
            plugin.get_extension::<PluginAudioPorts>(),
        ) else {
            return false;
        };
        let mut buffer = AudioPortsConfigBuffer::new();
        let is_taken = configs
            .get(&plugin, index as u32, &mut buffer)
            .is_some_and(|config| configs.select(&plugin, config.id).is_ok());
        self.audio.outputs = ports.count(&plugin, false) as usize;
        self.audio.has_input = ports.count(&plugin, true) > 0;
        is_taken
    }

    /// Plays `sound` into both channels of the plugin's input, if the chosen ports have one, after what is still to be heard.
    pub fn hear(&mut self, sound: &[f32]) {
        self.audio.heard.extend(sound);
    }

    /// Hands the plugin none of its last `count` outputs from now on: a host that breaks the rules.
    pub fn withhold_outputs(&mut self, count: usize) {
        self.audio.withheld = count;
    }

    /// Readies the plugin for blocks of 1 to `max_frames` frames and starts processing.
    ///
    /// # Errors
    /// If the plugin refuses, or is active already.
    pub fn activate(&mut self, sample_rate: f64, max_frames: u32) -> Result<(), HostError> {
        let configuration = PluginAudioConfiguration {
            sample_rate,
            min_frames_count: 1,
            max_frames_count: max_frames,
        };
        let processor = self.instance.activate(|_, _| (), configuration)?;
        self.audio.start(processor, max_frames)
    }

    /// Stops processing and deactivates; does nothing when inactive.
    pub fn deactivate(&mut self) {
        if let Some(stopped) = self.audio.stop() {
            self.instance.deactivate(stopped);
        }
    }

    /// As [`Audio::reset`].
    ///
    /// # Errors
    /// As there.
    pub fn reset(&mut self) -> Result<(), HostError> {
        self.audio.reset()
    }

    /// Lets the plugin send at most `count` events per block from now on and refuses the rest, as a
    /// host with a full queue does.
    pub fn refuse_events_beyond(&mut self, count: usize) {
        self.audio.refuse_events_beyond(count);
    }

    /// Plays one block, as [`Audio::process`] does, and makes the call on the main thread that the plugin asks for.
    ///
    /// # Errors
    /// As there.
    pub fn process(
        &mut self,
        frames: u32,
        transport: Option<&Transport>,
        inputs: &[Input],
    ) -> Result<(), HostError> {
        let outcome = self.audio.process(frames, transport, inputs);
        self.answer_requests();
        outcome
    }

    /// Plays `blocks` on a thread of their own, as music software does, while `main` goes on on this one.
    ///
    /// # Panics
    /// If `blocks` do.
    pub fn process_beside<R>(
        &mut self,
        blocks: impl FnOnce(&mut Audio) + Send,
        main: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let mut audio = std::mem::take(&mut self.audio);
        let done = std::thread::scope(|scope| {
            let thread = scope.spawn(|| blocks(&mut audio));
            let done = main(self);
            thread.join().expect("the blocks did not panic");
            done
        });
        self.audio = audio;
        done
    }

    /// Sends `inputs` without a block, as a host does whose music stands.
    ///
    /// # Errors
    /// If the plugin has no parameter extension.
    pub fn flush(&mut self, inputs: &[Input]) -> Result<(), HostError> {
        let params = self.params_extension()?;
        if !self.audio.flush(params, inputs) {
            let events = input_events(inputs);
            let plugin = self.instance.inactive_plugin_handle();
            let mut plugin = plugin.ok_or(HostError::Inactive)?;
            params.flush(&mut plugin, &events.as_input(), &mut OutputEvents::void());
        }
        self.answer_requests();
        Ok(())
    }

    /// The plugin, for what this host has no call for.
    pub fn plugin(&mut self) -> PluginMainThreadHandle<'_> {
        self.instance.plugin_handle()
    }

    /// Makes the call on the main thread that the plugin asked for, if it did.
    pub fn answer_requests(&mut self) {
        if self.instance.access_shared_handler(Requests::take_callback) {
            self.instance.call_on_main_thread_callback();
        }
    }

    /// What was played so far.
    pub fn recording(&self) -> &Recording {
        self.audio.recording()
    }

    /// What was played so far; the next recording starts empty, its times running on.
    pub fn take_recording(&mut self) -> Recording {
        self.audio.take_recording()
    }

    /// Tells the plugin that blocks come as fast as it can play them (`true`: an offline bounce), or
    /// in real time.
    ///
    /// # Errors
    /// If the plugin has no render extension or refuses.
    pub fn set_offline(&mut self, is_offline: bool) -> Result<(), HostError> {
        let render: PluginRender = self
            .instance
            .plugin_shared_handle()
            .get_extension()
            .ok_or(HostError::NoExtension("render"))?;
        let (mode, name) = match is_offline {
            true => (RenderMode::Offline, "offline"),
            false => (RenderMode::Realtime, "real-time"),
        };
        render.set(&self.instance.plugin_handle(), mode).map_err(|_| HostError::Render(name))
    }

    /// All parameters, in the plugin's order.
    ///
    /// # Errors
    /// If the plugin has no parameter extension.
    pub fn parameters(&mut self) -> Result<Vec<Parameter>, HostError> {
        let params = self.params_extension()?;
        let plugin = self.instance.plugin_handle();
        let mut list = Vec::new();
        for index in 0..params.count(&plugin) {
            let mut buffer = ParamInfoBuffer::new();
            let Some(info) = params.get_info(&plugin, index, &mut buffer) else { continue };
            list.push(Parameter {
                id: info.id.get(),
                name: String::from_utf8_lossy(info.name).into_owned(),
                minimum: info.min_value,
                maximum: info.max_value,
                default: info.default_value,
                value: params.get_value(&plugin, info.id).unwrap_or(f64::NAN),
            });
        }
        Ok(list)
    }

    /// The plugin's state, as a project would keep it.
    ///
    /// # Errors
    /// If the plugin has no state extension or fails to save.
    pub fn save_state(&mut self) -> Result<Vec<u8>, HostError> {
        let state = self.state_extension()?;
        let mut bytes = Vec::new();
        state.save(&self.instance.plugin_handle(), &mut bytes)?;
        Ok(bytes)
    }

    /// Gives the plugin a state that it saved before.
    ///
    /// # Errors
    /// If the plugin has no state extension or refuses these bytes.
    pub fn load_state(&mut self, mut bytes: &[u8]) -> Result<(), HostError> {
        let state = self.state_extension()?;
        state.load(&self.instance.plugin_handle(), &mut bytes)?;
        Ok(())
    }

    fn params_extension(&self) -> Result<PluginParams, HostError> {
        self.instance.plugin_shared_handle().get_extension().ok_or(HostError::NoExtension("params"))
    }

    fn state_extension(&self) -> Result<PluginState, HostError> {
        self.instance.plugin_shared_handle().get_extension().ok_or(HostError::NoExtension("state"))
    }
}

/// The names of the plugins in the CLAP file at `path`, none of which is created: what a host does that looks for
/// plugins.
///
/// # Errors
/// If the file is no CLAP library.
pub fn scan(path: impl AsRef<Path>) -> Result<Vec<String>, HostError> {
    let path = path.as_ref();
    let entry = open(path)?;
    let factory = entry.get_plugin_factory().ok_or_else(|| HostError::Empty(path.to_owned()))?;
    let names = factory.plugin_descriptors().filter_map(|descriptor| descriptor.name());
    Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
}

/// Loads the library at `path`.
#[allow(unsafe_code)]
fn open(path: &Path) -> Result<PluginEntry, HostError> {
    // SAFETY: loading a library runs its code. The callers name plugins that they have just
    // built from this repository, whose framework follows CLAP.
    unsafe { PluginEntry::load(path) }
        .map_err(|source| HostError::Load { path: path.into(), source })
}

impl Drop for Host {
    /// A plugin may only be destroyed inactive.
    fn drop(&mut self) {
        self.deactivate();
    }
}
