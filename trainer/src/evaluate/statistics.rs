//! Statistics of patterns: pure functions.

mod attributes;
mod distances;
mod histogram;
mod per_instrument;
mod summary;
mod syncopation;

pub(crate) use attributes::Attribute;
pub(crate) use distances::Distances;
pub(crate) use histogram::{Distance, Histogram};
pub(crate) use per_instrument::PerInstrument;
pub(crate) use summary::{Means, Summary};
