//! What the step model learns from: windows and labelled fills, each with a context drawn for it, in batches of as many steps.

use std::collections::BTreeMap;
use std::ops::Range;

use groove::{Bar, Pattern};
use musicvae::config::Drawn;
use musicvae::context::Context;
use musicvae::noise::{Noise, Purpose};

use super::fills::Fills;
use super::{contexts, metres};
use crate::data::{Dataset, Split, Windows};

/// The most examples of one metre and grid in an epoch.
const MOST_OF_BAR: usize = 512;
/// How often an example may come in an epoch, where there are few of its metre and grid.
const MOST_TIMES: usize = 3;

/// Windows and labelled fills of one reading of the data.
struct Set {
    windows: Windows,
    fills: Fills,
}

/// What is learned from.
pub(super) struct Examples {
    drawn: Drawn,
    /// Read in 4/4 and 16ths; and, of other bars, in their own.
    sets: [Set; 2],
    /// Of each bar, by name.
    groups: BTreeMap<String, Vec<Example>>,
}

/// A pattern to learn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    set: usize,
    index: usize,
    is_fill: bool,
    made: Made,
}

/// What is made of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// Nothing: it is as it was played.
    Played,
    /// Bars of another metre.
    Into(Bar),
    /// A shuffle, or steps of 8ths.
    Divided(Bar),
    /// Both, the shuffle first.
    DividedInto(Bar),
}

impl Made {
    /// `pattern` made into it, if no figure is cut.
    fn of(self, pattern: &Pattern) -> Option<Pattern> {
        match self {
            Self::Played => Some(*pattern),
            Self::Into(bar) => metres::made_into(pattern, bar),
            Self::Divided(bar) => metres::divided(pattern, bar),
            Self::DividedInto(bar) => {
                metres::made_into(&metres::divided(pattern, metres::TRIPLETS)?, bar)
            }
        }
    }
}

impl Examples {
    /// Those of `split` for the model that draws such bars: of 4/4 in 16ths from `data`, of others also from `others`, the
    /// same performances as they are.
    pub(super) fn new(drawn: Drawn, data: &Dataset, others: &Dataset, split: Split) -> Self {
        let set = |windows: Windows| Set { fills: Fills::new(&windows, split), windows };
        let common = data.split(split).on_bar_lines();
        let others = others.split(split).on_bar_lines().in_bars(|bar| bar != Bar::COMMON);
        let mut examples =
            Self { drawn, sets: [set(common), set(others)], groups: BTreeMap::new() };
        let mut found = Vec::new();
        for (set, Set { windows, fills }) in examples.sets.iter().enumerate() {
            for (count, is_fill) in [(windows.len(), false), (fills.len(), true)] {
                let example = |index| Example { set, index, is_fill, made: Made::Played };
                found.extend((0..count).map(example));
            }
        }
        for example in found {
            examples.add(example);
        }
        examples
    }

    /// Adds what `example`, as it was played, is good for.
    fn add(&mut self, example: Example) {
        let is_common = example.set == 0;
        if self.drawn == Drawn::Common {
            if is_common {
                // Each fill twice, with other beats before it.
                for _ in 0..if example.is_fill { 2 } else { 1 } {
                    self.group(Bar::COMMON).push(example);
                }
            }
            return;
        }
        let (pattern, fill, _) =
            self.played(example, &mut Noise::new(0, Purpose::Context, 1 << 41));
        let mut makes = Vec::new();
        if !is_common {
            makes.push((pattern.bar(), Made::Played));
        }
        if is_common && fill.is_none() {
            makes.extend([metres::TRIPLETS, metres::EIGHTHS].map(|bar| (bar, Made::Divided(bar))));
            makes
                .extend(metres::of_grid(metres::TRIPLETS).map(|bar| (bar, Made::DividedInto(bar))));
        }
        makes.extend(metres::of_grid(pattern.bar()).map(|bar| (bar, Made::Into(bar))));
        for (bar, made) in makes {
            let is_good = match &fill {
                None => made.of(&pattern).is_some(),
                Some(fill) if made == Made::Played => fill.end == pattern.steps(),
                Some(fill) => metres::fill_made_into(&pattern, fill, bar).is_some(),
            };
            if is_good {
                self.group(bar).push(Example { made, ..example });
            }
        }
    }

    fn group(&mut self, bar: Bar) -> &mut Vec<Example> {
        self.groups.entry(name(bar)).or_default()
    }

    /// The pattern of `example` as it was played, the steps of its fill if it is one, and its window.
    fn played(
        &self,
        example: Example,
        noise: &mut Noise,
    ) -> (Pattern, Option<Range<usize>>, usize) {
        let Set { windows, fills } = &self.sets[example.set];
        if example.is_fill {
            let (pattern, fill, window) = fills.pattern(example.index, windows, noise);
            return (pattern, Some(fill), window);
        }
        (windows.pattern(example.index), None, example.index)
    }

