//! The report of a run: one HTML page with curves, patterns, latent map and velocity profiles.

mod chart;
mod curves;
mod drawing;
mod grooves;
mod latent;
mod page;
mod velocities;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use groove::Pattern;
use musicvae::WeightsFile;
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::Recipe;
use rayon::prelude::*;
use serde::Deserialize;

use self::grooves::pair;
use self::page::Section;
use crate::data::{self, DataOptions, ReadArgs, Windowing, Windows};
use crate::training::checkpoint::Checkpoint;
use crate::training::run_folder::RunFolder;
use crate::training::settings::{LARGEST_CONFIG, Settings};
use crate::training::{metrics, weights, whole_file};

/// Maximum number of windows in the latent map and the profiles.
const WINDOWS: usize = 1000;
/// Windows shown beside their reconstructions.
const SHOWN: usize = 8;

/// Writes report.html of the run in `folder` into the folder `out`; its path.
///
/// The windows are those of `archive`, or else of the run's own.
pub(crate) fn write(folder: &RunFolder, archive: Option<&Path>, out: &Path) -> Result<PathBuf> {
    let summary = RunSummary::read(&folder.config())?;
    let file = network_of(folder)?;
    let lines = metrics::read(&folder.metrics())?;
    let Some(path) = archive.or(summary.data.as_deref()) else {
        bail!("{}: names no data: add --data", folder.config().display());
    };
    let options = DataOptions {
        windowing: summary.windowing,
        split_seed: summary.seed,
        ..DataOptions::bars(path, &summary.reading)
    };
    let data = data::load(&options).context("the run's data (if it has moved, add --data)")?;
    let held_out = !data.validation.is_empty();
    let windows = if held_out { &data.validation } else { &data.train };
    let windows = reconstruct(&file, windows)?;
    let [played, decoded] = [|w: &Window| w.played, |w: &Window| w.decoded]
        .map(|pattern| windows.iter().map(pattern).collect::<Vec<_>>());
    let shown = windows.len().min(SHOWN);
    let shown = (0..shown).map(|i| &windows[i * windows.len() / shown]);

    let name = folder.path().canonicalize()?;
    let name = name.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let title = format!("Training run {name}");
    let of = if held_out { "validation" } else { "training" };
    let sections = [
        Section {
            title: "Curves",
            about: "Training: means of the steps. Validation: all windows at full beta, after each epoch."
                .into(),
            drawings: curves::curves(&lines),
        },
        Section {
            title: "Patterns and their reconstructions",
            about: format!(
                "Windows of the {of} split, encoded and decoded greedily. The darker the louder; early and \
                 late hits are drawn where they sound."
            ),
            drawings: shown.map(|w| pair(&w.title, &w.played, &w.decoded)).collect(),
        },
        Section {
            title: "Latent map",
            about: format!(
                "Where {} {of} windows lie along the two widest directions, sliders 1 and 2 of the \
                 plugin, in standard deviations.",
                windows.len()
            ),
            drawings: vec![latent::latent_map(windows.iter().map(|w| (w.at, w.style.as_str())))],
        },
        Section {
            title: "Velocity profiles",
            about: "Mean velocity on each step of the bar, of the same windows.".into(),
            drawings: velocities::velocities(&played, &decoded),
        },
    ];
    std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    let path = out.join("report.html");
    let html = page::page(&title, &facts(&summary, &file), &sections);
    whole_file::write(&path, html.as_bytes())?;
    Ok(path)
}

/// The part of a run's config.toml that the report shows. Runs of earlier versions may lack other settings.
#[derive(Deserialize)]
struct RunSummary {
    data: Option<PathBuf>,
    command: Option<String>,
    windowing: Windowing,
    seed: u64,
    #[serde(flatten)]
    reading: ReadArgs,
}

impl RunSummary {
    fn read(path: &Path) -> Result<Self> {
        let context = || format!("cannot read {}", path.display());
        let bytes =
            whole_files::read(path, LARGEST_CONFIG, "a config file").with_context(context)?;
        let text = String::from_utf8(bytes).with_context(context)?;
        toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.message()))
    }
}

/// The run's exported network, or the best so far while it trains.
fn network_of(folder: &RunFolder) -> Result<WeightsFile> {
    if folder.weights().exists() {
        return weights::read(&folder.weights());
    }
    if !folder.best().exists() {
        bail!("{}: no epoch is done yet, so there is nothing to show", folder.path().display());
    }
    Checkpoint::read(&folder.best())?.weights(&Settings::of_run(&folder.config())?.network)
}

/// Names and values above the drawings.
fn facts(summary: &RunSummary, file: &WeightsFile) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(command) = &summary.command {
        facts.push(("command".to_owned(), command.clone()));
    }
    let archive = summary.data.as_deref().and_then(Path::file_name);
    facts.extend(archive.map(|name| ("data".to_owned(), name.to_string_lossy().into_owned())));
    let numbers: usize = file.tensors().values().map(|tensor| tensor.data.len()).sum();
    facts.push(("numbers in the weights file".to_owned(), numbers.to_string()));
    let scores = file.metadata().get("scores");
    let scores: Option<serde_json::Value> = scores.and_then(|s| serde_json::from_str(s).ok());
    let of_validation = scores.as_ref().and_then(|s| s.get("validation")?.as_object());
    for (name, score) in of_validation.into_iter().flatten().filter(|(_, s)| s.is_number()) {
        let score = match (score.as_u64(), score.as_f64()) {
            (None, Some(share)) => format!("{share:.4}"),
            _ => score.to_string(),
        };
        facts.push((format!("{} (validation)", name.replace('_', " ")), score));
    }
    facts
}

/// A window, its reconstruction, and where it lies in the latent space.
struct Window {
    played: Pattern,
    decoded: Pattern,
    /// Along the two widest directions, in standard deviations.
    at: [f32; 2],
    /// Style and name, as in `funk/groove1, drummer1/session1/1_funk.mid`.
    title: String,
    style: String,
}

/// Encodes and decodes `windows`, or [`WINDOWS`] of them, evenly apart.
fn reconstruct(file: &WeightsFile, windows: &Windows) -> Result<Vec<Window>> {
    let model = GrooveModel::new(file)?;
    let likeliest = Recipe { temperature: 0.0, ..Recipe::default() };
    let count = windows.len().min(WINDOWS);
    let reconstruct = |scratch: &mut Scratch, i: usize| {
        let i = i * windows.len() / count;
        let (played, info) = (windows.pattern(i), windows.info(i));
        let (mean, _) = model.encode(&played);
        let coordinates = model.latent_map().coordinates(&mean);
        let along = |i: usize| coordinates.get(i).copied().unwrap_or(0.0);
        let comma = if info.style.is_empty() { "" } else { ", " };
        Window {
            played,
            decoded: model.decode_latent(&mean, &likeliest, 0, scratch),
            at: [along(0), along(1)],
            title: format!("{}{comma}{}", info.style, info.name),
            style: info.primary_style().to_owned(),
        }
    };
    Ok((0..count).into_par_iter().map_init(Scratch::new, reconstruct).collect())
}
