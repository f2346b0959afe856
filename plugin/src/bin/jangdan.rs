//! The standalone: the plugin with a transport, sound and MIDI ports of its own, for use without a host.
//!
//! nice-plug reads the command line, `--help` lists it, and opens JACK, ALSA, CoreAudio or WASAPI.

use std::process::ExitCode;

fn main() -> ExitCode {
    if nice_plug::nice_export_standalone::<jangdan::Jangdan>() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