    /// The pattern of `example`, the steps of its fill, and the style of its performance.
    fn pattern(
        &self,
        example: Example,
        noise: &mut Noise,
    ) -> (Pattern, Option<Range<usize>>, &str) {
        let (pattern, fill, window) = self.played(example, noise);
        let style = self.sets[example.set].windows.info(window).primary_style();
        let Some(fill) = fill else {
            let made = example.made.of(&pattern).unwrap_or(pattern);
            return (made, None, style);
        };
        match example.made {
            // With another beat before it a figure might be cut: then it is left as it is.
            Made::Into(bar)
                if let Some((made, fill)) = metres::fill_made_into(&pattern, &fill, bar) =>
            {
                (made, Some(fill), style)
            }
            _ => (pattern, Some(fill), style),
        }
    }

    /// Number of examples of each bar, and how many of them are as they were played.
    pub(super) fn counts(&self) -> Vec<(&str, usize, usize)> {
        let is_played = |example: &&Example| example.made == Made::Played;
        let count = |(bar, examples): (_, &Vec<Example>)| {
            (String::as_str(bar), examples.len(), examples.iter().filter(is_played).count())
        };
        self.groups.iter().map(count).collect()
    }

    /// The batches of epoch `epoch`: of patterns of as many steps each, as near to `size` of them as there are.
    pub(super) fn batches(&self, size: usize, seed: u64, epoch: u64) -> Vec<Vec<Example>> {
        let mut noise = Noise::new(seed, Purpose::Shuffle, (1 << 32) + epoch);
        let mut by_steps: BTreeMap<usize, Vec<Example>> = BTreeMap::new();
        for examples in self.groups.values() {
            let mut order = examples.clone();
            let steps = self.steps(examples[0]);
            if self.drawn == Drawn::Common {
                by_steps.entry(steps).or_default().append(&mut order);
                continue;
            }
            noise.shuffle(&mut order);
            let count = MOST_OF_BAR.min(MOST_TIMES * order.len());
            by_steps.entry(steps).or_default().extend(order.iter().cycle().take(count));
        }
        let mut batches: Vec<Vec<Example>> = Vec::new();
        for mut examples in by_steps.into_values() {
            noise.shuffle(&mut examples);
            let size = size.min(examples.len());
            batches.extend(examples.chunks_exact(size).map(<[_]>::to_vec));
        }
        if self.drawn == Drawn::AnyBar {
            noise.shuffle(&mut batches);
        }
        batches
    }

    fn steps(&self, example: Example) -> usize {
        let mut noise = Noise::new(0, Purpose::Context, 1 << 41);
        self.pattern(example, &mut noise).0.steps()
    }

    /// The patterns of `batch`, all of as many steps, and what is told of each.
    pub(super) fn drawn(
        &self,
        batch: &[Example],
        styles: &[&str],
        noise: &mut Noise,
    ) -> (Vec<Pattern>, Vec<Context>) {
        let of = |&example: &Example| {
            let (pattern, fill, style) = self.pattern(example, noise);
            let style = styles.iter().position(|name| *name == style).map(|place| place as u16);
            let context = match fill {
                None => contexts::of_window(&pattern, style, noise),
                Some(fill) => contexts::of_fill(&pattern, &fill, style, noise),
            };
            (pattern, context)
        };
        let all: Vec<_> = batch.iter().map(of).collect();
        // A fill that could not be made into its bar has other steps.
        let steps = all.first().map_or(0, |(pattern, _)| pattern.steps());
        all.into_iter().filter(|(pattern, _)| pattern.steps() == steps).unzip()
    }

    /// At most `most` patterns of each bar, with their styles, evenly spread.
    pub(super) fn some_of_each(&self, most: usize) -> Vec<(&str, Vec<(Pattern, &str)>)> {
        let some = |(bar, examples): (_, &Vec<Example>)| {
            let windows: Vec<&Example> =
                examples.iter().filter(|example| !example.is_fill).collect();
            let count = windows.len().min(most);
            let chosen = (0..count).map(|i| *windows[i * windows.len() / count]);
            let mut noise = Noise::new(0, Purpose::Context, 1 << 41);
            let patterns = chosen.map(|example| {
                let (pattern, _, style) = self.pattern(example, &mut noise);
                (pattern, style)
            });
            (String::as_str(bar), patterns.collect())
        };
        self.groups.iter().map(some).collect()
    }
}

/// What a bar is called.
fn name(bar: Bar) -> String {
    format!("{} {}", bar.metre(), bar.grid().id())
}
