//! The latent map: a dot per window along the two widest directions, coloured by style.

use std::collections::BTreeMap;

use super::drawing::{Anchor, COLOURS, Drawing, FAINT, GREY};

const SIZE: [f64; 2] = [620.0, 460.0];
/// Standard deviations from the middle to the edge.
const REACH: f64 = 3.5;

/// The map of windows, each its coordinates in standard deviations and its style. The styles with most windows have
/// a colour each, the others are grey.
pub(super) fn latent_map<'a>(windows: impl Iterator<Item = ([f32; 2], &'a str)>) -> Drawing {
    let windows: Vec<_> = windows.collect();
    let mut drawing = Drawing::new(SIZE[0] + 160.0, SIZE[1]);
    drawing.rect([0.0, 0.0], SIZE, FAINT, 0.35);
    let middle = SIZE.map(|length| length / 2.0);
    drawing.line([0.0, middle[1]], [SIZE[0], middle[1]], FAINT);
    drawing.line([middle[0], 0.0], [middle[0], SIZE[1]], FAINT);
    drawing.text([SIZE[0] - 6.0, middle[1] - 5.0], 10.0, Anchor::End, "slider 1");
    drawing.text([middle[0] + 5.0, 13.0], 10.0, Anchor::Start, "slider 2");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    windows.iter().for_each(|(_, style)| *counts.entry(style).or_default() += 1);
    let mut styles: Vec<_> = counts.into_iter().collect();
    styles.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let colour_of = |style: &str| {
        styles.iter().position(|(name, _)| *name == style).and_then(|i| COLOURS.get(i))
    };
    // The grey ones lie below.
    let (coloured, grey): (Vec<_>, Vec<_>) =
        windows.iter().partition(|(_, style)| colour_of(style).is_some());
    for (at, style) in grey.into_iter().chain(coloured) {
        let along = at.map(|u| (f64::from(u) / REACH).clamp(-1.0, 1.0));
        let at = [middle[0] * (1.0 + along[0]), middle[1] * (1.0 - along[1])];
        drawing.dot(at, 2.4, colour_of(style).unwrap_or(&GREY), 0.55);
    }
    let mut y = 14.0;
    let mut legend = |colour: &str, name: &str, count: usize| {
        drawing.dot([SIZE[0] + 16.0, y - 4.0], 4.5, colour, 1.0);
        drawing.text([SIZE[0] + 28.0, y], 12.0, Anchor::Start, &format!("{name} ({count})"));
        y += 20.0;
    };
    for ((name, count), colour) in styles.iter().zip(COLOURS) {
        legend(colour, if name.is_empty() { "no style" } else { name }, *count);
    }
    let others: usize = styles.iter().skip(COLOURS.len()).map(|(_, count)| count).sum();
    if others > 0 {
        legend(GREY, "others", others);
    }
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_common_styles_have_colours_and_the_others_are_grey() {
        let styles: Vec<String> =
            (0..8).flat_map(|style| (0..10 - style).map(move |_| format!("s{style}"))).collect();
        let svg = latent_map(styles.iter().map(|style| ([9.0, -9.0], style.as_str()))).svg();
        assert!(svg.contains("s5 (5)") && !svg.contains("s6 (4)") && svg.contains("others (7)"));
        // Far away is drawn at the edge.
        assert!(svg.contains(r#"cx="620.0" cy="460.0""#));
    }
}
