//! Files in other metres than 4/4, and on other grids than 16ths.

use groove::midi::{Clip, LeftOut};
use groove::{Bar, Grid, Instrument, Metre, Pattern};

use super::built_file::{File, Note, drums};

fn bar(numerator: u32, denominator: u32, grid: Grid) -> Bar {
    Bar::new(Metre::new(numerator, denominator).unwrap(), grid)
}

/// Kick on each bar line, and hats `step` beats apart, in bars of `beats` beats from `start` on.
fn bars(start: f64, beats: f64, count: usize, step: f64) -> Vec<Note> {
    let kicks = (0..count).map(|bar| Note(start + beats * bar as f64, 0.1, 10, 36, 100));
    let hats = (0..(beats * count as f64 / step) as usize)
        .map(|i| Note(start + step * i as f64, 0.05, 10, 42, 70));
    kicks.chain(hats).collect()
}

fn steps_of(pattern: &Pattern, instrument: Instrument) -> Vec<usize> {
    let hits = pattern.iter().filter(|(_, found, _)| *found == instrument);
    hits.map(|(step, ..)| step).collect()
}

fn only(clip: &Clip) -> Pattern {
    assert_eq!((clip.sequences.len(), clip.report.left_out.len()), (1, 0), "{:?}", clip.report);
    clip.pattern(1).unwrap()
}

#[test]
fn bars_of_other_metres_are_read_as_what_they_are() {
    for (numerator, power, grid, step, steps) in [
        (3, 2, Grid::Sixteenths, 0.5, 12),
        (5, 2, Grid::Sixteenths, 0.5, 20),
        (6, 3, Grid::Eighths, 0.5, 6),
        (6, 3, Grid::Sixteenths, 0.25, 12),
        (12, 3, Grid::Eighths, 0.5, 12),
        (7, 3, Grid::Eighths, 0.5, 7),
        (10, 3, Grid::Eighths, 0.5, 10),
    ] {
        let beats = f64::from(numerator) * 4.0 / f64::from(1 << power);
        let file =
            File::new(bars(0.0, beats, 4, step)).metre(0.0, numerator, power).ends(4.0 * beats);
        let pattern = only(&file.clip());
        assert_eq!(pattern.bar(), bar(numerator.into(), 1 << power, grid), "{numerator}/2^{power}");
        let kicks: Vec<usize> = (0..4).map(|bar| bar * steps).collect();
        assert_eq!(steps_of(&pattern, Instrument::Kick), kicks, "{numerator}/2^{power}");
    }
}

#[test]
fn triplets_are_read_as_triplets_and_the_errors_of_both_grids_are_told() {
    let shuffle = |swing: f64| -> Vec<Note> {
        let hats = (0..16).flat_map(|beat| [f64::from(beat), f64::from(beat) + swing]);
        let hats = hats.map(|start| Note(start, 0.05, 10, 51, 80)).collect();
        [drums(0.0, 0), hats, vec![Note(0.0, 0.1, 10, 36, 100)]].concat()
    };
    let clip = File::new(shuffle(2.0 / 3.0)).ends(16.0).clip();
    let pattern = only(&clip);
    assert_eq!(pattern.bar(), bar(4, 4, Grid::Triplets));
    assert_eq!(steps_of(&pattern, Instrument::Ride)[..4], [0, 2, 3, 5]);
    let fit = clip.report.grids[0];
    assert!(fit.triplets < 0.01 && (fit.sixteenths - 1.0 / 6.0).abs() < 0.01, "{fit:?}");
    // To a network it is windows of 16ths, as it always was.
    assert_eq!(
        File::new(shuffle(2.0 / 3.0)).ends(16.0).windows().pattern(1).unwrap().bar(),
        Bar::COMMON
    );
    // Straight, and swung but a little, is 16ths.
    for swing in [0.5, 0.55] {
        assert_eq!(
            only(&File::new(shuffle(swing)).ends(16.0).clip()).bar(),
            Bar::COMMON,
            "{swing}"
        );
    }
    // Quarters alone say nothing.
    assert_eq!(only(&File::new(bars(0.0, 4.0, 4, 1.0)).ends(16.0).clip()).bar(), Bar::COMMON);
    let roll = only(&File::new(bars(0.0, 4.0, 4, 1.0 / 6.0)).ends(16.0).clip());
    assert_eq!((roll.bar(), roll.steps()), (bar(4, 4, Grid::Sextuplets), 96));
}

#[test]
fn each_metre_of_a_file_has_its_own_bars() {
    let notes = [drums(0.0, 4), bars(16.0, 3.0, 4, 0.5), drums(28.0, 4)].concat();
    let file = File::new(notes).metre(0.0, 4, 2).metre(16.0, 3, 2).metre(28.0, 4, 2).ends(44.0);
    let clip = file.clip();
    let found: Vec<(Bar, usize)> =
        clip.sequences.iter().map(|sequence| (sequence.bar(), sequence.bars())).collect();
    let waltz = bar(3, 4, Grid::Sixteenths);
    assert_eq!(found, [(Bar::COMMON, 4), (waltz, 4), (Bar::COMMON, 4)]);
    assert_eq!(clip.pattern(5).unwrap().bar(), waltz);
    assert_eq!(clip.stretch(5, 2).unwrap().count(), clip.stretch(5, 4).unwrap().count());
    assert_eq!(clip.bars().len(), 12);
}

#[test]
fn loops_pickups_and_count_ins_are_known_in_any_metre() {
    let one = File::new(bars(0.0, 3.0, 1, 0.5)).metre(0.0, 3, 2).ends(3.0).clip();
    assert_eq!((one.report.bars, one.report.is_loop), (1, true));
    assert_eq!(steps_of(&one.pattern(1).unwrap(), Instrument::Kick), [0, 12, 24, 36]);

    let pickup = [vec![Note(0.5, 0.1, 10, 38, 90)], bars(1.0, 3.0, 4, 0.5)].concat();
    let pickup = File::new(pickup).metre(0.0, 1, 2).metre(1.0, 3, 2).ends(13.0).clip();
    assert_eq!(pickup.report.left_out.get(&LeftOut::Pickup), Some(&1));

    let sticks = (0..3).map(|beat| Note(f64::from(beat), 0.1, 10, 31, 90)).collect();
    let counted = [sticks, bars(3.0, 3.0, 4, 0.5)].concat();
    let counted = File::new(counted).metre(0.0, 3, 2).ends(15.0).clip();
    assert_eq!(counted.report.left_out.get(&LeftOut::CountIn), Some(&3));
    assert_eq!(counted.report.bars, 4);
}

#[test]
fn what_is_written_in_a_metre_is_read_in_it() {
    for metre in Metre::ALL {
        for grid in Grid::ALL {
            let bar = Bar::new(metre, grid);
            let mut pattern = Pattern::empty(bar);
            for step in 0..pattern.steps() {
                pattern.set(step, Instrument::Ride, Some(groove::Hit::new(0.5, 0.0)));
            }
            let file = groove::midi::write(&[pattern], 120.0).unwrap();
            let read = Clip::read(&file, groove::midi::ClipOptions::default()).unwrap();
            let read = read.pattern(1).unwrap();
            // 2/2 and 2/4 are read as 4/4, and 8ths in quarters on 16ths.
            let is_as_four_four =
                [(2, 2), (2, 4)].contains(&(metre.numerator(), metre.denominator()));
            let is_on_16ths = grid == Grid::Eighths && metre.denominator() < 8;
            if !is_as_four_four && !is_on_16ths {
                assert_eq!(read.bar(), bar);
                assert_eq!(read.count(), pattern.count());
            }
        }
    }
}
