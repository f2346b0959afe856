//! What a host tells a plugin about musical time.

use clack_host::events::EventFlags;
use clack_host::events::EventHeader;
use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::utils::{BeatTime, SecondsTime};

/// The host's transport at the first sample of a block.
///
/// A field that is `None` is one that the host does not know: real ones omit any of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Whether time moves on.
    pub is_playing: bool,
    /// Song position in beats (quarter notes); negative in pre-roll.
    pub position: Option<f64>,
    /// Tempo in beats per minute.
    pub tempo: Option<f64>,
    /// Numerator and denominator.
    pub time_signature: Option<(u16, u16)>,
    /// Where the bar begins that the position is in; `None`: bars of the time signature are counted from beat 0.
    pub bar_start: Option<f64>,
    /// Start and end of the active loop in beats.
    pub loop_range: Option<(f64, f64)>,
}

impl Transport {
    /// Playing in 4/4 from `position` beats on at a steady `tempo` in beats per minute.
    pub const fn playing(position: f64, tempo: f64) -> Self {
        Self {
            is_playing: true,
            position: Some(position),
            tempo: Some(tempo),
            time_signature: Some((4, 4)),
            bar_start: None,
            loop_range: None,
        }
    }

    /// Standing at `position` beats.
    pub const fn stopped(position: f64, tempo: f64) -> Self {
        Self { is_playing: false, ..Self::playing(position, tempo) }
    }

    /// The event that says this.
    pub(crate) fn event(&self) -> TransportEvent {
        let mut flags = TransportFlags::empty();
        flags.set(TransportFlags::IS_PLAYING, self.is_playing);
        flags.set(TransportFlags::HAS_BEATS_TIMELINE, self.position.is_some());
        flags.set(TransportFlags::HAS_TEMPO, self.tempo.is_some());
        flags.set(TransportFlags::HAS_TIME_SIGNATURE, self.time_signature.is_some());
        flags.set(TransportFlags::IS_LOOP_ACTIVE, self.loop_range.is_some());
        let position = self.position.unwrap_or(0.0);
        let (numerator, denominator) = self.time_signature.unwrap_or((0, 0));
        let bar = match self.time_signature {
            Some((n, d)) if n > 0 && d > 0 => f64::from(n) * 4.0 / f64::from(d),
            _ => 4.0,
        };
        let bar_number = (position / bar).floor();
        let (loop_start, loop_end) = self.loop_range.unwrap_or((0.0, 0.0));
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(position),
            song_pos_seconds: SecondsTime::from_int(0),
            tempo: self.tempo.unwrap_or(0.0),
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_float(loop_start),
            loop_end_beats: BeatTime::from_float(loop_end),
            loop_start_seconds: SecondsTime::from_int(0),
            loop_end_seconds: SecondsTime::from_int(0),
            bar_start: BeatTime::from_float(self.bar_start.unwrap_or(bar_number * bar)),
            bar_number: bar_number as i32,
            time_signature_numerator: numerator,
            time_signature_denominator: denominator,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_in_pre_roll_lies_in_a_bar_before_the_song() {
        let event = Transport::playing(-1.5, 120.0).event();
        assert_eq!(event.bar_number, -1);
        assert_eq!(event.bar_start.to_float(), -4.0);
        assert_eq!(event.song_pos_beats.to_float(), -1.5);
    }

    #[test]
    fn a_field_the_host_does_not_know_has_no_flag() {
        let transport = Transport { position: None, tempo: None, ..Transport::playing(0.0, 90.0) };
        let flags = transport.event().flags;
        assert_eq!(flags, TransportFlags::IS_PLAYING | TransportFlags::HAS_TIME_SIGNATURE);
    }
}
