//! Windows: places in step sequences, with what is known of the performances they come from.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use groove::{Bar, Pattern, STEPS, StepSequence, Token};

use super::{PerformanceInfo, Split};

/// A pattern of a performance, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Index of the sequence it is cut from.
    pub(super) sequence: u32,
    /// Its first step there.
    pub(super) start: u32,
}

/// What the windows of all splits are cut from.
#[derive(Debug)]
pub(super) struct Recordings {
    pub(super) sequences: Vec<Sequence>,
    /// Labelled fills that are too short for a window.
    pub(super) fills: Vec<Sequence>,
    pub(super) performances: Vec<PerformanceInfo>,
}

/// A performance, or one of its drum tracks, on the step grid.
#[derive(Debug)]
pub(super) struct Sequence {
    /// Index of the performance.
    pub(super) performance: usize,
    pub(super) steps: StepSequence,
}

/// Windows in order, cut out when asked for. Clones share the recordings.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    recordings: Arc<Recordings>,
    windows: Vec<Window>,
}

impl Windows {
    pub(super) fn new(recordings: Arc<Recordings>, windows: Vec<Window>) -> Self {
        Self { recordings, windows }
    }

    /// Number of windows.
    pub(crate) fn len(&self) -> usize {
        self.windows.len()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// Those of them that start on a bar line, counted from their sequence's first step.
    pub(crate) fn on_bar_lines(&self) -> Self {
        let is_on_bar_line =
            |window: &&Window| (window.start as usize).is_multiple_of(self.bar_of(window).steps());
        let windows = self.windows.iter().filter(is_on_bar_line).copied().collect();
        Self { recordings: self.recordings.clone(), windows }
    }

    /// Number of performances of each primary style in the whole data, whatever their split, those included that
    /// are too short for a window.
    pub(crate) fn performances_by_style(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for performance in &self.recordings.performances {
            *counts.entry(performance.primary_style()).or_default() += 1;
        }
        counts
    }

    /// The primary styles of their performances, such as `funk` of `funk/groove1`, each with its windows:
    /// the style with most windows first, those of which nothing is said left out.
    pub(crate) fn by_style(&self) -> Vec<(String, Self)> {
        let mut styles: BTreeMap<&str, Vec<Window>> = BTreeMap::new();
        for (i, window) in self.windows.iter().enumerate() {
            styles.entry(self.info(i).primary_style()).or_default().push(*window);
        }
        styles.remove("");
        let mut styles: Vec<_> = styles
            .into_iter()
            .map(|(style, windows)| {
                (style.to_owned(), Self { recordings: self.recordings.clone(), windows })
            })
            .collect();
        styles.sort_by_key(|(_, windows)| std::cmp::Reverse(windows.len()));
        styles
    }

    /// The pattern in window `i`, with velocities and micro-offsets.
    ///
    /// # Panics
    /// If `i` is [`len`](Self::len) or more; likewise the others.
    pub(crate) fn pattern(&self, i: usize) -> Pattern {
        let window = self.windows[i];
        self.sequence(i).steps.pattern(window.start as usize)
    }

    /// The tokens of window `i`.
    pub(crate) fn tokens(&self, i: usize) -> [Token; STEPS] {
        self.pattern(i).tokens()
    }

    /// The performance window `i` comes from: its file, style, drummer and split.
    pub(crate) fn info(&self, i: usize) -> &PerformanceInfo {
        &self.recordings.performances[self.sequence(i).performance]
    }

    /// The labelled fills of `split` that are too short for a window, as they were played, from their first bar line on.
    pub(crate) fn fills(&self, split: Split) -> Vec<(&PerformanceInfo, &StepSequence)> {
        let fills = self.recordings.fills.iter();
        let with_info = fills.map(|fill| (&self.recordings.performances[fill.performance], fill));
        with_info
            .filter(|(info, _)| info.split == split)
            .map(|(info, fill)| (info, &fill.steps))
            .collect()
    }

    /// Those of them that are in such bars.
    pub(crate) fn in_bars(&self, is_wanted: impl Fn(Bar) -> bool) -> Self {
        let windows = self.windows.iter().filter(|window| is_wanted(self.bar_of(window)));
        Self { recordings: self.recordings.clone(), windows: windows.copied().collect() }
    }

    /// Those of them that come from such performances.
    pub(crate) fn of_performances(&self, is_wanted: impl Fn(&PerformanceInfo) -> bool) -> Self {
        let is_kept = |i: &usize| is_wanted(self.info(*i));
        let windows = (0..self.len()).filter(is_kept).map(|i| self.windows[i]).collect();
        Self { recordings: self.recordings.clone(), windows }
    }

    /// What the bars of window `i` are.
    pub(crate) fn bar(&self, i: usize) -> Bar {
        self.sequence(i).steps.bar()
    }

    fn bar_of(&self, window: &Window) -> Bar {
        self.recordings.sequences[window.sequence as usize].steps.bar()
    }

    fn sequence(&self, i: usize) -> &Sequence {
        &self.recordings.sequences[self.windows[i].sequence as usize]
    }

    /// Writes the tokens of all windows to `out`: 64 little-endian u16 each.
    ///
    /// # Errors
    /// If writing fails.
    pub(crate) fn write_tokens(&self, out: &mut impl Write) -> std::io::Result<()> {
        for i in 0..self.len() {
            for token in self.tokens(i) {
                out.write_all(&token.value().to_le_bytes())?;
            }
        }
        Ok(())
    }
}
