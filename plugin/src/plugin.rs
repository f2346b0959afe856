//! The plugin as the host sees it: parameters, ports, and what the audio thread does per block.
//!
//! The audio thread allocates, frees, locks, logs and waits nowhere, with one exception: while the
//! host renders offline it waits for the patterns of the block, so that a bounce is what was heard.
//! What the keys ask for is worked out by the player, in a file of its own.

mod block;
mod loading;
mod outputs;
mod pages;
mod strokes;

use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::{Action, Control, Engine, Score, Transport};
use groove::{Beats, SampleOffset};
use kit::Kit;
use nice_plug::prelude::{
    ActivateContext, AsyncExecutor, AudioIOLayout, AuxiliaryBuffers, Buffer, BufferConfig,
    ClapFeature, ClapPlugin, MidiConfig, Params, Plugin, PluginApi, PluginState, ProcessContext,
    ProcessMode, ProcessStatus, RemoteControlsContext,
};
use nice_plug::util::permit_alloc;
use onsets::OnsetFinder;
use parking_lot::Mutex;

use self::loading::LoadedParams;
use self::outputs::Stage;
use self::strokes::Pedal;
use crate::generation::weights::{Decode, Weights};
use crate::generation::worker::{Load, Worker};
use crate::handoff::answer::Answer;
use crate::handoff::{AudioEnd, GuiEnd, handoff};
use crate::params::JangdanParams;
use crate::params::{host_metre, project};
use crate::playing::player::{MAX_ACTIONS, Player, QueuedAction};
use crate::playing::position::Position;
use crate::state::choice::Choice;
use crate::state::numbers::finite_or;
use crate::state::request::{GrooveKey, GrooveRequest};
use crate::window::{self, WindowEditor};

/// How long an offline block waits for its patterns before it is played with those there are. A
/// decode takes milliseconds; this is for a worker that has come to harm.
const OFFLINE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long it waits for a kit of the user's own: up to a gigabyte from a slow disk.
const KIT_TIMEOUT: Duration = Duration::from_secs(60);

/// One instance.
pub struct Jangdan {
    params: Arc<JangdanParams>,
    /// The same for the framework, which loads projects into them.
    loaded_params: Arc<LoadedParams>,
    engine: Engine,
    kit: Box<Kit>,
    audio: AudioEnd,
    /// The window's end until the editor takes it.
    gui: Option<GuiEnd>,
    player: Player,
    /// Finds what is struck in the audio that is followed.
    onsets: OnsetFinder,
    /// The choice that the engine was offered last, what makes its groove, and its [`ReadyGroove::version`].
    offered: (Choice, (Option<GrooveKey>, u64)),
    /// Of the song that the engine follows: [`ReadySong::change`] and [`ReadySong::version`].
    followed: (u64, u64),
    /// The passage that plays, by section and place.
    passage: Option<(Option<usize>, i64)>,
    /// What an offline block passes through on the way to another variation.
    passed: Vec<(Choice, (Option<GrooveKey>, u64), Score)>,
    /// Whether the worker has made something that the engine has not been offered.
    has_news: bool,
    /// Whether the host renders offline: what it said before it began.
    is_set_offline: bool,
    /// The same, or what it says of this block.
    is_offline: bool,
    /// Whether the block before was one of an offline bounce.
    is_bouncing: bool,
    /// Whether what the engine is offered next was tapped: another groove, though its recipe is the same.
    has_tapped: bool,
    /// Samples played so far.
    samples: u64,
    pedal: Pedal,
    /// Where the standalone is in its song.
    position: Position,
    /// What an offline block waited for in vain.
    given_up: Option<GrooveRequest>,
    /// The same of the song.
    given_up_song: Option<GrooveRequest>,
    /// The changes of the slots that one waited in vain for the worker to see.
    given_up_slots: Option<u64>,
    /// The revision of the project's kit that one waited in vain for.
    given_up_kit: Option<u64>,
    /// [`OFFLINE_TIMEOUT`].
    offline_timeout: Duration,
    _worker: Worker,
}

