//! The choices of metre and grid, under names that hosts show and ids that are stored.

use groove::{Grid, Metre};
use nice_plug::prelude::*;

/// The choices of [`super::PatternParams::metre`]: the host's, and then [`Metre::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MetreParam {
    /// The song's.
    #[id = "host"]
    #[name = "Host"]
    Host,
    /// 2/2.
    #[id = "2/2"]
    #[name = "2/2"]
    TwoHalves,
    /// 2/4.
    #[id = "2/4"]
    #[name = "2/4"]
    TwoQuarters,
    /// 3/4.
    #[id = "3/4"]
    #[name = "3/4"]
    ThreeQuarters,
    /// 4/4.
    #[id = "4/4"]
    #[name = "4/4"]
    FourQuarters,
    /// 5/4.
    #[id = "5/4"]
    #[name = "5/4"]
    FiveQuarters,
    /// 6/4.
    #[id = "6/4"]
    #[name = "6/4"]
    SixQuarters,
    /// 7/4.
    #[id = "7/4"]
    #[name = "7/4"]
    SevenQuarters,
    /// 12/4.
    #[id = "12/4"]
    #[name = "12/4"]
    TwelveQuarters,
    /// 3/8.
    #[id = "3/8"]
    #[name = "3/8"]
    ThreeEighths,
    /// 5/8.
    #[id = "5/8"]
    #[name = "5/8"]
    FiveEighths,
    /// 6/8.
    #[id = "6/8"]
    #[name = "6/8"]
    SixEighths,
    /// 7/8.
    #[id = "7/8"]
    #[name = "7/8"]
    SevenEighths,
    /// 9/8.
    #[id = "9/8"]
    #[name = "9/8"]
    NineEighths,
    /// 10/8.
    #[id = "10/8"]
    #[name = "10/8"]
    TenEighths,
    /// 12/8.
    #[id = "12/8"]
    #[name = "12/8"]
    TwelveEighths,
}

impl MetreParam {
    /// The metre; `None` for the song's.
    pub fn metre(self) -> Option<Metre> {
        Metre::ALL.get((self as usize).checked_sub(1)?).copied()
    }
}

/// The choices of [`super::PatternParams::grid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GridParam {
    /// 16ths.
    #[id = "16"]
    #[name = "16ths"]
    Sixteenths,
    /// 8ths.
    #[id = "8"]
    #[name = "8ths"]
    Eighths,
    /// Three to the beat.
    #[id = "8t"]
    #[name = "Triplets"]
    Triplets,
    /// Six to the beat.
    #[id = "16t"]
    #[name = "16th triplets"]
    Sextuplets,
}

impl GridParam {
    /// The grid.
    pub const fn grid(self) -> Grid {
        match self {
            Self::Sixteenths => Grid::Sixteenths,
            Self::Eighths => Grid::Eighths,
            Self::Triplets => Grid::Triplets,
            Self::Sextuplets => Grid::Sextuplets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_is_named_by_its_metre_and_each_grid_by_its_id() {
        for (index, metre) in Metre::ALL.into_iter().enumerate() {
            let choice = MetreParam::from_index(index + 1);
            assert_eq!(choice.metre(), Some(metre));
            assert_eq!(MetreParam::variants()[index + 1], metre.to_string());
        }
        assert_eq!(MetreParam::Host.metre(), None);
        for (index, id) in GridParam::ids().unwrap().iter().enumerate() {
            assert_eq!(GridParam::from_index(index).grid().id(), *id);
        }
    }
}
