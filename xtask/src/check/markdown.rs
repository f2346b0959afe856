//! As much of Markdown as the checks need: prose without code, commands without prose, headings.

/// What a line stands in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Prose,
    /// A fenced block marked `sh`: commands.
    Shell,
    /// Any other fenced block: diagrams, output, code.
    Fence,
}

/// Lines outside fenced code, with their numbers from 1.
pub(super) fn prose(text: &str) -> Vec<(usize, &str)> {
    let is_prose = |&(_, _, place): &(usize, &str, Place)| place == Place::Prose;
    split(text).into_iter().filter(is_prose).map(|(number, line, _)| (number, line)).collect()
}

/// Lines of fenced blocks marked `sh`, and spans between backticks in prose, with their line numbers.
pub(super) fn commands(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line, place) in split(text) {
        match place {
            Place::Prose => {
                found.extend(line.split('`').skip(1).step_by(2).map(|span| (number, span)));
            }
            Place::Shell => found.push((number, line)),
            Place::Fence => {}
        }
    }
    found
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

/// Every line but the fences, with its number and what it stands in.
fn split(text: &str) -> Vec<(usize, &str, Place)> {
    let mut place = Place::Prose;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            place = match (place, language.trim()) {
                (Place::Prose, "sh") => Place::Shell,
                (Place::Prose, _) => Place::Fence,
                _ => Place::Prose,
            };
        } else {
            lines.push((index + 1, line, place));
        }
    }
    lines
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
    fn links_commands_and_diagrams_do_not_mix() {
        assert_eq!(links("see [a](b.md#c) and `[x](y)` <img src=\"p.png\">"), ["b.md#c", "p.png"]);
        let text = "say `cargo test` now\n```sh\ncargo run\n```\n```\ntrainer -> plugin\n```";
        assert_eq!(commands(text), [(1, "cargo test"), (3, "cargo run")]);
    }
}
