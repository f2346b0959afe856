//! Writes what the kit sounds like: `cargo run -p kit --example audition -- FOLDER`.
//!
//! One WAV file (stereo, 48 kHz, 32-bit float) per instrument and velocity, three takes of each, since no two strokes are
//! alike, rendered until it is silent; every articulation of two kits at velocity .8; and `groove.wav`, two bars of a rock beat with ghost notes and a fill.
//! `interop/kit/measure.py` measures these files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use groove::{Articulation, Instrument};
use kit::{Kit, Model, Settings};

const SAMPLE_RATE: u32 = 48_000;
const TAKES: usize = 3;
const VELOCITIES: [f32; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// Two bars of 16ths at 110 BPM: (instrument, sixteen digits per bar, 0 or `.` nothing, 9 velocity .95).
const GROOVE: [(Instrument, &str); 9] = [
    (Instrument::Kick, "8.....7.8.......8.....7.8.7....."),
    (Instrument::Snare, "....8..2.2..8..2....8..2.2..6678"),
    (Instrument::HighTom, "..........................77...."),
    (Instrument::LowMidTom, "............................7..."),
    (Instrument::HighFloorTom, ".............................78."),
    (Instrument::OpenHiHat, "..............6................."),
    (Instrument::ClosedHiHat, "7.5.7.5.7.5.7...................5"),
    (Instrument::Crash, "................9..............."),
    (Instrument::Ride, "..................7.5.7.5.7....."),
];

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: audition FOLDER");
        return ExitCode::from(2);
    };
    match write_all(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> Result<(), hound::Error> {
    std::fs::create_dir_all(folder)?;
    let mut kit = Kit::new(SAMPLE_RATE as f32);
    for instrument in Instrument::ALL {
        kit.reset();
        for velocity in VELOCITIES {
            let percent = (velocity * 100.0).round() as u32;
            for take in 1..=TAKES {
                let name = format!("{}-{percent:03}-{take}.wav", instrument.id());
                write(&folder.join(name), &strike(&mut kit, instrument, velocity))?;
            }
        }
    }
    write_strokes(folder, &mut kit)?;
    kit.set(&Settings::default());
    kit.reset();
    let step = (f64::from(SAMPLE_RATE) * 60.0 / 110.0 / 4.0) as usize;
    let mut sound = Vec::new();
    for i in 0..32 {
        for (instrument, line) in GROOVE {
            if let Some(digit) = line.chars().nth(i).and_then(|c| c.to_digit(10)) {
                if instrument == Instrument::ClosedHiHat {
                    kit.choke(Instrument::OpenHiHat);
                }
                kit.trigger(instrument, digit as f32 / 10.0 + 0.05);
            }
        }
        render(&mut kit, step, &mut sound);
    }
    render(&mut kit, SAMPLE_RATE as usize * 3, &mut sound);
    write(&folder.join("groove.wav"), &sound)
}

/// Every articulation that has a voice of its own, and the plain stroke, of two kits at velocity .8.
fn write_strokes(folder: &Path, kit: &mut Kit) -> Result<(), hound::Error> {
    for (name, model) in [("dry", Model::DryRoom), ("electronic", Model::Electronic)] {
        kit.set(&Settings { model, ..Settings::default() });
        for (instrument, articulation) in strokes() {
            kit.reset();
            let stroke = match articulation {
                Articulation::Plain => instrument.id().to_owned(),
                _ => articulation.name(instrument).replace(' ', "-"),
            };
            for take in 1..=TAKES {
                kit.strike(instrument, articulation, 0.8);
                write(&folder.join(format!("{name}-{stroke}-080-{take}.wav")), &rest(kit))?;
            }
        }
    }
    Ok(())
}

fn strokes() -> impl Iterator<Item = (Instrument, Articulation)> {
    let of = |i| Articulation::of(i).iter().map(move |&articulation| (i, articulation));
    let has_voice = |a| !matches!(a, Articulation::Flam | Articulation::Choke);
    Instrument::ALL
        .into_iter()
        .flat_map(of)
        .filter(move |&(_, articulation)| has_voice(articulation))
}

fn strike(kit: &mut Kit, instrument: Instrument, velocity: f32) -> Vec<(f32, f32)> {
    kit.trigger(instrument, velocity);
    rest(kit)
}

/// What sounds until the kit is silent.
fn rest(kit: &mut Kit) -> Vec<(f32, f32)> {
    let mut sound = Vec::new();
    while !kit.is_silent() {
        render(kit, 480, &mut sound);
    }
    sound
}

fn render(kit: &mut Kit, frames: usize, sound: &mut Vec<(f32, f32)>) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    kit.render(&mut left, &mut right);
    sound.extend(left.into_iter().zip(right));
}

fn write(path: &Path, sound: &[(f32, f32)]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for &(left, right) in sound {
        file.write_sample(left)?;
        file.write_sample(right)?;
    }
    file.finalize()
}
