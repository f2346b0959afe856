//! Training the critic, which tells grooves of drummers from those that the step model draws.

use anyhow::Result;
use candle_core::{Device, Tensor};
use groove::Pattern;
use musicvae::context::Context;
use musicvae::critic::{FEATURES, features};
use musicvae::network::Critic;
use musicvae::noise::{Noise, Purpose};
use musicvae::weights::Tensors;
use musicvae::{Adam, AdamConfig, Config, GrooveModel, Parameters, Recipe};
use rayon::prelude::*;

use crate::data::Windows;
use crate::training::progress;
use crate::training::settings::schedule::one_cycle;

/// Grooves of each kind per training step.
const BATCH: usize = 128;
/// Passes over the drawn grooves.
const EPOCHS: usize = 12;
const LEARNING_RATE: f64 = 1e-3;
const WEIGHT_DECAY: f32 = 0.1;
/// Share of the features that are dropped, so that none decides alone.
const DROP: f32 = 0.5;
/// Share of the grooves that it is measured on.
const HELD_OUT: usize = 8;

/// Trains the critic of `config` on windows and on `count` grooves that `model` draws in their styles; returns its tensors and
/// the area under the curve with which it tells grooves apart that it has not seen.
pub(crate) fn train(
    config: &Config,
    model: &GrooveModel,
    windows: &Windows,
    styles: &[&str],
    count: usize,
    seed: u64,
) -> Result<(Tensors, f64)> {
    let device = Device::Cpu;
    let place = |style: &str| styles.iter().position(|name| *name == style).map(|i| i as u16);
    let mut noise = Noise::new(seed, Purpose::Context, 1 << 40);
    let chosen: Vec<usize> = (0..count).map(|_| noise.below(windows.len())).collect();
    let bar = progress::bar(count as u64, 0);
    let drawn: Vec<Pattern> = chosen
        .par_iter()
        .enumerate()
        .flat_map_iter(|(i, &window)| {
            let style = place(windows.info(window).primary_style());
            let recipe = Recipe { seed: (1 << 48) + i as u64, style, ..Recipe::default() };
            let context = Context { style, ..Context::default() };
            bar.inc(1);
            model.draw(&context, &recipe, 0, 1)
        })
        .collect();
    bar.finish_and_clear();
    let mut order: Vec<usize> = (0..windows.len()).collect();
    noise.shuffle(&mut order);
    let real: Vec<Pattern> = order.iter().take(count).map(|&i| windows.pattern(i)).collect();
    let sets = [real, drawn].map(|set| set.par_iter().map(features).collect::<Vec<_>>());
    let kept = sets.each_ref().map(|set| set.len() - set.len() / HELD_OUT);
    let (mean, scale) = standard(&sets);

    let parameters = Parameters::initial(&config.critic_parameters(), seed, &device)?;
    let network = Critic::new(config, parameters.builder())?;
    let rows = |set: usize, places: &[usize], mask: Option<&mut Noise>| {
        let mut x = Vec::with_capacity(places.len() * FEATURES);
        for &i in places {
            let row = sets[set][i].iter().zip(&mean).zip(&scale);
            x.extend(row.map(|((x, mean), scale)| (x - mean) * scale));
        }
        if let Some(noise) = mask {
            let mut mask = vec![0.0; x.len()];
            noise.fill_mask(&mut mask, DROP);
            x.iter_mut().zip(mask).for_each(|(x, mask)| *x *= mask);
        }
        Tensor::from_vec(x, (places.len(), FEATURES), &device)
    };
    let mut adam =
        Adam::new(&parameters, AdamConfig { weight_decay: WEIGHT_DECAY, ..AdamConfig::default() })?;
    let batch = BATCH.min(kept[0]).min(kept[1]);
    let per_epoch = kept[0].min(kept[1]) / batch.max(1);
    let steps = (per_epoch * EPOCHS) as u64;
    let mut step = 0;
    for _ in 0..EPOCHS {
        let mut orders = kept.map(|kept| (0..kept).collect::<Vec<_>>());
        orders.iter_mut().for_each(|order| noise.shuffle(order));
        for i in 0..per_epoch {
            let part = i * batch..(i + 1) * batch;
            // softplus(-x) for drummers' grooves, softplus(x) for drawn ones.
            let real =
                network.forward(&rows(0, &orders[0][part.clone()], Some(&mut noise))?)?.neg()?;
            let drawn = network.forward(&rows(1, &orders[1][part], Some(&mut noise))?)?;
            let x = Tensor::cat(&[real, drawn], 0)?;
            let loss = (x.relu()? + (x.abs()?.neg()?.exp()? + 1.0)?.log()?)?.mean_all()?;
            let rate = LEARNING_RATE * one_cycle(step, steps);
            adam.step(&parameters, &loss.backward()?, rate, Some(1.0))?;
            step += 1;
        }
    }
    let scores = |set: usize| -> Result<Vec<f32>> {
        let held: Vec<usize> = (kept[set]..sets[set].len()).collect();
        Ok(network.forward(&rows(set, &held, None)?)?.to_vec1()?)
    };
    let area = area_under_the_curve(&scores(0)?, &scores(1)?);
    // The scale of the features goes into the first layer.
    let mut tensors = parameters.numbers();
    let mut weight = tensors["critic_0.weight"].clone();
    let mut bias = tensors["critic_0.bias"].clone();
    for (row, bias) in weight.data.chunks_exact_mut(FEATURES).zip(&mut bias.data) {
        for ((weight, mean), scale) in row.iter_mut().zip(&mean).zip(&scale) {
            *weight *= scale;
            *bias -= *weight * mean;
        }
    }
    tensors.insert("critic_0.weight".to_owned(), weight);
    tensors.insert("critic_0.bias".to_owned(), bias);
    Ok((tensors, area))
}

/// Mean of each feature, and one over its standard deviation; 0 for a feature that is always the same.
fn standard(sets: &[Vec<Vec<f32>>; 2]) -> (Vec<f32>, Vec<f32>) {
    let all = || sets.iter().flatten();
    let count = all().count().max(1) as f64;
    let mut mean = vec![0.0f64; FEATURES];
    let mut square = vec![0.0f64; FEATURES];
    for row in all() {
        for ((mean, square), x) in mean.iter_mut().zip(&mut square).zip(row) {
            *mean += f64::from(*x) / count;
            *square += f64::from(*x).powi(2) / count;
        }
    }
    let scale = |(mean, square): (&f64, &f64)| {
        let variance = square - mean * mean;
        // What is hardly ever there must not weigh hundreds.
        if variance < 1e-9 { 0.0 } else { (1.0 / variance.sqrt()).min(20.0) as f32 }
    };
    let scale = mean.iter().zip(&square).map(scale).collect();
    (mean.iter().map(|x| *x as f32).collect(), scale)
}

/// The probability that a number of `high` is above one of `low`.
pub(crate) fn area_under_the_curve(high: &[f32], low: &[f32]) -> f64 {
    let mut low = low.to_vec();
    low.sort_by(f32::total_cmp);
    let below = |x: &f32| {
        let under = low.partition_point(|y| y < x) as f64;
        let equal = low.partition_point(|y| y <= x) as f64 - under;
        under + equal / 2.0
    };
    high.iter().map(below).sum::<f64>() / (high.len() * low.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_under_the_curve_counts_pairs() {
        assert_eq!(area_under_the_curve(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        assert_eq!(area_under_the_curve(&[1.0, 1.0], &[1.0]), 0.5);
        assert_eq!(area_under_the_curve(&[0.0, 2.0], &[1.0, 1.0]), 0.5);
    }
}
