//! `cargo xtask demo`: plays the bundled plugin as a host does and writes what it played.
//!
//! Nothing here knows how the plugin makes its notes: the MIDI file holds the note events it sent,
//! the WAV file its audio output.

mod midi;
mod performance;
mod picture;
mod wav;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::bundle;
use crate::picture::window;
use crate::workspace::Workspace;
use performance::Performance;

/// The built-in kits but the one that a new instance has, as states name them.
const OTHER_KITS: [&str; 2] = ["large", "electronic"];

/// Renders the demo into `target/demo`, with each built-in kit and with those of the files and folders `kits`.
pub(crate) fn demo(workspace: &Workspace, kits: Vec<String>) -> Result<()> {
    let clap = bundle::clap_bundle(workspace)?;
    let folder = workspace.target().join("demo");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;

    let performance = Performance::of(&clap, None)?;
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
    for kit in OTHER_KITS {
        let state = changed(&performance.state, |state| {
            state["params"]["kitmodel"]["string"] = kit.into()
        })?;
        with_kit(&clap, &state, &performance, &folder.join(format!("groove-{kit}.wav")))?;
    }
    for (i, kit) in kits.iter().enumerate() {
        let path = Path::new(kit).canonicalize().with_context(|| kit.clone())?;
        let named = serde_json::json!({ "path": path, "sha256": "" }).to_string();
        let state = changed(&performance.state, |state| state["fields"]["kit"] = named.into())?;
        with_kit(&clap, &state, &performance, &folder.join(format!("groove-kit-{}.wav", i + 1)))?;
    }
    Ok(())
}

/// Renders the same notes with the kit of `state` into `wav`; an error if what is heard is the kit of `first`.
fn with_kit(clap: &Path, state: &[u8], first: &Performance, wav: &Path) -> Result<()> {
    let performance = Performance::of(clap, Some(state))?;
    ensure!(performance.notes == first.notes, "other notes with another kit");
    ensure!(performance.audio != first.audio, "{}: the kit could not be loaded", wav.display());
    wav::write(wav, &performance)?;
    println!("  {}: peak {:.1} dB", wav.display(), performance.peak_db());
    Ok(())
}

/// `state` with what `change` does to it.
fn changed(state: &[u8], change: impl FnOnce(&mut serde_json::Value)) -> Result<Vec<u8>> {
    let mut state = serde_json::from_slice(state)?;
    change(&mut state);
    Ok(serde_json::to_vec(&state)?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
