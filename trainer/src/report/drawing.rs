//! SVG drawings.

use std::fmt::Write;

/// The font of all text.
const FONTS: &str = "Inter, sans-serif";

/// Colours that colour-blind people can tell apart (Okabe and Ito 2008, *Color Universal Design*), black and yellow
/// left out.
pub(super) const COLOURS: [&str; 6] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
/// Colour of axes and of points without a colour of their own.
pub(super) const GREY: &str = "#8a8f98";
/// Colour of lines in the background.
pub(super) const FAINT: &str = "#e3e6ea";
/// Colour of text.
pub(super) const INK: &str = "#22262b";

/// Alignment of a text at its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing of some size, in points, with the origin at its upper left.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawing {
    width: f64,
    height: f64,
    body: String,
}

impl Drawing {
    /// An empty one.
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub(super) fn rect(&mut self, at: [f64; 2], size: [f64; 2], fill: &str, opacity: f64) {
        let ([x, y], [w, h]) = (at, size);
        self.element(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" fill="{fill}" fill-opacity="{opacity:.2}"/>"#
        ));
    }

    pub(super) fn line(&mut self, from: [f64; 2], to: [f64; 2], stroke: &str) {
        self.polyline(&[from, to], stroke, 1.0);
    }

    pub(super) fn polyline(&mut self, points: &[[f64; 2]], stroke: &str, width: f64) {
        let points: Vec<String> = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        self.element(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{stroke}" stroke-width="{width}"/>"#,
            points.join(" ")
        ));
    }

    pub(super) fn dot(&mut self, at: [f64; 2], radius: f64, fill: &str, opacity: f64) {
        let [x, y] = at;
        self.element(format_args!(
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" fill="{fill}" fill-opacity="{opacity}"/>"#
        ));
    }

    pub(super) fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        let [x, y] = at;
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.element(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" font-family="{FONTS}" font-size="{size}" fill="{INK}" text-anchor="{anchor}">{}</text>"#,
            escaped(text)
        ));
    }

    /// The drawing as an SVG document.
    pub(super) fn svg(&self) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">{body}</svg>"
        )
    }

    fn element(&mut self, element: std::fmt::Arguments<'_>) {
        self.body.write_fmt(element).expect("strings take any text");
    }
}

/// `text` escaped for SVG and HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // Other control characters are not allowed in XML.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.text([0.0, 0.0], 9.0, Anchor::Start, "<b>&\"\u{1b}");
        assert!(drawing.svg().contains(">&lt;b&gt;&amp;&quot;\u{fffd}</text>"));
    }
}
