//! Commands that change the groove, each one undo step: edits of the grid, imports, factory
//! grooves, new rows.

use std::sync::Arc;

use groove::{Bar, Hit, Instrument, Pattern};
use nice_plug::prelude::{Enum, GuiContextInner, Param, ParamPtr};

use crate::editing::history::History;
use crate::factory::grooves::FactoryGroove;
use crate::handoff::answer::ReadyGroove;
use crate::params::{GridParam, JangdanParams, MetreParam, PatternParams};
use crate::state::choice::Choice;
use crate::state::edit::{Edit, Pen};
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::Corner;
use crate::state::redrawn_cells::RedrawnCells;
use crate::state::request::{DEFAULT_TEMPERATURE, GrooveKey, Recipe};

/// A drag over the grid, from frame to frame.
#[derive(Clone, Debug, Default)]
pub struct Stroke {
    /// The free cells that it has set, and their content before.
    cells: Vec<(usize, Instrument, Option<Hit>)>,
    is_down: bool,
}

impl Stroke {
    /// Whether a drag is going on.
    pub const fn is_down(&self) -> bool {
        self.is_down
    }
}

/// Applies edits to the displayed groove during one frame. A drag is one undo step.
pub struct GroovePen<'a> {
    params: &'a JangdanParams,
    history: &'a History,
    stroke: &'a mut Stroke,
    choice: Choice,
    key: Option<GrooveKey>,
    shown: Pattern,
}

impl<'a> GroovePen<'a> {
    /// A pen for `track`, the groove of `choice`, displayed as `shown`, edits included.
    pub fn new(
        params: &'a JangdanParams,
        history: &'a History,
        stroke: &'a mut Stroke,
        choice: Choice,
        track: &ReadyGroove,
        shown: Pattern,
    ) -> Self {
        Self { params, history, stroke, choice, key: track.key, shown }
    }

    fn change(&self, edit: impl FnOnce(&mut Edits)) {
        change(self.params, self.choice.slot, edit);
    }
}

/// Changes the edits of a slot, or of the live groove. Does nothing if the slot is empty.
///
/// # Panics
/// If `slot` is 12 or more.
pub fn change(params: &JangdanParams, slot: Option<u8>, edit: impl FnOnce(&mut Edits)) {
    let Some(slot) = slot.map(usize::from) else {
        let mut edits = params.edits.get();
        edit(Arc::make_mut(&mut edits));
        params.edits.set(edits);
        return;
    };
    let Some(held) = &params.slots.get()[slot] else { return };
    let mut groove = (**held).clone();
    edit(&mut groove.edits);
    if groove == **held {
        return;
    }
    let source = |key: Option<GrooveKey>| key.map(|key| key.source());
    if source(groove.key()) != source(held.key()) {
        groove.cycles.clear(); // they were made of something else
    }
    params.slots.store(slot, Some(groove));
}

/// Makes an imported `clip` the live groove and chooses it, as one undo step. A key may have chosen
/// another groove: see [`GuiEnd::choose`](crate::handoff::GuiEnd::choose).
pub fn import(
    params: &JangdanParams,
    history: &History,
    host: &dyn GuiContextInner,
    clip: Pattern,
) {
    let edits = Edits::import(clip, params.recipe());
    let knobs = [&live_knobs(params)[..], &bar_knobs(params, clip.bar())].concat();
    history.step(params, || {
        params.restore.begin(&knobs);
        params.edits.set(edits);
        history.set_all(params, host, &knobs);
    });
}

/// Plays the live groove to `line` and chooses it, as one undo step; see [`import`].
pub fn play_to(
    params: &JangdanParams,
    history: &History,
    host: &dyn GuiContextInner,
    line: Pattern,
) {
    let edits = (*params.edits.get()).clone().played_to(line);
    let knobs = [(params.perform.slot.as_ptr(), 0.0)];
    history.step(params, || {
        params.restore.begin(&knobs);
        params.edits.set(edits);
        history.set_all(params, host, &knobs);
    });
}

