//! Dropout: masks drawn from a stream of noise, the same numbers on every device.

use candle_core::{Device, Result, Shape, Tensor};

use super::Regularisation;
use crate::noise::Noise;

/// What dropout multiplies an activation by.
#[derive(Clone, Debug)]
pub(super) enum Mask {
    Cpu(Place),
    /// Drawn on the GPU: it would take as long to copy there as the training step takes.
    #[cfg(feature = "cuda")]
    Cuda(Tensor),
}

/// A mask by the place in the stream where its numbers stand: they are drawn where they are needed, a part
/// at a time, by several threads, and never lie in memory as a whole.
#[derive(Clone, Debug)]
pub(super) struct Place {
    noise: Noise,
    /// Words of the stream before it.
    first: u64,
    count: usize,
    p: f32,
}

impl Place {
    /// The mask of `count` numbers that comes next in `noise`, which goes on after it.
    pub(super) fn next(noise: &mut Noise, count: usize, p: f32) -> Self {
        let place = Self { first: noise.position(), noise: noise.clone(), count, p };
        noise.seek(place.first + count.div_ceil(2) as u64);
        place
    }

    /// How many numbers it has.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Writes its numbers from `from` on, which must be even: two come of one word.
    pub(super) fn write(&self, from: usize, mask: &mut [f32]) {
        debug_assert!(from.is_multiple_of(2) && from + mask.len() <= self.count);
        let mut noise = self.noise.clone();
        noise.seek(self.first + from as u64 / 2);
        noise.fill_mask(mask, self.p);
    }
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
        Ok(Some(Self::Cpu(Place::next(&mut training.noise, count, p as f32))))
    }

    /// Where its numbers are drawn, if that is the CPU.
    pub(super) fn on_cpu(&self) -> Option<Place> {
        match self {
            Self::Cpu(place) => Some(place.clone()),
            #[cfg(feature = "cuda")]
            Self::Cuda(_) => None,
        }
    }

    /// As a tensor of this shape.
    pub(super) fn tensor(&self, shape: &Shape, device: &Device) -> Result<Tensor> {
        match self {
            Self::Cpu(place) => {
                let mut mask = vec![0.0; place.len()];
                place.write(0, &mut mask);
                Tensor::from_vec(mask, shape, device)
            }
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

    /// As [`Noise::fill_mask`], on `device`.
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
    use crate::noise::Purpose;

    #[test]
    fn a_mask_drawn_by_a_kernel_is_that_of_the_stream_and_leaves_it_at_the_same_word() {
        for (start, count, p) in [(0, 1, 0.5), (0, 1000, 0.1), (7, 4097, 0.2), (31, 64, 0.9)] {
            let mut noise = Noise::new(3, Purpose::Dropout, 5);
            noise.seek(start);
            let mut other = noise.clone();
            let mut expected = vec![0.0; count];
            noise.fill_mask(&mut expected, p);
            let found = on_kernels::draw(&mut other, count, p, &Device::Cpu).unwrap();
            assert_eq!(found.to_vec1::<f32>().unwrap(), expected);
            assert_eq!(other.position(), noise.position());
        }
    }
    #[test]
    fn a_mask_drawn_in_parts_is_that_of_the_stream_and_leaves_it_at_the_same_word() {
        for (start, count) in [(0, 1), (5, 1000), (33, 4097)] {
            let mut noise = Noise::new(3, Purpose::Dropout, 5);
            noise.seek(start);
            let mut other = noise.clone();
            let mut expected = vec![0.0; count];
            noise.fill_mask(&mut expected, 0.3);
            let place = Place::next(&mut other, count, 0.3);
            assert_eq!(other.position(), noise.position());
            let mut found = vec![f32::NAN; count];
            for (i, part) in found.chunks_mut(174).enumerate().collect::<Vec<_>>().into_iter().rev()
            {
                place.write(174 * i, part);
            }
            assert_eq!(found, expected);
        }
    }
}
