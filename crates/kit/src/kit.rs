//! The kit: nine voices of drums and nine of a drum machine, those of articulations, a mixer and two rooms.

use std::sync::Arc;

use groove::{Articulation, INSTRUMENTS, Instrument};

use crate::acoustic::{self, STROKES};
use crate::drum::Drum;
use crate::electronic::Machine;
use crate::glide::{self, Glide};
use crate::interpolator::Interpolator;
use crate::mixer::{self, Channel};
use crate::noise::Noise;
use crate::output::Output;
use crate::room::{self, Room};
use crate::sampler::Sampler;
use crate::samples::SampleKit;
use crate::settings::{Model, Settings};
use crate::stems::{ROOM, STEMS, StemChunks, StemOutputs, Stems};
use crate::tuning::Tuning;
use crate::voice::{CHUNK, Chunk, Voice};

/// The number of the samplers' set of voices.
const RECORDED: usize = 2;

/// Sample rates outside this range are taken as its nearer end, Hz.
const SAMPLE_RATES: (f32, f32) = (8_000.0, 768_000.0);

/// The built-in drum kit, heard from the drummer's seat (hi-hat left, ride right).
///
/// Two kits that are given the same calls from [`Kit::new`] or [`Kit::reset`] on make the same
/// samples, however the rendering is cut into blocks.
///
/// # Example
///
/// ```
/// use groove::Instrument;
///
/// let mut kit = kit::Kit::new(48_000.0);
/// kit.trigger(Instrument::Snare, 0.8);
/// let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
/// kit.render(&mut left, &mut right);
/// assert!(left.iter().any(|&x| x != 0.0));
/// ```
#[derive(Clone, Debug)]
pub struct Kit {
    settings: Settings,
    tunings: [Tuning; INSTRUMENTS],
    drums: [Drum; INSTRUMENTS],
    /// Voices of articulations.
    strokes: [Drum; STROKES.len()],
    machine: Machine,
    samplers: [Sampler; INSTRUMENTS],
    /// Of both built-in sets of voices.
    channels: [Channel; INSTRUMENTS],
    recorded_channels: [Channel; INSTRUMENTS],
    /// The dry one and the larger one.
    rooms: [Room; 2],
    /// How much each room hears of the voices.
    room_feed: Glide<2>,
    /// How much is heard of the rooms.
    room_level: Glide<1>,
    /// The share of its way that a gain goes in a chunk.
    glide_share: f32,
    output: Output,
    stem_outputs: StemOutputs,
    /// The small differences between strokes.
    variation: Noise,
    /// Samples into the current chunk; 0 whenever the kit is silent.
    at: usize,
    is_silent: bool,
}

impl Kit {
    /// A silent kit at `sample_rate` in Hz. Allocates.
    pub fn new(sample_rate: f32) -> Self {
        let interpolator = Interpolator::new();
        let mut kit = Self {
            settings: Settings::default(),
            tunings: Settings::default().tunings(),
            drums: acoustic::drums(),
            strokes: acoustic::strokes(),
            machine: Machine::new(),
            samplers: std::array::from_fn(|i| Sampler::new(i, interpolator.clone())),
            channels: mixer::STRIPS.map(|strip| strip.channel()),
            recorded_channels: mixer::STRIPS.map(|strip| strip.recorded_channel()),
            rooms: [Room::new(room::DRY), Room::new(room::LARGE)],
            room_feed: Glide::new([1.0, 0.0]),
            room_level: Glide::new([1.0]),
            glide_share: 1.0,
            output: Output::new(),
            stem_outputs: StemOutputs::new(),
            variation: Noise::new(0x6a61_6e67),
            at: 0,
            is_silent: true,
        };
        kit.set_sample_rate(sample_rate);
        kit
    }