/// Puts a groove that is played to `line` into a slot, as one undo step.
///
/// # Panics
/// If `slot` is 12 or more.
pub fn fill_slot_to(params: &JangdanParams, history: &History, slot: usize, line: Pattern) {
    let (recipe, bar, anchor) = (Some(params.recipe()), line.bar(), Some(line));
    let edits = Edits::default().played_to(line);
    let groove = Groove { recipe, bar, anchor, edits, ..Groove::default() };
    history.step(params, || params.slots.store(slot, Some(groove)));
}

/// Has the groove of a slot, or the live one, let go of the line that it is played to, as one undo step.
pub fn release(params: &JangdanParams, history: &History, slot: Option<u8>) {
    let Some(slot) = slot.map(usize::from) else {
        return history.step(params, || change(params, None, Edits::release));
    };
    let Some(held) = &params.slots.get()[slot] else { return };
    let mut groove = (**held).clone();
    if let (Some(line), Some(recipe)) = (groove.edits.line().copied(), groove.recipe) {
        groove.edits.release();
        if groove.anchor == Some(line) {
            groove.anchor = groove.edits.anchor(&recipe).filter(|_| groove.pad.is_none()).copied();
        }
        (groove.cycles, groove.fills) = (Vec::new(), None);
        history.step(params, || params.slots.store(slot, Some(groove)));
    }
}

/// Puts `clips` into slots of these numbers, each as it would be if it were imported and then kept there, as one undo step.
///
/// # Panics
/// If a number is 12 or more.
pub fn fill_slots(params: &JangdanParams, history: &History, clips: &[(usize, Pattern)]) {
    let recipe = params.recipe();
    history.step(params, || {
        for &(slot, clip) in clips {
            let edits = Edits::import(clip, recipe);
            let (recipe, bar, anchor) = (Some(recipe), clip.bar(), Some(clip));
            let groove = Groove { recipe, bar, anchor, edits, ..Groove::default() };
            params.slots.store(slot, Some(groove));
        }
    });
}

/// The parameters that make the live groove play, at its seed or clip: no slot, no pad.
fn live_knobs(params: &JangdanParams) -> [(ParamPtr, f32); 2] {
    [(params.perform.slot.as_ptr(), 0.0), (params.morph.is_on.as_ptr(), 0.0)]
}

/// The parameters that give the live groove such bars; where the song has the metre, it is followed.
fn bar_knobs(params: &JangdanParams, bar: Bar) -> [(ParamPtr, f32); 2] {
    let PatternParams { metre, grid, .. } = &params.pattern;
    let song = params.host_metre.get().unwrap_or_default();
    let is_set = |choice: &MetreParam| choice.metre() == Some(bar.metre()) && bar.metre() != song;
    let metres = (0..MetreParam::variants().len()).map(MetreParam::from_index);
    let wanted = metres.clone().find(is_set).unwrap_or(MetreParam::Host);
    let grids = (0..GridParam::variants().len()).map(GridParam::from_index);
    let step = grids.clone().find(|choice| choice.grid() == bar.grid());
    let step = step.unwrap_or(GridParam::Sixteenths);
    [
        (metre.as_ptr(), metre.preview_normalized(wanted)),
        (grid.as_ptr(), grid.preview_normalized(step)),
    ]
}

/// Loads a factory groove without edits, as one undo step. Knobs that it does not name go to their
/// defaults.
pub fn begin_at(
    params: &JangdanParams,
    history: &History,
    host: &dyn GuiContextInner,
    groove: &FactoryGroove,
) {
    let (knobs, edits) = factory_knobs(params, groove);
    history.step(params, || {
        params.restore.begin(&knobs);
        params.edits.set(edits);
        history.set_all(params, host, &knobs);
    });
}

