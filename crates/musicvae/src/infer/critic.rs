//! The critic in the kernel: which of some grooves a drummer would more likely have played.

use groove::Pattern;

use super::isa::Isa;
use super::matrix::{Linear, Rows, map};
use super::tensors::Source;
use crate::critic::{FEATURES, features};
use crate::weights::WeightsError;

impl super::GrooveModel {
    /// The critic's log odds that a drummer played `pattern`. `None` without a critic.
    pub fn log_odds(&self, pattern: &Pattern) -> Option<f32> {
        let critic = self.critic.as_ref()?;
        Some(critic.score(self.isa, &pattern.to_window()))
    }
}

/// The critic's weights.
#[derive(Debug)]
pub(super) struct Critic {
    layers: [Linear; 2],
}

impl Critic {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        Ok(Self { layers: [source.linear("critic_0")?, source.linear("critic_1")?] })
    }

    /// The log odds that a drummer played `pattern`.
    pub(super) fn score(&self, isa: Isa, pattern: &Pattern) -> f32 {
        let [first, second] = &self.layers;
        let mut x = Rows::new(1, FEATURES);
        x.set(0, &features(pattern));
        let mut inner = first.rows(1);
        first.apply(isa, &x, &mut inner, 1);
        map(isa, inner.row_mut(0), |x| x.max(0.0));
        let mut outer = second.rows(1);
        second.apply(isa, &inner, &mut outer, 1);
        outer.row(0)[0]
    }
}
