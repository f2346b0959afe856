//! The embedded weights, parsed once per process and shared by its instances.
//!
//! Parsing takes tens of milliseconds: workers do it, never a thread of the host's.

use std::sync::{Arc, Weak};

use musicvae::WeightsError;
use musicvae::infer::Drummer;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

/// The weights file that the plugin is built with.
static EMBEDDED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/weights.safetensors"));

/// A trained network and the name by which projects remember its weights.
#[derive(Debug)]
pub struct Weights {
    /// The network.
    pub drummer: Drummer,
    /// SHA-256 of the weights file, in hexadecimal.
    pub identity: String,
}

impl Weights {
    /// Reads a weights file's content.
    ///
    /// # Errors
    /// If `bytes` are not a weights file of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let drummer = Drummer::from_bytes(bytes)?;
        let identity = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { drummer, identity })
    }

    /// The embedded weights. They stay in memory as long as anyone holds them.
    ///
    /// # Errors
    /// If the plugin was built with something else than a weights file of this version.
    pub fn embedded() -> Result<Arc<Self>, WeightsError> {
        static SHARED: Mutex<Weak<Weights>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock();
        if let Some(weights) = shared.upgrade() {
            return Ok(weights);
        }
        let weights = Arc::new(Self::from_bytes(EMBEDDED)?);
        *shared = Arc::downgrade(&weights);
        Ok(weights)
    }
}
