//! The kernels on a GPU: products are cuBLAS's, the others stand in `kernels.cu` and are compiled when
//! first used.
//!
//! All is queued on the device's one stream, so that each operation finds what those before it wrote.

mod product;
mod start;
#[cfg(test)]
pub(crate) mod tests;

use candle_core::cuda_backend::cudarc::driver::{CudaSlice, LaunchConfig, PushKernelArg};
use candle_core::{CudaDevice, CudaStorage, Error, Layout, Result, Storage, bail};
use groove::TOKENS;

use self::product::product;
use super::{From, FromMut, Kernels, LstmStep, MaskOf, Matrix, Place, SQUARES, States, TokenRows};
use crate::adam::Update;
use crate::matmul::Into;

/// Threads per block where kernels leave the choice.
const THREADS: u32 = 256;

/// A GPU's kernels.
pub(crate) struct Cuda {
    device: CudaDevice,
    /// `kernels.cu` compiled.
    ptx: &'static str,
}

impl Cuda {
    /// Those of `device`.
    pub(crate) fn new(device: &CudaDevice) -> Result<Self> {
        start::keep_memory(device)?;
        Ok(Self { device: device.clone(), ptx: start::ptx()? })
    }
}

/// Queues a kernel: its name, blocks, threads per block, arguments.
macro_rules! launch {
    ($kernels:expr, $name:literal, $grid:expr, $block:expr, $($arg:expr),+ $(,)?) => {{
        let function = $kernels.device.get_or_load_custom_func($name, "jangdan", $kernels.ptx)?;
        let config = LaunchConfig { grid_dim: $grid, block_dim: $block, shared_mem_bytes: 0 };
        // SAFETY: arguments are those that the kernel of this name declares, in its order; it stays
        // within them because callers keep to `Kernels`' sizes.
        #[allow(unsafe_code)]
        unsafe { function.builder()$(.arg($arg))+.launch(config) }.map_err(Error::wrap)?;
    }};
}

/// Blocks of [`THREADS`] that `len` threads need.
fn blocks(len: usize) -> Result<(u32, u32, u32)> {
    Ok((size(len)?.div_ceil(THREADS).max(1), 1, 1))
}

/// A size as kernels take it.
fn size(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(Error::wrap)
}

/// A size as cuBLAS takes it.
fn int(n: usize) -> Result<i32> {
    i32::try_from(n).map_err(Error::wrap)
}

impl LstmStep {
    /// N, T, H and the step.
    fn sizes(self) -> Result<[u32; 4]> {
        Ok([size(self.count)?, size(self.steps)?, size(self.hidden)?, size(self.at)?])
    }
}

impl Kernels for Cuda {
    type Buffer = CudaSlice<f32>;
    type Storage = CudaStorage;

    fn storage(storage: &Storage) -> Result<&CudaStorage> {
        match storage {
            Storage::Cuda(storage) => Ok(storage),
            _ => bail!("expected a tensor on a GPU"),
        }
    }

