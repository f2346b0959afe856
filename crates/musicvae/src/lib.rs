//! The groove network: a hierarchical variational autoencoder over drum patterns, its weights file
//! and the hand-written kernel that decodes it.
//!
//! # How it is used
//!
//! A [`WeightsFile`] is all that training leaves behind. A [`GrooveModel`] decodes from it: what a [`Recipe`] asks
//! for (seed, sliders, temperature, style, ...) becomes a [`groove::Pattern`], by way of a latent vector z of Z numbers, from which the
//! *conductor* makes one embedding for each bar and the *decoder* one of 512 tokens for each step.
//!
//! ```
//! use musicvae::{GrooveModel, Recipe, Scratch};
//!
//! let model = GrooveModel::from_bytes(&std::fs::read("../../assets/weights.safetensors")?)?;
//! let mut scratch = Scratch::new(); // all that decoding writes; kept from one groove to the next
//! let recipe = Recipe { seed: 7, ..Recipe::default() };
//! let groove = model.decode(&recipe, 0, &mut scratch);
//! assert_eq!(groove, model.decode(&recipe, 0, &mut scratch)); // on every machine
//!
//! // And back: where the groove lies, and what is played from there with the likeliest tokens.
//! let (mean, _sigma) = model.encode(&groove);
//! let steady = Recipe { temperature: 0.0, ..recipe };
//! let again = model.decode_latent(&mean, &steady, 0, &mut scratch);
//! let same = (0..64).filter(|&step| again.token(step) == groove.token(step)).count();
//! assert!(same > 32, "{same} of 64 steps");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In which order to read
//!
//! 1. `weights`: the file, the [`config`] of sizes and switches in it, and the [`latent_map`] (where grooves lie among
//!    latent vectors: sliders, directions, styles).
//! 2. [`noise`]: random numbers that follow from a seed and a place alone.
//! 3. [`infer`]: the kernel that the plugin plays with, on one core, with the same bits on every processor, and the
//!    [`recipe`] that says what to play.
//! 4. [`context`]: everything that is known of a groove before it is drawn, and the columns that the step model reads.
//! 5. With the feature `training` (on by default), in candle: `network` (encoder, conductor, decoder; batches and
//!    parameters) and `training` (losses and Adam). The trainer uses these; tests compare `infer` with `network`, and
//!    both with PyTorch.
//!
//! `NETWORK.md` beside this crate says what every tensor is. Nothing here may run on the audio thread.

mod aligned;
pub mod context;
pub mod critic;
pub mod infer;
#[cfg(feature = "training")]
pub mod network;
pub mod noise;
#[cfg(feature = "training")]
mod training;
pub mod weights;

pub use infer::{GrooveModel, Scratch, recipe, recipe::Recipe};
#[cfg(feature = "training")]
pub use network::batch::{self, Batch};
#[cfg(feature = "training")]
pub use network::cpu::memory::keep_freed_memory;
#[cfg(feature = "training")]
pub use network::parameters::{self, Parameters};
#[cfg(feature = "training")]
pub use network::{Network, Operations, Posterior, Regularisation};
pub use noise::{Noise, Purpose};
#[cfg(feature = "training")]
pub use training::{adam, adam::Adam, adam::AdamConfig, loss};
pub use weights::config::{self, Config, ConfigError, prior};
pub use weights::latent_map::{self, LatentMap, LatentMapError};
pub use weights::velocity_curves::VelocityCurves;
pub use weights::{Precision, RawTensor, WeightsError, WeightsFile};
