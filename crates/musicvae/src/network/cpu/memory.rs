//! The memory of a training's tensors.

/// Lets the process keep the memory of tensors that are dropped, for the next step's, which are as large. Call it
/// before training, once.
///
/// glibc gives large pieces back to the system at once, and has them handed out, cleared, page by page for the
/// next tensor: 80 MB in each step, a tenth of its time. Other systems' allocators are left as they are.
#[allow(unsafe_code)]
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: both are parameters that glibc documents, set to values that it documents.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1);
    }
}
