//! The layer step by step, on the kernels' scalar twins, against the CPU's own operation.

use candle_core::{Device, Result, Tensor, Var};

use super::super::Recurrence;
use super::*;

/// Sizes of one comparison.
#[derive(Clone, Copy, Debug)]
struct Case {
    count: usize,
    steps: usize,
    input: usize,
    constant: usize,
    hidden: usize,
}

/// Numbers without a pattern that a mistake in an index would keep, within `scale`.
fn wave(len: usize, seed: f32, scale: f32) -> Vec<f32> {
    (0..len).map(|i| (i as f32 * seed + seed * seed).sin() * scale).collect()
}

/// h, and the gradients of steps, sequences and weights.
fn run(case: Case, is_reverse: bool, is_stepped: bool) -> Result<[Vec<f32>; 4]> {
    let Case { count, steps: t, input, constant, hidden } = case;
    let device = &Device::Cpu;
    let var = |seed, scale, shape: &[usize]| {
        Var::from_vec(wave(shape.iter().product(), seed, scale), shape, device)
    };
    let steps = var(0.7, 1.0, &[count, t, input])?;
    let sequences = var(1.3, 0.8, &[count, constant + 2 * hidden])?;
    let weights = var(2.1, 0.6, &[4 * hidden * (input + constant + hidden + 2)])?;
    let h = if is_stepped {
        let op = Stepped::new(&steps, &sequences, hidden, is_reverse)?;
        steps.apply_op3(&sequences, &weights, op)?
    } else {
        let op = Recurrence::new(&steps, &sequences, hidden, is_reverse, 0)?;
        steps.apply_op3(&sequences, &weights, op)?
    };
    let like = Tensor::from_vec(wave(h.elem_count(), 0.9, 1.0), h.shape(), device)?;
    let gradients = (&h * like)?.sum_all()?.backward()?;
    let flat = |x: &Tensor| x.flatten_all()?.to_vec1::<f32>();
    let gradient = |var: &Var| flat(gradients.get(var).expect("all are used"));
    Ok([flat(&h)?, gradient(&steps)?, gradient(&sequences)?, gradient(&weights)?])
}

#[test]
fn stepping_and_its_gradients_agree_with_the_cpus_operation() {
    let case =
        |count, steps, input, constant, hidden| Case { count, steps, input, constant, hidden };
    for case in [
        case(3, 5, 4, 3, 6),
        case(1, 1, 1, 0, 1),
        case(2, 1, 3, 2, 5),
        case(1, 7, 2, 0, 3),
        // More than one of the CPU's chunks.
        case(37, 4, 9, 5, 7),
        case(16, 16, 27, 12, 8),
    ] {
        for is_reverse in [false, true] {
            let found = run(case, is_reverse, true).unwrap();
            let expected = run(case, is_reverse, false).unwrap();
            let names = ["h", "steps", "sequences", "weights"];
            for ((name, found), expected) in names.iter().zip(&found).zip(&expected) {
                assert_eq!(found.len(), expected.len());
                let size = expected.iter().fold(1.0f32, |size, x| size.max(x.abs()));
                for (i, (a, b)) in found.iter().zip(expected).enumerate() {
                    let is_near = (a - b).abs() <= 3e-6 * size;
                    assert!(is_near, "{case:?}, reverse {is_reverse}: {name} {i} is {a}, not {b}");
                }
            }
        }
    }
}

#[test]
fn steps_that_need_no_gradient_get_none() {
    let (n, t, input, hidden) = (3, 4, 2, 5);
    let tensor = |seed, shape: &[usize]| {
        Tensor::from_vec(wave(shape.iter().product(), seed, 0.5), shape, &Device::Cpu).unwrap()
    };
    let steps = tensor(0.7, &[n, t, input]);
    let sequences = tensor(1.3, &[n, 2 * hidden]);
    let weights = Var::from_tensor(&tensor(2.1, &[4 * hidden * (input + hidden + 2)])).unwrap();
    let gradients = |h: Tensor| h.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    let op = Stepped::new(&steps, &sequences, hidden, false).unwrap();
    let stepped = gradients(steps.apply_op3(&sequences, &weights, op).unwrap());
    let op = Recurrence::new(&steps, &sequences, hidden, false, 0).unwrap();
    let expected = gradients(steps.apply_op3(&sequences, &weights, op).unwrap());
    assert!(stepped.get(&steps).is_none());
    let flat = |x: &Tensor| x.to_vec1::<f32>().unwrap();
    let pairs = [&stepped, &expected].map(|gradients| flat(gradients.get(&weights).unwrap()));
    for (a, b) in pairs[0].iter().zip(&pairs[1]) {
        assert!((a - b).abs() < 1e-5, "{a} and {b}");
    }
}

