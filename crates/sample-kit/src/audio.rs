//! Recordings from WAV, FLAC, AIFF and Ogg Vorbis files, each read once.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::Sound;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use crate::{Error, FilesRead, limits, shown};

/// The endings of files that are read, in lower case.
pub const ENDINGS: [&str; 5] = ["wav", "flac", "aif", "aiff", "ogg"];

/// The recordings of a kit that have been read so far.
#[derive(Default)]
pub(crate) struct Recordings {
    read: HashMap<PathBuf, Result<Arc<Sound>, String>>,
    bytes: usize,
    files: FilesRead,
}

impl Recordings {
    /// The files that were read.
    pub(crate) fn files(&self) -> &FilesRead {
        &self.files
    }

    /// The recording at `path`, read once however often it is asked for.
    pub(crate) fn get(&mut self, path: &Path) -> Result<Arc<Sound>, String> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let told = |why: String| format!("{}: {why}", shown(path));
        let sound = if self.read.len() >= limits::RECORDINGS {
            Err(told(format!("more than {} recordings", limits::RECORDINGS)))
        } else {
            self.decode_file(path).map_err(told)
        };
        self.read.insert(path.to_path_buf(), sound.clone());
        sound
    }

    fn decode_file(&mut self, path: &Path) -> Result<Arc<Sound>, String> {
        let bytes = whole_files::read(path, limits::RECORDING, "a recording")
            .map_err(|error| error.to_string())?;
        self.files.add(path, &bytes);
        let sound = decode(bytes)?;
        self.bytes += sound.bytes();
        if self.bytes > limits::MEMORY {
            return Err(format!("the kit needs more than {} MB", limits::MEMORY >> 20));
        }
        Ok(Arc::new(sound))
    }
}

/// A piece of a recording.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The sample rate in Hz.
    pub rate: u32,
    /// The number of channels; not 0.
    pub channels: usize,
    /// Frames of so many samples.
    pub samples: &'a [f32],
}

/// Tells the pieces of the recording at `path` one after another, so that a long one needs no memory, until `heard` breaks off.
/// A file that ends early gives what there is of it.
///
/// # Errors
/// If it cannot be read, is larger than [`limits::HEARD`], or holds no sound.
pub fn hear(path: &Path, mut heard: impl FnMut(Piece<'_>) -> ControlFlow<()>) -> Result<(), Error> {
    let told = |why: &dyn std::fmt::Display| Error::new(format!("{}: {why}", shown(path)));
    let file = whole_files::open(path).map_err(|error| told(&error))?;
    let size = file.metadata().map_err(|error| told(&error))?.len();
    if size > limits::HEARD {
        return Err(told(&format!("{size} bytes are too many for a recording")));
    }
    decode_pieces(Box::new(file), &mut heard).map_err(|why| told(&why))
}

/// Decodes a recording of at most [`limits::SECONDS`]; of more than two channels the first two.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<Sound, String> {
    let (rate, channels, samples) = decode_channels(bytes, 2)?;
    Sound::new(rate as f32, channels, samples).ok_or_else(|| "broken sound".to_owned())
}

/// Decodes the first channel of a recording of at most [`limits::SECONDS`].
pub(crate) fn decode_one_channel(bytes: Vec<u8>) -> Result<Vec<f32>, String> {
    decode_channels(bytes, 1).map(|(_, _, samples)| samples)
}

/// The sample rate in Hz, the number of channels, and the interleaved samples of the first `most` channels.
fn decode_channels(bytes: Vec<u8>, most: usize) -> Result<(u32, usize, Vec<f32>), String> {
    let (mut rate, mut channels) = (0, 0);
    let mut samples = Vec::new();
    decode_pieces(Box::new(Cursor::new(bytes)), &mut |piece| {
        (rate, channels) = (piece.rate, piece.channels.min(most));
        for frame in piece.samples.chunks_exact(piece.channels) {
            samples.extend_from_slice(&frame[..channels]);
        }
        match samples.len() as f64 > limits::SECONDS * f64::from(rate) * channels as f64 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    Ok((rate, channels, samples))
}

/// Decodes `source` piece by piece until `take` breaks off.
fn decode_pieces(
    source: Box<dyn MediaSource>,
    take: &mut dyn FnMut(Piece<'_>) -> ControlFlow<()>,
) -> Result<(), String> {
    // The decoder checks no sums of what a damaged header says.
    let decode = AssertUnwindSafe(|| decode_all(source, take));
    catch_unwind(decode).unwrap_or_else(|_panic| Err("broken sound".to_owned()))
}

fn decode_all(
    source: Box<dyn MediaSource>,
    take: &mut dyn FnMut(Piece<'_>) -> ControlFlow<()>,
) -> Result<(), String> {
    let told = |fault: Fault| fault.to_string();
    let source = MediaSourceStream::new(source, Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(told)?;
    let track = format.default_track(TrackType::Audio).ok_or("no sound in it")?;
    let track_id = track.id;
    let codec =
        track.codec_params.as_ref().and_then(|codec| codec.audio()).ok_or("no sound in it")?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(codec, &AudioDecoderOptions::default())
        .map_err(told)?;
    let (mut rate, mut channels) = (0, 0);
    let mut samples: Vec<f32> = Vec::new();
    // A file that ends early gives what there is of it.
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id != track_id {
            continue;
        }
        let buffer = match decoder.decode(&packet) {
            Ok(buffer) => buffer,
            Err(Fault::DecodeError(_)) => continue,
            Err(_) => break,
        };
        let (now, count) = (buffer.spec().rate(), buffer.spec().channels().count());
        if count == 0 || (channels != 0 && (rate, channels) != (now, count)) {
            return Err("its format changes halfway".to_owned());
        }
        samples.resize(buffer.samples_interleaved(), 0.0);
        if samples.is_empty() {
            continue;
        }
        (rate, channels) = (now, count);
        buffer.copy_to_slice_interleaved(&mut samples);
        if take(Piece { rate, channels, samples: &samples }).is_break() {
            break;
        }
    }
    if channels == 0 { Err("no sound in it".to_owned()) } else { Ok(()) }
}
