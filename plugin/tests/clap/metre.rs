//! The built CLAP in songs of other metres than 4/4.

use groove::{Bar, Grid, Instrument, Metre};

use super::*;

/// Plays `beats` beats from `position` on at 120 BPM in 3/4, of which a bar begins at beat 8.
fn play_waltz(host: &mut Host, position: f64, beats: f64, inputs: &[Input]) {
    let (mut now, block) = (position, 441);
    while now < position + beats {
        let transport = Transport {
            time_signature: Some((3, 4)),
            bar_start: Some(8.0 + ((now - 8.0) / 3.0).floor() * 3.0),
            ..Transport::playing(now, 120.0)
        };
        let inputs = if now == position { inputs } else { &[] };
        host.process(block, Some(&transport), inputs).unwrap();
        now += f64::from(block) / 24_000.0;
    }
}

/// What `groove` sounds like from `position` on, if its bars begin at beat 8.
fn waltz(groove: &Groove, position: f64, samples: u64) -> Vec<(u64, i16)> {
    let mut playback = PlaybackSettings::whole(Feel::AS_PLAYED);
    playback.shape = playback.shape.of_bar(groove.bar);
    playback.shape.origin = 8 * 24 % 72;
    let end = position + samples as f64 / 24_000.0;
    let pattern = groove.pattern(0).unwrap();
    let rows = |step| pattern.row(playback.shape.pattern_step(step));
    let found = hits(Span { start: Beats(position), end: Beats(end) }, playback, rows);
    let onsets = found.map(|hit| {
        let sample = ((hit.time.0 - position) * 24_000.0 - SLACK).ceil();
        (sample as u64, key(&hit))
    });
    let mut onsets: Vec<_> = onsets.collect();
    onsets.sort_unstable();
    onsets
}

#[test]
fn a_song_in_three_four_is_played_in_three_four_from_its_own_bar_lines() {
    let mut host = host();
    play_waltz(&mut host, 8.0, 24.0, &[]);
    let groove = saved_groove(&mut host);
    assert_eq!(groove.bar, Bar::new(Metre::new(3, 4).unwrap(), Grid::Sixteenths));
    assert_eq!(groove.pattern(0).unwrap().bar(), groove.bar);
    stop(&mut host, 64);
    let played = onsets(host.recording(), 0);
    // Without what lies in the first and last step, which other rules are for.
    let inside = |(time, _): &(u64, i16)| (6_000..24 * 24_000 - 6_000).contains(time);
    let played: Vec<_> = played.into_iter().filter(inside).collect();
    let expected: Vec<_> = waltz(&groove, 8.0, 24 * 24_000).into_iter().filter(inside).collect();
    assert!(expected.len() > 50);
    assert_eq!(played, expected);
    let kick = groove.pattern(0).unwrap().iter().any(|(_, found, _)| found == Instrument::Kick);
    assert!(kick);
}

#[test]
fn a_metre_that_is_set_holds_whatever_the_song_is_in_and_is_saved_with_it() {
    let bounce = |state: Option<&[u8]>| {
        let mut host = host();
        match state {
            Some(state) => host.load_state(state).unwrap(),
            None => {
                let inputs = [set(&mut host, "Metre", 15.0), set(&mut host, "Grid", 1.0)];
                play_waltz(&mut host, 8.0, 0.1, &inputs);
                stop(&mut host, 64);
            }
        }
        play(&mut host, 0.0, 120.0, 24 * 24_000, 700);
        let (groove, state) = (saved_groove(&mut host), host.save_state().unwrap());
        stop(&mut host, 64);
        // Its fills are drawn after it, sooner or later.
        (Groove { fills: None, ..groove }, state, onsets(host.recording(), 0).len())
    };
    let (groove, state, _) = bounce(None);
    assert_eq!(groove.bar, Bar::new(Metre::new(12, 8).unwrap(), Grid::Eighths));
    let (again, _, count) = bounce(Some(&state));
    assert_eq!(again, groove);
    assert!(count > 50);
}