    fn numbers<'a>(storage: &'a CudaStorage, layout: &Layout) -> Result<From<'a, CudaSlice<f32>>> {
        match layout.contiguous_offsets() {
            Some((from, _)) => Ok((storage.as_cuda_slice()?, from)),
            None => bail!("expected a contiguous tensor"),
        }
    }

    fn numbers_mut(storage: &mut CudaStorage) -> Result<&mut CudaSlice<f32>> {
        storage.as_cuda_slice_mut()
    }

    fn store(&self, buffer: CudaSlice<f32>) -> CudaStorage {
        CudaStorage::wrap_cuda_slice(buffer, self.device.clone())
    }

    fn buffer(&self, len: usize) -> Result<CudaSlice<f32>> {
        // SAFETY: f32 has no invalid values, and callers write what they read.
        #[allow(unsafe_code)]
        unsafe {
            self.device.alloc(len)
        }
    }

    fn zeros(&self, len: usize) -> Result<CudaSlice<f32>> {
        self.device.alloc_zeros(len)
    }

    fn product(
        &self,
        out: &mut CudaSlice<f32>,
        place: Place,
        a: Matrix<'_, CudaSlice<f32>>,
        b: Matrix<'_, CudaSlice<f32>>,
        into: Into,
    ) -> Result<()> {
        product(&self.device, out, place, a, b, into)
    }

    fn lstm_start(
        &self,
        step: LstmStep,
        (biases, from): From<'_, CudaSlice<f32>>,
        (initial, at): (&CudaSlice<f32>, States),
        always: &mut CudaSlice<f32>,
        [h_before, c_before]: [&mut CudaSlice<f32>; 2],
    ) -> Result<()> {
        let [n, t, h, now] = step.sizes()?;
        launch!(
            self,
            "lstm_start",
            blocks(4 * step.count * step.hidden)?,
            (THREADS, 1, 1),
            &n,
            &t,
            &h,
            &now,
            &biases.slice(from..),
            &initial.slice(at.h..),
            &initial.slice(at.c..),
            &size(at.stride)?,
            always,
            h_before,
            c_before
        );
        Ok(())
    }

    fn lstm_forward(
        &self,
        step: LstmStep,
        always: &CudaSlice<f32>,
        gates: &mut CudaSlice<f32>,
        [h_before, c_before]: [&mut CudaSlice<f32>; 2],
        h: &mut CudaSlice<f32>,
    ) -> Result<()> {
        let [count, steps, hidden, at] = step.sizes()?;
        let next = step.next.map_or(Ok(-1), int)?;
        launch!(
            self,
            "lstm_forward",
            blocks(step.count * step.hidden)?,
            (THREADS, 1, 1),
            &count,
            &steps,
            &hidden,
            &at,
            &next,
            always,
            gates,
            h_before,
            c_before,
            h
        );
        Ok(())
    }

    fn lstm_backward(
        &self,
        step: LstmStep,
        (grad, from): From<'_, CudaSlice<f32>>,
        gates: &mut CudaSlice<f32>,
        c_before: &CudaSlice<f32>,
        (states, at): (&mut CudaSlice<f32>, States),
    ) -> Result<()> {
        let [count, steps, hidden, now] = step.sizes()?;
        // Rows of h and c take turns in `states`; two borrows only say where each begins.
        let (mut before_c, mut from_c) = states.split_at_mut(at.c);
        launch!(
            self,
            "lstm_backward",
            blocks(step.count * step.hidden)?,
            (THREADS, 1, 1),
            &count,
            &steps,
            &hidden,
            &now,
            &grad.slice(from..),
            gates,
            c_before,
            &mut before_c.slice_mut(at.h..),
            &mut from_c,
            &size(at.stride)?
        );
        Ok(())
    }

    fn sum_middle(
        &self,
        (out, to): FromMut<'_, CudaSlice<f32>>,
        (x, from): From<'_, CudaSlice<f32>>,
        [a, b, c]: [usize; 3],
    ) -> Result<()> {
        // Blocks count rows of A in their second dimension, which has 65535 at most.
        const ROWS: usize = 65_535;
        for first in (0..a).step_by(ROWS) {
            let grid = (size(c)?.div_ceil(32), size(ROWS.min(a - first))?, 1);
            launch!(
                self,
                "sum_middle",
                grid,
                (32, 16, 1),
                &size(b)?,
                &size(c)?,
                &x.slice(from + first * b * c..),
                &mut out.slice_mut(to + first * c..)
            );
        }
        Ok(())
    }

    fn sum_all(&self, (out, to): FromMut<'_, CudaSlice<f32>>, x: &CudaSlice<f32>) -> Result<()> {
        let len = x.len() as u64;
        launch!(self, "sum_all", (1, 1, 1), (256, 1, 1), &len, x, &mut out.slice_mut(to..));
        Ok(())
    }

    fn multiply(
        &self,
        (x, to): FromMut<'_, CudaSlice<f32>>,
        (y, from): From<'_, CudaSlice<f32>>,
        len: usize,
    ) -> Result<()> {
        launch!(
            self,
            "multiply",
            blocks(len)?,
            (THREADS, 1, 1),
            &(len as u64),
            &mut x.slice_mut(to..),
            &y.slice(from..)
        );
        Ok(())
    }

    fn scale(&self, x: &mut CudaSlice<f32>, (by, from): From<'_, CudaSlice<f32>>) -> Result<()> {
        let len = x.len();
        launch!(self, "scale", blocks(len)?, (THREADS, 1, 1), &(len as u64), x, &by.slice(from..));
        Ok(())
    }

    fn copy(&self, (x, from): From<'_, CudaSlice<f32>>, len: usize) -> Result<CudaSlice<f32>> {
        let mut out = self.buffer(len)?;
        self.device.memcpy_dtod(&x.slice(from..from + len), &mut out)?;
        Ok(out)
    }

    fn token_losses(
        &self,
        rows: TokenRows<'_, CudaSlice<f32>>,
        logits: &mut CudaSlice<f32>,
        losses: &mut CudaSlice<f32>,
        (d_onsets, to): FromMut<'_, CudaSlice<f32>>,
    ) -> Result<()> {
        let targets = self.device.clone_htod(rows.targets)?;
        let ((bias, of_bias), (onsets, of_onsets)) = (rows.bias, rows.onsets);
        launch!(
            self,
            "token_losses",
            (size(rows.targets.len())?, 1, 1),
            (size(TOKENS)?, 1, 1),
            &targets,
            &rows.scale,
            logits,
            &bias.slice(of_bias..),
            &onsets.slice(of_onsets..),
            losses,
            &mut d_onsets.slice_mut(to..)
        );
        Ok(())
    }

    fn squares(
        &self,
        (x, from): From<'_, CudaSlice<f32>>,
        len: usize,
        (sums, to): FromMut<'_, CudaSlice<f32>>,
    ) -> Result<()> {
        launch!(
            self,
            "squares",
            (size(SQUARES)?, 1, 1),
            (256, 1, 1),
            &(len as u64),
            &x.slice(from..),
            &mut sums.slice_mut(to..)
        );
        Ok(())
    }

    fn adam(
        &self,
        u: Update,
        parameters: &mut CudaSlice<f32>,
        (gradients, from): From<'_, CudaSlice<f32>>,
        moments: &mut CudaSlice<f32>,
    ) -> Result<()> {
        let len = moments.len() / 2;
        let (mut first, mut second) = moments.split_at_mut(len);
        launch!(
            self,
            "adam",
            blocks(len)?,
            (THREADS, 1, 1),
            &(len as u64),
            &u.beta_1,
            &u.beta_2,
            &u.epsilon,
            &u.kept,
            &u.rate,
            &u.root_scale,
            &u.gradient_scale,
            parameters,
            &gradients.slice(from..),
            &mut first,
            &mut second
        );
        Ok(())
    }

    fn mask(&self, out: &mut CudaSlice<f32>, of: MaskOf) -> Result<()> {
        let len = out.len();
        let words = len.div_ceil(2) + (of.first % 16) as usize;
        let [a, b, c, d, e, f, g, h] = of.key;
        launch!(
            self,
            "mask",
            blocks(words.div_ceil(16))?,
            (THREADS, 1, 1),
            &(len as u64),
            out,
            &a,
            &b,
            &c,
            &d,
            &e,
            &f,
            &g,
            &h,
            &of.first,
            &of.threshold,
            &of.kept
        );
        Ok(())
    }

    #[cfg(all(test, feature = "cuda"))]
    fn upload(&self, numbers: &[f32]) -> Result<CudaSlice<f32>> {
        self.device.clone_htod(numbers)
    }

    fn download(&self, buffer: &CudaSlice<f32>) -> Result<Vec<f32>> {
        self.device.clone_dtoh(buffer)
    }
}
