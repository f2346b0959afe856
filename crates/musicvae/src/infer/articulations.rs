//! How the hits of a groove are struck: a small model, which reads the finished groove hit by hit, in the kernel.

use groove::{Articulation, INSTRUMENTS, Pattern};

use super::isa::Isa;
use super::matrix::{Linear, Rows};
use super::step_model::{best, head};
use super::tensors::Source;
use crate::context::Locks;
use crate::context::columns::articulations::{CLASSES, Groove, width};
use crate::noise::{Noise, Purpose};
use crate::weights::WeightsError;

/// The model's weights.
#[derive(Debug)]
pub(super) struct Articulations {
    layers: [Linear; 2],
    styles: usize,
}

/// How they are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    pub(super) seed: u64,
    /// Number of the stream of noise.
    pub(super) stream: u64,
    /// Scale of the noise; 0 takes the likeliest.
    pub(super) temperature: f32,
    pub(super) style: Option<u16>,
}

impl Articulations {
    pub(super) fn of(source: Source<'_>) -> Result<Option<Self>, WeightsError> {
        let Some(config) = &source.file.config().articulations else { return Ok(None) };
        let layers = [source.linear("articulation_0")?, source.linear("articulation_1")?];
        Ok(Some(Self { layers, styles: config.styles }))
    }

    /// `pattern` with an articulation drawn for each of its hits that is not locked.
    pub(super) fn strike(&self, isa: Isa, pattern: &Pattern, draw: Draw, locks: &Locks) -> Pattern {
        let mut struck = *pattern;
        let groove = Groove::of(pattern);
        let mut noise = Noise::new(draw.seed, Purpose::Articulations, draw.stream);
        let mut x = Rows::new(1, width(self.styles));
        for (step, instrument, hit) in pattern.iter() {
            let articulations = Articulation::of(instrument);
            if articulations.len() < 2 || locks.is_locked(step, instrument) {
                continue;
            }
            x.row_mut(0).fill(0.0);
            let row = &mut x.row_mut(0)[..width(self.styles)];
            groove.write(&struck, (step, instrument, hit), draw.style, row);
            let logits = head(isa, &self.layers, &x, 1);
            let mut words = [0.0; CLASSES];
            if draw.temperature > 0.0 {
                noise.seek(((step * INSTRUMENTS + instrument.index()) * CLASSES) as u64);
                noise.fill_gumbel(&mut words);
            }
            let logits = &logits.row(0)[..articulations.len()];
            let class = best(logits, &words, draw.temperature, |_| true);
            let hit = hit.struck_as(articulations[class]);
            struck.set(step, instrument, Some(hit));
        }
        struck
    }
}
