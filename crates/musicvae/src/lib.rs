//! The groove network: a hierarchical variational autoencoder over drum patterns, its weights file
//! and the hand-written kernel that decodes it.
//!
//! NETWORK.md beside this crate says what every tensor is. Nothing here may run on the audio thread.

mod activation;
pub mod adam;
pub mod batch;
pub mod config;
pub mod infer;
pub mod latent_map;
pub mod loss;
mod matmul;
pub mod network;
pub mod noise;
pub mod parameters;
pub mod recipe;
pub mod weights;

pub use adam::{Adam, AdamConfig};
pub use batch::Batch;
pub use config::{Config, ConfigError};
pub use infer::{Drummer, Scratch};
pub use latent_map::{LatentMap, LatentMapError};
pub use network::{Network, Posterior, Regularisation};
pub use noise::{Noise, Purpose};
pub use parameters::Parameters;
pub use recipe::Recipe;
pub use weights::{Precision, RawTensor, WeightsError, WeightsFile};
