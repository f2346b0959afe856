//! The styles nearest to a latent vector.

use musicvae::latent_map::Style;

/// Every style with its distance from latent vector `z [Z]`, the nearest first: the root mean square of the
/// differences from its centroid, each in the style's own standard deviations. A groove of the style itself
/// is about 1 away.
pub(super) fn nearest_styles<'a>(styles: &'a [Style], z: &[f32]) -> Vec<(&'a str, f64)> {
    let distance = |style: &Style| {
        let squares = z.iter().zip(&style.mean).zip(&style.spread).map(|((z, mean), spread)| {
            f64::from((z - mean) / spread.max(f32::MIN_POSITIVE)).powi(2)
        });
        (squares.sum::<f64>() / z.len() as f64).sqrt()
    };
    let mut nearest: Vec<(&str, f64)> =
        styles.iter().map(|style| (style.name.as_str(), distance(style))).collect();
    nearest.sort_by(|a, b| a.1.total_cmp(&b.1));
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_style_is_counted_in_its_own_spread() {
        let style = |name: &str, mean: f32, spread: f32| Style {
            name: name.into(),
            mean: vec![mean; 2],
            spread: vec![spread; 2],
        };
        let styles = [style("jazz", 0.0, 0.5), style("rock", 4.0, 2.0)];
        // 1.5 from jazz in each number, three of its deviations; 2.5 from rock, 1.25 of them.
        assert_eq!(nearest_styles(&styles, &[1.5, 1.5]), [("rock", 1.25), ("jazz", 3.0)]);
    }
}
