//! A MIDI file of the user's as a pattern.

use std::path::Path;

use anyhow::{Context, Result, bail};
use groove::midi::Performance;
use groove::{BARS, Pattern, STEPS_PER_BAR, StepSequence};

/// The largest MIDI file read; a whole song's drums take 0.1 MB.
const MAX_BYTES: u64 = 16 << 20;

/// The four bars of the MIDI file at `path` that begin with bar `bar`, counted from 1; beyond its end there
/// is silence.
///
/// # Errors
/// If it cannot be read, is not in 4/4, or has no drum hit in these bars.
pub(crate) fn read(path: &Path, bar: usize) -> Result<Pattern> {
    sequence(path)
        .and_then(|sequence| {
            let pattern = sequence.pattern((bar - 1).saturating_mul(STEPS_PER_BAR));
            match pattern.count() {
                0 => bail!(
                    "no drum hit in the {BARS} bars from bar {bar} on (it has {} bars)",
                    sequence.bars()
                ),
                _ => Ok(pattern),
            }
        })
        .with_context(|| path.display().to_string())
}

fn sequence(path: &Path) -> Result<StepSequence> {
    let performance = Performance::read(&whole_files::read(path, MAX_BYTES, "a MIDI file")?)?;
    if !performance.begins_in_four_four() {
        bail!("it is not in 4/4, the only metre that the network knows");
    }
    Ok(StepSequence::from_clip(&performance)?)
}
