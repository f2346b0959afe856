//! metrics.jsonl: one JSON object per training step and per epoch.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::training::tensorboard::EventFile;
use crate::training::whole_file;

/// The parts of a loss, each a mean per window, in nats where it has a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Parts {
    /// The total loss.
    pub(crate) loss: f64,
    /// Reconstruction of the tokens.
    pub(crate) reconstruction: f64,
    /// KL divergence from the prior, before beta and free bits.
    pub(crate) kl: f64,
    /// Squared error of velocities; 0 without expression.
    pub(crate) velocity: f64,
    /// Squared error of micro-offsets; 0 without expression.
    pub(crate) micro_offset: f64,
}

impl Parts {
    /// This plus `weight` times `other`.
    pub(crate) fn plus(self, other: Self, weight: f64) -> Self {
        Self {
            loss: self.loss + weight * other.loss,
            reconstruction: self.reconstruction + weight * other.reconstruction,
            kl: self.kl + weight * other.kl,
            velocity: self.velocity + weight * other.velocity,
            micro_offset: self.micro_offset + weight * other.micro_offset,
        }
    }
}

/// A line of the file. Steps count from 1 over the whole run, epochs from 1.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Line {
    Step {
        step: u64,
        epoch: u32,
        #[serde(flatten)]
        parts: Parts,
        beta: f64,
        lr: f64,
        gradient_norm: f64,
    },
    Epoch {
        step: u64,
        epoch: u32,
        /// Mean over the epoch's steps.
        train: Parts,
        /// At full beta; `None` without validation windows.
        validation: Option<Parts>,
        /// Share of correct tokens on the validation windows, under teacher forcing.
        validation_accuracy: Option<f64>,
        seconds: f64,
        windows_per_second: f64,
    },
}

impl Line {
    fn step(&self) -> u64 {
        let (Self::Step { step, .. } | Self::Epoch { step, .. }) = self;
        *step
    }
}

/// The fractions in `value` with their tags, such as `step/loss`; TensorBoard groups them by what is before the slash.
fn scalars(group: &str, value: &Value, into: &mut Vec<(String, f64)>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Number(number) if number.is_f64() => {
                into.extend(number.as_f64().map(|number| (format!("{group}/{name}"), number)));
            }
            other => scalars(name, other, into),
        }
    }
}

/// The file, open for appending.
pub(crate) struct Metrics {
    file: File,
    path: PathBuf,
    /// A TensorBoard file that gets the same numbers.
    events: Option<EventFile>,
}

impl Metrics {
    /// Opens `path` and removes lines after step `step`, so that a resumed run has no step twice.
    pub(crate) fn open(path: &Path, step: u64) -> Result<Self> {
        let context = || format!("cannot write {}", path.display());
        if path.exists() {
            let text = text(path)?;
            let is_kept = |line: &&str| {
                let parsed = serde_json::from_str::<Line>(line);
                line.ends_with('\n') && parsed.is_ok_and(|line| line.step() <= step)
            };
            let kept = text.split_inclusive('\n').take_while(is_kept).collect::<String>();
            whole_file::write(path, kept.as_bytes())?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path).with_context(context)?;
        Ok(Self { file, path: path.to_owned(), events: None })
    }

    /// Also writes the following lines, from step `step` on, to a TensorBoard event file in `folder`.
    pub(crate) fn write_events_to(&mut self, folder: &Path, step: u64) -> Result<()> {
        self.events = Some(EventFile::create(folder, step)?);
        Ok(())
    }

    /// Appends a line.
    pub(crate) fn write(&mut self, line: &Line) -> Result<()> {
        if let Some(events) = &mut self.events {
            let value = serde_json::to_value(line).context("metrics do not fit JSON")?;
            let mut numbers = Vec::new();
            scalars(value["kind"].as_str().unwrap_or_default(), &value, &mut numbers);
            events.add(line.step(), &numbers)?;
        }
        let mut text = serde_json::to_string(line).context("metrics do not fit JSON")?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Waits until all lines are on the disk.
    pub(crate) fn flush(&self) -> Result<()> {
        self.file.sync_data().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// The lines of the file at `path`; one cut off by a crash, or being written, ends them.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>> {
    let text = text(path)?;
    Ok(text.lines().map_while(|line| serde_json::from_str(line).ok()).collect())
}

/// The largest metrics.jsonl read: some 300 bytes a step, so 800,000 steps.
const LARGEST: u64 = 256 << 20;

/// The text of the file at `path`, up to what is none.
fn text(path: &Path) -> Result<String> {
    let context = || format!("cannot read {}", path.display());
    let bytes = whole_files::read(path, LARGEST, "the metrics of a run").with_context(context)?;
    let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    Ok(valid.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reopening_drops_later_steps_and_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let step = |step| Line::Step {
            step,
            epoch: 1,
            parts: Parts::default(),
            beta: 0.0,
            lr: 0.0,
            gradient_norm: 0.0,
        };
        let mut metrics = Metrics::open(&path, 0).unwrap();
        for i in 1..=3 {
            metrics.write(&step(i)).unwrap();
        }
        let three = std::fs::read_to_string(&path).unwrap();
        metrics.file.write_all(b"{\"kind\":\"step\",\"st").unwrap();
        assert_eq!(read(&path).unwrap().len(), 3);
        drop(Metrics::open(&path, 9).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), three);
        let mut metrics = Metrics::open(&path, 2).unwrap();
        metrics.write(&step(3)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), three);
    }

    #[test]
    fn what_no_run_has_written_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        // Nothing but a hole: the size is all that is looked at.
        File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
        let error = format!("{:#}", read(&path).unwrap_err());
        assert!(
            error.ends_with("268435457 bytes are too many for the metrics of a run"),
            "{error}"
        );
        assert!(Metrics::open(&path, 9).is_err());
    }
}
