//! Drawing grooves step by step, given what is known: the step model in the kernel.
//!
//! Several candidates are drawn side by side, so that each weight is read once for all of them.

use groove::{BARS, Bar, Hit, INSTRUMENTS, Instrument, Pattern, TOKENS, Token};

use super::isa::Isa;
use super::matrix::{Linear, Rows, map};
use super::recurrent::Recurrent;
use super::tensors::Source;
use super::tokens::{AddOnsets, Draw, density_bias};
use crate::context::columns::{self, COPY_LABELS, Layout, MICRO_OFFSETS, VELOCITIES};
use crate::context::{Context, Copies, copies_in};
use crate::noise::{Noise, Purpose};
use crate::weights::WeightsError;
use crate::weights::config::{Drawn, StepModelConfig};

/// How a groove is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) seed: u64,
    /// Number of the stream of noise: a cycle, a request.
    pub(super) stream: u64,
    /// Scale of the noise; 0 takes the likeliest of everything.
    pub(super) temperature: f32,
    /// Nats that each hit gains.
    pub(super) density: f32,
    pub(super) density_by_instrument: [f32; INSTRUMENTS],
}

/// The step model's weights.
#[derive(Debug)]
pub(super) struct StepModel {
    config: StepModelConfig,
    columns: Layout,
    ahead: Recurrent,
    input: Linear,
    lower: Recurrent,
    upper: Recurrent,
    joint: Linear,
    single: Linear,
    copy: [Linear; 2],
    velocity: [Linear; 2],
    offset: [Linear; 2],
}

/// A groove being drawn.
struct Candidate {
    pattern: Pattern,
    copies: Copies,
    tokens: Noise,
    hits: Noise,
}

/// Nats added to tokens with a kick at low onsets of a line, so that the kick answers as much of a bass as drummers' kicks
/// do.
const LEANING: f32 = 1.0;

/// Words of noise of a hit.
const HIT_NOISE: usize = VELOCITIES + MICRO_OFFSETS + 1;

impl Candidate {
    fn new(settings: &Settings, number: usize, bar: Bar, copies: Copies) -> Self {
        let index = settings.stream.wrapping_mul(256).wrapping_add(number as u64);
        Self {
            pattern: Pattern::empty(bar),
            copies,
            tokens: Noise::new(settings.seed, Purpose::StepTokens, index),
            hits: Noise::new(settings.seed, Purpose::StepHits, index),
        }
    }

    /// Noise for the choice of a copy. Every choice has its own place in the stream, whatever was chosen before.
    fn copy_noise(&mut self, bar: usize, instrument: Instrument) -> [f32; COPY_LABELS] {
        let mut noise = [0.0; COPY_LABELS];
        self.hits.seek(((bar * INSTRUMENTS + instrument.index()) * COPY_LABELS) as u64);
        self.hits.fill_gumbel(&mut noise);
        noise
    }

    /// Noise for the velocity and the micro-offset of a hit, and its place within a part of the step.
    fn hit_noise(&mut self, step: usize, instrument: Instrument) -> ([f32; HIT_NOISE - 1], f32) {
        let mut noise = [0.0; HIT_NOISE - 1];
        let cell = step * INSTRUMENTS + instrument.index();
        self.hits.seek((BARS * INSTRUMENTS * COPY_LABELS + cell * HIT_NOISE) as u64);
        self.hits.fill_gumbel(&mut noise);
        (noise, self.hits.uniform())
    }
}

impl StepModel {
    /// The model that draws these bars, if the weights have one.
    pub(super) fn of(source: Source<'_>, drawn: Drawn) -> Result<Option<Self>, WeightsError> {
        let config = source.file.config().drawn_by(drawn);
        config.map(|config| Self::pack(source, drawn, config)).transpose()
    }

