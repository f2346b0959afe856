//! The host's time signature: written by the audio thread, read for requests.

use std::sync::atomic::{AtomicU8, Ordering};

use groove::{Beats, CLOCKS_PER_QUARTER, Metre};

/// The host's metre. Any thread may read it at any time.
#[derive(Debug, Default)]
pub struct HostMetre {
    /// One more than the metre's place in [`Metre::ALL`]; 0 until the host has said one.
    metre: AtomicU8,
}

impl HostMetre {
    /// Stores the metre that the host says; 4/4 for metres that patterns cannot have.
    pub fn hear(&self, numerator: Option<i32>, denominator: Option<i32>) {
        let signature = numerator.zip(denominator);
        let signature = signature.and_then(|(numerator, denominator)| {
            Some((u32::try_from(numerator).ok()?, u32::try_from(denominator).ok()?))
        });
        let Some((numerator, denominator)) = signature else { return };
        let metre = Metre::new(numerator, denominator).unwrap_or_default();
        let place = Metre::ALL.iter().position(|known| *known == metre).unwrap_or_default();
        self.metre.store(place as u8 + 1, Ordering::Relaxed);
    }

    /// The metre; `None` until the host has said one.
    pub fn get(&self) -> Option<Metre> {
        let place = usize::from(self.metre.load(Ordering::Relaxed));
        Metre::ALL.get(place.checked_sub(1)?).copied()
    }
}

/// Where bars of `metre` begin, in clocks after beat 0 and less than a bar: as the host says of the bar at `position` that
/// it begins at `bar_start`. At beat 0 if it says nothing of sense.
pub fn origin(metre: Metre, position: Option<Beats>, bar_start: Option<Beats>) -> i64 {
    /// A host's rounding, in quarter notes.
    const ROUNDING: f64 = 1.0 / 960.0;
    let (Some(position), Some(start)) = (position, bar_start) else { return 0 };
    let per_quarter = CLOCKS_PER_QUARTER as f64;
    let length = metre.clocks() as f64 / per_quarter;
    let within = position.0 - start.0;
    if !(-ROUNDING..length + ROUNDING).contains(&within) {
        return 0;
    }
    ((start.0 * per_quarter).round() as i64).rem_euclid(metre.clocks() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_says_is_followed_and_nonsense_is_not() {
        let host = HostMetre::default();
        assert_eq!(host.get(), None);
        host.hear(Some(6), Some(8));
        assert_eq!(host.get(), Metre::new(6, 8));
        host.hear(None, Some(4));
        host.hear(Some(-3), Some(4));
        assert_eq!(host.get(), Metre::new(6, 8));
        host.hear(Some(13), Some(16));
        assert_eq!(host.get(), Some(Metre::FOUR_FOUR));
    }

    #[test]
    fn bars_begin_where_the_host_says() {
        let of = |metre, position, start| origin(metre, Some(Beats(position)), Some(Beats(start)));
        let three_four = Metre::new(3, 4).unwrap();
        // After two bars of 4/4; a song of one metre; nonsense.
        assert_eq!(of(three_four, 11.5, 11.0), 2 * 24);
        assert_eq!(of(three_four, 9.0, 9.0), 0);
        assert_eq!(of(Metre::FOUR_FOUR, 5.0, 3.5000001), 3 * 24 + 12);
        assert_eq!(of(Metre::FOUR_FOUR, 50.0, 0.0), 0);
        assert_eq!(of(Metre::FOUR_FOUR, f64::NAN, 1.0), 0);
        assert_eq!(of(Metre::FOUR_FOUR, -3.0, -4.0), 0);
        assert_eq!(origin(three_four, None, Some(Beats(1.0))), 0);
    }
}
