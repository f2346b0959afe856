//! Kits from files: what is read, what is refused, and that hostile files give one line.

use std::path::Path;

use groove::{Articulation, Instrument};
use sample_kit::{Loaded, load};
use testkit::{Random, harmed};

/// A short WAV: one channel, 16 bits, 44.1 kHz; `frequency` tells one from another.
fn wav(path: &Path, frequency: f32) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).expect("written");
    for n in 0..4410 {
        let sample = (frequency * n as f32 / 44_100.0 * std::f32::consts::TAU).sin();
        file.write_sample((sample * 8000.0) as i16).expect("written");
    }
    file.finalize().expect("written");
}

fn regions(loaded: &Loaded, instrument: Instrument) -> &[kit::Region] {
    &loaded.kit.pads[instrument.index()].regions
}

#[test]
fn a_folder_is_read_by_the_names_of_its_files_and_folders_and_takes_go_in_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["Kick.wav", "snare/01.wav", "snare/02.wav", "Hat Closed.WAV", "notes.txt"] {
        wav(&folder.path().join(name), 100.0);
    }
    let loaded = load(folder.path()).expect("a kit");
    assert_eq!(regions(&loaded, Instrument::Kick).len(), 1);
    let turns: Vec<_> = regions(&loaded, Instrument::Snare).iter().map(|r| r.turn).collect();
    assert_eq!(turns, [(2, 0), (2, 1)]);
    assert_eq!(regions(&loaded, Instrument::ClosedHiHat).len(), 1);
    assert_eq!(loaded.kit.missing().count(), 6);
    assert!(loaded.unread.is_empty(), "{:?}", loaded.unread);
}

#[test]
fn an_sfz_is_read_with_its_groups_layers_turns_and_chokes() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["kick soft.wav", "kick hard.wav", "hat.wav", "open.wav"] {
        wav(&folder.path().join("s").join(name), 100.0);
    }
    let text = "<control>default_path=s\\\n<group>key=36 volume=-6\n\
                <region>hivel=63 sample=kick soft.wav\n<region>lovel=64 sample=kick hard.wav tune=50\n\
                <region>key=42 group=1 sample=hat.wav\n<region>key=46 off_by=1 sample=open.wav pan=-50\n\
                <region>key=38 sample=../outside.wav\n";
    let path = folder.path().join("drums.sfz");
    // A region of a group takes its key over, so the hats need a group of their own.
    std::fs::write(&path, text.replace("<region>key=42", "<group>\n<region>key=42"))
        .expect("written");
    let loaded = load(&path).expect("a kit");
    let kick = regions(&loaded, Instrument::Kick);
    assert_eq!(kick.len(), 2);
    assert!((kick[0].velocity.1 - kick[1].velocity.0).abs() < 1e-6, "no gap between layers");
    assert!((kick[0].gain - 0.501).abs() < 1e-2 && kick[1].speed > 1.0);
    assert_eq!(regions(&loaded, Instrument::OpenHiHat)[0].pan, -0.5);
    let closed = &loaded.kit.pads[Instrument::ClosedHiHat.index()];
    assert_eq!(closed.chokes, 1 << Instrument::OpenHiHat.index());
    assert!(regions(&loaded, Instrument::Snare).is_empty());
    assert_eq!(loaded.unread.len(), 1, "{:?}", loaded.unread);
}

#[test]
fn an_sfz_with_keys_of_its_own_is_read_by_the_names_of_its_recordings() {
    let folder = tempfile::tempdir().expect("a folder");
    let drums = ["KdrumL", "KdrumR", "Snare1", "HihatClosed", "HihatOpen", "RideL", "RideLBell"];
    let drums = drums.into_iter().chain(["CrashL", "China", "Tom1", "Tom2", "Tom3"]);
    let mut text = "<global>loop_mode=no_loop\n".to_owned();
    for (drum, key) in drums.zip(48..) {
        wav(&folder.path().join(format!("samples/{drum}/1-{drum}.wav")), 10.0 * key as f32);
        text += &format!("<group>key={key}\n<region>sample=samples/{drum}/1-{drum}.wav\n");
    }
    let path = folder.path().join("keys.sfz");
    std::fs::write(&path, &text).expect("written");
    let loaded = load(&path).expect("a kit");
    assert_eq!(loaded.kit.missing().count(), 0);
    assert!(articulations(&loaded).contains(&(Instrument::Ride, Articulation::Bell)));
    // The left of two bass drums alone, at its own pitch.
    let [kick] = regions(&loaded, Instrument::Kick) else { panic!("one recording") };
    assert_eq!(kick.speed, 1.0);
    // By General MIDI, but with its second bass drum and floor tom alone.
    let second = "<region>key=35 sample=samples/KdrumL/1-KdrumL.wav\n<region>key=41 sample=samples/Tom3/1-Tom3.wav\n";
    std::fs::write(&path, second).expect("written");
    assert_eq!(load(&path).expect("a kit").kit.missing().count(), 7);
    let by_name = load(&folder.path().join("samples")).expect("a kit");
    assert_eq!(kick.sound, regions(&by_name, Instrument::Kick)[0].sound);
}

