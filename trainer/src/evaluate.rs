//! Measures a network: reconstruction of windows, expression, and the patterns that it generates.

mod bars;
mod baseline;
mod copies;
mod directions;
mod expression;
mod fills;
mod generation;
mod independent;
pub(crate) mod lines;
mod reconstruction;
pub(crate) mod slerp;
pub(crate) mod statistics;
mod synthetic_players;
pub(crate) mod table;

use anyhow::Result;
use candle_core::Device;
use musicvae::{VelocityCurves, WeightsFile};
use serde::Serialize;

pub(crate) use self::bars::BarFigures;
use self::expression::Expression;
pub(crate) use self::fills::FillFigures;
pub(crate) use self::generation::{Draws, Generation};
use self::reconstruction::{OnsetScores, Reconstruction, Scores, Subject};
use crate::data::{Dataset, Windowing, Windows};
use crate::evaluate::statistics::PerInstrument;

/// Measures the network of `file` on `windows` (cut by `windowing`), at least one.
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

/// All measurements of reconstruction. Field names are those of the JSON, for ever.
#[derive(Serialize)]
pub(crate) struct Figures {
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
    /// Measures the network of `file` on `windows` of `data`, at least one.
    pub(crate) fn measure(
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
                    &curves,
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

    /// The measurements as tables.
    pub(crate) fn table(&self) -> String {
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
