//! The drums of a file on the step grid: one reader for training, encoding and importing.

mod count_in;
mod flams;
mod length;
mod packs;

use self::length::{end_of_drums, length};
use super::channel::{self, Voice};
use super::metre::Section;
use super::{
    ClipOptions, ClipReport, GridFit, LeftOut, NoDrums, Part, Performance, ReadMidiError, pack,
    strokes,
};
use crate::articulation::Articulation;
use crate::bar::{Bar, CLOCKS_PER_QUARTER, Metre};
use crate::instrument::Instrument;
use crate::note_map::KeyMap;
use crate::pattern::{Hit, Pattern};
use crate::step_sequence::{SequenceTooLong, StepHit, StepSequence};
use crate::time::Ticks;

/// The drums of a MIDI file on the step grid.
///
/// - **Bars** follow the time signatures. Metres with the 16ths of 4/4 (2/2, 8/8, two bars of 2/4) are read as 4/4, others
///   that [patterns can have](crate::Metre) as they are; the rest is left out, and so is a pickup. Consecutive bars of one
///   metre are one sequence, on the grid that [fits it best](GridFit).
/// - It **begins** with the bar of the first hit, after a count-in, and **ends** with the bar of the last, unless the
///   end of track, on a bar line, says that there is a rest. A hit pushed ahead of a loop's end belongs to the first step.
/// - A file of one or two bars is a **loop**, played over until it fills a pattern. If a file has four consecutive bars
///   somewhere, shorter stretches are left out; else only the longest stretch is read.
/// - Tracks or channels that are a whole kit each and play at the same time are a **pack**: read one after another. So are the
///   sequences of a file of format 2.
/// - An onset goes to its nearest step, the later of two equally near; its micro-offset counts from there. Of
///   several hits of an instrument on one step the loudest is kept; with a softer one just before it it is a flam.
/// - How an instrument is struck is said by the key, by the foot controller before the note (a half-open hi-hat), and by
///   pressure on the key after it (a crash that is grabbed).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clip {
    /// What was read; empty if [`no_drums`](Self::no_drums) says why.
    pub sequences: Vec<StepSequence>,
    /// The drum patterns of a pack; empty in a file that has but one stretch of music.
    pub parts: Vec<Part>,
    /// How it was read.
    pub report: ClipReport,
    /// Why there is no sequence.
    pub no_drums: Option<NoDrums>,
}

/// A hit on the grid of its section.
#[derive(Clone, Copy, Debug)]
struct Struck {
    start: Ticks,
    step: u64,
    micro_offset: f32,
    velocity: f32,
    key: u8,
    instrument: Option<Instrument>,
    articulation: Articulation,
}

/// General MIDI 2's metronome.
const CLICKS: std::ops::RangeInclusive<u8> = 32..=34;

/// The most reasons, or channels, that a message names.
const REASONS_TOLD: usize = 4;

impl Clip {
    /// Reads the drums of the MIDI file `bytes`.
    ///
    /// # Errors
    /// As [`Performance::read_all`]. A file without drums is none: [`no_drums`](Self::no_drums) says so.
    pub fn read(bytes: &[u8], options: ClipOptions) -> Result<Self, ReadMidiError> {
        let sequences = Performance::read_all(bytes)?;
        Ok(match &sequences[..] {
            [performance] => Self::of(performance, options),
            several => Self::of_independent(several, options),
        })
    }

