//! How loud a region of an SFZ is by velocity.

use super::{Opcodes, number};

/// The amplitude of a full stroke, and the power of the velocity that it falls with, for velocities from `low` to `high` of 127: exact at
/// the highest and in the middle.
pub(super) fn power(region: &Opcodes, low: f32, high: f32) -> (f32, f32) {
    let high = high.clamp(1.0, 127.0);
    let middle = (0.5 * (low.clamp(0.0, high) + high)).max(1.0);
    let loud = amplitude(region, high).max(1e-4);
    let exponent = match middle < high {
        true => (loud / amplitude(region, middle).max(1e-4)).ln() / (high / middle).ln(),
        false => 0.0,
    };
    let exponent = exponent.clamp(0.0, 8.0);
    ((loud / (high / 127.0).powf(exponent)).min(100.0), exponent)
}

/// The amplitude at `velocity`: its square, or along a curve of straight lines, as far as `amp_veltrack` says.
fn amplitude(region: &Opcodes, velocity: f32) -> f32 {
    let point = |(name, value): (&String, &String)| {
        let at: f32 = name.strip_prefix("amp_velcurve_")?.parse().ok()?;
        let value: f32 = value.parse().ok()?;
        ((0.0..=127.0).contains(&at) && (0.0..=1.0).contains(&value)).then_some((at, value))
    };
    let points: Vec<(f32, f32)> = region.iter().filter_map(point).collect();
    let nearest = |is_before: &dyn Fn(f32) -> bool, end: (f32, f32)| {
        let those = points.iter().copied().filter(|(at, _)| is_before(*at));
        those.fold(end, |a, b| if (b.0 - velocity).abs() <= (a.0 - velocity).abs() { b } else { a })
    };
    let curve = if points.is_empty() {
        (velocity / 127.0).powi(2)
    } else {
        let (before, from) = nearest(&|at| at <= velocity, (0.0, 0.0));
        let (after, to) = nearest(&|at| at > velocity, (127.0, 1.0));
        let way = if after > before { (velocity - before) / (after - before) } else { 0.0 };
        from + (to - from) * way.clamp(0.0, 1.0)
    };
    let track = (number(region, "amp_veltrack").unwrap_or(100.0) / 100.0).clamp(-1.0, 1.0);
    let gone = track.abs() * (1.0 - curve);
    if track < 0.0 { gone } else { 1.0 - gone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_follows_the_square_the_curve_and_what_is_tracked() {
        let of = |opcodes: &[(&str, &str)], low, high| {
            let owned = opcodes.iter().map(|(name, value)| (name.to_string(), value.to_string()));
            power(&owned.collect(), low, high)
        };
        let is_near = |(gain, exponent): (f32, f32), wanted: (f32, f32)| {
            (gain - wanted.0).abs() < 1e-3 && (exponent - wanted.1).abs() < 1e-3
        };
        assert!(is_near(of(&[], 0.0, 127.0), (1.0, 2.0)));
        assert!(is_near(of(&[], 20.0, 40.0), (1.0, 2.0)));
        assert!(is_near(of(&[("amp_veltrack", "0")], 0.0, 127.0), (1.0, 0.0)));
        // A layer that is as loud as recorded at its highest velocity, and fades to nothing in a straight line.
        assert!(is_near(of(&[("amp_velcurve_64", "1")], 33.0, 64.0), (127.0 / 64.0, 1.0)));
        // From .4 to 1: .7 in the middle.
        assert!(is_near(of(&[("amp_velcurve_1", "0.4")], 1.0, 127.0), (1.0, 0.520)));
        assert!(is_near(of(&[("amp_veltrack", "50")], 0.0, 127.0), (1.0, 0.678)));
    }
}
