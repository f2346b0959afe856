//! Export: the best parameters of a run as weights.safetensors.

mod encoded;
pub(crate) mod intensity;
mod latent_map;
mod velocity_curves;

use std::collections::HashSet;

use anyhow::Result;
use candle_core::Device;
use musicvae::config::Drawn;
use musicvae::weights::Metadata;
use musicvae::{Config, Network, Parameters, Precision, WeightsFile};
use serde_json::json;

use self::encoded::Encoded;
use crate::data::{Dataset, Windows};
use crate::evaluate;
use crate::training::checkpoint::Checkpoint;
use crate::training::run_folder::RunFolder;
use crate::training::settings::Settings;
use crate::training::step_model::{self, StepTraining};
use crate::training::{articulations, prior, weights, whole_file};

/// Steps in which the step model of other weights learns how a set of few windows is played: after five it still has the
/// velocities and the timing that it came with (docs/train-your-own.md).
const STEPS_TO_LEARN_ANEW: usize = 40;

/// Exports the best epoch of the run in `folder` and prints its scores; `false` if the step model's training was interrupted.
///
/// All measurements use the numbers of the file, which are f16 unless `--f32` is given.
pub(crate) fn run(
    settings: &Settings,
    folder: &RunFolder,
    device: &Device,
    data: &Dataset,
) -> Result<bool> {
    let mut best = Checkpoint::read(&folder.best())?;
    let precision = if settings.f32 { Precision::F32 } else { Precision::F16 };
    precision.round(&mut best.tensors);
    let file = best.weights(&settings.network)?;
    // Training also uses windows that start within a bar. Generated patterns start on the first beat, so the map
    // and the prior are fitted to such windows.
    let windows = data.train.on_bar_lines();
    let network = Network::new(file.config(), &Parameters::from_weights(&file, device)?)?;
    let encoded = Encoded::new(&network, &windows)?;
    let mut metadata = metadata(settings, data);
    let mut tensors = file.tensors().clone();
    if file.config().expression {
        velocity_curves::fit(&network, &encoded, device)?.insert_into(&mut tensors);
    }
    let (map, posteriors) = latent_map::fit(file.config(), &windows, encoded)?;
    map.describe_in(&mut tensors, &mut metadata);
    let prior = settings.network.prior.clone();
    let mut config = Config { prior, ..settings.network.autoencoder() };
    let init = Some(folder.init()).filter(|path| path.exists());
    let init = init.as_deref().map(weights::read).transpose()?;
    if let Some(prior) = &mut config.prior {
        prior.styles = map.styles().len();
        let styles: Vec<&str> = map.styles().iter().map(|style| style.name.as_str()).collect();
        let (prior, loss) =
            prior::train(settings, &config, &styles, init.as_ref(), &posteriors, device)?;
        tensors.extend(prior);
        metadata.insert("prior".into(), json!({ "loss": loss }).to_string());
    }
    precision.round(&mut tensors);
    let mut file = WeightsFile::new(config, metadata, tensors)?;
    if let Some(sizes) = &settings.network.step_model {
        let training = StepTraining {
            drawn: Drawn::Common,
            epochs: settings.step_epochs,
            least_steps: if init.is_some() { STEPS_TO_LEARN_ANEW } else { 0 },
            learning_rate: settings.step_lr,
            seed: settings.seed,
            checkpoint: folder.checkpoints().join("step-model"),
            resume: true,
            critic_grooves: settings.critic_grooves as usize,
        };
        let with_step_model =
            step_model::add_to(&file, sizes, init.as_ref(), &training, [data, data], device)?;
        match with_step_model {
            Some(with_step_model) => file = with_step_model,
            None => return Ok(false),
        }
        let windows = [data.train.on_bar_lines()];
        let validation = [data.validation.on_bar_lines()];
        if let Some((struck, scores)) =
            articulations::add_to(&file, &windows, &validation, settings.seed)?
        {
            println!("{scores}");
            file = struck;
        }
    }
    let mut scores_text = String::new();
    if !data.validation.is_empty() {
        let (windowing, seed) = (settings.windowing, settings.seed);
        let scores = evaluate::scores(&file, windowing, &data.validation, seed, device)?;
        file.describe("scores", json!({ "validation": scores }).to_string());
        scores_text = format!("\n{}", scores.table());
    }
    let path = folder.weights();
    whole_file::write(&path, &file.to_bytes(precision)?)?;
    let epoch = best.progress.best.map_or(0, |best| best.epoch);
    println!("best epoch: {epoch}; wrote {}{scores_text}", path.display());
    Ok(true)
}

/// Metadata about data, command and seed.
fn metadata(settings: &Settings, data: &Dataset) -> Metadata {
    let about_data = json!({
        "archive": settings.data_name(),
        "content_sha256": data.report.sha256,
        "windowing": settings.windowing,
        "midi_files": data.report.files,
        "training_performances": performances(&data.train),
        "training_windows": data.train.len(),
        "validation_windows": data.validation.len(),
    });
    Metadata::from([
        ("data".to_owned(), about_data.to_string()),
        ("command".to_owned(), settings.command.clone().unwrap_or_default()),
        ("seed".to_owned(), settings.seed.to_string()),
    ])
}

/// Number of performances in `windows`.
fn performances(windows: &Windows) -> usize {
    let names: HashSet<&str> = (0..windows.len()).map(|i| windows.info(i).name.as_str()).collect();
    names.len()
}
