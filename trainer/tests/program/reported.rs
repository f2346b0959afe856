//! What `report` makes of a run.

use std::fs;

use crate::archive;
use crate::exported::trained;
use crate::run::{trainer, trainer_fails, trainer_succeeds};

#[test]
fn a_report_is_a_picture_and_a_page_that_needs_nothing_else() {
    let args = ["report", "bars", "--out", "reports/bars"];
    let said = trainer_succeeds(trained(), &args);
    let folder = trained().join("reports/bars");
    assert!(said.stdout.contains("report.png") && said.stdout.contains("report.html"), "{said:?}");

    let png = fs::read(folder.join("report.png")).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let length = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    // Two pixels to a point: two charts of 480 beside each other, and four sections one under another.
    assert!(length(16) > 1900 && length(20) > 3000, "{} x {}", length(16), length(20));

    let html = fs::read_to_string(folder.join("report.html")).unwrap();
    for text in
        ["Training run bars", "Curves", "Latent map", "Velocity profiles", "rock", "teacher forced"]
    {
        assert!(html.contains(text), "no {text}");
    }
    assert_eq!(html.matches("<svg").count(), 4);
    // Nothing is fetched; the one address is the name of SVG itself.
    let addresses = html.matches("http").count();
    assert_eq!(addresses, html.matches("http://www.w3.org/2000/svg").count());
    assert!(!html.contains("src=") && !html.contains("<script") && !html.contains("url("));
    assert!(!html.contains(trained().to_str().unwrap()), "no path of this machine");

    trainer_succeeds(trained(), &["report", "bars", "--out", "reports/again"]);
    let again = trained().join("reports/again");
    assert_eq!(png, fs::read(again.join("report.png")).unwrap());
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
    assert_eq!(trainer(path, &["--resume", "run", "--stop-after", "20"]).status, 130);
    trainer_succeeds(path, &["report", "run"]);
    assert!(path.join("run/report.html").exists() && path.join("run/report.png").exists());

    fs::rename(path.join("groove.zip"), path.join("moved.zip")).unwrap();
    let error = trainer_fails(path, &["report", "run"]);
    assert!(error.contains("--data") && error.contains("groove.zip"), "{error}");
    trainer_succeeds(path, &["report", "run", "--data", "moved.zip"]);
}

#[test]
fn what_is_no_run_cannot_be_reported() {
    let error = trainer_fails(trained(), &["report", "nowhere"]);
    assert!(error.contains("nowhere holds no run"), "{error}");
}
