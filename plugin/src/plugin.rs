//! The plugin as the host sees it: parameters, ports, and what the audio thread does per block.
//!
//! The audio thread allocates, frees, locks, logs and waits nowhere, with one exception: while the
//! host renders offline it waits for the patterns of the block, so that a bounce is what was heard.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use engine::{Address, Engine, Event, Offer, Playing, Transport};
use groove::{Beats, Instrument};
use kit::Kit;
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{
    ActivateContext, AsyncExecutor, AudioIOLayout, AuxiliaryBuffers, Buffer, BufferConfig,
    ClapFeature, ClapPlugin, MidiConfig, NoteEvent, Params, Plugin, PluginApi, ProcessContext,
    ProcessMode, ProcessStatus, RemoteControlsContext, RemoteControlsPage, RemoteControlsSection,
    Vst3Plugin, Vst3SubCategory,
};
use nice_plug::util::permit_alloc;

use crate::handoff::{Answer, AudioEnd, GuiEnd, handoff};
use crate::params::{JangdanParams, finite_or};
use crate::recipe::Recipe;
use crate::weights::Weights;
use crate::window::{self, WindowEditor};
use crate::worker::Worker;

/// How long an offline block waits for its patterns before it is played with those there are. A
/// decode takes milliseconds; this is for a worker that has come to harm.
const PATIENCE: Duration = Duration::from_secs(10);

/// One instance.
pub struct Jangdan {
    params: Arc<JangdanParams>,
    engine: Engine,
    kit: Kit,
    audio: AudioEnd,
    /// The window's end until the editor takes it.
    gui: Option<GuiEnd>,
    /// The recipe of the score that the engine was offered last.
    offered: Option<Recipe>,
    is_offline: bool,
    /// The recipe that an offline block waited for in vain.
    given_up: Option<Recipe>,
    _worker: Worker,
}

impl Default for Jangdan {
    fn default() -> Self {
        let params = Arc::new(JangdanParams::default());
        let (audio, worker, gui) = handoff();
        Self {
            engine: Engine::new(Answer::factory().score),
            kit: Kit::new(48_000.0),
            audio,
            gui: Some(gui),
            offered: None,
            is_offline: false,
            given_up: None,
            _worker: Worker::spawn(params.clone(), worker, Weights::embedded),
            params,
        }
    }
}

impl Plugin for Jangdan {
    const NAME: &'static str = "Jangdan";
    const VENDOR: &'static str = "Jangdan";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: std::num::NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];

    // Hosts put an instrument on a track by its note input. The notes are not used yet.
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;

    type Editor = WindowEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _async_executor: AsyncExecutor<Self>) -> Option<WindowEditor> {
        window::editor(self.params.clone(), self.gui.take()?)
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.kit.set_sample_rate(config.sample_rate);
        // nice-plug 0.4.2 hands a VST3 the mode of the setup before this one: after a bounce it
        // would say offline, and waiting would stop the host's sound. Better never to wait there.
        self.is_offline =
            config.process_mode == ProcessMode::Offline && context.plugin_api() != PluginApi::Vst3;
        self.given_up = None;
        true
    }

    fn reset(&mut self) {
        self.engine.reset();
        self.kit.reset();
        self.audio.show_playhead(None);
    }

    fn stop_processing(&mut self) {
        self.engine.reset();
        self.audio.show_playhead(None);
    }

    fn deactivate(&mut self) {
        self.stop_processing();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        while context.next_event().is_some() {}
        let frames = buffer.samples();
        let [left, right] = buffer.as_slice() else {
            return ProcessStatus::Error("the output is not stereo");
        };
        let transport = transport(context.transport());
        let playing = self.params.playing();
        let block = u32::try_from(frames).unwrap_or(u32::MAX);

        let cycles = self.engine.cycles(&transport, &playing, block);
        let returns_to = transport
            .loop_range
            .map_or(*cycles.start(), |(start, _)| playing.reading.shape.cycle_at(start));
        self.audio.want(*cycles.start(), returns_to);
        if self.is_offline && transport.is_playing {
            self.wait_for(&cycles, returns_to);
        }
        self.take_score(&playing);

        let mut stage = Stage { kit: &mut self.kit, left, right, rendered: 0 };
        let is_kit_on = self.params.kit.is_on.value();
        self.engine.process(&transport, &playing, &[], block, &mut |event| {
            if let Event::NoteOn { at, instrument, velocity, .. } = event
                && is_kit_on
            {
                stage.render_until(at.0 as usize);
                Instrument::ALL
                    .into_iter()
                    .filter(|&other| playing.lanes.chokes(instrument, other))
                    .for_each(|choked| stage.kit.choke(choked));
                stage.kit.trigger(instrument, velocity);
            }
            context.try_send_event(note_event(event)).is_ok()
        });
        stage.render_until(frames);
        self.apply_level(left, right);
        self.audio.show_playhead(self.engine.playhead());
        ProcessStatus::KeepAlive
    }
}

