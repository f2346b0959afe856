//! Prints docs/grooves.md: `cargo run --release -p jangdan --example grooves > docs/grooves.md`.

use jangdan::factory::grooves::grooves;
use musicvae::recipe::{DEFAULT_TEMPERATURE, Recipe};
use musicvae::{GrooveModel, Scratch};

/// Grooves drawn at random in each style, from this seed on.
const DRAWN: u64 = 24;
const FIRST_SEED: u64 = 7000;

const INTRODUCTION: &str = "# Grooves

Every factory groove, and 24 of each style as they come: the seeds 7000 to 7023, unchosen. A character per step, a 16th in 4/4: `X` loud, `x`
medium, `.` soft; not struck plainly: `c` cross-stick, `r` rim shot, `f` flam, `p` pedal, `h` half-open, `b` bell, `k` choke, large if it is loud.
Printed by `cargo run --release -p jangdan --example grooves > docs/grooves.md`.
";

fn main() {
    let weights = include_bytes!("../../assets/weights.safetensors");
    let model = GrooveModel::from_bytes(weights).expect("the shipped weights are sound");
    let mut scratch = Scratch::new();
    println!("{INTRODUCTION}\n## Factory grooves\n");
    for groove in grooves() {
        let pattern = match &groove.performance {
            Some(performance) => performance.pattern,
            None => model.decode(&groove.recipe, 0, &mut scratch),
        };
        println!("{}\n```{pattern:?}\n```\n", groove.name());
    }
    for (style, name) in (0..).zip(model.latent_map().styles().iter().map(|style| &style.name)) {
        println!("## {name}, unchosen\n");
        for seed in FIRST_SEED..FIRST_SEED + DRAWN {
            let (style, temperature) = (Some(style), DEFAULT_TEMPERATURE);
            let recipe = Recipe { seed, style, temperature, ..Recipe::default() };
            println!("```{:?}\n```\n", model.decode(&recipe, 0, &mut scratch));
        }
    }
}
