//! Which weights an instance plays with instead of the embedded ones: what a project remembers of them.

use serde::{Deserialize, Serialize};

/// A weights file that the user has chosen. It is only ever read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenWeights {
    /// Where it is.
    pub path: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}