impl Default for Jangdan {
    fn default() -> Self {
        Self::with(Weights::load)
    }
}

/// The parameters of the instance that was made last.
static NEWEST: Mutex<Weak<JangdanParams>> = Mutex::new(Weak::new());

impl Jangdan {
    /// The parameters of the instance that was made last, for the entry points: the framework keeps instances to itself.
    pub(crate) fn newest_params() -> Arc<JangdanParams> {
        NEWEST.lock().upgrade().unwrap_or_default()
    }

    /// An instance whose worker reads its weights with `load`.
    fn with<W: Decode>(load: impl Load<W> + Send + Sync + 'static) -> Self {
        let params = Arc::new(JangdanParams::default());
        *NEWEST.lock() = Arc::downgrade(&params);
        let (mut audio, worker, gui) = handoff();
        let (load_end, kit_end) = (audio.load_end(), audio.kit_end());
        Self {
            loaded_params: Arc::new(LoadedParams::new(params.clone(), load_end)),
            engine: Engine::new(Answer::factory().live.score),
            kit: Box::new(Kit::new(48_000.0)),
            audio,
            gui: Some(gui),
            player: Player::new(),
            onsets: OnsetFinder::new(48_000.0),
            offered: (Choice::default(), (None, 0)),
            followed: (0, 0),
            passage: None,
            passed: Vec::new(),
            has_news: false,
            is_set_offline: false,
            is_offline: false,
            is_bouncing: false,
            has_tapped: false,
            samples: 0,
            pedal: Pedal::default(),
            position: Position::default(),
            given_up: None,
            given_up_song: None,
            given_up_slots: None,
            given_up_kit: None,
            offline_timeout: OFFLINE_TIMEOUT,
            _worker: Worker::spawn(params.clone(), worker, kit_end, load),
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

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = outputs::LAYOUTS;

    // Notes that come in are keys that choose, or a rhythm to follow; program changes choose slots.
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    // Of controllers the hi-hat's pedal alone is sent.
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;

    type Editor = WindowEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn filter_state(state: &mut PluginState) {
        project::complete(state);
    }

    fn params(&self) -> Arc<dyn Params> {
        self.loaded_params.clone()
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
        self.onsets = OnsetFinder::new(config.sample_rate);
        self.params.clock.take_charge(context.plugin_api() == PluginApi::Standalone);
        self.is_set_offline = config.process_mode == ProcessMode::Offline;
        (self.given_up, self.given_up_slots, self.given_up_kit) = (None, None, None);
        self.given_up_song = None;
        true
    }

    fn reset(&mut self) {
        self.engine.reset();
        self.player.reset();
        self.onsets.reset();
        self.kit.reset();
        self.audio.show(None);
    }

    fn stop_processing(&mut self) {
        self.engine.reset();
        self.player.reset();
        self.audio.show(None);
    }

    fn deactivate(&mut self) {
        self.stop_processing();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.is_offline = self.is_set_offline || self.params.host_offers.renders_offline();
        let frames = buffer.samples();
        let [left, right] = buffer.as_slice() else {
            return ProcessStatus::Error("the output is not stereo");
        };
        let mut playing = self.params.playing();
        playing.playback.shape.origin = self.hear_metre(context.transport());
        let block = u32::try_from(frames).unwrap_or(u32::MAX);
        let mut transport = transport(context.transport());
        if self.params.clock.is_in_charge() {
            if let Some(sample_rate) = self.position.new_sample_rate(&transport) {
                permit_alloc(|| self.kit.set_sample_rate(sample_rate));
            }
            transport = self.position.advance(&self.params.clock, &transport, block);
        }

        self.begin_bounce(transport.is_playing);
        self.prepare_kit();
        self.prepare(&transport, &playing);
        let before = self.player.choice();
        self.listen(&transport, &playing, context);
        self.hear(aux.inputs, &transport, &playing);
        self.take_song(&playing);
        self.ask(&transport, &playing, block);
        self.take_song(&playing);
        let is_late = self.take_score(before, &playing);

        let answer = self.audio.answer();
        let song = answer.song.as_ref().map(|ready| &ready.song);
        // One more: what came too late for the block that it was chosen in.
        let mut controls =
            [Control { at: SampleOffset(0), action: Action::Mute(false) }; MAX_ACTIONS + 1];
        let mut count = 0;
        if is_late && let Some(track) = answer.groove(before) {
            self.offered = (before, track.identity());
            controls[0].action = Action::Play(&track.score, before.to_bits());
            count = 1;
        }
        for &(at, to_do) in self.player.actions() {
            let action = match to_do {
                QueuedAction::Fill(is_held) => Action::Fill(is_held),
                QueuedAction::Mute(is_held) => Action::Mute(is_held),
                QueuedAction::Hold(is_held) => Action::Hold(is_held),
                // What is not made yet is offered by a later block.
                QueuedAction::Choose(choice) => {
                    let passed = self.passed.iter().find(|(passed, ..)| *passed == choice);
                    let kept = passed.map(|(_, identity, score)| (*identity, score));
                    let made =
                        || answer.groove(choice).map(|track| (track.identity(), &track.score));
                    let Some((identity, score)) = kept.or_else(made) else { continue };
                    self.offered = (choice, identity);
                    Action::Play(score, choice.to_bits())
                }
            };
            controls[count] = Control { at: SampleOffset(at), action };
            count += 1;
        }

        let is_kit_on = self.params.kit.is_on.value();
        if is_kit_on {
            self.player
                .tapped()
                .for_each(|(instrument, velocity)| self.kit.trigger(instrument, velocity));
        }
        let is_mix_alone = self.params.host_offers.leaves_stems_out();
        let stems: &mut [Buffer<'_>] = if is_mix_alone { &mut [] } else { aux.outputs };
        let mut stage = Stage { kit: &mut self.kit, left, right, stems, rendered: 0 };
        let pedal = &mut self.pedal;
        self.engine.process(&transport, &playing, song, &controls[..count], block, &mut |event| {
            if is_kit_on {
                stage.play(event, &playing.lanes);
            }
            let beside = [pedal.before(event, &playing.lanes), strokes::grab(event)];
            for beside in beside.into_iter().flatten() {
                // What a host does not take of these is no note lost.
                let _ = context.try_send_event(beside);
            }
            context.try_send_event(strokes::note(event)).is_ok()
        });
        stage.render_until(frames);
        self.samples += frames as u64;
        let level = &self.params.kit.level.smoothed;
        stage.apply(|| finite_or(level.next(), 0.0));
        let now = self.engine.now();
        if now.is_none() {
            self.player.stopped();
        }
        self.audio.show(now);
        self.audio.show_keys(self.player.key_activity());
        ProcessStatus::KeepAlive
    }
}

impl Jangdan {
    /// Notes the song's metre, and returns where its bars begin, if the live groove's are such.
    fn hear_metre(&self, host: &nice_plug::prelude::Transport) -> i64 {
        let heard = &self.params.host_metre;
        heard.hear(host.time_sig_numerator, host.time_sig_denominator);
        let set = self.params.pattern.metre.value().metre();
        match heard.get().filter(|metre| set.is_none_or(|set| set == *metre)) {
            Some(metre) => {
                let start = host.bar_start_pos_beats().map(Beats);
                host_metre::origin(metre, host.pos_beats().map(Beats), start)
            }
            None => 0,
        }
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

impl ClapPlugin for Jangdan {
    const CLAP_ID: &'static str = "org.jangdan.jangdan";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Makes four-bar drum grooves in time with the host");
    // Blank, not null: hosts may take them for strings.
    const CLAP_MANUAL_URL: Option<&'static str> = Some("");
    const CLAP_SUPPORT_URL: Option<&'static str> = Some("");
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::DrumMachine,
        ClapFeature::Drum,
        ClapFeature::Stereo,
    ];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        pages::pages(&self.params, context);
    }
}

#[cfg(test)]
mod tests;
