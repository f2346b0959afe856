//! The operations of the network: this crate's own for the CPU, or candle's for every other device.

use candle_core::{Device, Module, Result, Tensor};
use candle_nn::Linear;

use super::cpu::elementwise::{self, Elementwise};
use super::cpu::linear::LinearOp;

/// The operations that a network is computed with, forward and backward. Results agree within rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operations {
    /// This crate's, each with a backward pass of its own. For the CPU, and fast there.
    Cpu,
    /// candle's alone, with its automatic differentiation. For any device; a GPU trains with these.
    Candle,
}

impl Operations {
    /// Those that `device` is best served with.
    pub fn of(device: &Device) -> Self {
        if device.is_cpu() { Self::Cpu } else { Self::Candle }
    }

    /// `x [.., I]` through `layer`, `[.., O]`.
    pub(super) fn linear(self, layer: &Linear, x: &Tensor) -> Result<Tensor> {
        match (self, layer.bias()) {
            (Self::Cpu, Some(bias)) => {
                let (weight, bias) = (layer.weight().contiguous()?, bias.contiguous()?);
                x.contiguous()?.apply_op3(&weight, &bias, LinearOp)
            }
            _ => layer.forward(x),
        }
    }

    /// tanh(x).
    pub(super) fn tanh(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Cpu => elementwise::apply(x, Elementwise::Tanh),
            Self::Candle => x.tanh(),
        }
    }

    /// x Phi(x), where Phi is the cumulative distribution function of N(0, 1).
    pub(super) fn gelu(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Cpu => elementwise::apply(x, Elementwise::Gelu),
            Self::Candle => x.gelu_erf(),
        }
    }

    /// x sigmoid(x).
    pub(super) fn silu(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Cpu => elementwise::apply(x, Elementwise::Silu),
            Self::Candle => x.silu(),
        }
    }
}
