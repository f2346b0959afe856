//! The chosen groove: a slot or the live groove, and a variation of it.

/// The number of slots.
pub const SLOTS: usize = 12;

/// The chosen groove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The slot, `0..12`; `None` is the live groove.
    pub slot: Option<u8>,
    /// The id of the variation; `None` for the groove itself.
    pub variation_id: Option<i64>,
}

impl Choice {
    /// Packed for an atomic: slot + 1 in four bits, one bit for a variation, then its id.
    pub(crate) fn to_bits(self) -> u64 {
        let slot = self.slot.map_or(0, |slot| u64::from(slot.min(SLOTS as u8 - 1)) + 1);
        let variation_id = self
            .variation_id
            .map_or(0, |variation_id| (variation_id.cast_unsigned() << 5) | 1 << 4);
        slot | variation_id
    }

    /// The choice that [`to_bits`](Self::to_bits) made `bits` of.
    pub(crate) fn from_bits(bits: u64) -> Self {
        let slot = (bits & 0xf) as u8;
        let has_variation = bits & 1 << 4 != 0;
        Self {
            slot: slot.checked_sub(1),
            variation_id: has_variation.then_some(bits.cast_signed() >> 5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_the_way_through_an_atomic() {
        for slot in (0..12).map(Some).chain([None]) {
            for variation_id in [None, Some(0), Some(7), Some(-1), Some(-(1 << 42)), Some(1 << 42)]
            {
                let choice = Choice { slot, variation_id };
                assert_eq!(Choice::from_bits(choice.to_bits()), choice);
            }
        }
        assert_eq!(Choice::default().to_bits(), 0);
    }
}
