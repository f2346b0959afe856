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

/// Standard deviation.
pub(crate) fn spread(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt()
}
