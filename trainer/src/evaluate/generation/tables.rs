//! The statistics of generated patterns as tables.

use groove::Instrument;

use super::{Compared, Generation};
use crate::evaluate::directions::directions_table;
use crate::evaluate::statistics::{Distances, Means};
use crate::evaluate::table::table;

impl Generation {
    /// All tables.
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
        let sets = self.sets();
        let mut header = vec!["mean", self.split.name()];
        sets.iter().for_each(|(name, _)| header.extend([name, "difference"]));
        let line = |name: &str, decimals: usize, is_relative: bool, of: &dyn Fn(&Means) -> f64| {
            let reference = of(&self.reference);
            let mut line = vec![name.to_owned(), format!("{reference:.decimals$}")];
            for (_, set) in &sets {
                let value = of(&set.means);
                let difference = value - reference;
                line.push(format!("{value:.decimals$}"));
                line.push(match is_relative {
                    false => format!("{difference:+.decimals$}"),
                    true if reference == 0.0 => "-".into(),
                    true => format!("{:+.1} %", 100.0 * difference / reference),
                });
            }
            line
        };
        let mut lines = vec![
            line("bar similarity", 3, false, &|means| means.bar_similarity),
            line("syncopation", 2, false, &|means| means.syncopation),
            line("hits per bar", 2, true, &|means| means.hits_per_bar),
        ];
        lines.extend(Instrument::ALL.map(|instrument| {
            let name = format!("  {}", instrument.name());
            line(&name, 2, true, &|means| means.hits_per_bar_of[instrument])
        }));
        let mut patterns = vec!["patterns".to_owned(), self.reference.patterns.to_string()];
        for Means { patterns: count, silent, .. } in sets.iter().map(|(_, set)| &set.means) {
            patterns.extend([count.to_string(), format!("{silent} silent")]);
        }
        lines.push(patterns);
        table(&header, &lines)
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