#[test]
fn an_sfz_of_several_microphones_is_read_with_its_folders_defines_and_controllers() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for name in ["kick_close", "kick_over", "snare_close", "snare_over", "bleed"] {
        wav(&at(&format!("Samples/{name}.wav")), 100.0);
    }
    std::fs::create_dir_all(at("Programs/maps")).expect("made");
    let write = |name: &str, text: &str| std::fs::write(at(name), text).expect("written");
    write("Programs/maps/keys.sfz", "#define $KICK 36 #define $SNARE 38\n#define $MIC close\n");
    // A name that begins as another does, and one that is defined anew for each microphone.
    write("Programs/maps/over.sfz", "#define $MIC over\n#define $MICS none");
    write(
        "Programs/maps/drums.sfz",
        "<group>key=$KICK\n<region>sample=kick_$MIC.wav hivel=63\n<region>sample=kick_$MIC.wav lovel=64\n\
         <group>key=$SNARE <region>sample=snare_$MIC.wav\n",
    );
    write(
        "Programs/kit.sfz",
        "#include \"maps/keys.sfz\" <control>default_path=../Samples/\nset_cc101=127 set_hdcc102=0.2\n\
         <global>locc101=1 amp_veltrack=0 group_volume=-6\n#include \"maps/drums.sfz\"\n\
         <master>locc102=64\n<region>key=36 sample=bleed.wav\n\
         <global>hicc102=64\n#include \"maps/over.sfz\" #include \"maps/drums.sfz\"\n",
    );
    let loaded = load(&at("Programs/kit.sfz")).expect("a kit");
    assert!(loaded.unread.is_empty(), "{:?}", loaded.unread);
    let kick = regions(&loaded, Instrument::Kick);
    assert_eq!((kick.len(), regions(&loaded, Instrument::Snare).len()), (4, 2));
    assert!(kick.iter().take(2).all(|region| (region.gain - 0.501).abs() < 1e-3));
    assert_eq!((kick[0].exponent, kick[2].gain), (0.0, 1.0));
}

/// The articulations that a kit has recordings of, by instrument.
fn articulations(loaded: &Loaded) -> Vec<(Instrument, Articulation)> {
    let of = |i: Instrument| {
        let all = Articulation::of(i).iter().copied();
        all.filter(move |&a| loaded.kit.pads[i.index()].has(a)).map(move |a| (i, a))
    };
    Instrument::ALL.into_iter().flat_map(of).collect()
}

#[test]
fn articulations_are_read_by_key_and_by_name_and_change_nothing_of_the_plain_strokes() {
    use Articulation::{Bell, CrossStick, HalfOpen, Pedal, Plain, RimShot};
    use Instrument::{ClosedHiHat, OpenHiHat, Ride, Snare};
    let folder = tempfile::tempdir().expect("a folder");
    let names = [
        "snare",
        "side stick",
        "rim shot",
        "electric",
        "hat",
        "pedal",
        "ride",
        "bell",
        "semi-open",
    ];
    for name in names {
        wav(&folder.path().join("s").join(format!("{name}.wav")), 100.0);
    }
    let plain = "<control>default_path=s/\n<region>key=38 sample=snare.wav\n\
                 <region>key=42 sample=hat.wav\n<region>key=51 sample=ride.wav\n";
    let others = "<region>key=37 sample=side stick.wav volume=6\n<region>key=44 sample=pedal.wav\n\
                  <region>key=53 sample=bell.wav\n";
    let read = |text: &str| {
        let path = folder.path().join("drums.sfz");
        std::fs::write(&path, text).expect("written");
        load(&path).expect("a kit")
    };
    let (alone, whole) = (read(plain), read(&format!("{plain}{others}")));
    let wanted = [
        (Snare, Plain),
        (Snare, CrossStick),
        (ClosedHiHat, Plain),
        (ClosedHiHat, Pedal),
        (Ride, Plain),
        (Ride, Bell),
    ];
    assert_eq!(articulations(&whole), wanted);
    assert_eq!(whole.kit.gain, alone.kit.gain, "as loud as it was");
    // General MIDI's second snare is a rim shot if the kit says so.
    let electric = read(&format!("{plain}<region>key=40 sample=electric.wav\n"));
    assert!(!articulations(&electric).contains(&(Snare, RimShot)));
    let rim_shot = read(&format!("{plain}<region>key=40 sample=rim shot.wav\n"));
    assert!(articulations(&rim_shot).contains(&(Snare, RimShot)));

    std::fs::remove_file(folder.path().join("drums.sfz")).expect("removed");
    std::fs::remove_file(folder.path().join("s/electric.wav")).expect("removed");
    let by_name = load(folder.path()).expect("a kit");
    let wanted = [
        (Snare, Plain),
        (Snare, CrossStick),
        (Snare, RimShot),
        (OpenHiHat, HalfOpen),
        (ClosedHiHat, Plain),
        (ClosedHiHat, Pedal),
        (Ride, Plain),
        (Ride, Bell),
    ];
    assert_eq!(articulations(&by_name), wanted);
    assert!(by_name.kit.missing().any(|missing| missing == OpenHiHat), "half-open alone is no hat");
}