/// The parameters that a factory groove sets, with their normalised values, and its edits.
pub(crate) fn factory_knobs(
    params: &JangdanParams,
    groove: &FactoryGroove,
) -> (Vec<(ParamPtr, f32)>, Edits) {
    let Recipe { seed, style, .. } = groove.recipe;
    let style = style.map_or(0, |style| i32::from(style) + 1);
    let (generate, character) = (&params.generate, &params.character);
    let rest = |param: &nice_plug::prelude::FloatParam| param.default_normalized_value();
    let mut knobs: Vec<(ParamPtr, f32)> = vec![
        (character.style.as_ptr(), character.style.preview_normalized(style)),
        (generate.seed.as_ptr(), generate.seed.preview_normalized(seed as i32)),
        (
            generate.temperature.as_ptr(),
            generate.temperature.preview_normalized(DEFAULT_TEMPERATURE),
        ),
        (generate.density.as_ptr(), rest(&generate.density)),
        (generate.variation.as_ptr(), rest(&generate.variation)),
    ];
    let sliders = generate.latent.iter().map(|slider| &slider.value);
    let extra = params.instruments.all().map(|own| &own.density);
    let extra = extra.into_iter().filter(|density| density.unmodulated_plain_value() > 0.0);
    let all = sliders.chain(character.attributes()).chain(extra);
    knobs.extend(all.map(|param| (param.as_ptr(), rest(param))));
    let edits = match &groove.performance {
        Some(performance) => Edits::import(performance.pattern, groove.recipe),
        None => Edits::default(),
    };
    knobs.extend(live_knobs(params));
    let bar = groove.performance.as_ref().map(|performance| performance.pattern.bar());
    knobs.extend(match bar.filter(|bar| *bar != Bar::COMMON) {
        Some(bar) => bar_knobs(params, bar),
        // A groove in 4/4 is converted to the host's metre.
        None => {
            let PatternParams { metre, grid, .. } = &params.pattern;
            [
                (metre.as_ptr(), metre.default_normalized_value()),
                (grid.as_ptr(), grid.default_normalized_value()),
            ]
        }
    });
    (knobs, edits)
}

/// Puts redrawn cells into their groove, as one undo step.
pub fn put_cells(params: &JangdanParams, history: &History, redrawn: &RedrawnCells) {
    let RedrawnCells { choice, key, shown, cells } = redrawn;
    history.step(params, || {
        change(params, choice.slot, |edits| {
            for &(step, instrument, hit) in cells {
                edits.apply(Edit::Put { step, instrument, hit }, shown, key.as_ref());
            }
        });
    });
}

/// Sets corner `place`, `0..4`, of the pad, as one undo step.
///
/// # Panics
/// If `place` is 4 or more.
pub fn set_corner(params: &JangdanParams, history: &History, place: usize, corner: Corner) {
    history.step(params, || {
        let mut corners = (*params.corners.get()).clone();
        corners[place] = corner;
        params.corners.set(corners);
    });
}

/// Removes all edits of a slot's groove, or of the live one, as one undo step.
pub fn clear(params: &JangdanParams, history: &History, slot: Option<u8>) {
    history.step(params, || change(params, slot, Edits::clear));
}

/// The edits of a slot, or of the live groove.
pub fn edits_of(params: &JangdanParams, slot: Option<u8>) -> Arc<Edits> {
    match slot {
        None => params.edits.get(),
        Some(slot) => {
            let slots = params.slots.get();
            let held = slots.get(usize::from(slot)).and_then(Option::as_ref);
            held.map(|groove| Arc::new(groove.edits.clone())).unwrap_or_default()
        }
    }
}

impl Pen for GroovePen<'_> {
    fn begin(&mut self) {
        if self.stroke.is_down {
            self.end();
        }
        self.history.begin(self.params);
        *self.stroke = Stroke { cells: Vec::new(), is_down: true };
    }

    fn edit(&mut self, edit: Edit) {
        if let Edit::Put { step, instrument, .. } = edit
            && step < self.shown.steps()
            && !edits_of(self.params, self.choice.slot).kept().is_locked(step, instrument)
        {
            self.stroke.cells.push((step, instrument, self.shown.hit(step, instrument)));
        }
        let (shown, key) = (self.shown, self.key);
        self.change(|edits| edits.apply(edit, &shown, key.as_ref()));
    }

    fn end(&mut self) {
        let Stroke { cells, .. } = std::mem::take(self.stroke);
        self.change(|edits| edits.tidy(cells));
        self.history.end(self.params);
    }
}

#[cfg(test)]
mod tests;
