//! What tests of several packages share: the plugin they test, how long they run, their chance, and what files that mean
//! harm must not do.

mod bass;
pub mod built;
mod harm;
mod random;

pub use bass::write_bass;
pub use harm::harmed;
pub use random::Random;

use std::fmt::{Debug, Display};
use std::str::FromStr;

/// What the environment says of `variable`, else `otherwise`: how long a test runs, or how often it tries.
///
/// # Panics
/// If the variable holds something else.
pub fn effort<T: FromStr<Err: Debug>>(variable: &str, otherwise: T) -> T {
    std::env::var(variable).map_or(otherwise, |value| value.parse().expect(variable))
}

/// The most memory that this process has had so far, in bytes; 0 where the system does not tell (all but Linux).
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

/// Whether `error` is told as errors should be: in one line of fewer than `most` bytes.
pub fn is_one_line(error: &impl Display, most: usize) -> bool {
    let error = error.to_string();
    !error.is_empty() && error.len() < most && !error.contains('\n')
}
