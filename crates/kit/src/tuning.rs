//! How a drum is tuned and damped.

/// Factors on what a drum is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tuning {
    /// On its frequencies.
    pub(crate) pitch: f32,
    /// On its decay times.
    pub(crate) length: f32,
}

impl Tuning {
    pub(crate) const AS_MADE: Self = Self { pitch: 1.0, length: 1.0 };
}
