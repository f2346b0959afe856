//! The built VST3 with its outputs apart and its sidechain: what a host switches on of them, and what it hands over.

use groove::Instrument;
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive;
use vst3::Steinberg::Vst::BusTypes_::{kAux, kMain};
use vst3::Steinberg::Vst::{BusDirection, BusInfo};

use super::played::Ports;
use super::*;

/// The mix, the nine instruments and the room.
const STEMS: usize = 10;

/// Two cycles.
const LENGTH: usize = 2 * 16 * 12_000;

/// What is played offline or in real time, from the first sample with these settings, with these ports.
fn played(ports: Ports, is_offline: bool, settings: &[(&str, f64)]) -> Played {
    let module = Module::load();
    let mut instance = Instance::new(&module);
    instance.ports = ports;
    instance.begin(is_offline);
    let mut played = Played::default();
    for start in (0..LENGTH).step_by(BLOCK) {
        let settings = settings.iter().filter(|_| start == 0);
        let changes: Vec<_> = settings
            .map(|(name, value)| (instance.id(name), normalised(&parameter(name), *value)))
            .collect();
        instance.process(start, BLOCK, &changes, &mut played);
    }
    instance.end();
    played
}

fn name(bus: &BusInfo) -> String {
    char::decode_utf16(bus.name.iter().copied().take_while(|&c| c != 0))
        .map(Result::unwrap)
        .collect()
}

#[test]
fn a_host_is_shown_all_ports_and_the_mix_alone_is_on() {
    let module = Module::load();
    let instance = Instance::new(&module);
    let outputs = instance.buses(kOutput as BusDirection);
    let mut wanted = vec!["Mix"];
    wanted.extend(Instrument::ALL.map(Instrument::name));
    wanted.push("Room");
    assert!(outputs.iter().map(name).eq(wanted));
    let inputs = instance.buses(kInput as BusDirection);
    assert!(inputs.iter().map(name).eq(["Sidechain"]));
    for (n, bus) in outputs.iter().chain(&inputs).enumerate() {
        let is_on = bus.flags & kDefaultActive as u32 != 0;
        let is_main = bus.busType == kMain as i32;
        assert_eq!((is_on, is_main, bus.channelCount), (n == 0, n == 0, 2), "{}", name(bus));
        assert!(is_main || bus.busType == kAux as i32);
    }
}

#[test]
fn the_sum_of_the_nine_and_the_room_is_the_mix_and_one_that_comes_without_samples_changes_no_other()
{
    let one = played(Ports::default(), true, &[]);
    assert!(one.notes.len() > 50);
    let all = played(Ports { stems: STEMS, ..Ports::default() }, true, &[]);
    all.assert_is(&one);
    let mut loudest = 0.0_f32;
    for side in 0..2 {
        for (n, mixed) in all.audio[side].iter().enumerate() {
            let sum: f32 = all.stems.iter().map(|stem| stem[side][n]).sum();
            assert!((sum - mixed).abs() < 2e-5, "at {n}: {sum}, the mix {mixed}");
            loudest = loudest.max(mixed.abs());
        }
    }
    assert!(loudest > 0.05);
    let some = played(Ports { stems: 5, empty: vec![1], ..Ports::default() }, true, &[]);
    some.assert_is(&one);
    for (n, stem) in some.stems.iter().enumerate() {
        assert!(
            if n == 1 { stem[0].iter().all(|x| x.is_nan()) } else { *stem == all.stems[n] },
            "{n}"
        );
    }
}

#[test]
fn in_real_time_nothing_is_allocated_for_what_a_host_leaves_out() {
    // The framework ends the test if the audio thread allocates, which it may while rendering offline.
    let some = played(Ports { stems: 3, empty: vec![0], ..Ports::default() }, false, &[]);
    assert!(some.audio[0].iter().all(|x| x.is_finite()));
}

#[test]
fn the_sidechain_is_followed_as_the_clap_s_and_need_not_be_there() {
    // Low tones on the beats of one bar of four.
    let mut sound = vec![0.0; LENGTH];
    for beat in [0, 1, 4, 5, 8, 9, 12, 13] {
        for n in 0..9000 {
            let s = n as f32 / RATE as f32;
            let tone = (std::f32::consts::TAU * 55.0 * s).sin() * (s / 0.003).min(1.0);
            sound[beat * 12_000 + n] = 0.5 * tone * (-6.0 * s).exp();
        }
    }
    let settings = [("Follow", 1.0), ("Follow source", 1.0)];
    let mut host = Host::load(plugin()).unwrap();
    assert!(host.choose_outputs(3));
    host.set_offline(true).unwrap();
    host.activate(RATE, BLOCK as u32).unwrap();
    host.hear(&sound);
    for start in (0..LENGTH).step_by(BLOCK) {
        let beats = start as f64 / RATE * TEMPO / 60.0;
        let settings = settings.iter().filter(|_| start == 0);
        let inputs: Vec<_> = settings
            .map(|(name, value)| Input::Parameter {
                offset: 0,
                id: parameter(name).id,
                value: *value,
            })
            .collect();
        host.process(BLOCK as u32, Some(&Transport::playing(beats, TEMPO)), &inputs).unwrap();
    }
    let wanted = host.take_recording().audio;
    let ports = Ports { sidechain: Some(sound), ..Ports::default() };
    let followed = played(ports, true, &settings);
    assert!(followed.audio == wanted);
    let silent = played(Ports::default(), true, &settings);
    assert!(silent.audio != wanted && silent.notes.len() > 50);
}
