//! The conductor: from a latent vector to one embedding per bar.

use groove::BARS;

use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::stack::{Stack, StackState};
use super::tensors::Source;
use crate::config::Config;
use crate::weights::WeightsError;

/// The conductor's weights.
#[derive(Debug)]
pub(super) struct Conductor {
    latent_to_state: Linear,
    /// The latent's share of the first layer's gates, the same at all four steps.
    latent_to_gates: Linear,
    stack: Stack,
    embed: Linear,
    hidden: usize,
}

/// The conductor's buffers.
#[derive(Debug, Default)]
pub(super) struct ConductorScratch {
    start: Rows,
    gates: Rows,
    state: StackState,
    outputs: Rows,
    /// Bar embeddings `[4 patterns, padded E]`, the result.
    pub(super) bars: Rows,
}

impl Conductor {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let Config { latent, conductor, .. } = source.file.config();
        let first = source.lstm("conductor", 0, "")?;
        let matrix = first.pack_inputs(source.isa, 0..*latent);
        Ok(Self {
            latent_to_state: source.linear("latent_to_state")?,
            latent_to_gates: Linear::new(matrix, &first.bias()),
            stack: Stack::pack(source, "conductor", conductor, 0, 0..0)?,
            embed: source.linear("embed")?,
            hidden: conductor.hidden,
        })
    }

    /// Buffers for `patterns` patterns.
    pub(super) fn scratch(&self, patterns: usize) -> ConductorScratch {
        ConductorScratch {
            start: self.latent_to_state.rows(patterns),
            gates: self.latent_to_gates.rows(patterns),
            state: self.stack.state(patterns),
            outputs: Rows::new(BARS * patterns, self.hidden),
            bars: self.embed.rows(BARS * patterns),
        }
    }

    /// Writes the bar embeddings of the latent vectors in the first `patterns` rows of `z`.
    pub(super) fn run(&self, isa: Isa, z: &Rows, scratch: &mut ConductorScratch, patterns: usize) {
        let ConductorScratch { start, gates, state, outputs, bars } = scratch;
        self.latent_to_state.apply(isa, z, start, patterns);
        self.latent_to_gates.apply(isa, z, gates, patterns);
        for pattern in 0..patterns {
            map(isa, start.row_mut(pattern), math::tanh);
            self.stack.begin(state, pattern, start.row(pattern));
        }
        for bar in 0..BARS {
            for pattern in 0..patterns {
                state.gates.set(pattern, gates.row(pattern));
            }
            self.stack.step(isa, state, patterns);
            for pattern in 0..patterns {
                let output = &self.stack.top(state).row(pattern)[..self.hidden];
                outputs.set(pattern * BARS + bar, output);
            }
        }
        self.embed.apply(isa, outputs, bars, BARS * patterns);
        for bar in 0..BARS * patterns {
            map(isa, bars.row_mut(bar), math::tanh);
        }
    }
}
