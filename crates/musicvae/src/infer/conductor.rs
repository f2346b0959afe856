//! The conductor: from a latent vector to one embedding per bar.

use groove::BARS;

use super::isa::Isa;
use super::math;
use super::matrix::{Linear, Rows, map};
use super::stack::{Stack, StackState};
use super::tensors::Source;
use crate::weights::WeightsError;
use crate::weights::config::Config;

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
    /// Bar embeddings `[4, padded E]`, the result.
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

    pub(super) fn scratch(&self) -> ConductorScratch {
        ConductorScratch {
            start: self.latent_to_state.rows(1),
            gates: self.latent_to_gates.rows(1),
            state: self.stack.state(1),
            outputs: Rows::new(BARS, self.hidden),
            bars: self.embed.rows(BARS),
        }
    }

    /// Writes the bar embeddings of the latent vector in the first row of `z`.
    pub(super) fn run(&self, isa: Isa, z: &Rows, scratch: &mut ConductorScratch) {
        let ConductorScratch { start, gates, state, outputs, bars } = scratch;
        self.latent_to_state.apply(isa, z, start, 1);
        self.latent_to_gates.apply(isa, z, gates, 1);
        map(isa, start.row_mut(0), math::tanh);
        self.stack.begin(state, 0, start.row(0));
        for bar in 0..BARS {
            state.gates.set(0, gates.row(0));
            self.stack.step(isa, state, 1);
            outputs.set(bar, &self.stack.top(state).row(0)[..self.hidden]);
        }
        self.embed.apply(isa, outputs, bars, BARS);
        for bar in 0..BARS {
            map(isa, bars.row_mut(bar), math::tanh);
        }
    }
}
