//! The end of a run: its best parameters become weights.safetensors.

mod encoded;
mod latent_map;
mod velocity_curves;

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use candle_core::Device;
use musicvae::{Network, Parameters, Precision, WeightsFile};
use serde_json::json;
use sha2::{Digest, Sha256};

use self::encoded::Encoded;
use crate::data::{Dataset, Windows};
use crate::evaluate;
use crate::training::checkpoint::Checkpoint;
use crate::training::run_folder::RunFolder;
use crate::training::settings::Settings;
use crate::training::{prior, weights, whole_file};

/// Exports the best epoch of the run in `folder`, and says how good it is.
///
/// Everything is measured with the numbers as they stand in the file, f16 unless asked otherwise.
pub(crate) fn run(
    settings: &Settings,
    folder: &RunFolder,
    device: &Device,
    data: &Dataset,
) -> Result<()> {
    let best = Checkpoint::read(&folder.best())?;
    let precision = if settings.f32 { Precision::F32 } else { Precision::F16 };
    let stored = |file: WeightsFile| -> Result<WeightsFile> {
        Ok(WeightsFile::from_bytes(&file.to_bytes(precision)?)?)
    };
    let file = stored(best.weights(&settings.network)?)?;
    // Training also sees windows that start within a bar. What is played starts on its first beat, so
    // points are drawn from where such windows lie.
    let windows = data.train.on_bar_lines();
    let network = Network::new(file.config(), &Parameters::from_weights(&file, device)?)?;
    let encoded = Encoded::new(&network, &windows)?;
    let mut metadata = metadata(settings, data)?;
    let mut tensors = file.tensors().clone();
    if file.config().expression {
        velocity_curves::fit(&network, &encoded, device)?.insert_into(&mut tensors);
    }
    let (map, posteriors) = latent_map::fit(file.config(), &windows, encoded)?;
    map.describe_in(&mut tensors, &mut metadata);
    let mut config = settings.network.clone();
    if let Some(prior) = &mut config.prior {
        prior.styles = map.styles().len();
        let init = Some(folder.init()).filter(|path| path.exists());
        let init = init.as_deref().map(weights::read).transpose()?;
        let styles: Vec<&str> = map.styles().iter().map(|style| style.name.as_str()).collect();
        let (prior, loss) =
            prior::train(settings, &config, &styles, init.as_ref(), &posteriors, device)?;
        tensors.extend(prior);
        metadata.insert("prior".into(), json!({ "loss": loss }).to_string());
    }
    let with = |metadata: &BTreeMap<String, String>| {
        WeightsFile::new(config.clone(), metadata.clone(), tensors.clone())
    };
    let mut told = String::new();
    if !data.validation.is_empty() {
        let file = stored(with(&metadata)?)?;
        let (windowing, seed) = (settings.windowing, settings.seed);
        let scores = evaluate::scores(&file, windowing, &data.validation, seed, device)?;
        metadata.insert("scores".into(), json!({ "validation": scores }).to_string());
        told = format!("\n{}", scores.table());
    }
    let path = folder.weights();
    whole_file::write(&path, &with(&metadata)?.to_bytes(precision)?)?;
    let epoch = best.progress.best.map_or(0, |best| best.epoch);
    println!("best epoch: {epoch}; wrote {}{told}", path.display());
    Ok(())
}

/// Where the weights come from: data, command, seed.
fn metadata(settings: &Settings, data: &Dataset) -> Result<BTreeMap<String, String>> {
    let about_data = json!({
        "archive": settings.data_name(),
        "sha256": archive_sha256(settings)?,
        "content_sha256": data.report.sha256,
        "windowing": settings.windowing,
        "midi_files": data.report.files,
        "training_performances": performances(&data.train),
        "training_windows": data.train.len(),
        "validation_windows": data.validation.len(),
    });
    Ok(BTreeMap::from([
        ("data".to_owned(), about_data.to_string()),
        ("command".to_owned(), settings.command.clone().unwrap_or_default()),
        ("seed".to_owned(), settings.seed.to_string()),
    ]))
}

/// Number of performances that `windows` come from.
fn performances(windows: &Windows) -> usize {
    let names: HashSet<&str> = (0..windows.len()).map(|i| windows.info(i).name.as_str()).collect();
    names.len()
}

/// SHA-256 of the archive's bytes, as `sha256sum` prints it; `None` for a folder.
fn archive_sha256(settings: &Settings) -> Result<Option<String>> {
    let path = &settings.data_options()?.path;
    if path.is_dir() {
        return Ok(None);
    }
    let hash = || -> std::io::Result<String> {
        let mut hash = Sha256::new();
        let mut file = BufReader::new(File::open(path)?);
        loop {
            let bytes = file.fill_buf()?;
            if bytes.is_empty() {
                return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
            }
            hash.update(bytes);
            let count = bytes.len();
            file.consume(count);
        }
    };
    hash().map(Some).with_context(|| format!("cannot read {}", path.display()))
}
