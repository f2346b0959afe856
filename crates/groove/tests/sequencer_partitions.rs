//! The sequencer's central promise: however the timeline is cut into spans, each hit is found once.

use groove::sequencer::{
    EARLIEST_STEPS, Feel, LATEST_STEPS, Length, PlaybackSettings, Shape, SoundingHit, Speed, hits,
};
use groove::{Articulation, Bar, Beats, Grid, Hit, INSTRUMENTS, Instrument, Metre, Pattern, Span};
use proptest::prelude::*;

fn bar() -> impl Strategy<Value = Bar> {
    let metre = prop_oneof![Just(Metre::FOUR_FOUR), prop::sample::select(Metre::ALL.to_vec())];
    (metre, prop::sample::select(Grid::ALL.to_vec()))
        .prop_map(|(metre, grid)| Bar::new(metre, grid))
}

/// The hits of a pattern, crowded at the extremes, where they cross into neighbouring steps.
fn pattern() -> impl Strategy<Value = Vec<(usize, usize, f32, f32, usize)>> {
    let micro_offset = prop_oneof![Just(-0.5f32), Just(0.5f32), Just(0.0f32), -0.5f32..0.5];
    let way = prop_oneof![3 => Just(0), 2 => 0..Articulation::MOST];
    let hit = (0..Bar::MOST_STEPS, 0..INSTRUMENTS, 0.0f32..=1.0, micro_offset, way);
    prop::collection::vec(hit, 0..200)
}

fn of_hits(bar: Bar, hits: &[(usize, usize, f32, f32, usize)]) -> Pattern {
    let mut pattern = Pattern::empty(bar);
    for &(step, instrument, velocity, micro_offset, way) in hits {
        let instrument = Instrument::from_index(instrument).unwrap();
        let step = step % bar.pattern_steps();
        let ways = Articulation::of(instrument);
        let hit = Hit::new(velocity, micro_offset).struck_as(ways[way % ways.len()]);
        pattern.set(step, instrument, Some(hit));
    }
    pattern
}

fn feel() -> impl Strategy<Value = Feel> {
    let bent = || prop_oneof![Just(0.5), Just(0.75), 0.5..0.75];
    let share = || prop_oneof![Just(0.0), Just(1.0), 0.0..1.0];
    (bent(), bent(), share(), share(), any::<u64>()).prop_map(
        |(swing, triplet, timing, chance, seed)| {
            Feel::new(swing, timing).with_triplet(triplet).with_humanise(chance, seed)
        },
    )
}

fn playback() -> impl Strategy<Value = PlaybackSettings> {
    let length = prop_oneof![Just(Length::One), Just(Length::Two), Just(Length::Four)];
    let speed = prop_oneof![Just(Speed::Half), Just(Speed::Normal), Just(Speed::Double)];
    let place = (0..96_u8, prop_oneof![Just(0), -100..300_i64]);
    (length, place, speed, bar(), feel()).prop_map(|(length, (start, origin), speed, bar, feel)| {
        let shape = Shape { length, start, speed, bar, origin };
        PlaybackSettings { shape, feel, ..PlaybackSettings::default() }
    })
}

/// Cuts anywhere, or on a 64th of a beat, where grid times and extreme micro-offsets lie.
fn cuts(range: std::ops::Range<f64>) -> impl Strategy<Value = Vec<f64>> {
    let cut = prop_oneof![range.clone(), range.prop_map(|cut| (cut * 64.0).round() / 64.0)];
    prop::collection::vec(cut, 0..60)
}

fn found(
    start: f64,
    end: f64,
    playback: PlaybackSettings,
    patterns: &[Pattern; 2],
) -> Vec<SoundingHit> {
    // A new pattern every 16 played steps, also in the middle of a cycle.
    let rows = |step: i64| {
        let pattern = &patterns[step.div_euclid(16).rem_euclid(2) as usize];
        pattern.row(playback.shape.pattern_step(step))
    };
    hits(Span { start: Beats(start), end: Beats(end) }, playback, rows).collect()
}

proptest! {
    #[test]
    fn any_cut_of_the_timeline_gives_the_same_hits(
        patterns in [pattern(), pattern()],
        playback in playback(),
        start in -40.0..40.0,
        cuts in cuts(0.0..34.0),
    ) {
        let patterns = patterns.map(|hits| of_hits(playback.shape.bar, &hits));
        let end = start + 34.0;
        let mut edges: Vec<f64> = cuts.iter().map(|cut| start + cut).collect();
        edges.extend([start, end]);
        edges.sort_by(f64::total_cmp);
        let cut: Vec<SoundingHit> =
            edges.windows(2).flat_map(|edge| found(edge[0], edge[1], playback, &patterns)).collect();
        prop_assert_eq!(cut, found(start, end, playback, &patterns));
    }

    #[test]
    fn the_hits_of_a_span_are_those_whose_time_lies_in_it(
        patterns in [pattern(), pattern()],
        playback in playback(),
        start in -40.0..40.0,
        length in 0.0..20.0,
    ) {
        let bar = playback.shape.bar;
        let patterns = patterns.map(|hits| of_hits(bar, &hits));
        let span = Span { start: Beats(start), end: Beats(start + length) };
        // The plain search: every step of a generous range, then sorted.
        let mut expected = Vec::new();
        let Shape { start: first, speed, .. } = playback.shape;
        let length = playback.shape.steps() as i64;
        let step_beats = match speed {
            Speed::Half => 2.0,
            Speed::Normal => 1.0,
            Speed::Double => 0.5,
        } * bar.grid().step_clocks() as f64 / 24.0;
        for step in -1000..1500_i64 {
            let pattern = &patterns[step.div_euclid(16).rem_euclid(2) as usize];
            for instrument in Instrument::ALL {
                let place = (i64::from(first) + step.rem_euclid(length)) % bar.pattern_steps() as i64;
                let Some(hit) = pattern.hit(place as usize, instrument) else { continue };
                let shift = playback.feel.shift(bar, step, instrument, hit);
                let origin = playback.shape.origin as f64 / 24.0;
                let at = |shift: f64| Beats(origin + (step as f64 + shift) * step_beats);
                let mut expect = |time, hit, is_grace| {
                    if span.contains(time) {
                        expected.push(SoundingHit { time, step, instrument, hit, is_grace });
                    }
                };
                expect(at(shift), hit, false);
                let lead = (0.05 / step_beats).min(0.2).min(f64::from(hit.micro_offset()) + 0.5);
                if hit.articulation() == Articulation::Flam && lead > 0.0 {
                    let soft = Hit::new(0.6 * hit.velocity(), hit.micro_offset());
                    expect(at(shift - lead), soft, true);
                }
            }
        }
        expected.sort_by(|a, b| {
            a.time.0.total_cmp(&b.time.0).then((a.step, a.instrument).cmp(&(b.step, b.instrument)))
        });
        prop_assert_eq!(found(span.start.0, span.end.0, playback, &patterns), expected);
    }

    #[test]
    fn no_hit_strays_further_from_its_step_than_stated(
        step in -1000..1000_i64,
        micro_offset in -1.0f32..1.0,
        feel in feel(),
        bar in bar(),
    ) {
        let shift = feel.shift(bar, step, Instrument::Snare, Hit::new(1.0, micro_offset));
        prop_assert!((EARLIEST_STEPS..LATEST_STEPS).contains(&shift), "{shift}");
    }
}
