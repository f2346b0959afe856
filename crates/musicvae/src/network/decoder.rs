//! The decoder: a plan to tokens, velocities and micro-offsets.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::{log_softmax, sigmoid};
use candle_nn::{Linear, VarBuilder, linear};
use groove::{BARS, INSTRUMENTS, STEPS, TOKENS, Token};

use super::batch::Batch;
use super::conductor::Plan;
use super::cpu::token_loss::TokenLoss;
use super::dropout::{Mask, Regularisation};
use super::lstm::Lstm;
use super::operations::Operations;
use super::tensors::{by_bar, zeros};
use crate::weights::config::Config;

/// Decoder LSTM and its heads.
#[derive(Clone, Debug)]
pub struct Decoder {
    config: Config,
    operations: Operations,
    bar_to_state: Linear,
    lstm: Lstm,
    heads: Heads,
    expression_sketch: Option<Linear>,
}

/// The layers that read the top h.
#[derive(Clone, Debug)]
struct Heads {
    joint: Linear,
    single: Option<Single>,
    /// Reads h beside the step's own token.
    expression: Option<Linear>,
}

/// Onset logits shared by all tokens that strike an instrument.
#[derive(Clone, Debug)]
struct Single {
    linear: Linear,
    sketch_gain: Tensor,
}

/// A teacher-forced prediction of B windows, as far as it has been computed.
#[derive(Clone, Debug)]
pub struct Decoded {
    operations: Operations,
    windows: usize,
    /// The top h, `[4 B, 16, H]`.
    out: Tensor,
    /// Dropout mask of `out` for `joint`, `[4 B, 16, H]`.
    mask: Option<Mask>,
    joint: Linear,
    /// Onset logits, `[64 B, 9]`.
    onsets: Option<Tensor>,
    expression: Option<Expression>,
}

/// Predicted velocities and micro-offsets, of struck and unstruck instruments alike.
#[derive(Clone, Debug)]
pub struct Expression {
    /// `[B, T, 9]` in `[0, 1]`
    pub velocity: Tensor,
    /// `[B, T, 9]` in `[-0.5, 0.5]` steps
    pub micro_offset: Tensor,
}

