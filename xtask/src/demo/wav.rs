//! The audio of a performance as a WAV file: stereo, 24 bits.

use std::path::Path;

use anyhow::{Context, Result};
use hound::{SampleFormat, WavSpec, WavWriter};

use super::performance::{Performance, SAMPLE_RATE};

/// Full scale of a 24-bit sample.
const FULL_SCALE: f32 = 8_388_607.0;

/// Writes `performance` to `path`; samples beyond full scale are clipped, and said to be.
pub(super) fn write(path: &Path, performance: &Performance) -> Result<()> {
    let spec = WavSpec {
        channels: 2,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 24,
        sample_format: SampleFormat::Int,
    };
    let context = || format!("cannot write {}", path.display());
    let mut writer = WavWriter::create(path, spec).with_context(context)?;
    let [left, right] = &performance.audio;
    let mut clipped = 0;
    for frame in left.iter().zip(right) {
        for sample in [frame.0, frame.1] {
            clipped += usize::from(sample.abs() > 1.0);
            let level = (sample.clamp(-1.0, 1.0) * FULL_SCALE).round() as i32;
            writer.write_sample(level).with_context(context)?;
        }
    }
    writer.finalize().with_context(context)?;
    if clipped > 0 {
        eprintln!("warning: {clipped} samples beyond full scale were clipped");
    }
    Ok(())
}
