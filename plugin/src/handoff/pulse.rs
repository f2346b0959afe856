//! The worker's pulse, by which the others know whether it is still there, and how long they wait for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When the worker last showed that it is there.
#[derive(Debug)]
pub(super) struct Pulse {
    begun: Instant,
    /// Microseconds after `begun`.
    last_us: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { begun: Instant::now(), last_us: AtomicU64::new(0) }
    }
}

impl Pulse {
    /// The worker is there.
    pub(super) fn beat(&self) {
        self.beat_at(Instant::now());
    }

    /// It was there at `now`.
    pub(super) fn beat_at(&self, now: Instant) {
        let now_us = now.saturating_duration_since(self.begun).as_micros() as u64;
        self.last_us.store(now_us, Ordering::Relaxed);
    }

    /// The last beat: a number to tell it from later ones.
    pub(super) fn last(&self) -> u64 {
        self.last_us.load(Ordering::Relaxed)
    }

    /// For how long there was no beat by `now`.
    pub(super) fn silence(&self, now: Instant) -> Duration {
        let since_us = now.saturating_duration_since(self.begun).as_micros() as u64;
        Duration::from_micros(since_us.saturating_sub(self.last()))
    }
}

/// The longest time between two looks that counts: a computer that slept, or a process that was stopped, has
/// used up no more of anybody's patience.
const LONGEST_LOOK: Duration = Duration::from_millis(20);

/// How long somebody still waits who looks again every few milliseconds.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
    looked: Instant,
}

impl Patience {
    /// As much as `limit`.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { left: limit, looked: Instant::now() }
    }

    /// Whether it is at an end by `now`.
    pub(crate) fn is_over(&mut self, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.looked).min(LONGEST_LOOK);
        self.looked = now;
        self.left = self.left.saturating_sub(waited);
        self.left.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_from_the_last_beat() {
        let pulse = Pulse::default();
        let later = |seconds| pulse.begun + Duration::from_secs(seconds);
        assert_eq!(pulse.silence(pulse.begun), Duration::ZERO);
        assert_eq!(pulse.silence(later(7)), Duration::from_secs(7));
        pulse.beat_at(later(5));
        assert_eq!(pulse.silence(later(7)), Duration::from_secs(2));
        assert_eq!(pulse.silence(later(4)), Duration::ZERO, "it beat in the meantime");
        let before = pulse.last();
        pulse.beat();
        assert_ne!(pulse.last(), before);
    }

    #[test]
    fn patience_ends_after_its_time_in_which_a_long_sleep_counts_little() {
        let mut patience = Patience::new(Duration::from_millis(50));
        let mut now = patience.looked;
        assert!(!patience.is_over(now));
        now += Duration::from_secs(3600);
        assert!(!patience.is_over(now));
        let looks = (0..100).take_while(|_| {
            now += Duration::from_millis(1);
            !patience.is_over(now)
        });
        assert_eq!(looks.count(), 29);
        assert!(Patience::new(Duration::ZERO).is_over(now));
    }
}
