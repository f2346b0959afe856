//! The likeliest token without the logits of all others.
//!
//! A step's 512 logits are a third of what a decode multiplies, and one of them matters. So they are computed from weights and
//! inputs of 8 bits first, and with each how far off it can be. Tokens whose score could be the largest make a list, mostly of
//! one; where there are more, their logits are computed in full, and the largest wins. The token is the one that
//! all logits in full would give, whatever the weights: the bounds hold for every rounding on the way.
#![allow(unsafe_code)]

use groove::{INSTRUMENTS, TOKENS};

use super::isa::{Isa, Job};
use super::lanes::{BYTES, Lanes, OUTPUTS};
use super::tokens::{Draw, score, sum_over_instruments};
use crate::aligned::Aligned;

/// Vectors of outputs that advance together: with as many sums, registers are left for weights and inputs.
const VECTORS: usize = 8;
/// Candidates whose logits are computed side by side: as many hide the latency of a multiply-add.
const TOGETHER: usize = 8;
/// How far apart the codes of inputs of 0 and 1 are. Two products of such a code and a weight's fit 16 bits.
const ONE: f32 = 63.0;
/// The code of an input of 0.
const ZERO: i32 = 64;
/// Numbers that loops over inputs or tokens take at a time, whatever a vector holds.
const LANES: usize = 32;

/// The layer `joint`, in 8 bits and in full.
#[derive(Debug)]
pub(super) struct Shortlist {
    inputs: usize,
    /// `[panels, groups of inputs, VECTORS, OUTPUTS]`, zeros beyond the last input.
    codes: Aligned<[i8; BYTES]>,
    tokens: Box<PerToken>,
    /// `[512, inputs]`
    weight: Vec<f32>,
}

/// What makes a logit and its bounds of a token's sum of codes, each `[512]`.
#[derive(Debug)]
struct PerToken {
    /// What the sum would be, were all inputs 0.
    zero: [i32; TOKENS],
    scale: [f32; TOKENS],
    bias: [f32; TOKENS],
    /// The most that a logit may be off, per norm of the inputs, per norm of what their codes leave of them,
    /// and always.
    per_input: [f32; TOKENS],
    per_rest: [f32; TOKENS],
    always: [f32; TOKENS],
}

/// Buffers.
#[derive(Debug, Default)]
pub(super) struct ShortlistScratch {
    x: Vec<[u8; BYTES]>,
    candidates: Vec<u16>,
}

impl Shortlist {
    /// Packs `weight [512, inputs]` and `bias [512]`.
    pub(super) fn pack(weight: &[f32], bias: &[f32]) -> Self {
        let inputs = weight.len() / TOKENS;
        let groups = inputs.div_ceil(BYTES);
        let rows: Vec<Row> = weight.chunks_exact(inputs).map(Row::of).collect();
        let code =
            |token: usize, input: usize| rows[token].codes.get(input).map_or(0, |code| *code);
        let panel = VECTORS * OUTPUTS;
        let codes = (0..TOKENS * groups).map(|i| {
            let (token, group) = (i / (groups * panel) * panel + i % panel, i / panel % groups);
            std::array::from_fn(|byte| code(token, group * BYTES + byte))
        });
        // Bounds on what roundings of multiply-adds and of these bounds' own computation may come to.
        let rounding = (inputs + 16) as f64 * f64::from(f32::EPSILON);
        let up = |x: f64| (x * 1.0001) as f32;
        let each = |f: &dyn Fn(&Row) -> f32| std::array::from_fn(|token| f(&rows[token]));
        let tokens = Box::new(PerToken {
            zero: std::array::from_fn(|token| {
                ZERO * rows[token].codes.iter().map(|&code| i32::from(code)).sum::<i32>()
            }),
            scale: each(&|row| row.scale / ONE),
            bias: std::array::from_fn(|token| bias[token]),
            per_input: each(&|row| up(row.rest + rounding * (row.norm + row.rest))),
            per_rest: each(&|row| up((row.norm + row.rest) * (1.0 + rounding))),
            always: std::array::from_fn(|token| up(rounding * f64::from(bias[token].abs()))),
        });
        Self {
            inputs,
            codes: Aligned::new(TOKENS * groups, [0; BYTES], codes),
            tokens,
            weight: weight.to_vec(),
        }
    }

    /// The token that `draw` takes at `step`, given `joint`'s input `x` and the onset logits.
    pub(super) fn token(
        &self,
        isa: Isa,
        step: usize,
        x: &[f32],
        onsets: &[f32; INSTRUMENTS],
        draw: Draw<'_>,
        scratch: &mut ShortlistScratch,
    ) -> u16 {
        let noise = draw.noise_of(step);
        let mut sums = [0.0; TOKENS];
        let ShortlistScratch { x: codes, candidates } = scratch;
        isa.run(List { of: self, x, onsets, draw, noise, sums: &mut sums, codes, candidates });
        if let [only] = candidates[..] {
            return only;
        }
        let mut best = (0, f32::NEG_INFINITY);
        for some in candidates.chunks(TOGETHER) {
            let logits = isa.run(InFull { of: self, x, tokens: some });
            for (&token, logit) in some.iter().zip(logits) {
                let at = usize::from(token);
                let score = score(draw.temperature, noise[at], logit + sums[at], draw.bias[at]);
                if score > best.1 {
                    best = (token, score);
                }
            }
        }
        best.0
    }
}