    fn pack(
        source: Source<'_>,
        drawn: Drawn,
        config: &StepModelConfig,
    ) -> Result<Self, WeightsError> {
        let own = |name: &str| format!("{}.{name}", drawn.key());
        let linear = |name: &str| source.linear(&own(name));
        let recurrent = |name: &str| Recurrent::pack(source, &own(name));
        let head = |name: &str| -> Result<_, WeightsError> {
            Ok([linear(&format!("{name}_0"))?, linear(&format!("{name}_1"))?])
        };
        Ok(Self {
            config: config.clone(),
            columns: drawn.layout(config),
            ahead: recurrent("ahead")?,
            input: linear("input")?,
            lower: recurrent("lower")?,
            upper: recurrent("upper")?,
            joint: linear("joint")?,
            single: linear("single")?,
            copy: head("copy")?,
            velocity: head("velocity")?,
            offset: head("offset")?,
        })
    }

    /// Draws `count` grooves that agree with `context`; returns them with the copies that were chosen. With `onsets`, the
    /// onsets are those of that pattern, and only velocities and micro-offsets are drawn.
    pub(super) fn draw(
        &self,
        isa: Isa,
        context: &Context,
        onsets: Option<&Pattern>,
        settings: &Settings,
        count: usize,
    ) -> Vec<(Pattern, Copies)> {
        let StepModelConfig { input, hidden, .. } = self.config;
        let temperature = settings.temperature;
        let (bar, columns) = (context.bar(), self.columns.step());
        let ahead = self.read_ahead(isa, context);
        let mut leaning = settings.density_by_instrument;
        leaning[Instrument::Kick.index()] += LEANING;
        let [free, leaning] = [settings.density_by_instrument, leaning]
            .map(|by_instrument| density_bias(settings.density, &by_instrument));
        let copies = onsets.map(copies_in);
        let candidate = |number| Candidate::new(settings, number, bar, copies.unwrap_or_default());
        let mut candidates: Vec<Candidate> = (0..count).map(candidate).collect();
        let (mut lower, mut upper) = (self.lower.start(count), self.upper.start(count));
        let mut seen = Rows::new(count, columns + self.config.ahead);
        let mut read = self.input.rows(count);
        let mut out = Rows::new(count, hidden);
        let mut beside = Rows::new(count, hidden + columns);
        let (mut joint, mut single) = (self.joint.rows(count), self.single.rows(count));
        let mut noise = vec![0.0; TOKENS];
        for step in 0..bar.pattern_steps() {
            if onsets.is_none() && step > 0 && step.is_multiple_of(bar.steps()) {
                let bar = step / bar.steps();
                self.choose_copies(
                    isa,
                    context,
                    temperature,
                    bar,
                    ahead.row(step),
                    &out,
                    &mut candidates,
                );
            }
            for (row, candidate) in candidates.iter().enumerate() {
                let (own, summary) = seen.row_mut(row).split_at_mut(columns);
                own.fill(0.0);
                let Candidate { pattern, copies, .. } = candidate;
                self.columns.write_step(pattern, copies, context, step, own);
                summary.copy_from_slice(&ahead.row(step)[..self.config.ahead]);
            }
            self.input.apply(isa, &seen, &mut read, count);
            for row in 0..count {
                let read = &mut read.row_mut(row)[..input];
                map(isa, read, relu);
                self.lower.input(&mut lower, row).copy_from_slice(read);
            }
            self.lower.step(isa, &mut lower, count);
            for row in 0..count {
                let below = self.lower.output(&lower, row);
                self.upper.input(&mut upper, row).copy_from_slice(below);
            }
            self.upper.step(isa, &mut upper, count);
            for row in 0..count {
                let (below, above) =
                    (self.lower.output(&lower, row), self.upper.output(&upper, row));
                for ((out, below), above) in out.row_mut(row).iter_mut().zip(below).zip(above) {
                    *out = below + above;
                }
                let (first, second) = beside.row_mut(row).split_at_mut(hidden);
                first.copy_from_slice(out.row(row));
                second.copy_from_slice(&seen.row(row)[..columns]);
            }
            self.joint.apply(isa, &out, &mut joint, count);
            self.single.apply(isa, &beside, &mut single, count);
            for (row, candidate) in candidates.iter_mut().enumerate() {
                let logits = joint.row_mut(row).first_chunk_mut().expect("512 logits");
                let single = single.row(row).first_chunk().expect("9 logits");
                isa.run(AddOnsets { onsets: single, logits });
                let free = if context.low.is_some_and(|low| low[step]) { &leaning } else { &free };
                let bias = restricted(candidate, context, step, free);
                if temperature > 0.0 {
                    candidate.tokens.seek((step * TOKENS) as u64);
                    candidate.tokens.fill_gumbel(&mut noise);
                }
                let draw = Draw { bias: &bias, temperature, noise: &noise };
                let token = match onsets {
                    Some(pattern) => pattern.token(step),
                    None => draw.token(isa, 0, logits),
                };
                for instrument in token.instruments() {
                    let known = context.locks.pattern().hit(step, instrument);
                    candidate.pattern.set(step, instrument, Some(known.unwrap_or(UNDECIDED)));
                }
            }
            self.express(isa, context, temperature.min(1.0), step, &out, &mut candidates);
        }
        candidates.into_iter().map(|candidate| (candidate.pattern, candidate.copies)).collect()
    }

