//! Recordings from WAV, FLAC, AIFF and Ogg Vorbis files, each read once.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::Sound;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::{FilesRead, limits, shown};

/// The endings of files that are read, in lower case.
pub(crate) const ENDINGS: [&str; 5] = ["wav", "flac", "aif", "aiff", "ogg"];

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

/// Decodes a recording of at most [`limits::SECONDS`]; of more than two channels the first two.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<Sound, String> {
    let told = |fault: Fault| fault.to_string();
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
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
    let mut samples = Vec::new();
    let mut packet_samples: Vec<f32> = Vec::new();
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
        (rate, channels) = (now, count);
        packet_samples.resize(buffer.samples_interleaved(), 0.0);
        buffer.copy_to_slice_interleaved(&mut packet_samples);
        for frame in packet_samples.chunks_exact(count) {
            samples.extend_from_slice(&frame[..count.min(2)]);
        }
        if samples.len() as f64 > limits::SECONDS * f64::from(rate) * count.min(2) as f64 {
            break;
        }
    }
    if samples.is_empty() {
        return Err("no sound in it".to_owned());
    }
    Sound::new(rate as f32, channels.min(2), samples).ok_or_else(|| "broken sound".to_owned())
}