impl Decoder {
    /// The decoder whose parameters are at `vb`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn new(config: &Config, operations: Operations, vb: VarBuilder<'_>) -> Result<Self> {
        let (layers, hidden) = (config.decoder.layers, config.decoder.hidden);
        let joint = linear(hidden, TOKENS, vb.pp("joint"))?;
        let single = if config.direct_path {
            Some(Single {
                linear: linear(hidden, INSTRUMENTS, vb.pp("single"))?,
                sketch_gain: vb.get(1, "sketch_gain")?,
            })
        } else {
            None
        };
        let (mut expression, mut expression_sketch) = (None, None);
        if config.expression {
            let (input, output) = (hidden + INSTRUMENTS, 2 * INSTRUMENTS);
            expression = Some(linear(input, output, vb.pp("expression"))?);
            if config.direct_path {
                let vb = vb.pp("expression_sketch");
                expression_sketch = Some(linear(config.latent, STEPS * output, vb)?);
            }
        }
        let sizes = [config.decoder_input(), hidden, layers];
        Ok(Self {
            config: config.clone(),
            operations,
            bar_to_state: linear(config.embedding, 2 * layers * hidden, vb.pp("bar_to_state"))?,
            lstm: Lstm::new(operations, sizes, false, vb.pp("decoder"))?,
            heads: Heads { joint, single, expression },
            expression_sketch,
        })
    }

    /// Predicts every step of `batch` from the plan and the true tokens before it.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn forward(
        &self,
        z: &Tensor,
        plan: &Plan,
        batch: &Batch,
        mut training: Option<&mut Regularisation>,
    ) -> Result<Decoded> {
        let (b, device, ops) = (batch.len(), z.device(), self.operations);
        let hidden = match training.as_deref_mut() {
            Some(training) if training.drop_previous > 0.0 => {
                let mut draws = vec![0.0; b * STEPS];
                training.noise.fill_uniform(&mut draws);
                Some(draws.into_iter().map(|u| u < training.drop_previous).collect())
            }
            _ => None,
        };
        let mut steps = vec![by_bar(&batch.previous(&self.config, hidden, device)?)?];
        if !self.config.look_back.is_empty() {
            steps.push(by_bar(&batch.earlier(&self.config, device)?)?);
        }
        let known = steps.iter().map(|columns| columns.dim(2)).sum::<Result<usize>>()?;
        if let Some(sketch) = &plan.sketch {
            steps.push(by_bar(&sigmoid(sketch)?)?);
        }
        let steps = Tensor::cat(&steps, 2)?; // [4B, 16, C + 9 distances + 9]
        let bars = plan.bars.reshape((b * BARS, self.config.embedding))?; // [4B, E]
        let state = ops.tanh(&ops.linear(&self.bar_to_state, &bars)?)?; // [4B, 2 layers H]
        let out = self.lstm.forward(&steps, known, Some(&bars), Some(&state))?; // [4B, 16, H]
        let struck = batch.columns(device)?; // [B, T, 9]
        let (onsets, expression) = self.read(z, &out, plan, &struck)?;
        Ok(Decoded {
            operations: ops,
            windows: b,
            mask: Mask::draw(out.elem_count(), self.config.dropout, training),
            out,
            joint: self.heads.joint.clone(),
            onsets,
            expression,
        })
    }

    /// Onset logits `[64 B, 9]` and expression from the top h, `[4 B, 16, H]` or `[B, 64, H]`, and the step's own token
    /// `[B, T, 9]`.
    fn read(
        &self,
        z: &Tensor,
        out: &Tensor,
        plan: &Plan,
        struck: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Expression>)> {
        let (sequences, steps, hidden) = out.dims3()?;
        let rows = sequences * steps;
        let single = self.heads.single.as_ref().zip(plan.sketch.as_ref());
        let expression = self.heads.expression.as_ref();
        // `expression` reads [h, token]; its two halves are multiplied apart, which saves a copy of
        // every h. All that reads h is one product.
        let mut by_h = Vec::new();
        if let Some((single, _)) = single {
            by_h.push(single.linear.clone());
        }
        if let Some(head) = expression {
            // Contiguous, as products on a GPU must have it; likewise below.
            let weight = head.weight().narrow(1, 0, hidden)?.contiguous()?;
            by_h.push(Linear::new(weight, head.bias().cloned()));
        }
        if by_h.is_empty() {
            return Ok((None, None));
        }
        let all = one_below_the_other(&by_h)?;
        let of_h = self.operations.linear(&all, out)?.flatten_to(1)?; // [64B, 9, 18 or 27]

        let onsets = match single {
            Some((single, sketch)) => {
                let sketch = sketch.reshape((rows, INSTRUMENTS))?;
                let sum = of_h.narrow(1, 0, INSTRUMENTS)?;
                Some((sum + sketch.broadcast_mul(&single.sketch_gain)?)?)
            }
            None => None,
        };
        let expression = match expression {
            Some(head) => {
                let (first, count) = (of_h.dim(1)? - 2 * INSTRUMENTS, 2 * INSTRUMENTS);
                let token = struck.reshape((rows, INSTRUMENTS))?;
                let by_token = head.weight().narrow(1, hidden, INSTRUMENTS)?.contiguous()?;
                let of_token = token.matmul(&by_token.t()?)?;
                let e = (of_h.narrow(1, first, count)? + of_token)?;
                Some(self.express(&e, z)?)
            }
            None => None,
        };
        Ok((onsets, expression))
    }

    /// Velocities and micro-offsets from the head's sums `e [64 B, 18]`.
    fn express(&self, e: &Tensor, z: &Tensor) -> Result<Expression> {
        let (ops, shape) = (self.operations, (e.dim(0)? / STEPS, STEPS, 2 * INSTRUMENTS));
        let mut e = e.reshape(shape)?; // [B, T, 18]
        if let Some(sketch) = &self.expression_sketch {
            e = (e + ops.linear(sketch, z)?.reshape(shape)?)?;
        }
        Ok(Expression {
            velocity: sigmoid(&e.narrow(2, 0, INSTRUMENTS)?)?,
            micro_offset: (ops.tanh(&e.narrow(2, INSTRUMENTS, INSTRUMENTS)?)? * 0.5)?,
        })
    }
}

