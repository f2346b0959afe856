//! Notes and transports, also such as there are not: what cannot be meant means nothing, and what is meant is heard.

use groove::Instrument;

use super::*;

/// A whole number in `low..=high`.
fn between(random: &mut Random, low: i16, high: i16) -> i16 {
    low + random.below((high - low + 1) as u32) as i16
}

/// Any note event or MIDI message.
fn any_note(random: &mut Random, offset: u32) -> Input {
    if random.below(4) == 0 {
        let data = [0; 3].map(|_| random.bits() as u8);
        return Input::Midi { offset, port: random.below(3) as u16, data };
    }
    let velocity = *random.of(&[0.0, 0.5, 1.0, -1.0, 7.0, f64::NAN, f64::INFINITY]);
    Input::Note {
        offset,
        kind: *random.of(&[NoteKind::On(velocity), NoteKind::Off, NoteKind::Choke]),
        port: between(random, -1, 2),
        channel: between(random, -1, 17),
        key: between(random, -1, 130),
        id: i32::from(between(random, -1, 300)),
    }
}

/// A transport of any fields, sane ones as often as not.
fn any_transport(random: &mut Random) -> Transport {
    let position = *random.of(&[0.0, -3.7, 15.99, 1e6, -1e8, f64::NAN, f64::INFINITY]);
    let tempo = *random.of(&[120.0, 20.0, 999.0, 0.0, -60.0, 1e9, f64::NAN]);
    let sane = random.share() < 0.5;
    Transport {
        is_playing: random.below(4) > 0,
        position: (random.below(4) > 0).then_some(if sane {
            random.share() * 64.0
        } else {
            position
        }),
        tempo: (random.below(4) > 0).then_some(if sane {
            60.0 + random.share() * 120.0
        } else {
            tempo
        }),
        tempo_increment: *random.of(&[0.0, 0.001, -1.0, f64::NAN]),
        time_signature: *random.of(&[
            None,
            Some((4, 4)),
            Some((0, 0)),
            Some((7, 8)),
            Some((65_535, 1)),
        ]),
        loop_range: *random.of(&[None, Some((0.0, 4.0)), Some((4.0, 4.0)), Some((9.0, 1.0))]),
    }
}

#[test]
fn notes_of_any_port_channel_key_and_order_leave_nothing_that_hangs() {
    let mut random = Random(11);
    let mut host = live();
    let mode = host.parameters().unwrap().into_iter().find(|p| p.name == "Plays").unwrap();
    for round in 0..200 {
        let mut offsets: Vec<u32> = (0..random.below(40)).map(|_| random.below(512)).collect();
        if round % 2 == 0 {
            offsets.sort_unstable();
        }
        let mut inputs: Vec<Input> =
            offsets.into_iter().map(|offset| any_note(&mut random, offset)).collect();
        let value = f64::from(random.below(mode.maximum as u32 + 1));
        inputs.insert(0, Input::Parameter { offset: 0, id: mode.id, value });
        let position = f64::from(round) * 512.0 / 24_000.0;
        host.process(512, Some(&Transport::playing(position, 120.0)), &inputs).unwrap();
    }
    hush(&mut host);
    assert!(host.recording().notes.len() > 20);
}

/// How long the mute key is held, in blocks of 512 samples, until `release` lets go.
fn is_muted_after(release: Option<Input>) -> bool {
    let mut host = host();
    let mute = jangdan::playing::keys::KEYS
        .iter()
        .find(|key| key.deed == jangdan::playing::keys::Deed::Mute)
        .unwrap();
    let press = Input::NoteOn { offset: 0, key: mute.key, velocity: 1.0 };
    host.process(512, Some(&Transport::playing(0.0, 120.0)), &[press]).unwrap();
    let release: Vec<Input> = release.into_iter().collect();
    host.process(512, Some(&Transport::playing(512.0 / 24_000.0, 120.0)), &release).unwrap();
    host.take_recording();
    play(&mut host, 1024.0 / 24_000.0, 120.0, 8 * 24_000, 512);
    host.recording().notes.is_empty()
}

