//! Soundfonts of our own making: SF2, and SF3 with its compressed recordings.

use std::path::Path;

use groove::Instrument;
use sample_kit::{Error, Loaded, load};
use testkit::{Random, harmed};

/// A decaying sine of 441 Hz: 2205 samples at 22050 Hz, one channel, Ogg Vorbis.
const OGG: &[u8] = include_bytes!("fixtures/sine.ogg");
const COMPRESSED: u16 = 0x11;
const PLAIN: u16 = 1;

/// A recording in a soundfont: its bytes, and its type.
type Recording<'a> = (&'a [u8], u16);

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let padding = &[0][..content.len() % 2];
    [&name[..], &(content.len() as u32).to_le_bytes(), content, padding].concat()
}

fn words(all: &[u16]) -> Vec<u8> {
    all.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn name(text: &str) -> Vec<u8> {
    let mut name = text.as_bytes().to_vec();
    name.resize(20, 0);
    name
}

/// A soundfont with one preset in bank 128: recording n plays key 36 + 2 n, so kick and snare, at their own pitch; the beginning of the
/// kick is moved by `moved` samples.
fn soundfont(recordings: &[Recording<'_>], moved: u16) -> Vec<u8> {
    let count = recordings.len() as u16;
    let mut samples = Vec::new();
    let mut headers = Vec::new();
    for (n, &(bytes, kind)) in recordings.iter().enumerate() {
        let unit = if kind == COMPRESSED { 1 } else { 2 };
        // So that a place in bytes is one in samples, too.
        samples.resize(samples.len().next_multiple_of(2), 0);
        let start = samples.len() / unit;
        samples.extend(bytes);
        headers.extend(name("recording"));
        for field in [start, start + bytes.len() / unit, start, start, 22_050] {
            headers.extend((field as u32).to_le_bytes());
        }
        headers.extend([36 + 2 * n as u8, 0]);
        headers.extend(words(&[0, kind]));
    }
    samples.resize(samples.len() + 92, 0);
    headers.extend([name("EOS"), vec![0; 26]].concat());
    let (mut bags, mut generators) = (Vec::new(), Vec::new());
    for n in 0..count {
        bags.extend([generators.len() as u16 / 2, 0]);
        // Keys; the first sample; the recording.
        generators.extend([43, 0x0101 * (36 + 2 * n)]);
        generators.extend([0, if n == 0 { moved } else { 0 }, 53, n]);
    }
    bags.extend([generators.len() as u16 / 2, 0]);
    let preset = [name("Kit"), words(&[0, 128, 0, 0, 0, 0, 0, 0, 0])].concat();
    let last_preset = [name("EOP"), words(&[0, 0, 1, 0, 0, 0, 0, 0, 0])].concat();
    let instruments = [name("Kit"), words(&[0]), name("EOI"), words(&[count])].concat();
    let parameters = [
        &b"pdta"[..],
        &chunk(b"phdr", &[&preset[..38], &last_preset[..38]].concat()),
        &chunk(b"pbag", &words(&[0, 0, 1, 0])),
        &chunk(b"pmod", &[0; 10]),
        &chunk(b"pgen", &words(&[41, 0, 0, 0])),
        &chunk(b"inst", &instruments),
        &chunk(b"ibag", &words(&bags)),
        &chunk(b"imod", &[0; 10]),
        &chunk(b"igen", &words(&[&generators[..], &[0, 0]].concat())),
        &chunk(b"shdr", &headers),
    ]
    .concat();
    let about =
        [&b"INFO"[..], &chunk(b"ifil", &words(&[3, 1])), &chunk(b"INAM", b"Kit\0")].concat();
    let content = [
        &b"sfbk"[..],
        &chunk(b"LIST", &about),
        &chunk(b"LIST", &[&b"sdta"[..], &chunk(b"smpl", &samples)].concat()),
        &chunk(b"LIST", &parameters),
    ]
    .concat();
    chunk(b"RIFF", &content)
}

fn read(folder: &Path, bytes: &[u8]) -> Result<Loaded, Error> {
    let path = folder.join("kit.sf3");
    std::fs::write(&path, bytes).expect("written");
    load(&path)
}

fn frames(loaded: &Loaded, instrument: Instrument) -> Option<usize> {
    loaded.kit.pads[instrument.index()].regions.first().map(|region| region.sound.frames())
}

#[test]
fn compressed_recordings_are_read_as_plain_ones_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain: Vec<u8> = (0..1000_i16).flat_map(|n| (n * 32).to_le_bytes()).collect();
    let sf2 =
        read(folder.path(), &soundfont(&[(&plain, PLAIN), (&plain, PLAIN)], 100)).expect("a kit");
    assert_eq!(sf2.name, "Kit");
    assert_eq!(
        (frames(&sf2, Instrument::Kick), frames(&sf2, Instrument::Snare)),
        (Some(900), Some(1000))
    );
    // Both kinds in one file; the beginning of the first is moved.
    let sf3 =
        read(folder.path(), &soundfont(&[(OGG, COMPRESSED), (&plain, PLAIN)], 100)).expect("a kit");
    assert!(sf3.unread.is_empty(), "{:?}", sf3.unread);
    assert_eq!(
        (frames(&sf3, Instrument::Kick), frames(&sf3, Instrument::Snare)),
        (Some(2105), Some(1000))
    );
    let (kick, snare) = (&sf3.kit.pads[0].regions[0], &sf3.kit.pads[1].regions[0]);
    assert!((0.3..0.6).contains(&kick.sound.peak()), "{}", kick.sound.peak());
    assert_eq!(snare.sound, sf2.kit.pads[1].regions[0].sound);
    assert_eq!((kick.speed, snare.speed), (1.0, 1.0));
}

#[test]
fn a_broken_recording_is_told_and_the_others_play() {
    let folder = tempfile::tempdir().expect("a folder");
    let noise = [0x5a; 300];
    let loaded = read(folder.path(), &soundfont(&[(OGG, COMPRESSED), (&noise, COMPRESSED)], 0))
        .expect("a kit");
    assert_eq!(
        (frames(&loaded, Instrument::Kick), frames(&loaded, Instrument::Snare)),
        (Some(2205), None)
    );
    assert_eq!(loaded.unread, ["Snare: a recording is broken"]);
    // As MuseScore General Lite is written: no zero after recordings of an odd length.
    let mut bytes = soundfont(&[(OGG, COMPRESSED)], 0);
    let place = bytes.windows(4).position(|name| name == b"smpl").expect("recordings");
    let length = u32::from_le_bytes(bytes[place + 4..place + 8].try_into().expect("four bytes"));
    let end = place + 8 + length as usize;
    bytes[place + 4..place + 8].copy_from_slice(&(length - 1).to_le_bytes());
    bytes.remove(end - 1);
    let loaded = read(folder.path(), &bytes).expect("a kit");
    assert_eq!(frames(&loaded, Instrument::Kick), Some(2205));
    // Nothing is left of the first after more than there is of it.
    let loaded = read(folder.path(), &soundfont(&[(OGG, COMPRESSED), (OGG, COMPRESSED)], 30_000))
        .expect("a kit");
    assert_eq!(
        (frames(&loaded, Instrument::Kick), frames(&loaded, Instrument::Snare)),
        (None, Some(2205))
    );
}

#[test]
fn damaged_soundfonts_never_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = soundfont(&[(OGG, COMPRESSED), (&[1; 64], PLAIN)], 0);
    let mut random = Random(7);
    for round in 0..300 {
        // Mostly the tables behind the recordings.
        let kept = if round % 4 == 0 { 0 } else { whole.len() - 600 };
        let bytes = [&whole[..kept], &harmed(&whole[kept..], &[], &mut random)].concat();
        if let Err(error) = read(folder.path(), &bytes) {
            assert!(!error.to_string().contains(['\n', '\r']), "{error}");
        }
    }
}
