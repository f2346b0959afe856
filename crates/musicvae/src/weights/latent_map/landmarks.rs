//! Landmarks of the latent space: directions of musical attributes, and where the styles are.

use super::{LatentMap, eigen};
use crate::weights::{DIRECTIONS, Metadata, RawTensor, STYLES, Tensors, WeightsFile};

/// Variance of latent vectors, as a share of the largest, below which a direction counts as noise
/// when an attribute is regressed on it.
const RIDGE: f64 = 1e-3;

/// A direction along which one musical attribute changes and the others stay.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// The attribute's name, such as `density`.
    pub name: String,
    /// The shift of a latent vector, `[Z]`, that changes the attribute by one standard deviation of
    /// the training grooves'.
    pub along: Vec<f32>,
}

/// Place of a style's grooves in the latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// Its name, such as `funk`.
    pub name: String,
    /// Mean of the posterior means of its grooves, `[Z]`.
    pub mean: Vec<f32>,
    /// Standard deviation of them, `[Z]`.
    pub spread: Vec<f32>,
}

impl LatentMap {
    /// Moves `z` by `amounts` standard deviations of the attributes, along their directions.
    pub fn shift_attributes(&self, z: &mut [f32], amounts: &[f32]) {
        for (direction, amount) in self.directions.iter().zip(amounts) {
            for (z, along) in z.iter_mut().zip(&direction.along) {
                *z += amount * along;
            }
        }
    }

    /// This map with a direction for every attribute in `names`, fitted on the grooves whose posterior means
    /// are `means [N, Z]` and whose attributes are `attributes [N, names]`.
    ///
    /// A linear regression says which latent vectors have how much of an attribute. The direction of
    /// one is the shift, likeliest under the grooves' covariance, that by this
    /// regression changes it by one standard deviation and no other attribute at all. An attribute that never
    /// changes, or only along with others, gets a direction of zeros.
    ///
    /// # Panics
    /// If the arrays do not fit.
    #[must_use]
    pub fn with_directions(mut self, names: &[&str], means: &[f32], attributes: &[f64]) -> Self {
        let (z, k) = (self.latent(), names.len());
        let count = means.len() / z.max(1);
        assert_eq!(attributes.len(), count * k, "attributes for every groove");
        let standard = standardised(attributes, k);
        // Of each attribute, its covariance with the coordinates along the principal directions [k, Z].
        let mut covariance = vec![0.0; k * z];
        for (mean, attributes) in means.chunks(z).zip(standard.chunks(k)) {
            let centred: Vec<f64> =
                mean.iter().zip(&self.mean).map(|(m, c)| f64::from(m - c)).collect();
            for (row, a) in covariance.chunks_mut(z).zip(attributes) {
                for (c, x) in row.iter_mut().zip(&centred) {
                    *c += a * x / count as f64;
                }
            }
        }
        let rotated: Vec<f64> = covariance.chunks(z).flat_map(|row| self.rotate(row)).collect();
        let variance: Vec<f64> = self.spread.iter().map(|s| f64::from(*s).powi(2)).collect();
        let floor = RIDGE * variance.first().copied().unwrap_or(0.0);
        // What the regression explains of each pair of attributes: A C^-1 A^T.
        let mut explained = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..k {
                let (a, b) = (&rotated[i * z..][..z], &rotated[j * z..][..z]);
                let terms = a.iter().zip(b).zip(&variance);
                explained[i * k + j] = terms.map(|((a, b), v)| a * b / (v + floor)).sum();
            }
        }
        let inverse = pseudo_inverse(k, explained);
        self.directions = names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let along = (0..z).map(|x| {
                    let sum: f64 = (0..k).map(|j| covariance[j * z + x] * inverse[j * k + i]).sum();
                    sum as f32
                });
                Direction { name: (*name).to_owned(), along: along.collect() }
            })
            .collect();
        self
    }

    /// This map with another direction after those it has, or instead of the one of this name.
    ///
    /// # Panics
    /// If `along` has not Z numbers.
    #[must_use]
    pub fn with_direction(mut self, name: &str, along: Vec<f32>) -> Self {
        assert_eq!(along.len(), self.latent(), "numbers in a direction");
        self.directions.retain(|direction| direction.name != name);
        self.directions.push(Direction { name: name.to_owned(), along });
        self
    }

    /// This map with the styles that `members` names, each with the indices of its grooves among those whose
    /// posterior means are `means [N, Z]`.
    ///
    /// # Panics
    /// If a style has no groove or an index is not below N.
    #[must_use]
    pub fn with_styles(mut self, means: &[f32], members: &[(String, Vec<usize>)]) -> Self {
        let z = self.latent();
        self.styles = members
            .iter()
            .map(|(name, members)| {
                assert!(!members.is_empty(), "a style without grooves");
                let (mut mean, mut square) = (vec![0.0; z], vec![0.0; z]);
                for &member in members {
                    for (x, m) in means[member * z..][..z].iter().enumerate() {
                        let m = f64::from(*m);
                        mean[x] += m / members.len() as f64;
                        square[x] += m * m / members.len() as f64;
                    }
                }
                let spread = mean.iter().zip(&square);
                let spread = spread.map(|(m, s)| (s - m * m).max(0.0).sqrt() as f32).collect();
                let mean = mean.into_iter().map(|m| m as f32).collect();
                Style { name: name.clone(), mean, spread }
            })
            .collect();
        self
    }

    /// The coordinates of `x [Z]` along the principal directions, not scaled.
    fn rotate(&self, x: &[f64]) -> Vec<f64> {
        let z = self.latent().max(1);
        let along = |row: &[f32]| row.iter().zip(x).map(|(b, x)| f64::from(*b) * x).sum();
        self.basis.chunks(z).map(along).collect()
    }
}