impl Jangdan {
    /// Offline only: waits until the patterns of `cycles` and of the one that a loop returns to are
    /// there.
    fn wait_for(&mut self, cycles: &RangeInclusive<i64>, returns_to: i64) {
        let recipe = self.params.recipe();
        if self.given_up == Some(recipe) {
            return;
        }
        // The worker provides a cycle and the next; no sane block reaches further.
        let (first, last) = (*cycles.start(), *cycles.end());
        let last = last.min(first.saturating_add(1));
        let audio = &mut self.audio;
        let has_come = permit_alloc(|| audio.wait(&recipe, &[first, last, returns_to], PATIENCE));
        self.given_up = (!has_come).then_some(recipe);
    }

    /// Offers the engine the worker's newest answer.
    fn take_score(&mut self, playing: &Playing) {
        if !self.engine.accepts_score() {
            return;
        }
        if let Some(answer) = self.audio.newer() {
            let offer = if answer.recipe.is_some() && answer.recipe == self.offered {
                Offer::Refresh
            } else {
                Offer::Change(playing.quantise)
            };
            self.engine.offer(&answer.score, offer);
            self.offered = answer.recipe;
        }
    }

    fn apply_level(&self, left: &mut [f32], right: &mut [f32]) {
        let level = &self.params.kit.level.smoothed;
        for (left, right) in left.iter_mut().zip(right) {
            let gain = finite_or(level.next(), 0.0);
            *left *= gain;
            *right *= gain;
        }
    }
}

/// The kit and where it plays, rendered up to the event at hand.
struct Stage<'a> {
    kit: &'a mut Kit,
    left: &'a mut [f32],
    right: &'a mut [f32],
    rendered: usize,
}

impl Stage<'_> {
    fn render_until(&mut self, end: usize) {
        let range = self.rendered..end.max(self.rendered);
        self.kit.render(&mut self.left[range.clone()], &mut self.right[range]);
        self.rendered = end.max(self.rendered);
    }
}

fn transport(host: &nice_plug::prelude::Transport) -> Transport {
    Transport {
        is_playing: host.playing,
        position: host.pos_beats().map(Beats),
        tempo: host.tempo,
        loop_range: host.loop_range_beats().map(|(start, end)| (Beats(start), Beats(end))),
        sample_rate: host.sample_rate.into(),
    }
}

fn note_event(event: Event) -> NoteEvent<()> {
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

impl ClapPlugin for Jangdan {
    const CLAP_ID: &'static str = "org.jangdan.jangdan";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Dreams up four-bar drum grooves in time with the host");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::DrumMachine,
        ClapFeature::Drum,
        ClapFeature::Stereo,
    ];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        let (generate, play, kit) = (&self.params.generate, &self.params.play, &self.params.kit);
        context.add_section("Jangdan", |section| {
            section.add_page("Groove", |page| {
                page.add_param(&generate.temperature);
                page.add_param(&generate.density);
                page.add_param(&generate.variation);
                page.add_param(&generate.seed);
                page.add_param(&play.swing);
                page.add_param(&play.feel);
                page.add_param(&play.dynamics);
                page.add_param(&kit.level);
            });
            section.add_page("Latent", |page| {
                for slider in &generate.latent {
                    page.add_param(&slider.value);
                }
            });
        });
    }
}

impl Vst3Plugin for Jangdan {
    const VST3_CLASS_ID: [u8; 16] = *b"JangdanDrummer01";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Drum];
}
