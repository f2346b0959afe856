//! Line charts: curves over a common axis.

use super::drawing::{Anchor, COLOURS, Drawing, FAINT, GREY};

/// Margins of the plotted area: left, right, top, bottom.
const MARGIN: [f64; 4] = [52.0, 16.0, 34.0, 36.0];
const TEXT: f64 = 11.0;

/// A line through points in order of x.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) points: Vec<[f64; 2]>,
    /// Draws a dot on each point, for few points.
    pub(super) dotted: bool,
}

/// `curves` in a chart of this size, under its title; the axes hold all points.
pub(super) fn chart(size: [f64; 2], title: &str, x_name: &str, curves: &[Curve]) -> Drawing {
    let mut drawing = Drawing::new(size[0], size[1]);
    let [left, right, above, below] = MARGIN;
    let (width, height) = (size[0] - left - right, size[1] - above - below);
    drawing.text([left, 18.0], 13.0, Anchor::Start, title);
    let values =
        |of: usize| curves.iter().flat_map(move |curve| curve.points.iter().map(move |p| p[of]));
    let (x_axis, y_axis) = (Axis::over(values(0)), Axis::over(values(1)).rounded());
    let place = |[x, y]: [f64; 2]| {
        [left + width * x_axis.share(x), above + height * (1.0 - y_axis.share(y))]
    };
    for tick in y_axis.ticks() {
        let at = place([x_axis.from, tick]);
        drawing.line(at, [left + width, at[1]], FAINT);
        drawing.text([left - 6.0, at[1] + 4.0], TEXT, Anchor::End, &y_axis.label(tick));
    }
    for tick in x_axis.ticks() {
        let at = place([tick, y_axis.from]);
        drawing.line(at, [at[0], at[1] + 4.0], GREY);
        drawing.text([at[0], at[1] + 16.0], TEXT, Anchor::Middle, &x_axis.label(tick));
    }
    drawing.line([left, above + height], [left + width, above + height], GREY);
    drawing.text([left + width, size[1] - 4.0], TEXT, Anchor::End, x_name);
    let mut legend = left + width;
    // From right to left, so that the names stand in order.
    for (i, curve) in curves.iter().enumerate().rev() {
        let colour = COLOURS[i % COLOURS.len()];
        let points: Vec<_> = curve.points.iter().map(|&point| place(point)).collect();
        drawing.polyline(&points, colour, 1.6);
        for &point in points.iter().filter(|_| curve.dotted) {
            drawing.dot(point, 2.6, colour, 1.0);
        }
        // About how wide the name is.
        legend -= 5.8 * curve.name.chars().count() as f64;
        drawing.text([legend, 18.0], TEXT, Anchor::Start, &curve.name);
        drawing.rect([legend - 13.0, 9.0], [9.0, 9.0], colour, 1.0);
        legend -= 28.0;
    }
    drawing
}

/// A range of numbers with ticks at round numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    from: f64,
    to: f64,
    step: f64,
}

impl Axis {
    /// From the smallest of `values` to the largest.
    fn over(values: impl Iterator<Item = f64>) -> Self {
        let (from, to) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        let (from, to) = match from <= to {
            true if to - from > 1e-12 * to.abs() => (from, to),
            true => (from - 0.5, from + 0.5),
            false => (0.0, 1.0),
        };
        // The round step, 1, 2 or 5 times a power of ten, that makes about five.
        let rough = (to - from) / 5.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= rough).unwrap_or(10.0);
        Self { from, to, step: step * power }
    }

    /// The axis extended to round numbers.
    fn rounded(self) -> Self {
        let Self { from, to, step } = self;
        Self { from: (from / step).floor() * step, to: (to / step).ceil() * step, step }
    }

    /// The round numbers on the axis.
    fn ticks(self) -> impl Iterator<Item = f64> {
        let first = (self.from / self.step - 1e-9).ceil();
        let count = (self.to / self.step + 1e-9).floor() - first;
        (0..=count as usize).map(move |i| (first + i as f64) * self.step)
    }

    fn share(self, x: f64) -> f64 {
        (x - self.from) / (self.to - self.from)
    }

    fn label(self, tick: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 9.0) as usize;
        format!("{tick:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_begin_and_end_at_round_numbers() {
        let axis = Axis::over([0.13, 0.87].into_iter()).rounded();
        assert!(axis.from.abs() < 1e-12 && (axis.to - 1.0).abs() < 1e-12, "{axis:?}");
        let labels: Vec<String> = axis.ticks().map(|tick| axis.label(tick)).collect();
        assert_eq!(labels, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let axis = Axis::over([1.0, 12_000.0].into_iter());
        assert_eq!(axis.rounded(), Axis { from: 0.0, to: 15_000.0, step: 5000.0 });
        assert_eq!(axis.ticks().collect::<Vec<_>>(), [5000.0, 10_000.0]);
    }

    #[test]
    fn no_value_and_a_single_value_have_an_axis_too() {
        for values in [vec![], vec![3.0], vec![f64::NAN], vec![0.0, 0.0]] {
            let axis = Axis::over(values.into_iter());
            assert!(axis.to > axis.from && axis.share(axis.from).is_finite(), "{axis:?}");
        }
    }
}
