//! The playhead as drawn: it moves evenly, although the audio thread reports its position only once per block.

use groove::Beats;

/// A larger step than this, in beats, is a jump.
const JUMP_BEATS: f64 = 1.0;
/// The longest time that the playhead moves without a new report, in seconds; longer than the blocks of any host.
const GLIDE_S: f64 = 0.25;
/// Weight of a newly measured speed against the ones before.
const NEW_SPEED: f64 = 0.15;

/// The playhead, extrapolated from the last report.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Playhead {
    last: Option<Report>,
}

#[derive(Clone, Copy, Debug)]
struct Report {
    position: f64,
    at_s: f64,
    /// Beats per second; `None` until measured.
    speed: Option<f64>,
    shown: f64,
}

impl Playhead {
    /// The position to draw at `now_s` (seconds of any clock). `reported` is the audio thread's last report.
    pub(crate) fn glide(&mut self, reported: Option<Beats>, now_s: f64) -> Option<Beats> {
        let position = match reported {
            Some(Beats(position)) if position.is_finite() => position,
            _ => {
                self.last = None;
                return None;
            }
        };
        let last = match self.last {
            Some(last) if (position - last.position).abs() <= JUMP_BEATS => last,
            _ => Report { position, at_s: now_s, speed: None, shown: position },
        };
        let mut next = last;
        if position != last.position {
            let elapsed = now_s - last.at_s;
            if elapsed > 0.0 && position > last.position {
                let measured = (position - last.position) / elapsed;
                let before = last.speed.unwrap_or(measured);
                next.speed = Some(before + (measured - before) * NEW_SPEED);
            }
            next.position = position;
            next.at_s = now_s;
        }
        let glided = (now_s - next.at_s).clamp(0.0, GLIDE_S) * next.speed.unwrap_or(0.0);
        let aim = next.position + glided;
        // Blocks come irregularly: never draw a small step back.
        next.shown = if position < last.position { aim } else { aim.max(last.shown) };
        self.last = Some(next);
        Some(Beats(next.shown))
    }

    /// Whether it moves at `now_s`. It stands still if a host has stopped processing without a report.
    pub(crate) fn is_moving(&self, now_s: f64) -> bool {
        self.last.is_some_and(|last| now_s - last.at_s < GLIDE_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_playhead_moves_evenly_between_blocks() {
        let mut playhead = Playhead::default();
        let mut shown = Vec::new();
        // 2 beats per second, a report every 100 ms, drawn every 10 ms.
        for frame in 0..200 {
            let now_s = frame as f64 * 0.01;
            let reported = Beats((frame / 10) as f64 * 0.2);
            shown.push(playhead.glide(Some(reported), now_s).unwrap().0);
        }
        for (frame, pair) in shown.windows(2).enumerate().skip(20) {
            let step = pair[1] - pair[0];
            assert!((step - 0.02).abs() < 0.002, "frame {frame}: {step}");
        }
    }

    #[test]
    fn a_jump_is_followed_at_once_and_a_stop_hides_it() {
        let mut playhead = Playhead::default();
        playhead.glide(Some(Beats(3.0)), 0.0);
        assert_eq!(playhead.glide(Some(Beats(20.0)), 0.1), Some(Beats(20.0)));
        assert_eq!(playhead.glide(Some(Beats(4.0)), 0.2), Some(Beats(4.0)));
        assert_eq!(playhead.glide(Some(Beats(3.9)), 0.21), Some(Beats(3.9)));
        assert_eq!(playhead.glide(None, 0.3), None);
        assert_eq!(playhead.glide(Some(Beats(f64::NAN)), 0.4), None);
    }

    #[test]
    fn without_news_it_waits() {
        let mut playhead = Playhead::default();
        playhead.glide(Some(Beats(0.0)), 0.0);
        playhead.glide(Some(Beats(0.2)), 0.1);
        let Beats(shown) = playhead.glide(Some(Beats(0.2)), 60.0).unwrap();
        assert!((shown - 0.7).abs() < 1e-9, "{shown}");
        assert!(playhead.is_moving(0.2) && !playhead.is_moving(60.0));
    }
}
