//! One acoustic drum or cymbal: gliding low partials, a bank of modes and two sets of noise bands, all of them set by a
//! [`Colour`].

use crate::colour::{Colour, OCTAVES, Octaves, Place};
use crate::decay::strike_level;
use crate::modal::{ModalBank, Mode};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::partials::{Partials, PartialsSpec};
use crate::shaper::soft;
use crate::tuning::Tuning;
use crate::voice::{CHUNK, Voice};

/// The head's low modes, whose pitch falls after a stroke.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadSpec {
    pub(crate) hz: [f32; 4],
    /// Amplitude against the colour's at its frequency; 0 for none.
    pub(crate) share: [f32; 4],
    /// Decay against the colour's.
    pub(crate) length: [f32; 4],
    /// How much a stroke off the centre adds to each, relative.
    pub(crate) off_centre: [f32; 4],
    /// How sharp the softest and the hardest stroke begin, relative, and the time constant of the fall, seconds.
    pub(crate) glide: (f32, f32),
    pub(crate) glide_s: f32,
    /// Share of the old motion that survives a stroke.
    pub(crate) survival: f32,
    /// How long the stick or the beater stays on the head, seconds.
    pub(crate) contact_s: f32,
}

/// Noise in four bands, against the colour's levels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HissSpec {
    pub(crate) hz: [f32; 4],
    pub(crate) q: [f32; 4],
    pub(crate) share: [f32; 4],
    /// Decay times; `None` for the colour's.
    pub(crate) t60_s: Option<[f32; 4]>,
    pub(crate) attack_s: [f32; 4],
    /// Where the noise begins to fall by 12 dB an octave, Hz.
    pub(crate) dark_hz: Option<f32>,
}

/// One drum or cymbal.
pub(crate) struct DrumSpec {
    pub(crate) colour: Colour,
    pub(crate) head: Option<HeadSpec>,
    /// Frequencies of the modes and how they are made: see [`crate::acoustic`].
    pub(crate) modes: Vec<f32>,
    /// Amplitude of the modes against the colour's.
    pub(crate) body: f32,
    /// How much each mode's amplitude varies from stroke to stroke, relative.
    pub(crate) scatter: f32,
    /// How much each octave's level varies from stroke to stroke, dB.
    pub(crate) sway_db: f32,
    /// Modes above the first number, Hz, begin lower by the second, a share, and reach their level as what is missing dies away
    /// with the third as its T60, seconds. In a cymbal energy cascades up from the low modes (Fletcher and Rossing, "The Physics
    /// of Musical Instruments"); a stick or a beater stays on a head for a few milliseconds.
    pub(crate) bloom: Option<(f32, f32, f32)>,
    /// What rings on, and the stick's or beater's attack.
    pub(crate) hiss: HissSpec,
    pub(crate) stick: HissSpec,
    /// How much the moving head modulates the hiss: snare wires are pressed and released once a cycle.
    pub(crate) slap: f32,
    /// How much longer the hiss of a full stroke is than that of a soft one.
    pub(crate) slosh: f32,
    /// How fast (T60) the softest stroke damps the modes, on top of their own decay; a harder one damps less. `None`: not at
    /// all.
    pub(crate) drag_t60_s: Option<f32>,
    /// Gain into the saturation of a microphone close to the head; 0 for none.
    pub(crate) drive: f32,
    pub(crate) choke_t60_s: f32,
    pub(crate) seed: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Drum {
    colour: Colour,
    head: Option<(HeadSpec, Partials)>,
    modes: ModalBank,
    hiss: Noisy,
    stick: Noisy,
    body: f32,
    scatter: f32,
    sway_db: f32,
    slap: f32,
    slosh: f32,
    drag_t60_s: Option<f32>,
    drive: f32,
}

/// A set of noise bands and the colour's levels for it.
#[derive(Clone, Debug)]
struct Noisy {
    bands: NoiseBands,
    place: [Place; 4],
    share: [f32; 4],
}

impl Noisy {
    fn new(spec: &HissSpec, colour: &Colour, choke_t60_s: f32, seed: u32) -> Self {
        let bands = NoiseBands::new(NoiseBandsSpec {
            hz: spec.hz,
            q: spec.q,
            t60_s: spec.t60_s.unwrap_or(spec.hz.map(|hz| colour.t60_s(hz))),
            attack_s: spec.attack_s,
            choke_t60_s,
            dark_hz: spec.dark_hz,
            seed,
        });
        Self { bands, place: spec.hz.map(Place::of), share: spec.share }
    }

