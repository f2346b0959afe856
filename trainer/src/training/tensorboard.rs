//! TensorBoard event files: the curves of a run for those who watch it there.
//!
//! The format is that of TensorFlow's `core/util/event.proto` in records of its `core/lib/io/record_writer.h`:
//! length, masked CRC-32C of the length, message, masked CRC-32C of the message. The few fields needed are
//! written by hand; the crates that write them bring a protobuf compiler's output for all of TensorFlow along.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// Field numbers of `Event`, `Summary` and `Summary.Value`.
mod field {
    pub(super) const WALL_TIME: u8 = 1;
    pub(super) const STEP: u8 = 2;
    pub(super) const FILE_VERSION: u8 = 3;
    pub(super) const SUMMARY: u8 = 5;
    pub(super) const SESSION_LOG: u8 = 7;
    pub(super) const VALUE: u8 = 1;
    pub(super) const TAG: u8 = 1;
    pub(super) const SIMPLE_VALUE: u8 = 2;
    pub(super) const STATUS: u8 = 1;
}

/// `SessionLog.START`: TensorBoard then forgets what earlier files say of this step and later ones.
const START: u64 = 1;

/// An event file being written.
pub(crate) struct EventFile {
    file: File,
    path: PathBuf,
}

impl EventFile {
    /// A new file in `folder`, named as TensorBoard looks for, of a run that goes on from step `step`.
    pub(crate) fn create(folder: &Path, step: u64) -> Result<Self> {
        let time = now();
        // Two starts within a nanosecond do not happen.
        let name = format!("events.out.tfevents.{time:.9}.trainer");
        let path = folder.join(name);
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut events = Self { file, path };
        let mut version = Message::of_event(time, 0);
        version.bytes(field::FILE_VERSION, b"brain.Event:2");
        events.append(&version)?;
        let mut session = Message::default();
        session.number(field::STATUS, START);
        let mut start = Message::of_event(time, step);
        start.bytes(field::SESSION_LOG, &session.0);
        events.append(&start)?;
        Ok(events)
    }

    /// Adds what was measured after step `step`, each number under its tag.
    pub(crate) fn add(&mut self, step: u64, scalars: &[(&str, f64)]) -> Result<()> {
        let mut event = Message::of_event(now(), step);
        event.bytes(field::SUMMARY, &Message::of_scalars(scalars).0);
        self.append(&event)
    }

    fn append(&mut self, message: &Message) -> Result<()> {
        self.file
            .write_all(&record(&message.0))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A protobuf message in the making.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn of_event(wall_time: f64, step: u64) -> Self {
        let mut event = Self::default();
        event.key(field::WALL_TIME, 1);
        event.0.extend(wall_time.to_le_bytes());
        event.number(field::STEP, step);
        event
    }

    fn of_scalars(scalars: &[(&str, f64)]) -> Self {
        let mut summary = Self::default();
        for (tag, number) in scalars {
            let mut value = Self::default();
            value.bytes(field::TAG, tag.as_bytes());
            value.key(field::SIMPLE_VALUE, 5);
            value.0.extend((*number as f32).to_le_bytes());
            summary.bytes(field::VALUE, &value.0);
        }
        summary
    }

    /// Field number and wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
    fn key(&mut self, field: u8, wire_type: u8) {
        self.0.push(field << 3 | wire_type);
    }

    fn number(&mut self, field: u8, number: u64) {
        self.key(field, 0);
        self.varint(number);
    }

    fn bytes(&mut self, field: u8, bytes: &[u8]) {
        self.key(field, 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}

/// `message` as a record of the file.
fn record(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    let checksums = [masked_crc(&length), masked_crc(message)];
    [&length[..], &checksums[0].to_le_bytes(), message, &checksums[1].to_le_bytes()].concat()
}

/// CRC-32C, rotated and shifted, so that a checksum of data with checksums in it stays a good one.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
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
        let summary = Message::of_scalars(&[("a/b", 1.5)]);
        // Value of 10 bytes: tag "a/b", simple_value 1.5 as four bytes.
        let expected = b"\x0a\x0a\x0a\x03a/b\x15\x00\x00\xc0\x3f";
        assert_eq!(summary.0, expected);
        let event = Message::of_event(0.0, 300);
        assert_eq!(event.0, b"\x09\0\0\0\0\0\0\0\0\x10\xac\x02");
    }
}
