//! The velocity curves that the weights file carries: fitted on the training windows as they come back.

use anyhow::Result;
use candle_core::Device;
use groove::INSTRUMENTS;
use musicvae::{Batch, Network, Parameters, VelocityCurves, WeightsFile};

use crate::data::Windows;
use crate::teacher_forcing;

/// The curves of the network of `file` on `windows`, decoded from posterior means and true tokens; `None`
/// for a network that knows no velocities.
pub(crate) fn fit(
    file: &WeightsFile,
    windows: &Windows,
    device: &Device,
) -> Result<Option<VelocityCurves>> {
    if !file.config().expression {
        return Ok(None);
    }
    let network = Network::new(file.config(), &Parameters::from_weights(file, device)?)?;
    let (mut expected, mut played): ([Vec<f32>; INSTRUMENTS], [Vec<f32>; INSTRUMENTS]) =
        Default::default();
    for patterns in teacher_forcing::batches(windows) {
        let batch = Batch::from_patterns(&patterns);
        let posterior = network.encode(&batch, None)?; // [B, Z]
        let decoded = network.decode_teacher_forced(&posterior.mean, &batch, None)?;
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
    Ok(Some(VelocityCurves::fit(&expected, &played)))
}
