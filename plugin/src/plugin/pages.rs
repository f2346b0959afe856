//! Pages of remote controls: which parameters a controller's knobs turn, eight at a time (CLAP).

use groove::Instrument;
use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

use crate::params::JangdanParams;

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
            page.add_param(&play.quantise);
            page.add_param(&pattern.length);
            page.add_param(&pattern.start);
            page.add_param(&pattern.speed);
            page.add_param(&pattern.triplet);
        });
        section.add_page("Touch", |page| {
            page.add_param(&humanise.timing);
            page.add_param(&humanise.velocity);
            page.add_param(&humanise.accent_amount);
            page.add_param(&humanise.accent);
            page.add_param(&notes.length);
            page.add_param(&notes.channel);
            page.add_param(&notes.map);
            page.add_param(&kit.is_on);
        });
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
