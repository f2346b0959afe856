//! The latent map: which part of the latent space grooves lie in, its principal directions, and
//! its landmarks: directions of musical attributes, and where the styles are.
//!
//! Fitted on the training set at export, stored in the weights file, used wherever a groove is
//! drawn: the encoded grooves do not fill N(0, I) evenly.

mod between;
mod eigen;
mod landmarks;

use std::collections::BTreeMap;

use super::{LATENT_MAP, Metadata, RawTensor, WeightsFile};

pub use self::landmarks::{Direction, Style};

/// Mean, principal directions, spread and landmarks of the encoded training grooves.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentMap {
    mean: Vec<f32>,
    /// Rows of unit length, largest variance first, row-major `[Z, Z]`.
    basis: Vec<f32>,
    /// Standard deviation along each row.
    spread: Vec<f32>,
    directions: Vec<Direction>,
    styles: Vec<Style>,
}

/// The posteriors do not describe a distribution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LatentMapError {
    /// Fewer than two windows, or arrays that are not `[N, Z]`.
    #[error("{means} means and {sigmas} sigmas are not those of two or more windows of {latent}")]
    Count {
        /// Numbers in `means`.
        means: usize,
        /// Numbers in `sigmas`.
        sigmas: usize,
        /// Z.
        latent: usize,
    },
    /// A posterior is not finite.
    #[error("the posterior of window {window} is not finite")]
    NotFinite {
        /// Its row.
        window: usize,
    },
}

impl LatentMap {
    /// The map of N(0, I) in `latent` dimensions: what an untrained network has.
    pub fn standard(latent: usize) -> Self {
        let mut basis = vec![0.0; latent * latent];
        basis.iter_mut().step_by(latent + 1).for_each(|x| *x = 1.0);
        Self {
            mean: vec![0.0; latent],
            basis,
            spread: vec![1.0; latent],
            directions: Vec::new(),
            styles: Vec::new(),
        }
    }

    /// The map of these posteriors, without landmarks: `means` and `sigmas` are `[N, latent]`, row-major, a row per
    /// window.
    ///
    /// A window's latent vector is a draw from its posterior, so the covariance over all windows is
    /// that of the means plus the mean of the sigmas' squares.
    ///
    /// # Errors
    /// If there are fewer than two rows, the arrays do not fit, or a number is not finite.
    pub fn fit(latent: usize, means: &[f32], sigmas: &[f32]) -> Result<Self, LatentMapError> {
        let count = means.len() / latent.max(1);
        if latent == 0 || count < 2 || means.len() != count * latent || sigmas.len() != means.len()
        {
            let (means, sigmas) = (means.len(), sigmas.len());
            return Err(LatentMapError::Count { means, sigmas, latent });
        }
        if let Some(index) =
            means.iter().zip(sigmas).position(|(m, s)| !m.is_finite() || !s.is_finite())
        {
            return Err(LatentMapError::NotFinite { window: index / latent });
        }

        let mut mean = vec![0.0; latent];
        let mut noise = vec![0.0; latent];
        for (m, s) in means.chunks(latent).zip(sigmas.chunks(latent)) {
            for i in 0..latent {
                mean[i] += f64::from(m[i]) / count as f64;
                noise[i] += f64::from(s[i]).powi(2) / count as f64;
            }
        }
        let mut covariance = vec![0.0; latent * latent];
        let mut centred = vec![0.0; latent];
        for m in means.chunks(latent) {
            for i in 0..latent {
                centred[i] = f64::from(m[i]) - mean[i];
            }
            for i in 0..latent {
                let row = &mut covariance[i * latent..][..=i];
                for (c, x) in row.iter_mut().zip(&centred) {
                    *c += centred[i] * x;
                }
            }
        }
        for i in 0..latent {
            for j in 0..=i {
                let c =
                    covariance[i * latent + j] / count as f64 + if i == j { noise[i] } else { 0.0 };
                covariance[i * latent + j] = c;
                covariance[j * latent + i] = c;
            }
        }

        let (variances, mut basis) = eigen::symmetric(latent, covariance);
        for row in basis.chunks_mut(latent) {
            // The first of equally large entries decides, so that the sign is defined.
            let peak =
                row.iter().fold(0.0, |peak: f64, &x| if x.abs() > peak.abs() { x } else { peak });
            if peak < 0.0 {
                row.iter_mut().for_each(|x| *x = -*x);
            }
        }
        let narrow = |x: Vec<f64>| x.into_iter().map(|x| x as f32).collect();
        Ok(Self {
            mean: narrow(mean),
            basis: narrow(basis),
            spread: variances.into_iter().map(|v| v.max(0.0).sqrt() as f32).collect(),
            directions: Vec::new(),
            styles: Vec::new(),
        })
    }

    /// The map of a weights file.
    pub fn from_weights(weights: &WeightsFile) -> Self {
        let [mean, basis, spread] = LATENT_MAP.map(|name| weights.tensors()[name].data.clone());
        let (directions, styles) = landmarks::read(weights);
        Self { mean, basis, spread, directions, styles }
    }

