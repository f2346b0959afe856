//! Finds seeds worth beginning at, for each style of a weights file and for none: `cargo run --release -p musicvae --example seeds
//! --no-default-features -- assets/weights.safetensors 4`. The plugin's factory grooves were found by it.
//!
//! Of the first 1024 seeds of each style, those stay that a drummer would keep: time without a gap, a backbeat where the
//! style has one, bars that agree, crashes on beats. The half of these that is most like the others is typical of the style; of
//! it those are chosen, one after another, that differ most from all chosen before.

use std::process::ExitCode;

use groove::{BARS, Instrument, OnsetGrid, Pattern, STEPS, STEPS_PER_BAR, STEPS_PER_BEAT};
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::{DEFAULT_TEMPERATURE, Recipe};

/// Seeds tried per style.
const SEEDS: u64 = 1024;

/// Styles whose snare plays 2 and 4; what a new instance plays, in any style, should as well.
const BACKBEAT: [&str; 7] = ["rock", "funk", "hiphop", "soul", "punk", "country", "pop"];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(wanted)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: seeds WEIGHTS COUNT");
        return ExitCode::from(2);
    };
    let model = std::fs::read(&path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| GrooveModel::from_bytes(&bytes).map_err(|error| error.to_string()));
    match (model, wanted.parse()) {
        (Ok(model), Ok(wanted)) => {
            find(&model, wanted);
            ExitCode::SUCCESS
        }
        (Err(error), _) => {
            eprintln!("error: {path}: {error}");
            ExitCode::FAILURE
        }
        (_, Err(_)) => {
            eprintln!("error: `{wanted}` is not a number of grooves");
            ExitCode::from(2)
        }
    }
}

/// Prints `wanted` seeds of each style, with a description and the groove.
fn find(model: &GrooveModel, wanted: usize) {
    let mut scratch = Scratch::new();
    let styles = model.latent_map().styles().iter().map(|style| style.name.as_str());
    let any = (None, "any style");
    for (style, name) in std::iter::once(any).chain((0..).map(Some).zip(styles)) {
        let recipe =
            |seed| Recipe { seed, style, temperature: DEFAULT_TEMPERATURE, ..Recipe::default() };
        let drawn = (0..SEEDS).map(|seed| (seed, model.decode(&recipe(seed), 0, &mut scratch)));
        let has_backbeat = style.is_none() || BACKBEAT.contains(&name);
        let mut kept: Vec<(u64, Pattern)> = drawn
            .filter(|(_, pattern)| {
                is_kept(pattern, has_backbeat, if name == "jazz" { 0.45 } else { 0.6 })
            })
            .collect();
        let found = kept.len();
        let grids: Vec<OnsetGrid> = kept.iter().map(|(_, pattern)| pattern.into()).collect();
        let far = |pattern: &Pattern| {
            let grid = OnsetGrid::from(pattern);
            grids.iter().map(|other| grid.difference(other)).sum::<u32>()
        };
        kept.sort_by_cached_key(|(_, pattern)| far(pattern));
        kept.truncate((found / 2).max(2 * wanted));
        let mut chosen: Vec<(u64, Pattern)> = Vec::new();
        for _ in 0..wanted {
            let nearest = |pattern: &Pattern| {
                let grid = OnsetGrid::from(pattern);
                let others = chosen.iter().map(|(_, other)| OnsetGrid::from(other));
                others.map(|other| grid.difference(&other)).min().unwrap_or(0)
            };
            if let Some(&best) = kept.iter().rev().max_by_key(|(_, pattern)| nearest(pattern)) {
                kept.retain(|(seed, _)| *seed != best.0);
                chosen.push(best);
            }
        }
        println!("{name}: {found} of {SEEDS} would be kept");
        for (seed, pattern) in chosen {
            println!("({seed}, {:?}), {pattern:?}", description(&pattern));
        }
    }
}

