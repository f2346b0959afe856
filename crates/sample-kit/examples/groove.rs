//! Plays a groove on a kit from files: `cargo run -p sample-kit --example groove -- KIT OUT.wav`.
//!
//! Tells what was read, what is missing, and how much memory it takes; writes four bars (stereo, 48 kHz, 32-bit float).

use std::path::Path;
use std::process::ExitCode;

use groove::Instrument;
use kit::Kit;

const SAMPLE_RATE: u32 = 48_000;

/// Two bars of 16ths at 110 BPM: (instrument, sixteen digits per bar, `.` nothing, 9 velocity .95).
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
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [path, out] = &arguments[..] else {
        eprintln!("usage: groove KIT OUT.wav");
        return ExitCode::from(2);
    };
    match play(Path::new(path), Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn play(path: &Path, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let loaded = sample_kit::load(path)?;
    println!("{}: {} MB", loaded.name, loaded.kit.bytes() >> 20);
    for instrument in Instrument::ALL {
        let regions = &loaded.kit.pads[instrument.index()].regions;
        println!("  {}: {} recordings", instrument.name(), regions.len());
    }
    for line in &loaded.unread {
        println!("  not read: {line}");
    }
    let mut kit = Kit::new(SAMPLE_RATE as f32);
    assert!(kit.set_samples(Some(&loaded.kit)), "a new kit has room for recordings");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(out, spec)?;
    let step = (f64::from(SAMPLE_RATE) * 60.0 / 110.0 / 4.0) as usize;
    let mut peak = 0.0_f32;
    for i in 0..64 + 16 {
        for (instrument, line) in GROOVE {
            let digit = line.chars().nth(i % 32).and_then(|c| c.to_digit(10));
            if let Some(digit) = digit.filter(|_| i < 64) {
                if instrument == Instrument::ClosedHiHat {
                    kit.choke(Instrument::OpenHiHat);
                }
                kit.trigger(instrument, digit as f32 / 10.0 + 0.05);
            }
        }
        let (mut left, mut right) = (vec![0.0; step], vec![0.0; step]);
        kit.render(&mut left, &mut right);
        for (left, right) in left.into_iter().zip(right) {
            peak = peak.max(left.abs()).max(right.abs());
            file.write_sample(left)?;
            file.write_sample(right)?;
        }
    }
    file.finalize()?;
    println!("  peak {:.1} dBFS", 20.0 * peak.log10());
    Ok(())
}
