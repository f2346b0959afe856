//! One step of one LSTM layer, for several sequences side by side.

use std::ops::Range;

use super::isa::{Isa, Job};
use super::lanes::Lanes;
use super::math::lstm_unit;
use super::matrix::{Matrix, Rows};

/// The trained numbers of a layer (and direction), as PyTorch lays them out: gates i, f, g, o.
#[derive(Clone, Copy)]
pub(super) struct LayerTensors<'a> {
    /// `[4H, inputs]`.
    pub(super) weight_ih: &'a [f32],
    /// `[4H, H]`.
    pub(super) weight_hh: &'a [f32],
    /// `[4H]`.
    pub(super) bias_ih: &'a [f32],
    /// `[4H]`.
    pub(super) bias_hh: &'a [f32],
}

impl LayerTensors<'_> {
    /// Columns of the input.
    pub(super) fn inputs(&self) -> usize {
        self.weight_ih.len() / self.bias_ih.len()
    }

    /// Units, H.
    pub(super) fn hidden(&self) -> usize {
        self.bias_ih.len() / 4
    }

    /// The gates' bias: the sum of both biases `[4H]`.
    pub(super) fn bias(&self) -> Vec<f32> {
        self.bias_ih.iter().zip(self.bias_hh).map(|(a, b)| a + b).collect()
    }

    /// Packs columns `columns` of the input's weights alone.
    pub(super) fn pack_inputs(&self, isa: Isa, columns: Range<usize>) -> Matrix {
        let (inputs, first) = (self.inputs(), columns.start);
        Matrix::pack(isa, 4 * self.hidden(), columns.len(), |gate, k| {
            self.weight_ih[gate * inputs + first + k]
        })
    }
}

/// A layer whose input rows are `[previous output, input columns that change with every step]`.
#[derive(Debug)]
pub(super) struct Layer {
    matrix: Matrix,
    hidden: usize,
}

/// State of a layer between two steps, for each sequence.
#[derive(Debug, Default)]
pub(super) struct LayerState {
    /// `[sequences, H + columns]`: the last output h, then the next input.
    pub(super) x: Rows,
    /// `[sequences, H]`: the cell c.
    pub(super) cell: Rows,
}

impl Layer {
    /// Packs a layer of which `columns` of the input change with every step, and whose first `sparse`
    /// are 0 or 1; the share of the others must be in the gates that [`step`](Self::step) is given.
    pub(super) fn pack(
        isa: Isa,
        tensors: LayerTensors<'_>,
        sparse: usize,
        columns: Range<usize>,
    ) -> Self {
        let (hidden, inputs, first) = (tensors.hidden(), tensors.inputs(), columns.start);
        let (own, all) = (sparse + hidden, sparse + hidden + columns.len());
        let matrix = Matrix::pack_sparse(isa, 4 * hidden, sparse, all, true, |gate, k| match k {
            k if k < sparse => tensors.weight_ih[gate * inputs + k],
            k if k < own => tensors.weight_hh[gate * hidden + k - sparse],
            k => tensors.weight_ih[gate * inputs + first + k - own],
        });
        Self { matrix, hidden }
    }

    /// A state for `sequences` sequences, all zero.
    pub(super) fn state(&self, sequences: usize) -> LayerState {
        LayerState {
            x: Rows::new(sequences, self.matrix.dense()),
            cell: Rows::new(sequences, self.hidden),
        }
    }

    /// Width of rows of gates.
    pub(super) fn gates(&self) -> usize {
        self.matrix.padded()
    }

    /// Advances the first `sequences` sequences. `struck` lists the sparse columns that are 1; `gates` holds
    /// the biases and what else does not come from them and `state.x`, and is overwritten.
    pub(super) fn step<'a>(
        &'a self,
        isa: Isa,
        struck: impl Fn(usize) -> &'a [u16],
        state: &mut LayerState,
        gates: &mut Rows,
        sequences: usize,
    ) {
        self.matrix.multiply_add_sparse(isa, struck, &state.x, gates, sequences);
        for row in 0..sequences {
            let output = &mut state.x.row_mut(row)[..self.hidden];
            isa.run(Units { gates: gates.row(row), cell: state.cell.row_mut(row), output });
        }
    }
}

/// A layer's units, from the sums at their gates.
struct Units<'a> {
    gates: &'a [f32],
    cell: &'a mut [f32],
    output: &'a mut [f32],
}

impl Job for Units<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let n = self.output.len();
        let (i, rest) = self.gates.split_at(n);
        let (f, rest) = rest.split_at(n);
        let (g, rest) = rest.split_at(n);
        let (o, cell, output) = (&rest[..n], &mut self.cell[..n], self.output);
        for j in 0..n {
            (cell[j], output[j]) = lstm_unit(i[j], f[j], g[j], o[j], cell[j]);
        }
    }
}
