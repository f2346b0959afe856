//! The title of the groove.

use nice_plug::prelude::Param;

use crate::factory::weights::WeightsInfo;
use crate::files::display_text::one_line;
use crate::params::JangdanParams;
use crate::window::panels::browser::grooves;

/// The title of the live groove: the name it came with, its factory name, or style and seed.
pub(crate) fn title(params: &JangdanParams, named: Option<&str>, weights: &WeightsInfo) -> String {
    if let Some(name) = named {
        return one_line(name).into_owned();
    }
    match factory_place(params, weights) {
        Some(place) => grooves()[place].name(),
        None => of_source(params),
    }
}

/// The index of the live groove among the factory's, if it is one.
pub(crate) fn factory_place(params: &JangdanParams, weights: &WeightsInfo) -> Option<usize> {
    let (recipe, has_pad) = (params.recipe(), params.pad().is_some());
    // Factory seeds make their grooves only with the built-in weights.
    if has_pad || !weights.is_built_in() {
        return None;
    }
    let edits = params.edits.get();
    let clip = edits.anchor(&recipe);
    grooves().iter().position(|groove| {
        let played = groove.performance.as_ref().map(|performance| &performance.pattern);
        groove.recipe == recipe && played == clip
    })
}

/// `Funk 55`.
fn of_source(params: &JangdanParams) -> String {
    let (style, seed) = (&params.character.style, params.generate.seed.value());
    if style.value() == 0 {
        return format!("Groove {seed}");
    }
    let style = style.normalized_value_to_string(style.unmodulated_normalized_value(), false);
    let mut letters = style.chars();
    let capital = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{capital}{} {seed}", letters.as_str())
}
