//! tanh, GELU and SiLU as single operations with their own backward, on the CPU: in vector code, on all cores. One by one
//! through the system's mathematics they took a tenth of the time in which the other cores wait.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::activation::{self, normal, sigmoid, vectorised};
use crate::network::tensors::{contiguous, with_both};

/// Numbers that a thread computes at a time.
const PART: usize = 1 << 12;

/// `f` of every number of `x`.
pub(in crate::network) fn apply(x: &Tensor, f: Elementwise) -> Result<Tensor> {
    x.contiguous()?.apply_op1(f)
}

/// The functions.
pub(in crate::network) enum Elementwise {
    Tanh,
    Gelu,
    Silu,
}

impl CustomOp1 for Elementwise {
    fn name(&self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
        }
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = contiguous(x, layout)?;
        let out = match self {
            Self::Tanh => map([x, x], |[x, _]| activation::tanh(x)),
            Self::Gelu => map([x, x], |[x, _]| x * normal(x).0),
            Self::Silu => map([x, x], |[x, _]| x * sigmoid(x)),
        };
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, result: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let grad = grad.contiguous()?;
        let of = match self {
            Self::Tanh => result,
            Self::Gelu | Self::Silu => x,
        };
        let d = with_both(of, &grad, |of, grad| match self {
            Self::Tanh => map([of, grad], |[y, d]| d * (1.0 - y * y)),
            Self::Gelu => map([of, grad], |[x, d]| {
                let (share, density) = normal(x);
                d * (share + x * density)
            }),
            Self::Silu => map([of, grad], |[x, d]| {
                let share = sigmoid(x);
                d * share * (1.0 + x * (1.0 - share))
            }),
        })?;
        Tensor::from_vec(d, grad.shape(), grad.device()).map(Some)
    }
}

/// `f` of the numbers at each place, which must be `#[inline(always)]` in what it calls.
fn map([a, b]: [&[f32]; 2], f: impl Fn([f32; 2]) -> f32 + Sync) -> Vec<f32> {
    let mut out = vec![0.0; a.len()];
    let parts = a.par_chunks(PART).zip(b.par_chunks(PART));
    out.par_chunks_mut(PART).zip(parts).for_each(|(out, (a, b))| {
        vectorised(
            #[inline(always)]
            || out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = f([*a, *b])),
        );
    });
    out
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn values_and_gradients_agree_with_candles() {
        let x: Vec<f32> = (0..2 * PART + 9).map(|i| (i as f32 * 0.37).sin() * 7.0).collect();
        let weights: Vec<f32> = (0..x.len()).map(|i| (i as f32 * 0.73).cos()).collect();
        let weights = Tensor::from_vec(weights, x.len(), &Device::Cpu).unwrap();
        let x = Var::from_vec(x, weights.shape(), &Device::Cpu).unwrap();
        let run = |y: Tensor| {
            let gradients = (&y * &weights).unwrap().sum_all().unwrap().backward().unwrap();
            [&y, gradients.get(&x).unwrap()].map(|x| x.to_vec1::<f32>().unwrap()).concat()
        };
        for (found, expected) in [
            (Elementwise::Tanh, x.tanh()),
            (Elementwise::Gelu, x.gelu_erf()),
            (Elementwise::Silu, x.silu()),
        ]
        .map(|(f, expected)| (run(apply(&x, f).unwrap()), run(expected.unwrap())))
        {
            for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert!((found - expected).abs() < 2e-6, "{i}: {found}, not {expected}");
            }
        }
    }
}
