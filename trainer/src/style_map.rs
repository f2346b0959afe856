//! Where the styles lie in the latent space, from a weights file that says so.

use anyhow::{Result, bail};
use musicvae::WeightsFile;

/// Names in the weights file, for ever: centroids `[S, Z]`, standard deviations `[S, Z]`, and in the
/// metadata the styles' names between commas.
const MEAN: &str = "latent.style_mean";
const SPREAD: &str = "latent.style_spread";
const NAMES: &str = "styles";

/// Centroid and spread of each style.
#[derive(Debug, PartialEq)]
pub(crate) struct StyleMap {
    latent: usize,
    names: Vec<String>,
    /// `[S, Z]`, row-major; likewise the spread.
    mean: Vec<f32>,
    spread: Vec<f32>,
}

impl StyleMap {
    /// The styles of `file`; `None` if it says nothing of styles.
    ///
    /// # Errors
    /// If what it says does not fit together.
    pub(crate) fn from_weights(file: &WeightsFile) -> Result<Option<Self>> {
        let Some(names) = file.metadata().get(NAMES).filter(|names| !names.is_empty()) else {
            return Ok(None);
        };
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        let latent = file.config().latent;
        let expected = [names.len(), latent];
        let tensor = |name: &str| match file.tensors().get(name) {
            None => bail!("it names {} styles but has no tensor `{name}`", names.len()),
            Some(tensor) if tensor.shape != expected => bail!(
                "tensor `{name}` has shape {:?}, expected {expected:?} for its {} styles",
                tensor.shape,
                names.len()
            ),
            Some(tensor) => Ok(tensor.data.clone()),
        };
        let (mean, spread) = (tensor(MEAN)?, tensor(SPREAD)?);
        Ok(Some(Self { latent, names, mean, spread }))
    }

    /// Every style with its distance from latent vector `z [Z]`, the nearest first: the root mean square of
    /// the differences from its centroid, each in the style's own standard deviations. A groove of the
    /// style itself is about 1 away.
    pub(crate) fn nearest(&self, z: &[f32]) -> Vec<(&str, f64)> {
        let rows = self.mean.chunks(self.latent).zip(self.spread.chunks(self.latent));
        let distance = |(mean, spread): (&[f32], &[f32])| {
            let squares = z.iter().zip(mean).zip(spread).map(|((z, mean), spread)| {
                f64::from((z - mean) / spread.max(f32::MIN_POSITIVE)).powi(2)
            });
            (squares.sum::<f64>() / self.latent as f64).sqrt()
        };
        let mut styles: Vec<(&str, f64)> =
            self.names.iter().map(String::as_str).zip(rows.map(distance)).collect();
        styles.sort_by(|a, b| a.1.total_cmp(&b.1));
        styles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_style_is_counted_in_its_own_spread() {
        let map = StyleMap {
            latent: 2,
            names: vec!["jazz".into(), "rock".into()],
            mean: vec![0.0, 0.0, 4.0, 4.0],
            spread: vec![0.5, 0.5, 2.0, 2.0],
        };
        // 1.5 from jazz in each number, three of its deviations; 2.5 from rock, 1.25 of them.
        assert_eq!(map.nearest(&[1.5, 1.5]), [("rock", 1.25), ("jazz", 3.0)]);
    }
}
