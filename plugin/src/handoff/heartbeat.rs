//! The worker's heartbeat, which shows the other threads that it runs, and a limit for waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The time of the worker's last beat.
#[derive(Debug)]
pub(super) struct Heartbeat {
    begun: Instant,
    /// Microseconds after `begun`.
    last_us: AtomicU64,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { begun: Instant::now(), last_us: AtomicU64::new(0) }
    }
}

impl Heartbeat {
    /// Beats now.
    pub(super) fn beat(&self) {
        self.beat_at(Instant::now());
    }

    /// Beats at `now`.
    pub(super) fn beat_at(&self, now: Instant) {
        let now_us = now.saturating_duration_since(self.begun).as_micros() as u64;
        self.last_us.store(now_us, Ordering::Relaxed);
    }

    /// The last beat: a number to tell it from later ones.
    pub(super) fn last(&self) -> u64 {
        self.last_us.load(Ordering::Relaxed)
    }

    /// The time since the last beat, at `now`.
    pub(super) fn silence(&self, now: Instant) -> Duration {
        let since_us = now.saturating_duration_since(self.begun).as_micros() as u64;
        Duration::from_micros(since_us.saturating_sub(self.last()))
    }
}

/// The most that counts of the time between two polls: a computer that slept, or a process that was stopped, spends no
/// more.
const LONGEST_POLL: Duration = Duration::from_millis(20);

/// The time that is left for waiting, by polling every few milliseconds.
#[derive(Debug)]
pub(crate) struct WaitBudget {
    left: Duration,
    last_poll: Instant,
}

impl WaitBudget {
    /// A budget of `limit`.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { left: limit, last_poll: Instant::now() }
    }

    /// Whether it is spent at `now`.
    pub(crate) fn is_spent(&mut self, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.last_poll).min(LONGEST_POLL);
        self.last_poll = now;
        self.left = self.left.saturating_sub(waited);
        self.left.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_from_the_last_beat() {
        let heartbeat = Heartbeat::default();
        let later = |seconds| heartbeat.begun + Duration::from_secs(seconds);
        assert_eq!(heartbeat.silence(heartbeat.begun), Duration::ZERO);
        assert_eq!(heartbeat.silence(later(7)), Duration::from_secs(7));
        heartbeat.beat_at(later(5));
        assert_eq!(heartbeat.silence(later(7)), Duration::from_secs(2));
        assert_eq!(heartbeat.silence(later(4)), Duration::ZERO, "a beat after that");
        let before = heartbeat.last();
        heartbeat.beat();
        assert_ne!(heartbeat.last(), before);
    }

    #[test]
    fn patience_ends_after_its_time_in_which_a_long_sleep_counts_little() {
        let mut wait_budget = WaitBudget::new(Duration::from_millis(50));
        let mut now = wait_budget.last_poll;
        assert!(!wait_budget.is_spent(now));
        now += Duration::from_secs(3600);
        assert!(!wait_budget.is_spent(now));
        let looks = (0..100).take_while(|_| {
            now += Duration::from_millis(1);
            !wait_budget.is_spent(now)
        });
        assert_eq!(looks.count(), 29);
        assert!(WaitBudget::new(Duration::ZERO).is_spent(now));
    }
}
