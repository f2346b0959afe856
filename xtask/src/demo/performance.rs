//! Eight bars of the plugin, played through a CLAP host.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use testhost::{Host, NoteEvent, NoteKind, Recording, Transport};

/// Samples per second.
pub(super) const SAMPLE_RATE: u32 = 48_000;
/// Beats per minute.
pub(super) const TEMPO: f64 = 120.0;
/// Bars of 4/4: the pattern twice.
pub(super) const BARS: u32 = 8;
/// Frames per block.
const BLOCK: u32 = 512;
/// The tail ends when it has been this quiet (-80 dB of full scale)...
const SILENCE: f32 = 1e-4;
/// ...for this long, in samples...
const QUIET_SAMPLES: usize = SAMPLE_RATE as usize / 2;
/// ...and after this long at the latest, in samples.
const LONGEST_TAIL: usize = 10 * SAMPLE_RATE as usize;

/// What the plugin sent, and its state afterwards.
pub(super) struct Performance {
    /// Note events with their times in samples.
    pub(super) notes: Vec<NoteEvent>,
    /// Controllers, as raw MIDI.
    pub(super) midi: Vec<(u64, [u8; 3])>,
    /// Left and right, tail included.
    pub(super) audio: [Vec<f32>; 2],
    /// What a project would save, as JSON: with it the window shows the same groove.
    pub(super) state: Vec<u8>,
}

/// Length of the eight bars in samples.
pub(super) const fn played_samples() -> u64 {
    (BARS * 4) as u64 * SAMPLE_RATE as u64 * 60 / TEMPO as u64
}

/// Song position at sample `time`, in beats.
pub(super) fn beats(time: u64) -> f64 {
    time as f64 / f64::from(SAMPLE_RATE) * TEMPO / 60.0
}

impl Performance {
    /// Plays the plugin of the CLAP file `clap` as it is when newly inserted, or as `state` has it, a saved one.
    pub(super) fn of(clap: &Path, state: Option<&[u8]>) -> Result<Self> {
        let mut host = Host::load(clap)?;
        if let Some(state) = state {
            // As the framework writes it: its length first.
            let framed = [&(state.len() as u64).to_le_bytes(), state].concat();
            host.load_state(&framed)?;
        }
        // Offline, the plugin waits for its network instead of playing what it has so far.
        host.set_offline(true)?;
        host.activate(f64::from(SAMPLE_RATE), BLOCK)?;

        let mut time = 0;
        while time < played_samples() {
            let frames = (played_samples() - time).min(u64::from(BLOCK)) as u32;
            host.process(frames, Some(&Transport::playing(beats(time), TEMPO)), &[])
                .with_context(|| format!("at beat {:.3}", beats(time)))?;
            time += u64::from(frames);
        }
        let stopped = Transport::stopped(beats(time), TEMPO);
        let is_over = |host: &Host| {
            let [left, right] = &host.recording().audio;
            let tail = &left[time as usize..];
            tail.len() >= LONGEST_TAIL
                || tail.len() >= QUIET_SAMPLES && peak([left, right], QUIET_SAMPLES) < SILENCE
        };
        while !is_over(&host) {
            host.process(BLOCK, Some(&stopped), &[]).context("after the end")?;
        }

        // The framework writes the state's length (8 bytes) before its JSON.
        let state = host.save_state()?.get(8..).unwrap_or_default().to_vec();
        let recording = host.take_recording();
        let hanging = recording.hanging_notes();
        ensure!(hanging.is_empty(), "notes without an end (channel, key): {hanging:?}");
        let Recording { notes, midi, audio, .. } = recording;
        Ok(Self { notes, midi, audio, state })
    }

    /// The loudest sample, in decibels of full scale.
    pub(super) fn peak_db(&self) -> f32 {
        let [left, right] = &self.audio;
        20.0 * peak([left, right], left.len()).log10()
    }

    /// One line about what was played.
    pub(super) fn summary(&self) -> String {
        let hits = self.notes.iter().filter(|note| matches!(note.kind, NoteKind::On(_))).count();
        let seconds = self.audio[0].len() as f64 / f64::from(SAMPLE_RATE);
        let peak_db = self.peak_db();
        format!(
            "{BARS} bars at {TEMPO} BPM: {hits} notes, {seconds:.1} s of audio, peak {peak_db:.1} dB"
        )
    }
}

/// Largest magnitude in the last `count` samples of both channels.
fn peak(channels: [&Vec<f32>; 2], count: usize) -> f32 {
    let last = |samples: &[f32]| {
        let start = samples.len().saturating_sub(count);
        samples[start..].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()))
    };
    last(channels[0]).max(last(channels[1]))
}
