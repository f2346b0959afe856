//! Tests of `trainer evaluate`: instruments, styles, expression, generation.

use serde_json::Value;

use crate::exported::{evaluate, trained};
use crate::run::{trainer, trainer_fails, trainer_succeeds};

const BARS: [&str; 2] = ["--weights", "bars/weights.safetensors"];

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn instruments_and_styles_add_up_to_the_whole() {
    let scores = evaluate(&BARS);
    let instruments = scores["instruments"].as_object().unwrap();
    assert_eq!(instruments.len(), 9);
    // The made-up archive has no crash.
    assert_eq!(scores["instruments"]["crash"]["onsets"], 0);
    let onsets: f64 = instruments.values().map(|scores| number(&scores["onsets"])).sum();
    let right: f64 =
        instruments.values().map(|s| number(&s["recall"]) * number(&s["onsets"])).sum();
    assert!((right / onsets - number(&scores["onset_recall"])).abs() < 1e-9);
    // All of it is rock, so the style's figures are those of the whole.
    let styles = scores["styles"].as_object().unwrap();
    assert_eq!(styles.keys().collect::<Vec<_>>(), ["rock"]);
    assert_eq!(styles["rock"]["windows"], scores["windows"]);
    assert_eq!(styles["rock"]["cross_entropy_nats"], scores["cross_entropy_nats"]);
}

#[test]
fn expression_is_measured_beside_the_means_where_the_network_has_it() {
    let expression = &evaluate(&BARS)["expression"];
    assert!(number(&expression["hits"]) > 0.0);
    for name in ["velocity", "micro_offset"] {
        for of in ["network", "baseline"] {
            let error = number(&expression[name][of]);
            assert!(error > 0.0 && error < 1.0, "{name} {of}: {error}");
        }
    }
    assert_eq!(expression["instruments"]["crash"]["hits"], 0);
    let accents = &expression["accents"];
    assert_eq!(accents["positions"].as_array().unwrap().len(), 16);
    for distance in [&accents["network"], &accents["baseline"]] {
        assert!((0.0..=1.0).contains(&number(&distance["divergence"])));
        assert!((0.0..=1.0).contains(&number(&distance["overlap"])));
    }
    assert!(evaluate(&["--weights", "seed/weights.safetensors"])["expression"].is_null());
}

fn generation(more: &[&str]) -> Value {
    evaluate(&[&BARS, &["--generation"][..], more].concat())
}

#[test]
fn samples_are_measured_against_the_split_asked_for() {
    let args = ["--samples", "30", "--paths", "3", "--temperature", "0.5", "--split", "test"];
    let figures = generation(&args);
    assert_eq!(figures["split"], "test");
    assert_eq!(number(&figures["temperature"]), 0.5);
    assert_eq!(figures["reference"]["patterns"], 4 * 3);
    let of = |set: &str| {
        let means = &figures[set]["means"];
        number(&means["patterns"]) + number(&means["silent"])
    };
    assert_eq!((of("samples"), of("floor"), of("paths")), (30.0, 30.0, 21.0));
    assert_eq!(of("training"), 16.0 * 3.0);
    for set in ["samples", "floor", "paths", "training"] {
        let found = number(&figures[set]["means"]["bar_similarity"]);
        let difference = number(&figures[set]["bar_similarity_difference"]);
        let reference = number(&figures["reference"]["bar_similarity"]);
        assert!((found - reference - difference).abs() < 1e-9);
        let position = &figures[set]["distances"]["onset_position_of"]["kick"];
        assert!((0.0..=1.0).contains(&number(&position["divergence"])));
    }
    assert!(number(&figures["ceiling"]["bar_similarity"]["overlap"]) > 0.0);
    assert!(figures["samples"]["hits_per_bar_of_relative_difference"]["crash"].is_null());
    assert_eq!(figures, generation(&args), "the same seeds give the same figures");
    let other = generation(&["--samples", "30", "--temperature", "0.6", "--split", "test"]);
    assert_ne!(other["samples"], figures["samples"]);
    assert!(other["paths"].is_null());
}

#[test]
fn training_windows_are_copies_of_training_windows() {
    let figures = generation(&["--samples", "5", "--split", "train"]);
    assert_eq!(number(&figures["reference_near_copies"]), 1.0);
    assert_eq!(figures["training"]["means"], figures["reference"]);
    assert_eq!(number(&figures["training"]["distances"]["bar_similarity"]["divergence"]), 0.0);
}

#[test]
fn generation_prints_tables_too() {
    let args = ["evaluate", "--data", "groove.zip", "--generation", "--samples", "5"];
    let said = trainer_succeeds(trained(), &[&args, &BARS[..]].concat()).stdout;
    for start in ["bar similarity ", "syncopation ", "  Closed hat ", "near-copies "] {
        assert!(said.lines().any(|line| line.starts_with(start)), "no {start}:\n{said}");
    }
}

#[test]
fn what_belongs_to_generation_is_refused_without_it() {
    let args = ["evaluate", "--data", "groove.zip", "--samples", "5"];
    let said = trainer(trained(), &[&args, &BARS[..]].concat());
    assert_eq!(said.status, 2, "{said:?}");
    let seed = ["evaluate", "--data", "groove.zip", "--weights", "seed/weights.safetensors"];
    let error =
        trainer_fails(trained(), &[&seed[..], &["--generation", "--split", "test"]].concat());
    assert!(error.contains("no window in split test"), "{error}");
}
