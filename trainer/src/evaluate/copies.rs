//! Near-copies: patterns that differ from a training window by a few onsets.

use std::collections::HashSet;

use groove::OnsetGrid;
use rayon::prelude::*;

/// Onsets that may differ in a near-copy, as a share of the training window's: 1 in 10.
const ONSETS_PER_DIFFERENCE: u32 = 10;

/// Share of `grids` that have a near-copy among `training`, in `[0, 1]`.
pub(super) fn share_of_near_copies(grids: &[OnsetGrid], training: &HashSet<OnsetGrid>) -> f64 {
    // By number of onsets: grids whose numbers differ by more than a tenth cannot be near-copies.
    let mut training: Vec<(u32, &OnsetGrid)> =
        training.iter().map(|grid| (grid.count(), grid)).collect();
    training.sort_unstable_by_key(|(count, _)| *count);
    let is_copy = |grid: &&OnsetGrid| {
        let count = grid.count();
        let first = training.partition_point(|(c, _)| c + c / ONSETS_PER_DIFFERENCE < count);
        let near = training[first..].iter();
        near.take_while(|(c, _)| c - c / ONSETS_PER_DIFFERENCE <= count)
            .any(|(c, of_training)| of_training.difference(grid) <= c / ONSETS_PER_DIFFERENCE)
    };
    grids.par_iter().filter(is_copy).count() as f64 / grids.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use groove::{STEPS, Token};

    use super::*;

    /// A ride on these steps.
    fn grid(steps: impl Fn(usize) -> bool) -> OnsetGrid {
        let ride = |step| u16::from(steps(step));
        OnsetGrid::new(&std::array::from_fn::<_, STEPS, _>(|step| Token::new(ride(step)).unwrap()))
    }

    #[test]
    fn a_tenth_of_the_onsets_may_differ() {
        // 20 onsets in training: two may be missing, added or moved (which is two).
        let training = HashSet::from([grid(|step| step < 20), grid(|step| step == 60)]);
        let share = |copy: OnsetGrid| share_of_near_copies(&[copy], &training);
        assert_eq!(share(grid(|step| step < 20)), 1.0);
        assert_eq!(share(grid(|step| step < 18)), 1.0);
        assert_eq!(share(grid(|step| step < 22)), 1.0);
        assert_eq!(share(grid(|step| step < 19 || step == 30)), 1.0);
        assert_eq!(share(grid(|step| step < 17)), 0.0);
        assert_eq!(share(grid(|step| step < 23)), 0.0);
        assert_eq!(share(grid(|step| step < 18 || step == 30)), 0.0);
        // A single onset must be the same.
        assert_eq!(share(grid(|step| step == 61)), 0.0);
        assert_eq!(share(grid(|step| step == 60)), 1.0);
    }

    #[test]
    fn the_share_is_of_all_that_were_drawn() {
        let training = HashSet::from([grid(|step| step < 20)]);
        let drawn = [grid(|step| step < 20), grid(|step| step > 20), grid(|_| true)];
        assert_eq!(share_of_near_copies(&drawn, &training), 1.0 / 3.0);
    }
}
