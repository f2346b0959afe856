//! The layer on a GPU, as an operation.

mod layer;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::sync::Mutex;

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, CustomOp3, Layout, Result, Shape, Tensor, bail};

use self::layer::{Forward, Inputs, Layer};
use super::Sizes;
use crate::kernels::Kernels;
#[cfg(feature = "cuda")]
use crate::kernels::cuda::Cuda;
use crate::kernels::plain::Plain;

/// The layer as an operation; inputs and result as [`Recurrence`](super::Recurrence)'s. On the CPU it
/// runs the kernels' scalar twins: slow, and for comparing.
pub(in crate::network) struct Stepped {
    layer: Layer,
    /// `Forward`, of whichever device's buffers.
    saved: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Stepped {
    /// An operation for `hidden` units; `steps` and `sequences` are those it will be given.
    pub(in crate::network) fn new(
        steps: &Tensor,
        sequences: &Tensor,
        hidden: usize,
        is_reverse: bool,
    ) -> Result<Self> {
        let sizes = Sizes::of(steps, sequences, hidden)?;
        let layer = Layer { sizes, is_reverse, steps_need_gradient: steps.track_op() };
        Ok(Self { layer, saved: Mutex::new(None) })
    }

    fn run<K: Kernels>(
        &self,
        kernels: &K,
        inputs: [(&K::Storage, &Layout); 3],
    ) -> Result<(K::Storage, Shape)> {
        let s = self.layer.sizes;
        let [steps, sequences, weights] = inputs.map(|(_, layout)| layout.shape().elem_count());
        let count = s.count(steps, sequences, weights)?;
        let (h, forward) = self.layer.forward(kernels, &Inputs::of::<K>(inputs, count)?)?;
        *self.saved.lock().expect("no holder of the lock panics") = Some(Box::new(forward));
        Ok((kernels.store(h), (count, s.steps, s.hidden).into()))
    }
}

impl CustomOp3 for Stepped {
    fn name(&self) -> &'static str {
        "lstm-layer"
    }

    fn cpu_fwd(
        &self,
        steps: &CpuStorage,
        steps_layout: &Layout,
        sequences: &CpuStorage,
        sequences_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let inputs =
            [(steps, steps_layout), (sequences, sequences_layout), (weights, weights_layout)];
        self.run(&Plain, inputs)
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        steps: &CudaStorage,
        steps_layout: &Layout,
        sequences: &CudaStorage,
        sequences_layout: &Layout,
        weights: &CudaStorage,
        weights_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let inputs =
            [(steps, steps_layout), (sequences, sequences_layout), (weights, weights_layout)];
        self.run(&Cuda::new(&steps.device)?, inputs)
    }

    fn bwd(
        &self,
        steps: &Tensor,
        sequences: &Tensor,
        weights: &Tensor,
        _h: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Some(forward) = self.saved.lock().expect("no holder of the lock panics").take() else {
            bail!("lstm-layer: backward can run once per forward");
        };
        let count = sequences.dim(0)?;
        let op = Backward {
            layer: self.layer,
            count,
            inputs: [steps, sequences, weights].map(Tensor::clone),
            forward: Mutex::new(Some(forward)),
        };
        let all = grad.contiguous()?.apply_op1_no_bwd(&op)?;
        let places = self.layer.gradients(count);
        let part = |from: usize, like: &Tensor| {
            all.narrow(0, from, like.elem_count())?.reshape(like.shape()).map(Some)
        };
        Ok((
            if self.layer.steps_need_gradient { part(0, steps)? } else { None },
            part(places.sequences, sequences)?,
            part(places.weights, weights)?,
        ))
    }
}

/// From the gradient of h to all gradients, one after the other.
struct Backward {
    layer: Layer,
    count: usize,
    inputs: [Tensor; 3],
    forward: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Backward {
    fn run<K: Kernels>(
        &self,
        kernels: &K,
        grad: &K::Storage,
        layout: &Layout,
    ) -> Result<(K::Storage, Shape)> {
        let forward = self.forward.lock().expect("no holder of the lock panics").take();
        let Some(Ok(forward)) = forward.map(|forward| forward.downcast::<Forward<K::Buffer>>())
        else {
            bail!("lstm-layer: backward on another device than forward");
        };
        let guards = self.inputs.each_ref().map(|tensor| tensor.storage_and_layout());
        let [steps, sequences, weights] = &guards;
        let inputs = Inputs::of::<K>(
            [
                (K::storage(&steps.0)?, steps.1),
                (K::storage(&sequences.0)?, sequences.1),
                (K::storage(&weights.0)?, weights.1),
            ],
            self.count,
        )?;
        let grad = K::numbers(grad, layout)?;
        let all = self.layer.backward(kernels, &inputs, *forward, grad)?;
        Ok((kernels.store(all), self.layer.gradients(self.count).len.into()))
    }
}

impl CustomOp1 for Backward {
    fn name(&self) -> &'static str {
        "lstm-layer-backward"
    }

    fn cpu_fwd(&self, grad: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.run(&Plain, grad, layout)
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, grad: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        self.run(&Cuda::new(&grad.device)?, grad, layout)
    }
}
