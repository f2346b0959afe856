//! The step model in candle, for training: p(step | the steps before it, what is known).
//!
//! For each bar but the first it chooses which instruments copy an earlier bar, then plays step by step; then the velocity
//! and the micro-offset of every hit, each given those before it. See NETWORK.md.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::log_softmax;
use candle_nn::{Linear, VarBuilder, linear};
use groove::{BARS, INSTRUMENTS, Instrument, Pattern, STEPS, STEPS_PER_BAR, Token};

use super::decoder::{fused_cross_entropy, token_columns};
use super::dropout::{Regularisation, dropout};
use super::lstm::Lstm;
use super::operations::Operations;
use crate::context::columns::{
    self, AHEAD_COLUMNS, COPY_COLUMNS, COPY_LABELS, MICRO_OFFSETS, OFFSET_COLUMNS, VELOCITIES,
    VELOCITY_COLUMNS,
};
use crate::context::{COPIES, Context, Copies, copies_in};
use crate::weights::config::{Config, StepModelConfig};

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
    /// The step model whose parameters are at `vb`, computed with the operations of its device.
    ///
    /// # Errors
    /// If `config` has no step model, or a parameter is missing or has another shape.
    pub fn new(config: &Config, vb: VarBuilder<'_>) -> Result<Self> {
        Self::with_operations(config, Operations::of(vb.device()), vb)
    }

    /// As [`new`](Self::new), computed with `operations`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_operations(
        config: &Config,
        operations: Operations,
        vb: VarBuilder<'_>,
    ) -> Result<Self> {
        let Some(config) = config.step_model.clone() else {
            candle_core::bail!("this network has no step model")
        };
        let vb = vb.pp("step_model");
        let StepModelConfig { input, hidden, ahead, heads, styles, .. } = config;
        let columns = columns::step_columns(styles);
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
            ahead: lstm("ahead", [AHEAD_COLUMNS, ahead])?,
            input: linear(columns + ahead, input, vb.pp("input"))?,
            lower: lstm("lower", [input, hidden])?,
            upper: lstm("upper", [hidden, hidden])?,
            joint: linear(hidden, groove::TOKENS, vb.pp("joint"))?,
            single: linear(hidden + columns, INSTRUMENTS, vb.pp("single"))?,
            copy: head("copy", hidden + ahead + COPY_COLUMNS, COPY_LABELS)?,
            velocity: head("velocity", hidden + VELOCITY_COLUMNS, VELOCITIES)?,
            offset: head("offset", hidden + OFFSET_COLUMNS, MICRO_OFFSETS)?,
            config,
        })
    }

    /// What `patterns` cost, each given its context; `training` drops columns and activations.
    ///
    /// # Errors
    /// If a tensor operation fails.
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
        let tokens: Vec<u16> =
            patterns.iter().flat_map(|pattern| pattern.tokens().map(Token::value)).collect();
        let tokens = match ops {
            Operations::Cpu => {
                fused_cross_entropy(&out, None, &self.joint, Some(&onsets), &tokens)?
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
        let ahead = self.read_ahead(contexts, device)?; // [B, T, R]

        let width = columns::step_columns(self.config.styles);
        let mut rows = vec![0.0; b * STEPS * width];
        let mut force = vec![0.0; b * STEPS * INSTRUMENTS];
        let places = windows().flat_map(|window| (0..STEPS).map(move |step| (window, step)));
        let outputs = rows.chunks_exact_mut(width).zip(force.chunks_exact_mut(INSTRUMENTS));
        for ((((pattern, copies), context), step), (row, force)) in places.zip(outputs) {
            columns::write_step(pattern, copies, context, self.config.styles, step, row);
            for (force, instrument) in force.iter_mut().zip(Instrument::ALL) {
                let forced = columns::forced(pattern, copies, context, step, instrument);
                *force = forced.map_or(0.0, |is_struck| if is_struck { FORCE } else { -FORCE });
            }
        }
        let rows = Tensor::from_vec(rows, (b, STEPS, width), device)?;
        let force = Tensor::from_vec(force, (b * STEPS, INSTRUMENTS), device)?;
        let seen = dropout(&rows, DROP_COLUMNS, training.as_deref_mut())?;
        let input = ops.linear(&self.input, &Tensor::cat(&[&seen, &ahead], 2)?)?.relu()?;
        let h = self.lower.forward(&input, 0, None, None)?;
        let h = dropout(&h, DROP, training.as_deref_mut())?;
        let k = self.upper.forward(&h, 0, None, None)?;
        let out = dropout(&(h + k)?, DROP, training)?; // [B, T, H]

        let single = ops.linear(&self.single, &Tensor::cat(&[&out, &rows], 2)?)?;
        let onsets = (single.reshape((b * STEPS, INSTRUMENTS))? + force)?;
        let out = out.reshape((b * STEPS, hidden))?;
        Ok(Read { out, onsets, ahead })
    }

    /// Logits of all tokens of one pattern `[64][512]`, for tests.
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
        let mut rows = vec![0.0; contexts.len() * STEPS * AHEAD_COLUMNS];
        for (window, context) in rows.chunks_exact_mut(STEPS * AHEAD_COLUMNS).zip(contexts) {
            // From the last step to the first.
            for (i, row) in window.chunks_exact_mut(AHEAD_COLUMNS).enumerate() {
                columns::write_ahead(context, STEPS - 1 - i, row);
            }
        }
        let rows = Tensor::from_vec(rows, (contexts.len(), STEPS, AHEAD_COLUMNS), device)?;
        let backward: Vec<u32> = (0..STEPS as u32).rev().collect();
        let backward = Tensor::from_vec(backward, STEPS, device)?;
        self.ahead.forward(&rows, AHEAD_COLUMNS, None, None)?.index_select(&backward, 1)
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
        for (window, ((pattern, copies), context)) in
            patterns.iter().zip(copies).zip(contexts).enumerate()
        {
            for (bar, instrument) in
                (1..BARS).flat_map(|bar| Instrument::ALL.map(|instrument| (bar, instrument)))
            {
                if context.known_onsets(bar, instrument).0 == u16::MAX {
                    continue;
                }
                let first = window * STEPS + bar * STEPS_PER_BAR;
                before.push(first as u32 - 1);
                at.push(first as u32);
                targets.push(u32::from(copies[bar][instrument.index()]));
                rows.resize(rows.len() + COPY_COLUMNS, 0.0);
                let from = rows.len() - COPY_COLUMNS;
                columns::write_copy(pattern, copies, context, bar, instrument, &mut rows[from..]);
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
                Tensor::from_vec(rows, (n, COPY_COLUMNS), device)?,
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
        let windows = patterns.iter().zip(copies).zip(contexts);
        for (window, ((pattern, copies), context)) in windows.enumerate() {
            for (step, instrument, hit) in pattern.iter() {
                if context.locks.is_locked(step, instrument) {
                    continue;
                }
                at.push((window * STEPS + step) as u32);
                let velocity = columns::velocity_index(hit);
                velocities.push(velocity as u32);
                offsets.push(columns::offset_index(hit) as u32);
                let from = rows.len();
                rows.resize(from + OFFSET_COLUMNS, 0.0);
                let (row, after) = rows[from..].split_at_mut(VELOCITY_COLUMNS);
                columns::write_velocity(pattern, copies, context, step, instrument, row);
                columns::write_offset(velocity, after);
            }
        }
        let (n, device) = (at.len(), out.device());
        if n == 0 {
            let zero = Tensor::new(0.0f32, device)?;
            return Ok([zero.clone(), zero]);
        }
        let rows = Tensor::from_vec(rows, (n, OFFSET_COLUMNS), device)?;
        let out = out.index_select(&Tensor::from_vec(at, n, device)?, 0)?;
        let x = Tensor::cat(&[&out, &rows], 1)?;
        let known = self.config.hidden + VELOCITY_COLUMNS;
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
