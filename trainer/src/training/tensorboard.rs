//! TensorBoard event files with the metrics of a run.
//!
//! The format is that of TensorFlow's `core/util/event.proto` in records of its `core/lib/io/record_writer.h`.
//! The few fields needed are written by hand: crates for it bring the protobuf messages of all of TensorFlow.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// An event file being written.
pub(crate) struct EventFile {
    file: File,
    path: PathBuf,
}

impl EventFile {
    /// A new file in `folder`, with a name that TensorBoard looks for, of a run that goes on from step `step`.
    pub(crate) fn create(folder: &Path, step: u64) -> Result<Self> {
        let path = folder.join(format!("events.out.tfevents.{:.9}.trainer", now()));
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut events = Self { file, path };
        // Event.file_version
        events.append(0, &bytes(3, b"brain.Event:2"))?;
        // Event.session_log with status START: TensorBoard then drops what earlier files have of later steps.
        events.append(step, &bytes(7, &number(1, 1)))?;
        Ok(events)
    }

    /// Adds `scalars`, each a tag and its value after step `step`.
    pub(crate) fn add(&mut self, step: u64, scalars: &[(String, f64)]) -> Result<()> {
        self.append(step, &summary(scalars))
    }

    fn append(&mut self, step: u64, content: &[u8]) -> Result<()> {
        self.file
            .write_all(&record(&event(now(), step, content)))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// `Event` with wall time, step and another field.
fn event(wall_time: f64, step: u64, content: &[u8]) -> Vec<u8> {
    [&[1 << 3 | 1][..], &wall_time.to_le_bytes(), &number(2, step), content].concat()
}

/// `Event.summary`: a `Value` of tag and simple value for each of `scalars`.
fn summary(scalars: &[(String, f64)]) -> Vec<u8> {
    let value = |(tag, value): &(String, f64)| {
        let value = (*value as f32).to_le_bytes();
        bytes(1, &[&bytes(1, tag.as_bytes())[..], &[2 << 3 | 5], &value].concat())
    };
    bytes(5, &scalars.iter().flat_map(value).collect::<Vec<_>>())
}

/// A protobuf field that holds a number.
fn number(field: u8, number: u64) -> Vec<u8> {
    [&[field << 3][..], &varint(number)].concat()
}

/// A protobuf field that holds bytes, a text or a message.
fn bytes(field: u8, bytes: &[u8]) -> Vec<u8> {
    [&[field << 3 | 2][..], &varint(bytes.len() as u64), bytes].concat()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// `message` as a record of the file: length, its checksum, message, its checksum.
fn record(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    // CRC-32C rotated and shifted, as TensorFlow masks it.
    let checksum =
        |bytes: &[u8]| crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes();
    [&length[..], &checksum(&length), message, &checksum(message)].concat()
}

/// CRC-32 with Castagnoli's polynomial, a bit at a time: a record has a hundred bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 != 0 { POLYNOMIAL } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standard() {
        // RFC 3720, appendix B.4, and the usual check of nine digits.
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }

    #[test]
    fn an_event_file_begins_as_tensorflows_do() {
        let folder = tempfile::tempdir().unwrap();
        EventFile::create(folder.path(), 0).unwrap();
        let entry = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        assert!(entry.file_name().to_str().unwrap().starts_with("events.out.tfevents."));
        let bytes = std::fs::read(entry.path()).unwrap();
        // A version event of 26 bytes here, 24 in TensorFlow's files, which leave a step of 0 out.
        assert_eq!(bytes[..8], 26u64.to_le_bytes());
        assert_eq!(bytes[12], 0x09, "the wall time first");
        assert_eq!(&bytes[21..38], b"\x10\x00\x1a\x0dbrain.Event:2");
        // The first twelve bytes of every event file that TensorFlow writes.
        let theirs = record(&[0; 24]);
        assert_eq!(theirs[..12], [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
    }

    #[test]
    fn scalars_are_written_as_protobuf_has_them() {
        // Summary of 12 bytes, value of 10: tag "a/b", simple_value 1.5 as four bytes.
        let expected = b"\x2a\x0c\x0a\x0a\x0a\x03a/b\x15\x00\x00\xc0\x3f";
        assert_eq!(summary(&[("a/b".into(), 1.5)]), expected);
        assert_eq!(event(0.0, 300, b""), b"\x09\0\0\0\0\0\0\0\0\x10\xac\x02");
    }
}
