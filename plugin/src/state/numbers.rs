//! Numbers that hosts and damaged projects may have made unusable.

/// `x`, or `other` if it is not a finite number: the framework passes on a host's NaN.
pub(crate) fn finite_or(x: f32, other: f32) -> f32 {
    if x.is_finite() { x } else { other }
}
