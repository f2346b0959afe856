//! The latent map in the weights file, fitted to the training windows.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use musicvae::{Config, LatentMap};

use crate::data::Windows;
use crate::evaluate::statistics::Attribute;
use crate::export::encoded::Encoded;
use crate::export::intensity;
use crate::training::prior::Posteriors;

/// Minimum number of performances for a style to be in the map.
const LEAST_PERFORMANCES: usize = 20;

/// The latent map of `windows`, and their posteriors (from `encoded`) with their styles.
pub(crate) fn fit(
    config: &Config,
    windows: &Windows,
    encoded: Encoded,
) -> Result<(LatentMap, Posteriors)> {
    let attributes: Vec<f64> =
        encoded.patterns().flat_map(|p| Attribute::ALL.map(|a| a.of(p))).collect();
    let scores = intensity::scores(encoded.patterns(), |i| windows.info(encoded.indices[i]));
    let along = intensity::direction(&encoded.means, &scores);
    let Encoded { means, sigmas, indices: sounding, .. } = encoded;
    let members = styles(windows, &sounding);
    let map = LatentMap::fit(config.latent, &means, &sigmas)
        .context("latent map")?
        .with_directions(&Attribute::ALL.map(Attribute::name), &means, &attributes)
        .with_direction(intensity::NAME, along)
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
