//! A recurrent layer that is run step by step, several sequences side by side.

use super::isa::Isa;
use super::lstm::{Layer, LayerState};
use super::matrix::Rows;
use super::tensors::Source;
use crate::weights::WeightsError;

/// A layer of an LSTM and its gates' biases.
#[derive(Debug)]
pub(super) struct Recurrent {
    layer: Layer,
    bias: Vec<f32>,
    hidden: usize,
}

/// States of a recurrent layer, and its gates.
pub(super) struct Running {
    state: LayerState,
    gates: Rows,
}

impl Recurrent {
    pub(super) fn pack(source: Source<'_>, name: &str) -> Result<Self, WeightsError> {
        let tensors = source.lstm(name, 0, "")?;
        let layer = Layer::pack(source.isa, tensors, 0, 0..tensors.inputs());
        Ok(Self { layer, bias: tensors.bias(), hidden: tensors.hidden() })
    }

    pub(super) fn start(&self, sequences: usize) -> Running {
        Running {
            state: self.layer.state(sequences),
            gates: Rows::new(sequences, self.layer.gates()),
        }
    }

    /// The next input of sequence `row`.
    pub(super) fn input<'a>(&self, running: &'a mut Running, row: usize) -> &'a mut [f32] {
        &mut running.state.x.row_mut(row)[self.hidden..]
    }

    pub(super) fn step(&self, isa: Isa, running: &mut Running, sequences: usize) {
        for row in 0..sequences {
            running.gates.set(row, &self.bias);
        }
        self.layer.step(isa, |_| &[], &mut running.state, &mut running.gates, sequences);
    }

    pub(super) fn output<'a>(&self, running: &'a Running, row: usize) -> &'a [f32] {
        &running.state.x.row(row)[..self.hidden]
    }
}
