//! Control keys that act: how brightly each is lit.

use egui::{Align2, Id, Rect, Sense, Ui};

use crate::handoff::KeyActivity;
use crate::params::PlayModeParam;
use crate::playing::keys::{self, KEYS, KeyAction};
use crate::window::widgets::{ControlContext, Weight, blend, column, write_text};

/// Seconds that a key stays lit after it has acted.
const FADE_S: f64 = 0.4;
/// A light for each bit of [`KeyActivity`].
const LIGHTS: usize = u32::BITS as usize;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyLights {
    /// When each was lit last.
    lit_s: [f64; LIGHTS],
    now_s: f64,
}

impl Default for KeyLights {
    fn default() -> Self {
        Self { lit_s: [f64::NEG_INFINITY; LIGHTS], now_s: 0.0 }
    }
}

impl KeyLights {
    /// Takes the keys that act at `now_s`. Returns whether a light goes on or fades.
    pub(crate) fn follow(&mut self, keys: KeyActivity, now_s: f64) -> bool {
        self.now_s = now_s;
        for (place, lit_s) in self.lit_s.iter_mut().enumerate() {
            if (keys.struck | keys.held) & 1 << place != 0 {
                *lit_s = now_s;
            }
        }
        self.lit_s.iter().any(|lit_s| now_s - lit_s < FADE_S)
    }

    /// How brightly the light of `bit` is lit, `[0, 1]`.
    pub(crate) fn of(&self, bit: u32) -> f32 {
        let lit_s = self.lit_s.get(bit.trailing_zeros() as usize);
        lit_s.map_or(0.0, |lit_s| 1.0 - ((self.now_s - lit_s) / FADE_S).min(1.0) as f32)
    }
}

/// The keys that choose no groove, and what they do.
const OTHERS: [(KeyAction, &str); 4] = [
    (KeyAction::Fill, "a fill from the next beat to the end of the bar, and on while it is held"),
    (KeyAction::Variation, "a variation of the groove that plays"),
    (KeyAction::Mute, "mutes while it is held"),
    (KeyAction::Play, "plays while it is held, when \u{201c}Key\u{201d} is chosen"),
];

/// Draws the names of the keys that choose no groove side by side; those that act are lit.
pub(crate) fn key_names(ui: &Ui, cx: ControlContext<'_>, place: Rect, lights: &KeyLights) {
    let palette = cx.palette;
    let needs_key = cx.params.perform.mode.value() == PlayModeParam::Hold;
    for (i, (action, about)) in OTHERS.into_iter().enumerate() {
        let row = KEYS.iter().find(|row| row.action == action);
        let Some(row) = row else { continue };
        let cell = column(place, i, OTHERS.len());
        let can_act = action != KeyAction::Play || needs_key;
        let light = if can_act { lights.of(keys::bit(action)) } else { 0.0 };
        let lit = if action == KeyAction::Mute { palette.bad } else { palette.bright };
        let weight = if light > 0.0 { Weight::Strong } else { Weight::Regular };
        let ink = blend(palette.dim, lit, light);
        let at = (cell.center(), Align2::CENTER_CENTER);
        write_text(ui.painter(), at, row.name, weight, ink);
        let response = ui.interact(cell, Id::unique(("key", row.name)), Sense::hover());
        response.on_hover_text(format!("Key {}: {about}.", key_name(cx, action)));
    }
}

/// The name of the key for `action`.
pub(crate) fn key_name(cx: ControlContext<'_>, action: KeyAction) -> String {
    use nice_plug::prelude::Param;
    let key = KEYS.iter().find(|key| key.action == action).map_or(0, |key| key.key);
    // Any parameter that is a key knows the names of keys.
    let own = &cx.params.instruments.kick.key;
    own.normalized_value_to_string(own.preview_normalized(key.into()), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_lit_while_it_is_held_and_fades_after_it_was_struck() {
        let (fill, slot) = (keys::bit(KeyAction::Fill), keys::bit(KeyAction::Slot(2)));
        let mut lights = KeyLights::default();
        assert!(!lights.follow(KeyActivity::default(), 1.0));
        assert!(lights.follow(KeyActivity { struck: slot, held: fill }, 1.0));
        assert_eq!((lights.of(slot), lights.of(fill)), (1.0, 1.0));
        assert!(lights.follow(KeyActivity { struck: 0, held: fill }, 1.2));
        assert_eq!(lights.of(fill), 1.0);
        assert!(lights.of(slot) > 0.0 && lights.of(slot) < 1.0);
        assert!(!lights.follow(KeyActivity::default(), 1.7));
        assert_eq!((lights.of(slot), lights.of(fill)), (0.0, 0.0));
    }
}
