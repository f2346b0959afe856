//! Eight hours of playing, faster than real time: no hit is lost, none is doubled, and the last one is as
//! much in time as the first.

use engine::{Engine, Event, Playing, Score, Transport};
use groove::{Beats, Hit, Instrument, Pattern, STEPS};

const HOURS: f64 = 8.0;

/// What came of it.
struct Played {
    onsets: u64,
    /// How far from its time the worst hit was, in samples. A hit waits for the next whole sample.
    worst: f64,
    /// How far the playhead is from where it should be in the end, in samples.
    drift: f64,
}

/// Plays for [`HOURS`] in blocks of 512 samples, a kick on every 16th.
fn play(tempo: f64, sample_rate: f64, position_of: impl Fn(u64) -> Option<f64>) -> Played {
    let mut pattern = Pattern::EMPTY;
    for step in 0..STEPS {
        pattern.set(step, Instrument::Kick, Some(Hit::new(0.8, 0.0)));
    }
    let mut engine = Engine::new(Score::steady(pattern));
    let samples_per_step = sample_rate * 60.0 / tempo / 4.0;
    let total = (HOURS * 3600.0 * sample_rate) as u64;
    let (mut now, mut onsets, mut worst) = (0_u64, 0_u64, 0.0_f64);
    while now < total {
        let transport = Transport {
            is_playing: true,
            position: position_of(now).map(Beats),
            tempo: Some(tempo),
            loop_range: None,
            sample_rate,
        };
        engine.process(&transport, &Playing::default(), None, &[], 512, &mut |event| {
            if let Event::NoteOn { at, .. } = event {
                let sample = (now + u64::from(at.0)) as f64;
                worst = worst.max((sample - onsets as f64 * samples_per_step).abs());
                onsets += 1;
            }
            true
        });
        now += 512;
    }
    let expected = (now as f64 / samples_per_step).ceil() as u64;
    assert_eq!(onsets, expected, "at {tempo} BPM and {sample_rate} Hz");
    let playhead = engine.playhead().unwrap().0 * 4.0 * samples_per_step;
    Played { onsets, worst, drift: (playhead - now as f64).abs() }
}

#[test]
fn after_eight_hours_a_hit_is_less_than_a_sample_from_its_time() {
    for (tempo, sample_rate) in [(127.3, 44_100.0), (93.0, 48_000.0)] {
        let beat = |sample: u64| sample as f64 / sample_rate * tempo / 60.0;
        let exact = play(tempo, sample_rate, |now| Some(beat(now)));
        assert!(exact.worst < 1.0, "{} samples off", exact.worst);
        // A host that says the time in ticks, 960 to the beat.
        let ticks = |sample: u64| (beat(sample) * 960.0).round() / 960.0;
        let ticked = play(tempo, sample_rate, |now| Some(ticks(now)));
        let tick = sample_rate * 60.0 / tempo / 960.0;
        assert!(ticked.worst < 1.0 + tick, "{} samples off, of {tick} to the tick", ticked.worst);
        // One that says no time: the drummer has to count by himself.
        let counted = play(tempo, sample_rate, |_| None);
        assert!(counted.drift < 1.0, "{} samples off", counted.drift);
        println!(
            "{} hits at {tempo} BPM and {sample_rate} Hz: the worst is {:.3} samples late; \
             without the host's position the drift is {:.3} samples",
            exact.onsets, exact.worst, counted.drift
        );
    }
}
