//! Draws a style for a groove of any style, as often as the training windows are of it.

use crate::noise::{Noise, Purpose};
use crate::weights::WeightsFile;
use crate::weights::latent_map::LatentMap;

/// The metadata entry: the share of each style, in the order of `styles`, between commas.
pub const STYLE_SHARES: &str = "style_shares";

/// How often each style is drawn where any will do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StyleShares(Vec<f32>);

impl StyleShares {
    /// Those of a weights file; all styles alike if it does not say, or not sensibly.
    pub(super) fn of(file: &WeightsFile) -> Self {
        let styles = LatentMap::from_weights(file).styles().len();
        let text = file.metadata().get(STYLE_SHARES).map_or("", String::as_str);
        let shares: Vec<f32> = text.split(',').filter_map(|share| share.parse().ok()).collect();
        let is_sensible = shares.len() == styles
            && shares.iter().all(|share| (0.0..=1.0).contains(share))
            && shares.iter().any(|&share| share > 0.0);
        Self(if is_sensible { shares } else { vec![1.0; styles] })
    }

    /// `style`, or the one that `seed` draws; `None` where there are none.
    pub(super) fn style(&self, style: Option<u16>, seed: u64) -> Option<u16> {
        let Self(shares) = self;
        if style.is_some_and(|style| usize::from(style) < shares.len()) || shares.is_empty() {
            return style;
        }
        let mut left = shares.iter().sum::<f32>() * Noise::new(seed, Purpose::Style, 0).uniform();
        let is_reached = |share: &f32| {
            left -= share;
            left < 0.0
        };
        let place = shares.iter().position(is_reached).unwrap_or(shares.len() - 1);
        u16::try_from(place).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_drawn_as_often_as_their_shares_say_and_one_that_is_asked_for_stays() {
        let shares = StyleShares(vec![0.5, 0.0, 0.25, 0.25]);
        let mut count = [0; 4];
        for seed in 0..4000 {
            count[usize::from(shares.style(None, seed).unwrap())] += 1;
        }
        assert!((1900..2100).contains(&count[0]) && count[1] == 0, "{count:?}");
        assert!((900..1100).contains(&count[2]) && (900..1100).contains(&count[3]), "{count:?}");
        assert_eq!(shares.style(Some(1), 7), Some(1));
        assert_eq!(shares.style(None, 7), shares.style(None, 7));
        assert_eq!(StyleShares(Vec::new()).style(None, 7), None);
    }
}
