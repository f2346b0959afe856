//! Layers of an LSTM one above the other: the conductor and the decoder.

use std::ops::Range;

use super::isa::Isa;
use super::lstm::{Layer, LayerState};
use super::matrix::Rows;
use super::tensors::Source;
use crate::weights::WeightsError;
use crate::weights::config::LstmConfig;

/// The layers, all of the same width.
#[derive(Debug)]
pub(super) struct Stack {
    layers: Vec<Layer>,
    /// Biases `[4H]` of each layer but the first, whose gates the caller prepares.
    biases: Vec<Vec<f32>>,
    hidden: usize,
}

/// State of a stack between two steps, for each sequence, and its gates.
#[derive(Debug, Default)]
pub(super) struct StackState {
    layers: Vec<LayerState>,
    /// `[sequences, padded 4H]`; before a step, what the first layer's gates hold besides the share of its state and its
    /// changing input columns.
    pub(super) gates: Rows,
    /// The sparse columns of the first layer's input that are 1, for each sequence.
    pub(super) struck: Vec<Vec<u16>>,
}

impl Stack {
    /// Packs the LSTM `name`; `columns` of the first layer's input change with every step, and its first
    /// `sparse` are 0 or 1.
    pub(super) fn pack(
        source: Source<'_>,
        name: &str,
        config: &LstmConfig,
        sparse: usize,
        columns: Range<usize>,
    ) -> Result<Self, WeightsError> {
        let (mut layers, mut biases) = (Vec::new(), Vec::new());
        for index in 0..config.layers {
            let tensors = source.lstm(name, index, "")?;
            let (sparse, columns) =
                if index == 0 { (sparse, columns.clone()) } else { (0, 0..config.hidden) };
            layers.push(Layer::pack(source.isa, tensors, sparse, columns));
            if index > 0 {
                biases.push(tensors.bias());
            }
        }
        Ok(Self { layers, biases, hidden: config.hidden })
    }

    /// A state for `sequences` sequences.
    pub(super) fn state(&self, sequences: usize) -> StackState {
        StackState {
            layers: self.layers.iter().map(|layer| layer.state(sequences)).collect(),
            gates: Rows::new(sequences, self.layers[0].gates()),
            struck: vec![Vec::new(); sequences],
        }
    }

    /// Begins sequence `row` from `start`: h of every layer, then c of every layer `[2 layers H]`.
    pub(super) fn begin(&self, state: &mut StackState, row: usize, start: &[f32]) {
        let mut parts = start.chunks_exact(self.hidden);
        for index in 0..self.layers.len() {
            let output = parts.next().expect("an h for every layer");
            state.layers[index].x.set(row, output);
            if let Some(above) = state.layers.get_mut(index + 1) {
                above.x.row_mut(row)[self.hidden..].copy_from_slice(output);
            }
        }
        for layer in &mut state.layers {
            layer.cell.set(row, parts.next().expect("a c for every layer"));
        }
    }

    /// The first layer's changing input columns of sequence `row`.
    pub(super) fn input<'a>(&self, state: &'a mut StackState, row: usize) -> &'a mut [f32] {
        &mut state.layers[0].x.row_mut(row)[self.hidden..]
    }

    /// Advances the first `sequences` sequences by one step.
    pub(super) fn step(&self, isa: Isa, state: &mut StackState, sequences: usize) {
        let StackState { layers: states, gates, struck } = state;
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                for row in 0..sequences {
                    gates.set(row, &self.biases[index - 1]);
                }
            }
            let struck = |row: usize| if index == 0 { struck[row].as_slice() } else { &[] };
            layer.step(isa, struck, &mut states[index], gates, sequences);
            if let [below, above, ..] = &mut states[index..] {
                for row in 0..sequences {
                    let output = &below.x.row(row)[..self.hidden];
                    above.x.row_mut(row)[self.hidden..].copy_from_slice(output);
                }
            }
        }
    }

    /// The top layer's outputs: the first H numbers of each row.
    pub(super) fn top<'a>(&self, state: &'a StackState) -> &'a Rows {
        &state.layers[self.layers.len() - 1].x
    }
}
