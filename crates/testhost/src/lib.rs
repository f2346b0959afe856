//! A small CLAP host: loads a plugin file, gives it a transport, and keeps all it plays.
//!
//! The plugin's tests and `cargo xtask demo` share it. It is stricter than most music software: a
//! block fails if the plugin breaks a rule of CLAP that a real host might forgive, such as events
//! out of sample order, samples that are not numbers, or calls on the wrong thread. It plays no sound, and starts no
//! threads but when [asked to](Host::process_beside): main-thread and audio-thread calls come from whichever thread owns
//! the [`Host`]. The plugin's
//! window opens in a window of its owner's.
//!
//! ```no_run
//! use testhost::{Host, Transport};
//!
//! # fn main() -> Result<(), testhost::HostError> {
//! let mut host = Host::load("target/bundled/Jangdan.clap")?;
//! host.activate(48_000.0, 512)?;
//! for block in 0..100 {
//!     let beats = f64::from(block * 512) / 48_000.0 * 2.0; // 120 BPM is two beats a second
//!     host.process(512, Some(&Transport::playing(beats, 120.0)), &[])?;
//! }
//! for note in &host.recording().notes {
//!     println!("{note:?}");
//! }
//! # Ok(())
//! # }
//! ```

mod audio;
mod error;
mod handlers;
mod host;
mod input;
mod recording;
mod transport;
mod window;

pub use audio::Audio;
pub use error::HostError;
pub use host::{Host, Parameter, scan};
pub use input::Input;
pub use recording::{NoteEvent, NoteKind, Recording};
pub use transport::Transport;
