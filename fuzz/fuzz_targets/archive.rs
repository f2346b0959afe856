//! Any bytes as an archive of MIDI files: listed, and each file read up to the trainer's limit.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;

// The trainer is a program and no library: its reader is taken as it stands.
#[path = "../../trainer/src/data/source.rs"]
mod source;

fn read(path: &std::path::Path) -> anyhow::Result<()> {
    let mut source = source::Source::open(path)?;
    for name in source.names()?.iter().take(20) {
        match source.read(name, source::MAX_MIDI_BYTES) {
            Ok(bytes) => assert!(bytes.len() as u64 <= source::MAX_MIDI_BYTES),
            Err(error) => assert!(!format!("{error:#}").contains('\n'), "{error:#}"),
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("jangdan-fuzz-{}.zip", std::process::id()));
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    if let Err(error) = read(&path) {
        assert!(!format!("{error:#}").contains('\n'), "{error:#}");
    }
});
