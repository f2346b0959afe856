//! One step of an LSTM layer between its products, forward and back, in loops that compilers turn into
//! vector code. Call them within [`vectorised`](crate::network::cpu::activation::vectorised).

use crate::network::cpu::activation::{sigmoid, tanh};

/// Turns sums into gates, in place, and gates into the new state. Rows of `gates` and of `now` may be longer
/// than they need be; in those of `now` the new h stands from `at` on.
#[inline(always)]
pub(super) fn step_forward(
    hidden: usize,
    gates: &mut [f32],
    always: &[f32],
    c_before: &[f32],
    c_now: &mut [f32],
    now: &mut [f32],
    at: usize,
) {
    let count = c_now.len() / hidden;
    let (gate, read) = (gates.len() / count, now.len() / count);
    let rows = gates.chunks_exact_mut(gate).zip(always.chunks_exact(4 * hidden));
    let states = c_before
        .chunks_exact(hidden)
        .zip(c_now.chunks_exact_mut(hidden))
        .zip(now.chunks_exact_mut(read));
    for ((gates, always), ((c_before, c_now), now)) in rows.zip(states) {
        let (i, rest) = gates.split_at_mut(hidden);
        let (f, rest) = rest.split_at_mut(hidden);
        let (g, rest) = rest.split_at_mut(hidden);
        let o = &mut rest[..hidden];
        activate(sigmoid, i, &always[..hidden]);
        activate(sigmoid, f, &always[hidden..2 * hidden]);
        activate(tanh, g, &always[2 * hidden..3 * hidden]);
        activate(sigmoid, o, &always[3 * hidden..]);
        cells_forward([i, f, g, o], c_before, c_now, &mut now[at..at + hidden]);
    }
}

/// `x = f(x + y)`.
#[inline(always)]
fn activate(f: impl Fn(f32) -> f32, x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x = f(*x + y));
}

/// One sequence's new state from its gates. Apart from its caller, so that the compiler knows that
/// its slices do not overlap and makes vector code of it; [`cells_backward`] likewise.
#[inline(always)]
fn cells_forward(
    [i, f, g, o]: [&[f32]; 4],
    c_before: &[f32],
    c_now: &mut [f32],
    h_now: &mut [f32],
) {
    let n = h_now.len();
    let (i, f, g, o) = (&i[..n], &f[..n], &g[..n], &o[..n]);
    let (c_before, c_now) = (&c_before[..n], &mut c_now[..n]);
    for k in 0..n {
        let c = f[k] * c_before[k] + i[k] * g[k];
        c_now[k] = c;
        h_now[k] = o[k] * tanh(c);
    }
}

/// Inputs of a step's backward beside its gates.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    /// The c before the step, a sequence after the other; longer is allowed, as for `c_now`.
    pub(super) c_before: &'a [f32],
    pub(super) c_now: &'a [f32],
    /// The gradients of the step's h as results, a sequence every `stride` numbers.
    pub(super) grad: &'a [f32],
    pub(super) stride: usize,
}

/// Turns gates into the gradients of the sums they came from, in place, given the gradients `dh` of
/// this step's h and `dc` of its c, both from later steps; `dc` becomes that of the step before. Adds
/// what the gates become to `total`.
#[inline(always)]
pub(super) fn step_backward(
    hidden: usize,
    gates: &mut [f32],
    cells: Cells<'_>,
    dh: &mut [f32],
    dc: &mut [f32],
    total: &mut [f32],
) {
    let states = cells.c_before.chunks_exact(hidden).zip(cells.c_now.chunks_exact(hidden));
    let gate = gates.len() / (dc.len() / hidden);
    let later = dh.chunks_exact_mut(hidden).zip(dc.chunks_exact_mut(hidden));
    let rows = gates.chunks_exact_mut(gate).zip(total.chunks_exact_mut(4 * hidden));
    let grads = cells.grad.chunks(cells.stride);
    for (((gates, total), grad), ((c_before, c_now), (dh, dc))) in
        rows.zip(grads).zip(states.zip(later))
    {
        add(dh, &grad[..hidden]);
        let (i, rest) = gates.split_at_mut(hidden);
        let (f, rest) = rest.split_at_mut(hidden);
        let (g, rest) = rest.split_at_mut(hidden);
        let o = &mut rest[..hidden];
        cells_backward(i, f, g, o, c_before, c_now, dh, dc);
        add(total, gates);
    }
}

#[inline(always)]
fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
}

#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "only slices that are arguments count as distinct")]
fn cells_backward(
    i: &mut [f32],
    f: &mut [f32],
    g: &mut [f32],
    o: &mut [f32],
    c_before: &[f32],
    c_now: &[f32],
    dh: &[f32],
    dc: &mut [f32],
) {
    let n = dc.len();
    let (i, f, g, o) = (&mut i[..n], &mut f[..n], &mut g[..n], &mut o[..n]);
    let (c_before, c_now, dh) = (&c_before[..n], &c_now[..n], &dh[..n]);
    for k in 0..n {
        let t = tanh(c_now[k]);
        let d = dc[k] + dh[k] * o[k] * (1.0 - t * t);
        o[k] = dh[k] * t * o[k] * (1.0 - o[k]);
        dc[k] = d * f[k];
        f[k] = d * c_before[k] * f[k] * (1.0 - f[k]);
        let (gate_i, gate_g) = (i[k], g[k]);
        i[k] = d * gate_g * gate_i * (1.0 - gate_i);
        g[k] = d * gate_i * (1.0 - gate_g * gate_g);
    }
}
