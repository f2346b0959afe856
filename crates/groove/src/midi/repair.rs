//! Repairs of files that other programs play in spite of their errors, and of track bytes that midly cannot read as they
//! are.

/// Something in a file that is not as it should be, and that was read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Repair {
    /// The file lies within another one, such as a RIFF one (RMID), or has bytes before it.
    #[error("a MIDI file within another file")]
    Wrapped,
    /// The header says another number of tracks than there are.
    #[error("its header says {said} tracks, it has {found}")]
    TrackCount {
        /// Tracks by the header.
        said: u16,
        /// Tracks of the file.
        found: u16,
    },
    /// An event without a status byte follows a meta event or `SysEx`, which should have ended the running status.
    #[error("a running status goes on after meta events or SysEx")]
    RunningStatus,
    /// A track holds bytes that belong on a cable, such as MIDI clock.
    #[error("clock or other system messages within a track")]
    SystemMessages,
    /// A track is longer or shorter than its header says.
    #[error("a track is longer or shorter than it says")]
    TrackLength,
    /// The file ends within a track.
    #[error("cut off at byte {0}: read as far as it goes")]
    CutOff(usize),
    /// A track holds what no event is.
    #[error("damaged at byte {0}: the rest of that track is left out")]
    Damaged(usize),
    /// A tempo without an end, or a metre without beats, which says nothing.
    #[error("a tempo or time signature of 0 is passed over")]
    Zero,
}

/// How far [`normalise`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// To the end-of-track event.
    Whole,
    /// To an event that is cut off, or to the end of the bytes.
    CutOff,
    /// To something that is no event, or to the next track.
    Damaged,
}

/// A track's events with the status byte of each written out, and system messages replaced.
#[derive(Debug)]
pub(super) struct Normalised {
    pub(super) bytes: Vec<u8>,
    /// How many bytes of the original this is.
    pub(super) read: usize,
    pub(super) end: End,
    pub(super) kept_running_status: bool,
    pub(super) had_system_messages: bool,
}

/// An empty text event: stands for what is taken out, so that its delta time is kept.
const PLACEHOLDER: [u8; 3] = [0xFF, 0x01, 0];

/// Rewrites the events of `track` up to its end-of-track event so that midly reads them: it gives running status up
/// at meta events and `SysEx`, and knows no system messages.
///
/// At most twice as long as `track`, or 4 bytes for an event of 2.
pub(super) fn normalise(track: &[u8]) -> Normalised {
    let mut out = Normalised {
        bytes: Vec::new(),
        read: 0,
        end: End::CutOff,
        kept_running_status: false,
        had_system_messages: false,
    };
    // The status that runs, and whether only a lenient reader would still know it.
    let mut running = None;
    let mut is_interrupted = false;
    loop {
        let mut rest = &track[out.read..];
        if rest.starts_with(b"MTrk") {
            out.end = End::Damaged;
            return out;
        }
        let Some(delta) = take_variable(&mut rest) else { break };
        let Some(&first) = rest.first() else { break };
        let (status, data) = match first {
            0x80.. => (first, &rest[1..]),
            _ => match running {
                Some(status) => (status, rest),
                None => {
                    out.end = End::Damaged;
                    return out;
                }
            },
        };
        let mut rest = data;
        let event = match status {
            0xF0 | 0xF7 => take_sized(&mut rest).map(|_| None),
            0xFF => rest.split_first().and_then(|(_, mut after)| {
                take_sized(&mut after)?;
                let length = rest.len() - after.len();
                Some(Some(&data[..length]))
            }),
            0xF1 | 0xF3 => rest.get(..1).map(|_| None),
            0xF2 => rest.get(..2).map(|_| None),
            0xF4.. => Some(None),
            0xC0..0xE0 => rest.get(..1).map(Some),
            _ => rest.get(..2).map(Some),
        };
        let Some(event) = event else { break };
        let is_channel_message = status < 0xF0;
        if is_channel_message && event.is_some_and(|data| data.iter().any(|&byte| byte >= 0x80)) {
            out.end = End::Damaged;
            return out;
        }
        out.bytes.extend_from_slice(delta);
        match event {
            Some(data) => {
                out.bytes.push(status);
                out.bytes.extend_from_slice(data);
                rest = &rest[data.len()..];
            }
            None => {
                out.bytes.extend(PLACEHOLDER);
                let data = match status {
                    0xF1 | 0xF3 => 1,
                    0xF2 => 2,
                    _ => 0,
                };
                rest = &rest[data..];
            }
        }
        if is_channel_message {
            out.kept_running_status |= is_interrupted && first < 0x80;
            is_interrupted = false;
            running = Some(status);
        } else {
            is_interrupted = true;
            out.had_system_messages |= !matches!(status, 0xF0 | 0xF7 | 0xFF);
        }
        out.read = track.len() - rest.len();
        if status == 0xFF && event.is_some_and(|data| data[0] == 0x2F) {
            out.end = End::Whole;
            return out;
        }
    }
    out
}

/// Takes a number of at most four bytes off `rest`, and returns these.
fn take_variable<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let last = rest.iter().take(4).position(|&byte| byte < 0x80)?;
    let (number, after) = rest.split_at(last + 1);
    *rest = after;
    Some(number)
}

/// Takes a length and as many bytes off `rest`.
fn take_sized(rest: &mut &[u8]) -> Option<()> {
    let mut after = *rest;
    let digits = take_variable(&mut after)?;
    let length = digits.iter().fold(0, |sum, &digit| sum << 7 | usize::from(digit & 0x7F));
    *rest = after.get(length..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KICK: [u8; 4] = [0, 0x99, 36, 100];
    const END: [u8; 4] = [0, 0xFF, 0x2F, 0];

    fn normalised(parts: &[&[u8]]) -> Normalised {
        normalise(&parts.concat())
    }

    #[test]
    fn every_status_is_written_out_and_delta_times_are_kept() {
        let marker: &[u8] = &[5, 0xFF, 6, 1, b'A'];
        let sysex: &[u8] = &[7, 0xF0, 2, 1, 0xF7];
        let clock: &[u8] = &[9, 0xF8, 1, 0xF2, 1, 2];
        let short: &[u8] = &[10, 36, 0];
        let found = normalised(&[&KICK, marker, short, sysex, short, clock, &END, b"more"]);
        let placed: &[u8] = &[7, 0xFF, 1, 0];
        let ticks: &[u8] = &[9, 0xFF, 1, 0, 1, 0xFF, 1, 0];
        let off: &[u8] = &[10, 0x99, 36, 0];
        assert_eq!(found.bytes, [&KICK, marker, off, placed, off, ticks, &END].concat());
        assert!(found.kept_running_status && found.had_system_messages);
        assert_eq!((found.end, found.read), (End::Whole, 4 + 5 + 3 + 5 + 3 + 6 + 4));
    }

    #[test]
    fn what_is_cut_off_and_what_is_no_event_end_it() {
        for cut in [&[0, 0x99, 36][..], &[0], &[], &[0, 0xFF, 1, 9, b'a'], &[0x80]] {
            let found = normalised(&[&KICK, cut]);
            assert_eq!((found.end, found.read), (End::CutOff, 4), "{cut:?}");
        }
        for wrong in [&[0, 0x99, 36, 0xFF][..], b"MTrk\0\0\0\x04"] {
            let found = normalised(&[&KICK, wrong]);
            assert_eq!((found.end, found.read), (End::Damaged, 4), "{wrong:?}");
        }
        assert_eq!(normalise(&[0, 36, 100]).end, End::Damaged);
    }
}
