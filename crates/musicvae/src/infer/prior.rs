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

/// Where points are on their way, and the buffers of an evaluation: a row for each point.
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

    /// The points that `noise` (`[Z]` each) leads to, each in its style (`None`, or one that is not known: any).
    pub(super) fn draw(
        &self,
        isa: Isa,
        noise: &[&[f32]],
        styles: &[Option<usize>],
    ) -> Vec<Vec<f32>> {
        self.follow(isa, noise, styles, 0.0, 1.0)
    }

    /// The noise that leads to `point [Z]`, nearly.
    pub(super) fn invert(&self, isa: Isa, point: &[f32], style: Option<usize>) -> Vec<f32> {
        self.follow(isa, &[point], &[style], 1.0, 0.0).swap_remove(0)
    }

    /// Follows v from each of `from` at time `start` to time `end`.
    fn follow(
        &self,
        isa: Isa,
        from: &[&[f32]],
        styles: &[Option<usize>],
        start: f32,
        end: f32,
    ) -> Vec<Vec<f32>> {
        let known = |style: &Option<usize>| style.filter(|&style| style < self.config.styles);
        let styles: Vec<Option<usize>> = styles.iter().map(known).collect();
        let count = from.len();
        let z = from.first().map_or(0, |x| x.len());
        let mut way = Way {
            x: Rows::new(count, z),
            condition: Rows::new(count, self.config.condition()),
            shifts: self.condition.rows(count),
            h: self.input.rows(count),
            active: Rows::new(count, self.config.hidden),
            change: self.input.rows(count),
            v: self.output.rows(count),
        };
        let mut at: Vec<Vec<f32>> = from.iter().map(|x| x.to_vec()).collect();
        let steps = self.config.steps;
        let length = (end - start) / steps as f32;
        let time = |step: usize| start + (end - start) * (step as f32 / steps as f32);
        for step in 0..steps {
            for (row, at) in at.iter().enumerate() {
                way.x.set(row, at);
            }
            self.evaluate(isa, &mut way, time(step), &styles);
            let first = way.v.clone();
            for (row, at) in at.iter().enumerate() {
                let ahead = way.x.row_mut(row).iter_mut().zip(at).zip(first.row(row));
                ahead.for_each(|((ahead, x), v)| *ahead = v.mul_add(length, *x));
            }
            self.evaluate(isa, &mut way, time(step + 1), &styles);
            for (row, at) in at.iter_mut().enumerate() {
                for ((x, a), b) in at.iter_mut().zip(first.row(row)).zip(way.v.row(row)) {
                    *x = (0.5 * (a + b)).mul_add(length, *x);
                }
            }
        }
        at
    }

    /// Writes v at the rows of `way.x` to those of `way.v`.
    fn evaluate(&self, isa: Isa, way: &mut Way, time: f32, styles: &[Option<usize>]) {
        let (hidden, count) = (self.config.hidden, styles.len());
        for (row, style) in styles.iter().enumerate() {
            self.config.write_condition(time, *style, way.condition.row_mut(row));
        }
        self.condition.apply(isa, &way.condition, &mut way.shifts, count);
        self.input.apply(isa, &way.x, &mut way.h, count);
        for row in 0..count {
            add(way.h.row_mut(row), &way.shifts.row(row)[..hidden]);
        }
        for (i, block) in self.blocks.iter().enumerate() {
            for row in 0..count {
                way.active.set(row, &way.h.row(row)[..hidden]);
                map(isa, way.active.row_mut(row), math::silu);
            }
            block.apply(isa, &way.active, &mut way.change, count);
            for row in 0..count {
                let change = &mut way.change.row_mut(row)[..hidden];
                add(change, &way.shifts.row(row)[(i + 1) * hidden..][..hidden]);
                map(isa, change, math::silu);
                add(way.h.row_mut(row), change);
            }
        }
        self.output.apply(isa, &way.h, &mut way.v, count);
    }
}

fn add(to: &mut [f32], shift: &[f32]) {
    to.iter_mut().zip(shift).for_each(|(to, shift)| *to += shift);
}
