//! Tokens: as input columns, as sums over their instruments, and drawn from logits.

use groove::{INSTRUMENTS, Instrument, TOKENS, Token};

use super::isa::{Isa, Job};
use crate::config::TokenInput;

/// The columns of a weight matrix that a token selects, each kept as a row.
#[derive(Debug)]
pub(super) struct TokenRows {
    input: TokenInput,
    outputs: usize,
    /// `[columns, outputs]`.
    rows: Vec<f32>,
}

impl TokenRows {
    /// Takes the columns of a token from a matrix whose element (output, column) is given by `at`.
    pub(super) fn pack(
        input: TokenInput,
        outputs: usize,
        at: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let rows = (0..input.width())
            .flat_map(|column| (0..outputs).map(move |output| (output, column)))
            .map(|(output, column)| at(output, column))
            .collect();
        Self { input, outputs, rows }
    }

    /// Adds the product with `token`'s columns to `out`.
    pub(super) fn add(&self, token: Token, out: &mut [f32]) {
        let mut add = |column: usize| {
            let row = &self.rows[column * self.outputs..][..self.outputs];
            for (out, weight) in out.iter_mut().zip(row) {
                *out += weight;
            }
        };
        match self.input {
            TokenInput::OneHot => add(token.value().into()),
            TokenInput::MultiHot => token.instruments().for_each(|i| add(i.index())),
        }
    }
}

/// Writes to `sums[token]` the sum of `values` over the token's instruments.
///
/// Instruments are added from ride to kick.
pub(super) fn sum_over_instruments(values: &[f32; INSTRUMENTS], sums: &mut [f32; TOKENS]) {
    sums[0] = 0.0;
    for instrument in Instrument::ALL.into_iter().rev() {
        // All tokens made of lower bits are done: the same again with this instrument.
        let (done, next) = sums.split_at_mut(instrument.bit().into());
        for (sum, without) in next.iter_mut().zip(done) {
            *sum = *without + values[instrument.index()];
        }
    }
}

/// How tokens are drawn from logits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw<'a> {
    /// Nats added to each token's logit `[512]`.
    pub(super) bias: &'a [f32; TOKENS],
    /// Scale of the noise; 0 takes the likeliest token.
    pub(super) temperature: f32,
    /// Gumbel noise of every step `[64, 512]`; not read at temperature 0.
    pub(super) noise: &'a [f32],
}

impl Draw<'_> {
    /// The token of `step`: the one of largest logit + bias + temperature x noise; the lowest of
    /// equals.
    pub(super) fn token(&self, isa: Isa, step: usize, logits: &[f32]) -> Token {
        let logits = logits.first_chunk().expect("512 logits");
        let best = if self.temperature > 0.0 {
            let noise = self.noise[step * TOKENS..].first_chunk().expect("noise for every step");
            isa.run(Best { logits, bias: self.bias, temperature: self.temperature, noise })
        } else {
            isa.run(Best { logits, bias: self.bias, temperature: 0.0, noise: &[0.0; TOKENS] })
        };
        Token::new(best).unwrap_or(Token::SILENCE)
    }
}

/// The index of the largest score, the lowest of equals.
struct Best<'a> {
    logits: &'a [f32; TOKENS],
    bias: &'a [f32; TOKENS],
    temperature: f32,
    noise: &'a [f32; TOKENS],
}

impl Job for Best<'_> {
    type Output = u16;

    #[inline(always)]
    fn run(self) -> u16 {
        const LANES: usize = 32;
        let mut best = [f32::NEG_INFINITY; LANES];
        let mut at = [0u32; LANES];
        for first in (0..TOKENS).step_by(LANES) {
            for lane in 0..LANES {
                let token = first + lane;
                let score = self
                    .temperature
                    .mul_add(self.noise[token], self.logits[token] + self.bias[token]);
                let better = score > best[lane];
                best[lane] = if better { score } else { best[lane] };
                at[lane] = if better { token as u32 } else { at[lane] };
            }
        }
        let mut winner = 0;
        for lane in 1..LANES {
            let (a, b) = (best[lane], best[winner]);
            if a > b || (a == b && at[lane] < at[winner]) {
                winner = lane;
            }
        }
        at[winner] as u16
    }
}