/// `[N, k]` with each column brought to mean 0 and standard deviation 1; zeros where it never
/// changes.
fn standardised(columns: &[f64], k: usize) -> Vec<f64> {
    let count = (columns.len() / k.max(1)).max(1) as f64;
    let (mut mean, mut square) = (vec![0.0; k], vec![0.0; k]);
    for row in columns.chunks(k) {
        for i in 0..k {
            mean[i] += row[i] / count;
        }
    }
    for row in columns.chunks(k) {
        for i in 0..k {
            square[i] += (row[i] - mean[i]).powi(2) / count;
        }
    }
    let scaled = |i: usize, x: f64| match square[i].sqrt() {
        spread if spread > 1e-9 => (x - mean[i]) / spread,
        _ => 0.0,
    };
    columns.iter().enumerate().map(|(at, &x)| scaled(at % k, x)).collect()
}

/// The inverse of a symmetric positive `[k, k]` matrix; what it has no extent along stays 0.
fn pseudo_inverse(k: usize, matrix: Vec<f64>) -> Vec<f64> {
    let (values, vectors) = eigen::symmetric(k, matrix);
    let floor = 1e-6 * values.first().copied().unwrap_or(0.0);
    let mut inverse = vec![0.0; k * k];
    for (value, row) in values.iter().zip(vectors.chunks(k.max(1))) {
        if *value > floor {
            for i in 0..k {
                for j in 0..k {
                    inverse[i * k + j] += row[i] * row[j] / value;
                }
            }
        }
    }
    inverse
}

/// The landmarks of a weights file, which has checked them.
pub(super) fn read(weights: &WeightsFile) -> (Vec<Direction>, Vec<Style>) {
    let z = weights.config().latent.max(1);
    let rows = |tensor: &str| {
        let data = weights.tensors().get(tensor).map_or(&[][..], |tensor| &tensor.data);
        data.chunks(z).map(<[f32]>::to_vec)
    };
    let directions =
        DIRECTIONS.names(weights.metadata()).into_iter().zip(rows(DIRECTIONS.tensors[0]));
    let styles = STYLES
        .names(weights.metadata())
        .into_iter()
        .zip(rows(STYLES.tensors[0]).zip(rows(STYLES.tensors[1])));
    (
        directions.map(|(name, along)| Direction { name, along }).collect(),
        styles.map(|(name, (mean, spread))| Style { name, mean, spread }).collect(),
    )
}

