//! One step of an LSTM layer between its products, forward and back, in loops that compilers turn into
//! vector code. Call them within [`vectorised`](crate::activation::vectorised).

use crate::activation::{sigmoid, tanh};

/// Turns sums into gates, in place, and gates into the new state.
#[inline(always)]
pub(super) fn step_forward(
    hidden: usize,
    gates: &mut [f32],
    always: &[f32],
    c_before: &[f32],
    c_now: &mut [f32],
    h_now: &mut [f32],
) {
    let rows = gates.chunks_exact_mut(4 * hidden).zip(always.chunks_exact(4 * hidden));
    let states = c_before
        .chunks_exact(hidden)
        .zip(c_now.chunks_exact_mut(hidden))
        .zip(h_now.chunks_exact_mut(hidden));
    for ((gates, always), ((c_before, c_now), h_now)) in rows.zip(states) {
        let (ifg, o) = gates.split_at_mut(3 * hidden);
        let (i, fg) = ifg.split_at_mut(hidden);
        let (f, g) = fg.split_at_mut(hidden);
        activate(sigmoid, i, &always[..hidden]);
        activate(sigmoid, f, &always[hidden..2 * hidden]);
        activate(tanh, g, &always[2 * hidden..3 * hidden]);
        activate(sigmoid, o, &always[3 * hidden..]);
        cells_forward([i, f, g, o], c_before, c_now, h_now);
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

/// Turns gates into the gradients of the sums they came from, in place, given the gradients `dh` of
/// this step's h and `dc` of its c (from later steps); `dc` becomes that of the step before.
#[inline(always)]
pub(super) fn step_backward(
    hidden: usize,
    gates: &mut [f32],
    c_before: &[f32],
    c_now: &[f32],
    dh: &[f32],
    dc: &mut [f32],
) {
    let states = c_before
        .chunks_exact(hidden)
        .zip(c_now.chunks_exact(hidden))
        .zip(dh.chunks_exact(hidden).zip(dc.chunks_exact_mut(hidden)));
    for (gates, ((c_before, c_now), (dh, dc))) in gates.chunks_exact_mut(4 * hidden).zip(states) {
        let (i, rest) = gates.split_at_mut(hidden);
        let (f, rest) = rest.split_at_mut(hidden);
        let (g, o) = rest.split_at_mut(hidden);
        cells_backward(i, f, g, o, c_before, c_now, dh, dc);
    }
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
