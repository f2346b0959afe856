//! The weights file that a project uses instead of the embedded weights.

use serde::{Deserialize, Serialize};

/// A weights file chosen by the user. Never written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenWeights {
    /// Its path.
    pub path: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}
