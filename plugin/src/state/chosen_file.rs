//! A file or folder that a project names: its weights instead of the embedded ones, its kit instead of the built-in one.

use serde::{Deserialize, Serialize};

/// A file or folder chosen by the user. Never written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenFile {
    /// Its path.
    pub path: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}
