//! Helpers for tensors: their numbers on the CPU, as this crate's operations read them, and shapes.

use candle_core::{CpuStorage, DType, Device, Layout, Result, Shape, Tensor, bail};
use groove::{BARS, STEPS_PER_BAR};

/// Zeros of f32.
pub(super) fn zeros(shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    Tensor::zeros(shape, DType::F32, device)
}

/// Windows as bars: `[B, T, N]` as `[4 B, 16, N]`.
pub(super) fn by_bar(x: &Tensor) -> Result<Tensor> {
    let (b, _, n) = x.dims3()?;
    x.reshape((b * BARS, STEPS_PER_BAR, n))
}

/// The numbers of a contiguous f32 tensor on the CPU.
pub(super) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((from, to))) => Ok(&numbers[from..to]),
        (CpuStorage::F32(_), None) => bail!("expected a contiguous tensor"),
        _ => bail!("expected a tensor of F32"),
    }
}

/// Gives `f` the numbers of a contiguous f32 tensor on the CPU.
pub(crate) fn with_numbers<R>(tensor: &Tensor, f: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(storage) => Ok(f(contiguous(storage, layout)?)),
        _ => bail!("expected a tensor on the CPU"),
    }
}

/// Gives `f` the numbers of two contiguous f32 tensors on the CPU.
pub(super) fn with_both<R>(
    a: &Tensor,
    b: &Tensor,
    f: impl FnOnce(&[f32], &[f32]) -> R,
) -> Result<R> {
    with_numbers(a, |a| with_numbers(b, |b| f(a, b)))?
}
