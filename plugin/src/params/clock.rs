//! The transport of the standalone, which has no host: set in the window, read by the audio thread.
//!
//! nice-plug's standalone reports a song that plays from the start at the tempo of its command line
//! (under JACK: the server's transport). Only the first tempo of it is used. In hosts a [`Clock`]
//! is never in charge.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The slowest and the fastest tempo, in quarter notes a minute.
pub const TEMPOS: (f64, f64) = (20.0, 300.0);
/// The tempo before one is known.
pub const DEFAULT_TEMPO: f64 = 120.0;

/// The standalone's transport. Any thread may read and write it at any time.
#[derive(Debug)]
pub struct Clock {
    is_in_charge: AtomicBool,
    is_playing: AtomicBool,
    /// Bits of the quarter notes a minute; NaN until one is known.
    tempo: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            is_in_charge: AtomicBool::new(false),
            is_playing: AtomicBool::new(false),
            tempo: AtomicU64::new(f64::NAN.to_bits()),
        }
    }
}

impl Clock {
    /// Whether this is the transport, because there is no host.
    pub fn is_in_charge(&self) -> bool {
        self.is_in_charge.load(Ordering::Relaxed)
    }

    /// Sets whether this is the transport.
    pub fn take_charge(&self, is_in_charge: bool) {
        self.is_in_charge.store(is_in_charge, Ordering::Relaxed);
    }

    /// Whether it plays.
    pub fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Relaxed)
    }

    /// Plays from the start, or stops.
    pub fn play(&self, is_playing: bool) {
        self.is_playing.store(is_playing, Ordering::Relaxed);
    }

    /// Quarter notes a minute.
    pub fn tempo(&self) -> f64 {
        let tempo = f64::from_bits(self.tempo.load(Ordering::Relaxed));
        if tempo.is_nan() { DEFAULT_TEMPO } else { tempo }
    }

    /// Sets the quarter notes a minute: the nearest of [`TEMPOS`], nothing if it is not a number.
    pub fn set_tempo(&self, tempo: f64) {
        if !tempo.is_nan() {
            let tempo = tempo.clamp(TEMPOS.0, TEMPOS.1);
            self.tempo.store(tempo.to_bits(), Ordering::Relaxed);
        }
    }

    /// Sets the tempo of the command line, unless the user has set one.
    pub(crate) fn begin_at(&self, tempo: Option<f64>) {
        if let Some(tempo) = tempo
            && f64::from_bits(self.tempo.load(Ordering::Relaxed)).is_nan()
        {
            self.set_tempo(tempo);
        }
    }
}
