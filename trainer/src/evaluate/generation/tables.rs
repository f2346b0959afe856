//! The figures of generation for people.

use groove::Instrument;

use super::{Compared, Generation, Means};
use crate::evaluate::directions::directions_table;
use crate::evaluate::statistics::Distances;
use crate::evaluate::table::table;

impl Generation {
    /// All of them.
    pub(crate) fn table(&self) -> String {
        let directions = match self.directions.is_empty() {
            true => String::new(),
            false => format!(
                "\nfrom two standard deviations below to two above along each direction, changes in \
                 standard deviations of the training windows\n\n{}",
                directions_table(&self.directions)
            ),
        };
        format!(
            "temperature {}; reference: the windows of split {}\n\n{}\n\
             near-copies of training windows: {:.2} % of the samples, {:.2} % of split {}\n\n\
             Jensen-Shannon divergence (bits) and overlapping area, from the reference; the ceiling is \
             validation against test\n\n{}{directions}",
            self.temperature,
            self.split.name(),
            self.means_table(),
            100.0 * self.sample_near_copies,
            100.0 * self.reference_near_copies,
            self.split.name(),
            self.distances_table(),
        )
    }

    /// Means of the reference and of each set, with their differences.
    fn means_table(&self) -> String {
        let syncopation = self.reference.syncopation;
        let mut lines = vec![
            self.means_line(
                "bar similarity",
                |means| format!("{:.3}", means.bar_similarity),
                |set| format!("{:+.3}", set.bar_similarity_difference),
            ),
            self.means_line(
                "syncopation",
                |means| format!("{:.2}", means.syncopation),
                |set| format!("{:+.2}", set.means.syncopation - syncopation),
            ),
            self.means_line(
                "hits per bar",
                |means| format!("{:.2}", means.hits_per_bar),
                |set| percent(Some(set.hits_per_bar_relative_difference)),
            ),
        ];
        lines.extend(Instrument::ALL.map(|instrument| {
            self.means_line(
                &format!("  {}", instrument.name()),
                |means| format!("{:.2}", means.hits_per_bar_of[instrument]),
                |set| percent(set.hits_per_bar_of_relative_difference[instrument]),
            )
        }));
        lines.push(self.means_line(
            "patterns",
            |means| means.patterns.to_string(),
            |set| format!("{} silent", set.means.silent),
        ));
        let mut header = vec!["mean", self.split.name()];
        self.sets().iter().for_each(|(name, _)| header.extend([name, "difference"]));
        table(&header, &lines)
    }

    fn means_line(
        &self,
        name: &str,
        of: impl Fn(&Means) -> String,
        difference: impl Fn(&Compared) -> String,
    ) -> Vec<String> {
        let mut line = vec![name.to_owned(), of(&self.reference)];
        for (_, set) in self.sets() {
            line.extend([of(&set.means), difference(set)]);
        }
        line
    }

    /// Divergence and overlap of each distribution, a pair of columns for each set.
    fn distances_table(&self) -> String {
        let mut columns: Vec<(&str, &Distances)> = Vec::new();
        columns.extend(self.ceiling.as_ref().map(|ceiling| ("ceiling", ceiling)));
        columns.extend(self.sets().into_iter().map(|(name, set)| (name, &set.distances)));
        let mut header = vec!["distribution"];
        columns.iter().for_each(|(name, _)| header.extend([*name, "overlap"]));
        let mut lines: Vec<Vec<String>> =
            self.samples.distances.rows().into_iter().map(|(name, _)| vec![name]).collect();
        for (_, distances) in columns {
            for (line, (_, distance)) in lines.iter_mut().zip(distances.rows()) {
                line.push(format!("{:.4}", distance.divergence));
                line.push(format!("{:.3}", distance.overlap));
            }
        }
        table(&header, &lines)
    }

    fn sets(&self) -> Vec<(&'static str, &Compared)> {
        let mut sets = vec![("samples", &self.samples)];
        sets.extend(self.paths.as_ref().map(|paths| ("paths", paths)));
        sets.extend([("training", &self.training), ("floor", &self.floor)]);
        sets
    }
}

/// Such as `+4.1 %`; a dash where there is nothing to compare with.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".into(), |share| format!("{:+.1} %", 100.0 * share))
}
