//! Posteriors of the training windows, for what is fitted after training.

use anyhow::Result;
use candle_core::{Device, Tensor};
use groove::Pattern;
use musicvae::{Batch, Network};

use crate::data::Windows;
use crate::training::teacher_forcing;

/// The windows that are not silent, and their posteriors.
pub(crate) struct Encoded {
    /// Posterior means, `[N, Z]`, row-major; likewise the sigmas.
    pub(crate) means: Vec<f32>,
    pub(crate) sigmas: Vec<f32>,
    /// Index of each window among all windows, `[N]`.
    pub(crate) indices: Vec<usize>,
    /// The patterns, `[N]` in the batches that they were encoded in.
    batches: Vec<Vec<Pattern>>,
}

impl Encoded {
    /// Encodes `windows` with `network`.
    pub(crate) fn new(network: &Network, windows: &Windows) -> Result<Self> {
        let (mut means, mut sigmas) = (Vec::new(), Vec::new());
        let (mut indices, mut batches) = (Vec::new(), Vec::new());
        let mut index = 0;
        for patterns in teacher_forcing::batches(windows) {
            let (sounding, patterns): (Vec<usize>, Vec<Pattern>) =
                (index..).zip(patterns.iter().copied()).filter(|(_, p)| p.count() > 0).unzip();
            index += teacher_forcing::BATCH;
            if patterns.is_empty() {
                continue;
            }
            let posterior = network.encode(&Batch::from_patterns(&patterns), None)?; // [B, Z]
            means.extend(posterior.mean.flatten_all()?.to_vec1::<f32>()?);
            sigmas.extend(posterior.sigma.flatten_all()?.to_vec1::<f32>()?);
            indices.extend(sounding);
            batches.push(patterns);
        }
        Ok(Self { means, sigmas, indices, batches })
    }

    /// The windows, in order.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.batches.iter().flatten()
    }

    /// The windows a batch at a time, each with its posterior means `[B, Z]` on `device`.
    pub(crate) fn batches(
        &self,
        device: &Device,
    ) -> impl Iterator<Item = Result<(&[Pattern], Tensor)>> {
        let latent = self.means.len() / self.indices.len().max(1);
        let mut means = &self.means[..];
        self.batches.iter().map(move |patterns| {
            let own = means.split_off(..patterns.len() * latent).expect("every window has a mean");
            Ok((&patterns[..], Tensor::from_slice(own, (patterns.len(), latent), device)?))
        })
    }
}
