//! The decoder: from bar embeddings and sketch to tokens, a 16th note at a time.
//!
//! Patterns are decoded side by side, and so are the four bars of a pattern where they are independent of each
//! other: weights are then read once for all of them.

use groove::{BARS, INSTRUMENTS, STEPS, STEPS_PER_BAR, Token};

use super::heads::{Heads, HeadsScratch, Logits, See};
use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::stack::{Stack, StackState};
use super::tensors::Source;
use super::tokens::push_columns;
use crate::config::{Config, TokenInput};
use crate::weights::WeightsError;

/// The decoder's weights.
#[derive(Debug)]
pub(super) struct Decoder {
    /// Bars of a pattern that are decoded side by side: 4 or 1.
    lanes: usize,
    input: TokenInput,
    look_back: Vec<usize>,
    bar_to_state: Linear,
    /// A bar embedding's share of the first layer's gates, and their biases.
    bar_to_gates: Linear,
    /// Its sparse columns are the previous token's and those of the earlier ones.
    stack: Stack,
    heads: Heads,
    hidden: usize,
}

/// The decoder's buffers.
#[derive(Debug, Default)]
pub(super) struct DecoderScratch {
    start: Rows,
    bar_gates: Rows,
    state: StackState,
    heads: HeadsScratch,
    /// Each pattern's sketch as inputs `[64 x 9]`.
    sketch_inputs: Rows,
    /// Tokens of each pattern `[64]`, the result.
    pub(super) tokens: Vec<[Token; STEPS]>,
    /// The top layer's output at every step of each pattern `[64 H]`, for the expression.
    pub(super) outputs: Rows,
}

/// What patterns are decoded from.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    /// Each pattern's four bar embeddings.
    pub(super) bars: &'a Rows,
    /// Each pattern's onset logits `[64, 9]`, unused without a direct path.
    pub(super) sketch: &'a Rows,
    pub(super) patterns: usize,
}

impl Decoder {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let isa = source.isa;
        let config: &Config = source.file.config();
        let sketch = if config.direct_path { INSTRUMENTS } else { 0 };
        let by_token = config.input.width() + config.look_back.len() * INSTRUMENTS;