#[test]
fn columns_that_are_data_get_no_gradient_and_the_others_the_same() {
    let (n, t, input, hidden, known) = (19, 3, 5, 4, 2);
    let var = |seed, shape: &[usize]| {
        Var::from_vec(wave(shape.iter().product(), seed, 0.5), shape, &Device::Cpu).unwrap()
    };
    let steps = var(0.7, &[n, t, input]);
    let sequences = var(1.3, &[n, 2 * hidden]);
    let weights = var(2.1, &[4 * hidden * (input + hidden + 2)]);
    for is_reverse in [false, true] {
        let gradient = |known| {
            let op = Recurrence::new(&steps, &sequences, hidden, is_reverse, known).unwrap();
            let h = steps.apply_op3(&sequences, &weights, op).unwrap();
            let gradients = h.sqr().unwrap().sum_all().unwrap().backward().unwrap();
            gradients.get(&steps).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
        };
        for (i, (some, all)) in gradient(known).into_iter().zip(gradient(0)).enumerate() {
            assert!(all != 0.0);
            let expected = if i % input < known { 0.0 } else { all };
            assert!((some - expected).abs() < 1e-6, "{i}: {some}, not {expected}");
        }
    }
}

#[test]
fn sequences_that_do_not_fit_are_refused() {
    let zeros = |shape: &[usize]| crate::network::zeros(shape, &Device::Cpu).unwrap();
    let (steps, sequences) = (zeros(&[3, 4, 2]), zeros(&[3, 10]));
    let op = Stepped::new(&steps, &sequences, 5, false).unwrap();
    let error = steps.apply_op3(&sequences, &zeros(&[179]), op).unwrap_err().to_string();
    assert!(error.contains("3 sequences do not fit"), "{error}");
}

/// h, and all gradients one after the other, on whatever runs the kernels.
#[cfg(feature = "cuda")]
fn on_kernels<K: Kernels>(kernels: &K, case: Case, is_reverse: bool) -> Result<[Vec<f32>; 2]> {
    let Case { count, steps, input, constant, hidden } = case;
    let sizes = Sizes { steps, input, constant, hidden };
    let layer = Layer { sizes, is_reverse, steps_need_gradient: true };
    // Everything begins somewhere within its buffer.
    let upload = |from, seed, scale, len| kernels.upload(&wave(from + len, seed, scale));
    let x = upload(3, 0.7, 1.0, count * steps * input)?;
    let sequences = upload(5, 1.3, 0.8, count * sizes.sequence())?;
    let weights = upload(2, 2.1, 0.6, sizes.weights())?;
    let grad = upload(1, 0.9, 1.0, count * steps * hidden)?;
    let inputs =
        Inputs { steps: (&x, 3), sequences: (&sequences, 5), weights: (&weights, 2), count };
    let (h, forward) = layer.forward(kernels, &inputs)?;
    let gradients = layer.backward(kernels, &inputs, forward, (&grad, 1))?;
    Ok([kernels.download(&h)?, kernels.download(&gradients)?])
}

#[cfg(feature = "cuda")]
#[test]
fn a_gpus_layer_agrees_with_the_scalar_twins() {
    let gpu = crate::kernels::cuda::tests::first();
    let case =
        |count, steps, input, constant, hidden| Case { count, steps, input, constant, hidden };
    for case in [case(1, 1, 1, 0, 1), case(3, 5, 4, 3, 6), case(67, 16, 27, 12, 33)] {
        for is_reverse in [false, true] {
            let found = on_kernels(&gpu, case, is_reverse).unwrap();
            let expected = on_kernels(&Plain, case, is_reverse).unwrap();
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found.len(), expected.len());
                let size = expected.iter().fold(1.0f32, |size, x| size.max(x.abs()));
                for (i, (a, b)) in found.iter().zip(expected).enumerate() {
                    assert!((a - b).abs() <= 1e-5 * size, "{case:?}: {i} is {a}, not {b}");
                }
            }
        }
    }
}
