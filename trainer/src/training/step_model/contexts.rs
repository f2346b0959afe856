//! Contexts drawn for training: what is told of a window.

use std::ops::Range;

use groove::{BARS, Bar, INSTRUMENTS, Instrument, Pattern};
use musicvae::context::{BarKind, Context};
use musicvae::noise::Noise;

/// Share of windows of which the style is not told.
const ANY_STYLE: f32 = 0.15;
/// Share of a line's onsets that are left out, as listening does.
const MISSED: f32 = 0.05;

/// A context for a window of a performance.
pub(super) fn of_window(pattern: &Pattern, style: Option<u16>, noise: &mut Noise) -> Context {
    let mut context = Context::of(pattern.bar());
    let steps = pattern.steps();
    tell_whole(&mut context, pattern, style, noise);
    if noise.uniform() < 0.5 {
        context.kinds = kinds(pattern).map(Some);
    }
    if noise.uniform() < 0.15 {
        context.line = Some(line(pattern, noise));
    }
    let draw = noise.uniform();
    if draw < 0.4 {
        return context;
    }
    let known = if draw < 0.58 {
        Known::Bars(std::array::from_fn(|_| noise.uniform() < 0.6))
    } else if draw < 0.74 {
        let share = noise.uniform();
        Known::Instruments(Instrument::ALL.map(|_| noise.uniform() < share))
    } else if draw < 0.9 {
        Known::Cells(noise.uniform())
    } else {
        let from = noise.below(steps);
        Known::Outside(from..from + 1 + noise.below(steps - from))
    };
    context.locks.keep(pattern, |step, instrument| match &known {
        Known::Bars(bars) => bars[step / pattern.bar().steps()],
        Known::Instruments(chosen) => chosen[instrument.index()],
        Known::Cells(share) => noise.uniform() < *share,
        Known::Outside(steps) => !steps.contains(&step),
    });
    context
}

/// Which cells are known.
enum Known {
    /// All of these bars.
    Bars([bool; BARS]),
    /// All of these instruments.
    Instruments([bool; INSTRUMENTS]),
    /// This share of all cells.
    Cells(f32),
    /// All but those of these steps.
    Outside(Range<usize>),
}

/// A context for a window that ends with a fill over the steps `fill`.
pub(super) fn of_fill(
    pattern: &Pattern,
    fill: &Range<usize>,
    style: Option<u16>,
    noise: &mut Noise,
) -> Context {
    let mut context = Context::of(pattern.bar());
    tell_whole(&mut context, pattern, style, noise);
    // Always told, so that fills stay as rare as they are where nobody asks for one.
    context.ask_for_fill(fill.start);
    if noise.uniform() < 0.7 {
        // A key may ask for it later than the drummer began.
        let from = if noise.uniform() < 0.7 {
            fill.start
        } else {
            fill.start + noise.below(pattern.bar().steps() / 2)
        };
        context.locks.keep(pattern, |step, _| step < from);
    }
    context
}

/// Style, density and intensity, each told at times.
fn tell_whole(context: &mut Context, pattern: &Pattern, style: Option<u16>, noise: &mut Noise) {
    context.style = style.filter(|_| noise.uniform() >= ANY_STYLE);
    let hits = pattern.count().max(1) as f32;
    let intensity = pattern.iter().map(|(_, _, hit)| hit.velocity()).sum::<f32>() / hits;
    context.density = (noise.uniform() < 0.3).then_some(hits / pattern.bar().bars() as f32);
    context.intensity = (noise.uniform() < 0.3).then_some(intensity);
}

/// Makes known all that `pattern` has in `bars`.
pub(super) fn know_bars(context: &mut Context, pattern: &Pattern, bars: &[usize]) {
    context.locks.keep(pattern, |step, _| bars.contains(&(step / pattern.bar().steps())));
}

/// Groove, but for a last bar that is unlike three that are alike.
fn kinds(pattern: &Pattern) -> [BarKind; BARS] {
    let mut kinds = [BarKind::Groove; BARS];
    if pattern.bar().bars() < BARS {
        return kinds;
    }
    let steps = pattern.bar().steps();
    let token = |step| pattern.token(step).value();
    let alike = |a: usize, b: usize| {
        let bars = (0..steps).map(|i| (token(steps * a + i), token(steps * b + i)));
        let (both, any) = bars.fold((0, 0), |(both, any), (a, b)| {
            (both + (a & b).count_ones(), any + (a | b).count_ones())
        });
        both as f32 / any.max(1) as f32
    };
    let first = (alike(0, 1) + alike(1, 2) + alike(0, 2)) / 3.0;
    if first > 0.7 && alike(2, 3) < 0.5 {
        kinds[BARS - 1] = BarKind::Fill;
    }
    kinds
}

/// A line that somebody might play to the drummer: some of the instruments' onsets.
fn line(pattern: &Pattern, noise: &mut Noise) -> [bool; Bar::MOST_STEPS] {
    const LINES: [&[Instrument]; 4] = [
        &[Instrument::Kick],
        &[Instrument::Kick, Instrument::Snare],
        &[Instrument::Snare],
        &Instrument::ALL,
    ];
    let chosen = LINES[noise.below(LINES.len())];
    std::array::from_fn(|step| {
        let is_heard = step < pattern.steps() && noise.uniform() >= MISSED;
        is_heard && chosen.iter().any(|&instrument| pattern.hit(step, instrument).is_some())
    })
}
