//! The decoder: from bar embeddings and sketch to tokens, a 16th note at a time.
//!
//! Where bars are independent of each other the four are decoded side by side, so that weights are
//! read once for four bars.

use groove::{BARS, INSTRUMENTS, STEPS, STEPS_PER_BAR, TOKENS, Token};

use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Matrix, Rows, map};
use super::stack::{Stack, StackState};
use super::tensors::Source;
use super::tokens::{TokenRows, sum_over_instruments};
use crate::config::{Config, TokenInput};
use crate::weights::WeightsError;

/// The decoder's weights.
#[derive(Debug)]
pub(super) struct Decoder {
    /// Bars decoded side by side: 4 or 1.
    lanes: usize,
    bar_to_state: Linear,
    /// A bar embedding's share of the first layer's gates, and their biases.
    bar_to_gates: Linear,
    /// The previous token's share of them.
    token_to_gates: TokenRows,
    /// The shares of earlier tokens: how many steps ago, and the columns.
    earlier_to_gates: Vec<(usize, TokenRows)>,
    stack: Stack,
    /// From the top layer's output to 512 logits; `single`, summed over each token's instruments,
    /// is folded in.
    joint: Linear,
    /// How much of the sketch is in the logits; `None` without a sketch.
    sketch_gain: Option<f32>,
    hidden: usize,
}

/// The decoder's buffers.
#[derive(Debug, Default)]
pub(super) struct DecoderScratch {
    start: Rows,
    bar_gates: Rows,
    state: StackState,
    logits: Rows,
    sketch_inputs: Vec<f32>,
    /// The top layer's output at every step `[64, H]`, for the expression.
    pub(super) outputs: Rows,
}

impl Decoder {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let isa = source.isa;
        let config: &Config = source.file.config();
        let lanes = if config.independent_bars { BARS } else { 1 };
        let sketch = if config.direct_path { INSTRUMENTS } else { 0 };
        let tokens = config.input.width();
        let earlier = config.look_back.len() * INSTRUMENTS;