#[test]
fn a_hydrogen_kit_is_read_with_its_layers() {
    let folder = tempfile::tempdir().expect("a folder");
    wav(&folder.path().join("a.wav"), 100.0);
    wav(&folder.path().join("b.wav"), 100.0);
    let text = "<?xml version=\"1.0\"?><drumkit_info xmlns=\"http://www.hydrogen-music.org/drumkit\">\
        <name>Two</name><instrumentList><instrument><name>Bass Drum</name><volume>0.5</volume>\
        <layer><filename>a.wav</filename><min>0</min><max>0.5</max><gain>1</gain><pitch>12</pitch></layer>\
        <layer><filename>b.wav</filename><min>0.5</min><max>1</max></layer></instrument>\
        <instrument><name>Snare</name><filename>gone.wav</filename></instrument></instrumentList></drumkit_info>";
    let path = folder.path().join("drumkit.xml");
    std::fs::write(&path, text).expect("written");
    for path in [path.as_path(), folder.path()] {
        let loaded = load(path).expect("a kit");
        assert_eq!(loaded.name, "Two");
        let kick = regions(&loaded, Instrument::Kick);
        assert_eq!((kick.len(), kick[0].speed, kick[0].gain), (2, 2.0, 0.5));
        assert_eq!(loaded.unread.len(), 1);
    }
}

#[test]
fn what_is_no_kit_is_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let endless = "#include \"endless.sfz\"\n".repeat(3);
    let deep = "<a>".repeat(100_000);
    let mut smpl = b"RIFF\xff\xff\xff\x7fsfbkLIST\xff\xff\xff\x7fINFO".to_vec();
    smpl.extend([0xff; 64]);
    for path in [
        file("empty.sfz", b""),
        file("endless.sfz", endless.as_bytes()),
        file("elsewhere.sfz", b"#include \"../../../etc/passwd\""),
        file("out.sfz", b"<region>key=36 sample=../../../etc/passwd"),
        file("empty.xml", b""),
        file("deep.xml", deep.as_bytes()),
        file("binary.xml", &[0xff, 0xfe, 0, 1, 2]),
        file("empty.sf2", b""),
        file("sizes.sf2", &smpl),
        file("kit.zip", b"PK"),
        folder.path().join("missing.sfz"),
        folder.path().join("missing"),
    ] {
        let error = load(&path).expect_err("no kit").to_string();
        assert!(!error.is_empty() && !error.contains(['\n', '\r']), "{path:?}: {error:?}");
    }
}

#[test]
fn random_and_damaged_files_never_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    wav(&folder.path().join("kick.wav"), 100.0);
    let whole = std::fs::read(folder.path().join("kick.wav")).expect("read");
    let mut random = Random(7);
    let sfz = b"<group>key=36<region>sample=kick.wav seq_length=2 lovel=1 pan=-3";
    for round in 0..300 {
        let (name, place, valid) = if round % 2 == 0 {
            ("kick.wav", ".", &whole[..])
        } else {
            ("a.sfz", "a.sfz", &sfz[..])
        };
        let bytes = harmed(valid, &[], &mut random);
        std::fs::write(folder.path().join(name), &bytes).expect("written");
        _ = load(&folder.path().join(place));
    }
}

#[test]
fn all_who_hold_a_kit_share_it_and_its_hash_is_that_of_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kick.wav");
    wav(&path, 100.0);
    let shared = || sample_kit::load_shared(folder.path()).expect("a kit");
    let (first, second) = (shared(), shared());
    assert!(std::sync::Arc::ptr_eq(&first.kit, &second.kit));
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(first.sha256.len(), 64);
    // What was changed on the disk is read anew, though its older self is in memory.
    wav(&path, 200.0);
    let changed = shared();
    assert_ne!(changed.sha256, first.sha256);
    assert_ne!(changed.kit.pads[0].regions[0].sound, first.kit.pads[0].regions[0].sound);
    // A name says what is played.
    std::fs::rename(&path, folder.path().join("snare.wav")).expect("renamed");
    assert_ne!(shared().sha256, changed.sha256);
    assert!(first.kit.bytes() > 0, "it is there as long as it is held");
}
