//! The groove network: a hierarchical variational autoencoder over drum patterns, its weights file
//! and the hand-written kernel that decodes it.
//!
//! NETWORK.md beside this crate says what every tensor is. Nothing here may run on the audio thread.

#[cfg(feature = "training")]
mod activation;
#[cfg(feature = "training")]
pub mod adam;
#[cfg(feature = "training")]
pub mod batch;
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
pub use config::{Config, ConfigError};
pub use infer::{Drummer, Scratch};
pub use latent_map::{LatentMap, LatentMapError};
#[cfg(feature = "training")]
pub use network::{Network, Posterior, Regularisation};
pub use noise::{Noise, Purpose};
#[cfg(feature = "training")]
pub use parameters::Parameters;
pub use recipe::Recipe;
pub use velocity_curves::VelocityCurves;
pub use weights::{Precision, RawTensor, WeightsError, WeightsFile};
