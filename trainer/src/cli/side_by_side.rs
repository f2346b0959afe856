//! Two patterns side by side as text, for terminals.

use groove::{BARS, Instrument, Pattern, STEPS_PER_BAR};

/// Bars in a line: two patterns beside each other then fit 90 columns.
const BARS_PER_LINE: usize = 2;

/// `left` and `right` under their names, two bars at a time; instruments that neither plays are left out.
/// X is loud, x medium, a dot soft.
pub(super) fn side_by_side(names: [&str; 2], left: &Pattern, right: &Pattern) -> String {
    let instruments: Vec<Instrument> = Instrument::ALL
        .into_iter()
        .rev()
        .filter(|instrument| {
            [left, right].iter().any(|p| p.iter().any(|(_, i, _)| i == *instrument))
        })
        .collect();
    let mut text = String::new();
    for first in (0..BARS).step_by(BARS_PER_LINE) {
        let bars = first..first + BARS_PER_LINE;
        let heading = format!("bars {} and {}", first + 1, first + BARS_PER_LINE);
        let width = BARS_PER_LINE * (STEPS_PER_BAR + 1) + 1;
        text += &format!("{heading:13}{:width$}   {}\n", names[0], names[1]);
        for &instrument in &instruments {
            let row = |pattern| line(pattern, instrument, bars.clone());
            text += &format!("{:13}{}   {}\n", instrument.name(), row(left), row(right));
        }
        text.push('\n');
    }
    text
}

fn line(pattern: &Pattern, instrument: Instrument, bars: std::ops::Range<usize>) -> String {
    let bar = |bar: usize| -> String {
        let steps = bar * STEPS_PER_BAR..(bar + 1) * STEPS_PER_BAR;
        steps.map(|step| letter(pattern.hit(step, instrument).map(|hit| hit.velocity()))).collect()
    };
    format!("|{}|", bars.map(bar).collect::<Vec<_>>().join("|"))
}

fn letter(velocity: Option<f32>) -> char {
    match velocity {
        None => '-',
        Some(velocity) if velocity > 0.75 => 'X',
        Some(velocity) if velocity > 0.35 => 'x',
        Some(_) => '.',
    }
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    #[test]
    fn patterns_stand_beside_each_other_two_bars_at_a_time() {
        let (mut left, mut right) = (Pattern::EMPTY, Pattern::EMPTY);
        left.set(0, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
        left.set(56, Instrument::Kick, Some(Hit::new(0.2, 0.0)));
        right.set(17, Instrument::Snare, Some(Hit::new(0.5, 0.0)));
        let expected = "\
bars 1 and 2 played                                this
Snare        |----------------|----------------|   |----------------|-x--------------|
Kick         |X---------------|----------------|   |----------------|----------------|

bars 3 and 4 played                                this
Snare        |----------------|----------------|   |----------------|----------------|
Kick         |----------------|--------.-------|   |----------------|----------------|

";
        assert_eq!(side_by_side(["played", "this"], &left, &right), expected);
    }
}
