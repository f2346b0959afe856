//! What time it is at a sample, and whether it has jumped.

use engine::SLACK;

use super::{Drummer, Line, is_doubtful};
use crate::case::Block;

/// Time does not run on.
#[derive(Clone, Copy)]
pub(super) struct Jump {
    /// At a loop's start they have sounded before its end.
    pub(super) pulls_early_hits: bool,
}

impl Drummer<'_> {
    /// Whether `end` is reached after the time `before` and a sample later at most.
    pub(super) fn passes(&mut self, before: f64, end: f64, step: f64, at: u32) -> bool {
        if is_doubtful(end, before + SLACK * step)
            || is_doubtful(end, before + (1.0 + SLACK) * step)
        {
            self.unclear(at);
        }
        before + SLACK * step < end && before + step + SLACK * step >= end
    }

    /// Time begins to run in this block, or runs on from the last: what time it is at sample `at`.
    pub(super) fn enter(&mut self, block: &Block, at: u32, step: f64) -> (f64, Option<Jump>) {
        let told =
            block.transport.position.map(|position| position.0).filter(|position| {
                block.transport.is_playing && position.abs() <= 2.0_f64.powi(40)
            });
        let Some(line) = self.line else {
            let now = told.map_or(0.0, |told| self.host_time(block, told, at, step));
            self.line = Some(Line { reached: now, expected: now, step, frames: 0 });
            return (now, Some(Jump { pulls_early_hits: true }));
        };
        let Some(told) = told else { return (line.expected, None) };
        // What a host's rounding, and its tempo's bend, come to.
        let bend = (step - line.step).abs() * f64::from(line.frames);
        let most = 1.0 / 960.0 + 1.5 * line.step.min(0.125) + bend.min(0.125);
        let sure = bend.clamp(1.0 / 960.0, 0.125);
        let off = (told - line.expected).abs();
        if off <= sure * 0.999 {
            return (told, None);
        }
        if off <= most * 1.001 {
            self.unclear(at);
        }
        if let Some((start, end)) = looped(block, step) {
            let off = (told - start).abs().max((line.expected - end).abs());
            if off <= sure * 0.999 {
                return (told, Some(Jump { pulls_early_hits: false }));
            }
            if off <= most * 1.001 {
                self.unclear(at);
            }
            // The other way round: he has gone round already, the host is about to.
            let off = (told - end).abs().max((line.expected - start).abs());
            if off <= sure * 0.999 {
                return (told - (end - start), None);
            }
            if off <= most * 1.001 {
                self.unclear(at);
            }
        }
        (told, Some(Jump { pulls_early_hits: true }))
    }

    /// What time the host has at sample `at` of a block that begins at `told`.
    pub(super) fn host_time(&mut self, block: &Block, told: f64, at: u32, step: f64) -> f64 {
        let mut now = told + f64::from(at) * step;
        if let Some((start, end)) = looped(block, step)
            && told + SLACK * step < end
        {
            if is_doubtful(end, now + SLACK * step) || is_doubtful(end, told + SLACK * step) {
                self.unclear(at);
            }
            while now + SLACK * step >= end {
                now -= end - start;
                if is_doubtful(end, now + SLACK * step) {
                    self.unclear(at);
                }
            }
        }
        now
    }
}

/// The loop, if the host has one that is longer than a sample.
pub(super) fn looped(block: &Block, step: f64) -> Option<(f64, f64)> {
    let (start, end) = block.transport.loop_range.filter(|_| block.transport.is_playing)?;
    (end.0 - start.0 > step).then_some((start.0, end.0))
}
