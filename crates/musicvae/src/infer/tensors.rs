//! Reading a network's parts out of a weights file, by PyTorch's names.

use super::isa::Isa;
use super::lstm::LayerTensors;
use super::matrix::Linear;
use crate::weights::{WeightsError, WeightsFile};

/// A weights file being repacked for one instruction set.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a WeightsFile,
    pub(super) isa: Isa,
}

impl<'a> Source<'a> {
    /// The tensor `name`, row-major.
    pub(super) fn numbers(self, name: &str) -> Result<&'a [f32], WeightsError> {
        self.file.numbers(name)
    }

    /// The linear layer `name`.
    pub(super) fn linear(self, name: &str) -> Result<Linear, WeightsError> {
        let weight = self.numbers(&format!("{name}.weight"))?;
        let bias = self.numbers(&format!("{name}.bias"))?;
        Ok(Linear::pack(self.isa, weight, bias))
    }

    /// Layer `layer` of the LSTM `name`; `direction` is empty or `_reverse`.
    pub(super) fn lstm(
        self,
        name: &str,
        layer: usize,
        direction: &str,
    ) -> Result<LayerTensors<'a>, WeightsError> {
        let tensor = |kind: &str| self.numbers(&format!("{name}.{kind}_l{layer}{direction}"));
        Ok(LayerTensors {
            weight_ih: tensor("weight_ih")?,
            weight_hh: tensor("weight_hh")?,
            bias_ih: tensor("bias_ih")?,
            bias_hh: tensor("bias_hh")?,
        })
    }
}
