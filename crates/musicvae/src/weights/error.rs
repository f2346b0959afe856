//! Why a weights file cannot be used: one line that names the tensor, key or path.

use std::path::PathBuf;

use super::config::ConfigError;
use super::{FORMAT, MAX_FILE_BYTES, VERSION};

/// Why a weights file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file is larger than any weights file.
    #[error("too large for a weights file: {0} bytes, at most {MAX_FILE_BYTES} are read")]
    TooLarge(u64),
    /// The bytes are not safetensors.
    #[error("not a whole safetensors file: {}", printable(.0))]
    NotSafetensors(String),
    /// The file says it is something else, or nothing.
    #[error(
        "safetensors, but not a groove network: its metadata has format {found}, expected \
         \"{FORMAT}\""
    )]
    Format {
        /// The file's value.
        found: String,
    },
    /// Written by another version of this program.
    #[error("weights format version {found}, but this program reads version {VERSION}")]
    Version {
        /// The file's value.
        found: String,
    },
    /// A metadata entry is missing.
    #[error("the file's metadata has no `{0}`")]
    MissingMetadata(&'static str),
    /// The file's instruments are not ours, or in another order.
    #[error("the file's vocabulary is `{found}`, but this program's is `{expected}`")]
    Vocabulary {
        /// The file's value.
        found: String,
        /// [`vocabulary`](super::vocabulary).
        expected: String,
    },
    /// The config is not JSON or has unknown or missing keys.
    #[error("the file's config cannot be read: {}", printable(&.0.to_string()))]
    ConfigJson(#[source] serde_json::Error),
    /// The config cannot be built.
    #[error("the file's config cannot be used: {0}")]
    Config(#[from] ConfigError),
    /// A tensor is missing.
    #[error("tensor `{name}` is missing (expected shape {expected:?})")]
    Missing {
        /// Its name.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the config asks for.
    #[error("tensor `{}` has shape {found:?}, expected {expected:?}", printable(name))]
    Shape {
        /// Its name.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
        /// The shape it has.
        found: Vec<usize>,
    },
    /// A tensor's numbers are neither F32 nor F16.
    #[error("tensor `{}` holds {found} numbers, expected F32 or F16", printable(name))]
    NumberType {
        /// Its name.
        name: String,
        /// Their type.
        found: String,
    },
    /// A tensor holds NaN or infinity, or a number too large for the precision asked for.
    #[error("tensor `{}` holds {found} at index {index}, not a finite number", printable(name))]
    NotFinite {
        /// Its name.
        name: String,
        /// Row-major index.
        index: usize,
        /// The number.
        found: f32,
    },
}

/// `text`, which may be the file's own, as one line that is not too long.
fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let is_longer = text.chars().nth(LONGEST).is_some();
    text.chars().take(LONGEST).map(visible).chain(is_longer.then_some('…')).collect()
}
