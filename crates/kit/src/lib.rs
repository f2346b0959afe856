//! The built-in drum kit: one synthesised voice per instrument, so that the drummer is heard
//! before any routing.
//!
//! [`Kit`] is what the audio thread owns: [`Kit::trigger`] says that a drum is struck *now*,
//! [`Kit::render`] makes the next samples. The built-in kits hold no recordings: a `drum` is gliding partials, a bank of modes
//! and bands of noise, whose levels and decays in each octave (`acoustic`) were fitted to recorded kits; the `electronic` kit
//! is a drum machine. Both are built from a few shared blocks (`partials`, `modal`, `noise_bands`, `shaper`) and mixed in `kit`
//! with a `room`. A [`SampleKit`], whose recordings crate `sample-kit` reads from files, takes their place where it has sounds.
//!
//! # Real-time safety
//!
//! [`Kit::new`] and [`Kit::set_sample_rate`] allocate. Everything else neither allocates, frees,
//! locks, logs nor calls the operating system, and there is no unsafe code.
//!
//! # What it does not do
//!
//! It knows no patterns, no MIDI and no host. When to strike is the engine's business.
#![forbid(unsafe_code)]

mod acoustic;
mod colour;
mod decay;
mod drum;
mod electronic;
mod glide;
mod interpolator;
mod kit;
mod metal;
mod mixer;
mod modal;
mod noise;
mod noise_bands;
mod output;
mod partials;
mod room;
mod sampler;
mod samples;
mod settings;
mod shaper;
mod stems;
mod tuning;
mod voice;

pub use kit::Kit;
pub use mixer::pan;
pub use samples::{Pad, Region, SampleKit, Sound};
pub use settings::{InstrumentSettings, Model, Settings};
pub use stems::{STEMS, Stems};
