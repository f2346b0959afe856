//! Pages of remote controls: which parameters a controller's knobs turn, eight at a time (CLAP).

use groove::Instrument;
use nice_plug::prelude::{
    FloatParam, RemoteControlsContext, RemoteControlsPage, RemoteControlsSection,
};

use crate::params::{InstrumentParams, JangdanParams};

/// One of an instrument's parameters.
type Knob = fn(&InstrumentParams) -> &FloatParam;

/// Hands the host all pages.
pub(super) fn pages(params: &JangdanParams, context: &mut impl RemoteControlsContext) {
    let (generate, play, kit) = (&params.generate, &params.play, &params.kit);
    let (pattern, humanise, notes) = (&params.pattern, &params.humanise, &params.notes);
    let perform = &params.perform;
    context.add_section("Jangdan", |section| {
        section.add_page("Groove", |page| {
            page.add_param(&generate.temperature);
            page.add_param(&generate.density);
            page.add_param(&generate.variation);
            page.add_param(&generate.seed);
            page.add_param(&play.swing);
            page.add_param(&play.feel);
            page.add_param(&play.dynamics);
            page.add_param(&kit.level);
        });
        section.add_page("Latent", |page| {
            for slider in &generate.latent {
                page.add_param(&slider.value);
            }
        });
        section.add_page("Character", |page| {
            page.add_param(&params.character.style);
            for attribute in params.character.attributes() {
                page.add_param(attribute);
            }
        });
        section.add_page("Morph", |page| {
            page.add_param(&params.morph.x);
            page.add_param(&params.morph.y);
            page.add_param(&params.morph.is_on);
            page.add_param(&generate.seed);
            page.add_param(&generate.variation);
        });
        section.add_page("Perform", |page| {
            page.add_param(&perform.slot);
            page.add_param(&perform.mode);
            page.add_param(&perform.is_following);
            page.add_param(&perform.follow_source);
            page.add_param(&play.quantise);
            page.add_param(&pattern.length);
            page.add_param(&pattern.start);
            page.add_param(&pattern.speed);
        });
        section.add_page("Touch", |page| {
            page.add_param(&pattern.triplet);
            page.add_param(&humanise.timing);
            page.add_param(&humanise.velocity);
            page.add_param(&humanise.accent_amount);
            page.add_param(&humanise.accent);
            page.add_param(&notes.length);
            page.add_param(&notes.channel);
            page.add_param(&notes.map);
        });
        section.add_page("Kit", |page| {
            page.add_param(&kit.model);
            page.add_param(&kit.tune);
            page.add_param(&kit.damping);
            page.add_param(&kit.room);
            page.add_param(&kit.level);
            page.add_param(&kit.is_on);
        });
        section.add_page("Fills", |page| {
            page.add_param(&pattern.fill_every);
            page.add_param(&pattern.fill_beats);
            page.add_param(&pattern.fill_size);
            page.add_param(&pattern.metre);
            page.add_param(&pattern.grid);
            page.add_param(&perform.key_channel);
        });
    });
    context.add_section("Mixer", |section| {
        let knobs: [(&str, Knob); 3] =
            [("level", |own| &own.level), ("pan", |own| &own.pan), ("tune", |own| &own.tune)];
        for (what, knob) in knobs {
            for (which, instruments) in
                [("Drum", &Instrument::ALL[..5]), ("Cymbal", &Instrument::ALL[5..])]
            {
                section.add_page(format!("{which} {what}"), |page| {
                    for &instrument in instruments {
                        page.add_param(knob(params.instruments.of(instrument)));
                    }
                });
            }
        }
    });
    context.add_section("Instruments", |section| {
        for instrument in Instrument::ALL {
            let own = params.instruments.of(instrument);
            section.add_page(instrument.name(), |page| {
                page.add_param(&own.is_on);
                page.add_param(&own.is_solo);
                page.add_param(&own.density);
                page.add_param(&own.velocity);
                page.add_param(&own.key);
                page.add_param(&own.choke);
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use nice_plug::prelude::{Param, Params};

    use super::*;

    /// A host's pages: names, and those of the parameters on them.
    #[derive(Default)]
    struct Pages(Vec<(String, Vec<String>)>);

    impl RemoteControlsContext for Pages {
        type Section = Self;

        fn add_section(&mut self, _name: impl Into<String>, f: impl FnOnce(&mut Self)) {
            f(self);
        }
    }

    impl RemoteControlsSection for Pages {
        type Page = Self;

        fn add_page(&mut self, name: impl Into<String>, f: impl FnOnce(&mut Self)) {
            self.0.push((name.into(), Vec::new()));
            f(self);
        }
    }

    impl RemoteControlsPage for Pages {
        fn add_param(&mut self, param: &impl Param) {
            self.0.last_mut().unwrap().1.push(param.name().to_owned());
        }

        fn add_spacer(&mut self) {
            self.add_param(&JangdanParams::default().bypass);
        }
    }

    #[test]
    fn no_page_is_split_and_style_attributes_fills_and_pad_have_theirs() {
        let mut found = Pages::default();
        pages(&JangdanParams::default(), &mut found);
        for (name, params) in &found.0 {
            assert!((1..=8).contains(&params.len()), "{name} has {}", params.len());
        }
        let of = |wanted: &str| &found.0.iter().find(|(name, _)| name == wanted).unwrap().1;
        assert_eq!(of("Morph")[..3], ["Morph x", "Morph y", "Morph"]);
        assert_eq!(
            of("Fills")[..],
            ["Fills", "Fill length", "Fill size", "Metre", "Grid", "Control keys"]
        );
        assert_eq!(of("Kit")[..4], ["Kit model", "Kit tune", "Kit damping", "Kit room"]);
        assert_eq!(of("Drum tune")[..2], ["Kick tune", "Snare tune"]);
        assert_eq!(of("Cymbal pan").last().unwrap(), "Ride pan");
        assert_eq!(of("Character")[0], "Style");
        assert_eq!(of("Character").len(), 1 + crate::state::request::ATTRIBUTES);
    }

    #[test]
    fn every_parameter_has_a_name_of_its_own_and_stands_on_a_page_but_for_bypass() {
        let params = JangdanParams::default();
        let mut found = Pages::default();
        pages(&params, &mut found);
        let named: BTreeSet<String> = found.0.into_iter().flat_map(|(_, params)| params).collect();
        assert!(!named.contains(params.bypass.name()), "the host has it itself");
        assert_eq!(named.len(), params.param_map().len() - 1, "{named:?}");
    }
}