    /// The summary of what is known ahead, at each step `[T, R]`.
    fn read_ahead(&self, isa: Isa, context: &Context) -> Rows {
        let steps = context.bar().pattern_steps();
        let mut summary = Rows::new(steps, self.config.ahead);
        let mut running = self.ahead.start(1);
        for step in (0..steps).rev() {
            let row = self.ahead.input(&mut running, 0);
            row.fill(0.0);
            self.columns.write_ahead(context, step, &mut row[..self.columns.ahead()]);
            self.ahead.step(isa, &mut running, 1);
            summary.set(step, self.ahead.output(&running, 0));
        }
        summary
    }

    /// Chooses for `bar` which instruments copy an earlier one, one instrument after the other.
    #[allow(clippy::too_many_arguments)]
    fn choose_copies(
        &self,
        isa: Isa,
        context: &Context,
        temperature: f32,
        bar: usize,
        ahead: &[f32],
        out: &Rows,
        candidates: &mut [Candidate],
    ) {
        let (count, hidden) = (candidates.len(), self.config.hidden);
        let known = hidden + self.config.ahead;
        let mut x = Rows::new(count, known + self.columns.copy());
        for row in 0..count {
            let x = x.row_mut(row);
            x[..hidden].copy_from_slice(out.row(row));
            x[hidden..known].copy_from_slice(&ahead[..self.config.ahead]);
        }
        for instrument in Instrument::ALL {
            for (row, candidate) in candidates.iter().enumerate() {
                let own = &mut x.row_mut(row)[known..];
                own.fill(0.0);
                let Candidate { pattern, copies, .. } = candidate;
                self.columns.write_copy(pattern, copies, context, bar, instrument, own);
            }
            let logits = head(isa, &self.copy, &x, count);
            for (row, candidate) in candidates.iter_mut().enumerate() {
                let noise = candidate.copy_noise(bar, instrument);
                let is_allowed = |ago: usize| {
                    ago == 0 || context.allows_copy(&candidate.pattern, bar, instrument, ago)
                };
                let logits = &logits.row(row)[..COPY_LABELS];
                let label = best(logits, &noise, temperature, is_allowed);
                candidate.copies[bar][instrument.index()] = label as u8;
            }
        }
    }

