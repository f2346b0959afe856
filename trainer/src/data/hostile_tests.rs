//! Archives that somebody meant harm with: no panic, one line each, and nothing decompressed beyond the limit.

use std::io::Write;

use proptest::prelude::*;
use testkit::{Random, harmed};

use super::tests::{archive, options, performance};
use super::*;

/// Loads an archive of these bytes, which may fail in one line.
fn read(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    for windowing in [Windowing::Bars, Windowing::Seed] {
        match load(&options(file.path(), windowing)) {
            Ok(data) => {
                for skipped in &data.report.skipped {
                    assert!(!skipped.reason.contains('\n'), "{}", skipped.reason);
                }
            }
            Err(error) => {
                let error = crate::one_line(&error);
                assert!(testkit::is_one_line(&error, 2000), "{error}");
            }
        }
    }
}

#[test]
fn harmed_archives_are_said_in_one_line() {
    let info =
        "drummer,style,bpm,midi_filename,split\nd,rock,120,a.mid,train\nd,funk,90,b/c.mid,test\n";
    let zip = archive(&[
        ("info.csv", info.as_bytes()),
        ("a.mid", &performance(4)),
        ("b/c.mid", &performance(8)),
    ]);
    let valid = std::fs::read(zip.path()).unwrap();
    read(&valid);
    let mut random = Random(7);
    for case in 0..1500 {
        // The directory at a zip's end says how long everything is.
        let kept = if case % 2 == 0 { 0 } else { valid.len() * 3 / 5 };
        let rest = harmed(&valid[kept..], &[], &mut random);
        read(&[&valid[..kept], &rest].concat());
    }
}

#[test]
fn an_info_csv_of_anything_is_said_in_one_line() {
    let cell = prop_oneof![
        Just("a.mid".to_owned()),
        Just("train".to_owned()),
        Just("../../etc/passwd".to_owned()),
        Just("\"".to_owned()),
        Just("1e999".to_owned()),
        "\\PC{0,12}",
        Just("\n".to_owned()),
    ];
    let rows = prop::collection::vec(prop::collection::vec(cell, 0..6), 0..6);
    let midi = performance(4);
    let config = ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() };
    proptest!(config, |(rows in rows, is_headed in any::<bool>())| {
        let mut info = if is_headed { "midi_filename,split,bpm\n".to_owned() } else { String::new() };
        for row in rows {
            info += &row.join(",");
            info.push('\n');
        }
        let zip = archive(&[("info.csv", info.as_bytes()), ("a.mid", &midi)]);
        read(&std::fs::read(zip.path()).unwrap());
    });
}