        let first = source.lstm("decoder", 0, "")?;
        let inputs = first.inputs();
        let bar_to_gates = first.pack_inputs(isa, BARS, tokens + earlier + sketch..inputs);
        let joint = if config.direct_path {
            fold_single(source, lanes)?
        } else {
            source.linear("joint", lanes)?
        };
        let sketch_gain = match config.direct_path {
            true => Some(source.numbers("sketch_gain")?[0]),
            false => None,
        };
        let columns_from = |input, column: usize| {
            TokenRows::pack(input, 4 * config.decoder.hidden, |gate, k| {
                first.weight_ih[gate * inputs + column + k]
            })
        };
        let earlier_to_gates =
            config.look_back.iter().enumerate().map(|(i, &ago)| {
                (ago, columns_from(TokenInput::MultiHot, tokens + i * INSTRUMENTS))
            });
        let sketch_columns = tokens + earlier..tokens + earlier + sketch;
        Ok(Self {
            lanes,
            bar_to_state: source.linear("bar_to_state", BARS)?,
            bar_to_gates: Linear::new(bar_to_gates, &first.bias()),
            token_to_gates: columns_from(config.input, 0),
            earlier_to_gates: earlier_to_gates.collect(),
            stack: Stack::pack(source, "decoder", &config.decoder, lanes, sketch_columns)?,
            joint,
            sketch_gain,
            hidden: config.decoder.hidden,
        })
    }

    pub(super) fn scratch(&self) -> DecoderScratch {
        DecoderScratch {
            start: self.bar_to_state.rows(BARS),
            bar_gates: self.bar_to_gates.rows(BARS),
            state: self.stack.state(self.lanes),
            logits: self.joint.rows(self.lanes),
            sketch_inputs: vec![
                0.0;
                if self.sketch_gain.is_some() { STEPS * INSTRUMENTS } else { 0 }
            ],
            outputs: Rows::new(STEPS, self.hidden),
        }
    }

    /// Decodes all 64 steps: `choose` makes a token of each step's number and logits `[512]`.
    ///
    /// `bars` holds the bar embeddings; `sketch` the onset logits `[64, 9]`, unused without a
    /// direct path. Within a bar steps come in order; with independent bars, the same step of all bars comes before the next.
    pub(super) fn run(
        &self,
        isa: Isa,
        bars: &Rows,
        sketch: &[f32],
        scratch: &mut DecoderScratch,
        mut choose: impl FnMut(usize, &[f32]) -> Token,
    ) -> [Token; STEPS] {
        let DecoderScratch { start, bar_gates, state, logits, sketch_inputs, outputs } = scratch;
        self.bar_to_state.apply(isa, bars, start, BARS);
        self.bar_to_gates.apply(isa, bars, bar_gates, BARS);
        for bar in 0..BARS {
            map(isa, start.row_mut(bar), math::tanh);
        }
        let wanted = sketch_inputs.len();
        sketch_inputs.copy_from_slice(&sketch[..wanted]);
        map(isa, sketch_inputs, math::sigmoid);

        let mut tokens = [Token::SILENCE; STEPS];
        for first_bar in (0..BARS).step_by(self.lanes) {
            for lane in 0..self.lanes {
                self.stack.begin(state, lane, start.row(first_bar + lane));
            }
            for step_in_bar in 0..STEPS_PER_BAR {
                let step_of = |lane: usize| (first_bar + lane) * STEPS_PER_BAR + step_in_bar;
                for lane in 0..self.lanes {
                    let step = step_of(lane);
                    state.gates.set(lane, bar_gates.row(first_bar + lane));
                    let has_previous = if self.lanes > 1 { step_in_bar > 0 } else { step > 0 };
                    if has_previous {
                        self.token_to_gates.add(tokens[step - 1], state.gates.row_mut(lane));
                    }
                    for (ago, rows) in &self.earlier_to_gates {
                        if let Some(at) = step.checked_sub(*ago) {
                            rows.add(tokens[at], state.gates.row_mut(lane));
                        }
                    }
                    if let Some(inputs) = sketch_inputs.chunks_exact(INSTRUMENTS).nth(step) {
                        self.stack.input(state, lane).copy_from_slice(inputs);
                    }
                }
                self.stack.step(isa, state, self.lanes);
                let top = self.stack.top(state);

                for lane in 0..self.lanes {
                    logits.set(lane, &self.joint.bias);
                    if let Some(gain) = self.sketch_gain {
                        let onsets = &sketch[step_of(lane) * INSTRUMENTS..][..INSTRUMENTS];
                        let onsets = std::array::from_fn(|i| gain * onsets[i]);
                        let mut sums = [0.0; TOKENS];
                        sum_over_instruments(&onsets, &mut sums);
                        for (logit, sum) in logits.row_mut(lane).iter_mut().zip(&sums) {
                            *logit += sum;
                        }
                    }
                }
                self.joint.matrix.multiply_add(isa, top, logits, self.lanes);
                for lane in 0..self.lanes {
                    let step = step_of(lane);
                    tokens[step] = choose(step, &logits.row(lane)[..TOKENS]);
                    outputs.set(step, &top.row(lane)[..self.hidden]);
                }
            }
        }
        tokens
    }
}

/// `joint` plus, in each token's row, the rows of `single` of its instruments.
fn fold_single(source: Source<'_>, rows: usize) -> Result<Linear, WeightsError> {
    let (weight, bias) = (source.numbers("joint.weight")?, source.numbers("joint.bias")?);
    let (single, single_bias) = (source.numbers("single.weight")?, source.numbers("single.bias")?);
    let hidden = weight.len() / TOKENS;
    let fold = |token: usize, joint: f32, single: &dyn Fn(usize) -> f32| {
        let token = u16::try_from(token).ok().and_then(Token::new).unwrap_or(Token::SILENCE);
        token.instruments().fold(joint, |sum, instrument| sum + single(instrument.index()))
    };
    let matrix = Matrix::pack(source.isa, rows, TOKENS, hidden, |token, k| {
        fold(token, weight[token * hidden + k], &|i| single[i * hidden + k])
    });
    let bias: Vec<f32> =
        (0..TOKENS).map(|token| fold(token, bias[token], &|i| single_bias[i])).collect();
    Ok(Linear::new(matrix, &bias))
}
