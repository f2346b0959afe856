//! What a groove is called that nobody has named.

use nice_plug::prelude::Param;

use crate::params::JangdanParams;

/// The style and the seed: `Funk 55`.
pub(super) fn of_source(params: &JangdanParams) -> String {
    let (style, seed) = (&params.character.style, &params.generate.seed);
    let seed = seed.value();
    if style.value() == 0 {
        return format!("Groove {seed}");
    }
    let style = style.normalized_value_to_string(style.unmodulated_normalized_value(), false);
    let mut letters = style.chars();
    let capital = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{capital}{} {seed}", letters.as_str())
}
