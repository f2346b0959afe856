//! The step model in candle, for training: p(step | the steps before it, what is known).
//!
//! For each bar but the first it chooses which instruments copy an earlier bar, then plays step by step; then the velocity
//! and the micro-offset of every hit, each given those before it. See NETWORK.md.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::log_softmax;
use candle_nn::{Linear, VarBuilder, linear};
use groove::{INSTRUMENTS, Instrument, Pattern, STEPS};

use super::decoder::{fused_cross_entropy, token_columns};
use super::dropout::{Regularisation, dropout};
use super::lstm::Lstm;
use super::operations::Operations;
use crate::context::columns::{self, COPY_LABELS, Layout, MICRO_OFFSETS, VELOCITIES};
use crate::context::{COPIES, Context, Copies, copies_in};
use crate::weights::config::{Config, Drawn, StepModelConfig};

/// What a logit of an onset loses that must not be, or gains that must be: out of reach, and still a number.
const FORCE: f32 = 40.0;
/// Share of the columns and of the activations that are dropped in training.
const DROP_COLUMNS: f64 = 0.1;
const DROP: f64 = 0.2;

/// The step model.
#[derive(Clone, Debug)]
pub struct StepModel {
    operations: Operations,
    config: StepModelConfig,
    columns: Layout,
    ahead: Lstm,
    input: Linear,
    lower: Lstm,
    upper: Lstm,
    joint: Linear,
    single: Linear,
    copy: [Linear; 2],
    velocity: [Linear; 2],
    offset: [Linear; 2],
}

/// What some windows cost, in nats a window: four scalars.
#[derive(Clone, Debug)]
pub struct StepLoss {
    /// The onsets of all steps, given the copies.
    pub tokens: Tensor,
    /// Which instruments copy an earlier bar.
    pub copies: Tensor,
    /// Velocities of the hits that are not known.
    pub velocity: Tensor,
    /// Micro-offsets of the hits that are not known.
    pub micro_offset: Tensor,
}

/// What the model has read of some windows.
struct Read {
    /// What the heads read, `[B T, H]`.
    out: Tensor,
    /// Onset logits, with those that must be or must not be out of reach, `[B T, 9]`.
    onsets: Tensor,
    /// The summary of what is known ahead, `[B, T, R]`.
    ahead: Tensor,
}

impl StepModel {
    /// The step model of `config` that draws these bars, whose parameters are at `vb`, computed with the operations of its
    /// device.
    ///
    /// # Errors
    /// If `config` has no such model, or a parameter is missing or has another shape.
    pub fn new(config: &Config, drawn: Drawn, vb: VarBuilder<'_>) -> Result<Self> {
        Self::with_operations(config, drawn, Operations::of(vb.device()), vb)
    }

