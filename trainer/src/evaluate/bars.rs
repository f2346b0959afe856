//! What the autoencoder keeps of patterns in every metre and grid: it knows windows of 4/4 in 16ths alone, so others go through
//! it by way of the window that comes nearest.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use groove::{Bar, Grid, Metre, Pattern};
use musicvae::context::Locks;
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::{Recipe, WeightsFile};
use rayon::prelude::*;
use serde::Serialize;

use super::statistics::spread;
use super::synthetic_players::Matches;
use super::table::table;
use crate::data::{Dataset, PerformanceInfo, Split, Windows};

/// Figures of patterns in all bars, by bar. Field names are those of the JSON, for ever.
#[derive(Serialize)]
pub(crate) struct BarFigures {
    /// Patterns as they were read, by metre and grid.
    bars: Vec<Row>,
    /// Those of jazz, blues and shuffles whose hits fit triplets best, read so, and read on 16ths.
    swung: Vec<Row>,
}

/// Figures of some patterns. Micro-offsets are in 16ths.
#[derive(Serialize)]
struct Row {
    patterns: String,
    count: usize,
    hits: usize,
    /// F1 of the onsets that are left once they were taken into the nearest window and back.
    nearest_window_f1: f64,
    /// F1 of the onsets when that window is decoded greedily from its posterior mean, and taken back.
    onset_f1: f64,
    /// Mean absolute error of the micro-offsets of the onsets that are right.
    micro_offset_error: f64,
    /// Standard deviation of the micro-offsets, as they were played and as they come back.
    micro_offset_spread: [f64; 2],
}

/// What is counted of some patterns.
#[derive(Default)]
struct Counts {
    patterns: usize,
    /// Onsets of the nearest window, and decoded ones.
    nearest: Matches,
    decoded: Matches,
    errors: Vec<f64>,
    played: Vec<f64>,
    found: Vec<f64>,
}

impl Counts {
    fn add(&mut self, pattern: &Pattern, nearest: &Pattern, decoded: &Pattern) {
        let sixteenths = |offset: f32| {
            let grid = pattern.bar().grid().step_clocks() as f64;
            f64::from(offset) * grid / Grid::Sixteenths.step_clocks() as f64
        };
        self.patterns += 1;
        self.nearest.add_cells(pattern, nearest, 0);
        self.decoded.add_cells(pattern, decoded, 0);
        for (step, instrument, hit) in pattern.iter() {
            let played = sixteenths(hit.micro_offset());
            self.played.push(played);
            if let Some(found) = decoded.hit(step, instrument) {
                self.errors.push((played - sixteenths(found.micro_offset())).abs());
            }
        }
        self.found.extend(decoded.iter().map(|(.., hit)| sixteenths(hit.micro_offset())));
    }

    fn row(&self, patterns: String) -> Row {
        Row {
            patterns,
            count: self.patterns,
            hits: self.decoded.played,
            nearest_window_f1: self.nearest.f1(),
            onset_f1: self.decoded.f1(),
            micro_offset_error: self.errors.iter().sum::<f64>() / self.errors.len().max(1) as f64,
            micro_offset_spread: [&self.played, &self.found].map(|offsets| spread(offsets)),
        }
    }
}

/// `windows` there and back.
fn count(model: &GrooveModel, windows: &Windows) -> Counts {
    let recipe = Recipe { temperature: 0.0, ..Recipe::default() };
    let through = |scratch: &mut Scratch, i: usize| {
        let pattern = windows.pattern(i);
        let window = pattern.to_window();
        let z = model.encode(&window).0;
        let decoded = model.decode_around(&z, &Locks::default(), &recipe, 0, scratch);
        let [nearest, decoded] = [window, decoded].map(|window| window.in_bars(pattern.bar()));
        (pattern, nearest, decoded)
    };
    let all = (0..windows.len()).into_par_iter();
    let all: Vec<_> = all.map_init(Scratch::new, through).collect();
    let mut counts = Counts::default();
    all.iter().for_each(|(pattern, nearest, decoded)| counts.add(pattern, nearest, decoded));
    counts
}

fn name(bar: Bar) -> String {
    format!("{} {}", bar.metre(), bar.grid().id())
}

