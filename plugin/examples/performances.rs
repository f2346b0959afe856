//! Takes the factory performances out of the Groove MIDI Dataset:
//! `cargo run -p jangdan --example performances -- FOLDER > plugin/src/factory/performances.json`, where FOLDER is the archive's `groove`, unpacked.

use std::path::Path;
use std::process::ExitCode;

use groove::midi::{Clip, ClipOptions};
use groove::{Hit, Pattern};

/// A style as the weights call it, and a training performance of it. Chosen by style and for steady four bars; of each,
/// bars 5 to 8, when the drummer has settled.
const CHOSEN: [(&str, &str); 8] = [
    ("rock", "drummer7/session3/108_rock_95_beat_4-4.mid"),
    ("funk", "drummer8/session1/1_funk_95_beat_4-4.mid"),
    ("jazz", "drummer10/session1/10_jazz-swing_110_beat_4-4.mid"),
    ("latin", "drummer5/session2/24_latin-brazilian-songo_120_beat_4-4.mid"),
    ("hiphop", "drummer8/session1/5_hiphop_90_beat_4-4.mid"),
    ("soul", "drummer7/session2/106_soul-motown_104_beat_4-4.mid"),
    ("afrocuban", "drummer1/session2/161_afrocuban-rhumba_110_beat_4-4.mid"),
    ("neworleans", "drummer5/session2/6_neworleans-secondline_99_beat_4-4.mid"),
];

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: performances FOLDER");
        return ExitCode::from(2);
    };
    let lines: Result<Vec<String>, String> = CHOSEN
        .iter()
        .map(|(style, file)| {
            let pattern = serde_json::to_string(&second_pattern(&Path::new(&folder).join(file))?);
            let pattern = pattern.map_err(|error| error.to_string())?;
            Ok(format!(
                "  {{\"style\": \"{style}\", \"file\": \"{file}\",\n   \"pattern\": {pattern}}}"
            ))
        })
        .collect();
    match lines {
        Ok(lines) => {
            println!("[\n{}\n]", lines.join(",\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Bars 5 to 8, to a thousandth.
fn second_pattern(path: &Path) -> Result<Pattern, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = std::fs::read(path).map_err(|error| told(&error))?;
    let options = ClipOptions { only_windows: true, ..ClipOptions::default() };
    let clip = Clip::read(&bytes, options).map_err(|error| told(&error))?;
    let played = clip.pattern(5).map_err(|error| told(&error))?;
    let mut pattern = Pattern::EMPTY;
    let rounded = |x: f32| (x * 1000.0).round() / 1000.0;
    for (step, instrument, hit) in played.iter() {
        let hit = Hit::new(rounded(hit.velocity()), rounded(hit.micro_offset()))
            .struck_as(hit.articulation());
        pattern.set(step, instrument, Some(hit));
    }
    Ok(pattern)
}
