//! `trainer articulations`: trains the model of articulations of a weights file.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use groove::{Articulation, Instrument, Pattern};
use musicvae::context::Context;
use musicvae::{GrooveModel, Precision, Recipe, Scratch};

use crate::data::{self, ReadArgs, Split, Windows};
use crate::training::{articulations, weights, whole_file};

/// What is counted of the grooves of a style.
const STRUCK: [(Instrument, Articulation); 7] = [
    (Instrument::Snare, Articulation::CrossStick),
    (Instrument::Snare, Articulation::RimShot),
    (Instrument::Snare, Articulation::Flam),
    (Instrument::ClosedHiHat, Articulation::Pedal),
    (Instrument::OpenHiHat, Articulation::HalfOpen),
    (Instrument::Ride, Articulation::Bell),
    (Instrument::Crash, Articulation::Choke),
];
/// Grooves drawn in each style.
const DRAWN: u64 = 64;

#[derive(Debug, Args)]
pub(crate) struct ArticulationsArgs {
    /// Weights file of the network
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Training data: a zip or a folder of MIDI files
    #[arg(long, value_name = "ZIP|DIR")]
    data: PathBuf,
    #[command(flatten)]
    reading: ReadArgs,
    /// Weights file to write: the same with the model of articulations
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

pub(super) fn run(args: &ArticulationsArgs) -> Result<()> {
    let file = weights::read(&args.weights)?;
    let [data, others] = data::load_in_all_bars(&args.data, &args.reading, args.seed)?;
    data.report.print(false);
    let of = |split| {
        let others = others.split(split).on_bar_lines();
        [data.split(split).on_bar_lines(), others.in_bars(|bar| bar != groove::Bar::COMMON)]
    };
    let [train, validation] = [Split::Train, Split::Validation].map(of);
    let Some((file, scores)) = articulations::add_to(&file, &train, &validation, args.seed)? else {
        bail!("{}: every hit is struck plainly, so nothing can be learned", args.data.display());
    };
    whole_file::write(&args.out, &file.to_bytes(Precision::F16)?)?;
    println!("{scores}\nwrote {}\n", args.out.display());
    print_by_style(&GrooveModel::new(&file)?, &train[0]);
    Ok(())
}

/// Prints how instruments are struck in the windows of each style, and in as many grooves drawn in it.
fn print_by_style(model: &GrooveModel, windows: &Windows) {
    let titles = STRUCK.map(|(instrument, articulation)| articulation.name(instrument));
    println!(
        "share in the windows, in {DRAWN} drawn grooves\n\n| style | {} |",
        titles.join(" | ")
    );
    println!("|---|{}", "---|".repeat(titles.len()));
    for (place, style) in model.latent_map().styles().iter().enumerate() {
        let played = (0..windows.len())
            .filter(|&i| windows.info(i).primary_style() == style.name)
            .map(|i| windows.pattern(i));
        let style_of = Some(place as u16);
        let context = Context { style: style_of, ..Context::default() };
        let draw = |seed| {
            let recipe = Recipe { seed, style: style_of, ..Recipe::default() };
            model.decode_given(&context, &recipe, &mut Scratch::new())
        };
        let [played, drawn] = [shares(played), shares((0..DRAWN).map(draw))];
        let cells = played.iter().zip(drawn).map(|(a, b)| format!("{a:.3}, {b:.3}"));
        println!("| {} | {} |", style.name, cells.collect::<Vec<_>>().join(" | "));
    }
}

/// The share of the hits of each of these instruments that is struck so.
fn shares(patterns: impl Iterator<Item = Pattern>) -> [f64; STRUCK.len()] {
    let mut counts = [[0u32; 2]; STRUCK.len()];
    for (_, instrument, hit) in patterns.flat_map(|pattern| pattern.iter().collect::<Vec<_>>()) {
        for (count, (of, articulation)) in counts.iter_mut().zip(STRUCK) {
            count[0] += u32::from(instrument == of);
            count[1] += u32::from(instrument == of && hit.articulation() == articulation);
        }
    }
    counts.map(|[all, struck]| f64::from(struck) / f64::from(all.max(1)))
}
