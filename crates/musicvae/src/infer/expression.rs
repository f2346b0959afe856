//! Velocities and micro-offsets of the hits that were decoded.
//!
//! Nothing feeds back from them, so they are computed afterwards, only for steps where something is
//! struck, eight steps at a time.

use groove::{Hit, INSTRUMENTS, Pattern, STEPS, Token};

use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Matrix, Rows};
use super::tensors::Source;
use super::tokens::push_columns;
use crate::weights::WeightsError;
use crate::weights::config::TokenInput;
use crate::weights::velocity_curves::VelocityCurves;

/// Numbers per step: nine velocities, nine micro-offsets.
pub(super) const COLUMNS: usize = 2 * INSTRUMENTS;
/// Steps computed together.
const TOGETHER: usize = 8;

/// The expression's weights.
#[derive(Debug)]
pub(super) struct Expression {
    /// From the step's own token and the decoder's output.
    head: Linear,
    curves: VelocityCurves,
    hidden: usize,
}

/// The expression's buffers.
#[derive(Debug, Default)]
pub(super) struct ExpressionScratch {
    inputs: Rows,
    struck: Vec<Vec<u16>>,
    sums: Rows,
}

impl Expression {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let weight = source.numbers("expression.weight")?;
        let hidden = source.file.config().decoder.hidden;
        let inputs = hidden + INSTRUMENTS;
        // The file has the token's columns last.
        let matrix =
            Matrix::pack_sparse(source.isa, COLUMNS, INSTRUMENTS, inputs, false, |o, k| {
                weight[o * inputs + if k < INSTRUMENTS { hidden + k } else { k - INSTRUMENTS }]
            });
        Ok(Self {
            head: Linear::new(matrix, source.numbers("expression.bias")?),
            curves: VelocityCurves::from_weights(source.file),
            hidden,
        })
    }

    pub(super) fn scratch(&self) -> ExpressionScratch {
        ExpressionScratch {
            inputs: Rows::new(TOGETHER, self.hidden),
            struck: vec![Vec::new(); TOGETHER],
            sums: self.head.rows(TOGETHER),
        }
    }

    /// The pattern of `tokens`, from the decoder's `outputs [64, H]` and, with a direct path, the
    /// `sketch [64, 18]` (else empty).
    pub(super) fn run(
        &self,
        isa: Isa,
        tokens: &[Token; STEPS],
        outputs: &[f32],
        sketch: &[f32],
        scratch: &mut ExpressionScratch,
    ) -> Pattern {
        let ExpressionScratch { inputs, struck: columns, sums } = scratch;
        let mut pattern = Pattern::EMPTY;
        let mut struck = (0..STEPS).filter(|&step| tokens[step] != Token::SILENCE);
        loop {
            let mut steps = [0; TOGETHER];
            let mut count = 0;
            for step in struck.by_ref().take(TOGETHER) {
                inputs.set(count, &outputs[step * self.hidden..][..self.hidden]);
                sums.set(count, &self.head.bias);
                columns[count].clear();
                push_columns(TokenInput::MultiHot, tokens[step], 0, &mut columns[count]);
                if let Some(sketch) = sketch.chunks_exact(COLUMNS).nth(step) {
                    for (sum, sketch) in sums.row_mut(count).iter_mut().zip(sketch) {
                        *sum += sketch;
                    }
                }
                steps[count] = step;
                count += 1;
            }
            if count == 0 {
                return pattern;
            }
            let columns = |row: usize| columns[row].as_slice();
            self.head.matrix.multiply_add_sparse(isa, columns, inputs, sums, count);
            for (row, &step) in steps[..count].iter().enumerate() {
                let sums = sums.row(row);
                for instrument in tokens[step].instruments() {
                    let column = instrument.index();
                    let velocity = self.curves.apply(instrument, math::sigmoid(sums[column]));
                    let micro_offset = 0.5 * math::tanh(sums[INSTRUMENTS + column]);
                    pattern.set(step, instrument, Some(Hit::new(velocity, micro_offset)));
                }
            }
        }
    }
}
