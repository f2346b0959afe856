//! The groove network: a hierarchical variational autoencoder over drum patterns, its weights file
//! and the hand-written kernel that decodes it.
//!
//! # A drummer
//!
//! A [`WeightsFile`] is all that training leaves behind. A [`Drummer`] plays from it: what a [`Recipe`] asks
//! for (seed, sliders, temperature, style, ...) becomes a [`groove::Pattern`], by way of a latent vector z of Z numbers, from which the
//! *conductor* makes one embedding for each bar and the *decoder* one of 512 tokens for each step.
//!
//! ```
//! use musicvae::{Drummer, Recipe, Scratch};
//!
//! let drummer = Drummer::from_bytes(&std::fs::read("../../assets/weights.safetensors")?)?;
//! let mut scratch = Scratch::new(); // all that decoding writes; kept from one groove to the next
//! let recipe = Recipe { seed: 7, ..Recipe::default() };
//! let groove = drummer.decode(&recipe, 0, &mut scratch);
//! assert_eq!(groove, drummer.decode(&recipe, 0, &mut scratch)); // on every machine
//!
//! // And back: where the groove lies, and what is played from there with the likeliest tokens.
//! let (mean, _sigma) = drummer.encode(&groove);
//! let steady = Recipe { temperature: 0.0, ..recipe };
//! let again = drummer.decode_latent(&mean, &steady, 0, &mut scratch);
//! let same = (0..64).filter(|&step| again.token(step) == groove.token(step)).count();
//! assert!(same > 32, "{same} of 64 steps");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In which order to read
//!
//! 1. [`config`]: the sizes and switches that a network is made of, and [`weights`]: the file that has them.
//! 2. [`recipe`] and [`noise`]: what is asked, and how chance is drawn, from a seed and a place alone.
//! 3. [`latent_map`]: where grooves lie among latent vectors: sliders, directions, styles. [`prior`]: how points are drawn there.
//! 4. [`infer`]: the kernel that the plugin plays with, on one core, with the same bits on every processor. Its velocities go
//!    through [`VelocityCurves`].
//! 5. With the feature `training` (on by default), in candle: `network` (encoder, conductor, decoder), `batch` (patterns as
//!    tensors), `loss`, `parameters`, `adam`. `trainer` is made of these; tests hold `infer` against `network`, and both
//!    against PyTorch.
//!
//! `NETWORK.md` beside this crate says what every tensor is. Nothing here may run on the audio thread.

#[cfg(feature = "training")]
mod activation;
#[cfg(feature = "training")]
pub mod adam;
mod aligned;
#[cfg(feature = "training")]
pub mod batch;
#[cfg(feature = "training")]
mod buffers;
pub mod config;
pub mod infer;
pub mod latent_map;
#[cfg(feature = "training")]
pub mod loss;
#[cfg(feature = "training")]
mod matmul;
#[cfg(feature = "training")]
pub mod network;
pub mod noise;
#[cfg(feature = "training")]
pub mod parameters;
pub mod prior;
pub mod recipe;
mod velocity_curves;
pub mod weights;

#[cfg(feature = "training")]
pub use adam::{Adam, AdamConfig};
#[cfg(feature = "training")]
pub use batch::Batch;
#[cfg(feature = "training")]
pub use buffers::keep_freed_memory;
pub use config::{Config, ConfigError};
pub use infer::{Drummer, Scratch};
pub use latent_map::{LatentMap, LatentMapError};
#[cfg(feature = "training")]
pub use network::{Network, Operations, Posterior, Regularisation};
pub use noise::{Noise, Purpose};
#[cfg(feature = "training")]
pub use parameters::Parameters;
pub use recipe::Recipe;
pub use velocity_curves::VelocityCurves;
pub use weights::{Precision, RawTensor, WeightsError, WeightsFile};
