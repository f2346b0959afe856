//! Adam's two passes over a GPU's parameters: sums of squares, of which the host reads all at once, and one
//! fused kernel per parameter.

#[cfg(feature = "cuda")]
use std::sync::Mutex;

#[cfg(feature = "cuda")]
use candle_core::{CpuStorage, CudaStorage, InplaceOp2, Layout, bail};
use candle_core::{Result, Tensor};

#[cfg(feature = "cuda")]
use super::Update;
#[cfg(feature = "cuda")]
use crate::kernels::cuda::Cuda;
use crate::kernels::{Kernels, SQUARES};

/// Sum of all squares of `gradients`; waits for the device once.
pub(super) fn sum_of_all_squares<K: Kernels>(kernels: &K, gradients: &[&Tensor]) -> Result<f64> {
    let mut sums = kernels.buffer(gradients.len() * SQUARES)?;
    for (i, gradient) in gradients.iter().enumerate() {
        let (storage, layout) = gradient.storage_and_layout();
        let numbers = K::numbers(K::storage(&storage)?, layout)?;
        kernels.squares(numbers, gradient.elem_count(), (&mut sums, i * SQUARES))?;
    }
    Ok(kernels.download(&sums)?.into_iter().map(f64::from).sum())
}

/// The update in place on a GPU, with the moments.
#[cfg(feature = "cuda")]
pub(super) struct QueuedUpdate<'a>(
    pub(super) Update,
    pub(super) Mutex<&'a mut <Cuda as Kernels>::Buffer>,
);

#[cfg(feature = "cuda")]
impl InplaceOp2 for QueuedUpdate<'_> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn cpu_fwd(
        &self,
        _parameters: &mut CpuStorage,
        _layout: &Layout,
        _gradients: &CpuStorage,
        _gradients_layout: &Layout,
    ) -> Result<()> {
        bail!("adam: expected parameters on a GPU")
    }

    fn cuda_fwd(
        &self,
        parameters: &mut CudaStorage,
        layout: &Layout,
        gradients: &CudaStorage,
        gradients_layout: &Layout,
    ) -> Result<()> {
        let kernels = Cuda::new(&gradients.device)?;
        let gradients = Cuda::numbers(gradients, gradients_layout)?;
        let mut moments = self.1.lock().expect("no holder of the lock panics");
        let parameters = Cuda::numbers_mut(parameters)?;
        if layout.contiguous_offsets() != Some((0, parameters.len()))
            || moments.len() != 2 * parameters.len()
        {
            bail!("adam: expected a contiguous parameter with moments of its size");
        }
        kernels.adam(self.0, parameters, gradients, &mut moments)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::super::{Update, sum_of_squares};
    use crate::kernels::Kernels;
    use crate::kernels::plain::Plain;

    fn wave(len: usize, seed: f32) -> Vec<f32> {
        (0..len).map(|i| (i as f32 * seed + seed).sin()).collect()
    }

    #[test]
    fn sums_of_squares_are_the_cpus() {
        let tensors = [1, 63, 64, 1000, 5003]
            .map(|len| Tensor::from_vec(wave(len, 0.7), len, &Device::Cpu).unwrap());
        let gradients: Vec<&Tensor> = tensors.iter().collect();
        let found = super::sum_of_all_squares(&Plain, &gradients).unwrap();
        let expected: f64 = gradients.iter().map(|x| sum_of_squares(x).unwrap()).sum();
        assert!((found - expected).abs() < 1e-6 * expected, "{found} and {expected}");
    }

    #[test]
    fn the_update_is_the_cpus() {
        let update = Update {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            kept: 0.99,
            rate: 1e-2,
            root_scale: 31.6,
            gradient_scale: 0.5,
        };
        let len = 37;
        let (mut parameters, gradients) = (wave(len, 0.3), wave(len, 0.9));
        let (mut first, mut second) = (wave(len, 0.5), wave(len, 0.2));
        second.iter_mut().for_each(|x| *x = x.abs());
        let (mut ours, mut moments) = (parameters.clone(), [&first[..], &second].concat());
        Plain.adam(update, &mut ours, (&gradients, 0), &mut moments).unwrap();
        update.apply(&mut parameters, &gradients, &mut first, &mut second);
        let expected = [parameters, first, second].concat();
        for (a, b) in [ours, moments].concat().iter().zip(expected) {
            assert!((a - b).abs() <= 1e-6 * b.abs().max(1.0), "{a} and {b}");
        }
    }
}
