//! The encoder's summary of a bar's steps, as a single operation with its own backward, on the
//! CPU: final states and means, without the dozen large intermediate tensors of doing it by parts.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::activation::vectorised;
use crate::network::tensors::{contiguous, with_numbers};

/// From the outputs `[N, T, H]` of an LSTM's forward and reverse direction: `[N, 4H]`, which are
/// forward's last step, reverse's first, and the means over the steps of both.
pub(in crate::network) fn fused(forward: &Tensor, reverse: &Tensor) -> Result<Tensor> {
    forward.contiguous()?.apply_op2(&reverse.contiguous()?, BarSummary)
}

struct BarSummary;

impl CustomOp2 for BarSummary {
    fn name(&self) -> &'static str {
        "bar-summary"
    }

    fn cpu_fwd(
        &self,
        forward: &CpuStorage,
        forward_layout: &Layout,
        reverse: &CpuStorage,
        reverse_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (n, steps, hidden) = forward_layout.shape().dims3()?;
        if reverse_layout.shape().dims3()? != (n, steps, hidden) || steps == 0 {
            bail!("bar-summary: the directions differ in shape or have no step");
        }
        let forward = contiguous(forward, forward_layout)?;
        let reverse = contiguous(reverse, reverse_layout)?;
        let mut out = vec![0.0; n * 4 * hidden];
        let size = steps * hidden;
        out.par_chunks_exact_mut(4 * hidden)
            .zip(forward.par_chunks_exact(size).zip(reverse.par_chunks_exact(size)))
            .for_each(|(out, (forward, reverse))| {
                vectorised(
                    #[inline(always)]
                    || {
                        let (ends, means) = out.split_at_mut(2 * hidden);
                        ends[..hidden].copy_from_slice(&forward[size - hidden..]);
                        ends[hidden..].copy_from_slice(&reverse[..hidden]);
                        let (a, b) = means.split_at_mut(hidden);
                        mean(a, forward);
                        mean(b, reverse);
                    },
                );
            });
        Ok((CpuStorage::F32(out), (n, 4 * hidden).into()))
    }

    fn bwd(
        &self,
        forward: &Tensor,
        reverse: &Tensor,
        _summary: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (n, steps, hidden) = forward.dims3()?;
        let size = steps * hidden;
        let mut d = [vec![0.0; n * size], vec![0.0; n * size]];
        let [d_forward, d_reverse] = &mut d;
        with_numbers(&grad.contiguous()?, |grad| {
            grad.par_chunks_exact(4 * hidden)
                .zip(d_forward.par_chunks_exact_mut(size).zip(d_reverse.par_chunks_exact_mut(size)))
                .for_each(|(grad, (forward, reverse))| {
                    let (ends, means) = grad.split_at(2 * hidden);
                    spread(&means[..hidden], forward);
                    spread(&means[hidden..], reverse);
                    add(&mut forward[size - hidden..], &ends[..hidden]);
                    add(&mut reverse[..hidden], &ends[hidden..]);
                });
        })?;
        let [d_forward, d_reverse] = d;
        Ok((
            Some(Tensor::from_vec(d_forward, forward.shape(), grad.device())?),
            Some(Tensor::from_vec(d_reverse, reverse.shape(), grad.device())?),
        ))
    }
}

/// `mean [H]`, which is zeros before, of `steps [T, H]`.
#[inline(always)]
fn mean(mean: &mut [f32], steps: &[f32]) {
    let scale = 1.0 / (steps.len() / mean.len()) as f32;
    for step in steps.chunks_exact(mean.len()) {
        add(mean, step);
    }
    mean.iter_mut().for_each(|x| *x *= scale);
}

/// The way back: every step's share of `mean [H]`.
fn spread(mean: &[f32], steps: &mut [f32]) {
    let scale = 1.0 / (steps.len() / mean.len()) as f32;
    for step in steps.chunks_exact_mut(mean.len()) {
        step.iter_mut().zip(mean).for_each(|(to, from)| *to = from * scale);
    }
}

#[inline(always)]
fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate::network::Operations;

    #[test]
    fn the_operation_and_its_gradients_agree_with_plain_tensor_operations() {
        let wave = |n: usize, k: f32| (0..n).map(|i| (i as f32 * k).sin()).collect::<Vec<_>>();
        let (n, steps, hidden) = (3, 4, 5);
        let var = |k| {
            let numbers = wave(n * steps * hidden, k);
            Var::from_vec(numbers, (n, steps, hidden), &Device::Cpu).unwrap()
        };
        let (forward, reverse) = (var(0.7), var(0.3));
        let weights =
            Tensor::from_vec(wave(n * 4 * hidden, 0.9), (n, 4 * hidden), &Device::Cpu).unwrap();
        let run = |summary: Tensor| {
            let gradients = (&summary * &weights).unwrap().sum_all().unwrap().backward().unwrap();
            let flat = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            [
                flat(&summary),
                flat(gradients.get(&forward).unwrap()),
                flat(gradients.get(&reverse).unwrap()),
            ]
        };
        let found = run(fused(&forward, &reverse).unwrap());
        let expected = run(Operations::Candle.bar_summary(&forward, &reverse).unwrap());
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-6, "{found} and {expected}");
        }
    }
}
