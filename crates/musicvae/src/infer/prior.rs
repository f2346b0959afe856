//! Drawing points from the learned prior. See [`crate::prior`].

use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::tensors::Source;
use crate::weights::WeightsError;
use crate::weights::config::PriorConfig;

/// The prior's weights.
#[derive(Debug)]
pub(super) struct Prior {
    config: PriorConfig,
    input: Linear,
    condition: Linear,
    blocks: Vec<Linear>,
    output: Linear,
}

/// A point on its way, and the buffers of an evaluation, a row each.
struct Way {
    x: Rows,
    condition: Rows,
    shifts: Rows,
    h: Rows,
    active: Rows,
    change: Rows,
    v: Rows,
}

impl Prior {
    pub(super) fn pack(source: Source<'_>, config: &PriorConfig) -> Result<Self, WeightsError> {
        let block = |i: usize| source.linear(&format!("prior.block_{i}"));
        Ok(Self {
            config: config.clone(),
            input: source.linear("prior.input")?,
            condition: source.linear("prior.condition")?,
            blocks: (0..config.blocks).map(block).collect::<Result<_, _>>()?,
            output: source.linear("prior.output")?,
        })
    }

    /// The point `[Z]` that `noise [Z]` leads to in a style (`None`, or one that is not known: any).
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
        let mut way = Way {
            x: Rows::new(1, from.len()),
            condition: Rows::new(1, self.config.condition()),
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
            let first = way.v.clone();
            let ahead = way.x.row_mut(0).iter_mut().zip(&at).zip(first.row(0));
            ahead.for_each(|((ahead, x), v)| *ahead = v.mul_add(length, *x));
            self.evaluate(isa, &mut way, time(step + 1), style);
            for ((x, a), b) in at.iter_mut().zip(first.row(0)).zip(way.v.row(0)) {
                *x = (0.5 * (a + b)).mul_add(length, *x);
            }
        }
        at
    }

    /// Writes v at `way.x` to `way.v`.
    fn evaluate(&self, isa: Isa, way: &mut Way, time: f32, style: Option<usize>) {
        let hidden = self.config.hidden;
        self.config.write_condition(time, style, way.condition.row_mut(0));
        self.condition.apply(isa, &way.condition, &mut way.shifts, 1);
        self.input.apply(isa, &way.x, &mut way.h, 1);
        let shifts = way.shifts.row(0);
        add(way.h.row_mut(0), &shifts[..hidden]);
        for (i, block) in self.blocks.iter().enumerate() {
            way.active.set(0, &way.h.row(0)[..hidden]);
            map(isa, way.active.row_mut(0), math::silu);
            block.apply(isa, &way.active, &mut way.change, 1);
            let change = &mut way.change.row_mut(0)[..hidden];
            add(change, &shifts[(i + 1) * hidden..][..hidden]);
            map(isa, change, math::silu);
            add(way.h.row_mut(0), change);
        }
        self.output.apply(isa, &way.h, &mut way.v, 1);
    }
}

fn add(to: &mut [f32], shift: &[f32]) {
    to.iter_mut().zip(shift).for_each(|(to, shift)| *to += shift);
}