    /// As [`new`](Self::new), computed with `operations`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_operations(
        config: &Config,
        drawn: Drawn,
        operations: Operations,
        vb: VarBuilder<'_>,
    ) -> Result<Self> {
        let Some(config) = config.drawn_by(drawn).cloned() else {
            candle_core::bail!("this network has no {}", drawn.key())
        };
        let vb = vb.pp(drawn.key());
        let StepModelConfig { input, hidden, ahead, heads, .. } = config;
        let columns = drawn.layout(&config);
        let lstm = |name, sizes: [usize; 2]| {
            Lstm::new(operations, [sizes[0], sizes[1], 1], false, vb.pp(name))
        };
        let head = |name: &str, columns: usize, outputs: usize| -> Result<_> {
            Ok([
                linear(columns, heads, vb.pp(format!("{name}_0")))?,
                linear(heads, outputs, vb.pp(format!("{name}_1")))?,
            ])
        };
        Ok(Self {
            operations,
            ahead: lstm("ahead", [columns.ahead(), ahead])?,
            input: linear(columns.step() + ahead, input, vb.pp("input"))?,
            lower: lstm("lower", [input, hidden])?,
            upper: lstm("upper", [hidden, hidden])?,
            joint: linear(hidden, groove::TOKENS, vb.pp("joint"))?,
            single: linear(hidden + columns.step(), INSTRUMENTS, vb.pp("single"))?,
            copy: head("copy", hidden + ahead + columns.copy(), COPY_LABELS)?,
            velocity: head("velocity", hidden + columns.velocity(), VELOCITIES)?,
            offset: head("offset", hidden + columns.offset(), MICRO_OFFSETS)?,
            config,
            columns,
        })
    }

    /// What `patterns`, all of as many steps, cost, each given its context; `training` drops columns and activations.
    ///
    /// # Errors
    /// If a tensor operation fails.
    ///
    /// # Panics
    /// If there is no pattern; if one has not as many steps as the first.
    pub fn loss(
        &self,
        patterns: &[Pattern],
        contexts: &[Context],
        device: &Device,
        training: Option<&mut Regularisation>,
    ) -> Result<StepLoss> {
        let (b, ops) = (patterns.len(), self.operations);
        let copies: Vec<Copies> = patterns.iter().map(copies_in).collect();
        let Read { out, onsets, ahead } =
            self.read(patterns, &copies, contexts, device, training)?;
        let tokens: Vec<u16> = patterns
            .iter()
            .flat_map(|pattern| (0..pattern.steps()).map(|step| pattern.token(step).value()))
            .collect();
        let tokens = match ops {
            Operations::Cpu => {
                // It counts windows of 64 steps.
                let share = patterns[0].steps() as f64 / STEPS as f64;
                (fused_cross_entropy(&out, None, &self.joint, Some(&onsets), &tokens)? * share)?
            }
            Operations::Candle => {
                let targets = tokens.iter().map(|&token| token.into()).collect();
                nats(&self.logits(&out, &onsets)?, targets, b)?
            }
        };
        let [velocity, micro_offset] = self.hit_losses(&out, patterns, &copies, contexts)?;
        let copies = self.copy_loss(&out, &ahead, patterns, &copies, contexts)?;
        Ok(StepLoss { tokens, copies, velocity, micro_offset })
    }

    /// Logits of all tokens `[B T, 512]`.
    fn logits(&self, out: &Tensor, onsets: &Tensor) -> Result<Tensor> {
        self.operations.linear(&self.joint, out)? + onsets.matmul(&token_columns(out.device())?)?
    }

    /// Reads `patterns`, each given its context.
    fn read(
        &self,
        patterns: &[Pattern],
        copies: &[Copies],
        contexts: &[Context],
        device: &Device,
        mut training: Option<&mut Regularisation>,
    ) -> Result<Read> {
        let (b, ops, hidden) = (patterns.len(), self.operations, self.config.hidden);
        let windows = || patterns.iter().zip(copies).zip(contexts);
        let t = patterns[0].steps();
        assert!(patterns.iter().all(|pattern| pattern.steps() == t), "as many steps");
        let ahead = self.read_ahead(contexts, device)?; // [B, T, R]

        let width = self.columns.step();
        let mut rows = vec![0.0; b * t * width];
        let mut force = vec![0.0; b * t * INSTRUMENTS];
        let places = windows().flat_map(|window| (0..t).map(move |step| (window, step)));
        let outputs = rows.chunks_exact_mut(width).zip(force.chunks_exact_mut(INSTRUMENTS));
        for ((((pattern, copies), context), step), (row, force)) in places.zip(outputs) {
            self.columns.write_step(pattern, copies, context, step, row);
            for (force, instrument) in force.iter_mut().zip(Instrument::ALL) {
                let forced = columns::forced(pattern, copies, context, step, instrument);
                *force = forced.map_or(0.0, |is_struck| if is_struck { FORCE } else { -FORCE });
            }
        }
        let rows = Tensor::from_vec(rows, (b, t, width), device)?;
        let force = Tensor::from_vec(force, (b * t, INSTRUMENTS), device)?;
        let seen = dropout(&rows, DROP_COLUMNS, training.as_deref_mut())?;
        let input = ops.linear(&self.input, &Tensor::cat(&[&seen, &ahead], 2)?)?.relu()?;
        let h = self.lower.forward(&input, 0, None, None)?;
        let h = dropout(&h, DROP, training.as_deref_mut())?;
        let k = self.upper.forward(&h, 0, None, None)?;
        let out = dropout(&(h + k)?, DROP, training)?; // [B, T, H]

        let single = ops.linear(&self.single, &Tensor::cat(&[&out, &rows], 2)?)?;
        let onsets = (single.reshape((b * t, INSTRUMENTS))? + force)?;
        let out = out.reshape((b * t, hidden))?;
        Ok(Read { out, onsets, ahead })
    }

    /// Logits of all tokens of one pattern `[T][512]`, for tests.
    #[cfg(test)]
    pub(crate) fn logits_of(
        &self,
        pattern: &Pattern,
        copies: Copies,
        context: &Context,
    ) -> Result<Vec<Vec<f32>>> {
        let contexts = std::slice::from_ref(context);
        let read = self.read(&[*pattern], &[copies], contexts, &Device::Cpu, None)?;
        self.logits(&read.out, &read.onsets)?.to_vec2()
    }

    /// The summary of what is known ahead at each step, `[B, T, R]`.
    fn read_ahead(&self, contexts: &[Context], device: &Device) -> Result<Tensor> {
        let (t, width) = (contexts[0].bar().pattern_steps(), self.columns.ahead());
        let mut rows = vec![0.0; contexts.len() * t * width];
        for (window, context) in rows.chunks_exact_mut(t * width).zip(contexts) {
            // From the last step to the first.
            for (i, row) in window.chunks_exact_mut(width).enumerate() {
                self.columns.write_ahead(context, t - 1 - i, row);
            }
        }
        let rows = Tensor::from_vec(rows, (contexts.len(), t, width), device)?;
        let backward: Vec<u32> = (0..t as u32).rev().collect();
        let backward = Tensor::from_vec(backward, t, device)?;
        self.ahead.forward(&rows, width, None, None)?.index_select(&backward, 1)
    }

    /// The cost of the copies, those left out that follow from what is known.
    fn copy_loss(
        &self,
        out: &Tensor,
        ahead: &Tensor,
        patterns: &[Pattern],
        copies: &[Copies],
        contexts: &[Context],
    ) -> Result<Tensor> {
        let (mut before, mut at, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rows, mut bias) = (Vec::new(), Vec::new());
        let width = self.columns.copy();
        for (window, ((pattern, copies), context)) in
            patterns.iter().zip(copies).zip(contexts).enumerate()
        {
            for (bar, instrument) in (1..pattern.bar().bars())
                .flat_map(|bar| Instrument::ALL.map(|instrument| (bar, instrument)))
            {
                let steps = pattern.bar().steps();
                if context.known_onsets(bar, instrument).0.count_ones() as usize == steps {
                    continue;
                }
                let first = window * pattern.steps() + bar * steps;
                before.push(first as u32 - 1);
                at.push(first as u32);
                targets.push(u32::from(copies[bar][instrument.index()]));
                let from = rows.len();
                rows.resize(from + width, 0.0);
                self.columns.write_copy(
                    pattern,
                    copies,
                    context,
                    bar,
                    instrument,
                    &mut rows[from..],
                );
                bias.push(0.0);
                bias.extend((1..=COPIES).map(|ago| {
                    let is_allowed = context.allows_copy(pattern, bar, instrument, ago);
                    if is_allowed { 0.0 } else { -FORCE }
                }));
            }
        }
        let (n, device) = (targets.len(), out.device());
        if n == 0 {
            return Tensor::new(0.0f32, device);
        }
        let index = |places| Tensor::from_vec(places, n, device);
        let x = Tensor::cat(
            &[
                out.index_select(&index(before)?, 0)?,
                ahead.flatten_to(1)?.index_select(&index(at)?, 0)?,
                Tensor::from_vec(rows, (n, width), device)?,
            ],
            1,
        )?;
        let bias = Tensor::from_vec(bias, (n, COPY_LABELS), device)?;
        let logits = (self.head(&self.copy, &x)? + bias)?;
        nats(&logits, targets, patterns.len())
    }

    /// The costs of velocities and micro-offsets.
    fn hit_losses(
        &self,
        out: &Tensor,
        patterns: &[Pattern],
        copies: &[Copies],
        contexts: &[Context],
    ) -> Result<[Tensor; 2]> {
        let (mut at, mut velocities, mut offsets) = (Vec::new(), Vec::new(), Vec::new());
        let mut rows = Vec::new();
        let (known, width) = (self.columns.velocity(), self.columns.offset());
        let windows = patterns.iter().zip(copies).zip(contexts);
        for (window, ((pattern, copies), context)) in windows.enumerate() {
            for (step, instrument, hit) in pattern.iter() {
                if context.locks.is_locked(step, instrument) {
                    continue;
                }
                at.push((window * pattern.steps() + step) as u32);
                let velocity = columns::velocity_index(hit);
                velocities.push(velocity as u32);
                offsets.push(columns::offset_index(hit) as u32);
                let from = rows.len();
                rows.resize(from + width, 0.0);
                let (row, after) = rows[from..].split_at_mut(known);
                self.columns.write_velocity(pattern, copies, context, step, instrument, row);
                columns::write_offset(velocity, after);
            }
        }
        let (n, device) = (at.len(), out.device());
        if n == 0 {
            let zero = Tensor::new(0.0f32, device)?;
            return Ok([zero.clone(), zero]);
        }
        let rows = Tensor::from_vec(rows, (n, width), device)?;
        let out = out.index_select(&Tensor::from_vec(at, n, device)?, 0)?;
        let x = Tensor::cat(&[&out, &rows], 1)?;
        let known = self.config.hidden + known;
        let velocity = self.head(&self.velocity, &x.narrow(1, 0, known)?)?;
        let offset = self.head(&self.offset, &x)?;
        let windows = patterns.len();
        Ok([nats(&velocity, velocities, windows)?, nats(&offset, offsets, windows)?])
    }

    fn head(&self, [first, second]: &[Linear; 2], x: &Tensor) -> Result<Tensor> {
        let ops = self.operations;
        ops.linear(second, &ops.linear(first, &x.contiguous()?)?.relu()?)
    }
}

/// Cross-entropy of `logits [N, C]` with `targets [N]`: summed, a share of it for each of `windows`.
fn nats(logits: &Tensor, targets: Vec<u32>, windows: usize) -> Result<Tensor> {
    let targets = Tensor::from_vec(targets, (logits.dim(0)?, 1), logits.device())?;
    let log_p = log_softmax(logits, D::Minus1)?;
    log_p.gather(&targets, 1)?.sum_all()? * (-1.0 / windows as f64)
}
