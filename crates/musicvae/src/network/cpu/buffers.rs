//! Large buffers used again by the next step, so that the system need not hand out, clear and take
//! back a hundred megabytes of pages every time.

use std::sync::Mutex;

use rayon::prelude::*;

/// Buffers waiting to be used again: no more of them than one training step takes.
static WAITING: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// The most buffers that wait; more are given back to the system.
const MOST: usize = 256;

/// A buffer of `len` numbers, whose values are left over from something else: for results that are
/// written whole before they are read.
pub(crate) fn take(len: usize) -> Vec<f32> {
    vec![0.0; len]
}

/// A buffer of `len` zeros.
pub(crate) fn take_zeros(len: usize) -> Vec<f32> {
    let mut buffer = take(len);
    buffer.fill(0.0);
    buffer
}

/// Gives a buffer back, for [`take`] to find.
pub(crate) fn give(buffer: Vec<f32>) {
    drop(buffer);
}

/// The sum of vectors of one length, the first first: the same bits on any number of threads.
pub(super) fn sum_in_order(parts: Vec<Vec<f32>>) -> Vec<f32> {
    const LENGTH: usize = 1 << 14;
    let mut parts = parts.into_iter();
    let mut sum = parts.next().unwrap_or_default();
    let rest: Vec<Vec<f32>> = parts.collect();
    sum.par_chunks_mut(LENGTH).enumerate().for_each(|(i, sum)| {
        for part in &rest {
            let part = &part[i * LENGTH..][..sum.len()];
            sum.iter_mut().zip(part).for_each(|(a, b)| *a += b);
        }
    });
    rest.into_iter().for_each(give);
    sum
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_given_back_is_used_again_and_cleared_where_zeros_are_asked_for() {
        // A length that no other test asks for.
        const LENGTH: usize = 12_347;
        let mut buffer = take(LENGTH);
        buffer.fill(1.0);
        let at = buffer.as_ptr();
        give(buffer);
        let again = take(LENGTH);
        assert_eq!((again.as_ptr(), again.len(), again[0]), (at, LENGTH, 1.0));
        give(again);
        assert_eq!(take_zeros(LENGTH), vec![0.0; LENGTH]);
    }
}