/// A row of weights in 8 bits.
struct Row {
    codes: Vec<i8>,
    /// What a code's step is worth.
    scale: f32,
    /// Norm of the weights.
    norm: f64,
    /// Norm of what the codes leave of them.
    rest: f64,
}

impl Row {
    fn of(weights: &[f32]) -> Self {
        let largest = weights.iter().fold(0.0, |most: f32, w| most.max(w.abs()));
        // Weights that a step this small would not divide are as good as zero.
        let scale = (largest / 127.0).max(f32::MIN_POSITIVE);
        let codes: Vec<i8> = weights.iter().map(|w| (w / scale).round() as i8).collect();
        let norm =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
        let rest = |(&w, &code): (&f32, &i8)| f64::from(w) - f64::from(scale) * f64::from(code);
        Self {
            norm: norm(&mut weights.iter().map(|&w| f64::from(w))),
            rest: norm(&mut weights.iter().zip(&codes).map(rest)),
            codes,
            scale,
        }
    }
}

/// Lists the candidates.
struct List<'a> {
    of: &'a Shortlist,
    x: &'a [f32],
    onsets: &'a [f32; INSTRUMENTS],
    draw: Draw<'a>,
    noise: &'a [f32; TOKENS],
    /// Where each token's sum of onset logits goes.
    sums: &'a mut [f32; TOKENS],
    codes: &'a mut Vec<[u8; BYTES]>,
    candidates: &'a mut Vec<u16>,
}

impl Job for List<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (norm, rest) = encode(&self.x[..self.of.inputs], self.codes);
        let mut products = [0; TOKENS];
        let codes = self.of.codes.get().as_chunks::<OUTPUTS>().0.as_chunks::<VECTORS>().0;
        let panels = codes.chunks_exact(self.codes.len());
        let out = products.as_chunks_mut::<OUTPUTS>().0.as_chunks_mut::<VECTORS>().0;
        for (codes, out) in panels.zip(out) {
            // SAFETY: `Isa::run` chose `L`.
            *out = unsafe { L::byte_products(codes, self.codes) };
        }
        sum_over_instruments(self.onsets, self.sums);

        // Scores at the bounds: every operation from a logit to its score is monotone, roundings included.
        let of = &*self.of.tokens;
        let mut most = [0.0; TOKENS];
        let mut surest = [f32::NEG_INFINITY; LANES];
        for first in (0..TOKENS).step_by(LANES) {
            for (lane, surest) in surest.iter_mut().enumerate() {
                let at = first + lane;
                let product = (products[at] - of.zero[at]) as f32;
                let logit = product.mul_add(of.scale[at], of.bias[at]);
                let off =
                    of.per_input[at].mul_add(norm, of.per_rest[at].mul_add(rest, of.always[at]));
                let score_at = |logit: f32| {
                    let (noise, bias) = (self.noise[at], self.draw.bias[at]);
                    score(self.draw.temperature, noise, logit + self.sums[at], bias)
                };
                let least = score_at(logit - off);
                most[at] = score_at(logit + off);
                *surest = if least > *surest { least } else { *surest };
            }
        }
        let surest = surest.into_iter().fold(f32::NEG_INFINITY, f32::max);
        self.candidates.clear();
        self.candidates.reserve(TOKENS);
        for (i, some) in most.as_chunks::<LANES>().0.iter().enumerate() {
            if some.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a }) >= surest {
                let found = some.iter().enumerate().filter(|(_, most)| **most >= surest);
                self.candidates.extend(found.map(|(lane, _)| (i * LANES + lane) as u16));
            }
        }
    }
}

/// Writes the codes of `x` to `codes`; gives back the norm of `x` and that of what the codes leave of it, or a little more.
#[inline(always)]
fn encode(x: &[f32], codes: &mut Vec<[u8; BYTES]>) -> (f32, f32) {
    codes.clear();
    codes.resize(x.len().div_ceil(BYTES), [0; BYTES]);
    let (mut norms, mut rests) = ([0.0f32; LANES], [0.0f32; LANES]);
    for (x, codes) in x.chunks(LANES).zip(codes.as_flattened_mut().chunks_mut(LANES)) {
        for (((x, code), norm), rest) in x.iter().zip(codes).zip(&mut norms).zip(&mut rests) {
            // Rounded, since the fraction is cut off.
            let whole = x.clamp(-1.0, 1.0).mul_add(ONE, ZERO as f32 + 0.5) as i32;
            let left = x - (whole - ZERO) as f32 * (1.0 / ONE);
            *code = whole as u8;
            *norm += x * x;
            *rest += left * left;
        }
    }
    // More than the roundings of their own computation may come to.
    let norm = |parts: [f32; LANES]| parts.iter().sum::<f32>().sqrt() * 1.001 + 2e-5;
    (norm(norms), norm(rests))
}

