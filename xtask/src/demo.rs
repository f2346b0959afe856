//! `cargo xtask demo`: plays the bundled plugin as a host does and writes what it played.
//!
//! Nothing here knows how the plugin makes its notes: the MIDI file holds the note events it sent,
//! the WAV file its audio output.

mod midi;
mod performance;
mod picture;
mod wav;

use std::path::Path;

use anyhow::{Context, Result};

use crate::bundle;
use crate::picture::window;
use crate::workspace::Workspace;
use performance::Performance;

/// Renders the demo into `target/demo`.
pub(crate) fn demo(workspace: &Workspace, _words: Vec<String>) -> Result<()> {
    let clap = bundle::clap_bundle(workspace)?;
    let folder = workspace.target().join("demo");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;

    let performance = Performance::of(&clap)?;
    write(&folder.join("groove.mid"), &midi::file(&performance)?)?;
    wav::write(&folder.join("groove.wav"), &performance)?;
    let state = folder.join("state.json");
    write(&state, &performance.state)?;
    let window = window(workspace, &["--state".to_owned(), state.display().to_string()])?;
    write(&folder.join("groove.png"), &picture::with_waveform(window, &performance)?.encode()?)?;

    println!("{}", performance.summary());
    for name in ["groove.mid", "groove.wav", "groove.png"] {
        println!("  {}", folder.join(name).display());
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