    /// Draws velocities and micro-offsets of the hits at `step` that are not known, kick first.
    fn express(
        &self,
        isa: Isa,
        context: &Context,
        temperature: f32,
        step: usize,
        out: &Rows,
        candidates: &mut [Candidate],
    ) {
        let hidden = self.config.hidden;
        let known = hidden + self.columns.velocity();
        let mut x = Rows::new(candidates.len(), hidden + self.columns.offset());
        for instrument in Instrument::ALL {
            let mut rows = Vec::new();
            for (row, candidate) in candidates.iter().enumerate() {
                if candidate.pattern.hit(step, instrument) != Some(UNDECIDED)
                    || context.locks.is_locked(step, instrument)
                {
                    continue;
                }
                let x = x.row_mut(rows.len());
                x[hidden..].fill(0.0);
                x[..hidden].copy_from_slice(out.row(row));
                let Candidate { pattern, copies, .. } = candidate;
                let own = &mut x[hidden..known];
                self.columns.write_velocity(pattern, copies, context, step, instrument, own);
                rows.push(row);
            }
            if rows.is_empty() {
                continue;
            }
            let logits = head(isa, &self.velocity, &x, rows.len());
            let mut drawn = Vec::with_capacity(rows.len());
            for (i, &row) in rows.iter().enumerate() {
                let (noise, within) = candidates[row].hit_noise(step, instrument);
                let logits = &logits.row(i)[..VELOCITIES];
                let velocity = best(logits, &noise[..VELOCITIES], temperature, |_| true);
                columns::write_offset(velocity, &mut x.row_mut(i)[known..]);
                drawn.push((velocity, noise, within));
            }
            let logits = head(isa, &self.offset, &x, rows.len());
            for (i, (&row, (velocity, noise, within))) in rows.iter().zip(drawn).enumerate() {
                let logits = &logits.row(i)[..MICRO_OFFSETS];
                let offset = best(logits, &noise[VELOCITIES..], temperature, |_| true);
                let within = if temperature > 0.0 { within } else { 0.5 };
                let hit = columns::hit_of(velocity, offset, within);
                candidates[row].pattern.set(step, instrument, Some(hit));
            }
        }
    }
}

/// A hit whose velocity and micro-offset are not drawn yet.
const UNDECIDED: Hit = Hit::new(0.0, 0.0);

fn relu(x: f32) -> f32 {
    x.max(0.0)
}

/// Two layers, on the first `count` rows of `x`.
pub(super) fn head(isa: Isa, [first, second]: &[Linear; 2], x: &Rows, count: usize) -> Rows {
    let mut inner = first.rows(count);
    first.apply(isa, x, &mut inner, count);
    let width = first.matrix.outputs();
    for row in 0..count {
        map(isa, &mut inner.row_mut(row)[..width], relu);
    }
    let mut outer = second.rows(count);
    second.apply(isa, &inner, &mut outer, count);
    outer
}

/// The place of the largest sum of a logit and its noise, of those that are allowed; the first of equals.
pub(super) fn best(
    logits: &[f32],
    noise: &[f32],
    temperature: f32,
    is_allowed: impl Fn(usize) -> bool,
) -> usize {
    let mut winner = (0, f32::NEG_INFINITY);
    for (place, (logit, noise)) in logits.iter().zip(noise).enumerate() {
        let score = temperature.mul_add(*noise, *logit);
        if score > winner.1 && is_allowed(place) {
            winner = (place, score);
        }
    }
    winner.0
}

/// `free`, without the tokens that contradict what is known or copied at `step`.
fn restricted(
    candidate: &Candidate,
    context: &Context,
    step: usize,
    free: &[f32; TOKENS],
) -> [f32; TOKENS] {
    let (mut mask, mut held) = (0, Token::SILENCE);
    for instrument in Instrument::ALL {
        let Candidate { pattern, copies, .. } = candidate;
        match columns::forced(pattern, copies, context, step, instrument) {
            None => {}
            Some(false) => mask |= instrument.bit(),
            Some(true) => {
                mask |= instrument.bit();
                held = held.with(instrument);
            }
        }
    }
    std::array::from_fn(|token| {
        let is_possible = (token as u16 ^ held.value()) & mask == 0;
        if is_possible { free[token] } else { f32::NEG_INFINITY }
    })
}
