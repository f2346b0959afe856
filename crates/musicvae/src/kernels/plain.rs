//! The scalar twin of every kernel, on the CPU, in the plainest loops: what tests run in place of a GPU.

use candle_core::{CpuStorage, Layout, Result, Storage, bail};

use groove::{INSTRUMENTS, TOKENS};

use super::{From, FromMut, Kernels, LstmStep, MaskOf, Matrix, Place, SQUARES, States, TokenRows};
use crate::adam::Update;
use crate::matmul::Into;

/// Plain loops over vectors.
pub(crate) struct Plain;

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// A block of 16 words of the ChaCha stream (Bernstein 2008) with eight rounds and a nonce of 0.
fn chacha8(key: [u32; 8], block: u64) -> [u32; 16] {
    let mut input = [0; 16];
    input[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    input[4..12].copy_from_slice(&key);
    input[12] = block as u32;
    input[13] = (block >> 32) as u32;
    let mut x = input;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (a, b, d, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            x[a] = x[a].wrapping_add(x[b]);
            x[d] = (x[d] ^ x[a]).rotate_left(turn);
        }
    };
    for _ in 0..4 {
        for i in 0..4 {
            quarter(i, 4 + i, 8 + i, 12 + i);
        }
        for i in 0..4 {
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }
    std::array::from_fn(|i| x[i].wrapping_add(input[i]))
}

impl Matrix<'_, Vec<f32>> {
    fn at(&self, row: usize, column: usize) -> f32 {
        let (row, column) = if self.is_transposed { (column, row) } else { (row, column) };
        self.buffer[self.place.from + row * self.place.stride + column]
    }
}

impl Kernels for Plain {
    type Buffer = Vec<f32>;
    type Storage = CpuStorage;

    fn storage(storage: &Storage) -> Result<&CpuStorage> {
        match storage {
            Storage::Cpu(storage) => Ok(storage),
            _ => bail!("expected a tensor on the CPU"),
        }
    }

    fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<From<'a, Vec<f32>>> {
        match (storage, layout.contiguous_offsets()) {
            (CpuStorage::F32(numbers), Some((from, _))) => Ok((numbers, from)),
            _ => bail!("expected a contiguous tensor of F32"),
        }
    }

    fn numbers_mut(storage: &mut CpuStorage) -> Result<&mut Vec<f32>> {
        match storage {
            CpuStorage::F32(numbers) => Ok(numbers),
            _ => bail!("expected a tensor of F32"),
        }
    }

    fn store(&self, buffer: Vec<f32>) -> CpuStorage {
        CpuStorage::F32(buffer)
    }

    fn buffer(&self, len: usize) -> Result<Vec<f32>> {
        // Whoever reads a number before it is written will see it in the results.
        Ok(vec![f32::NAN; len])
    }

    fn zeros(&self, len: usize) -> Result<Vec<f32>> {
        Ok(vec![0.0; len])
    }

    fn product(
        &self,
        out: &mut Vec<f32>,
        place: Place,
        a: Matrix<'_, Vec<f32>>,
        b: Matrix<'_, Vec<f32>>,
        into: Into,
    ) -> Result<()> {
        let ((rows, inner), (b_rows, columns)) = (a.shape(), b.shape());
        assert_eq!((inner, place.rows, place.columns), (b_rows, rows, columns));
        for (place, len) in
            [(place, out.len()), (a.place, a.buffer.len()), (b.place, b.buffer.len())]
        {
            assert!(place.end() <= len && place.columns <= place.stride, "{place:?} of {len}");
        }
        for row in 0..rows {
            for column in 0..columns {
                let sum: f32 = (0..inner).map(|k| a.at(row, k) * b.at(k, column)).sum();
                let out = &mut out[place.from + row * place.stride + column];
                *out = if into == Into::Add { *out + sum } else { sum };
            }
        }
        Ok(())
    }

    fn lstm_start(
        &self,
        step: LstmStep,
        (biases, from): From<'_, Vec<f32>>,
        (initial, at): (&Vec<f32>, States),
        always: &mut Vec<f32>,
        [h_before, c_before]: [&mut Vec<f32>; 2],
    ) -> Result<()> {
        let (hidden, width) = (step.hidden, 4 * step.hidden);
        for n in 0..step.count {
            for k in 0..width {
                always[n * width + k] = biases[from + k] + biases[from + width + k];
            }
            for k in 0..hidden {
                let to = (n * step.steps + step.at) * hidden + k;
                h_before[to] = initial[at.h + n * at.stride + k];
                c_before[to] = initial[at.c + n * at.stride + k];
            }
        }
        Ok(())
    }

    fn lstm_forward(
        &self,
        step: LstmStep,
        always: &Vec<f32>,
        gates: &mut Vec<f32>,
        [h_before, c_before]: [&mut Vec<f32>; 2],
        h: &mut Vec<f32>,
    ) -> Result<()> {
        let hidden = step.hidden;
        for n in 0..step.count {
            for k in 0..hidden {
                let row = n * step.steps + step.at;
                let gate = |gate: usize| row * 4 * hidden + gate * hidden + k;
                let sum = |i: usize| gates[gate(i)] + always[(n * 4 + i) * hidden + k];
                let (i, f, g, o) =
                    (sigmoid(sum(0)), sigmoid(sum(1)), sum(2).tanh(), sigmoid(sum(3)));
                let c = f * c_before[row * hidden + k] + i * g;
                let new = o * c.tanh();
                for (to, value) in [i, f, g, o].into_iter().enumerate() {
                    gates[gate(to)] = value;
                }
                h[row * hidden + k] = new;
                if let Some(next) = step.next {
                    let to = (n * step.steps + next) * hidden + k;
                    h_before[to] = new;
                    c_before[to] = c;
                }
            }
        }
        Ok(())
    }

    fn lstm_backward(
        &self,
        step: LstmStep,
        (grad, from): From<'_, Vec<f32>>,
        gates: &mut Vec<f32>,
        c_before: &Vec<f32>,
        (states, at): (&mut Vec<f32>, States),
    ) -> Result<()> {
        let hidden = step.hidden;
        for n in 0..step.count {
            for k in 0..hidden {
                let row = n * step.steps + step.at;
                let gate = |gate: usize| row * 4 * hidden + gate * hidden + k;
                let [i, f, g, o] = [0, 1, 2, 3].map(|i| gates[gate(i)]);
                let before = c_before[row * hidden + k];
                let t = (f * before + i * g).tanh();
                let dh = grad[from + row * hidden + k] + states[at.h + n * at.stride + k];
                let dc = &mut states[at.c + n * at.stride + k];
                let d = *dc + dh * o * (1.0 - t * t);
                *dc = d * f;
                gates[gate(0)] = d * g * i * (1.0 - i);
                gates[gate(1)] = d * before * f * (1.0 - f);
                gates[gate(2)] = d * i * (1.0 - g * g);
                gates[gate(3)] = dh * t * o * (1.0 - o);
            }
        }
        Ok(())
    }

    fn sum_middle(
        &self,
        (out, to): FromMut<'_, Vec<f32>>,
        (x, from): From<'_, Vec<f32>>,
        [a, b, c]: [usize; 3],
    ) -> Result<()> {
        for i in 0..a {
            for k in 0..c {
                let sum = (0..b).map(|j| x[from + (i * b + j) * c + k]).sum();
                out[to + i * c + k] = sum;
            }
        }
        Ok(())
    }

    fn sum_all(&self, (out, to): FromMut<'_, Vec<f32>>, x: &Vec<f32>) -> Result<()> {
        out[to] = x.iter().map(|&x| f64::from(x)).sum::<f64>() as f32;
        Ok(())
    }

    fn multiply(
        &self,
        (x, to): FromMut<'_, Vec<f32>>,
        (y, from): From<'_, Vec<f32>>,
        len: usize,
    ) -> Result<()> {
        for i in 0..len {
            x[to + i] *= y[from + i];
        }
        Ok(())
    }

    fn scale(&self, x: &mut Vec<f32>, (by, from): From<'_, Vec<f32>>) -> Result<()> {
        for x in x {
            *x *= by[from];
        }
        Ok(())
    }

    fn copy(&self, (x, from): From<'_, Vec<f32>>, len: usize) -> Result<Vec<f32>> {
        Ok(x[from..from + len].to_vec())
    }

    fn token_losses(
        &self,
        rows: TokenRows<'_, Vec<f32>>,
        logits: &mut Vec<f32>,
        losses: &mut Vec<f32>,
        (d_onsets, to): FromMut<'_, Vec<f32>>,
    ) -> Result<()> {
        let ((bias, of_bias), (onsets, of_onsets)) = (rows.bias, rows.onsets);
        for (row, &target) in rows.targets.iter().enumerate() {
            let logits = &mut logits[row * TOKENS..][..TOKENS];
            let is_struck = |token: usize, i: usize| token >> (INSTRUMENTS - 1 - i) & 1 == 1;
            for (token, x) in logits.iter_mut().enumerate() {
                *x += bias[of_bias + token];
                for i in (0..INSTRUMENTS).filter(|&i| is_struck(token, i)) {
                    *x += onsets[of_onsets + row * INSTRUMENTS + i];
                }
            }
            let peak = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = logits.iter().map(|x| (x - peak).exp()).sum();
            losses[row] = rows.scale * (sum.ln() - (logits[usize::from(target)] - peak));
            for x in logits.iter_mut() {
                *x = rows.scale * (*x - peak).exp() / sum;
            }
            logits[usize::from(target)] -= rows.scale;
            for i in 0..INSTRUMENTS {
                d_onsets[to + row * INSTRUMENTS + i] =
                    (0..TOKENS).filter(|&token| is_struck(token, i)).map(|t| logits[t]).sum();
            }
        }
        Ok(())
    }

    fn squares(
        &self,
        (x, from): From<'_, Vec<f32>>,
        len: usize,
        (sums, to): FromMut<'_, Vec<f32>>,
    ) -> Result<()> {
        let part = |i: usize| x[from..from + len].iter().skip(i).step_by(SQUARES);
        for i in 0..SQUARES {
            sums[to + i] = part(i).map(|x| x * x).sum();
        }
        Ok(())
    }

    fn adam(
        &self,
        u: Update,
        parameters: &mut Vec<f32>,
        (gradients, from): From<'_, Vec<f32>>,
        moments: &mut Vec<f32>,
    ) -> Result<()> {
        let len = moments.len() / 2;
        let (first, second) = moments.split_at_mut(len);
        for i in 0..len {
            let g = gradients[from + i] * u.gradient_scale;
            first[i] = u.beta_1 * first[i] + (1.0 - u.beta_1) * g;
            second[i] = u.beta_2 * second[i] + (1.0 - u.beta_2) * g * g;
            let root = second[i].sqrt() * u.root_scale + u.epsilon;
            parameters[i] = u.kept * parameters[i] - u.rate * first[i] / root;
        }
        Ok(())
    }

    fn mask(&self, out: &mut Vec<f32>, of: MaskOf) -> Result<()> {
        for (i, x) in out.iter_mut().enumerate() {
            let word = of.first + i as u64 / 2;
            let word = chacha8(of.key, word / 16)[(word % 16) as usize];
            let half = if i % 2 == 0 { word & 0xffff } else { word >> 16 };
            *x = if half < of.threshold { 0.0 } else { of.kept };
        }
        Ok(())
    }

    #[cfg(all(test, feature = "cuda"))]
    fn upload(&self, numbers: &[f32]) -> Result<Vec<f32>> {
        Ok(numbers.to_vec())
    }

    fn download(&self, buffer: &Vec<f32>) -> Result<Vec<f32>> {
        Ok(buffer.clone())
    }
}
