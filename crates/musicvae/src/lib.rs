//! The groove network: a hierarchical variational autoencoder over drum patterns, its weights file
//! and the hand-written kernel that decodes it.
//!
//! NETWORK.md beside this crate says what every tensor is. Nothing here may run on the audio thread.

pub mod config;
pub mod infer;
pub mod latent_map;
pub mod noise;
pub mod recipe;
pub mod weights;

pub use config::{Config, ConfigError};
pub use latent_map::{LatentMap, LatentMapError};
pub use infer::{Drummer, Scratch};
pub use recipe::Recipe;
pub use weights::{Precision, RawTensor, WeightsError, WeightsFile};
