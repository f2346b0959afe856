//! The latent space seen along its two widest directions, a dot for each window, coloured by style.

use super::drawing::{Anchor, COLOURS, Drawing, FAINT, GREY};

const SIZE: [f64; 2] = [620.0, 460.0];
/// Standard deviations from the middle to the edge.
const REACH: f64 = 3.5;

/// Where a window lies along the first two principal directions, in standard deviations.
pub(super) struct Dot {
    pub(super) at: [f32; 2],
    pub(super) style: String,
}

/// The map of `dots`; the styles with most of them have a colour each, the others are grey.
pub(super) fn latent_map(dots: &[Dot]) -> Drawing {
    let mut drawing = Drawing::new(SIZE[0] + 160.0, SIZE[1]);
    drawing.rect([0.0, 0.0], SIZE, FAINT, 0.35);
    let middle = SIZE.map(|length| length / 2.0);
    drawing.line([0.0, middle[1]], [SIZE[0], middle[1]], FAINT);
    drawing.line([middle[0], 0.0], [middle[0], SIZE[1]], FAINT);
    drawing.text([SIZE[0] - 6.0, middle[1] - 5.0], 10.0, Anchor::End, "slider 1");
    drawing.text([middle[0] + 5.0, 13.0], 10.0, Anchor::Start, "slider 2");
    let styles = by_count(dots);
    let colour_of = |style: &str| {
        styles.iter().position(|(name, _)| *name == style).and_then(|i| COLOURS.get(i)).copied()
    };
    // The grey ones lie below.
    for is_coloured in [false, true] {
        for dot in dots {
            let colour = colour_of(&dot.style);
            if colour.is_some() == is_coloured {
                let along = dot.at.map(|u| (f64::from(u) / REACH).clamp(-1.0, 1.0));
                let at = [middle[0] * (1.0 + along[0]), middle[1] * (1.0 - along[1])];
                drawing.dot(at, 2.4, colour.unwrap_or(GREY), 0.55);
            }
        }
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

/// The styles of `dots` with how many each has, the one with most first.
fn by_count(dots: &[Dot]) -> Vec<(&str, usize)> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for dot in dots {
        *counts.entry(dot.style.as_str()).or_default() += 1;
    }
    let mut styles: Vec<_> = counts.into_iter().collect();
    styles.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    styles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_styles_have_colours_and_the_others_share_grey() {
        let dots: Vec<Dot> = (0..8)
            .flat_map(|style| (0..10 - style).map(move |_| style))
            .map(|style| Dot { at: [9.0, -9.0], style: format!("s{style}") })
            .collect();
        assert_eq!(by_count(&dots)[0], ("s0", 10));
        let svg = latent_map(&dots).svg();
        assert!(svg.contains("s5 (5)") && !svg.contains("s6 (4)") && svg.contains("others (7)"));
        // Far away is drawn at the edge.
        assert!(svg.contains(r#"cx="620.0" cy="460.0""#));
    }
}
