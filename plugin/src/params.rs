//! The parameters: what the host automates and a project saves.
//!
//! Ids and persistence keys never change: projects and automation lanes refer to them. They stand
//! in this folder alone. The test `ids_are_for_ever` has the list, which may only grow.

mod character;
mod choices;
pub mod clock;
mod generate;
pub mod host_metre;
pub mod host_offers;
mod instruments;
mod kit;
mod metre_choices;
mod morph;
mod performance;
mod play;
pub mod preset;
pub mod project;
mod restore;
pub mod snapshot;
mod text;

pub use character::CharacterParams;
pub use choices::{
    AccentParam, FillEveryParam, FollowSourceParam, KitModelParam, LengthParam, NoteMapParam,
    PlayModeParam, QuantiseParam, SpeedParam,
};
pub use generate::{GenerateParams, LatentParam};
pub use instruments::{InstrumentParams, InstrumentsParams};
pub use kit::KitParams;
pub use metre_choices::{GridParam, MetreParam};
pub use morph::MorphParams;
pub use performance::{HumaniseParams, NoteParams, PatternParams, PerformParams};
pub use play::PlayParams;

use std::sync::Arc;

use groove::sequencer::fills::ANY_SIZE;
use groove::sequencer::{Feel, Lanes, PlaybackSettings, RegularFills, Shape, VelocitySettings};
use groove::{Bar, Beats, Instrument, KeyMap, NoteMap};
use nice_plug::prelude::*;
use parking_lot::RwLock;

use crate::params::clock::Clock;
use crate::params::host_metre::HostMetre;
use crate::params::host_offers::HostOffers;
use crate::params::restore::Restore;
use crate::state::choice::Choice;
use crate::state::chosen_file::ChosenFile;
use crate::state::edits::Edits;
use crate::state::groove::{Groove, SavedGroove};
use crate::state::groove_name::{GrooveName, Source};
use crate::state::load_report::LoadReport;
use crate::state::morph::{Corners, Pad, first_corners};
use crate::state::numbers::finite_or;
use crate::state::request::{GrooveRequest, Recipe, Revisions};
use crate::state::slots::Slots;
use crate::state::song::Song;
use crate::state::versioned::Versioned;
use crate::state::window_size::WindowSize;

/// Nats per struck instrument at full density: the useful range of [`Recipe::density`].
const DENSITY_NATS: f32 = 3.0;

/// Everything the host sees and saves of one instance.
///
/// The parameters are atomics: any thread may read them at any time. Of our threads only the GUI
/// changes them, through the host.
#[derive(Params)]
pub struct JangdanParams {
    /// Generation: a change of one of these asks the network for another pattern.
    #[nested(group = "Generate")]
    pub generate: GenerateParams,

    /// Playing: heard at once, without the network.
    #[nested(group = "Play")]
    pub play: PlayParams,

    /// The kit.
    #[nested(group = "Kit")]
    pub kit: KitParams,

    /// The host's bypass: no notes and no sound while it is on.
    #[id = "bypass"]
    pub bypass: BoolParam,

    /// Which part of a pattern is played, and how fast.
    #[nested(group = "Pattern")]
    pub pattern: PatternParams,

    /// Humanising and accents.
    #[nested(group = "Humanise")]
    pub humanise: HumaniseParams,

    /// Notes out.
    #[nested(group = "Notes")]
    pub notes: NoteParams,

    /// Choices of the player.
    #[nested(group = "Perform")]
    pub perform: PerformParams,

    /// Settings per instrument.
    #[nested(group = "Instruments")]
    pub instruments: InstrumentsParams,

    /// Style and attributes.
    #[nested(group = "Character")]
    pub character: CharacterParams,

    /// Position on the morph pad.
    #[nested(group = "Morph")]
    pub morph: MorphParams,

    /// The live groove with its patterns, so that new weights never change an old song.
    #[persist = "groove"]
    pub groove: SavedGroove,

    /// The slots.
    #[persist = "slots"]
    pub slots: Slots,

    /// The edits of the live groove.
    #[persist = "edits"]
    pub edits: Versioned<Edits>,

    /// The corners of the morph pad.
    #[persist = "corners"]
    pub corners: Versioned<Corners>,

    /// The song.
    #[persist = "song"]
    pub song: Versioned<Song>,

    /// The weights file chosen by the user; `None` for the embedded weights.
    #[persist = "weights"]
    pub weights: Versioned<Option<ChosenFile>>,

