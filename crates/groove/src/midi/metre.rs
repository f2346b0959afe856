//! Bars: a file's time signatures, and which of its bars a pattern can hold.

use super::{Performance, TimeSignature};
use crate::bar::{Bar, CLOCKS_PER_QUARTER, Grid, Metre};
use crate::pattern::STEPS_PER_BAR;
use crate::time::Ticks;

/// Clocks in a quarter note.
const CLOCKS: u64 = CLOCKS_PER_QUARTER as u64;

/// A stretch of a file in one metre. Its first bar begins where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) start: u64,
    /// Where the next one begins; `None` of the last.
    pub(super) end: Option<u64>,
    pub(super) signature: TimeSignature,
}

impl TimeSignature {
    /// The metre that bars of this one are read in, and after how many clocks each such bar may begin; `None` if a
    /// pattern cannot hold it.
    ///
    /// 4/4 for 2/2, 8/8 and what is a whole number of them (4/2), and for 2/4 and 4/8, two of which are one.
    pub(super) fn read_as(self) -> Option<(Metre, u64)> {
        if let Some(sixteenths) = self.sixteenths_of_four_four() {
            return Some((Metre::FOUR_FOUR, sixteenths * Grid::Sixteenths.step_clocks() as u64));
        }
        let denominator = 1_u32.checked_shl(self.denominator_power.into())?;
        let metre = Metre::new(self.numerator.into(), denominator)?;
        Some((metre, metre.clocks() as u64))
    }

    /// How many 16ths of a bar of this metre begin a bar of 4/4: 16 or 8.
    const fn sixteenths_of_four_four(self) -> Option<u64> {
        let numerator = self.numerator as u64;
        let whole = numerator * STEPS_PER_BAR as u64;
        let (steps, rest) = match self.denominator_power {
            power @ 0..=7 => (whole >> power, whole & ((1 << power) - 1)),
            _ => return None,
        };
        if rest != 0 || !numerator.is_power_of_two() {
            return None;
        }
        match steps {
            8 => Some(8),
            _ if steps > 0 && steps.is_multiple_of(STEPS_PER_BAR as u64) => {
                Some(STEPS_PER_BAR as u64)
            }
            _ => None,
        }
    }
}

impl Section {
    /// The sections of `performance`: by its signatures, the last of several at a tick, 4/4 before the first.
    /// Sections that go on in step with one another are one.
    pub(super) fn of(performance: &Performance) -> Vec<Self> {
        let four_four = TimeSignature { start: Ticks(0), numerator: 4, denominator_power: 2 };
        let mut signatures = vec![four_four];
        for &signature in &performance.time_signatures {
            if signatures.last().is_some_and(|last| last.start == signature.start) {
                signatures.pop();
            }
            signatures.push(signature);
        }
        let ticks_per_beat = u64::from(performance.ticks_per_beat);
        let mut sections: Vec<Self> = Vec::new();
        for signature in signatures {
            let start = signature.start.0;
            if let Some(last) = sections.last_mut() {
                let read_as = signature.read_as();
                let read_as = read_as.filter(|_| last.signature.read_as() == read_as);
                let clocks = CLOCKS * (start - last.start);
                if read_as.is_some_and(|(_, unit)| clocks.is_multiple_of(unit * ticks_per_beat)) {
                    continue;
                }
                last.end = Some(start);
            }
            sections.push(Self { start, end: None, signature });
        }
        sections
    }

    /// The section that a hit at `ticks` belongs to: up to half a 16th before a section it is the first step's.
    pub(super) fn at(sections: &[Self], ticks: Ticks, ticks_per_beat: u16) -> usize {
        let eighths = |ticks: u64| 8 * ticks;
        let late = eighths(ticks.0) + u64::from(ticks_per_beat);
        sections.partition_point(|section| eighths(section.start) <= late) - 1
    }

    /// The step of `grid` nearest to `ticks`, counted from the section's beginning, the later of two equally near ones,
    /// and how many steps after it `ticks` is, in `[-0.5, 0.5)`.
    pub(super) fn nearest_step(&self, ticks: Ticks, ticks_per_beat: u16, grid: Grid) -> (u64, f32) {
        // In units of a tick times a clock, everything is a whole number.
        let position = (i128::from(ticks.0) - i128::from(self.start)) * i128::from(CLOCKS);
        let length = i128::from(ticks_per_beat) * grid.step_clocks() as i128;
        let step = ((2 * position + length).div_euclid(2 * length)).max(0);
        let distance = (position - step * length) as f64;
        (step as u64, (distance / length as f64) as f32)
    }

    /// The number of whole bars from step `origin` on; `None` of the last section.
    pub(super) fn whole_bars(&self, origin: u64, ticks_per_beat: u16, bar: Bar) -> Option<u64> {
        let length = u64::from(ticks_per_beat) * bar.grid().step_clocks() as u64;
        let steps = CLOCKS * (self.end? - self.start) / length;
        Some(steps.saturating_sub(origin) / bar.steps() as u64)
    }