    /// The drums of `performance`.
    pub fn of(performance: &Performance, options: ClipOptions) -> Self {
        let mut clip = Self::default();
        clip.report.repairs.extend(&performance.repairs);
        let clicks = performance.tracks.iter().filter(|track| channel::is_click(&track.name));
        let clicks = clicks.map(|track| track.notes.len()).sum();
        if clicks > 0 {
            clip.leave_out(LeftOut::Click, clicks);
        }
        let mut voices = Voice::of(performance, options.key_map);
        if options.channel.is_none() {
            voices = Voice::with_single_drums_joined(voices, options.key_map);
        }
        let Some(drums) = Voice::drums(&voices, options.channel) else {
            let found = voices.iter().filter(|voice| !voice.notes.is_empty()).map(Voice::told);
            let found: Vec<String> = found.take(REASONS_TOLD).collect();
            clip.no_drums = Some(match (found.is_empty(), options.channel) {
                (true, _) if clicks > 0 => clip.why_nothing(options),
                (true, _) => NoDrums::NoNotes,
                (false, None) => NoDrums::Melody(found.join(", ")),
                (false, Some(channel)) => NoDrums::Channel(channel),
            });
            return clip;
        };
        let drums = &voices[drums];
        let others = voices.iter().filter(|voice| voice.channel != drums.channel);
        let mut kits = vec![drums];
        if options.channel.is_none() {
            kits.extend(others.clone().filter(|voice| voice.is_whole_kit()));
        }
        let tracks = pack::tracks(performance, &kits);
        kits.retain(|kit| {
            let is_used = tracks.iter().any(|(track, _)| track.channel == kit.channel);
            is_used || kit.channel == drums.channel
        });
        let is_kit = |voice: &Voice| kits.iter().any(|kit| kit.channel == voice.channel);
        for other in others.filter(|voice| !voice.notes.is_empty() && !is_kit(voice)) {
            clip.leave_out(LeftOut::Channel(other.channel), other.notes.len());
        }
        clip.report.channel = Some(drums.channel);
        clip.report.note_map = match drums.key_map {
            KeyMap::Ready(map) => Some(map),
            _ => None,
        };
        let brought = match pack::are_parallel(performance, &tracks) {
            true => clip.bring_pack_onto_grid(performance, &tracks, options),
            false => {
                let end = kits.iter().map(|kit| end_of_drums(performance, kit.channel)).max();
                let places = pack::places(performance, &tracks);
                let all = Voice::together(&kits, options.key_map);
                clip.bring_onto_grid(performance, &all, end.unwrap_or_default(), &places, options)
            }
        };
        if let Err(error) = brought {
            clip.sequences.clear();
            clip.parts.clear();
            clip.no_drums = Some(error.into());
        } else if clip.sequences.is_empty() {
            clip.no_drums = Some(clip.why_nothing(options));
        }
        clip
    }

    /// The pattern that begins with bar `bar`, counted from 1 over all sequences; after a sequence's end there is
    /// silence.
    ///
    /// # Errors
    /// If there are no drums there.
    pub fn pattern(&self, bar: usize) -> Result<Pattern, NoDrums> {
        if let Some(reason) = &self.no_drums {
            return Err(reason.clone());
        }
        let bars = self.sequences.iter().map(StepSequence::bars).sum();
        let mut before = 0;
        for sequence in &self.sequences {
            let place = bar.saturating_sub(1).saturating_sub(before);
            if place < sequence.bars() {
                let pattern = sequence.pattern(place * sequence.bar().steps());
                return if pattern.count() > 0 {
                    Ok(pattern)
                } else {
                    Err(NoDrums::Bar { bar, bars })
                };
            }
            before += sequence.bars();
        }
        Err(NoDrums::Bar { bar, bars })
    }

    fn leave_out(&mut self, reason: LeftOut, count: usize) {
        *self.report.left_out.entry(reason).or_default() += count;
    }

    fn why_nothing(&self, options: ClipOptions) -> NoDrums {
        let told = |is_told: fn(&LeftOut) -> bool| {
            let reasons = self.report.left_out.iter().filter(|(reason, _)| is_told(reason));
            let told: Vec<_> = reasons.map(|(reason, &count)| reason.describe(count)).collect();
            let more = if told.len() > REASONS_TOLD { " and more" } else { "" };
            format!("{}{more}", told[..told.len().min(REASONS_TOLD)].join(", "))
        };
        let metres = told(|reason| matches!(reason, LeftOut::Metre { .. } | LeftOut::Incomplete));
        if metres.is_empty() {
            NoDrums::NoHits(told(|reason| !matches!(reason, LeftOut::Channel(_))))
        } else if options.only_windows {
            NoDrums::NoFourFour(metres)
        } else {
            NoDrums::Metre(metres)
        }
    }

