//! Tokens: as input columns, their logits from those of their instruments, and drawn from logits.

use groove::{INSTRUMENTS, Instrument, TOKENS, Token};

use super::isa::{Isa, Job};
use super::lanes::Lanes;
use crate::weights::config::TokenInput;

/// Appends the input columns that `token` sets to 1, the first of all being `first`.
///
/// There are at most as many as a network has columns, which are fewer than 2^16.
pub(super) fn push_columns(input: TokenInput, token: Token, first: usize, columns: &mut Vec<u16>) {
    let first = first as u16;
    match input {
        TokenInput::OneHot => columns.push(first + token.value()),
        TokenInput::MultiHot => {
            columns.extend(token.instruments().map(|i| first + i.index() as u16))
        }
    }
}

/// Writes to `sums[token]` the sum of `values` over the token's instruments.
///
/// Instruments are added from ride to kick.
#[inline(always)]
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

/// Nats that each token's logit gains: `density` for every hit and `by_instrument` for those of each
/// instrument.
pub(super) fn density_bias(density: f32, by_instrument: &[f32; INSTRUMENTS]) -> [f32; TOKENS] {
    let mut bias = [0.0; TOKENS];
    sum_over_instruments(&by_instrument.map(|of_one| density + of_one), &mut bias);
    bias
}

/// Adds to each token's logit the onset logits of its instruments.
pub(super) struct AddOnsets<'a> {
    pub(super) onsets: &'a [f32; INSTRUMENTS],
    pub(super) logits: &'a mut [f32; TOKENS],
}

impl Job for AddOnsets<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let mut sums = [0.0; TOKENS];
        sum_over_instruments(self.onsets, &mut sums);
        for (logit, sum) in self.logits.iter_mut().zip(&sums) {
            *logit += sum;
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
    /// The token of `step`: the one of largest [`score`]; the lowest of equals.
    pub(super) fn token(&self, isa: Isa, step: usize, logits: &[f32; TOKENS]) -> Token {
        let Self { bias, temperature, noise } = *self;
        let noise = if temperature > 0.0 {
            noise[step * TOKENS..].first_chunk().expect("noise for every step")
        } else {
            &[0.0; TOKENS]
        };
        Token::new(isa.run(Best { logits, bias, temperature, noise })).unwrap_or(Token::SILENCE)
    }
}

/// The token of largest score is drawn: logit + bias + temperature x noise.
#[inline(always)]
fn score(temperature: f32, noise: f32, logit: f32, bias: f32) -> f32 {
    temperature.mul_add(noise, logit + bias)
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
    fn run<L: Lanes>(self) -> u16 {
        const LANES: usize = 32;
        let mut best = [f32::NEG_INFINITY; LANES];
        let mut at = [0u32; LANES];
        for first in (0..TOKENS).step_by(LANES) {
            for lane in 0..LANES {
                let token = first + lane;
                let (noise, logit) = (self.noise[token], self.logits[token]);
                let score = score(self.temperature, noise, logit, self.bias[token]);
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