impl BarFigures {
    /// Measures the network of `file` on the windows of `split` that start on a bar line; `data` as windows of 4/4 in 16ths,
    /// and in the bars that fit.
    pub(crate) fn measure(file: &WeightsFile, data: [&Dataset; 2], split: Split) -> Result<Self> {
        let model = GrooveModel::new(file)?;
        let [in_16ths, in_any] = data.map(|data| data.split(split).on_bar_lines());
        let mut by_bar: BTreeMap<(usize, usize), Bar> = BTreeMap::new();
        for bar in (0..in_any.len()).map(|i| in_any.bar(i)) {
            let metre = Metre::ALL.iter().position(|metre| *metre == bar.metre());
            by_bar.insert((metre.unwrap_or_default(), bar.grid() as usize), bar);
        }
        if by_bar.is_empty() {
            bail!("no pattern in split {}", split.name());
        }
        let of = |windows: &Windows, name: String| count(&model, windows).row(name);
        let bars = by_bar.into_values();
        let bars = bars.map(|bar| of(&in_any.in_bars(|found| found == bar), name(bar))).collect();
        let mut swung = Vec::new();
        for grid in [Grid::Triplets, Grid::Sextuplets] {
            let bar = Bar::new(Metre::FOUR_FOUR, grid);
            let read_so = in_any.in_bars(|found| found == bar).of_performances(is_swung);
            let names: BTreeSet<String> =
                (0..read_so.len()).map(|i| read_so.info(i).name.clone()).collect();
            let in_16ths = in_16ths.of_performances(|info| names.contains(&info.name));
            if read_so.is_empty() {
                continue;
            }
            swung.push(of(&read_so, name(bar)));
            swung.push(of(&in_16ths, format!("the same on {}", Grid::Sixteenths.id())));
        }
        Ok(Self { bars, swung })
    }

    /// As text.
    pub(crate) fn table(&self) -> String {
        let rows = |rows: &[Row]| -> Vec<Vec<String>> {
            let row = |row: &Row| {
                let mut cells =
                    vec![row.patterns.clone(), row.count.to_string(), row.hits.to_string()];
                let [played, found] = row.micro_offset_spread;
                let numbers = [row.nearest_window_f1, row.onset_f1, row.micro_offset_error];
                cells.extend(numbers.into_iter().chain([played, found]).map(|x| format!("{x:.3}")));
                cells
            };
            rows.iter().map(row).collect()
        };
        let header = ["bars", "patterns", "hits", "nearest", "F1", "error", "played", "decoded"];
        let [bars, swung] = [&self.bars, &self.swung].map(|of| table(&header, &rows(of)));
        format!("{bars}\njazz, blues and shuffles\n{swung}")
    }
}

fn is_swung(info: &PerformanceInfo) -> bool {
    let style = info.style.as_str();
    style.starts_with("jazz") || style.starts_with("blues") || style.contains("shuffle")
}

#[cfg(test)]
mod tests {
    use groove::{Hit, Instrument};

    use super::*;

    #[test]
    fn what_comes_back_is_compared_cell_by_cell_and_in_16ths() {
        let bar = Bar::new(Metre::FOUR_FOUR, Grid::Triplets);
        let pattern = |hits: &[(usize, f32)]| {
            let mut pattern = Pattern::empty(bar);
            for &(step, offset) in hits {
                pattern.set(step, Instrument::Snare, Some(Hit::new(0.5, offset)));
            }
            pattern
        };
        let played = pattern(&[(0, 0.0), (3, 0.3), (6, -0.3)]);
        let decoded = pattern(&[(0, 0.0), (3, 0.0), (7, 0.0)]);
        let mut counts = Counts::default();
        counts.add(&played, &played, &decoded);
        let row = counts.row(name(bar));
        assert_eq!((row.patterns.as_str(), row.count, row.hits), ("4/4 8t", 1, 3));
        assert_eq!(row.nearest_window_f1, 1.0);
        assert!((row.onset_f1 - 2.0 / 3.0).abs() < 1e-9);
        // A step of triplets is four thirds of a 16th.
        assert!((row.micro_offset_error - 0.3 * 4.0 / 3.0 / 2.0).abs() < 1e-6);
        let spread = 0.4 * (2.0_f64 / 3.0).sqrt();
        assert!((row.micro_offset_spread[0] - spread).abs() < 1e-6);
        assert_eq!(row.micro_offset_spread[1], 0.0);
    }
}
