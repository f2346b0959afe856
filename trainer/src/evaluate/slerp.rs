//! Spherical interpolation between two latent vectors.

/// The point at `t` in `[0, 1]` on the arc from `a` to `b`: angle and length change evenly.
///
/// Vectors of many independent numbers lie near a sphere; a straight line between two passes through its
/// inside, where no training window lies.
pub(crate) fn slerp(a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    };
    let lengths = [dot(a, a).sqrt(), dot(b, b).sqrt()];
    let angle = (dot(a, b) / (lengths[0] * lengths[1])).clamp(-1.0, 1.0).acos();
    let sine = angle.sin();
    // Beside each other, opposite each other or at the origin there is no one arc.
    let is_arc = sine > 1e-6;
    let along = |share: f64| if is_arc { (share * angle).sin() / sine } else { share };
    // On the unit sphere, then to the length between the two.
    let length = lengths[0] + (lengths[1] - lengths[0]) * t;
    let scale = |own: f64| if is_arc { length / own } else { 1.0 };
    let [of_a, of_b] = [along(1.0 - t) * scale(lengths[0]), along(t) * scale(lengths[1])];
    a.iter().zip(b).map(|(&a, &b)| (of_a * f64::from(a) + of_b * f64::from(b)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: &[f32], b: &[f32]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
    }

    #[test]
    fn half_way_lies_on_the_arc_and_the_ends_are_the_ends() {
        let (a, b) = ([2.0, 0.0], [0.0, 4.0]);
        assert!(near(&slerp(&a, &b, 0.0), &a) && near(&slerp(&a, &b, 1.0), &b));
        let half = 3.0 * 0.5f32.sqrt();
        assert!(near(&slerp(&a, &b, 0.5), &[half, half]));
        // A third of a right angle.
        let third = slerp(&a, &b, 1.0 / 3.0);
        assert!((third[1].atan2(third[0]).to_degrees() - 30.0).abs() < 1e-3);
    }

    #[test]
    fn where_there_is_no_arc_the_way_is_straight() {
        assert!(near(&slerp(&[1.0, 2.0], &[2.0, 4.0], 0.5), &[1.5, 3.0]));
        assert!(near(&slerp(&[1.0, 0.0], &[-1.0, 0.0], 0.25), &[0.5, 0.0]));
        assert!(near(&slerp(&[0.0, 0.0], &[1.0, 1.0], 0.5), &[0.5, 0.5]));
    }
}
