//! What is measured of the music itself: pure functions of patterns.

mod attributes;
mod syncopation;

#[allow(unused_imports, reason = "for the directions that export is going to store")]
pub(crate) use attributes::Attribute;