    /// Adds the map's tensors to those of a weights file being made, and the landmarks' names to
    /// its metadata.
    pub fn describe_in(&self, tensors: &mut BTreeMap<String, RawTensor>, metadata: &mut Metadata) {
        self.insert_into(tensors);
        landmarks::write(self, tensors, metadata);
    }

    /// Adds the tensors of mean, principal directions and spread to those of a weights file being
    /// made.
    pub fn insert_into(&self, tensors: &mut BTreeMap<String, RawTensor>) {
        let z = self.latent();
        let all = [(vec![z], &self.mean), (vec![z, z], &self.basis), (vec![z], &self.spread)];
        for (name, (shape, data)) in LATENT_MAP.into_iter().zip(all) {
            tensors.insert(name.to_owned(), RawTensor { shape, data: data.clone() });
        }
    }

    /// Numbers in a latent vector, Z.
    pub fn latent(&self) -> usize {
        self.mean.len()
    }

    /// Standard deviation along each principal direction, largest first.
    pub fn spread(&self) -> &[f32] {
        &self.spread
    }

    /// Directions of musical attributes, in the file's order; none in a file without them.
    pub fn directions(&self) -> &[Direction] {
        &self.directions
    }

    /// Places of the styles, in the file's order; none in a file without them.
    pub fn styles(&self) -> &[Style] {
        &self.styles
    }

    /// The index of the style of this name.
    pub fn style(&self, name: &str) -> Option<usize> {
        self.styles.iter().position(|style| style.name == name)
    }

    /// The latent vector at these coordinates: mean + sum_i u_i spread_i basis_i.
    ///
    /// Coordinates left out are 0.
    pub fn point(&self, coordinates: &[f32]) -> Vec<f32> {
        let mut z = self.mean.clone();
        self.shift(&mut z, coordinates);
        z
    }

    /// The coordinates of latent vector `z`: what [`point`](Self::point) makes it from.
    pub fn coordinates(&self, z: &[f32]) -> Vec<f32> {
        let rows = self.basis.chunks(self.latent().max(1));
        rows.zip(&self.spread)
            .map(|(row, spread)| {
                let along: f32 =
                    row.iter().zip(z).zip(&self.mean).map(|((b, z), m)| b * (z - m)).sum();
                if *spread > 0.0 { along / spread } else { 0.0 }
            })
            .collect()
    }

    /// Moves `z` by `shifts` standard deviations along the first principal directions.
    pub fn shift(&self, z: &mut [f32], shifts: &[f32]) {
        let rows = self.basis.chunks(self.latent().max(1));
        for ((shift, spread), row) in shifts.iter().zip(&self.spread).zip(rows) {
            let scale = shift * spread;
            for (z, b) in z.iter_mut().zip(row) {
                *z += scale * b;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Noise, Purpose};

    #[test]
    fn a_stretched_cloud_gives_its_axes_back() {
        // Two numbers along (3, 4) / 5 with standard deviation 2 and across with .5, plus posterior
        // noise of .3 in both.
        let n = 20_000;
        let mut draws = vec![0.0; 2 * n];
        Noise::new(1, Purpose::Posterior, 0).fill_normal(&mut draws);
        let means: Vec<f32> = draws
            .chunks(2)
            .flat_map(|d| {
                let (a, b) = (2.0 * d[0], 0.5 * d[1]);
                [1.0 + 0.6 * a - 0.8 * b, -2.0 + 0.8 * a + 0.6 * b]
            })
            .collect();
        let map = LatentMap::fit(2, &means, &vec![0.3; 2 * n]).unwrap();
        let near = |a: f32, b: f32| (a - b).abs() < 0.03;
        assert!(near(map.mean[0], 1.0) && near(map.mean[1], -2.0), "{map:?}");
        assert!(near(map.basis[0], 0.6) && near(map.basis[1], 0.8), "{map:?}");
        // The entry of largest magnitude is positive.
        assert!(near(map.basis[2], 0.8) && near(map.basis[3], -0.6), "{map:?}");
        assert!(near(map.spread[0], (4.0f32 + 0.09).sqrt()), "{map:?}");
        assert!(near(map.spread[1], (0.25f32 + 0.09).sqrt()), "{map:?}");
    }

    #[test]
    fn coordinates_lead_back_to_their_point() {
        let mut means = vec![0.0; 50 * 8];
        Noise::new(2, Purpose::Posterior, 0).fill_normal(&mut means);
        let map = LatentMap::fit(8, &means, &[0.1; 50 * 8]).unwrap();
        let u = [0.5, -1.0, 2.0, 0.0, 0.25, 1.5, -0.75, 3.0];
        for (a, b) in map.coordinates(&map.point(&u)).iter().zip(u) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
        assert_eq!(map.point(&[]), map.mean);
    }

    #[test]
    fn too_few_or_broken_posteriors_are_refused() {
        let error = LatentMap::fit(4, &[0.0; 4], &[0.0; 4]).unwrap_err().to_string();
        assert_eq!(error, "4 means and 4 sigmas are not those of two or more windows of 4");
        let mut means = [0.0; 8];
        means[6] = f32::NAN;
        let error = LatentMap::fit(4, &means, &[1.0; 8]).unwrap_err();
        assert_eq!(error, LatentMapError::NotFinite { window: 1 });
    }
}
