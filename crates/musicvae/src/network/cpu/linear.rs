//! A linear layer as a single operation with its own backward, on the CPU: products on all cores, and gradients that
//! lie as their tensors do. candle adds up a bias's gradient number by number, and a weight's across its rows.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::matmul::{Into, Panels, View, ViewMut};
use super::sum_in_order;
use crate::network::tensors::{contiguous, with_both, with_numbers};

/// The most rows of a result that a thread computes at a time.
const PART: usize = 128;
/// Rows that share a sum for the weight's gradient.
const LANE: usize = 1024;

/// From `x [.., I]`, `weight [O, I]` and `bias [O]` to the images of the rows of `x`, `[.., O]`.
pub(in crate::network) struct LinearOp;

impl CustomOp3 for LinearOp {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let mut shape = x_layout.shape().dims().to_vec();
        let outputs = bias_layout.shape().dims1()?;
        let Some(inputs) = shape.last_mut().map(|last| std::mem::replace(last, outputs)) else {
            bail!("linear: an input without rows");
        };
        if weight_layout.shape().dims2()? != (outputs, inputs) {
            bail!("linear: {weight_layout:?} is not [{outputs}, {inputs}]");
        }
        let x = contiguous(x, x_layout)?;
        let weight = View::rows(contiguous(weight, weight_layout)?, outputs, inputs);
        let weight = Panels::of(&[weight.transposed()]);
        let bias = contiguous(bias, bias_layout)?;
        let n = x.len() / inputs;
        let mut out = vec![0.0; n * outputs];
        let part = rows_per_part(n);
        let parts = out.par_chunks_mut(part * outputs);
        parts.zip(x.par_chunks(part * inputs)).for_each(|(out, x)| {
            out.chunks_exact_mut(outputs).for_each(|row| row.copy_from_slice(bias));
            let x = View::rows(x, x.len() / inputs, inputs);
            weight.product(ViewMut::strided(out, outputs), x, Into::Add);
        });
        Ok((CpuStorage::F32(out), shape.into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (outputs, inputs) = weight.dims2()?;
        let n = x.elem_count() / inputs;
        let grad = grad.contiguous()?;
        let d_x = x.track_op().then(|| {
            with_both(&grad, weight, |d, weight| {
                let mut d_x = vec![0.0; n * inputs];
                let weight = Panels::of(&[View::rows(weight, outputs, inputs)]);
                let part = rows_per_part(n);
                let parts = d_x.par_chunks_mut(part * inputs);
                parts.zip(d.par_chunks(part * outputs)).for_each(|(d_x, d)| {
                    let d = View::rows(d, d.len() / outputs, outputs);
                    weight.product(ViewMut::strided(d_x, inputs), d, Into::Replace);
                });
                d_x
            })
        });
        let d_weight = with_both(&grad, x, |d, x| {
            let lanes = d.par_chunks(LANE * outputs).zip(x.par_chunks(LANE * inputs));
            sum_in_order(lanes.map(|(d, x)| weight_gradient(d, x, outputs, inputs)).collect())
        })?;
        let d_bias = with_numbers(&grad, |d| {
            let mut d_bias = vec![0.0; outputs];
            for row in d.chunks_exact(outputs) {
                d_bias.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
            }
            d_bias
        })?;
        let like = |numbers, of: &Tensor| Tensor::from_vec(numbers, of.shape(), of.device());
        Ok((
            d_x.transpose()?.map(|numbers| like(numbers, x)).transpose()?,
            Some(like(d_weight, weight)?),
            Some(like(d_bias, bias)?),
        ))
    }
}

/// Rows of a result of `n` that a thread computes at a time: four parts where that leaves enough of them for an efficient
/// product.
fn rows_per_part(n: usize) -> usize {
    n.div_ceil(4).clamp(32, PART)
}

/// The weight's gradient `[O, I]` from the rows of `x [N, I]` and of their images' gradients `d [N, O]`.
fn weight_gradient(d: &[f32], x: &[f32], outputs: usize, inputs: usize) -> Vec<f32> {
    let x = Panels::of(&[View::rows(x, x.len() / inputs, inputs)]);
    let mut d_weight = vec![0.0; outputs * inputs];
    let parts = d_weight.par_chunks_mut(PART * inputs).enumerate();
    parts.for_each(|(i, d_weight)| {
        let columns = d_weight.len() / inputs;
        let d = View::strided(&d[i * PART..], d.len() / outputs, columns, outputs);
        x.product(ViewMut::strided(d_weight, inputs), d.transposed(), Into::Replace);
    });
    d_weight
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};
    use candle_nn::{Linear, Module};

    use super::*;
    use crate::network::Operations;

    #[test]
    fn images_and_gradients_agree_with_candles() {
        let numbers = |shape: (usize, usize), step: f32| {
            let numbers = (0..shape.0 * shape.1).map(|i| (i as f32 * step).sin()).collect();
            Tensor::from_vec::<_, f32>(numbers, shape, &Device::Cpu).unwrap()
        };
        for (n, inputs, outputs) in
            [(1, 1, 1), (3, 7, 5), (2 * PART + 9, 20, PART + 3), (LANE + 5, 3, 2)]
        {
            let x = Var::from_tensor(&numbers((n, inputs), 0.37)).unwrap();
            let weight = Var::from_tensor(&numbers((outputs, inputs), 0.73)).unwrap();
            let bias = Var::from_tensor(&numbers((1, outputs), 1.1).squeeze(0).unwrap()).unwrap();
            let layer = Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone()));
            let shares = numbers((n, outputs), 0.91);
            let run = |y: Tensor| {
                let gradients = (&y * &shares).unwrap().sum_all().unwrap().backward().unwrap();
                let of = |var: &Var| gradients.get(var).unwrap().clone();
                [y, of(&x), of(&weight), of(&bias)]
                    .map(|x| x.flatten_all().unwrap().to_vec1::<f32>().unwrap())
            };
            let apply = |x: &Tensor| Operations::Cpu.linear(&layer, x).unwrap();
            let found = run(apply(&x));
            let expected = run(layer.forward(&x).unwrap());
            // Rows of rows are rows.
            let deep = apply(&x.unsqueeze(1).unwrap());
            assert_eq!(deep.dims(), [n, 1, outputs]);
            assert_eq!(run(deep.squeeze(1).unwrap()), found);
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found.len(), expected.len());
                for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
                    assert!((found - expected).abs() < 1e-4, "{i}: {found}, not {expected}");
                }
            }
        }
    }
}
