//! The built trainer, used as a user uses it, on a small made-up archive.

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
