//! Products of matrices in strided places, by cuBLAS.

use candle_core::cuda_backend::cudarc::cublas::{result::gemm_ex, sys};
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, DevicePtr, DevicePtrMut};
use candle_core::cuda_backend::gemm_reduced_precision_f32;
use candle_core::{CudaDevice, Error, Result, bail};

use super::int;
use crate::kernels::{Matrix, Place};
use crate::matmul::Into;

/// As [`Kernels::product`](crate::kernels::Kernels::product). 32-bit, or TF32 where candle is told so.
pub(super) fn product(
    device: &CudaDevice,
    out: &mut CudaSlice<f32>,
    place: Place,
    a: Matrix<'_, CudaSlice<f32>>,
    b: Matrix<'_, CudaSlice<f32>>,
    into: Into,
) -> Result<()> {
    let ((rows, inner), (b_rows, columns)) = (a.shape(), b.shape());
    let sizes = [rows, inner, columns];
    if (inner, place.rows, place.columns) != (b_rows, rows, columns) || sizes.contains(&0) {
        bail!("a product of {:?} and {:?} into {place:?}", a.shape(), b.shape());
    }
    let ends = [(place, out.len()), (a.place, a.buffer.len()), (b.place, b.buffer.len())];
    if ends.iter().any(|(place, len)| place.end() > *len || place.stride < place.columns) {
        bail!("a product beyond its buffers: {ends:?}");
    }
    let operation = |is_transposed| match is_transposed {
        true => sys::cublasOperation_t::CUBLAS_OP_T,
        false => sys::cublasOperation_t::CUBLAS_OP_N,
    };
    let precision = match gemm_reduced_precision_f32() {
        true => sys::cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_TF32,
        false => sys::cublasComputeType_t::CUBLAS_COMPUTE_32F,
    };
    let f32 = sys::cudaDataType_t::CUDA_R_32F;
    let (one, old) = (1.0f32, if into == Into::Add { 1.0f32 } else { 0.0 });
    let stream = device.cuda_stream();
    let blas = device.cublas_handle();
    let mut out_slice = out.slice_mut(place.from..);
    let a_slice = a.buffer.slice(a.place.from..);
    let b_slice = b.buffer.slice(b.place.from..);
    let (a_at, _a) = a_slice.device_ptr(&stream);
    let (b_at, _b) = b_slice.device_ptr(&stream);
    let (out_at, _out) = out_slice.device_ptr_mut(&stream);
    // cuBLAS counts in columns, so what it sees are the transposed matrices: (a b)^T = b^T a^T.
    // SAFETY: the three matrices lie within their buffers (checked above), whose pointers and
    // stream are the device's own; `out`, borrowed mutably, overlaps neither.
    #[allow(unsafe_code)]
    unsafe {
        gemm_ex(
            *blas.handle(),
            operation(b.is_transposed),
            operation(a.is_transposed),
            int(columns)?,
            int(rows)?,
            int(inner)?,
            (&raw const one).cast(),
            b_at as *const _,
            f32,
            int(b.place.stride)?,
            a_at as *const _,
            f32,
            int(a.place.stride)?,
            (&raw const old).cast(),
            out_at as *mut _,
            f32,
            int(place.stride)?,
            precision,
            sys::cublasGemmAlgo_t::CUBLAS_GEMM_DEFAULT,
        )
    }
    .map_err(Error::wrap)
}