    fn strike(&mut self, levels: &Octaves, length: f32) {
        let levels = std::array::from_fn(|lane| self.share[lane] * self.place[lane].read(levels));
        self.bands.strike(levels, length);
    }
}

impl Drum {
    pub(crate) fn new(spec: &DrumSpec) -> Self {
        let head = spec.head.map(|head| {
            let t60_s = std::array::from_fn(|i| head.length[i] * spec.colour.t60_s(head.hz[i]));
            let partials = Partials::new(PartialsSpec {
                hz: head.hz,
                t60_s,
                glide_s: head.glide_s,
                survival: head.survival,
                choke_t60_s: spec.choke_t60_s,
                contact_s: head.contact_s,
            });
            (head, partials)
        });
        let (hiss, stick) = [(&spec.hiss, 0x6869_7373), (&spec.stick, 0x7374_636b)]
            .map(|(hiss, salt)| Noisy::new(hiss, &spec.colour, spec.choke_t60_s, spec.seed ^ salt))
            .into();
        Self {
            colour: spec.colour,
            head,
            modes: ModalBank::new(modes(spec), spec.choke_t60_s, 0.05),
            hiss,
            stick,
            body: spec.body,
            scatter: spec.scatter,
            sway_db: spec.sway_db,
            slap: spec.slap,
            slosh: spec.slosh,
            drag_t60_s: spec.drag_t60_s,
            drive: spec.drive,
        }
    }
}

/// Modes at the frequencies asked for, whose power in each octave is one.
fn modes(spec: &DrumSpec) -> Vec<Mode> {
    let mut noise = Noise::new(spec.seed);
    let mut power: Octaves = [0.0; OCTAVES];
    let mut modes: Vec<Mode> = spec
        .modes
        .iter()
        .map(|&hz| {
            // Modes differ in how well they couple to mount and air, hence in decay and amplitude; the sign is the mode shape's
            // at the striking point.
            let t60_s = spec.colour.t60_s(hz) * noise.around(1.0, 0.2);
            let sign = if noise.next() < 0.0 { -1.0 } else { 1.0 };
            let gain = sign * noise.around(1.0, 0.5);
            power[Place::of(hz).nearest()] += 0.5 * gain * gain;
            Mode { hz, t60_s, gain }
        })
        .collect();
    for mode in &mut modes {
        mode.gain /= power[Place::of(mode.hz).nearest()].sqrt();
    }
    if let Some((from_hz, share, t60_s)) = spec.bloom {
        // The same mode once more, upside down and shorter.
        let late = modes.iter().filter(|mode| mode.hz > from_hz);
        let late = late.map(|mode| Mode { t60_s, gain: -share * mode.gain, ..*mode });
        modes.extend(late.collect::<Vec<_>>());
    }
    modes
}

impl Voice for Drum {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        if let Some((_, partials)) = &mut self.head {
            partials.set_sample_rate(sample_rate);
        }
        self.modes.set_sample_rate(sample_rate);
        self.hiss.bands.set_sample_rate(sample_rate);
        self.stick.bands.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        if let Some((_, partials)) = &mut self.head {
            partials.reset();
        }
        self.modes.reset();
        self.hiss.bands.reset();
        self.stick.bands.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        if let Some((_, partials)) = &mut self.head {
            partials.tune(tuning);
        }
        self.modes.tune(tuning);
        self.hiss.bands.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        let levels = self.colour.levels(velocity);
        let swayed = levels.map(|amplitude| {
            // exp(x) for 10^(x / 20).
            amplitude * (0.115_129_25 * variation.around(0.0, self.sway_db)).exp()
        });
        // Strokes differ in colour more than in loudness.
        let power = |levels: &Octaves| levels.iter().map(|x| x * x).sum::<f32>();
        let level = level * (power(&levels) / power(&swayed)).sqrt() * variation.around(1.0, 0.08);
        let levels = swayed.map(|amplitude| level * amplitude);
        if let Some((head, partials)) = &mut self.head {
            let spot = variation.next();
            let amplitudes = std::array::from_fn(|i| {
                let centred = 1.0 + head.off_centre[i] * spot;
                head.share[i] * centred * Place::of(head.hz[i]).read(&levels)
            });
            let (soft, hard) = head.glide;
            let glide = soft + (hard - soft) * velocity * velocity;
            partials.strike(amplitudes, glide, variation.around(1.0, 0.004));
        }
        self.modes.strike_octaves(&levels.map(|x| self.body * x), self.scatter, at, variation);
        if let Some(t60_s) = self.drag_t60_s {
            self.modes.drag(t60_s / (1.0 - velocity));
        }
        let length = 1.0 + self.slosh * (velocity - 0.6);
        self.hiss.strike(&levels, length * variation.around(1.0, 0.06));
        self.stick.strike(&levels, variation.around(1.0, 0.1));
    }

    fn choke(&mut self, at: usize) {
        if let Some((_, partials)) = &mut self.head {
            partials.choke();
        }
        self.modes.choke(at);
        self.hiss.bands.choke();
        self.stick.bands.choke();
    }

    fn is_active(&self) -> bool {
        self.head.as_ref().is_some_and(|(_, partials)| partials.is_active())
            || self.modes.is_active()
            || self.hiss.bands.is_active()
            || self.stick.bands.is_active()
    }

    fn begin_chunk(&mut self) {
        if let Some((_, partials)) = &mut self.head {
            partials.begin_chunk();
        }
        self.modes.begin_chunk();
        self.hiss.bands.begin_chunk();
        self.stick.bands.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        a.fill(0.0);
        b.fill(0.0);
        self.hiss.bands.add_to(a, b);
        if let Some((_, partials)) = &mut self.head {
            let mut head = [0.0; CHUNK];
            let head = &mut head[..a.len()];
            partials.render(head);
            for ((a, b), head) in a.iter_mut().zip(b.iter_mut()).zip(head.iter()) {
                let slap = 1.0 + self.slap * soft(2.0 * head);
                *a = *a * slap + head;
                *b = *b * slap + head;
            }
        }
        self.modes.add_to(at, a, b);
        self.stick.bands.add_to(a, b);
        if self.drive > 0.0 {
            for x in a.iter_mut().chain(b) {
                *x = soft(self.drive * *x) / self.drive;
            }
        }
    }
}