    /// Fills `sequences` with the hits of `drums`, which end at `end`, and `parts` with those that begin at `places`.
    fn bring_onto_grid(
        &mut self,
        performance: &Performance,
        drums: &Voice,
        end: Ticks,
        places: &[(Ticks, String)],
        options: ClipOptions,
    ) -> Result<(), SequenceTooLong> {
        let read_as = |section: &Section| {
            let read_as = section.signature.read_as();
            read_as.filter(|(metre, _)| !options.only_windows || *metre == Metre::FOUR_FOUR)
        };
        let ticks_per_beat = performance.ticks_per_beat;
        let mut found = Vec::new();
        let sections = Section::of(performance);
        let mut last_bar = None;
        let mut is_beginning = true;
        for notes in drums.notes.chunk_by(|a, b| {
            let section = |note: &super::Note| Section::at(&sections, note.start, ticks_per_beat);
            section(a) == section(b)
        }) {
            let place = Section::at(&sections, notes[0].start, ticks_per_beat);
            let section = &sections[place];
            let Some((metre, unit)) = read_as(section) else {
                let next = sections.get(place + 1).filter(|next| read_as(next).is_some());
                let is_pickup = place == 0
                    && next.is_some_and(|next| section.is_pickup_of(next, ticks_per_beat));
                for note in notes {
                    let bar = section.bar(note.start, ticks_per_beat);
                    if is_pickup {
                        self.leave_out(LeftOut::Pickup, 1);
                    } else if last_bar.replace((place, bar)) != Some((place, bar)) {
                        let super::TimeSignature { numerator, denominator_power, .. } =
                            section.signature;
                        self.leave_out(LeftOut::Metre { numerator, denominator_power }, 1);
                    }
                }
                continue;
            };
            let fit = GridFit::of(section, metre, notes, ticks_per_beat);
            let bar = match options.only_windows {
                true => Bar::COMMON,
                false => Bar::new(metre, fit.best),
            };
            let (grid, bar_steps) = (bar.grid(), bar.steps() as u64);
            let unit = unit / grid.step_clocks() as u64;
            let mut hits = Vec::new();
            for note in notes {
                let instrument = drums.key_map.instrument(note.key);
                if instrument.is_none() {
                    let is_click = CLICKS.contains(&note.key);
                    self.leave_out(
                        if is_click { LeftOut::Click } else { LeftOut::Key(note.key) },
                        1,
                    );
                }
                let (step, micro_offset) = section.nearest_step(note.start, ticks_per_beat, grid);
                let velocity = f32::from(note.velocity) / 127.0;
                let articulation = instrument.map_or(Articulation::Plain, |instrument| {
                    strokes::articulation(note, instrument, drums.key_map, &performance.tempo)
                });
                let (start, key) = (note.start, note.key);
                hits.push(Struck {
                    start,
                    step,
                    micro_offset,
                    velocity,
                    key,
                    instrument,
                    articulation,
                });
            }
            hits.sort_by_key(|hit| hit.step);
            if is_beginning {
                self.take_count_in(&mut hits, bar);
            }
            hits.retain(|hit| hit.instrument.is_some());
            let Some(first) = hits.first() else { continue };
            let origin = first.step / unit * unit;
            hits.iter_mut().for_each(|hit| hit.step -= origin);
            let bars = match section.whole_bars(origin, ticks_per_beat, bar) {
                Some(bars) => {
                    let inside = hits.iter().filter(|hit| hit.step < bars * bar_steps).count();
                    let reason = match bars {
                        0 if place == 0 => LeftOut::Pickup,
                        _ => LeftOut::Incomplete,
                    };
                    if inside < hits.len() {
                        self.leave_out(reason, hits.len() - inside);
                    }
                    hits.truncate(inside);
                    let Some(last) = hits.last() else { continue };
                    bars.min(last.step / bar_steps + bar.bars() as u64)
                }
                None => {
                    let line = section.steps_to(end, ticks_per_beat, grid) - origin as f64;
                    let per_beat = CLOCKS_PER_QUARTER as f64 / grid.step_clocks() as f64;
                    let bars = length(&hits, line, per_beat / f64::from(ticks_per_beat), bar);
                    self.wrap(&mut hits, bars * bar_steps);
                    bars
                }
            };
            is_beginning = false;
            flams::find(&mut hits, performance);
            let hit = |hit: Struck| StepHit {
                step: u32::try_from(hit.step).unwrap_or(u32::MAX),
                instrument: hit.instrument.expect("hits without an instrument are left out"),
                hit: Hit::new(hit.velocity, hit.micro_offset).struck_as(hit.articulation),
            };
            let steps = bars * bar_steps;
            if steps > crate::MAX_STEPS {
                return Err(SequenceTooLong { steps });
            }
            let clocks = origin * grid.step_clocks() as u64;
            let start =
                section.start + clocks * u64::from(ticks_per_beat) / CLOCKS_PER_QUARTER as u64;
            let hits = hits.into_iter().map(hit).collect();
            self.report.grids.push(fit);
            found.push((Ticks(start), StepSequence::in_bars(bar, steps, hits)?));
        }
        let starts = self.keep_long_enough(found)?;
        self.parts = pack::parts(&self.sequences, &starts, places, ticks_per_beat);
        Ok(())
    }

