//! `trainer encode`: the latent vector of a MIDI file and its reconstruction.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use groove::{OnsetGrid, Pattern, STEPS};
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::{Recipe, SLIDERS};
use serde_json::json;

use super::nearest_styles::nearest_styles;
use super::side_by_side::side_by_side;
use crate::data::{ReadArgs, clip};
use crate::evaluate::statistics::Attribute;
use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// MIDI file with drums
    #[arg(value_name = "FILE.mid")]
    file: PathBuf,
    /// Weights file to encode with
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// First of the four bars to encode, counted from the bar of the first hit
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    bar: u32,
    #[command(flatten)]
    reading: ReadArgs,
    /// Print one JSON object with all numbers
    #[arg(long)]
    json: bool,
}

/// Styles printed.
const STYLES_SHOWN: usize = 3;

/// Prints the latent vector, the nearest styles, and the reconstruction.
pub(super) fn run(args: &EncodeArgs) -> Result<()> {
    let model = weights::model(&args.weights)?;
    let played = clip::read(&args.file, args.bar as usize, &args.reading)?;
    let encoded = Encoded::new(&model, &played);
    if args.json {
        println!("{}", encoded.json());
    } else {
        print!("{}", encoded.text());
    }
    Ok(())
}

/// A pattern, its posterior, and the likeliest pattern at the posterior's mean.
struct Encoded<'a> {
    played: &'a Pattern,
    decoded: Pattern,
    mean: Vec<f32>,
    sigma: Vec<f32>,
    /// Coordinates along the principal directions, in standard deviations.
    coordinates: Vec<f32>,
    /// The styles of the weights file, the nearest first.
    styles: Vec<(&'a str, f64)>,
}

impl<'a> Encoded<'a> {
    fn new(model: &'a GrooveModel, played: &'a Pattern) -> Self {
        let (mean, sigma) = model.encode(played);
        let likeliest = Recipe { temperature: 0.0, ..Recipe::default() };
        Self {
            played,
            decoded: model.decode_latent(&mean, &likeliest, 0, &mut Scratch::new()),
            coordinates: model.latent_map().coordinates(&mean),
            styles: nearest_styles(model.latent_map().styles(), &mean),
            mean,
            sigma,
        }
    }

    /// KL divergence of the posterior from N(0, I), in nats.
    fn kl(&self) -> f64 {
        let of_one = |(&mean, &sigma): (&f32, &f32)| {
            let (mean, sigma) = (f64::from(mean), f64::from(sigma));
            (mean * mean + sigma * sigma - 1.0) / 2.0 - sigma.ln()
        };
        self.mean.iter().zip(&self.sigma).map(of_one).sum()
    }

    /// Number of steps with the same token, and of onsets that differ.
    fn agreement(&self) -> (usize, u32) {
        let (played, decoded) = (self.played.tokens(), self.decoded.tokens());
        let right = played.iter().zip(&decoded).filter(|(a, b)| a == b).count();
        (right, OnsetGrid::new(&played).difference(&OnsetGrid::new(&decoded)))
    }

    fn text(&self) -> String {
        let z = self.mean.len();
        let length = self.mean.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        // A posterior as wide as the prior holds no information about the pattern.
        let informative = self.sigma.iter().filter(|&&sigma| sigma < 0.5).count();
        let sliders = self.coordinates.iter().take(SLIDERS).map(|u| format!("{u:+.2}"));
        let (right, differing) = self.agreement();
        let attributes = Attribute::ALL
            .map(|attribute| format!("{} {:.2}", attribute.name(), attribute.of(self.played)));
        let styles: Vec<_> = self
            .styles
            .iter()
            .take(STYLES_SHOWN)
            .map(|(name, distance)| format!("{name} ({distance:.2})"))
            .collect();
        let rows = [
            ("played", attributes.join(", ")),
            (
                "latent",
                format!(
                    "{z} numbers, {informative} of them known to less than half the prior's width"
                ),
            ),
            (
                "length of the mean",
                format!(
                    "{length:.2} (that of a draw from N(0, I) is about {:.1})",
                    (z as f64).sqrt()
                ),
            ),
            ("KL from N(0, I)", format!("{:.1} nats", self.kl())),
            ("sliders 1 to 8", sliders.collect::<Vec<_>>().join(" ")),
            (
                "nearest styles",
                if styles.is_empty() {
                    "none in the weights file".into()
                } else {
                    styles.join(", ")
                },
            ),
            (
                "decoded",
                format!(
                    "{right} of {STEPS} steps right, {differing} of {} onsets differ",
                    self.played.count()
                ),
            ),
        ];
        let text: String = rows.map(|(name, value)| format!("{name:22}{value}\n")).concat() + "\n";
        text + &side_by_side(["played", "decoded"], self.played, &self.decoded)
    }

    fn json(&self) -> serde_json::Value {
        let attributes: BTreeMap<_, _> =
            Attribute::ALL.iter().map(|a| (a.name(), a.of(self.played))).collect();
        let styles: Vec<_> = self
            .styles
            .iter()
            .map(|(name, distance)| json!({ "style": name, "distance": distance }))
            .collect();
        let (right, differing) = self.agreement();
        json!({
            "mean": self.mean,
            "sigma": self.sigma,
            "coordinates": self.coordinates,
            "kl_nats": self.kl(),
            "styles": styles,
            "attributes": attributes,
            "steps_right": right,
            "onsets": self.played.count(),
            "onsets_differing": differing,
            "played": self.played,
            "played_back": self.decoded,
        })
    }
}
