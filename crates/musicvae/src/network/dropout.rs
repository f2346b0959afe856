//! Dropout: masks drawn from a stream of noise, the same numbers on every device.

use std::sync::Arc;

use candle_core::{Device, Result, Shape, Tensor};

use super::Regularisation;

/// What dropout multiplies an activation by.
#[derive(Clone, Debug)]
pub(super) enum Mask {
    Cpu(Arc<Vec<f32>>),
    /// Drawn on the GPU: it would take as long to copy there as the training step takes.
    #[cfg(feature = "cuda")]
    Cuda(Tensor),
}

impl Mask {
    /// The mask of `count` numbers on `device`; `None` where nothing is dropped.
    pub(super) fn draw(
        count: usize,
        p: f64,
        training: Option<&mut Regularisation>,
        device: &Device,
    ) -> Result<Option<Self>> {
        let Some(training) = training.filter(|_| p > 0.0) else { return Ok(None) };
        #[cfg(feature = "cuda")]
        if device.is_cuda() {
            let mask = on_kernels::draw(&mut training.noise, count, p as f32, device)?;
            return Ok(Some(Self::Cuda(mask)));
        }
        let _ = device;
        Ok(Some(Self::Cpu(Arc::new(training.noise.mask(count, p as f32)))))
    }

    /// The numbers, if they are on the CPU.
    pub(super) fn on_cpu(&self) -> Option<Arc<Vec<f32>>> {
        match self {
            Self::Cpu(mask) => Some(mask.clone()),
            #[cfg(feature = "cuda")]
            Self::Cuda(_) => None,
        }
    }

    /// As a tensor of this shape.
    pub(super) fn tensor(&self, shape: &Shape, device: &Device) -> Result<Tensor> {
        match self {
            Self::Cpu(mask) => Tensor::from_slice(mask, shape, device),
            #[cfg(feature = "cuda")]
            Self::Cuda(mask) => mask.reshape(shape),
        }
    }
}

/// Drops the share `p` of the elements and scales the rest to make up for it.
pub(super) fn dropout(x: &Tensor, p: f64, training: Option<&mut Regularisation>) -> Result<Tensor> {
    match Mask::draw(x.elem_count(), p, training, x.device())? {
        Some(mask) => x * mask.tensor(x.shape(), x.device())?,
        None => Ok(x.clone()),
    }
}

/// Masks drawn by a kernel.
#[cfg(any(test, feature = "cuda"))]
mod on_kernels {
    #[cfg(feature = "cuda")]
    use candle_core::CudaStorage;
    use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Result, Tensor};

    #[cfg(feature = "cuda")]
    use crate::kernels::cuda::Cuda;
    use crate::kernels::plain::Plain;
    use crate::kernels::{Kernels, MaskOf};
    use crate::noise::Noise;

    /// As [`Noise::mask`], on `device`.
    pub(super) fn draw(noise: &mut Noise, count: usize, p: f32, device: &Device) -> Result<Tensor> {
        let mask = crate::network::zeros(count, device)?;
        mask.inplace_op1(&Draw(noise.skip_mask(count, p)))?;
        Ok(mask)
    }

    struct Draw(MaskOf);

    impl InplaceOp1 for Draw {
        fn name(&self) -> &'static str {
            "dropout-mask"
        }

        fn cpu_fwd(&self, storage: &mut CpuStorage, _layout: &Layout) -> Result<()> {
            Plain.mask(Plain::numbers_mut(storage)?, self.0)
        }

        #[cfg(feature = "cuda")]
        fn cuda_fwd(&self, storage: &mut CudaStorage, _layout: &Layout) -> Result<()> {
            let kernels = Cuda::new(&storage.device)?;
            kernels.mask(Cuda::numbers_mut(storage)?, self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Noise, Purpose};

    #[test]
    fn a_mask_drawn_by_a_kernel_is_that_of_the_stream_and_leaves_it_at_the_same_word() {
        for (start, count, p) in [(0, 1, 0.5), (0, 1000, 0.1), (7, 4097, 0.2), (31, 64, 0.9)] {
            let mut noise = Noise::new(3, Purpose::Dropout, 5);
            noise.seek(start);
            let mut other = noise.clone();
            let expected = noise.mask(count, p);
            let found = on_kernels::draw(&mut other, count, p, &Device::Cpu).unwrap();
            assert_eq!(found.to_vec1::<f32>().unwrap(), expected);
            assert_eq!(other.position(), noise.position());
        }
    }
}
