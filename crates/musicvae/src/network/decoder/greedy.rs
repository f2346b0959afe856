//! Greedy decoding: step by step, each from the likeliest tokens before it.

use candle_core::{Device, Result, Tensor};
use candle_nn::Module;
use candle_nn::ops::sigmoid;
use groove::{BARS, Hit, INSTRUMENTS, Instrument, Pattern, STEPS, STEPS_PER_BAR};

use super::{Decoder, token_columns};
use crate::network::batch::{Batch, write_columns, write_earlier};
use crate::network::conductor::Plan;
use crate::network::tensors::zeros;

/// Windows decoded at once by [`Decoder::greedy`]: bounds the memory that logits take.
const GREEDY_WINDOWS: usize = 256;

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
        let width = self.config.input.width();
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
        let out = Tensor::stack(&outputs, 1)?; // [N, 16 or 64, H]
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