    /// The kit chosen by the user, a file or a folder; `None` for the built-in one alone.
    #[persist = "kit"]
    pub own_kit: Versioned<Option<ChosenFile>>,

    /// The folder that the user exports to; empty until one is chosen.
    #[persist = "folder"]
    pub folder: Arc<RwLock<String>>,

    /// The folder that the user keeps presets in; empty for the system's own place for them.
    #[persist = "presets"]
    pub presets: Arc<RwLock<String>>,

    /// The name of the live groove, if it came with one.
    #[persist = "name"]
    pub name: Arc<RwLock<Option<GrooveName>>>,

    /// Problems found in the project that was loaded.
    #[persist = "findings"]
    pub load_report: LoadReport,

    /// The window's size, kept by the window.
    #[persist = "window"]
    pub window: Arc<RwLock<WindowSize>>,

    /// The standalone's transport: neither a parameter nor saved.
    pub clock: Clock,

    /// The host's time signature. Neither a parameter nor saved.
    pub host_metre: HostMetre,

    /// What the host offers beside the parameters' values. Neither a parameter nor saved.
    pub host_offers: HostOffers,

    /// Whether the host has yet to set parameters of a state that is being restored. Not saved.
    pub restore: Restore,
}

impl Default for JangdanParams {
    fn default() -> Self {
        Self {
            generate: GenerateParams::default(),
            play: PlayParams::default(),
            kit: KitParams::default(),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            pattern: PatternParams::default(),
            humanise: HumaniseParams::default(),
            notes: NoteParams::default(),
            perform: PerformParams::default(),
            instruments: InstrumentsParams::default(),
            character: CharacterParams::default(),
            morph: MorphParams::default(),
            groove: SavedGroove::default(),
            slots: Slots::default(),
            edits: Versioned::default(),
            corners: Versioned::new(first_corners()),
            song: Versioned::default(),
            weights: Versioned::default(),
            own_kit: Versioned::default(),
            folder: Arc::default(),
            presets: Arc::default(),
            name: Arc::default(),
            load_report: LoadReport::default(),
            window: Arc::default(),
            clock: Clock::default(),
            host_metre: HostMetre::default(),
            host_offers: HostOffers::default(),
            restore: Restore::default(),
        }
    }
}

impl JangdanParams {
    /// The recipe of the live groove. Always finite, whatever the host has sent.
    pub fn recipe(&self) -> Recipe {
        let generate = &self.generate;
        let finite = |param: &FloatParam| finite_or(param.value(), param.default_plain_value());
        Recipe {
            latent: std::array::from_fn(|i| finite(&generate.latent[i].value)),
            temperature: finite(&generate.temperature),
            density: finite(&generate.density) * DENSITY_NATS,
            seed: u64::from(generate.seed.value().unsigned_abs()),
            variation: finite(&generate.variation),
            style: u16::try_from(self.character.style.value() - 1).ok(),
            attributes: self.character.attributes().map(finite),
            density_by_instrument: self
                .instruments
                .extra_densities()
                .map(|extra| extra * DENSITY_NATS),
        }
    }

    /// The playback settings. Always finite.
    pub fn playing(&self) -> engine::Playing {
        let Self { generate, play, pattern, humanise, notes, perform, .. } = self;
        let seed = u64::from(generate.seed.value().unsigned_abs());
        let amount = |param: &FloatParam| finite_or(param.value(), 0.0);
        // A NaN counts as the default in these.
        let feel = Feel::new(f64::from(play.swing.value()), f64::from(play.feel.value()))
            .with_triplet(f64::from(pattern.triplet.value()))
            .with_humanise(f64::from(humanise.timing.value()), seed);
        let shape = Shape {
            length: pattern.length.value().into(),
            start: u8::try_from(pattern.start.value()).unwrap_or_default(),
            speed: pattern.speed.value().into(),
            // The score says which bars are played.
            bar: Bar::COMMON,
            origin: 0,
        };
        let beats = u8::try_from(pattern.fill_beats.value()).unwrap_or_default();
        let size = finite_or(pattern.fill_size.value(), ANY_SIZE);
        let fills = match pattern.fill_every.value().bars() {
            0 => RegularFills { size, ..RegularFills::NONE },
            every => RegularFills { every, beats, size },
        };
        let velocity_settings = VelocitySettings {
            dynamics: play.dynamics.value(),
            accent: humanise.accent.value().into(),
            accent_amount: amount(&humanise.accent_amount),
            humanise: amount(&humanise.velocity),
            seed,
        };
        let note_length = finite_or(notes.length.value(), notes.length.default_plain_value());
        engine::Playing {
            mode: perform.mode.value().into(),
            playback: PlaybackSettings { shape, feel, fills },
            velocity_settings,
            lanes: self.lanes(),
            note_length: Beats::from_steps(f64::from(note_length)),
            channel: u8::try_from(notes.channel.value() - 1).unwrap_or_default(),
            quantise: play.quantise.value().into(),
            is_muted: self.bypass.value(),
            seed,
        }
    }

