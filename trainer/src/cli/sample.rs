//! `trainer sample`: generates patterns as MIDI files.
//!
//! Uses the plugin's inference kernel, so that the plugin generates the same patterns at the same seed and
//! temperature.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use groove::{BARS, Bar, Grid, Instrument, Metre, STEPS_PER_BAR};
use musicvae::GrooveModel;
use musicvae::context::Context;
use musicvae::infer::Scratch;
use musicvae::recipe::Recipe;

use super::midi_folder::{MidiFolder, OutArgs};
use super::not_negative;
use crate::data::{ReadArgs, clip};
use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Weights file of the network
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Number of patterns to generate
    #[arg(short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    n: u32,
    /// Sampling temperature; 0 takes the likeliest token at each step
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = not_negative)]
    temperature: f64,
    /// Seed of the first pattern; each next pattern has the next seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Style, as `trainer inspect` lists them [default: any]
    #[arg(long, value_name = "NAME")]
    style: Option<String>,
    /// Metre to draw in, such as 7/8; without --context and --line
    #[arg(long, value_name = "N/D", value_parser = metre, conflicts_with_all = ["context", "line", "perform"])]
    metre: Option<Metre>,
    /// Grid to draw on: steps of 8 (8ths), 16, 8t (three to the quarter) or 16t (six)
    #[arg(long, value_name = "GRID", value_parser = grid, conflicts_with_all = ["context", "line", "perform"])]
    grid: Option<Grid>,
    /// Keep a part of this MIDI file and play the rest anew; say which by --keep or --bars
    #[arg(long, value_name = "FILE.mid")]
    context: Option<PathBuf>,
    /// Instruments of the context to keep [default: all]
    #[arg(long, value_name = "ID,...", value_delimiter = ',', requires = "context")]
    keep: Vec<String>,
    /// Bars of the context to keep [default: all]
    #[arg(long, value_name = "N,...", value_delimiter = ',', requires = "context",
        value_parser = clap::value_parser!(u8).range(1..=BARS as i64))]
    bars: Vec<u8>,
    /// Play to a rhythm: the onsets of this MIDI file, whatever strikes them
    #[arg(long, value_name = "FILE.mid")]
    line: Option<PathBuf>,
    /// Play the hits of this MIDI file as a drummer would: velocities and timing are drawn
    #[arg(long, value_name = "FILE.mid", conflicts_with_all = ["context", "line", "fill"])]
    perform: Option<PathBuf>,
    /// End with a fill in the last bar
    #[arg(long)]
    fill: bool,
    #[command(flatten)]
    reading: ReadArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// Writes groove-001.mid, groove-002.mid, ...
pub(super) fn run(args: &SampleArgs) -> Result<()> {
    let model = weights::model(&args.weights)?;
    let context = args.known(&model)?;
    let hits_of = args.perform.as_ref().map(|path| clip::read(path, 1, &args.reading));
    let performed = hits_of.transpose()?;
    let needs_step_model =
        args.fill || args.context.is_some() || args.line.is_some() || performed.is_some();
    if !model.has_step_model() && needs_step_model {
        let weights = args.weights.display();
        bail!("{weights}: has no step model, which --context, --line, --perform and --fill need");
    }
    let folder = MidiFolder::new(&args.out, "groove", args.n)?;
    let mut scratch = Scratch::new();
    let (mut hits, bars) = (0, context.bar().bars());
    for i in 0..args.n {
        let seed = args.seed.wrapping_add(i.into());
        let style = context.style;
        let recipe =
            Recipe { seed, style, temperature: args.temperature as f32, ..Recipe::default() };
        let pattern = performed
            .and_then(|pattern| model.perform(&pattern, &context.locks, &recipe))
            .unwrap_or_else(|| model.decode_given(&context, &recipe, &mut scratch));
        hits += pattern.count();
        folder.write(i + 1, &pattern)?;
    }
    println!(
        "{} patterns in {}, {:.1} hits per bar",
        args.n,
        args.out.folder.display(),
        hits as f64 / f64::from(args.n) / bars as f64
    );
    Ok(())
}

impl SampleArgs {
    fn known(&self, model: &GrooveModel) -> Result<Context> {
        let bar = Bar::new(self.metre.unwrap_or_default(), self.grid.unwrap_or_default());
        let mut context =
            Context { style: style(model, self.style.as_deref())?, ..Context::of(bar) };
        if self.fill {
            context.ask_for_fill(bar.pattern_steps() - bar.steps());
        }
        if let Some(path) = &self.line {
            context.play_to(&clip::read(path, 1, &self.reading)?);
        }
        let Some(path) = &self.context else { return Ok(context) };
        if self.keep.is_empty() && self.bars.is_empty() {
            bail!("say what of {} to keep, by --keep or --bars", path.display());
        }
        let kept: Vec<Instrument> = match self.keep.is_empty() {
            true => Instrument::ALL.to_vec(),
            false => self.keep.iter().map(|id| instrument(id)).collect::<Result<_>>()?,
        };
        let pattern = clip::read(path, 1, &self.reading)?;
        context.locks.keep(&pattern, |step, instrument| {
            let bar = (step / STEPS_PER_BAR + 1) as u8;
            (self.bars.is_empty() || self.bars.contains(&bar)) && kept.contains(&instrument)
        });
        Ok(context)
    }
}

fn metre(typed: &str) -> Result<Metre, String> {
    let found = Metre::ALL.into_iter().find(|metre| metre.to_string() == typed);
    let known = || Metre::ALL.map(|metre| metre.to_string()).join(", ");
    found.ok_or_else(|| format!("expected one of {}", known()))
}

fn grid(typed: &str) -> Result<Grid, String> {
    let found = Grid::ALL.into_iter().find(|grid| grid.id() == typed);
    found.ok_or_else(|| format!("expected one of {}", Grid::ALL.map(Grid::id).join(", ")))
}

/// The place of the style of this name in the weights file.
pub(super) fn style(model: &GrooveModel, name: Option<&str>) -> Result<Option<u16>> {
    let Some(name) = name else { return Ok(None) };
    let map = model.latent_map();
    let place = map.style(name).with_context(|| {
        let known: Vec<&str> = map.styles().iter().map(|style| style.name.as_str()).collect();
        format!("no style `{name}`: the weights file has {}", known.join(", "))
    })?;
    Ok(Some(place as u16))
}

fn instrument(id: &str) -> Result<Instrument> {
    Instrument::ALL.into_iter().find(|instrument| instrument.id() == id).with_context(|| {
        format!(
            "no instrument `{id}`: there are {}",
            Instrument::ALL.map(Instrument::id).join(", ")
        )
    })
}
