//! As much of Markdown as the checks need: prose without code, links, headings.

/// Lines outside fenced code, with their numbers from 1.
pub(super) fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push((index + 1, line));
        }
    }
    lines
}

/// Anchors of the headings, as GitHub makes them.
pub(super) fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let anchor: String = title
            .trim()
            .chars()
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let again = anchors.iter().filter(|other| **other == anchor).count();
        anchors.push(if again == 0 { anchor } else { format!("{anchor}-{again}") });
    }
    anchors
}

/// Targets of links and images, `[text](target)` and HTML's `src` and `href`.
pub(super) fn links(line: &str) -> Vec<&str> {
    // Between backticks nothing is a link.
    let prose = line.split('`').step_by(2);
    let mut found = Vec::new();
    for part in prose {
        for (start, end) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            for rest in part.split(start).skip(1) {
                if let Some((target, _)) = rest.split_once(end) {
                    found.push(target.split(' ').next().unwrap_or(target));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_made_as_github_makes_them() {
        let text = "# Jangdan: a drummer\n```\n# no heading\n```\n## 첫 그루브\n## 첫 그루브\n";
        assert_eq!(anchors(text), ["jangdan-a-drummer", "첫-그루브", "첫-그루브-1"]);
    }

    #[test]
    fn links_are_found_outside_code() {
        assert_eq!(links("see [a](b.md#c) and `[x](y)` <img src=\"p.png\">"), ["b.md#c", "p.png"]);
    }
}
