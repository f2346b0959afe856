//! Where the training windows lie in the latent space: the map that the weights file carries.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use candle_core::Device;
use groove::Pattern;
use musicvae::{Batch, LatentMap, Network, Parameters, WeightsFile};

use crate::data::Windows;
use crate::prior::Posteriors;
use crate::statistics::Attribute;
use crate::teacher_forcing;

/// Performances that the data must have of a style for it to be a landmark.
const LEAST_PERFORMANCES: usize = 20;

/// The latent map of `windows`, and their posteriors. Silent windows have no part in either.
pub(crate) fn fit(
    file: &WeightsFile,
    windows: &Windows,
    device: &Device,
) -> Result<(LatentMap, Posteriors)> {
    let network = Network::new(file.config(), &Parameters::from_weights(file, device)?)?;
    let (mut means, mut sigmas, mut attributes) = (Vec::new(), Vec::new(), Vec::new());
    let mut sounding = Vec::new();
    let mut index = 0;
    for patterns in teacher_forcing::batches(windows) {
        let (indices, patterns): (Vec<usize>, Vec<Pattern>) =
            (index..).zip(patterns.iter().copied()).filter(|(_, p)| p.count() > 0).unzip();
        index += teacher_forcing::BATCH;
        if patterns.is_empty() {
            continue;
        }
        let posterior = network.encode(&Batch::from_patterns(&patterns), None)?; // [B, Z]
        means.extend(posterior.mean.flatten_all()?.to_vec1::<f32>()?);
        sigmas.extend(posterior.sigma.flatten_all()?.to_vec1::<f32>()?);
        attributes.extend(patterns.iter().flat_map(|p| Attribute::ALL.map(|a| a.of(p))));
        sounding.extend(indices);
    }
    let members = styles(windows, &sounding);
    let map = LatentMap::fit(file.config().latent, &means, &sigmas)
        .context("latent map")?
        .with_directions(&Attribute::ALL.map(Attribute::name), &means, &attributes)
        .with_styles(&means, &members);
    let mut styles = vec![None; sounding.len()];
    for (style, (_, members)) in members.iter().enumerate() {
        members.iter().for_each(|&member| styles[member] = Some(style));
    }
    Ok((map, Posteriors { means, sigmas, styles }))
}

/// Primary styles of enough performances, most performances first, each with the places in `sounding` of its
/// windows.
fn styles(windows: &Windows, sounding: &[usize]) -> Vec<(String, Vec<usize>)> {
    let performances = windows.performances_by_style();
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, &window) in sounding.iter().enumerate() {
        found.entry(windows.info(window).primary_style()).or_default().push(place);
    }
    let count = |name: &str| performances.get(name).copied().unwrap_or(0);
    // A comma would end a name in the metadata.
    found.retain(|name, _| {
        count(name) >= LEAST_PERFORMANCES && !name.is_empty() && !name.contains(',')
    });
    let mut styles: Vec<_> = found.into_iter().collect();
    styles.sort_by_key(|(name, _)| std::cmp::Reverse(count(name)));
    styles.into_iter().map(|(name, members)| (name.to_owned(), members)).collect()
}
