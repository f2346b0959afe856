//! Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's method: short, accurate, and
//! fast enough for the few hundred dimensions of a latent space.

/// Sweeps after which the matrix counts as diagonal; ten are usually enough.
const MAX_SWEEPS: usize = 60;

/// Eigenvalues of the symmetric row-major `[n, n]` matrix `a`, largest first, and the eigenvectors
/// as rows in the same order, of unit length.
///
/// Cyclic sweeps of rotations, each of which makes one pair of entries zero (Golub and Van Loan,
/// *Matrix Computations*, section 8.5).
pub(super) fn symmetric(n: usize, mut a: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    assert_eq!(a.len(), n * n, "a square matrix");
    let mut rows = vec![0.0; n * n];
    rows.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);

    let scale: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..MAX_SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * n + j].powi(2))
            .sum();
        if off <= scale * 1e-30 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                if apq == 0.0 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                // Columns, then rows; then the same rotation of the eigenvectors.
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    a[k * n + p] = c * x - s * y;
                    a[k * n + q] = s * x + c * y;
                }
                rotate(&mut a, n, p, q, c, s);
                rotate(&mut rows, n, p, q, c, s);
            }
        }
    }

    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let values = order.iter().map(|&i| a[i * n + i]).collect();
    let vectors = order.iter().flat_map(|&i| rows[i * n..][..n].iter().copied()).collect();
    (values, vectors)
}

/// Rotates rows `p` and `q` of an `[n, n]` matrix, p < q.
fn rotate(matrix: &mut [f64], n: usize, p: usize, q: usize, c: f64, s: f64) {
    let (above, below) = matrix.split_at_mut(q * n);
    for (x, y) in above[p * n..][..n].iter_mut().zip(&mut below[..n]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_are_orthonormal_and_rebuild_the_matrix() {
        let n = 40;
        let a: Vec<f64> = (0..n * n)
            .map(|k| {
                let (i, j) = (k / n, k % n);
                ((i * j) as f64).sin() + if i == j { i as f64 } else { 0.0 }
            })
            .collect();
        let (values, vectors) = symmetric(n, a.clone());
        assert!(values.windows(2).all(|w| w[0] >= w[1]));
        for i in 0..n {
            for j in 0..n {
                let dot: f64 = (0..n).map(|k| vectors[i * n + k] * vectors[j * n + k]).sum();
                let rebuilt: f64 =
                    (0..n).map(|k| values[k] * vectors[k * n + i] * vectors[k * n + j]).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12);
                assert!((rebuilt - a[i * n + j]).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn equal_and_zero_eigenvalues_do_no_harm() {
        assert_eq!(symmetric(2, vec![3.0, 0.0, 0.0, 3.0]).0, [3.0, 3.0]);
        assert_eq!(symmetric(3, vec![0.0; 9]).0, [0.0; 3]);
        let (values, _) = symmetric(2, vec![1.0, 1.0, 1.0, 1.0]);
        assert!((values[0] - 2.0).abs() < 1e-15 && values[1].abs() < 1e-15);
    }
}
