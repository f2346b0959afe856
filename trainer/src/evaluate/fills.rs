//! Measures fills given the bars before them: the networks' cross-entropy of labelled fills, and how near drawn ones come to
//! them.

use anyhow::{Result, bail};
use candle_core::{Device, Tensor};
use groove::{Instrument, Pattern, STEPS};
use musicvae::config::Drawn;
use musicvae::context::{Context, Locks};
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::network::step_model::StepModel;
use musicvae::noise::{Noise, Purpose};
use musicvae::{Batch, Network, Parameters, Recipe, WeightsFile};
use serde::Serialize;

use super::synthetic_players::Matches;
use super::table::table;
use crate::data::{Dataset, Split, Windows};
use crate::training::step_model::fills::Fills;

/// How often each fill is put after a beat of the same drummer, and how many are drawn there.
const BEATS: usize = 4;

/// What is measured of labelled fills.
#[derive(Serialize)]
pub(crate) struct FillFigures {
    /// Labelled fills of the split.
    fills: usize,
    /// Their hits, each as often as the fill is put after a beat.
    hits: usize,
    rows: Vec<Row>,
}

/// One player of fills.
#[derive(Serialize)]
struct Row {
    player: &'static str,
    /// Nats of the onsets of the true fill, for each of its hits.
    nats_per_hit: Option<f64>,
    /// F1 of the onsets of a drawn fill.
    onset_f1: f64,
    /// Hits of a drawn fill for each of the true one's.
    hits: f64,
}

fn row(matches: Matches, player: &'static str, nats: Option<f64>) -> Row {
    let played = matches.played.max(1) as f64;
    Row {
        player,
        nats_per_hit: nats.map(|nats| nats / played),
        onset_f1: matches.f1(),
        hits: matches.found as f64 / played,
    }
}

impl FillFigures {
    /// Measures the networks of `file` on the labelled fills of `split`.
    pub(crate) fn measure(
        file: &WeightsFile,
        data: &Dataset,
        split: Split,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let windows = data.split(split).on_bar_lines();
        let train = data.train.on_bar_lines();
        let [fills, others] =
            [(&windows, split), (&train, Split::Train)].map(|(of, split)| Fills::new(of, split));
        if fills.len() == 0 || others.len() == 0 {
            bail!("no labelled fill in split {}, or none to learn from", split.name());
        }
        if file.config().step_model.is_none() {
            bail!("these weights have no step model");
        }
        let model = GrooveModel::new(file)?;
        let parameters = Parameters::from_numbers(
            file.config().step_model_parameters(Drawn::Common),
            file.tensors(),
            device,
        )?;
        let steps = StepModel::new(file.config(), Drawn::Common, parameters.fixed_builder())?;
        let network = Network::new(file.config(), &Parameters::from_weights(file, device)?)?;
        let mut scratch = Scratch::new();
        let mut noise = Noise::new(seed, Purpose::Context, 1 << 43);
        let (mut nats, mut latent_nats) = (0.0, 0.0);
        let [mut drawn, mut decoded, mut random] = [(); 3].map(|()| Matches::default());
        for i in (0..fills.len()).flat_map(|i| [i; BEATS]) {
            let (pattern, of, window) = fills.pattern(i, &windows, &mut noise);
            let style = style_of(&model, &windows, window);
            let mut context = Context { style, ..Context::default() };
            context.ask_for_fill(of.start);
            context.locks.keep(&pattern, |step, _| step < of.start);
            let loss = steps.loss(&[pattern], std::slice::from_ref(&context), device, None)?;
            nats += f64::from((&loss.tokens + &loss.copies)?.to_scalar::<f32>()?);
            let recipe = Recipe { seed: noise.below(1 << 30) as u64, style, ..Recipe::default() };
            let found = model.draw(&context, &recipe, 0, 1)[0];
            drawn.add_cells(&pattern, &found, of.start);

            // The autoencoder hears the bars before, and goes on.
            let known = went_on(&pattern, of.start);
            let z = model.encode(&known).0;
            latent_nats += teacher_forced(&network, &z, &pattern, of.start, device)?;
            let mut locks = Locks::default();
            locks.keep(&pattern, |step, _| step < of.start);
            let found = model.decode_around(&z, &locks, &recipe, 0, &mut scratch);
            decoded.add_cells(&pattern, &found, of.start);

            // Any fill of the style that was trained on, else any.
            let mut other = None;
            for _ in 0..200 {
                let (pattern, _, window) =
                    others.pattern(noise.below(others.len()), &train, &mut noise);
                other = Some(pattern);
                if style_of(&model, &train, window) == style {
                    break;
                }
            }
            random.add_cells(&pattern, &other.unwrap_or(pattern), of.start);
        }
        let rows = vec![
            row(drawn, "step model", Some(nats)),
            row(decoded, "autoencoder, from the bars before", Some(latent_nats)),
            row(random, "a training fill of the style", None),
        ];
        Ok(Self { fills: fills.len(), hits: drawn.played, rows })
    }

    /// As text.
    pub(crate) fn table(&self) -> String {
        let row = |row: &Row| {
            vec![
                row.player.to_owned(),
                row.nats_per_hit.map_or("-".to_owned(), |nats| format!("{nats:.2}")),
                format!("{:.3}", row.onset_f1),
                format!("{:.2}", row.hits),
            ]
        };
        let rows: Vec<_> = self.rows.iter().map(row).collect();
        let table = table(&["fill", "nats/hit", "onset F1", "hits/true hit"], &rows);
        format!(
            "{} labelled fills, {} hits after {BEATS} beats each\n{table}",
            self.fills, self.hits
        )
    }
}

fn style_of(model: &GrooveModel, windows: &Windows, window: usize) -> Option<u16> {
    model.latent_map().style(windows.info(window).primary_style()).map(|i| i as u16)
}

/// `pattern`, whose bars go on from `first` as the bar before was.
fn went_on(pattern: &Pattern, first: usize) -> Pattern {
    let bar = pattern.bar().steps();
    let mut known = *pattern;
    for (step, instrument) in
        (first..pattern.steps()).flat_map(|step| Instrument::ALL.map(|i| (step, i)))
    {
        let before = step.checked_sub(bar).and_then(|before| known.hit(before, instrument));
        known.set(step, instrument, before);
    }
    known
}

/// What the tokens of `pattern` from `first` on cost the decoder at `z`, each given those before it.
fn teacher_forced(
    network: &Network,
    z: &[f32],
    pattern: &Pattern,
    first: usize,
    device: &Device,
) -> Result<f64> {
    let z = Tensor::from_slice(z, (1, z.len()), device)?;
    let decoded = network.decode_teacher_forced(&z, &Batch::from_patterns([pattern]), None)?;
    let logits = decoded.logits()?.squeeze(0)?;
    let sums = logits.log_sum_exp(1)?.to_vec1::<f32>()?;
    let logits = logits.to_vec2::<f32>()?;
    let own = |step: usize| logits[step][usize::from(pattern.token(step).value())];
    Ok((first..STEPS).map(|step| f64::from(sums[step] - own(step))).sum())
}
