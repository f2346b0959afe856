//! The report of a run, as a picture and as a page.

mod chart;
mod curves;
mod drawing;
mod grooves;
mod latent;
mod page;
mod picture;
mod velocities;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use groove::Pattern;
use musicvae::WeightsFile;
use musicvae::infer::{Drummer, Scratch};
use musicvae::recipe::Recipe;
use rayon::prelude::*;
use serde::Deserialize;

use self::grooves::Pair;
use self::latent::Dot;
use self::page::Section;
use crate::data::{self, DataOptions, Windowing, Windows};
use crate::training::checkpoint::Checkpoint;
use crate::training::run_folder::RunFolder;
use crate::training::settings::Settings;
use crate::training::{metrics, weights, whole_file};

/// Windows encoded for the latent map and the profiles: enough to see both.
const WINDOWS: usize = 1000;
/// Windows shown beside what comes back of them.
const GROOVES: usize = 8;

/// Writes report.png and report.html of the run in `folder` into the folder `out`; their paths.
///
/// The windows are those of `archive`, or else of the run's own.
pub(crate) fn write(
    folder: &RunFolder,
    archive: Option<&Path>,
    out: &Path,
) -> Result<[PathBuf; 2]> {
    let begun = Begun::read(&folder.config())?;
    let file = network_of(folder)?;
    let lines = metrics::read(&folder.metrics())?;
    let Some(path) = archive.or(begun.data.as_deref()) else {
        bail!("{}: says no data; name it by --data", folder.config().display());
    };
    let options = DataOptions {
        path: path.to_owned(),
        windowing: begun.windowing,
        train_hop_beats: None,
        split_seed: begun.seed,
    };
    let data = data::load(&options).context("the run's data (--data names it anew)")?;
    let held_out = !data.validation.is_empty();
    let windows = if held_out { &data.validation } else { &data.train };
    let view = View::new(&file, windows)?;

    let name = folder.path().canonicalize()?;
    let name = name.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let title = format!("Training run {name}");
    let of = if held_out { "validation" } else { "training" };
    let sections = [
        Section {
            title: "Curves",
            about:
                "Training: means of the steps. Validation: all windows at full beta, after each \
                    epoch."
                    .into(),
            drawing: curves::curves(&lines),
        },
        Section {
            title: "Grooves and what comes back of them",
            about: format!(
                "Windows of the {of} split, encoded and decoded greedily. The darker the louder; early and \
                 late hits are drawn where they sound."
            ),
            drawing: grooves::grooves(&view.pairs()),
        },
        Section {
            title: "Latent map",
            about: format!(
                "Where {} {of} windows lie along the two widest directions, sliders 1 and 2 of the \
                 plugin, in standard deviations.",
                view.played.len()
            ),
            drawing: latent::latent_map(&view.dots),
        },
        Section {
            title: "Velocity profiles",
            about: "Mean velocity on each step of the bar, of the same windows.".into(),
            drawing: velocities::velocities(&view.played, &view.decoded),
        },
    ];
    std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    let (picture, page) = (out.join("report.png"), out.join("report.html"));
    whole_file::write(&picture, &picture::png(&page::poster(&title, &sections))?)?;
    let html = page::page(&title, &facts(&begun, &file), &sections);
    whole_file::write(&page, html.as_bytes())?;
    Ok([picture, page])
}

/// What is asked of a run's config.toml here. A run of an earlier version may lack other settings.
#[derive(Deserialize)]
struct Begun {
    data: Option<PathBuf>,
    command: Option<String>,
    windowing: Windowing,
    seed: u64,
}

impl Begun {
    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.message()))
    }
}

/// The run's exported network, or while it still trains the best so far.
fn network_of(folder: &RunFolder) -> Result<WeightsFile> {
    if folder.weights().exists() {
        return weights::read(&folder.weights());
    }
    if !folder.best().exists() {
        bail!("{}: no epoch is done yet, so there is nothing to show", folder.path().display());
    }
    Checkpoint::read(&folder.best())?.weights(&Settings::of_run(&folder.config())?.network)
}

/// What stands above the drawings.
fn facts(begun: &Begun, file: &WeightsFile) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(command) = &begun.command {
        facts.push(("command".to_owned(), command.clone()));
    }
    let archive = begun.data.as_deref().and_then(Path::file_name);
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

/// Windows, what comes back of them, and where they lie.
struct View {
    played: Vec<Pattern>,
    decoded: Vec<Pattern>,
    titles: Vec<String>,
    dots: Vec<Dot>,
}

impl View {
    /// `windows`, or as many of them, evenly apart, as are needed.
    fn new(file: &WeightsFile, windows: &Windows) -> Result<Self> {
        let drummer = Drummer::new(file)?;
        let count = windows.len().min(WINDOWS);
        let chosen: Vec<usize> = (0..count).map(|i| i * windows.len() / count).collect();
        let likeliest = Recipe { temperature: 0.0, ..Recipe::default() };
        let played: Vec<Pattern> = chosen.iter().map(|&i| windows.pattern(i)).collect();
        let seen: Vec<([f32; 2], Pattern)> = played
            .par_iter()
            .map_init(Scratch::new, |scratch, pattern| {
                let (mean, _) = drummer.encode(pattern);
                let coordinates = drummer.latent_map().coordinates(&mean);
                let along = |i: usize| coordinates.get(i).copied().unwrap_or(0.0);
                let decoded = drummer.decode_latent(&mean, &likeliest, 0, scratch);
                ([along(0), along(1)], decoded)
            })
            .collect();
        let info = |i: &usize| windows.info(*i);
        let style = |i: &usize| info(i).primary_style().to_owned();
        let dots = chosen.iter().zip(&seen).map(|(i, (at, _))| Dot { at: *at, style: style(i) });
        Ok(Self {
            dots: dots.collect(),
            titles: chosen.iter().map(|i| title(info(i))).collect(),
            decoded: seen.iter().map(|(_, decoded)| *decoded).collect(),
            played,
        })
    }

    /// A few of them, evenly apart.
    fn pairs(&self) -> Vec<Pair> {
        let count = self.played.len().min(GROOVES);
        let chosen = (0..count).map(|i| i * self.played.len() / count);
        chosen
            .map(|i| Pair {
                title: self.titles[i].clone(),
                played: self.played[i],
                decoded: self.decoded[i],
            })
            .collect()
    }
}

/// Such as `funk/groove1, drummer1/session1/1_funk.mid`.
fn title(info: &data::PerformanceInfo) -> String {
    match info.style.as_str() {
        "" => info.name.clone(),
        style => format!("{style}, {}", info.name),
    }
}
