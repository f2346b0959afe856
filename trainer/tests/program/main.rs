//! Tests of the built trainer on a small archive made here.

mod archive;
mod errors;
mod explored;
mod exported;
mod fine_tuning;
mod killed;
mod measured;
mod reported;
mod run;
#[cfg(target_os = "linux")]
mod streamed;
mod training;
