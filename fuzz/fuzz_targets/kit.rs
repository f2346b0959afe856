//! Any bytes as a kit: an SFZ, Hydrogen's XML or an SF2, by the first byte, beside a recording that it may name; or as that recording.
#![no_main]

use std::fs;
use std::path::Path;
use std::sync::Once;

use libfuzzer_sys::fuzz_target;

/// A WAV file of eight samples.
fn recording() -> Vec<u8> {
    let mut bytes = b"RIFF\x34\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\x10\0\0\0".to_vec();
    bytes.extend([0, 32, 0, 64, 0, 96, 0, 64, 0, 32, 0, 0, 0, 160, 0, 224]);
    bytes
}

fn read(path: &Path) {
    match sample_kit::load(path) {
        Ok(loaded) => assert!(loaded.unread.iter().all(|line| !line.contains('\n'))),
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
}

// Decoders of others panic at times, which the reader turns into an error: the fuzzer's own hook would end it there. What comes out
// of the target ends it all the same.
static WITHOUT_HOOK: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    WITHOUT_HOOK.call_once(|| std::panic::set_hook(Box::new(|_| ())));
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let folder = std::env::temp_dir().join(format!("jangdan-fuzz-kit-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let name = ["kit.sfz", "drumkit.xml", "kit.sf2", "snare.wav", "snare.flac", "snare.ogg"]
        [usize::from(first) % 6];
    fs::write(folder.join("kick.wav"), recording()).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
    match name.starts_with("snare") {
        true => read(&folder),
        false => read(&folder.join(name)),
    }
    fs::remove_file(folder.join(name)).unwrap();
});
