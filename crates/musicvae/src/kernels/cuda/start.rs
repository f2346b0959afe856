//! What the first use of a GPU needs: compiled kernels, and a driver that keeps memory at hand.

use std::sync::OnceLock;

use candle_core::cuda_backend::cudarc::driver::{self, DriverError};
use candle_core::cuda_backend::cudarc::nvrtc;
use candle_core::{CudaDevice, Error, Result};

const SOURCE: &str = include_str!("../kernels.cu");

/// [`SOURCE`] compiled for any GPU; its driver does the rest.
pub(super) fn ptx() -> Result<&'static str> {
    static PTX: OnceLock<std::result::Result<String, nvrtc::CompileError>> = OnceLock::new();
    let compiled = PTX.get_or_init(|| nvrtc::compile_ptx(SOURCE).map(|ptx| ptx.to_src()));
    compiled.as_deref().map_err(|error| Error::wrap(error.clone()))
}

/// Lets the driver keep freed memory for the next buffers, which it else gives back to the system
/// whenever somebody waits for the device: once per training step.
pub(super) fn keep_memory(device: &CudaDevice) -> Result<()> {
    static DONE: OnceLock<std::result::Result<(), DriverError>> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let stream = device.cuda_stream();
        if !stream.context().has_async_alloc() {
            return Ok(());
        }
        let (mut pool, mut everything) = (std::ptr::null_mut(), u64::MAX);
        // SAFETY: both calls get what they ask for: a place for the pool of a device that is there,
        // and that pool with the 64-bit value of this attribute.
        #[allow(unsafe_code)]
        unsafe {
            driver::sys::cuDeviceGetDefaultMemPool(&raw mut pool, stream.context().cu_device())
                .result()?;
            driver::sys::cuMemPoolSetAttribute(
                pool,
                driver::sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD,
                (&raw mut everything).cast(),
            )
            .result()
        }
    });
    (*done).map_err(Error::wrap)
}
