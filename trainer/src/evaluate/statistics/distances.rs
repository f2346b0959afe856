//! Distances between the distributions of two sets of patterns.

use serde::Serialize;

use super::{Distance, PerInstrument};

/// The distances between the distributions of two sets. Field names are those of the JSON, for ever.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Distances {
    /// Hits per bar of all instruments.
    pub(crate) hits_per_bar: Distance,
    /// Hits per bar of each.
    pub(crate) hits_per_bar_of: PerInstrument<Distance>,
    /// Steps of the bar that each strikes.
    pub(crate) onset_position_of: PerInstrument<Distance>,
    /// Velocities of each.
    pub(crate) velocity_of: PerInstrument<Distance>,
    /// Micro-offsets of each.
    pub(crate) micro_offset_of: PerInstrument<Distance>,
    /// Syncopation of a pattern.
    pub(crate) syncopation: Distance,
    /// Similarity of neighbouring bars.
    pub(crate) bar_similarity: Distance,
}

impl Distances {
    /// Each distance with its name for people; those of instruments follow their mean.
    pub(crate) fn rows(&self) -> Vec<(String, Distance)> {
        let mut rows = vec![
            ("bar similarity".to_owned(), self.bar_similarity),
            ("syncopation".to_owned(), self.syncopation),
            ("hits per bar".to_owned(), self.hits_per_bar),
        ];
        let parts = [
            ("hits per bar, mean of instruments", &self.hits_per_bar_of),
            ("onset position, mean of instruments", &self.onset_position_of),
            ("velocity, mean of instruments", &self.velocity_of),
            ("micro-offset, mean of instruments", &self.micro_offset_of),
        ];
        for (name, of) in parts {
            rows.push((name.to_owned(), Distance::mean(of.iter().map(|(_, distance)| *distance))));
            let each = |(instrument, distance): (groove::Instrument, &Distance)| {
                (format!("  {}", instrument.name()), *distance)
            };
            rows.extend(of.iter().map(each));
        }
        rows
    }
}
