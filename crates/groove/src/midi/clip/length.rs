//! How long a clip is.

use super::Struck;
use crate::bar::Bar;
use crate::midi::{Performance, Track};
use crate::time::Ticks;

/// Where the drums end: the end of the longest track that holds some, or nothing at all.
pub(super) fn end_of_drums(performance: &Performance, channel: u8) -> Ticks {
    let is_of_drums = |track: &&Track| {
        track.notes.is_empty() || track.notes.iter().any(|note| note.channel == channel)
    };
    performance.tracks.iter().filter(is_of_drums).map(|track| track.end).max().unwrap_or_default()
}

/// The length in bars of `hits`, by step, of which there is one, in a file that ends at step `end`; `tick` is as long.
///
/// An end on a bar line says it; else it is where the last note ends, or the recording was stopped, and the bar of the
/// last hit says it. A bar that is struck on its first step only is then the end of what is before it, if that is a
/// loop's length.
pub(super) fn length(hits: &[Struck], end: f64, tick: f64, bar: Bar) -> u64 {
    let (steps, bars) = (bar.steps() as u64, bar.bars() as u64);
    let last = hits.last().map_or(0, |hit| hit.step / steps);
    let line = (end / steps as f64).round().max(0.0);
    let distance = (end - line * steps as f64).abs();
    let line = line as u64;
    let is_on_line = distance <= 0.5 && (line <= bars || distance <= tick);
    let is_loop = |bars: u64| matches!(bars, 1 | 2 | 4);
    let ends_on_one = hits.iter().all(|hit| hit.step <= last * steps);
    match line {
        1.. if is_on_line && line >= last && (line > last || ends_on_one) => {
            // A rest is a few bars; more is a project's length.
            if line > bars && line > last + bars { last + 1 } else { line }
        }
        _ if is_loop(last) && ends_on_one => last,
        _ => last + 1,
    }
}
