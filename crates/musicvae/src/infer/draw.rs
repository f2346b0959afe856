//! Drawing grooves as the plugin asks for them: by the step model where there is one.
//!
//! A groove of a seed is drawn step by step. The encoder says where it lies, so that sliders and attributes move it from
//! there. A variation draws some beats of some instruments anew, given all the others, which stay to the hit.

mod intensity;
mod line;
mod performance;

use groove::{Bar, INSTRUMENTS, Instrument, Pattern};

use self::intensity::changed;
use self::line::Line;
use super::articulations;
use super::recipe::Recipe;
use super::step_model::{Settings, StepModel};
use super::{GrooveModel, Scratch};
use crate::context::{Context, Locks, is_common};
use crate::noise::{Noise, Purpose};

/// Streams of noise: a seed's groove, its fills, performances, and intensities; cycles have those of their numbers.
const GROOVE: u64 = u64::MAX;
const FILLS: u64 = u64::MAX - 1;
const PERFORMANCE: u64 = u64::MAX - 2;
const INTENSITY: u64 = u64::MAX - 3;

/// Candidates of which one groove is chosen.
const CANDIDATES: usize = 8;

/// Candidates of which four fills are chosen: some are hardly more than a rest.
const FILL_CANDIDATES: usize = 8;

/// What a groove is drawn from beside its seed.
#[derive(Clone, Copy, Debug, Default)]
pub enum Start<'a> {
    /// Nothing.
    #[default]
    Seed,
    /// The neighbourhood of a latent vector `[Z]`.
    Near(&'a [f32]),
    /// This pattern: without variation it stays as it is. Without a step model the neighbourhood of where it lies.
    Of(&'a Pattern),
    /// A rhythm that is played beside it: the steps at which anything is struck. Without a step model the neighbourhood
    /// of where it lies.
    Line(&'a Pattern),
}

/// A groove drawn from a seed, which most knobs leave as it is.
#[derive(Debug)]
pub(super) struct DrawnGroove {
    /// Number of the model that drew it.
    model: u64,
    recipe: Recipe,
    /// What was known.
    context: Context,
    pattern: Pattern,
    /// Where it lies, once it was needed.
    latent: Option<Vec<f32>>,
}

impl GrooveModel {
    /// Whether grooves can be drawn step by step.
    pub fn has_step_model(&self) -> bool {
        self.step_model.is_some()
    }

    /// `count` grooves drawn step by step that agree with `context`, in its bars, from stream `stream` of the recipe's noise. The style
    /// is the context's; of the recipe, seed, temperature and densities count.
    ///
    /// The same weights and arguments give the same grooves to the bit, on every machine; none without a step model.
    pub fn draw(
        &self,
        context: &Context,
        recipe: &Recipe,
        stream: u64,
        count: usize,
    ) -> Vec<Pattern> {
        let drawn = self.draw_plain(context, recipe, stream, count);
        drawn.iter().map(|pattern| self.struck(pattern, context, recipe, stream)).collect()
    }

    /// As [`draw`](Self::draw), every drawn hit struck plainly.
    fn draw_plain(
        &self,
        context: &Context,
        recipe: &Recipe,
        stream: u64,
        count: usize,
    ) -> Vec<Pattern> {
        let settings = settings(recipe, stream);
        let draw = |model: &StepModel, context: &Context| {
            let drawn = model.draw(self.isa, context, None, &settings, count).into_iter();
            drawn.map(|(pattern, _)| pattern).collect()
        };
        match (self.model_of(context.bar()), &self.step_model) {
            (Some(model), _) => draw(model, context),
            (None, Some(model)) => {
                let windows: Vec<Pattern> = draw(model, &context.to_window());
                windows.into_iter().map(|window| window.in_bars(context.bar())).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    /// `pattern` with an articulation drawn for every hit that `context` does not know, from stream `stream` of the recipe's
    /// noise; as it is without a model of them. The style is the context's.
    fn struck(
        &self,
        pattern: &Pattern,
        context: &Context,
        recipe: &Recipe,
        stream: u64,
    ) -> Pattern {
        let Some(model) = &self.articulations else { return *pattern };
        let temperature = recipe.noise_scale().min(1.0);
        let draw =
            articulations::Draw { seed: recipe.seed, stream, temperature, style: context.style };
        model.strike(self.isa, pattern, draw, &context.locks)
    }

    /// The model that draws such bars.
    fn model_of(&self, bar: Bar) -> Option<&StepModel> {
        if is_common(bar) { self.step_model.as_ref() } else { self.bar_model.as_ref() }
    }

    /// The groove that `recipe` draws and that agrees with `context`: step by step, the best of eight by the critic and the
    /// fit to a line, if there is a critic and no kind of bar is asked for. Without a step model by
    /// [`decode_around`](Self::decode_around), which keeps the known cells and does not use the rest of the context.
    pub fn decode_given(
        &self,
        context: &Context,
        recipe: &Recipe,
        scratch: &mut Scratch,
    ) -> Pattern {
        let context = &self.with_style(context, recipe.seed);
        let pattern = self.chosen(context, recipe, scratch);
        self.struck(&pattern, context, recipe, GROOVE)
    }

    /// The same groove, every hit struck plainly.
    fn chosen(&self, context: &Context, recipe: &Recipe, scratch: &mut Scratch) -> Pattern {
        let critic = self.critic.as_ref().filter(|_| context.kinds.iter().all(Option::is_none));
        let drawn = match critic {
            Some(critic) => {
                let drawn = self.draw_plain(context, recipe, GROOVE, CANDIDATES);
                let low = &context.low.unwrap_or([false; Bar::MOST_STEPS]);
                let line = context.line.as_ref().map(|onsets| Line { onsets, low });
                let score = |pattern: &Pattern| {
                    let heeds = line.map_or(0.0, |line| line.heed(pattern));
                    // The critic knows windows.
                    critic.score(self.isa, &pattern.to_window()) + heeds
                };
                let scored = drawn.into_iter().map(|pattern| (score(&pattern), pattern));
                scored.reduce(|a, b| if b.0 > a.0 { b } else { a }).map(|(_, pattern)| pattern)
            }
            None => self.draw_plain(context, recipe, GROOVE, 1).pop(),
        };
        match drawn {
            Some(pattern) => pattern,
            None => {
                let z = self.point(recipe, 0, scratch);
                self.decode_in_bars(&z, &context.locks, recipe, 0, scratch)
            }
        }
    }

    /// The groove at `z` around given cells, in their bars: the autoencoder decodes a window, which is converted.
    fn decode_in_bars(
        &self,
        z: &[f32],
        locks: &Locks,
        recipe: &Recipe,
        cycle: i64,
        scratch: &mut Scratch,
    ) -> Pattern {
        let window = self.decode_around(z, &locks.to_window(), recipe, cycle, scratch);
        window.in_bars(locks.pattern().bar())
    }

    /// `context` with a style: one that `seed` draws, if any will do.
    fn with_style(&self, context: &Context, seed: u64) -> Context {
        let style = self.style_shares.style(context.style, seed);
        Context { style, ..context.clone() }
    }

    /// Fills to play instead of the last bar of `pattern`, one in each bar of the result, given the bars before: of eight
    /// those with the most hits in the second half of the bar. Of `recipe`, seed, style, temperature and densities count.
    /// `None` without a step model.
    ///
    /// The same weights and arguments give the same fills to the bit, on every machine.
    pub fn fills(&self, pattern: &Pattern, recipe: &Recipe) -> Option<Pattern> {
        let bar = pattern.bar();
        let (steps, last_bar) = (bar.steps(), pattern.steps() - bar.steps());
        let style = self.style_shares.style(recipe.style, recipe.seed);
        let mut context = Context { style, ..Context::of(bar) };
        context.ask_for_fill(last_bar);
        context.locks.keep(pattern, |step, _| step < last_bar);
        let drawn = self.draw(&context, recipe, FILLS, FILL_CANDIDATES);
        let hits_at_the_end = |place: &usize| {
            drawn[*place].iter().filter(|&(step, ..)| step >= last_bar + steps / 2).count()
        };
        // The busiest, in the order they were drawn.
        let mut places: Vec<usize> = (0..drawn.len()).collect();
        places.sort_by_key(|place| std::cmp::Reverse(hits_at_the_end(place)));
        places.truncate(bar.bars());
        places.sort_unstable();
        let mut fills = Pattern::empty(bar);
        for (place, drawn) in places.into_iter().map(|place| &drawn[place]).enumerate() {
            for (step, instrument, hit) in drawn.iter().filter(|&(step, ..)| step >= last_bar) {
                fills.set(place * steps + step - last_bar, instrument, Some(hit));
            }
        }
        (!drawn.is_empty()).then_some(fills)
    }

    /// The groove that `recipe` asks for in `cycle`, in the bars of `locks` and with their content: drawn from its seed and
    /// `start`, moved by its sliders and attributes; with some of it drawn anew, as its variation says.
    ///
    /// # Panics
    /// If a latent vector has not Z numbers.
    pub fn groove(
        &self,
        start: Start<'_>,
        locks: &Locks,
        recipe: &Recipe,
        cycle: i64,
        scratch: &mut Scratch,
    ) -> Pattern {
        if !self.has_step_model() {
            let z = match start {
                Start::Seed => self.point(recipe, cycle, scratch),
                Start::Near(latent) => self.point_around(latent, recipe, cycle, scratch),
                Start::Of(pattern) | Start::Line(pattern) => {
                    self.point_around(&self.encode(&pattern.to_window()).0, recipe, cycle, scratch)
                }
            };
            let pattern = self.decode_in_bars(&z, locks, recipe, cycle, scratch);
            let style = recipe.style;
            let context = Context { locks: locks.clone(), style, ..Context::default() };
            return self.struck(&pattern, &context, recipe, GROOVE);
        }
        let steady = Recipe { variation: 0.0, ..*recipe };
        let style = self.style_shares.style(recipe.style, recipe.seed);
        let mut context = Context { locks: locks.clone(), style, ..Context::default() };
        if let Start::Line(line) = start {
            context.play_to(&line.converted_to(locks.pattern().bar()));
        }
        let pattern = match start {
            Start::Near(latent) => {
                let z = self.point_around(latent, &steady, 0, scratch);
                let pattern = self.decode_in_bars(&z, locks, &steady, 0, scratch);
                self.struck(&pattern, &context, &steady, GROOVE)
            }
            Start::Of(pattern) => pattern.converted_to(locks.pattern().bar()),
            Start::Seed | Start::Line(_) => self.groove_of_seed(&context, &steady, scratch),
        };
        let bar = pattern.bar();
        let redrawn = recipe.redrawn(cycle.cast_unsigned(), bar.bars() * bar.beats_in_bar());
        if redrawn.iter().all(|beat| *beat == 0) {
            return pattern;
        }
        context.locks.keep(&pattern, |step, instrument| {
            let beat = bar.place_in_bar(step % bar.steps()).beat;
            redrawn[step / bar.steps() * bar.beats_in_bar() + beat] & instrument.bit() == 0
        });
        self.draw(&context, recipe, cycle.cast_unsigned(), 1).pop().unwrap_or(pattern)
    }

    /// The latent vector `[Z]` where the groove lies that `recipe` asks for in cycle 0.
    pub fn place(&self, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32> {
        match self.has_step_model() {
            true => self.encode(&self.groove(Start::Seed, &Locks::default(), recipe, 0, scratch)).0,
            false => self.point(recipe, 0, scratch),
        }
    }

    /// The groove of a seed that agrees with `context`, without variation.
    fn groove_of_seed(&self, context: &Context, recipe: &Recipe, scratch: &mut Scratch) -> Pattern {
        let at_rest = recipe.at_rest(false);
        let is_same = |groove: &DrawnGroove| {
            groove.model == self.number && groove.recipe == at_rest && groove.context == *context
        };
        let mut drawn = scratch.groove.take().filter(is_same).unwrap_or_else(|| {
            let pattern = self.decode_given(context, &at_rest, scratch);
            let (model, recipe, context) = (self.number, at_rest, context.clone());
            DrawnGroove { model, recipe, context, pattern, latent: None }
        });
        let pattern = if *recipe == at_rest {
            drawn.pattern
        } else {
            let own = || self.encode(&drawn.pattern.to_window()).0;
            let latent = &*drawn.latent.get_or_insert_with(own);
            let z = self.point_around(latent, recipe, 0, scratch);
            let moved = self.decode_in_bars(&z, &context.locks, recipe, 0, scratch);
            // In 4/4 a moved slider plays what the autoencoder decodes. Intensity alone, and every slider in other bars,
            // applies to the drawn groove the difference that it makes to what the autoencoder decodes.
            let is_kept = !is_common(drawn.pattern.bar()) || recipe.at_rest(true) == at_rest;
            let moved = if is_kept {
                let rest = self.decode_in_bars(latent, &context.locks, recipe, 0, scratch);
                changed(&drawn.pattern, &rest, &moved)
            } else {
                moved.struck_as(&drawn.pattern)
            };
            let known = context.clone().with_hits(&drawn.pattern);
            self.struck_at_intensity(&moved, &known, &context.locks, recipe, GROOVE)
        };
        scratch.groove = Some(drawn);
        pattern
    }
}

/// How `recipe` draws from stream `stream` of its noise.
fn settings(recipe: &Recipe, stream: u64) -> Settings {
    Settings {
        seed: recipe.seed,
        stream,
        temperature: recipe.noise_scale(),
        density: recipe.density_bias(),
        density_by_instrument: recipe.instrument_bias(),
    }
}

impl Recipe {
    /// This recipe with no slider or attribute moved; or with none but intensity set back.
    fn at_rest(&self, only_intensity: bool) -> Self {
        let mut recipe = *self;
        let [others @ .., intensity] = &mut recipe.attributes;
        *intensity = 0.0;
        if !only_intensity {
            others.fill(0.0);
            recipe.latent.fill(0.0);
        }
        recipe
    }

    /// The instruments that each of so many beats of `cycle` draws anew, a bit each: the share
    /// [`variation`](Self::variation).
    pub(super) fn redrawn(&self, cycle: u64, beats: usize) -> Vec<u16> {
        let mut redrawn = vec![0; beats];
        let variation = self.wandering();
        if variation > 0.0 {
            let mut noise = Noise::new(self.seed, Purpose::StepRedraw, cycle);
            let mut draws = vec![0.0; beats * INSTRUMENTS];
            noise.fill_uniform(&mut draws);
            for (beat, draws) in redrawn.iter_mut().zip(draws.as_chunks::<INSTRUMENTS>().0) {
                for (instrument, draw) in Instrument::ALL.into_iter().zip(draws) {
                    *beat |= if *draw < variation { instrument.bit() } else { 0 };
                }
            }
        }
        redrawn
    }
}

#[cfg(test)]
mod tests;
