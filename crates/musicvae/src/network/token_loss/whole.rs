//! The loss on a GPU, all rows at once: products, and one kernel from products to losses and the
//! gradients of logits.

use std::any::Any;
use std::sync::Mutex;

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, CustomOp3, Layout, Result, Shape, Tensor, bail};
use groove::{INSTRUMENTS, TOKENS};

#[cfg(feature = "cuda")]
use crate::kernels::cuda::Cuda;
use crate::kernels::plain::Plain;
use crate::kernels::{From, Kernels, Matrix, Place, TokenRows};
use crate::matmul::Into;

/// Inputs and result as [`TokenLoss`](super::TokenLoss)'s. On the CPU it runs the kernels' scalar
/// twins: slow, and for comparing.
pub(in crate::network) struct WholeTokenLoss {
    targets: Vec<u16>,
    /// What `hidden` is multiplied by first, `[R, H]`.
    mask: Option<Tensor>,
    scale: f32,
    needs_gradients: bool,
    /// Gradients for a result's gradient of 1: hidden, onsets, weights, one after the other, in a
    /// buffer of whichever device.
    saved: Mutex<Option<Box<dyn Any + Send>>>,
}

impl WholeTokenLoss {
    /// An operation for these targets, one per row.
    pub(in crate::network) fn new(
        targets: Vec<u16>,
        mask: Option<Tensor>,
        scale: f32,
        needs_gradients: bool,
    ) -> Self {
        Self { targets, mask, scale, needs_gradients, saved: Mutex::new(None) }
    }

    fn run<K: Kernels>(
        &self,
        kernels: &K,
        [hidden, onsets, weights]: [(&K::Storage, &Layout); 3],
    ) -> Result<(K::Storage, Shape)> {
        let rows = self.targets.len();
        let count = |(_, layout): (_, &Layout)| layout.shape().elem_count();
        let width = count(hidden) / rows.max(1);
        let sizes = [count(hidden), count(onsets), count(weights)];
        if rows == 0
            || width == 0
            || sizes != [rows * width, rows * INSTRUMENTS, TOKENS * (width + 1)]
            || self.mask.as_ref().is_some_and(|mask| mask.elem_count() != rows * width)
        {
            bail!("token-loss: inputs do not fit {rows} targets");
        }
        let numbers = |(storage, layout)| K::numbers(storage, layout);
        let inputs = [numbers(hidden)?, numbers(onsets)?, numbers(weights)?];
        let guard = self.mask.as_ref().map(Tensor::storage_and_layout);
        let mask = match &guard {
            Some((storage, layout)) => Some(K::numbers(K::storage(storage)?, layout)?),
            None => None,
        };
        let (loss, gradients) = self.compute(kernels, inputs, mask, width)?;
        if self.needs_gradients {
            *self.saved.lock().expect("no holder of the lock panics") = Some(Box::new(gradients));
        }
        Ok((kernels.store(loss), ().into()))
    }

    /// The loss, and the gradients of hidden, onsets and weights (only onsets' if none are needed).
    fn compute<K: Kernels>(
        &self,
        kernels: &K,
        [hidden, onsets, weights]: [From<'_, K::Buffer>; 3],
        mask: Option<From<'_, K::Buffer>>,
        width: usize,
    ) -> Result<(K::Buffer, K::Buffer)> {
        let rows = self.targets.len();
        let masked = match mask {
            Some(mask) => {
                let mut masked = kernels.copy(hidden, rows * width)?;
                kernels.multiply((&mut masked, 0), mask, rows * width)?;
                Some(masked)
            }
            None => None,
        };
        let (input, from) = masked.as_ref().map_or(hidden, |masked| (masked, 0));
        let input = || Matrix::new(input, Place::rows(from, rows, width)); // [R, H]
        let matrix = || Matrix::new(weights.0, Place::rows(weights.1, TOKENS, width)); // [512, H]

        let mut logits = kernels.buffer(rows * TOKENS)?;
        let all = Place::rows(0, rows, TOKENS);
        kernels.product(&mut logits, all, input(), matrix().transposed(), Into::Replace)?;
        let [d_onsets, d_weights, len] = places(rows, width);
        let mut out = kernels.buffer(len)?;
        let mut losses = kernels.buffer(rows)?;
        let bias = (weights.0, weights.1 + TOKENS * width);
        let of_rows = TokenRows { targets: &self.targets, scale: self.scale, bias, onsets };
        kernels.token_losses(of_rows, &mut logits, &mut losses, (&mut out, d_onsets))?;
        let mut loss = kernels.buffer(1)?;
        kernels.sum_all((&mut loss, 0), &losses)?;

        if self.needs_gradients {
            let d_logits = || Matrix::new(&logits, all);
            let d_hidden = Place::rows(0, rows, width);
            kernels.product(&mut out, d_hidden, d_logits(), matrix(), Into::Replace)?;
            if let Some(mask) = mask {
                kernels.multiply((&mut out, 0), mask, rows * width)?;
            }
            let d_matrix = Place::rows(d_weights, TOKENS, width);
            let t = d_logits().transposed();
            kernels.product(&mut out, d_matrix, t, input(), Into::Replace)?;
            let d_bias = (&mut out, d_weights + TOKENS * width);
            kernels.sum_middle(d_bias, (&logits, 0), [1, rows, TOKENS])?;
        }
        Ok((loss, out))
    }
}

/// Where the gradients of onsets and weights begin, and how many numbers all gradients are.
fn places(rows: usize, width: usize) -> [usize; 3] {
    let onsets = rows * width;
    let weights = onsets + rows * INSTRUMENTS;
    [onsets, weights, weights + TOKENS * (width + 1)]
}

impl CustomOp3 for WholeTokenLoss {
    fn name(&self) -> &'static str {
        "token-loss"
    }