/// The logits of some tokens as `joint`'s product makes them, without onset logits; of those beyond the last,
/// anything.
struct InFull<'a> {
    of: &'a Shortlist,
    x: &'a [f32],
    tokens: &'a [u16],
}

impl Job for InFull<'_> {
    type Output = [f32; TOGETHER];

    #[inline(always)]
    fn run<L: Lanes>(self) -> [f32; TOGETHER] {
        let Shortlist { inputs, weight, tokens, .. } = self.of;
        let token = |i: usize| usize::from(self.tokens.get(i).map_or(0, |token| *token));
        let rows: [&[f32]; TOGETHER] =
            std::array::from_fn(|i| &weight[token(i) * inputs..][..*inputs]);
        let mut logits = std::array::from_fn(|i| tokens.bias[token(i)]);
        for (k, x) in self.x[..*inputs].iter().enumerate() {
            for (logit, row) in logits.iter_mut().zip(rows) {
                *logit = x.mul_add(row[k], *logit);
            }
        }
        logits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::tokens::AddOnsets;
    use crate::noise::{Noise, Purpose};

    /// Tokens of random steps, beside those of all logits in full; gives back the largest number of candidates.
    fn agrees_with_all_logits(
        inputs: usize,
        scale: f32,
        spread: impl Fn(usize) -> f32,
        temperature: f32,
    ) -> usize {
        let mut noise = Noise::new(inputs as u64, Purpose::Weights, 0);
        let mut normal = |count: usize, scale: f32| {
            let mut numbers = vec![0.0; count];
            noise.fill_normal(&mut numbers);
            numbers.iter_mut().for_each(|x| *x *= scale);
            numbers
        };
        let mut weight = normal(TOKENS * inputs, scale);
        // Equal rows: the lower token wins.
        weight.copy_within(..inputs, 9 * inputs);
        let mut bias = normal(TOKENS, 0.3);
        bias[9] = bias[0];
        let list = Shortlist::pack(&weight, &bias);
        let mut scratch = ShortlistScratch::default();
        let mut most = 0;
        for step in 0..20 {
            let x: Vec<f32> = normal(inputs, 1.0).into_iter().map(|x| x.tanh()).collect();
            let x: Vec<f32> = x.iter().enumerate().map(|(k, x)| x * spread(step + k)).collect();
            let onsets = *normal(INSTRUMENTS, 2.0).first_chunk().unwrap();
            let mut of_tokens: [f32; TOKENS] = *normal(TOKENS, 0.5).first_chunk().unwrap();
            if step % 4 == 1 {
                // Locks leave few tokens, or none.
                of_tokens[step..].fill(f32::NEG_INFINITY);
            } else if step == 6 {
                of_tokens.fill(f32::NEG_INFINITY);
            }
            let gumbel = normal(TOKENS, 1.0);
            let draw = Draw { bias: &of_tokens, temperature, noise: &gumbel };
            let dot = |token: usize| {
                let row = &weight[token * inputs..][..inputs];
                row.iter().zip(&x).fold(bias[token], |sum, (w, x)| x.mul_add(*w, sum))
            };
            for isa in Isa::available() {
                let logits = &mut std::array::from_fn(dot);
                isa.run(AddOnsets { onsets: &onsets, logits });
                let expected = draw.token(isa, 0, logits);
                let found = list.token(isa, 0, &x, &onsets, draw, &mut scratch);
                assert_eq!(found, expected, "step {step}, {isa:?}");
                if step % 4 != 1 && step != 6 {
                    most = most.max(scratch.candidates.len());
                }
            }
        }
        most
    }

    #[test]
    fn the_token_is_that_of_all_logits_in_full() {
        for temperature in [0.0, 0.7] {
            for inputs in [1, 3, 33, 256] {
                agrees_with_all_logits(inputs, 0.2, |_| 1.0, temperature);
            }
            // Logits far apart, alike, and rows of zeros.
            assert!(agrees_with_all_logits(64, 4.0, |_| 1.0, temperature) < TOKENS / 8);
            agrees_with_all_logits(64, 1e-5, |_| 1.0, temperature);
            agrees_with_all_logits(64, 0.0, |_| 1.0, temperature);
            // Inputs of nothing, of less than a step of their codes, and beyond 1.
            agrees_with_all_logits(64, 0.5, |_| 0.0, temperature);
            agrees_with_all_logits(64, 0.5, |_| 1e-3, temperature);
            agrees_with_all_logits(64, 0.5, |k| if k % 9 == 0 { 3.0 } else { 1.0 }, temperature);
        }
    }

    #[test]
    fn of_a_network_as_wide_as_compacts_few_tokens_are_candidates() {
        assert!(agrees_with_all_logits(256, 0.2, |_| 1.0, 0.0) < 32);
    }
}
