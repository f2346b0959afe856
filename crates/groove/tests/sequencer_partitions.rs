//! The sequencer's central promise: however the timeline is cut into spans, each hit is found once.

use groove::sequencer::{EARLIEST_STEPS, Feel, LATEST_STEPS, SoundingHit, hits};
use groove::{Beats, Hit, INSTRUMENTS, Instrument, Pattern, STEPS, Span};
use proptest::prelude::*;

/// Patterns with hits crowded at the extremes, where they cross into neighbouring steps.
fn pattern() -> impl Strategy<Value = Pattern> {
    let micro_offset = prop_oneof![Just(-0.5f32), Just(0.5f32), Just(0.0f32), -0.5f32..0.5];
    let hit = (0..STEPS, 0..INSTRUMENTS, 0.0f32..=1.0, micro_offset);
    prop::collection::vec(hit, 0..200).prop_map(|all| {
        let mut pattern = Pattern::EMPTY;
        for (step, instrument, velocity, micro_offset) in all {
            let instrument = Instrument::from_index(instrument).unwrap();
            pattern.set(step, instrument, Some(Hit::new(velocity, micro_offset)));
        }
        pattern
    })
}

fn feel() -> impl Strategy<Value = Feel> {
    (prop_oneof![Just(0.5), Just(0.75), 0.5..0.75], prop_oneof![Just(0.0), Just(1.0), 0.0..1.0])
        .prop_map(|(swing, timing)| Feel::new(swing, timing))
}

/// Cuts anywhere, or on a 64th of a beat, where grid times and extreme micro-offsets lie.
fn cuts(range: std::ops::Range<f64>) -> impl Strategy<Value = Vec<f64>> {
    let cut = prop_oneof![range.clone(), range.prop_map(|cut| (cut * 64.0).round() / 64.0)];
    prop::collection::vec(cut, 0..60)
}

fn found(start: f64, end: f64, feel: Feel, patterns: &[Pattern; 2]) -> Vec<SoundingHit> {
    // A new pattern every bar, also in the middle of a cycle.
    let pattern_at = |step: i64| &patterns[step.div_euclid(16).rem_euclid(2) as usize];
    hits(Span { start: Beats(start), end: Beats(end) }, feel, pattern_at).collect()
}

proptest! {
    #[test]
    fn any_cut_of_the_timeline_gives_the_same_hits(
        patterns in [pattern(), pattern()],
        feel in feel(),
        start in -40.0..40.0,
        cuts in cuts(0.0..34.0),
    ) {
        let end = start + 34.0;
        let mut edges: Vec<f64> = cuts.iter().map(|cut| start + cut).collect();
        edges.extend([start, end]);
        edges.sort_by(f64::total_cmp);
        let cut: Vec<SoundingHit> =
            edges.windows(2).flat_map(|edge| found(edge[0], edge[1], feel, &patterns)).collect();
        prop_assert_eq!(cut, found(start, end, feel, &patterns));
    }

    #[test]
    fn the_hits_of_a_span_are_those_whose_time_lies_in_it(
        patterns in [pattern(), pattern()],
        feel in feel(),
        start in -40.0..40.0,
        length in 0.0..20.0,
    ) {
        let span = Span { start: Beats(start), end: Beats(start + length) };
        // The plain search: every step of a generous range, then sorted.
        let mut expected = Vec::new();
        for step in -200..280_i64 {
            let pattern = &patterns[step.div_euclid(16).rem_euclid(2) as usize];
            for instrument in Instrument::ALL {
                let hit = pattern.hit(step.rem_euclid(64) as usize, instrument);
                if let Some(hit) = hit.filter(|&hit| span.contains(feel.time(step, hit))) {
                    expected.push(SoundingHit { time: feel.time(step, hit), step, instrument, hit });
                }
            }
        }
        expected.sort_by(|a, b| {
            a.time.0.total_cmp(&b.time.0).then((a.step, a.instrument).cmp(&(b.step, b.instrument)))
        });
        prop_assert_eq!(found(span.start.0, span.end.0, feel, &patterns), expected);
    }

    #[test]
    fn no_hit_strays_further_from_its_step_than_stated(
        step in -1000..1000_i64,
        micro_offset in -1.0f32..1.0,
        feel in feel(),
    ) {
        let shift = feel.shift(step, Hit::new(1.0, micro_offset));
        prop_assert!((EARLIEST_STEPS..LATEST_STEPS).contains(&shift), "{shift}");
    }
}
