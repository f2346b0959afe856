//! The decoder: a plan to tokens, velocities and micro-offsets.

use candle_core::{Device, Result, Tensor};
use candle_nn::ops::sigmoid;
use candle_nn::{Linear, Module, VarBuilder, linear};
use groove::{BARS, Hit, INSTRUMENTS, Instrument, Pattern, STEPS, STEPS_PER_BAR, TOKENS, Token};

use super::conductor::Plan;
use super::dropout::Mask;
use super::elementwise::tanh;
use super::lstm::Lstm;
use super::token_loss::TokenLoss;
#[cfg(feature = "cuda")]
use super::token_loss::WholeTokenLoss;
use super::{Regularisation, by_bar, zeros};
use crate::batch::{Batch, write_columns, write_earlier};
use crate::config::Config;

/// Windows decoded at once by [`Decoder::greedy`]: bounds the memory that logits take.
const GREEDY_WINDOWS: usize = 256;

/// Decoder LSTM and its heads.
#[derive(Clone, Debug)]
pub struct Decoder {
    config: Config,
    bar_to_state: Linear,
    lstm: Lstm,
    heads: Heads,
    expression_sketch: Option<Linear>,
}

/// What reads the top h.
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
    windows: usize,
    /// The top h, `[64 B, H]`.
    out: Tensor,
    /// What dropout multiplies it by before `joint` reads it, `[64 B, H]`.
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

/// The likeliest grooves of some latent vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Greedy {
    /// `[B, T]`
    pub tokens: Vec<u16>,
    /// `[B, T, 9]`; empty without `expression`.
    pub velocity: Vec<f32>,
    /// `[B, T, 9]`; empty without `expression`.
    pub micro_offset: Vec<f32>,
}

impl Decoder {
    /// The decoder whose parameters are at `vb`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn new(config: &Config, vb: VarBuilder<'_>) -> Result<Self> {
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
        Ok(Self {
            config: config.clone(),
            bar_to_state: linear(config.embedding, 2 * layers * hidden, vb.pp("bar_to_state"))?,
            lstm: Lstm::new(config.decoder_input(), hidden, layers, false, vb.pp("decoder"))?,
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
        let (b, device) = (batch.len(), z.device());
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
        let state = tanh(&self.bar_to_state.forward(&bars)?)?; // [4B, 2 layers H]
        let out = self.lstm.forward(&steps, known, Some(&bars), Some(&state))?; // [4B, 16, H]
        let out = out.flatten_to(1)?; // [64B, H]

        let struck = batch.columns(device)?; // [B, T, 9]
        let (onsets, expression) = self.read(z, &out, plan, &struck)?;
        Ok(Decoded {
            windows: b,
            mask: Mask::draw(out.elem_count(), self.config.dropout, training, device)?,
            out,
            joint: self.heads.joint.clone(),
            onsets,
            expression,
        })
    }

    /// Onset logits `[64 B, 9]` and expression from the top h `[64 B, H]` and the step's own token
    /// `[B, T, 9]`.
    fn read(
        &self,
        z: &Tensor,
        out: &Tensor,
        plan: &Plan,
        struck: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Expression>)> {
        let (rows, hidden) = out.dims2()?;
        let single = self.heads.single.as_ref().zip(plan.sketch.as_ref());
        let expression = self.heads.expression.as_ref();
        // `expression` reads [h, token]; its two halves are multiplied apart, which saves a copy of
        // every h. All that reads h is one product.
        let mut by_h = Vec::new();
        by_h.extend(single.map(|(single, _)| single.linear.weight().clone()));
        by_h.extend(expression.map(|head| head.weight().narrow(1, 0, hidden)).transpose()?);
        if by_h.is_empty() {
            return Ok((None, None));
        }
        let of_h = out.matmul(&Tensor::cat(&by_h, 0)?.t()?)?; // [64B, 9, 18 or 27]

        let onsets = match single {
            Some((single, sketch)) => {
                let sketch = sketch.reshape((rows, INSTRUMENTS))?;
                let sum = add_bias(&single.linear, of_h.narrow(1, 0, INSTRUMENTS)?)?;
                Some((sum + sketch.broadcast_mul(&single.sketch_gain)?)?)
            }
            None => None,
        };
        let expression = match expression {
            Some(head) => {
                let (first, count) = (of_h.dim(1)? - 2 * INSTRUMENTS, 2 * INSTRUMENTS);
                let token = struck.reshape((rows, INSTRUMENTS))?;
                // Contiguous, as products on a GPU must have it.
                let by_token = head.weight().narrow(1, hidden, INSTRUMENTS)?.contiguous()?;
                let of_token = token.matmul(&by_token.t()?)?;
                let e = add_bias(head, (of_h.narrow(1, first, count)? + of_token)?)?;
                Some(self.express(&e, z)?)
            }
            None => None,
        };
        Ok((onsets, expression))
    }

    /// Velocities and micro-offsets from the head's sums `e [64 B, 18]`.
    fn express(&self, e: &Tensor, z: &Tensor) -> Result<Expression> {
        let shape = (e.dim(0)? / STEPS, STEPS, 2 * INSTRUMENTS);
        let mut e = e.reshape(shape)?; // [B, T, 18]
        if let Some(sketch) = &self.expression_sketch {
            e = (e + sketch.forward(z)?.reshape(shape)?)?;
        }
        Ok(Expression {
            velocity: sigmoid(&e.narrow(2, 0, INSTRUMENTS)?)?,
            micro_offset: (tanh(&e.narrow(2, INSTRUMENTS, INSTRUMENTS)?)? * 0.5)?,
        })
    }

    /// The likeliest token of every step; the lowest of equals.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn greedy(&self, z: &Tensor, plan: &Plan) -> Result<Greedy> {
        let b = z.dim(0)?;
        let mut all = Greedy { tokens: Vec::new(), velocity: Vec::new(), micro_offset: Vec::new() };
        for from in (0..b).step_by(GREEDY_WINDOWS) {
            let count = GREEDY_WINDOWS.min(b - from);
            let part = |x: &Tensor| x.narrow(0, from, count)?.contiguous();
            let sketch = plan.sketch.as_ref().map(part).transpose()?;
            let part_plan = Plan { bars: part(&plan.bars)?, sketch };
            let some = self.greedy_part(&part(z)?, &part_plan)?;
            all.tokens.extend(some.tokens);
            all.velocity.extend(some.velocity);
            all.micro_offset.extend(some.micro_offset);
        }
        Ok(all)
    }

