//! Recordings that are made here, and what is heard in them.

use std::f32::consts::TAU;
use std::path::PathBuf;

use groove::{Grid, Metre};
use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::TempDir;

use super::*;
use crate::files::clip_file::{ClipFile, ClipTarget};

/// Notes of a bass and a guitar, by the seconds at which they begin.
#[derive(Clone, Copy, Default)]
struct Notes<'a> {
    bass: &'a [f64],
    guitar: &'a [f64],
}

/// A WAV of such notes, as long as `seconds`.
fn recorded(folder: &TempDir, notes: Notes<'_>, seconds: f64, spec: WavSpec) -> PathBuf {
    let rate = f64::from(spec.sample_rate);
    let mut sound = vec![0.0_f32; (seconds * rate).round() as usize];
    let all = notes.bass.iter().map(|at| (at, 55.0));
    for (at, hz) in all.chain(notes.guitar.iter().map(|at| (at, 392.0))) {
        for (n, sample) in sound.iter_mut().skip((at * rate).round() as usize).enumerate() {
            let s = n as f32 / rate as f32;
            let tone = (1..6).map(|k| (TAU * hz * k as f32 * s).sin() / k as f32);
            *sample += 0.2 * (s / 0.003).min(1.0) * (-6.0 * s).exp() * tone.sum::<f32>();
        }
    }
    let path = folder.path().join("line.wav");
    let mut file = WavWriter::create(&path, spec).unwrap();
    for sample in sound {
        for _ in 0..spec.channels {
            match spec.sample_format {
                SampleFormat::Float => file.write_sample(sample).unwrap(),
                SampleFormat::Int => file.write_sample((sample * 32_767.0) as i16).unwrap(),
            }
        }
    }
    file.finalize().unwrap();
    path
}

const PLAIN: WavSpec = WavSpec {
    channels: 1,
    sample_rate: 44_100,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

fn heard(path: &Path, bar: Bar) -> ClipFile {
    ClipFile::hear(path, ClipTarget::Live, 120.0, bar).unwrap()
}

/// The steps at which `instrument` is struck.
fn steps(file: &ClipFile, instrument: Instrument) -> Vec<u32> {
    let hits = file.clip.sequences[0].hits().iter();
    hits.filter(|hit| hit.instrument == instrument).map(|hit| hit.step).collect()
}

/// A bass on the beat of every other 8th, a guitar on two and four, over two bars at 120 BPM, from `start` on.
fn two_bars(start: f64) -> (Vec<f64>, Vec<f64>) {
    let at = |steps: &[u32]| steps.iter().map(|step| start + f64::from(*step) * 0.125).collect();
    (at(&[0, 6, 16, 22, 26]), at(&[4, 12, 20, 28]))
}

#[test]
fn what_is_struck_after_silence_lies_on_the_grid_from_the_first_onset_on() {
    let folder = TempDir::new().unwrap();
    let float = SampleFormat::Float;
    for spec in [
        PLAIN,
        WavSpec { channels: 2, sample_rate: 48_000, ..PLAIN },
        WavSpec { channels: 6, sample_rate: 96_000, bits_per_sample: 32, sample_format: float },
    ] {
        let (bass, guitar) = two_bars(0.71);
        let notes = Notes { bass: &bass, guitar: &guitar };
        let file = heard(&recorded(&folder, notes, 5.0, spec), Bar::COMMON);
        assert_eq!(steps(&file, Instrument::Kick), [0, 6, 16, 22, 26], "{spec:?}");
        assert_eq!(steps(&file, Instrument::Snare), [4, 12, 20, 28], "{spec:?}");
        let hits = file.clip.sequences[0].hits().iter();
        let early = hits.map(|hit| hit.hit.micro_offset().abs()).fold(0.0, f32::max);
        assert!(early < 0.13, "within 16 ms: {early}");
        let said = "2 bars at 120 BPM; 9 onsets, 5 of them low; the first is on the one";
        assert_eq!(file.report(), said);
        let taken = file.take(1, 2).unwrap();
        assert!(taken.is_line);
        assert_eq!(taken.report, "2 bars at 120 BPM, 2 taken; 9 onsets");
        assert_eq!(taken.pattern.count(), 18, "two bars are played over");
    }
}

#[test]
fn a_recording_that_is_cut_on_the_bar_begins_on_the_one() {
    let folder = TempDir::new().unwrap();
    // It begins with a rest of a beat, and lasts four bars.
    let (bass, guitar) = two_bars(0.5);
    let notes = Notes { bass: &bass, guitar: &guitar };
    let file = heard(&recorded(&folder, notes, 8.01, PLAIN), Bar::COMMON);
    assert_eq!(steps(&file, Instrument::Kick), [4, 10, 20, 26, 30]);
    let said = "4 bars at 120 BPM; 9 onsets, 5 of them low; it begins on the one";
    assert_eq!(file.report(), said);
    // In 3/4 it is not: four bars and a bit.
    let waltz = Bar::new(Metre::new(3, 4).unwrap(), Grid::Triplets);
    let file = heard(&recorded(&folder, notes, 8.01, PLAIN), waltz);
    assert!(file.report().starts_with("3 bars at 120 BPM"), "{}", file.report());
    assert_eq!(file.clip.sequences[0].bar(), waltz);
    assert_eq!(steps(&file, Instrument::Kick)[0], 0);
}

#[test]
fn the_one_is_moved_by_steps_and_nothing_before_it_is_lost() {
    let folder = TempDir::new().unwrap();
    let (bass, guitar) = two_bars(0.3);
    let notes = Notes { bass: &bass, guitar: &guitar };
    let mut file = heard(&recorded(&folder, notes, 5.0, PLAIN), Bar::COMMON);
    let plain = file.clone();
    file.shift(1);
    file.shift(1);
    assert_eq!(steps(&file, Instrument::Kick), [14, 20, 30, 36, 40]);
    assert_eq!(file.bars.len(), 3);
    assert!(file.report().ends_with("; the one is 2 steps after the first"), "{}", file.report());
    file.shift(-3);
    assert_eq!(steps(&file, Instrument::Kick), [1, 7, 17, 23, 27]);
    file.shift(1);
    assert_eq!(file, plain);
}

#[test]
fn a_flac_is_heard() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("line.flac");
    std::fs::write(&path, flac()).unwrap();
    let file = heard(&path, Bar::COMMON);
    assert_eq!(file.clip.sequences[0].hits().len(), 2, "{:?}", file.clip);
}

