//! Tests of `trainer report`.

use std::fs;

use crate::archive;
use crate::exported::trained;
use crate::run::{trainer, trainer_fails, trainer_succeeds};

#[test]
fn a_report_is_a_page_that_needs_nothing_else() {
    let args = ["report", "bars", "--out", "reports/bars"];
    let said = trainer_succeeds(trained(), &args);
    let folder = trained().join("reports/bars");
    let html = fs::read_to_string(folder.join("report.html")).unwrap();
    for text in
        ["Training run bars", "Curves", "Latent map", "Velocity profiles", "rock", "teacher forced"]
    {
        assert!(html.contains(text), "no {text}");
    }
    assert!(said.stdout.contains("report.html"), "{said:?}");
    // Four curves, eight windows, the map, and a profile for each of the five instruments that play.
    assert_eq!(html.matches("<svg").count(), 4 + 8 + 1 + 5);
    // Nothing is fetched; the one address is the name of SVG itself.
    let addresses = html.matches("http").count();
    assert_eq!(addresses, html.matches("http://www.w3.org/2000/svg").count());
    assert!(!html.contains("src=") && !html.contains("<script") && !html.contains("url("));
    assert!(!html.contains(trained().to_str().unwrap()), "no path of this machine");
}

#[test]
fn a_run_under_way_is_reported_by_its_best_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    archive::write(&path.join("groove.zip"));
    let args = ["--data", "groove.zip", "--preset", "tiny", "--epochs", "3", "--out", "run"];
    let early = [&args[..], &["--stop-after", "1"]].concat();
    assert_eq!(trainer(path, &early).status, 130);
    let error = trainer_fails(path, &["report", "run"]);
    assert!(error.contains("run: no epoch is done yet"), "{error}");
    assert_eq!(trainer(path, &["--resume", "run", "--stop-after", "10"]).status, 130);
    trainer_succeeds(path, &["report", "run"]);
    assert!(path.join("run/report.html").exists());

    fs::rename(path.join("groove.zip"), path.join("moved.zip")).unwrap();
    let error = trainer_fails(path, &["report", "run"]);
    assert!(error.contains("--data") && error.contains("groove.zip"), "{error}");
    trainer_succeeds(path, &["report", "run", "--data", "moved.zip"]);
}