    /// The kit's settings.
    pub fn kit_settings(&self) -> ::kit::Settings {
        self.kit.settings(&self.instruments)
    }

    /// The position of the pad, `[x, y]` in `[0, 1]`, while it is on.
    pub fn pad(&self) -> Option<[f32; 2]> {
        let at = |param: &FloatParam| finite_or(param.value(), 0.5).clamp(0.0, 1.0);
        self.morph.is_on.value().then(|| [at(&self.morph.x), at(&self.morph.y)])
    }

    /// The bars of the live groove: in the metre that is set, or else the host's; until the host has said one, in that of
    /// the loaded groove.
    pub fn bar(&self) -> Bar {
        let set = self.pattern.metre.value().metre().or_else(|| self.host_metre.get());
        let metre = set.unwrap_or_else(|| self.groove.bar().metre());
        Bar::new(metre, self.pattern.grid.value().grid())
    }

    /// The request to the worker while `choice` plays and `rhythm` is the last one recorded.
    pub fn request(&self, choice: Choice, rhythm: Option<u64>) -> GrooveRequest {
        let is_following = self.perform.is_following.value();
        // Read before the values: if a value changes in between, the next request has another revision.
        let revisions = Revisions {
            groove: self.groove.loads(),
            slots: self.slots.changes(),
            edits: self.edits.changes(),
            corners: self.corners.changes(),
            weights: self.weights.changes(),
            song: self.song.changes(),
        };
        GrooveRequest {
            choice,
            recipe: self.recipe(),
            bar: self.bar(),
            pad: self.pad(),
            is_following,
            rhythm: rhythm.filter(|_| is_following),
            revisions,
        }
    }

    /// The parameters that a groove's name depends on.
    pub(crate) fn name_source(&self) -> Source {
        (self.character.style.value(), self.generate.seed.value())
    }

    /// The name of the live groove, if it came with one and still has it.
    pub fn groove_name(&self) -> Option<String> {
        let has_clip = || self.edits.get().anchor(&self.recipe()).is_some();
        let name = self.name.read();
        name.as_ref()?.get(self.name_source(), has_clip).map(str::to_owned)
    }

    /// The live groove as stored in a slot: with its patterns, if all are made.
    pub fn live_groove(&self) -> Groove {
        let (held, recipe, edits) = (self.groove.get(), self.recipe(), self.edits.get());
        let slots = self.slots.get();
        let pad = self.pad().map(|at| {
            let in_slot = |slot: usize| slots[slot].as_ref()?.heard(0);
            Box::new(Pad::new(at, &self.corners.get(), in_slot))
        });
        let bar = self.bar();
        if (held.recipe, held.bar) == (Some(recipe), bar) && held.edits == *edits && held.pad == pad
        {
            return held;
        }
        let imported = edits.anchor(&recipe).filter(|_| pad.is_none());
        let anchor = edits.line().or(imported).copied();
        let edits = (*edits).clone();
        Groove { recipe: Some(recipe), bar, anchor, pad, edits, ..Groove::default() }
    }

    /// How keys of imported clips are read: by the note map that is set, or the one that the clip's keys suggest as
    /// long as it is General MIDI.
    pub(crate) fn key_map(&self) -> KeyMap {
        match self.notes.map.value().ready() {
            Some(NoteMap::GeneralMidi) => KeyMap::Guess,
            Some(map) => KeyMap::Ready(map),
            None => KeyMap::Own(self.lanes().0.map(|lane| lane.key)),
        }
    }

    /// The settings of every instrument.
    pub fn lanes(&self) -> Lanes {
        let note_map = self.notes.map.value().ready();
        Lanes(Instrument::ALL.map(|i| self.instruments.of(i).lane(i, note_map)))
    }
}

#[cfg(test)]
mod tests;
