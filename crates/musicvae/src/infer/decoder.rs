//! The decoder: from bar embeddings and sketch to tokens, a 16th note at a time.
//!
//! The four bars of a pattern are decoded side by side where they are independent of each other: weights are then
//! read once for all of them.

use groove::{BARS, INSTRUMENTS, STEPS, STEPS_PER_BAR, TOKENS, Token};

use super::heads::Heads;
use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::stack::{Stack, StackState};
use super::tensors::Source;
use super::tokens::push_columns;
use crate::weights::WeightsError;
use crate::weights::config::{Config, TokenInput};

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
    /// `[lanes, padded logits]`
    logits: Rows,
    /// The sketch as inputs `[64 x 9]`.
    sketch_inputs: Vec<f32>,
    /// The top layer's output at every step `[64 H]`, for the expression.
    pub(super) outputs: Vec<f32>,
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

    pub(super) fn scratch(&self) -> DecoderScratch {
        let sketch = if self.heads.has_sketch() { STEPS * INSTRUMENTS } else { 0 };
        DecoderScratch {
            start: self.bar_to_state.rows(BARS),
            bar_gates: self.bar_to_gates.rows(BARS),
            state: self.stack.state(self.lanes),
            logits: self.heads.rows(self.lanes),
            sketch_inputs: vec![0.0; sketch],
            outputs: vec![0.0; STEPS * self.hidden],
        }
    }

    /// The tokens of all 64 steps, from bar embeddings `bars [4, E]` and onset logits `sketch [64 x 9]`, unused without a
    /// direct path; `choose` makes a token of a step's number and its logits.
    ///
    /// Within a bar steps come in order; with independent bars, the same step of all bars comes before
    /// the next.
    pub(super) fn run(
        &self,
        isa: Isa,
        bars: &Rows,
        sketch: &[f32],
        scratch: &mut DecoderScratch,
        mut choose: impl FnMut(usize, &[f32; TOKENS]) -> Token,
    ) -> [Token; STEPS] {
        let DecoderScratch { start, bar_gates, state, logits, sketch_inputs, outputs } = scratch;
        self.bar_to_state.apply(isa, bars, start, BARS);
        self.bar_to_gates.apply(isa, bars, bar_gates, BARS);
        for bar in 0..BARS {
            map(isa, start.row_mut(bar), math::tanh);
        }
        let width = sketch_inputs.len();
        sketch_inputs.copy_from_slice(&sketch[..width]);
        // Below, results would become denormal numbers, with which multiply-adds are slow.
        map(isa, sketch_inputs, |x| math::sigmoid(x.max(-60.0)));

        let mut tokens = [Token::SILENCE; STEPS];
        // A lane is a bar; all lanes are at the same step of their bars.
        for first_bar in (0..BARS).step_by(self.lanes) {
            for lane in 0..self.lanes {
                self.stack.begin(state, lane, start.row(first_bar + lane));
            }
            for step_in_bar in 0..STEPS_PER_BAR {
                let step_of = |lane: usize| (first_bar + lane) * STEPS_PER_BAR + step_in_bar;
                for lane in 0..self.lanes {
                    let step = step_of(lane);
                    state.gates.set(lane, bar_gates.row(first_bar + lane));
                    self.strike(&tokens, step, &mut state.struck[lane]);
                    let inputs = onsets_of(sketch_inputs, step);
                    self.stack.input(state, lane).copy_from_slice(inputs);
                }
                self.stack.step(isa, state, self.lanes);
                let top = self.stack.top(state);
                self.heads.read(isa, top, logits, self.lanes);
                for lane in 0..self.lanes {
                    let step = step_of(lane);
                    let onsets = onsets_of(sketch, step);
                    let logits = self.heads.logits(isa, logits.row_mut(lane), onsets);
                    tokens[step] = choose(step, logits);
                    outputs[step * self.hidden..][..self.hidden]
                        .copy_from_slice(&top.row(lane)[..self.hidden]);
                }
            }
        }
        tokens
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

/// The nine numbers of `step` in `sketch [64 x 9]`; none if that is empty.
fn onsets_of(sketch: &[f32], step: usize) -> &[f32] {
    sketch.get(step * INSTRUMENTS..(step + 1) * INSTRUMENTS).unwrap_or_default()
}
