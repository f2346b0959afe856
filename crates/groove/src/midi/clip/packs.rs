//! Packs on the grid: patterns that play at the same time, or in sequences of their own, read one after another.

use super::Clip;
use crate::midi::channel::Voice;
use crate::midi::{ClipOptions, Part, Performance};
use crate::step_sequence::{MAX_STEPS, SequenceTooLong, StepSequence};
use crate::time::Ticks;

impl Clip {
    /// The drums of `sequences`, which have no time in common: those that have some.
    pub(super) fn of_independent(sequences: &[Performance], options: ClipOptions) -> Self {
        let mut clip = Self::default();
        for sequence in sequences {
            let name = sequence.tracks.first().map_or("", |track| &track.name);
            if let Err(error) = clip.append(name, Self::of(sequence, options)) {
                return Self { no_drums: Some(error.into()), ..Self::default() };
            }
        }
        if clip.parts.len() < 2 {
            clip.parts.clear();
        }
        clip
    }

    /// Fills `sequences` with the hits of each of `tracks`, one after another.
    pub(super) fn bring_pack_onto_grid(
        &mut self,
        performance: &Performance,
        tracks: &[(Voice, Ticks)],
        options: ClipOptions,
    ) -> Result<(), SequenceTooLong> {
        for (track, end) in tracks {
            let mut clip = Self::default();
            clip.bring_onto_grid(performance, track, *end, &[], options)?;
            clip.parts.clear();
            self.append(&track.name, clip)?;
        }
        Ok(())
    }

    /// Adds `clip`, the pattern called `name`, or the patterns that it holds. All together are as long as a sequence may be,
    /// for a small file may name thousands.
    fn append(&mut self, name: &str, mut clip: Self) -> Result<(), SequenceTooLong> {
        let steps: usize =
            self.sequences.iter().chain(&clip.sequences).map(StepSequence::len).sum();
        if steps > MAX_STEPS as usize {
            return Err(SequenceTooLong { steps: steps as u64 });
        }
        let bars = |clip: &Self| clip.sequences.iter().map(StepSequence::bars).sum::<usize>();
        let (before, bars) = (bars(self), bars(&clip));
        if bars > 0 {
            self.report.is_loop = clip.report.is_loop && (before == 0 || self.report.is_loop);
            if clip.parts.is_empty() {
                clip.parts.push(Part { name: name.to_owned(), bar: 1, bars });
            }
            // One pattern with drums is enough.
            self.no_drums = None;
        } else if before == 0 {
            self.no_drums = self.no_drums.take().or(clip.no_drums);
        }
        self.parts
            .extend(clip.parts.into_iter().map(|part| Part { bar: before + part.bar, ..part }));
        self.report.channel = self.report.channel.or(clip.report.channel);
        self.report.note_map = self.report.note_map.or(clip.report.note_map);
        self.report.bars += clip.report.bars;
        self.report.grids.append(&mut clip.report.grids);
        self.report.repairs.append(&mut clip.report.repairs);
        for (reason, count) in clip.report.left_out {
            self.leave_out(reason, count);
        }
        self.sequences.append(&mut clip.sequences);
        Ok(())
    }
}
