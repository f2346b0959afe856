//! A GPU against the scalar twins. Tests of the feature `cuda` need one.

use candle_core::Device;

use super::*;
use crate::kernels::plain::Plain;

/// The first GPU's kernels: with the feature `cuda`, tests need one.
pub(crate) fn first() -> Cuda {
    match Device::new_cuda(0).expect("tests of the feature `cuda` need a GPU") {
        Device::Cuda(device) => Cuda::new(&device).unwrap(),
        _ => unreachable!("asked for a GPU"),
    }
}

/// What a step of Adam, sums of squares and a mask make, on whatever runs the kernels.
fn on_kernels<K: Kernels>(kernels: &K, len: usize) -> Result<[Vec<f32>; 5]> {
    let wave = |seed: f32| (0..len).map(|i| (i as f32 * seed).sin()).collect::<Vec<f32>>();
    let update = Update {
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
        kept: 0.99,
        rate: 1e-2,
        root_scale: 31.6,
        gradient_scale: 0.5,
    };
    let mut parameters = kernels.upload(&wave(0.3))?;
    let gradients = kernels.upload(&[vec![9.0; 3], wave(0.9)].concat())?;
    let squares = wave(0.2).iter().map(|x| x * x).collect();
    let mut moments = kernels.upload(&[wave(0.5), squares].concat())?;
    kernels.adam(update, &mut parameters, (&gradients, 3), &mut moments)?;
    let mut sums = kernels.zeros(2 * SQUARES)?;
    kernels.squares((&gradients, 3), len, (&mut sums, SQUARES))?;
    let total = kernels.download(&sums)?.iter().sum();
    let mut mask = kernels.buffer(len)?;
    let key = std::array::from_fn(|i| 0x9e37_79b9 ^ (i as u32 * 0x85eb_ca6b));
    kernels.mask(&mut mask, MaskOf { key, first: 75, threshold: 20_000, kept: 1.25 })?;
    let mut all = kernels.buffer(1)?;
    kernels.sum_all((&mut all, 0), &mask)?;
    let [parameters, moments, mask, all] = [&parameters, &moments, &mask, &all];
    let numbers = |buffer| kernels.download(buffer);
    Ok([numbers(parameters)?, numbers(moments)?, numbers(mask)?, numbers(all)?, vec![total]])
}

#[test]
fn a_gpus_other_kernels_agree_with_their_scalar_twins() {
    let gpu = first();
    for len in [1, 31, 300, 70_001] {
        let found = on_kernels(&gpu, len).unwrap().concat();
        let expected = on_kernels(&Plain, len).unwrap().concat();
        for (i, (a, b)) in found.iter().zip(expected).enumerate() {
            assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{len}: {i} is {a}, not {b}");
        }
    }
}