    fn cpu_fwd(
        &self,
        hidden: &CpuStorage,
        hidden_layout: &Layout,
        onsets: &CpuStorage,
        onsets_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let inputs = [(hidden, hidden_layout), (onsets, onsets_layout), (weights, weights_layout)];
        self.run(&Plain, inputs)
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        hidden: &CudaStorage,
        hidden_layout: &Layout,
        onsets: &CudaStorage,
        onsets_layout: &Layout,
        weights: &CudaStorage,
        weights_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let inputs = [(hidden, hidden_layout), (onsets, onsets_layout), (weights, weights_layout)];
        self.run(&Cuda::new(&hidden.device)?, inputs)
    }

    fn bwd(
        &self,
        hidden: &Tensor,
        onsets: &Tensor,
        weights: &Tensor,
        _loss: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Some(saved) = self.saved.lock().expect("no holder of the lock panics").take() else {
            bail!("token-loss: backward can run once per forward");
        };
        let rows = self.targets.len();
        let [of_onsets, of_weights, len] = places(rows, hidden.elem_count() / rows);
        let op = Scaled { gradients: Mutex::new(Some(saved)), len };
        let all = grad.contiguous()?.apply_op1_no_bwd(&op)?;
        let part = |from: usize, like: &Tensor| {
            all.narrow(0, from, like.elem_count())?.reshape(like.shape()).map(Some)
        };
        Ok((part(0, hidden)?, part(of_onsets, onsets)?, part(of_weights, weights)?))
    }
}

/// The gradients that forward computed, times that of the loss.
struct Scaled {
    gradients: Mutex<Option<Box<dyn Any + Send>>>,
    len: usize,
}

impl Scaled {
    fn run<K: Kernels>(
        &self,
        kernels: &K,
        grad: &K::Storage,
        layout: &Layout,
    ) -> Result<(K::Storage, Shape)> {
        let gradients = self.gradients.lock().expect("no holder of the lock panics").take();
        let Some(Ok(mut gradients)) = gradients.map(|all| all.downcast::<K::Buffer>()) else {
            bail!("token-loss: backward on another device than forward");
        };
        kernels.scale(&mut gradients, K::numbers(grad, layout)?)?;
        Ok((kernels.store(*gradients), self.len.into()))
    }
}