    /// Puts hits that are pushed before step `end` on the first step, and leaves out those after it.
    fn wrap(&mut self, hits: &mut Vec<Struck>, end: u64) {
        for hit in hits.iter_mut().filter(|hit| hit.step == end && hit.micro_offset < 0.0) {
            hit.step = 0;
        }
        let all = hits.len();
        hits.retain(|hit| hit.step < end);
        if hits.len() < all {
            self.leave_out(LeftOut::AfterEnd, all - hits.len());
        }
    }

    /// Keeps the sequences of at least a pattern's bars; if there are none, the longest, played over if it is a loop.
    /// Returns where they begin.
    fn keep_long_enough(
        &mut self,
        found: Vec<(Ticks, StepSequence)>,
    ) -> Result<Vec<Ticks>, SequenceTooLong> {
        let longest = found.iter().map(|(_, sequence)| sequence.bars()).max().unwrap_or(0);
        let mut is_first = true;
        let is_kept = |(_, sequence): &(Ticks, StepSequence)| {
            let bars = sequence.bars();
            bars >= sequence.bar().bars() || (bars == longest && std::mem::take(&mut is_first))
        };
        let (kept, left): (Vec<_>, Vec<_>) = found.into_iter().partition(is_kept);
        let apart = left.iter().map(|(_, sequence)| sequence.bars()).sum();
        if apart > 0 {
            self.leave_out(LeftOut::Apart, apart);
        }
        let (starts, kept) = kept.into_iter().unzip();
        self.sequences = kept;
        self.report.bars = self.sequences.iter().map(StepSequence::bars).sum();
        // A loop of three bars does not fill four.
        if let [sequence] = &self.sequences[..]
            && let bar = sequence.bar()
            && (1..bar.bars()).contains(&longest)
            && bar.bars().is_multiple_of(longest)
        {
            let steps = bar.pattern_steps();
            let again = (0..steps).step_by(longest * bar.steps()).flat_map(|start| {
                let hits = sequence.hits().iter();
                hits.map(move |hit| StepHit { step: hit.step + start as u32, ..*hit })
            });
            self.sequences = vec![StepSequence::in_bars(bar, steps as u64, again.collect())?];
            self.report.is_loop = true;
        }
        Ok(starts)
    }
}
