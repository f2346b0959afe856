//! The encoder: from a pattern to its posterior in the latent space.
//!
//! Runs when a groove is imported, not while a slider moves: it makes its buffers anew each time.

use groove::{BARS, INSTRUMENTS, Pattern, STEPS, STEPS_PER_BAR};

use super::isa::Isa;
use super::lstm::Layer;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::tensors::Source;
use crate::weights::WeightsError;
use crate::weights::config::{Config, TokenInput};

/// Added to every sigma, so that no posterior is a point.
const LEAST_SIGMA: f32 = 1e-4;

/// The encoder's weights.
#[derive(Debug)]
pub(super) struct Encoder {
    input: TokenInput,
    has_expression: bool,
    features: usize,
    hidden: usize,
    /// Forward and backward layer, the lowest pair first.
    layers: Vec<[Direction; 2]>,
    /// `encoder_bar`, `encoder_mix_0`, `encoder_mix_1`, of an encoder that reads bar by bar.
    mix: Option<[Linear; 3]>,
    grid: Option<Linear>,
    mean: Linear,
    sigma: Linear,
}

/// A layer that reads its whole input in one direction.
#[derive(Debug)]
struct Direction {
    layer: Layer,
    bias: Vec<f32>,
}

impl Encoder {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let config: &Config = source.file.config();
        let reads_bars = config.encoder.bar_summary > 0;
        let direction = |index, suffix| -> Result<Direction, WeightsError> {
            let tensors = source.lstm("encoder", index, suffix)?;
            let layer = Layer::pack(source.isa, tensors, 0, 0..tensors.inputs());
            Ok(Direction { layer, bias: tensors.bias() })
        };
        let layers = (0..config.encoder.layers)
            .map(|index| Ok([direction(index, "")?, direction(index, "_reverse")?]))
            .collect::<Result<_, WeightsError>>()?;
        let mix = if reads_bars {
            Some([
                source.linear("encoder_bar")?,
                source.linear("encoder_mix_0")?,
                source.linear("encoder_mix_1")?,
            ])
        } else {
            None
        };
        Ok(Self {
            input: config.input,
            has_expression: config.expression,
            features: config.features(),
            hidden: config.encoder.hidden,
            layers,
            mix,
            grid: config.direct_path.then(|| source.linear("encoder_grid")).transpose()?,
            mean: source.linear("mean")?,
            sigma: source.linear("sigma")?,
        })
    }

    /// Mean and standard deviation of the posterior of `pattern`, `[Z]` each.
    pub(super) fn run(&self, isa: Isa, pattern: &Pattern) -> (Vec<f32>, Vec<f32>) {
        let mut features = Rows::new(STEPS, self.features);
        for step in 0..STEPS {
            self.write_features(pattern, step, features.row_mut(step));
        }
        let mut y = match &self.mix {
            Some(mix) => self.summarise_bars(isa, mix, &features),
            None => {
                let (ends, _) = self.read(isa, &features, 1);
                ends
            }
        };
        if let Some(grid) = &self.grid {
            let mut flat = Rows::new(1, STEPS * self.features);
            for step in 0..STEPS {
                flat.row_mut(0)[step * self.features..][..self.features]
                    .copy_from_slice(features.row(step));
            }
            let mut seen = grid.rows(1);
            grid.apply(isa, &flat, &mut seen, 1);
            let seen = seen.row(0)[..grid.matrix.outputs()].iter();
            y.row_mut(0).iter_mut().zip(seen).for_each(|(y, seen)| *y += seen);
        }
        let head = |linear: &Linear| {
            let mut out = linear.rows(1);
            linear.apply(isa, &y, &mut out, 1);
            out.row(0)[..linear.matrix.outputs()].to_vec()
        };
        let mut sigma = head(&self.sigma);
        map(isa, &mut sigma, |x| math::softplus(x) + LEAST_SIGMA);
        (head(&self.mean), sigma)
    }

    /// The token's columns, then velocities, then twice the micro-offsets.
    fn write_features(&self, pattern: &Pattern, step: usize, out: &mut [f32]) {
        let token = pattern.token(step);
        let columns = self.input.width();
        match self.input {
            TokenInput::OneHot => out[usize::from(token.value())] = 1.0,
            TokenInput::MultiHot => token.instruments().for_each(|i| out[i.index()] = 1.0),
        }
        if self.has_expression {
            for instrument in token.instruments() {
                if let Some(hit) = pattern.hit(step, instrument) {
                    let column = columns + instrument.index();
                    out[column] = hit.velocity();
                    out[column + INSTRUMENTS] = 2.0 * hit.micro_offset();
                }
            }
        }
    }

    /// The summary y of an encoder that reads bar by bar `[1, mix]`.
    fn summarise_bars(&self, isa: Isa, mix: &[Linear; 3], features: &Rows) -> Rows {
        let (ends, outputs) = self.read(isa, features, BARS);
        let width = 2 * self.hidden;
        let mut read = Rows::new(BARS, 2 * width);
        for bar in 0..BARS {
            let (end, mean) = read.row_mut(bar).split_at_mut(width);
            end.copy_from_slice(ends.row(bar));
            for step in 0..STEPS_PER_BAR {
                let output = outputs.row(bar * STEPS_PER_BAR + step);
                mean.iter_mut().zip(output).for_each(|(sum, x)| *sum += x);
            }
            mean.iter_mut().for_each(|sum| *sum /= STEPS_PER_BAR as f32);
        }
        let [each_bar, mix_0, mix_1] = mix;
        let mut bars = each_bar.rows(BARS);
        each_bar.apply(isa, &read, &mut bars, BARS);
        let summary = each_bar.matrix.outputs();
        let mut side_by_side = Rows::new(1, BARS * summary);
        for bar in 0..BARS {
            side_by_side.row_mut(0)[bar * summary..][..summary]
                .copy_from_slice(&bars.row(bar)[..summary]);
        }
        map(isa, side_by_side.row_mut(0), math::gelu);
        let mut mixed = mix_0.rows(1);
        mix_0.apply(isa, &side_by_side, &mut mixed, 1);
        map(isa, mixed.row_mut(0), math::gelu);
        let mut y = mix_1.rows(1);
        mix_1.apply(isa, &mixed, &mut y, 1);
        map(isa, y.row_mut(0), math::gelu);
        y
    }

    /// Reads 64 steps as `lanes` sequences of equal length, one after another in `input`.
    ///
    /// Gives the last layer's final outputs forward and backward `[lanes, 2H]`, and its outputs at every step
    /// `[64, 2H]`.
    fn read(&self, isa: Isa, input: &Rows, lanes: usize) -> (Rows, Rows) {
        let length = STEPS / lanes;
        let mut ends = Rows::new(lanes, 2 * self.hidden);
        let mut outputs = input.clone();
        for pair in &self.layers {
            let input = std::mem::replace(&mut outputs, Rows::new(STEPS, 2 * self.hidden));
            for (side, direction) in pair.iter().enumerate() {
                let columns = side * self.hidden..(side + 1) * self.hidden;
                let mut state = direction.layer.state(lanes);
                let mut gates = Rows::new(lanes, direction.layer.gates());
                for count in 0..length {
                    let at = if side == 0 { count } else { length - 1 - count };
                    for lane in 0..lanes {
                        gates.set(lane, &direction.bias);
                        let x = &mut state.x.row_mut(lane)[self.hidden..];
                        x.copy_from_slice(input.row(lane * length + at));
                    }
                    direction.layer.step(isa, |_| &[], &mut state, &mut gates, lanes);
                    for lane in 0..lanes {
                        let output = &state.x.row(lane)[..self.hidden];
                        outputs.row_mut(lane * length + at)[columns.clone()]
                            .copy_from_slice(output);
                        ends.row_mut(lane)[columns.clone()].copy_from_slice(output);
                    }
                }
            }
        }
        (ends, outputs)
    }
}
