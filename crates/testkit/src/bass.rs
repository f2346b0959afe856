//! A recording to play to.

use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};

/// Samples of a beat at 120 BPM and 44.1 kHz.
const BEAT: u32 = 22_050;

/// Writes a WAV file at `path`: `beats` beats at 120 BPM, on each of which that `plays` a bass plays a short note.
///
/// # Panics
/// If it cannot be written.
pub fn write_bass(path: &Path, beats: u32, plays: impl Fn(u32) -> bool) {
    let (sample_rate, sample_format) = (2 * BEAT, SampleFormat::Int);
    let spec = WavSpec { channels: 1, sample_rate, bits_per_sample: 16, sample_format };
    let mut file = WavWriter::create(path, spec).unwrap();
    for n in 0..beats * BEAT {
        let s = (n % BEAT) as f32 / sample_rate as f32;
        let tone = (std::f32::consts::TAU * 60.0 * s).sin() * (-8.0 * s).exp();
        let tone = if plays(n / BEAT) { tone } else { 0.0 };
        file.write_sample((tone * 20_000.0) as i16).unwrap();
    }
    file.finalize().unwrap();
}