    /// Sets the sample rate in Hz and falls silent, as after [`Self::reset`]. Rates outside 8 to 768 kHz are taken as
    /// the nearer end, NaN as 48 kHz. Allocates: not for the audio thread.
    pub fn set_sample_rate(&mut self, sample_rate: f32) {
        let (low, high) = SAMPLE_RATES;
        let sample_rate = if sample_rate.is_nan() { 48_000.0 } else { sample_rate };
        let sample_rate = sample_rate.clamp(low, high);
        self.for_each_voice(&mut |_, _, voice| voice.set_sample_rate(sample_rate));
        for room in &mut self.rooms {
            room.set_sample_rate(sample_rate);
        }
        self.output.set_sample_rate(sample_rate);
        self.stem_outputs.set_sample_rate(sample_rate);
        self.glide_share = glide::share_a_chunk(sample_rate);
        self.reset();
    }

    /// Falls silent at once and forgets everything but its settings: what follows sounds as on a new kit that has them.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn reset(&mut self) {
        self.for_each_voice(&mut |_, _, voice| voice.reset());
        for room in &mut self.rooms {
            room.reset();
        }
        self.output.reset();
        self.stem_outputs.reset();
        self.jump();
        self.variation.reset();
        self.at = 0;
        self.is_silent = true;
    }

    /// Sets the kit. Levels, places and the room move there within hundredths of a second; strokes from now on are played on the
    /// model, tuned and damped as set, and what rings of the other model rings on. Numbers out of range count as the nearest one
    /// that is in it, NaN as the default.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn set(&mut self, settings: &Settings) {
        let settings = settings.within_range();
        if settings == self.settings {
            return;
        }
        self.settings = settings;
        self.tunings = settings.tunings();
        for (i, strip) in mixer::STRIPS.iter().enumerate() {
            self.channels[i].set(strip, &settings.instruments[i]);
            self.recorded_channels[i].set_recorded(&settings.instruments[i]);
        }
        let is_large = settings.model == Model::LargeRoom;
        self.room_feed.aim(if is_large { [0.0, 1.0] } else { [1.0, 0.0] });
        self.room_level.aim([settings.room]);
    }

    /// Everything that moves is there at once.
    fn jump(&mut self) {
        self.channels.iter_mut().chain(&mut self.recorded_channels).for_each(Channel::jump);
        self.room_feed.jump();
        self.room_level.jump();
    }

    /// Strokes from now on are played on the recordings of `samples`, as far as it has them, or on the built-in kit again. What
    /// rings of the kit before fades within hundredths of a second. `false` if one before that still fades: call again later.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate. It frees nothing as long as somebody else owns `samples` and every kit that was given before; a kit
    /// may be dropped elsewhere when that is its only owner.
    #[must_use]
    pub fn set_samples(&mut self, samples: Option<&Arc<SampleKit>>) -> bool {
        if self.samplers.iter().any(Sampler::is_changing) {
            return false;
        }
        for sampler in &mut self.samplers {
            sampler.set(samples);
        }
        true
    }

    /// Strikes `instrument` plainly: see [`strike`](Self::strike).
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn trigger(&mut self, instrument: Instrument, velocity: f32) {
        self.strike(instrument, Articulation::Plain, velocity);
    }

    /// Strikes `instrument` as `articulation`; it sounds from the next rendered sample on. `velocity` is in `[0, 1]`;
    /// 0, anything below and NaN strike nothing, anything above counts as 1. What it chokes is the
    /// caller's to [choke](Self::choke), and so is a cymbal that is grabbed; a flam is two strokes.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn strike(&mut self, instrument: Instrument, articulation: Articulation, velocity: f32) {
        if velocity.is_nan() || velocity <= 0.0 {
            return;
        }
        if self.is_silent {
            self.jump();
        }
        let (at, mut variation) = (self.at, self.variation.clone());
        let velocity = velocity.min(1.0);
        let i = instrument.index();
        let chokes = self.samplers[i].chokes();
        for (other, sampler) in self.samplers.iter_mut().enumerate() {
            if chokes & (1 << other) != 0 {
                sampler.choke(at);
            }
        }
        if articulation == Articulation::HalfOpen {
            // The plates touch: what rang of them, open, is stopped.
            self.choke_plain(instrument);
        }
        let stroke = STROKES.iter().position(|stroke| *stroke == (instrument, articulation));
        let voice: &mut dyn Voice = match (self.settings.model, stroke) {
            _ if self.samplers[i].has_sound() => {
                self.samplers[i].prepare(articulation);
                &mut self.samplers[i]
            }
            (Model::Electronic, Some(stroke)) => self.machine.stroke(stroke),
            (Model::Electronic, None) => self.machine.voice(instrument),
            (Model::DryRoom | Model::LargeRoom, Some(stroke)) => &mut self.strokes[stroke],
            (Model::DryRoom | Model::LargeRoom, None) => &mut self.drums[i],
        };
        voice.tune(self.tunings[i]);
        voice.trigger(velocity, at, &mut variation);
        self.variation = variation;
        self.is_silent = false;
    }

    /// Damps `instrument` by hand or foot: it dies within some hundredths of a second.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn choke(&mut self, instrument: Instrument) {
        self.choke_plain(instrument);
        let at = self.at;
        for (stroke, _) in STROKES.iter().enumerate().filter(|(_, stroke)| stroke.0 == instrument) {
            self.strokes[stroke].choke(at);
            self.machine.stroke(stroke).choke(at);
        }
    }

    fn choke_plain(&mut self, instrument: Instrument) {
        self.drums[instrument.index()].choke(self.at);
        self.machine.voice(instrument).choke(self.at);
        self.samplers[instrument.index()].choke(self.at);
    }

    /// Whether rendering would give nothing but zeros until the next [`Self::trigger`]. Then
    /// [`Self::render`] only writes zeros, and may as well be left out.
    pub fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// *Overwrites* `left` and `right` with the next samples, below full scale (absolute value under
    /// 1). They should be equally long; of a longer one the rest becomes silence.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.render_to(left, right, None);
    }

    /// As [`Self::render`], and *overwrites* `stems` with each instrument and the room by themselves. Their sum is the mix, but for
    /// rounding; where that is limited, they are, too.
    ///
    /// # Panics
    ///
    /// If a stem is shorter than `left` or `right`.
    ///
    /// # Real-time safety
    ///
    /// Does not allocate.
    pub fn render_stems(&mut self, left: &mut [f32], right: &mut [f32], stems: &mut Stems<'_>) {
        self.render_to(left, right, Some(stems));
    }

    fn render_to(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        mut stems: Option<&mut Stems<'_>>,
    ) {
        let frames = left.len().min(right.len());
        let mut done = 0;
        while done < frames && !self.is_silent {
            let part = done..done + (CHUNK - self.at).min(frames - done);
            done = part.end;
            let (left, right) = (&mut left[part.clone()], &mut right[part.clone()]);
            let Some(stems) = &mut stems else {
                self.render_within_chunk(left, right, None);
                continue;
            };
            let mut chunks: StemChunks = [[[0.0; CHUNK]; 2]; STEMS];
            self.render_within_chunk(left, right, Some(&mut chunks));
            for (stem, chunk) in stems.iter_mut().zip(&chunks) {
                for (side, samples) in stem.iter_mut().flatten().enumerate() {
                    samples[part.clone()].copy_from_slice(&chunk[side][..part.len()]);
                }
            }
        }
        let stems = stems.into_iter().flatten().flatten().flatten();
        for samples in stems {
            samples[done..].fill(0.0);
        }
        left[done..].fill(0.0);
        right[done..].fill(0.0);
    }

    fn render_within_chunk(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        mut stems: Option<&mut StemChunks>,
    ) {
        let (at, frames) = (self.at, left.len());
        if at == 0 {
            for room in &mut self.rooms {
                room.begin_chunk();
            }
            let channels = self.channels.iter_mut().chain(&mut self.recorded_channels);
            channels.for_each(|channel| channel.advance(self.glide_share));
            self.room_feed.advance(self.glide_share);
            self.room_level.advance(self.glide_share);
        }
        // Whole chunks, of which the first `frames` count: loops of a fixed length are vector code without remainders.
        let mut bus: [Chunk; 2] = [[0.0; CHUNK]; 2];
        let mut send: [Chunk; 2] = [[0.0; CHUNK]; 2];
        let (channels, recorded_channels) = (self.channels, self.recorded_channels);
        let mut is_fed = false;
        self.for_each_voice(&mut |set, i, voice| {
            if at == 0 {
                voice.begin_chunk();
            }
            if !voice.is_active() {
                return;
            }
            is_fed = true;
            let (mut a, mut b): (Chunk, Chunk) = ([0.0; CHUNK], [0.0; CHUNK]);
            voice.render(at, &mut a[..frames], &mut b[..frames]);
            let channels = if set == RECORDED { &recorded_channels } else { &channels };
            channels[i].add(at, &a, &b, &mut bus, &mut send);
            if let Some(stems) = &mut stems {
                channels[i].add(at, &a, &b, &mut stems[i], &mut [[0.0; CHUNK]; 2]);
            }
        });
        // Only one room hears the voices; the other one's tail rings on.
        let is_sounding = is_fed;
        for (i, room) in self.rooms.iter_mut().enumerate() {
            let is_heard = self.room_feed.is_open(i) && is_sounding;
            if !is_heard && !room.is_active() {
                continue;
            }
            is_fed = true;
            let mut back = if is_heard { send } else { [[0.0; CHUNK]; 2] };
            back.iter_mut().for_each(|sent| self.room_feed.apply(i, at, sent));
            room.exchange(at, frames, &mut back);
            for (side, back) in back.iter_mut().enumerate() {
                self.room_level.apply(0, at, back);
                for n in 0..CHUNK {
                    bus[side][n] += back[n];
                }
                if let Some(stems) = &mut stems {
                    for n in 0..CHUNK {
                        stems[ROOM][side][n] += back[n];
                    }
                }
            }
        }
        if at == 0 {
            self.output.begin_chunk(is_fed);
            self.stem_outputs.begin_chunk(is_fed);
        }
        left.copy_from_slice(&bus[0][..frames]);
        right.copy_from_slice(&bus[1][..frames]);
        match stems {
            None => self.output.process(left, right, None),
            Some(stems) => {
                let mut gains = [[1.0; CHUNK]; 2];
                self.output.process(left, right, Some(&mut gains));
                self.stem_outputs.process(stems, frames, &gains);
            }
        }
        self.at = (at + frames) % CHUNK;
        if self.at == 0 {
            let mut is_sounding = self.rooms.iter().any(Room::is_active) || self.output.is_active();
            self.for_each_voice(&mut |_, _, voice| is_sounding |= voice.is_active());
            self.is_silent = !is_sounding;
            for sampler in &mut self.samplers {
                sampler.release();
            }
        }
    }

    /// Calls `visit` with every voice, its set (drums, machine, samples) and its column.
    fn for_each_voice(&mut self, visit: &mut dyn FnMut(usize, usize, &mut dyn Voice)) {
        for (i, drum) in self.drums.iter_mut().enumerate() {
            visit(0, i, drum);
        }
        for instrument in Instrument::ALL {
            visit(1, instrument.index(), self.machine.voice(instrument));
        }
        for (stroke, (instrument, _)) in STROKES.iter().enumerate() {
            visit(0, instrument.index(), &mut self.strokes[stroke]);
            visit(1, instrument.index(), self.machine.stroke(stroke));
        }
        for (i, sampler) in self.samplers.iter_mut().enumerate() {
            visit(RECORDED, i, sampler);
        }
    }
}