    /// Steps of `grid` from the section's beginning to `ticks`.
    pub(super) fn steps_to(&self, ticks: Ticks, ticks_per_beat: u16, grid: Grid) -> f64 {
        let length = f64::from(ticks_per_beat) * grid.step_clocks() as f64;
        (ticks.0 as f64 - self.start as f64) * CLOCKS as f64 / length
    }

    /// Whether all of this section is less than a bar of `next`, its neighbour: a pickup, if it is the first.
    pub(super) fn is_pickup_of(&self, next: &Self, ticks_per_beat: u16) -> bool {
        next.bar(Ticks(2 * next.start - self.start), ticks_per_beat) == 0
    }

    /// The number of the bar, in the section's own metre, that `ticks` is in.
    pub(super) fn bar(&self, ticks: Ticks, ticks_per_beat: u16) -> u64 {
        let since = u128::from(ticks.0.saturating_sub(self.start));
        let beats = u128::from(self.signature.numerator) * 4 * u128::from(ticks_per_beat);
        // A bar is `beats` / 2^power ticks; a denominator no note has makes it the shortest one.
        let power = u32::from(self.signature.denominator_power).min(64);
        ((since << power) / beats.max(1)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(start: u64, numerator: u8, denominator_power: u8) -> TimeSignature {
        TimeSignature { start: Ticks(start), numerator, denominator_power }
    }

    #[test]
    fn metres_with_the_16ths_of_four_four_are_read_as_it_and_others_as_themselves() {
        let read_as = |numerator, power| {
            let read_as = signature(0, numerator, power).read_as();
            read_as.map(|(metre, unit)| (metre.to_string(), unit))
        };
        for (numerator, power) in [(4, 2), (2, 1), (8, 3), (16, 4), (1, 0), (4, 1), (8, 2)] {
            assert_eq!(
                read_as(numerator, power),
                Some(("4/4".to_owned(), 96)),
                "{numerator}/2^{power}"
            );
        }
        for (numerator, power) in [(2, 2), (4, 3), (1, 1)] {
            assert_eq!(
                read_as(numerator, power),
                Some(("4/4".to_owned(), 48)),
                "{numerator}/2^{power}"
            );
        }
        for (numerator, power, name, clocks) in [
            (3, 2, "3/4", 72),
            (6, 3, "6/8", 72),
            (12, 3, "12/8", 144),
            (12, 2, "12/4", 288),
            (5, 2, "5/4", 120),
        ] {
            assert_eq!(read_as(numerator, power), Some((name.to_owned(), clocks)));
        }
        for (numerator, power) in [(1, 2), (4, 9), (1, 7), (11, 3), (3, 4), (4, 200)] {
            assert_eq!(read_as(numerator, power), None, "{numerator}/2^{power}");
        }
    }

    #[test]
    fn sections_are_cut_where_bars_cannot_go_on() {
        let sections = |time_signatures: &[TimeSignature]| {
            let performance = Performance {
                ticks_per_beat: 100,
                tempo: super::super::TempoMap::new(100, &[]),
                time_signatures: time_signatures.to_vec(),
                markers: Vec::new(),
                tracks: Vec::new(),
                repairs: Vec::new(),
            };
            let sections = Section::of(&performance);
            let told =
                |section: &Section| (section.start, section.end, section.signature.numerator);
            sections.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(sections(&[]), [(0, None, 4)]);
        // The last of several at a tick; the same metre again at a bar line, and within a bar.
        let again =
            [signature(0, 3, 2), signature(0, 4, 2), signature(800, 3, 2), signature(800, 4, 2)];
        assert_eq!(sections(&again), [(0, None, 4)]);
        let within = [signature(0, 4, 2), signature(100, 4, 2)];
        assert_eq!(sections(&within), [(0, Some(100), 4), (100, None, 4)]);
        // 2/2 goes on from 4/4; 3/4 does not, nor 2/4, whose bars are halves.
        let change = [signature(400, 2, 1), signature(800, 3, 2), signature(1100, 2, 2)];
        assert_eq!(sections(&change), [(0, Some(800), 4), (800, Some(1100), 3), (1100, None, 2)]);
    }

    #[test]
    fn an_onset_goes_to_its_nearest_step_and_keeps_its_distance() {
        let section = Section { start: 100, end: None, signature: signature(100, 4, 2) };
        let nearest = |ticks: u64, ticks_per_beat| {
            section.nearest_step(Ticks(100 + ticks), ticks_per_beat, Grid::Sixteenths)
        };
        assert_eq!(nearest(0, 480), (0, 0.0));
        assert_eq!(nearest(120, 480), (1, 0.0));
        assert_eq!(nearest(150, 480), (1, 0.25));
        assert_eq!(nearest(179, 480), (1, 59.0 / 120.0));
        assert_eq!(nearest(180, 480), (2, -0.5));
        // A division that no step divides: steps at 1.25, 2.5, 3.75 ticks.
        assert_eq!(nearest(3, 5), (2, 0.4));
        assert_eq!(nearest(1, 1), (4, 0.0));
        // Before the section's beginning: its first step, early.
        assert_eq!(section.nearest_step(Ticks(70), 480, Grid::Sixteenths), (0, -0.25));
        assert_eq!(Section::at(&[section, section], Ticks(40), 480), 1);
    }
}
