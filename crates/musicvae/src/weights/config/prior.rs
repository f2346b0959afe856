//! The learned prior: turns noise into a point of the latent space where grooves lie.
//!
//! A rectified flow (Liu et al. 2022, arXiv 2209.03003; flow matching, Lipman et al. 2022, arXiv
//! 2210.02747) over latent vectors: a network v(x, t, style) is trained to point from noise at t = 0 to
//! latent vectors of the training windows at t = 1, along straight lines x = (1 - t) eps + t z. A point is drawn
//! by following v from noise in a fixed number of steps. Every noise has its point, so neighbouring
//! noise gives neighbouring grooves, and the way back gives any groove its noise.
//!
//! Here stands what training and drawing share. Steps are Heun's: two evaluations of v each.

use super::PriorConfig;

/// Places of t in `[0, 1]` between which the network's knowledge of t is interpolated.
const TIMES: usize = 17;

impl PriorConfig {
    /// Numbers that tell the network t and the style: one for each place of t, one for each style
    /// and one for "any style".
    pub fn condition(&self) -> usize {
        TIMES + 1 + self.styles
    }

    /// Index of the number for "any style"; those of the styles follow.
    pub fn any_style(&self) -> usize {
        TIMES
    }

    /// Writes those numbers for `time` in `[0, 1]` and a style (`None`: any).
    ///
    /// The two places of t around `time` share a weight of 1, the nearer one taking more; the style's number
    /// is 1.
    ///
    /// # Panics
    /// If `out` has not [`condition`](Self::condition) numbers or there is no such style.
    pub fn write_condition(&self, time: f32, style: Option<usize>, out: &mut [f32]) {
        assert_eq!(out.len(), self.condition());
        out.fill(0.0);
        let place = time.clamp(0.0, 1.0) * (TIMES - 1) as f32;
        let below = (place as usize).min(TIMES - 2);
        out[below] = 1.0 - (place - below as f32);
        out[below + 1] = place - below as f32;
        match style {
            None => out[self.any_style()] = 1.0,
            Some(style) => out[self.any_style() + 1..][style] = 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shared_between_its_two_neighbours_and_the_style_has_its_number() {
        let prior = PriorConfig { hidden: 4, blocks: 1, steps: 2, styles: 3 };
        let mut out = vec![9.0; prior.condition()];
        for (time, style, expected) in [
            (0.0, None, [(0, 1.0), (17, 1.0)].as_slice()),
            (1.0, Some(0), &[(16, 1.0), (18, 1.0)]),
            (0.140_625, Some(2), &[(2, 0.75), (3, 0.25), (20, 1.0)]),
        ] {
            prior.write_condition(time, style, &mut out);
            let found: Vec<(usize, f32)> =
                out.iter().copied().enumerate().filter(|(_, x)| *x != 0.0).collect();
            assert_eq!(found, expected);
        }
    }
}
