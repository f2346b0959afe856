//! The model of articulations in candle, for training: p(articulation | the groove, the articulations before it).

use candle_core::{Result, Tensor};
use candle_nn::{Linear, VarBuilder, linear};
use groove::{Articulation, Instrument, Pattern};

use super::operations::Operations;
use crate::context::columns::articulations::{CLASSES, Groove, class, width};
use crate::weights::config::Config;

/// What a class loses that the instrument does not have: out of reach, and still a number.
const FORCE: f32 = 40.0;

/// The model of articulations.
#[derive(Clone, Debug)]
pub struct Articulations {
    operations: Operations,
    layers: [Linear; 2],
    styles: usize,
}

/// Hits of instruments that can be struck in more than one way.
#[derive(Clone, Debug, Default)]
pub struct StruckHits {
    instruments: Vec<Instrument>,
    columns: Vec<f32>,
    classes: Vec<u32>,
}

impl StruckHits {
    /// Those of `pattern`, for a model that knows so many styles.
    pub fn of(pattern: &Pattern, styles: usize, style: Option<u16>) -> Self {
        let mut hits = Self::default();
        let groove = Groove::of(pattern);
        for (step, instrument, hit) in pattern.iter() {
            if Articulation::of(instrument).len() < 2 {
                continue;
            }
            let from = hits.columns.len();
            hits.columns.resize(from + width(styles), 0.0);
            groove.write(pattern, (step, instrument, hit), style, &mut hits.columns[from..]);
            hits.instruments.push(instrument);
            hits.classes.push(class(instrument, hit) as u32);
        }
        hits
    }

    /// Those of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.instruments.extend(other.instruments);
        self.columns.extend(other.columns);
        self.classes.extend(other.classes);
        self
    }

    /// Number of hits.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Instruments and classes, in order.
    #[cfg(test)]
    pub(crate) fn classes(&self) -> impl Iterator<Item = (Instrument, usize)> {
        self.instruments.iter().zip(&self.classes).map(|(i, class)| (*i, *class as usize))
    }
}

impl Articulations {
    /// The model of `config` whose parameters are at `vb`, computed with the operations of its device.
    ///
    /// # Errors
    /// If `config` has no such model, or a parameter is missing or has another shape.
    pub fn new(config: &Config, vb: VarBuilder<'_>) -> Result<Self> {
        let Some(config) = &config.articulations else {
            candle_core::bail!("this network has no model of articulations")
        };
        let operations = Operations::of(vb.device());
        let first = linear(width(config.styles), config.hidden, vb.pp("articulation_0"))?;
        let second = linear(config.hidden, CLASSES, vb.pp("articulation_1"))?;
        Ok(Self { operations, layers: [first, second], styles: config.styles })
    }

    /// Log probabilities of the classes of each hit, `[N, 4]`.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn forward(&self, hits: &StruckHits) -> Result<Tensor> {
        let [first, second] = &self.layers;
        let (n, device) = (hits.classes.len(), first.weight().device());
        let x = Tensor::from_slice(&hits.columns, (n, width(self.styles)), device)?;
        let inner = self.operations.linear(first, &x)?.relu()?;
        let bias = hits.instruments.iter().flat_map(|instrument| {
            let count = Articulation::of(*instrument).len();
            (0..CLASSES).map(move |class| if class < count { 0.0 } else { -FORCE })
        });
        let bias = Tensor::from_vec(bias.collect(), (n, CLASSES), device)?;
        let logits = (self.operations.linear(second, &inner)? + bias)?;
        candle_nn::ops::log_softmax(&logits, 1)
    }

    /// Nats a hit.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn loss(&self, hits: &StruckHits) -> Result<Tensor> {
        let log_p = self.forward(hits)?;
        let targets = Tensor::from_slice(&hits.classes, (hits.classes.len(), 1), log_p.device())?;
        log_p.gather(&targets, 1)?.neg()?.mean_all()
    }
}
