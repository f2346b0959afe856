//! What a host hands over beside events, and what comes out.

/// What came out: notes with their samples, keys and, of note-ons, velocities; audio.
#[derive(Default)]
pub(crate) struct Played {
    pub(crate) notes: Vec<(usize, i16, Option<f32>)>,
    pub(crate) audio: [Vec<f32>; 2],
    /// Of the outputs beside the mix.
    pub(crate) stems: Vec<[Vec<f32>; 2]>,
}

impl Played {
    /// Fails if it differs from `wanted` in a note or a bit of a sample.
    pub(crate) fn assert_is(&self, wanted: &Self) {
        assert_eq!(self.notes, wanted.notes);
        assert!(self.audio == wanted.audio, "the notes are the same, the sound is not");
    }
}

/// What is handed over beside a buffer for the mix.
#[derive(Clone, Default)]
pub(crate) struct Ports {
    /// How many outputs.
    pub(crate) stems: usize,
    /// Those of them that come without samples, though they are on.
    pub(crate) empty: Vec<usize>,
    /// What comes in, if there is an input.
    pub(crate) sidechain: Option<Vec<f32>>,
}
