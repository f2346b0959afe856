//! Packs: files with several drum patterns, on tracks or channels of their own, at markers, or parted by silence.

use std::collections::BTreeSet;

use super::Performance;
use super::channel::{Voice, is_click};
use crate::bar::CLOCKS_PER_QUARTER;
use crate::instrument::Instrument;
use crate::step_sequence::StepSequence;
use crate::time::Ticks;

/// One of the drum patterns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of its track or marker; empty if it has none.
    pub name: String,
    /// Its first bar, counted from 1 over all sequences of the clip.
    pub bar: usize,
    /// Its length in bars, without the silence after it.
    pub bars: usize,
}

/// Tracks play at the same time if their lengths add up to more than this many times the music that they cover.
const PARALLEL: f64 = 1.5;

/// The tracks of `kits` that differ, with their ends, if most of them are a whole kit: kick and snare. Tracks of single
/// drums, or of a kit and percussion, do not count. A track with several kits, a channel each, counts as several.
pub(super) fn tracks(performance: &Performance, kits: &[&Voice]) -> Vec<(Voice, Ticks)> {
    let mut seen = BTreeSet::new();
    let mut tracks = Vec::new();
    for track in performance.tracks.iter().filter(|track| !is_click(&track.name)) {
        let on = |channel| track.notes.iter().filter(move |note| note.channel == channel);
        let is_shared = kits.iter().filter(|kit| on(kit.channel).next().is_some()).count() > 1;
        for &&Voice { channel, key_map, .. } in kits {
            let notes: Vec<_> = on(channel).copied().collect();
            let onsets: Vec<_> = notes.iter().map(|note| (note.start, note.key)).collect();
            let name = match is_shared {
                true => format!("channel {}", channel + 1),
                false => track.name.clone(),
            };
            if !notes.is_empty() && seen.insert(onsets) {
                tracks.push((Voice { channel, notes, name, key_map }, track.end));
            }
        }
    }
    let is_whole =
        |(track, _): &&(Voice, Ticks)| track.has(Instrument::Kick) && track.has(Instrument::Snare);
    let whole = tracks.iter().filter(is_whole).count();
    if whole < 2 || 2 * whole < tracks.len() {
        tracks.clear();
    }
    tracks
}

/// Whether `tracks` play at the same time.
pub(super) fn are_parallel(performance: &Performance, tracks: &[(Voice, Ticks)]) -> bool {
    let ticks_per_bar = 4 * u64::from(performance.ticks_per_beat);
    let bars = tracks.iter().map(|(track, _)| {
        let bars = track.notes.iter().map(|note| note.start.0 / ticks_per_bar);
        bars.collect::<BTreeSet<_>>()
    });
    let (mut sum, mut covered) = (0, BTreeSet::new());
    for track in bars {
        sum += track.len();
        covered.extend(track);
    }
    sum as f64 >= PARALLEL * covered.len().max(1) as f64
}

/// Where parts begin, and their names: at markers, or where consecutive `tracks` begin.
pub(super) fn places(performance: &Performance, tracks: &[(Voice, Ticks)]) -> Vec<(Ticks, String)> {
    if performance.markers.len() > 1 {
        return performance.markers.clone();
    }
    let start = |(track, _): &(Voice, Ticks)| (track.notes[0].start, track.name.clone());
    let mut starts: Vec<_> = tracks.iter().map(start).collect();
    starts.sort();
    starts
}

/// The parts of `sequences`, which begin at `starts`: cut at `places`, else at silence. None if there is only one.
pub(super) fn parts(
    sequences: &[StepSequence],
    starts: &[Ticks],
    places: &[(Ticks, String)],
    ticks_per_beat: u16,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before = 0;
    for (sequence, start) in sequences.iter().zip(starts) {
        let (steps, clocks) = (sequence.bar().steps(), sequence.bar().metre().clocks());
        let ticks_per_bar = (clocks * usize::from(ticks_per_beat) / CLOCKS_PER_QUARTER) as f64;
        let is_silent =
            |bar: usize| sequence.hits_between(bar * steps, (bar + 1) * steps).is_empty();
        let bars = sequence.bars();
        let mut begins: Vec<(usize, &str)> = Vec::new();
        for (ticks, name) in places {
            let bar = ((ticks.0 as f64 - start.0 as f64) / ticks_per_bar).round();
            if bar >= 0.0 && bar < bars as f64 {
                begins.push((bar as usize, name));
            }
        }
        // Of several at a bar the first.
        begins.dedup_by_key(|begin| begin.0);
        if begins.is_empty() {
            let is_begin = |bar: &usize| !is_silent(*bar) && (*bar == 0 || is_silent(bar - 1));
            begins.extend((0..bars).filter(is_begin).map(|bar| (bar, "")));
        }
        for (i, &(bar, name)) in begins.iter().enumerate() {
            let next = begins.get(i + 1).map_or(bars, |next| next.0);
            if let Some(last) = (bar..next).rfind(|&bar| !is_silent(bar)) {
                let (bar, bars) = (before + bar + 1, last + 1 - bar);
                parts.push(Part { name: name.to_owned(), bar, bars });
            }
        }
        before += bars;
    }
    if parts.len() < 2 {
        parts.clear();
    }
    parts
}