/// Adds the landmarks' tensors and names to a weights file being made; nothing where there are none.
pub(super) fn write(map: &LatentMap, tensors: &mut Tensors, metadata: &mut Metadata) {
    let z = map.latent();
    let mut add = |name: &str, rows: Vec<&Vec<f32>>| {
        let shape = vec![rows.len(), z];
        let data = rows.into_iter().flatten().copied().collect();
        tensors.insert(name.to_owned(), RawTensor { shape, data });
    };
    let LatentMap { directions, styles, .. } = map;
    if !directions.is_empty() {
        add(DIRECTIONS.tensors[0], directions.iter().map(|d| &d.along).collect());
        let names: Vec<&str> = directions.iter().map(|d| d.name.as_str()).collect();
        metadata.insert(DIRECTIONS.key.to_owned(), names.join(","));
    }
    if !styles.is_empty() {
        add(STYLES.tensors[0], styles.iter().map(|s| &s.mean).collect());
        add(STYLES.tensors[1], styles.iter().map(|s| &s.spread).collect());
        let names: Vec<&str> = styles.iter().map(|s| s.name.as_str()).collect();
        metadata.insert(STYLES.key.to_owned(), names.join(","));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Noise, Purpose};

    #[test]
    fn a_direction_changes_its_own_attribute_and_no_other() {
        // Two attributes that share a cause: a = 2 x_0 + x_1, b = x_1 + x_2, in a space whose fourth number means nothing.
        let n = 5000;
        let mut means = vec![0.0; 4 * n];
        Noise::new(3, Purpose::Posterior, 0).fill_normal(&mut means);
        let attributes = |x: &[f32]| [2.0 * x[0] + x[1], x[1] + x[2]].map(f64::from);
        let all: Vec<f64> = means.chunks(4).flat_map(attributes).collect();
        let map = LatentMap::fit(4, &means, &vec![0.0; 4 * n]).unwrap().with_directions(
            &["a", "b"],
            &means,
            &all,
        );
        let spreads = [5.0f64.sqrt(), 2.0f64.sqrt()];
        for (i, direction) in map.directions().iter().enumerate() {
            let change = attributes(&direction.along);
            for j in 0..2 {
                let expected = if i == j { spreads[j] } else { 0.0 };
                assert!((change[j] - expected).abs() < 0.1, "{direction:?} changes {change:?}");
            }
        }
        let mut z = [0.0; 4];
        map.shift_attributes(&mut z, &[0.0, -2.0]);
        for (z, along) in z.iter().zip(&map.directions()[1].along) {
            assert_eq!(*z, -2.0 * along);
        }
    }

    #[test]
    fn an_attribute_that_never_changes_has_no_direction() {
        let mut means = vec![0.0; 2 * 100];
        Noise::new(3, Purpose::Posterior, 1).fill_normal(&mut means);
        let map = LatentMap::fit(2, &means, &[0.1; 200]).unwrap();
        let map = map.with_directions(&["still"], &means, &[7.0; 100]);
        assert_eq!(map.directions()[0].along, [0.0, 0.0]);
    }

    #[test]
    fn styles_are_means_and_spreads_of_their_members() {
        let means = [1.0, 2.0, 3.0, 2.0, 9.0, 9.0];
        let map = LatentMap::standard(2);
        let map = map.with_styles(&means, &[("jazz".to_owned(), vec![0, 1])]);
        let jazz = Style { name: "jazz".to_owned(), mean: vec![2.0, 2.0], spread: vec![1.0, 0.0] };
        assert_eq!(map.styles(), [jazz]);
    }
}