/// Whether a drummer would keep it.
fn is_kept(pattern: &Pattern, has_backbeat: bool, least_alike: f64) -> bool {
    let bars = |is_so: &dyn Fn(usize) -> bool| (0..BARS).filter(|&bar| is_so(bar)).count();
    let snare = |bar, step| is_loud(pattern, bar * STEPS_PER_BAR + step, Instrument::Snare);
    let similarities: Vec<f64> = OnsetGrid::from(pattern).similarities().collect();
    let alike = similarities.iter().sum::<f64>() / similarities.len().max(1) as f64;
    let has_hit = |step, instrument| pattern.hit(step, instrument).is_some();
    let stray_crash =
        (0..STEPS).any(|step| step % STEPS_PER_BEAT != 0 && has_hit(step, Instrument::Crash));
    let tidy = (0..STEPS).all(|step| {
        let hands = pattern.token(step).instruments().filter(|&i| i != Instrument::Kick).count();
        hands <= 2
    });
    bars(&|bar| time(pattern, bar).is_some()) >= 3
        && (!has_backbeat || bars(&|bar| snare(bar, 4) && snare(bar, 12)) >= 3)
        && (!has_backbeat || has_hit(0, Instrument::Kick))
        && pattern.iter().filter(|(_, i, _)| *i == Instrument::Snare).count() >= 4
        && (60..=200).contains(&pattern.count())
        && (least_alike..0.999).contains(&alike)
        && !stray_crash
        && tidy
}

fn is_loud(pattern: &Pattern, step: usize, instrument: Instrument) -> bool {
    pattern.hit(step, instrument).is_some_and(|hit| hit.velocity() > 0.4)
}

/// The steps between the strokes that keep time in `bar`: 1, 2 or 4.
fn time(pattern: &Pattern, bar: usize) -> Option<usize> {
    const TIME: [Instrument; 3] =
        [Instrument::ClosedHiHat, Instrument::OpenHiHat, Instrument::Ride];
    let is_kept = |step: usize| {
        let step = bar * STEPS_PER_BAR + step;
        TIME.iter().any(|&instrument| pattern.hit(step, instrument).is_some())
    };
    [1, 2, 4].into_iter().find(|&every| (0..STEPS_PER_BAR).step_by(every).all(is_kept))
}

/// What it is, in a few words: time, snare, kick, end.
fn description(pattern: &Pattern) -> String {
    let count = |instrument| pattern.iter().filter(|(_, other, _)| *other == instrument).count();
    let (hats, rides) =
        (count(Instrument::ClosedHiHat) + count(Instrument::OpenHiHat), count(Instrument::Ride));
    let times: Vec<usize> = (0..BARS).filter_map(|bar| time(pattern, bar)).collect();
    let usual = |every| times.iter().filter(|&&time| time == every).count();
    let mut words = vec![
        match [1, 2, 4].into_iter().max_by_key(|&every| usual(every)) {
            Some(1) => "sixteenths",
            Some(2) => "eighths",
            _ => "quarters",
        }
        .to_owned(),
    ];
    if rides > hats {
        words[0] += " on the ride";
    } else if 4 * count(Instrument::OpenHiHat) > hats {
        words[0] += " on open hats";
    }
    let snare = || pattern.iter().filter(|(_, instrument, _)| *instrument == Instrument::Snare);
    let ghosts = snare().filter(|(_, _, hit)| hit.velocity() < 0.35).count();
    if ghosts >= 6 {
        words.push("ghosted".to_owned());
    }
    let kicks = count(Instrument::Kick);
    let on_beats = (0..STEPS).step_by(STEPS_PER_BEAT);
    if on_beats.clone().filter(|&step| is_loud(pattern, step, Instrument::Kick)).count() >= 14 {
        words.push("four on the floor".to_owned());
    } else if kicks >= 22 {
        words.push("busy kick".to_owned());
    } else if kicks <= 10 {
        words.push("sparse kick".to_owned());
    }
    let toms = [Instrument::HighTom, Instrument::LowMidTom, Instrument::HighFloorTom];
    if toms.into_iter().map(count).sum::<usize>() >= 6 {
        words.push("toms".to_owned());
    }
    let alike: Vec<f64> = OnsetGrid::from(pattern).similarities().collect();
    if alike.last().is_some_and(|last| *last < 0.6) && alike.iter().take(2).all(|x| *x > 0.7) {
        words.push("fill".to_owned());
    }
    let mut text = words.join(", ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
