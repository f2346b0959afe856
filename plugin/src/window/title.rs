//! What the groove is called.

use nice_plug::prelude::Param;

use super::browser::grooves;
use crate::params::JangdanParams;
use crate::weights::WeightsInfo;

/// A name that a groove came with: a file's.
#[derive(Clone, Debug)]
pub(super) struct Named {
    name: String,
    /// It goes on being called so until another of these is chosen.
    source: (i32, i32),
    /// Whether it is a clip, and no longer called so once that is taken back.
    is_clip: bool,
}

impl Named {
    /// The groove as it is now, called `name`.
    pub(super) fn new(name: String, params: &JangdanParams, is_clip: bool) -> Self {
        Self { name, source: source(params), is_clip }
    }

    /// The name, if the groove is still called so.
    pub(super) fn of(&self, params: &JangdanParams) -> Option<&str> {
        let has_clip = || params.edits.get().anchor(&params.recipe()).is_some();
        let is_here = self.source == source(params) && (!self.is_clip || has_clip());
        is_here.then_some(self.name.as_str())
    }
}

/// The style and the seed.
fn source(params: &JangdanParams) -> (i32, i32) {
    (params.character.style.value(), params.generate.seed.value())
}

/// What the groove of the controls is called: as it came, as in the factory, or by its style and seed.
pub(super) fn title(params: &JangdanParams, named: Option<&str>, weights: &WeightsInfo) -> String {
    if let Some(name) = named {
        return name.to_owned();
    }
    match factory_place(params, weights) {
        Some(place) => grooves()[place].name(),
        None => of_source(params),
    }
}

/// Which of the factory's grooves it is.
pub(super) fn factory_place(params: &JangdanParams, weights: &WeightsInfo) -> Option<usize> {
    let (recipe, has_pad) = (params.recipe(), params.pad().is_some());
    // Their seeds mean nothing to other weights.
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
