//! LSTMs with PyTorch's parameter names: any number of layers, one or both directions.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::sigmoid;

use super::cpu::recurrence::Recurrence;
use super::operations::Operations;
use super::tensors::zeros;

/// An LSTM.
#[derive(Clone, Debug)]
pub(super) struct Lstm {
    operations: Operations,
    layers: Vec<Layer>,
    hidden: usize,
}

/// One layer: forward and, if bidirectional, reverse.
#[derive(Clone, Debug)]
struct Layer {
    directions: Vec<Direction>,
}

#[derive(Clone, Debug)]
struct Direction {
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    hidden: usize,
    is_reverse: bool,
}

impl Lstm {
    /// The LSTM whose parameters are at `vb`: width of its input, units per layer, number of layers.
    pub(super) fn new(
        operations: Operations,
        [input, hidden, layers]: [usize; 3],
        is_bidirectional: bool,
        vb: VarBuilder<'_>,
    ) -> Result<Self> {
        let directions: &[(&str, bool)] =
            if is_bidirectional { &[("", false), ("_reverse", true)] } else { &[("", false)] };
        let layers = (0..layers)
            .map(|layer| {
                let input = if layer == 0 { input } else { hidden * directions.len() };
                let directions = directions
                    .iter()
                    .map(|&(suffix, is_reverse)| {
                        let name = |kind: &str| format!("{kind}_l{layer}{suffix}");
                        Ok(Direction {
                            weight_ih: vb.get((4 * hidden, input), &name("weight_ih"))?,
                            weight_hh: vb.get((4 * hidden, hidden), &name("weight_hh"))?,
                            bias_ih: vb.get(4 * hidden, &name("bias_ih"))?,
                            bias_hh: vb.get(4 * hidden, &name("bias_hh"))?,
                            hidden,
                            is_reverse,
                        })
                    })
                    .collect::<Result<_>>()?;
                Ok(Layer { directions })
            })
            .collect::<Result<_>>()?;
        Ok(Self { operations, layers, hidden })
    }

    /// The top layer's outputs `[N, T, H x directions]`.
    ///
    /// The input of every step is `steps [N, T, I]` beside `constant [N, J]`, which is the same at
    /// every step. `state [N, 2 layers H]` holds the initial h of every layer, then every c; both
    /// directions of a layer share it. Without it they start from zero. The first `known` columns of
    /// `steps` are data, of which nobody wants a gradient.
    pub(super) fn forward(
        &self,
        steps: &Tensor,
        known: usize,
        constant: Option<&Tensor>,
        state: Option<&Tensor>,
    ) -> Result<Tensor> {
        side_by_side(&self.directions(steps, known, constant, state)?)
    }

    /// As [`forward`](Self::forward), one tensor `[N, T, H]` per direction.
    pub(super) fn directions(
        &self,
        steps: &Tensor,
        known: usize,
        constant: Option<&Tensor>,
        state: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let count = steps.dim(0)?;
        let mut outputs = vec![steps.clone()];
        for (i, layer) in self.layers.iter().enumerate() {
            let x = side_by_side(&outputs)?;
            let (known, constant) = if i == 0 { (known, constant) } else { (0, None) };
            let state = match state {
                Some(state) if self.layers.len() == 1 => state.clone(),
                Some(state) => {
                    let (h, c) = self.layer_state(state, i)?;
                    Tensor::cat(&[h, c], 1)? // [N, 2H]
                }
                None => zeros((count, 2 * self.hidden), x.device())?,
            };
            outputs = layer
                .directions
                .iter()
                .map(|direction| match self.operations {
                    Operations::Cpu => direction.at_once(&x, known, constant, &state),
                    Operations::Candle => direction.step_by_step(&x, constant, &state),
                })
                .collect::<Result<_>>()?;
        }
        Ok(outputs)
    }

    /// h and c of layer `i` out of `state [N, 2 layers H]`.
    fn layer_state(&self, state: &Tensor, i: usize) -> Result<(Tensor, Tensor)> {
        let (h, c) = (i * self.hidden, (self.layers.len() + i) * self.hidden);
        Ok((state.narrow(1, h, self.hidden)?, state.narrow(1, c, self.hidden)?))
    }
}

/// The directions' outputs `[N, T, H]` as `[N, T, H x directions]`.
fn side_by_side(outputs: &[Tensor]) -> Result<Tensor> {
    match outputs {
        [only] => Ok(only.clone()),
        both => Tensor::cat(both, 2),
    }
}

impl Direction {
    /// All steps, as one operation with its own backward.
    fn at_once(
        &self,
        steps: &Tensor,
        known: usize,
        constant: Option<&Tensor>,
        state: &Tensor,
    ) -> Result<Tensor> {
        let steps = steps.contiguous()?;
        let sequences = match constant {
            Some(constant) => Tensor::cat(&[constant, state], 1)?, // [N, J + 2H]
            None => state.contiguous()?,
        };
        let parts = [&self.weight_ih, &self.weight_hh, &self.bias_ih, &self.bias_hh];
        let parts = parts.map(Tensor::flatten_all).into_iter().collect::<Result<Vec<_>>>()?;
        let weights = Tensor::cat(&parts, 0)?;
        let op = Recurrence::new(&steps, &sequences, self.hidden, self.is_reverse, known)?;
        steps.apply_op3(&sequences, &weights, op)
    }

