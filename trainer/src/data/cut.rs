//! Which windows the recordings are cut into, and which split each belongs to.

use groove::{STEPS, STEPS_PER_BEAT};

use super::windows::{Recordings, Window};
use super::{DataOptions, Split, Windowing, bars, seed};

/// The windows of train, validation and test.
pub(super) fn cut(recordings: &Recordings, options: &DataOptions) -> [Vec<Window>; 3] {
    let train_hop = options.train_hop_beats.map(|beats| beats.max(1) as usize * STEPS_PER_BEAT);
    match options.windowing {
        Windowing::Bars => cut_bars(recordings, train_hop),
        Windowing::Seed => cut_seed(recordings, train_hop.unwrap_or(STEPS)),
    }
}

fn cut_bars(recordings: &Recordings, train_hop: Option<usize>) -> [Vec<Window>; 3] {
    let mut splits = [Vec::new(), Vec::new(), Vec::new()];
    for (i, sequence) in recordings.sequences.iter().enumerate() {
        let split = recordings.performances[sequence.performance].split;
        let hop = train_hop.filter(|_| split == Split::Train);
        let starts = bars::starts(&sequence.steps, hop);
        splits[split as usize].extend(starts.map(|start| Window { sequence: i as u32, start }));
    }
    splits
}

/// The first 90 % of the windows train. With another hop than the published one the training windows
/// come from the files that lie wholly within those, so that validation shares no file with them.
fn cut_seed(recordings: &Recordings, train_hop: usize) -> [Vec<Window>; 3] {
    let sequences = &recordings.sequences;
    let windows_of = |i: usize, hop| {
        let starts = seed::starts(&sequences[i].steps, hop);
        starts.map(move |start| Window { sequence: i as u32, start })
    };
    let mut train: Vec<Window> = (0..sequences.len()).flat_map(|i| windows_of(i, STEPS)).collect();
    let validation = train.split_off(train.len() * 9 / 10);
    if train_hop != STEPS {
        let performance = |window: &Window| sequences[window.sequence as usize].performance;
        let mut files: Vec<usize> = train.iter().map(performance).collect();
        files.dedup();
        // The one file that may lie on both sides.
        if validation.first().map(performance) == files.last().copied() {
            files.pop();
        }
        train = (0..sequences.len())
            .filter(|&i| files.binary_search(&sequences[i].performance).is_ok())
            .flat_map(|i| windows_of(i, train_hop))
            .collect();
    }
    [train, validation, Vec::new()]
}
