//! The audio ports: the mix, or beside it each instrument and the room by themselves; with or without an input for audio that is
//! followed.

use std::num::NonZeroU32;

use engine::Event;
use groove::sequencer::Lanes;
use groove::{Articulation, Instrument};
use kit::{Kit, STEMS, Stems};
use nice_plug::prelude::{AudioIOLayout, Buffer, PortNames, new_nonzero_u32};

const STEREO: NonZeroU32 = new_nonzero_u32(2);

/// The ports that a host may choose from; the first choice counts unless it does. The VST3 has the last, which has them all,
/// of which its host switches on what it wants.
pub(super) const LAYOUTS: &[AudioIOLayout] = &[
    AudioIOLayout { names: named("Mix", &[]), ..MIX },
    AudioIOLayout { names: named("Mix, each instrument and the room", &NAMES), ..STEMS_BESIDE },
    AudioIOLayout { aux_input_ports: SIDECHAIN, names: named("Mix, sidechain", &[]), ..MIX },
    AudioIOLayout {
        aux_input_ports: SIDECHAIN,
        names: named("Mix, each instrument and the room, sidechain", &NAMES),
        ..STEMS_BESIDE
    },
];

const SIDECHAIN: &[NonZeroU32] = &[STEREO];

const MIX: AudioIOLayout =
    AudioIOLayout { main_output_channels: Some(STEREO), ..AudioIOLayout::const_default() };

const STEMS_BESIDE: AudioIOLayout = AudioIOLayout { aux_output_ports: &[STEREO; STEMS], ..MIX };

const fn named(layout: &'static str, stems: &'static [&'static str]) -> PortNames {
    PortNames {
        layout: Some(layout),
        // nice-plug 0.4.2 reads the name of the main output from that of the main input, of which there is none.
        main_input: Some("Mix"),
        main_output: Some("Mix"),
        aux_inputs: &["Sidechain"],
        aux_outputs: stems,
    }
}

/// The names of the stems: those of [`Instrument`](groove::Instrument), and the room.
const NAMES: [&str; STEMS] = [
    "Kick",
    "Snare",
    "High tom",
    "Low-mid tom",
    "Floor tom",
    "Open hat",
    "Closed hat",
    "Crash",
    "Ride",
    "Room",
];

/// The kit and where it plays, rendered up to the event at hand.
pub(super) struct Stage<'a, 'b> {
    pub(super) kit: &'a mut Kit,
    pub(super) left: &'a mut [f32],
    pub(super) right: &'a mut [f32],
    /// None, or one for each stem.
    pub(super) stems: &'a mut [Buffer<'b>],
    pub(super) rendered: usize,
}

impl Stage<'_, '_> {
    /// Plays `event` on the kit, at its sample.
    pub(super) fn play(&mut self, event: Event, lanes: &Lanes) {
        match event {
            Event::NoteOn { at, instrument, velocity, articulation, .. } => {
                self.render_until(at.0 as usize);
                Instrument::ALL
                    .into_iter()
                    .filter(|&other| lanes.chokes(instrument, other))
                    .for_each(|choked| self.kit.choke(choked));
                self.kit.strike(instrument, articulation, velocity);
            }
            Event::NoteOff { at, instrument, articulation: Articulation::Choke, .. } => {
                self.render_until(at.0 as usize);
                self.kit.choke(instrument);
            }
            Event::NoteOff { .. } => {}
        }
    }

    pub(super) fn render_until(&mut self, end: usize) {
        let part = self.rendered..end.max(self.rendered);
        self.rendered = part.end;
        let (left, right) = (&mut self.left[part.clone()], &mut self.right[part.clone()]);
        if self.stems.is_empty() {
            return self.kit.render(left, right);
        }
        let mut buffers = self.stems.iter_mut();
        // What a host leaves out is not rendered.
        let mut stems: Stems<'_> = std::array::from_fn(|_| match buffers.next()?.as_slice() {
            [left, right] => Some([left.get_mut(part.clone())?, right.get_mut(part.clone())?]),
            _ => None,
        });
        self.kit.render_stems(left, right, &mut stems);
    }

    /// Multiplies all that was rendered by `gains`, one a sample.
    pub(super) fn apply(&mut self, mut gain: impl FnMut() -> f32) {
        for n in 0..self.rendered {
            let gain = gain();
            self.left[n] *= gain;
            self.right[n] *= gain;
            for stem in &mut *self.stems {
                for samples in stem.as_slice() {
                    if let Some(x) = samples.get_mut(n) {
                        *x *= gain;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use groove::Instrument;

    use super::*;

    #[test]
    fn stems_are_called_as_their_instruments() {
        for instrument in Instrument::ALL {
            assert_eq!(NAMES[instrument.index()], instrument.name());
        }
    }
}