impl CustomOp1 for Scaled {
    fn name(&self) -> &'static str {
        "token-loss-backward"
    }

    fn cpu_fwd(&self, grad: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.run(&Plain, grad, layout)
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, grad: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        self.run(&Cuda::new(&grad.device)?, grad, layout)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::super::TokenLoss;
    use super::*;
    use crate::network::dropout::Place;
    use crate::noise::{Noise, Purpose};

    fn wave(len: usize, seed: f32, scale: f32) -> Vec<f32> {
        (0..len).map(|i| (i as f32 * seed + seed * seed).sin() * scale).collect()
    }

    /// The loss and the gradients of hidden, onsets and weights.
    fn run(rows: usize, width: usize, is_masked: bool, is_whole: bool) -> [Vec<f32>; 4] {
        let var = |seed, scale, shape: &[usize]| {
            let numbers = wave(shape.iter().product(), seed, scale);
            Var::from_vec(numbers, shape, &Device::Cpu).unwrap()
        };
        let hidden = var(0.7, 1.0, &[rows, width]);
        let onsets = var(1.7, 2.0, &[rows, INSTRUMENTS]);
        let weights = var(2.3, 0.5, &[TOKENS * (width + 1)]);
        let targets: Vec<u16> = (0..rows).map(|i| (i * 37 % TOKENS) as u16).collect();
        let mut noise = Noise::new(1, Purpose::Dropout, 0);
        let mask = is_masked.then(|| Place::next(&mut noise, rows * width, 0.3));
        let scale = 0.25;
        let loss = if is_whole {
            let tensor = |place: Place| {
                let mut mask = vec![0.0; rows * width];
                place.write(0, &mut mask);
                Tensor::from_vec(mask, (rows, width), &Device::Cpu).unwrap()
            };
            let op = WholeTokenLoss::new(targets, mask.map(tensor), scale, true);
            hidden.apply_op3(&onsets, &weights, op).unwrap()
        } else {
            let op = TokenLoss::new(targets, mask, scale, true);
            hidden.apply_op3(&onsets, &weights, op).unwrap()
        };
        // A gradient of the loss that is not 1.
        let gradients = (&loss * 3.0).unwrap().backward().unwrap();
        let flat = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let gradient = |var: &Var| flat(gradients.get(var).unwrap());
        [flat(&loss), gradient(&hidden), gradient(&onsets), gradient(&weights)]
    }

    #[test]
    fn the_whole_loss_and_its_gradients_agree_with_the_cpus_operation() {
        for (rows, width, is_masked) in
            [(1, 1, false), (7, 5, true), (300, 8, true), (64, 3, false)]
        {
            let found = run(rows, width, is_masked, true);
            let expected = run(rows, width, is_masked, false);
            let names = ["loss", "hidden", "onsets", "weights"];
            for ((name, found), expected) in names.iter().zip(&found).zip(&expected) {
                assert_eq!(found.len(), expected.len());
                let size = expected.iter().fold(1.0f32, |size, x| size.max(x.abs()));
                for (i, (a, b)) in found.iter().zip(expected).enumerate() {
                    let is_near = (a - b).abs() <= 3e-6 * size;
                    assert!(is_near, "{rows} x {width}: {name} {i} is {a}, not {b}");
                }
            }
        }
    }

    /// The loss and all gradients, on whatever runs the kernels.
    #[cfg(feature = "cuda")]
    fn on_kernels<K: Kernels>(kernels: &K, rows: usize, width: usize) -> Result<[Vec<f32>; 2]> {
        let targets: Vec<u16> = (0..rows).map(|i| (i * 37 % TOKENS) as u16).collect();
        let upload = |from, seed, scale, len| kernels.upload(&wave(from + len, seed, scale));
        let hidden = upload(3, 0.7, 1.0, rows * width)?;
        let onsets = upload(5, 1.7, 2.0, rows * INSTRUMENTS)?;
        let weights = upload(2, 2.3, 0.5, TOKENS * (width + 1))?;
        let mask = upload(4, 0.4, 2.0, rows * width)?;
        let inputs = [(&hidden, 3), (&onsets, 5), (&weights, 2)];
        let op = WholeTokenLoss::new(targets, None, 0.25, true);
        let (loss, mut gradients) = op.compute(kernels, inputs, Some((&mask, 4)), width)?;
        kernels.scale(&mut gradients, (&loss, 0))?;
        Ok([kernels.download(&loss)?, kernels.download(&gradients)?])
    }

    #[cfg(feature = "cuda")]
    #[test]
    fn a_gpus_loss_agrees_with_the_scalar_twins() {
        let gpu = crate::kernels::cuda::tests::first();
        for (rows, width) in [(1, 1), (7, 5), (70, 33)] {
            let found = on_kernels(&gpu, rows, width).unwrap().concat();
            let expected = on_kernels(&Plain, rows, width).unwrap().concat();
            assert_eq!(found.len(), expected.len());
            let size = expected.iter().fold(1.0f32, |size, x| size.max(x.abs()));
            for (i, (a, b)) in found.iter().zip(expected).enumerate() {
                assert!((a - b).abs() <= 1e-5 * size, "{rows} x {width}: {i} is {a}, not {b}");
            }
        }
    }
}