    /// Columns of the earlier tokens of the step that comes after `tokens` (step-major, `[t, N]`),
    /// `[N, 9 x distances]`.
    fn earlier(&self, tokens: &[Vec<u16>], lanes: usize, device: &Device) -> Result<Tensor> {
        let look_back = &self.config.look_back;
        let width = look_back.len() * INSTRUMENTS;
        let mut x = vec![0.0; lanes * width];
        for (lane, row) in x.chunks_exact_mut(width).enumerate() {
            write_earlier(look_back, |ago| Some(tokens[tokens.len().checked_sub(ago)?][lane]), row);
        }
        Tensor::from_vec(x, (lanes, width), device)
    }

    fn greedy_part(&self, z: &Tensor, plan: &Plan) -> Result<Greedy> {
        let (b, device) = (z.dim(0)?, z.device());
        let (hidden, width) = (self.config.decoder.hidden, self.config.input.width());
        // Independent bars run side by side; others one after the other.
        let (lanes, rounds) = if self.config.independent_bars { (b * BARS, 1) } else { (b, BARS) };
        let bars = plan.bars.reshape((lanes, rounds, self.config.embedding))?;
        let shape = (lanes, rounds * STEPS_PER_BAR, INSTRUMENTS);
        let sketch = plan.sketch.as_ref().map(|s| s.reshape(shape)).transpose()?;
        let table = token_columns(device)?; // [9, 512]

        let mut previous = zeros((lanes, width), device)?;
        let (mut tokens, mut outputs): (Vec<Vec<u16>>, Vec<Tensor>) = Default::default();
        for round in 0..rounds {
            let bar = bars.narrow(1, round, 1)?.squeeze(1)?; // [N, E]
            let mut states = self.lstm.start(&self.bar_to_state.forward(&bar)?.tanh()?)?;
            for step in 0..STEPS_PER_BAR {
                let at = round * STEPS_PER_BAR + step;
                let sketch = match &sketch {
                    Some(sketch) => Some(sketch.narrow(1, at, 1)?.squeeze(1)?),
                    None => None,
                };
                let mut x = vec![previous.clone()];
                if !self.config.look_back.is_empty() {
                    x.push(self.earlier(&tokens, lanes, device)?);
                }
                x.extend(sketch.as_ref().map(sigmoid).transpose()?);
                x.push(bar.clone());
                let x = Tensor::cat(&x, 1)?;
                let out = self.lstm.step(&x, &mut states)?; // [N, H]
                let mut logits = self.heads.joint.forward(&out)?; // [N, 512]
                if let (Some(single), Some(sketch)) = (&self.heads.single, &sketch) {
                    let gained = sketch.broadcast_mul(&single.sketch_gain)?;
                    let onsets = (single.linear.forward(&out)? + gained)?;
                    logits = (logits + onsets.matmul(&table)?)?;
                }
                let chosen = argmax(&logits)?;
                let mut columns = vec![0.0; lanes * width];
                for (row, &token) in columns.chunks_mut(width).zip(&chosen) {
                    write_columns(self.config.input, token, row);
                }
                previous = Tensor::from_vec(columns, (lanes, width), device)?;
                tokens.push(chosen);
                outputs.push(out);
            }
        }

        // Step-major to window-major.
        let steps = tokens.len();
        let tokens: Vec<u16> = (0..lanes)
            .flat_map(|lane| (0..steps).map(move |t| (t, lane)))
            .map(|(t, lane)| tokens[t][lane])
            .collect();
        let out = Tensor::stack(&outputs, 1)?.reshape((b * STEPS, hidden))?; // [64B, H]
        let struck = Batch::from_tokens(tokens.clone()).columns(device)?;
        let (_, expression) = self.read(z, &out, plan, &struck)?;
        let numbers = |x: &Tensor| x.flatten_all()?.to_vec1::<f32>();
        let (velocity, micro_offset) = match expression {
            Some(e) => (numbers(&e.velocity)?, numbers(&e.micro_offset)?),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Greedy { tokens, velocity, micro_offset })
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
        let mut logits = self.joint.forward(&input)?; // [64B, 512]
        if let Some(onsets) = &self.onsets {
            logits = (logits + onsets.matmul(&token_columns(onsets.device())?)?)?;
        }
        logits.reshape((self.windows, STEPS, TOKENS))
    }

