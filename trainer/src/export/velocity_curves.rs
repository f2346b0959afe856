//! The velocity curves in the weights file, fitted to reconstructions of the training windows.

use anyhow::Result;
use candle_core::Device;
use groove::INSTRUMENTS;
use musicvae::{Batch, Network, VelocityCurves};

use crate::export::encoded::Encoded;

/// The curves of `network`, which has expression, on the `encoded` windows, decoded from posterior means and true
/// tokens.
pub(crate) fn fit(network: &Network, encoded: &Encoded, device: &Device) -> Result<VelocityCurves> {
    let (mut expected, mut played): ([Vec<f32>; INSTRUMENTS], [Vec<f32>; INSTRUMENTS]) =
        Default::default();
    for batch in encoded.batches(device) {
        let (patterns, means) = batch?; // [B], [B, Z]
        let decoded =
            network.decode_teacher_forced(&means, &Batch::from_patterns(patterns), None)?;
        let Some(predicted) = decoded.expression() else { continue };
        let velocity = predicted.velocity.to_vec3::<f32>()?; // [B, T, 9]
        for (window, pattern) in patterns.iter().enumerate() {
            for (step, instrument, hit) in pattern.iter() {
                let column = instrument.index();
                expected[column].push(velocity[window][step][column]);
                played[column].push(hit.velocity());
            }
        }
    }
    Ok(VelocityCurves::fit(&expected, &played))
}