    /// All steps, in candle's operations.
    fn step_by_step(
        &self,
        steps: &Tensor,
        constant: Option<&Tensor>,
        state: &Tensor,
    ) -> Result<Tensor> {
        let mut state =
            (state.narrow(1, 0, self.hidden)?, state.narrow(1, self.hidden, self.hidden)?);
        let count = steps.dim(1)?;
        let mut outputs = Vec::with_capacity(count);
        for i in 0..count {
            let step = if self.is_reverse { count - 1 - i } else { i };
            let mut x = steps.narrow(1, step, 1)?.squeeze(1)?;
            if let Some(constant) = constant {
                x = Tensor::cat(&[&x, constant], 1)?;
            }
            state = self.cell(&self.project(&x)?, &state)?;
            outputs.push(state.0.clone());
        }
        if self.is_reverse {
            outputs.reverse();
        }
        Tensor::stack(&outputs, 1)
    }

    /// The inputs' share of the gates' sums: `x [N, I + J]` as `[N, 4H]`.
    fn project(&self, x: &Tensor) -> Result<Tensor> {
        let bias = (&self.bias_ih + &self.bias_hh)?;
        x.contiguous()?.matmul(&self.weight_ih.t()?)?.broadcast_add(&bias)
    }

    /// One step: gates in the order i, f, g, o.
    fn cell(&self, projected: &Tensor, (h, c): &(Tensor, Tensor)) -> Result<(Tensor, Tensor)> {
        let sums = (projected + h.contiguous()?.matmul(&self.weight_hh.t()?)?)?; // [N, 4H]
        let gate = |i: usize| sums.narrow(1, i * self.hidden, self.hidden);
        let c = ((sigmoid(&gate(1)?)? * c)? + (sigmoid(&gate(0)?)? * gate(2)?.tanh()?)?)?;
        let h = (sigmoid(&gate(3)?)? * c.tanh()?)?;
        Ok((h, c))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    /// Numbers without a pattern that a mistake in an index would keep, within `scale`.
    fn wave(seed: f32, scale: f32, shape: &[usize]) -> Var {
        let count = shape.iter().product();
        let numbers: Vec<f32> =
            (0..count).map(|i| (i as f32 * seed + seed * seed).sin() * scale).collect();
        Var::from_vec(numbers, shape, &Device::Cpu).unwrap()
    }

    #[test]
    fn a_layer_at_once_agrees_with_one_step_by_step_but_for_gradients_nobody_wants() {
        // Sequences, steps, columns that change, columns that do not, units, columns of data.
        for [count, t, input, constant, hidden, known] in [
            [3, 5, 4, 3, 6, 0],
            [1, 1, 1, 0, 1, 0],
            [2, 1, 3, 2, 5, 3],
            // More than one chunk.
            [37, 4, 9, 5, 7, 4],
            [16, 16, 27, 12, 8, 18],
        ] {
            let (gates, width) = (4 * hidden, input + constant);
            let (steps, state) =
                (wave(0.7, 1.0, &[count, t, input]), wave(1.3, 0.8, &[count, 2 * hidden]));
            let constant = (constant > 0).then(|| wave(1.9, 1.0, &[count, constant]));
            let weights = [
                wave(2.1, 0.6, &[gates, width]),
                wave(2.3, 0.6, &[gates, hidden]),
                wave(0.3, 0.5, &[gates]),
                wave(0.4, 0.5, &[gates]),
            ];
            for is_reverse in [false, true] {
                let [weight_ih, weight_hh, bias_ih, bias_hh] =
                    weights.each_ref().map(|var| var.as_tensor().clone());
                let direction =
                    Direction { weight_ih, weight_hh, bias_ih, bias_hh, hidden, is_reverse };
                let run = |h: Tensor| {
                    let shares = wave(0.9, 1.0, h.dims());
                    let gradients =
                        (&h * shares.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap();
                    let variables = [&steps, &state].into_iter().chain(&constant).chain(&weights);
                    let mut all = vec![h];
                    all.extend(variables.map(|var| gradients.get(var).unwrap().clone()));
                    all.iter()
                        .map(|x| x.flatten_all().unwrap().to_vec1::<f32>().unwrap())
                        .collect::<Vec<_>>()
                };
                let constant = constant.as_ref().map(Var::as_tensor);
                let found = run(direction.at_once(&steps, known, constant, &state).unwrap());
                let mut expected = run(direction.step_by_step(&steps, constant, &state).unwrap());
                for row in expected[1].chunks_exact_mut(input) {
                    row[..known].fill(0.0);
                }
                for (what, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    assert_eq!(found.len(), expected.len());
                    let size = expected.iter().fold(1.0f32, |size, x| size.max(x.abs()));
                    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
                        assert!((a - b).abs() <= 3e-6 * size, "{what}, {i}: {a}, not {b}");
                    }
                }
            }
        }
    }
}
