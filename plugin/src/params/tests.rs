//! Ids, texts and defaults of the parameters.

use super::*;

#[test]
fn ids_are_for_ever() {
    let ids: Vec<String> =
        JangdanParams::default().param_map().into_iter().map(|(id, _, _)| id).collect();
    let expected: Vec<&str> = "lat_1 lat_2 lat_3 lat_4 lat_5 lat_6 lat_7 lat_8 temp dens seed vary swing feel dyn quant \
         kit kitlvl kitmodel kittune kitdamp kitroom bypass len start speed fills fillbeats fillsize trip metre grid humtim humvel acccrv accent notelen \
         chan map mode slot follow keysch followsrc"
        .split_whitespace()
        .collect();
    let (first, instruments) = ids.split_at(expected.len());
    assert_eq!(first, expected);
    let names = ["kick", "snare", "htom", "mtom", "ftom", "ohat", "chat", "crash", "ride"];
    let each = ["on", "solo", "dens", "vel", "key", "choke", "lvl", "pan", "tune"];
    let expected: Vec<String> =
        names.iter().flat_map(|name| each.map(|parameter| format!("{name}_{parameter}"))).collect();
    let (instruments, last) = instruments.split_at(expected.len());
    assert_eq!(instruments, expected);
    let expected =
        ["style", "att_dens", "att_sync", "att_ride", "att_toms", "att_loud", "intensity"];
    let (character, last) = last.split_at(expected.len());
    assert_eq!(character, expected);
    assert_eq!(last, ["pad", "pad_x", "pad_y"]);
    let fields = JangdanParams::default().serialize_fields();
    assert_eq!(
        fields.keys().collect::<Vec<_>>(),
        [
            "corners", "edits", "findings", "folder", "groove", "kit", "name", "presets", "slots",
            "song", "weights", "window"
        ]
    );
}

#[test]
#[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
fn every_parameter_reads_back_what_it_shows() {
    let params = JangdanParams::default();
    for (id, param, _) in params.param_map() {
        for i in 0..=100 {
            let normalized = i as f32 / 100.0;
            // SAFETY: the pointers are into `params`, which outlives them.
            let (shown, read, shown_again) = unsafe {
                let shown = param.normalized_value_to_string(normalized, true);
                let read = param.string_to_normalized_value(&shown);
                let read = read.unwrap_or_else(|| panic!("{id} does not read {shown:?}"));
                (shown, read, param.normalized_value_to_string(read, true))
            };
            assert_eq!(shown, shown_again, "{id} at {normalized}, read as {read}");
        }
    }
}

#[test]
#[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
fn what_a_host_sends_that_is_no_number_asks_for_the_default() {
    let params = JangdanParams::default();
    let default = params.recipe();
    for (_, param, _) in params.param_map() {
        // SAFETY: the pointers are into `params`, which outlives them.
        unsafe { param._internal_set_normalized_value(f32::NAN) };
    }
    assert!(params.generate.temperature.value().is_nan());
    assert_eq!(Recipe { seed: default.seed, ..params.recipe() }, default);
}

#[test]
fn values_are_shown_in_musical_words() {
    let params = JangdanParams::default();
    let (generate, play) = (&params.generate, &params.play);
    assert_eq!(generate.latent[0].value.to_string(), "0.00 σ");
    assert_eq!(generate.density.to_string(), "as learned");
    assert_eq!(generate.density.normalized_value_to_string(0.9, true), "80 % busier");
    assert_eq!(play.swing.to_string(), "50 %, straight");
    assert_eq!(play.quantise.to_string(), "Beat");
    assert_eq!(params.kit.level.to_string(), "0.0 dB");
    assert_eq!(params.kit.is_on.to_string(), "on");
    assert_eq!(params.kit.model.to_string(), "Dry room");
    assert_eq!(params.kit.tune.to_string(), "0.00 st");
    assert_eq!(params.kit.room.to_string(), "100 %, as built");
    assert_eq!(params.instruments.ride.pan.to_string(), "as built");
    assert_eq!(params.instruments.ride.pan.normalized_value_to_string(0.25, true), "50 % left");
    assert_eq!(params.pattern.length.to_string(), "4 bars");
    assert_eq!(params.pattern.start.to_string(), "first step");
    assert_eq!(params.notes.length.to_string(), "0.50 of a 16th");
    assert_eq!(params.perform.slot.to_string(), "Live");
    assert_eq!(params.instruments.ride.key.to_string(), "D#2 (51)");
    assert_eq!(params.instruments.open_hat.choke.to_string(), "Group 1");
}

#[test]
fn a_new_instance_plays_patterns_as_they_are() {
    let playing = JangdanParams::default().playing();
    assert_eq!(playing, engine::Playing { seed: playing.seed, ..as_they_are(playing.seed) });
}

fn as_they_are(seed: u64) -> engine::Playing {
    let feel = Feel::AS_PLAYED.with_humanise(0.0, seed);
    let velocity_settings = VelocitySettings { seed, ..VelocitySettings::AS_PLAYED };
    engine::Playing {
        playback: PlaybackSettings::whole(feel),
        velocity_settings,
        ..engine::Playing::default()
    }
}
