//! `trainer evaluate`: the figures of a weights file on windows of an archive.

mod baseline;
mod copies;
mod directions;
mod expression;
mod generation;
mod independent;
mod reconstruction;
pub(crate) mod slerp;
pub(crate) mod statistics;
pub(crate) mod table;

use anyhow::{Result, bail};
use candle_core::Device;
use musicvae::recipe::DEFAULT_TEMPERATURE;
use musicvae::{VelocityCurves, WeightsFile};
use serde::Serialize;

use self::expression::Expression;
use self::generation::{Draws, Generation};
use self::reconstruction::{OnsetScores, Reconstruction, Scores, Subject};
use crate::cli::EvaluateArgs;
use crate::data::{self, DataOptions, Dataset, Windowing, Windows};
use crate::evaluate::statistics::PerInstrument;
use crate::training::{device, weights};

/// Prints the figures.
pub(crate) fn run(args: &EvaluateArgs) -> Result<()> {
    let device = device::from_name(&args.device)?;
    let file = weights::read(&args.weights)?;
    let windowing = match args.windowing {
        Some(windowing) => windowing,
        None => weights::windowing(&file).unwrap_or(Windowing::Bars),
    };
    // The seed of the training drew the split of an archive that states none.
    let seed = args.seed.or_else(|| file.metadata().get("seed")?.parse().ok()).unwrap_or(0);
    let options = DataOptions {
        path: args.data.clone(),
        windowing,
        // Copies are looked for among all windows that a training may have seen.
        train_hop_beats: args.generation.then_some(1),
        split_seed: seed,
    };
    let data = data::load(&options)?;
    data.report.print(args.verbose);
    let windows = data.split(args.split);
    if windows.is_empty() {
        bail!("{}: no window in split {}", args.data.display(), args.split.name());
    }
    if args.generation {
        if data.train.is_empty() {
            bail!("{}: no training window to look for copies in", args.data.display());
        }
        let draws = Draws {
            samples: args.samples,
            temperature: args.temperature.map_or(DEFAULT_TEMPERATURE, |t| t as f32),
            paths: args.paths,
            seed,
        };
        let generation = Generation::measure(&file, &data, args.split, draws)?;
        print(args.json, &generation, Generation::table)
    } else {
        let figures = Figures::measure(&file, windowing, &data, windows, seed, &device)?;
        print(args.json, &figures, Figures::table)
    }
}

/// Prints `figures` as JSON or as `table` has them.
fn print<T: Serialize>(as_json: bool, figures: &T, table: fn(&T) -> String) -> Result<()> {
    match as_json {
        true => println!("{}", serde_json::to_string(figures)?),
        false => print!("{}", table(figures)),
    }
    Ok(())
}

/// Measures the network of `file` on `windows` (cut by `windowing`), of which there must be one at least.
pub(crate) fn scores(
    file: &WeightsFile,
    windowing: Windowing,
    windows: &Windows,
    seed: u64,
    device: &Device,
) -> Result<Scores> {
    let subject = Subject::new(file, device)?;
    Ok(Reconstruction::measure(&subject, windowing, windows, seed)?.scores)
}

/// All that is measured of reconstruction. Field names are those of the JSON, for ever.
#[derive(Serialize)]
struct Figures {
    #[serde(flatten)]
    scores: Scores,
    instruments: PerInstrument<OnsetScores>,
    /// By primary style, the one with most windows first.
    #[serde(serialize_with = "as_map")]
    styles: Vec<(String, Scores)>,
    /// `None` for a network without expression, or without training windows to compare with.
    expression: Option<Expression>,
}

impl Figures {
    fn measure(
        file: &WeightsFile,
        windowing: Windowing,
        data: &Dataset,
        windows: &Windows,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let subject = Subject::new(file, device)?;
        let measure =
            |windows: &Windows| Reconstruction::measure(&subject, windowing, windows, seed);
        let all = measure(windows)?;
        let styles = windows.by_style().into_iter();
        let styles = styles.map(|(style, windows)| Ok((style, measure(&windows)?.scores)));
        let expression = match data.train.is_empty() {
            true => None,
            false => {
                let curves = VelocityCurves::from_weights(file);
                Expression::measure(
                    &subject.network,
                    windows,
                    &all.means,
                    &data.train,
                    curves,
                    device,
                )?
            }
        };
        Ok(Self {
            styles: styles.collect::<Result<_>>()?,
            scores: all.scores,
            instruments: all.instruments,
            expression,
        })
    }

    /// For people.
    fn table(&self) -> String {
        let mut parts =
            vec![self.scores.table(), reconstruction::table_of_instruments(&self.instruments)];
        if !self.styles.is_empty() {
            parts.push(reconstruction::table_of_styles(&self.styles));
        }
        parts.extend(self.expression.as_ref().map(Expression::table));
        parts.join("\n")
    }
}

fn as_map<S: serde::Serializer>(
    styles: &[(String, Scores)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(styles.iter().map(|(style, scores)| (style, scores)))
}
