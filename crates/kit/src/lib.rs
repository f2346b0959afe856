//! The built-in drum kit: one synthesised voice per instrument, so that the drummer is heard
//! before any routing.
//!
//! [`Kit`] is what the audio thread owns: [`Kit::trigger`] says that a drum is struck *now*,
//! [`Kit::render`] makes the next samples. There are no recordings: drums are swept partials and
//! bands of noise, cymbals are banks of decaying modes. Each kind of instrument has its file
//! (`kick`, `snare`, `tom`, `hi_hat`, `cymbal`), built from a few shared blocks (`partials`, `modal`,
//! `noise_bands`, `shaper`), mixed in `kit` with a small `room`.
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
mod kit;
mod metal;
mod mixer;
mod modal;
mod noise;
mod noise_bands;
mod output;
mod partials;
mod room;
mod shaper;
mod voice;

pub use kit::{Kit, Model};