    /// Categorical cross-entropy with the tokens of `batch`, in nats, summed over steps, mean over
    /// windows: a scalar. Equal to that of [`logits`](Self::logits), which it need not hold whole.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn cross_entropy(&self, batch: &Batch) -> Result<Tensor> {
        let input = self.out.contiguous()?;
        let onsets = match &self.onsets {
            Some(onsets) => onsets.contiguous()?,
            None => zeros((input.dim(0)?, INSTRUMENTS), input.device())?,
        };
        let mut parts = vec![self.joint.weight().flatten_all()?];
        parts.extend(self.joint.bias().cloned());
        let weights = Tensor::cat(&parts, 0)?;
        let needs_gradients = input.track_op() || weights.track_op();
        let (targets, scale) = (batch.tokens().to_vec(), 1.0 / batch.len() as f32);
        #[cfg(feature = "cuda")]
        if input.device().is_cuda() {
            let mask = self.mask.as_ref().map(|mask| mask.tensor(input.shape(), input.device()));
            let op = WholeTokenLoss::new(targets, mask.transpose()?, scale, needs_gradients);
            return input.apply_op3(&onsets, &weights, op);
        }
        let mask = self.mask.as_ref().and_then(Mask::on_cpu);
        let op = TokenLoss::new(targets, mask, scale, needs_gradients);
        input.apply_op3(&onsets, &weights, op)
    }

    /// Predicted velocities and micro-offsets, with `expression`.
    pub fn expression(&self) -> Option<&Expression> {
        self.expression.as_ref()
    }
}

impl Greedy {
    /// Number of windows, B.
    pub fn len(&self) -> usize {
        self.tokens.len() / STEPS
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Window `i` as a pattern; hits have `velocity` and stand on the grid where the network has no
    /// expression.
    ///
    /// # Panics
    /// If `i` is not a window.
    pub fn pattern(&self, i: usize, velocity: f32) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for step in 0..STEPS {
            let at = i * STEPS + step;
            for instrument in Instrument::ALL {
                if self.tokens[at] & instrument.bit() != 0 {
                    let cell = at * INSTRUMENTS + instrument.index();
                    let hit = match (self.velocity.get(cell), self.micro_offset.get(cell)) {
                        (Some(&velocity), Some(&offset)) => Hit::new(velocity, offset),
                        _ => Hit::new(velocity, 0.0),
                    };
                    pattern.set(step, instrument, Some(hit));
                }
            }
        }
        pattern
    }
}

/// `sums` and the bias of `linear`, if it has one.
fn add_bias(linear: &Linear, sums: Tensor) -> Result<Tensor> {
    match linear.bias() {
        Some(bias) => sums.broadcast_add(bias),
        None => Ok(sums),
    }
}

/// Which instruments each token strikes, `[9, 512]`.
fn token_columns(device: &Device) -> Result<Tensor> {
    let mut table = vec![0.0; INSTRUMENTS * TOKENS];
    for token in (0..TOKENS as u16).filter_map(Token::new) {
        for instrument in token.instruments() {
            table[instrument.index() * TOKENS + usize::from(token.value())] = 1.0f32;
        }
    }
    Tensor::from_vec(table, (INSTRUMENTS, TOKENS), device)
}

/// The index of each row's largest number; the lowest of equals.
fn argmax(logits: &Tensor) -> Result<Vec<u16>> {
    let width = logits.dim(1)?;
    let best = |row: &[f32]| {
        let mut best = 0;
        for (i, x) in row.iter().enumerate() {
            if *x > row[best] {
                best = i;
            }
        }
        u16::try_from(best).expect("512 tokens")
    };
    Ok(logits.flatten_all()?.to_vec1::<f32>()?.chunks(width).map(best).collect())
}
