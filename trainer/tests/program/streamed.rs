//! Archives of any size are read a few megabytes at a time.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::archive::midi;
use crate::run::said;

const FILES: usize = 400;
/// Text beside the notes of each file, bytes.
const TEXT: usize = 1 << 20;
/// Memory limit of the trainer in KiB: a third of the files' size. The Groove MIDI Dataset takes less than 60,000.
const ALLOWED_KIB: usize = FILES * TEXT / 3 / 1024;

/// A performance with a second track, of one long text.
fn midi_with_text() -> Vec<u8> {
    let mut bytes = midi(0);
    // Header: format 1, two tracks.
    bytes[8..12].copy_from_slice(&[0, 1, 0, 2]);
    let mut track = vec![0, 0xff, 0x01];
    track.extend([14, 7].map(|shift| (TEXT >> shift) as u8 & 0x7f | 0x80));
    track.push((TEXT & 0x7f) as u8);
    track.resize(track.len() + TEXT, b'~');
    track.extend([0, 0xff, 0x2f, 0]);
    bytes.extend(b"MTrk");
    bytes.extend((track.len() as u32).to_be_bytes());
    bytes.extend(track);
    bytes
}

/// The same performance under many names, compressed once.
fn write_archive(path: &Path) {
    let mut one = ZipWriter::new(Cursor::new(Vec::new()));
    one.start_file("0.mid", SimpleFileOptions::default()).unwrap();
    one.write_all(&midi_with_text()).unwrap();
    let mut one = ZipArchive::new(one.finish().unwrap()).unwrap();
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..FILES {
        many.raw_copy_file_rename(one.by_index(0).unwrap(), format!("groove/{i}.mid")).unwrap();
    }
    std::fs::write(path, many.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn an_archive_of_three_times_the_memory_allowed_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    write_archive(&folder.path().join("groove.zip"));
    let limited = format!("ulimit -d {ALLOWED_KIB} && exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_trainer")])
        .args(["windows", "--data", "groove.zip", "--out", "tokens"])
        .env("RAYON_NUM_THREADS", "2")
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    let said = said(output);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.stdout.contains(&format!("from {FILES} files")), "{said:?}");
}
