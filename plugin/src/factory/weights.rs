//! The embedded weights, and the facts that the window shows about the weights in use.

use std::sync::LazyLock;

/// The weights file that the plugin is built with.
pub(crate) static EMBEDDED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/weights.safetensors"));

/// The weights in use, for the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightsInfo {
    /// Their name.
    pub name: String,
    /// Path of the file; `None` for the embedded weights.
    pub path: Option<String>,
    /// Names of the styles they know, in their order.
    pub styles: Vec<String>,
    /// Names of the attributes they know directions for, in their order.
    pub attributes: Vec<String>,
    /// An error or warning about them, in a line for the user.
    pub trouble: Option<String>,
}

impl WeightsInfo {
    /// Whether they are the embedded weights.
    pub fn is_built_in(&self) -> bool {
        self.path.is_none()
    }
}

impl Default for WeightsInfo {
    /// The embedded weights.
    fn default() -> Self {
        Self {
            name: "built in".to_owned(),
            path: None,
            styles: embedded_styles().to_vec(),
            attributes: embedded_attributes().to_vec(),
            trouble: None,
        }
    }
}

/// Names of the styles that the embedded weights know, in their order; read once, without the rest
/// of the file.
pub fn embedded_styles() -> &'static [String] {
    static STYLES: LazyLock<Vec<String>> =
        LazyLock::new(|| musicvae::weights::styles(EMBEDDED).unwrap_or_default());
    &STYLES
}

/// Names of the attributes that the embedded weights know directions for, likewise.
pub fn embedded_attributes() -> &'static [String] {
    static ATTRIBUTES: LazyLock<Vec<String>> =
        LazyLock::new(|| musicvae::weights::directions(EMBEDDED).unwrap_or_default());
    &ATTRIBUTES
}
