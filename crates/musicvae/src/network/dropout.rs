//! Dropout: masks drawn on the host from a stream of noise, so that they are the same on every device.

use candle_core::{Device, Result, Shape, Tensor};

use crate::noise::Noise;

/// Regularisation in training: dropout and hidden previous tokens.
#[derive(Clone, Debug)]
pub struct Regularisation {
    /// Source of the random choices.
    pub noise: Noise,
    /// Share of steps, in `[0, 1]`, whose previous token is hidden from the decoder, so that it
    /// must read the latent vector.
    pub drop_previous: f32,
}

/// A dropout mask, kept as its place in the stream. Its numbers are drawn where they are needed, a part at a
/// time, by several threads, and never lie in memory as a whole.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    noise: Noise,
    /// Words of the stream before it.
    first: u64,
    count: usize,
    p: f32,
}

impl Mask {
    /// The next mask of `count` numbers, of which the share `p` is 0; `None` where nothing is dropped.
    pub(super) fn draw(
        count: usize,
        p: f64,
        training: Option<&mut Regularisation>,
    ) -> Option<Self> {
        let training = training.filter(|_| p > 0.0)?;
        Some(Self::next(&mut training.noise, count, p as f32))
    }

    /// The mask of `count` numbers that comes next in `noise`, which is moved past it.
    fn next(noise: &mut Noise, count: usize, p: f32) -> Self {
        let mask = Self { first: noise.position(), noise: noise.clone(), count, p };
        noise.seek(mask.first + count.div_ceil(2) as u64);
        mask
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

    /// As a tensor of this shape.
    pub(super) fn tensor(&self, shape: &Shape, device: &Device) -> Result<Tensor> {
        let mut mask = vec![0.0; self.count];
        self.write(0, &mut mask);
        Tensor::from_vec(mask, shape, device)
    }
}

/// Drops the share `p` of the elements and scales the rest to make up for it.
pub(super) fn dropout(x: &Tensor, p: f64, training: Option<&mut Regularisation>) -> Result<Tensor> {
    match Mask::draw(x.elem_count(), p, training) {
        Some(mask) => x * mask.tensor(x.shape(), x.device())?,
        None => Ok(x.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Purpose;

    #[test]
    fn a_mask_drawn_in_parts_is_that_of_the_stream_and_leaves_it_at_the_same_word() {
        for (start, count) in [(0, 1), (5, 1000), (33, 4097)] {
            let mut noise = Noise::new(3, Purpose::Dropout, 5);
            noise.seek(start);
            let mut other = noise.clone();
            let mut expected = vec![0.0; count];
            noise.fill_mask(&mut expected, 0.3);
            let mask = Mask::next(&mut other, count, 0.3);
            assert_eq!(other.position(), noise.position());
            let mut found = vec![f32::NAN; count];
            for (i, part) in found.chunks_mut(174).enumerate().collect::<Vec<_>>().into_iter().rev()
            {
                mask.write(174 * i, part);
            }
            assert_eq!(found, expected);
        }
    }
}
