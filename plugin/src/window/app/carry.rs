//! Carrying out what the window asks for, and taking in what came of it.

use nice_plug::prelude::{Param, ParamSetter};

use super::Window;
use crate::editing;
use crate::edits::Edits;
use crate::errands::{Errand, Outcome};
use crate::factory::grooves::grooves;
use crate::history::History;
use crate::params::JangdanParams;
use crate::window::command::Command;
use crate::window::title;

impl Window {
    /// Does what `command` says, or has the worker do it.
    pub(super) fn carry_out(&mut self, command: Command, setter: &ParamSetter<'_>) {
        let Self { params, history, gui, .. } = self;
        let host = setter.raw_context;
        match command {
            Command::Undo => _ = history.undo(params, host),
            Command::Redo => _ = history.redo(params, host),
            Command::Clear => editing::clear(params, history, gui.choice().slot),
            Command::Import(path) => gui.send(Errand::Import(path)),
            Command::Export { folder, what } => {
                *params.folder.write() = folder.to_string_lossy().into_owned();
                let name = format!("Jangdan {}", title::of_source(params));
                gui.send(Errand::Export { folder, name, what });
            }
            Command::List { folder, endings } => gui.send(Errand::List { folder, endings }),
            Command::Begin(place) => self.begin(place, setter),
            Command::Switch => {}
        }
    }

    /// Takes in what came of errands.
    pub(super) fn take_outcomes(&mut self, setter: &ParamSetter<'_>) {
        while let Some(outcome) = self.gui.outcome() {
            match outcome {
                Outcome::Exported(path) => self.view.tell(format!("Saved as {}", path.display())),
                Outcome::Imported(clip) => {
                    editing::import(&self.params, &self.history, setter.raw_context, *clip);
                    self.choose_live(setter);
                    self.view.tell("The clip is the groove now".to_owned());
                }
                Outcome::Listed(folder) => self.view.show_folder(folder),
                Outcome::Failed(trouble) => self.view.complain(trouble),
            }
        }
    }

    /// Takes up the factory groove at `place`: its style and seed, everything else of the network's at rest.
    fn begin(&mut self, place: usize, setter: &ParamSetter<'_>) {
        let Some(groove) = grooves().into_iter().nth(place) else { return };
        let Self { params, history, .. } = &*self;
        let (generate, character) = (&params.generate, &params.character);
        history.step(params, || {
            let set = Set { params, history, setter };
            set.plain(&generate.seed, i32::try_from(groove.recipe.seed).unwrap_or_default());
            set.plain(
                &character.style,
                groove.recipe.style.map_or(0, |style| i32::from(style) + 1),
            );
            let latent = generate.latent.iter().map(|slider| &slider.value);
            let knobs = [&generate.temperature, &generate.density, &generate.variation];
            for param in latent.chain(character.attributes()).chain(knobs) {
                set.plain(param, param.default_plain_value());
            }
            params.edits.set(std::sync::Arc::new(Edits::default()));
        });
        self.choose_live(setter);
    }

    /// The groove of the controls is to be heard.
    fn choose_live(&self, setter: &ParamSetter<'_>) {
        let Self { params, history, .. } = self;
        Set { params, history, setter }.plain(&params.perform.slot, 0);
    }
}

/// Sets parameters outside of controls.
struct Set<'a> {
    params: &'a JangdanParams,
    history: &'a History,
    setter: &'a ParamSetter<'a>,
}

impl Set<'_> {
    fn plain<P: Param>(&self, param: &P, plain: P::Plain) {
        let (from, to) = (param.unmodulated_normalized_value(), param.preview_normalized(plain));
        if from == to {
            return;
        }
        self.history.turn(self.params, param.as_ptr(), from, to);
        self.setter.begin_set_parameter(param);
        self.setter.set_parameter(param, param.preview_plain(to));
        self.setter.end_set_parameter(param);
    }
}
