//! Drawing points from the learned prior. See [`crate::prior`].

use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::tensors::Source;
use crate::config::PriorConfig;
use crate::weights::WeightsError;

/// The prior's weights.
#[derive(Debug)]
pub(super) struct Prior {
    config: PriorConfig,
    input: Linear,
    condition: Linear,
    blocks: Vec<Linear>,
    output: Linear,
}

/// Where a point is on its way, and the buffers of an evaluation.
struct Way {
    x: Rows,
    condition: Vec<f32>,
    condition_row: Rows,
    shifts: Rows,
    h: Rows,
    active: Rows,
    change: Rows,
    v: Rows,
}

impl Prior {
    pub(super) fn pack(source: Source<'_>, config: &PriorConfig) -> Result<Self, WeightsError> {
        let block = |i: usize| source.linear(&format!("prior.block_{i}"), 1);
        Ok(Self {
            config: config.clone(),
            input: source.linear("prior.input", 1)?,
            condition: source.linear("prior.condition", 1)?,
            blocks: (0..config.blocks).map(block).collect::<Result<_, _>>()?,
            output: source.linear("prior.output", 1)?,
        })
    }

    /// The point that `noise [Z]` leads to in `style` (`None`, or one that is not known: any).
    pub(super) fn draw(&self, isa: Isa, noise: &[f32], style: Option<usize>) -> Vec<f32> {
        self.follow(isa, noise, style, 0.0, 1.0)
    }

    /// The noise that leads to `point [Z]`, nearly.
    pub(super) fn invert(&self, isa: Isa, point: &[f32], style: Option<usize>) -> Vec<f32> {
        self.follow(isa, point, style, 1.0, 0.0)
    }

    /// Follows v from `from` at time `start` to time `end`.
    fn follow(
        &self,
        isa: Isa,
        from: &[f32],
        style: Option<usize>,
        start: f32,
        end: f32,
    ) -> Vec<f32> {
        let style = style.filter(|&style| style < self.config.styles);
        let z = from.len();
        let mut way = Way {
            x: Rows::new(1, z),
            condition: vec![0.0; self.config.condition()],
            condition_row: Rows::new(1, self.config.condition()),
            shifts: self.condition.rows(1),
            h: self.input.rows(1),
            active: Rows::new(1, self.config.hidden),
            change: self.input.rows(1),
            v: self.output.rows(1),
        };
        let mut at = from.to_vec();
        let steps = self.config.steps;
        let length = (end - start) / steps as f32;
        let time = |step: usize| start + (end - start) * (step as f32 / steps as f32);
        for step in 0..steps {
            way.x.set(0, &at);
            self.evaluate(isa, &mut way, time(step), style);
            let first = way.v.row(0)[..z].to_vec();
            let ahead: Vec<f32> =
                at.iter().zip(&first).map(|(x, v)| v.mul_add(length, *x)).collect();
            way.x.set(0, &ahead);
            self.evaluate(isa, &mut way, time(step + 1), style);
            for ((x, a), b) in at.iter_mut().zip(&first).zip(way.v.row(0)) {
                *x = (0.5 * (a + b)).mul_add(length, *x);
            }
        }
        at
    }

    /// Writes v at `way.x` to `way.v`.
    fn evaluate(&self, isa: Isa, way: &mut Way, time: f32, style: Option<usize>) {
        let hidden = self.config.hidden;
        self.config.write_condition(time, style, &mut way.condition);
        way.condition_row.set(0, &way.condition);
        self.condition.apply(isa, &way.condition_row, &mut way.shifts, 1);
        let shift = |shifts: &Rows, i: usize, row: &mut [f32]| {
            for (x, shift) in row.iter_mut().zip(&shifts.row(0)[i * hidden..][..hidden]) {
                *x += shift;
            }
        };
        self.input.apply(isa, &way.x, &mut way.h, 1);
        shift(&way.shifts, 0, way.h.row_mut(0));
        for (i, block) in self.blocks.iter().enumerate() {
            way.active.set(0, &way.h.row(0)[..hidden]);
            map(isa, way.active.row_mut(0), math::silu);
            block.apply(isa, &way.active, &mut way.change, 1);
            shift(&way.shifts, i + 1, way.change.row_mut(0));
            map(isa, &mut way.change.row_mut(0)[..hidden], math::silu);
            for (h, change) in way.h.row_mut(0).iter_mut().zip(&way.change.row(0)[..hidden]) {
                *h += change;
            }
        }
        self.output.apply(isa, &way.h, &mut way.v, 1);
    }
}