        let first = source.lstm("decoder", 0, "")?;
        let bar_to_gates = first.pack_inputs(isa, by_token + sketch..first.inputs());
        let sketch_columns = by_token..by_token + sketch;
        Ok(Self {
            lanes: if config.independent_bars { BARS } else { 1 },
            input: config.input,
            look_back: config.look_back.clone(),
            bar_to_state: source.linear("bar_to_state")?,
            bar_to_gates: Linear::new(bar_to_gates, &first.bias()),
            stack: Stack::pack(source, "decoder", &config.decoder, by_token, sketch_columns)?,
            heads: Heads::pack(source)?,
            hidden: config.decoder.hidden,
        })
    }

    /// Buffers for `patterns` patterns.
    pub(super) fn scratch(&self, patterns: usize) -> DecoderScratch {
        DecoderScratch {
            start: self.bar_to_state.rows(BARS * patterns),
            bar_gates: self.bar_to_gates.rows(BARS * patterns),
            state: self.stack.state(self.lanes * patterns),
            heads: self.heads.scratch(self.lanes * patterns),
            sketch_inputs: Rows::new(
                patterns,
                if self.heads.has_sketch() { STEPS * INSTRUMENTS } else { 0 },
            ),
            tokens: vec![[Token::SILENCE; STEPS]; patterns],
            outputs: Rows::new(patterns, STEPS * self.hidden),
        }
    }

    /// Decodes all 64 steps: `choose` makes a token of a pattern's number, a step's and its logits.
    ///
    /// Within a bar steps come in order; with independent bars, the same step of all bars comes before
    /// the next.
    pub(super) fn run(
        &self,
        isa: Isa,
        Plan { bars, sketch, patterns }: Plan<'_>,
        scratch: &mut DecoderScratch,
        mut see: See<'_>,
        mut choose: impl FnMut(usize, usize, Logits<'_>) -> Token,
    ) {
        let DecoderScratch { start, bar_gates, state, heads, sketch_inputs, tokens, outputs } =
            scratch;
        self.bar_to_state.apply(isa, bars, start, BARS * patterns);
        self.bar_to_gates.apply(isa, bars, bar_gates, BARS * patterns);
        for bar in 0..BARS * patterns {
            map(isa, start.row_mut(bar), math::tanh);
        }
        if self.heads.has_sketch() {
            for pattern in 0..patterns {
                let inputs = sketch_inputs.row_mut(pattern);
                inputs.copy_from_slice(&sketch.row(pattern)[..STEPS * INSTRUMENTS]);
                // Below, results would become denormal numbers, with which multiply-adds are slow.
                map(isa, inputs, |x| math::sigmoid(x.max(-60.0)));
            }
        }

        // A lane is a bar of a pattern; all lanes are at the same step of their bars.
        let lanes = self.lanes * patterns;
        let pattern_of = |lane: usize| lane / self.lanes;
        for first_bar in (0..BARS).step_by(self.lanes) {
            let bar_of = |lane: usize| first_bar + lane % self.lanes;
            let row_of = |lane: usize| pattern_of(lane) * BARS + bar_of(lane);
            for lane in 0..lanes {
                self.stack.begin(state, lane, start.row(row_of(lane)));
            }
            for step_in_bar in 0..STEPS_PER_BAR {
                let step_of = |lane: usize| bar_of(lane) * STEPS_PER_BAR + step_in_bar;
                for lane in 0..lanes {
                    let (pattern, step) = (pattern_of(lane), step_of(lane));
                    state.gates.set(lane, bar_gates.row(row_of(lane)));
                    self.strike(&tokens[pattern], step, &mut state.struck[lane]);
                    if self.heads.has_sketch() {
                        let inputs = onsets_of(sketch_inputs.row(pattern), step);
                        self.stack.input(state, lane).copy_from_slice(inputs);
                    }
                }
                self.stack.step(isa, state, lanes);
                let top = self.stack.top(state);
                self.heads.read(isa, top, lanes, see.is_some(), heads);
                for lane in 0..lanes {
                    let (pattern, step) = (pattern_of(lane), step_of(lane));
                    let sketch = match self.heads.has_sketch() {
                        true => onsets_of(sketch.row(pattern), step),
                        false => &[],
                    };
                    let top = top.row(lane);
                    let logits = self.heads.logits(isa, lane, top, sketch, see.is_some(), heads);
                    if let (Some(see), Logits::All(logits)) = (&mut see, &logits) {
                        see(step, *logits);
                    }
                    tokens[pattern][step] = choose(pattern, step, logits);
                    let output = &top[..self.hidden];
                    outputs.row_mut(pattern)[step * self.hidden..][..self.hidden]
                        .copy_from_slice(output);
                }
            }
        }
    }

    /// Lists the columns that the tokens before `step` set to 1.
    fn strike(&self, tokens: &[Token; STEPS], step: usize, struck: &mut Vec<u16>) {
        struck.clear();
        let fresh = if self.lanes > 1 { STEPS_PER_BAR } else { STEPS };
        if !step.is_multiple_of(fresh) {
            push_columns(self.input, tokens[step - 1], 0, struck);
        }
        let mut first = self.input.width();
        for &ago in &self.look_back {
            if let Some(at) = step.checked_sub(ago) {
                push_columns(TokenInput::MultiHot, tokens[at], first, struck);
            }
            first += INSTRUMENTS;
        }
    }
}

/// The onset logits of `step` in `sketch [64, 9]`.
fn onsets_of(sketch: &[f32], step: usize) -> &[f32] {
    &sketch[step * INSTRUMENTS..][..INSTRUMENTS]
}