/// Four seconds of FLAC at 8 kHz: blocks of silence, and two in which a square wave of 2 kHz dies away.
fn flac() -> Vec<u8> {
    const BLOCK: usize = 4096;
    let mut file = b"fLaC".to_vec();
    file.extend([0x80, 0, 0, 34]); // the last of the metadata: STREAMINFO
    file.extend([(BLOCK >> 8) as u8, 0].repeat(2)); // least and most samples in a block
    file.extend([0; 6]); // lengths of frames are not known
    // 8000 Hz, one channel, 16 bits; how many samples is not known.
    file.extend((8000_u64 << 44 | 15 << 36).to_be_bytes());
    file.extend([0; 16]); // no checksum
    for number in 0..8_u8 {
        let mut frame = vec![0xff, 0xf8, 0b1100_0100, 0b0000_1000, number];
        frame.push(crc8(&frame));
        if matches!(number, 2 | 5) {
            frame.push(0b0000_0010); // verbatim
            for n in 0..BLOCK {
                let sample = 24_000.0 * (1.0 - n as f32 / BLOCK as f32);
                let sample = if n % 4 < 2 { sample } else { -sample };
                frame.extend((sample as i16).to_be_bytes());
            }
        } else {
            frame.extend([0, 0, 0]); // constant: silence
        }
        let check = crc16(&frame);
        frame.extend(check.to_be_bytes());
        file.extend(frame);
    }
    file
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| crc << 1 ^ if crc & 0x80 == 0 { 0 } else { 0x07 })
    })
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        let crc = crc ^ u16::from(*byte) << 8;
        (0..8).fold(crc, |crc, _| crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x8005 })
    })
}

#[test]
fn of_a_recording_longer_than_ten_minutes_the_beginning_is_heard() {
    let folder = TempDir::new().unwrap();
    let notes = Notes { bass: &[599.0, 601.0], guitar: &[1.0] };
    let path = recorded(&folder, notes, 605.0, WavSpec { sample_rate: 8000, ..PLAIN });
    let file = heard(&path, Bar::COMMON);
    let said = "300 bars at 120 BPM; 2 onsets, 1 of them low; the first is on the one; the first 10 minutes";
    assert_eq!(file.report(), said);
}

#[test]
fn what_cannot_be_heard_is_told_in_one_line() {
    let folder = TempDir::new().unwrap();
    let told = |path: &Path| {
        let error = ClipFile::hear(path, ClipTarget::Live, 120.0, Bar::COMMON).unwrap_err();
        assert!(!error.contains(['\n', '\r']), "{error:?}");
        error
    };
    let silent = recorded(&folder, Notes::default(), 1.0, PLAIN);
    assert_eq!(told(&silent), "line.wav: nothing is struck in it");
    let slow = recorded(&folder, Notes::default(), 1.0, WavSpec { sample_rate: 4000, ..PLAIN });
    assert_eq!(told(&slow), "line.wav: onsets are not found at 4000 Hz");
    assert!(told(folder.path()).ends_with("a folder, not a file"));
    told(&folder.path().join("gone.wav"));
    let path = folder.path().join("broken.wav");
    for bytes in [&b""[..], b"RIFF", b"RIFF\xff\xff\xff\xffWAVEfmt ", &[0xff; 4096], b"MThd\0\0"] {
        std::fs::write(&path, bytes).unwrap();
        told(&path);
    }
}

#[test]
fn damaged_recordings_and_tempos_out_of_range_never_panic() {
    let folder = TempDir::new().unwrap();
    let (bass, guitar) = two_bars(0.1);
    let path = recorded(&folder, Notes { bass: &bass, guitar: &guitar }, 1.0, PLAIN);
    for bpm in [0.0, -1.0, 1e-300, 1e300, f64::NAN, f64::INFINITY] {
        let file = ClipFile::hear(&path, ClipTarget::Live, bpm, Bar::COMMON).unwrap();
        assert!(file.take(1, 4).is_ok(), "{bpm}");
    }
    let whole = std::fs::read(&path).unwrap();
    let mut random = testkit::Random(3);
    for _ in 0..60 {
        std::fs::write(&path, testkit::harmed(&whole, &[], &mut random)).unwrap();
        _ = ClipFile::hear(&path, ClipTarget::Live, 120.0, Bar::COMMON);
    }
}
