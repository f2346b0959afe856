//! Training curves.

use super::chart::{Curve, chart};
use super::drawing::Drawing;
use crate::training::metrics::{Line, Parts};

/// Maximum number of points of a curve over steps; each is a mean of several steps.
const POINTS: usize = 240;
const SIZE: [f64; 2] = [480.0, 260.0];

/// Charts of loss, accuracy, reconstruction and divergence.
pub(super) fn curves(lines: &[Line]) -> Vec<Drawing> {
    let part = |title: &str, of: fn(&Parts) -> f64| {
        chart(SIZE, title, "step", &[over_steps(lines, of), over_epochs(lines, of)])
    };
    vec![
        part("Loss", |parts| parts.loss),
        chart(SIZE, "Accuracy, teacher-forced", "step", &[accuracy(lines)]),
        part("Reconstruction, per window", |parts| parts.reconstruction),
        part("KL divergence, nats per window", |parts| parts.kl),
    ]
}

fn over_steps(lines: &[Line], of: fn(&Parts) -> f64) -> Curve {
    let steps: Vec<[f64; 2]> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Step { step, parts, .. } => Some([*step as f64, of(parts)]),
            Line::Epoch { .. } => None,
        })
        .collect();
    let mean = |chunk: &[[f64; 2]]| {
        [0, 1].map(|of| chunk.iter().map(|point| point[of]).sum::<f64>() / chunk.len() as f64)
    };
    let points = steps.chunks(steps.len().div_ceil(POINTS).max(1)).map(mean).collect();
    Curve { name: "training".into(), points, dotted: false }
}

fn over_epochs(lines: &[Line], of: fn(&Parts) -> f64) -> Curve {
    let points = lines.iter().filter_map(|line| match line {
        Line::Epoch { step, validation: Some(parts), .. } => Some([*step as f64, of(parts)]),
        _ => None,
    });
    Curve { name: "validation".into(), points: points.collect(), dotted: true }
}

fn accuracy(lines: &[Line]) -> Curve {
    let points = lines.iter().filter_map(|line| match line {
        Line::Epoch { step, validation_accuracy: Some(share), .. } => Some([*step as f64, *share]),
        _ => None,
    });
    Curve { name: "validation".into(), points: points.collect(), dotted: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_long_run_are_means_of_steps() {
        let step = |step: u64| Line::Step {
            step,
            epoch: 1,
            parts: Parts { loss: (step % 2) as f64, ..Parts::default() },
            beta: 0.0,
            lr: 0.0,
            gradient_norm: 0.0,
        };
        let lines: Vec<Line> = (1..=2 * POINTS as u64).map(step).collect();
        let curve = over_steps(&lines, |parts| parts.loss);
        assert_eq!(curve.points.len(), POINTS);
        assert!(curve.points.iter().all(|point| point[1] == 0.5));
        assert_eq!(curve.points[0][0], 1.5);
        assert!(over_steps(&[], |parts| parts.loss).points.is_empty());
    }
}