impl Decoded {
    /// Logits of all tokens, `[B, T, 512]`.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn logits(&self) -> Result<Tensor> {
        let mut input = self.out.clone();
        if let Some(mask) = &self.mask {
            input = (&input * mask.tensor(input.shape(), input.device())?)?;
        }
        let mut logits = self.operations.linear(&self.joint, &input.flatten_to(1)?)?; // [64B, 512]
        if let Some(onsets) = &self.onsets {
            logits = (logits + onsets.matmul(&token_columns(onsets.device())?)?)?;
        }
        logits.reshape((self.windows, STEPS, TOKENS))
    }

    /// Categorical cross-entropy with the tokens of `batch`, in nats, summed over steps, mean over
    /// windows: a scalar. Equal to [that of the logits](cross_entropy), which it need not hold whole.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn cross_entropy(&self, batch: &Batch) -> Result<Tensor> {
        if self.operations == Operations::Candle {
            return cross_entropy(&self.logits()?, batch);
        }
        let (mask, onsets) = (self.mask.clone(), self.onsets.as_ref());
        fused_cross_entropy(&self.out, mask, &self.joint, onsets, batch.tokens())
    }

    /// Predicted velocities and micro-offsets, with `expression`.
    pub fn expression(&self) -> Option<&Expression> {
        self.expression.as_ref()
    }
}

/// Categorical cross-entropy with `tokens [B T]`, in nats, summed over steps, mean over windows: a scalar. Their logits are
/// `joint` of `out [.., H]` times `mask`, and for every instrument that a token strikes its onset logit in `onsets [B T, 9]`.
/// For the CPU.
pub(super) fn fused_cross_entropy(
    out: &Tensor,
    mask: Option<Mask>,
    joint: &Linear,
    onsets: Option<&Tensor>,
    tokens: &[u16],
) -> Result<Tensor> {
    let input = out.contiguous()?;
    let onsets = match onsets {
        Some(onsets) => onsets.contiguous()?,
        None => zeros((tokens.len(), INSTRUMENTS), input.device())?,
    };
    let mut parts = vec![joint.weight().flatten_all()?];
    parts.extend(joint.bias().cloned());
    let weights = Tensor::cat(&parts, 0)?;
    let needs_gradients = input.track_op() || weights.track_op();
    let scale = STEPS as f32 / tokens.len() as f32;
    let op = TokenLoss::new(tokens.to_vec(), mask, scale, needs_gradients);
    input.apply_op3(&onsets, &weights, op)
}

/// Categorical cross-entropy of `logits [B, T, 512]` with the tokens of `batch`, in nats: summed over steps, mean over
/// windows.
///
/// # Errors
/// If a tensor operation fails.
pub fn cross_entropy(logits: &Tensor, batch: &Batch) -> Result<Tensor> {
    let rows = batch.len() * STEPS;
    let targets: Vec<u32> = batch.tokens().iter().map(|&t| t.into()).collect();
    let targets = Tensor::from_vec(targets, (rows, 1), logits.device())?;
    let log_p = log_softmax(&logits.reshape((rows, TOKENS))?, D::Minus1)?;
    log_p.gather(&targets, 1)?.sum_all()? * (-1.0 / batch.len() as f64)
}

/// The layers as one, whose images are theirs side by side; all have a bias.
fn one_below_the_other(layers: &[Linear]) -> Result<Linear> {
    let weights: Vec<&Tensor> = layers.iter().map(Linear::weight).collect();
    let biases: Vec<&Tensor> = layers.iter().filter_map(Linear::bias).collect();
    Ok(Linear::new(Tensor::cat(&weights, 0)?, Some(Tensor::cat(&biases, 0)?)))
}

/// The instruments that each token strikes as 1, `[9, 512]`.
pub(super) fn token_columns(device: &Device) -> Result<Tensor> {
    let mut table = vec![0.0; INSTRUMENTS * TOKENS];
    for token in (0..TOKENS as u16).filter_map(Token::new) {
        for instrument in token.instruments() {
            table[instrument.index() * TOKENS + usize::from(token.value())] = 1.0f32;
        }
    }
    Tensor::from_vec(table, (INSTRUMENTS, TOKENS), device)
}