#[test]
fn a_key_is_let_go_by_its_number_by_the_wildcard_and_by_midi() {
    let key = jangdan::playing::keys::KEYS
        .iter()
        .find(|key| key.deed == jangdan::playing::keys::Deed::Mute)
        .unwrap()
        .key;
    let off = |key, kind| Input::Note { offset: 0, kind, port: -1, channel: -1, key, id: -1 };
    assert!(is_muted_after(None));
    assert!(is_muted_after(Some(off(i16::from(key) + 40, NoteKind::Off))), "another key's");
    for release in [
        off(i16::from(key), NoteKind::Off),
        off(-1, NoteKind::Off),
        off(-1, NoteKind::Choke),
        Input::Midi { offset: 0, port: 0, data: [0x80, key, 0] },
        Input::Midi { offset: 0, port: 0, data: [0x90, key, 0] },
    ] {
        assert!(!is_muted_after(Some(release)), "{release:?}");
    }
}

#[test]
fn without_a_transport_nothing_plays_and_with_one_again_everything() {
    let mut host = host();
    for frames in [1, 64, 441, 8192] {
        host.process(frames, None, &[]).unwrap();
    }
    assert_eq!(host.recording().notes, []);
    let position = play_until_a_note_sounds(&mut host);
    // A host that says nothing any more stands still.
    host.process(64, None, &[]).unwrap();
    assert!(host.recording().hanging_notes().is_empty());
    play(&mut host, position, 120.0, 48_000, 512);
    stop(&mut host, 64);
    assert!(host.recording().hanging_notes().is_empty());
}

#[test]
fn transports_that_leap_in_any_way_leave_nothing_that_hangs() {
    let mut random = Random(12);
    let mut host = live();
    for _ in 0..300 {
        let frames = *random.of(&[1, 17, 512, 2027]);
        let transport = (random.below(8) > 0).then(|| any_transport(&mut random));
        let mut offsets: Vec<u32> = (0..random.below(4)).map(|_| random.below(frames)).collect();
        offsets.sort_unstable();
        let inputs: Vec<Input> = offsets
            .into_iter()
            .map(|offset| Input::Transport { offset, transport: any_transport(&mut random) })
            .collect();
        host.process(frames, transport.as_ref(), &inputs).unwrap();
    }
    host.process(64, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
    let recording = host.take_recording();
    assert!(recording.notes.len() > 20, "{}", recording.notes.len());
    assert!(recording.hanging_notes().is_empty());
}

#[test]
fn a_key_counts_from_its_sample_and_a_control_from_the_block_it_is_in() {
    // The framework hands on a control's events before the block, whichever sample they are at (CLAP asks for
    // no more): with blocks of 64 they count from at most 1.3 ms early.
    let strikes = |host: &Host, range: std::ops::Range<u64>| {
        let on = |kind| matches!(kind, NoteKind::On(_));
        host.recording()
            .notes
            .iter()
            .filter(|note| on(note.kind) && range.contains(&note.time))
            .count()
    };
    let (before, block) = (24_000, 64);
    for late in [0, 63] {
        let mut host = host();
        play(&mut host, 0.0, 120.0, before, block);
        let Input::Parameter { id, .. } = set(&mut host, "Bypass", 1.0) else { unreachable!() };
        let bypass = Input::Parameter { offset: late, id, value: 1.0 };
        play_with(&mut host, 1.0, 120.0, 48_000, block, &[bypass]);
        assert!(strikes(&host, 0..u64::from(before)) > 0);
        assert_eq!(strikes(&host, u64::from(before)..u64::MAX), 0, "at sample {late} of the block");
    }
    let kit = Instrument::ALL.map(|instrument| i16::from(instrument.key()));
    let mut host = host();
    play(&mut host, 0.0, 120.0, 48_000, 8192);
    assert!(host.recording().notes.iter().all(|note| kit.contains(&note.key)));
}
