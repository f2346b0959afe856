//! Parameters as text: per cent, words and keys, and parsing of typed values.

use std::sync::Arc;

use nice_plug::prelude::*;

/// A parameter in `[min, max]` shown in per cent, with words at some values.
pub(super) fn percentage(
    name: impl Into<String>,
    default: f32,
    min: f32,
    max: f32,
    words: &'static [(f32, &'static str)],
) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min, max })
        .with_value_to_string(Arc::new(move |value| {
            let per_cent = format!("{:.0} %", value * 100.0);
            match words.iter().find(|(at, _)| per_cent == format!("{:.0} %", at * 100.0)) {
                Some((_, word)) => format!("{per_cent}, {word}"),
                None => per_cent,
            }
        }))
        .with_string_to_value(Arc::new(move |text| {
            let exact = words.iter().find(|(_, word)| text.ends_with(word)).map(|&(at, _)| at);
            exact.or_else(|| leading_number(text).map(|per_cent| per_cent / 100.0))
        }))
}

/// A linear gain shown in decibels, from -60 dB to `max_db`.
pub(super) fn gain(name: impl Into<String>, max_db: f32) -> FloatParam {
    let range = FloatRange::Skewed {
        min: util::db_to_gain(-60.0),
        max: util::db_to_gain(max_db),
        factor: FloatRange::gain_skew_factor(-60.0, max_db),
    };
    FloatParam::new(name, util::db_to_gain(0.0), range)
        .with_unit(" dB")
        .with_value_to_string(formatters::v2s_f32_gain_to_db(1))
        .with_string_to_value(formatters::s2v_f32_gain_to_db())
}

/// A tuning of an octave down to an octave up, in semitones.
pub(super) fn semitones(name: impl Into<String>) -> FloatParam {
    FloatParam::new(name, 0.0, FloatRange::Linear { min: -12.0, max: 12.0 })
        .with_unit(" st")
        .with_value_to_string(Arc::new(signed_two_digits))
        .with_string_to_value(Arc::new(leading_number))
}

pub(super) fn signed_two_digits(value: f32) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded == 0.0 { "0.00".to_owned() } else { format!("{rounded:+.2}") }
}

pub(super) fn density_in_words(value: f32) -> String {
    let per_cent = (value * 100.0).round();
    match per_cent {
        0.0 => "as learned".to_owned(),
        _ if per_cent > 0.0 => format!("{per_cent:.0} % busier"),
        _ => format!("{:.0} % sparser", -per_cent),
    }
}

pub(super) fn density_from_words(text: &str) -> Option<f32> {
    if text.ends_with("as learned") {
        return Some(0.0);
    }
    let per_cent = leading_number(text)?;
    Some(if text.ends_with("sparser") { -per_cent } else { per_cent } / 100.0)
}

/// The number that `text` begins with, whatever unit follows.
pub(super) fn leading_number(text: &str) -> Option<f32> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '+' | '-' | '.'))
        .unwrap_or(text.len());
    text[..end].parse().ok().filter(|x: &f32| x.is_finite())
}

/// A switch shown as on and off.
pub(super) fn switch(name: impl Into<String>, default: bool) -> BoolParam {
    BoolParam::new(name, default)
        .with_value_to_string(Arc::new(|is_on| if is_on { "on" } else { "off" }.to_owned()))
        .with_string_to_value(Arc::new(|text| match text {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        }))
}

/// A whole number in `[min, max]` with a name for the lowest value.
pub(super) fn number_or(
    name: impl Into<String>,
    default: i32,
    (min, max): (i32, i32),
    lowest: &'static str,
    prefix: &'static str,
) -> IntParam {
    IntParam::new(name, default, IntRange::Linear { min, max })
        .with_value_to_string(Arc::new(move |value| {
            if value == min { lowest.to_owned() } else { format!("{prefix}{value}") }
        }))
        .with_string_to_value(Arc::new(move |text| {
            let text = text.trim();
            if text.eq_ignore_ascii_case(lowest) {
                return Some(min);
            }
            text.strip_prefix(prefix).unwrap_or(text).trim().parse().ok()
        }))
}

/// The channels of control keys: -1 none, 0 all.
pub(super) fn key_channel(channel: i32) -> String {
    match channel {
        ..0 => "off".to_owned(),
        0 => "any channel".to_owned(),
        _ => format!("channel {channel}"),
    }
}

/// The channels that [`key_channel`] names.
pub(super) fn key_channel_from_words(text: &str) -> Option<i32> {
    match text.trim() {
        "off" => Some(-1),
        "any channel" => Some(0),
        channel => channel.trim_start_matches("channel").trim().parse().ok(),
    }
}

/// Names of the keys of an octave.
const KEY_NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// A MIDI key by name and number, such as `C1 (36)`: middle C, 60, is C3, as in most music software.
pub(super) fn key_name(key: i32) -> String {
    let name = KEY_NAMES[key.rem_euclid(12) as usize];
    format!("{name}{} ({key})", key.div_euclid(12) - 2)
}

/// The key that `text` names: by number, by name, or by both, of which the number counts.
pub(super) fn key_from_name(text: &str) -> Option<i32> {
    let text = text.trim();
    let number = text.split_once('(').map_or(text, |(_, rest)| rest.trim_end_matches(')'));
    if let Ok(key) = number.trim().parse() {
        return Some(key);
    }
    let octave_at = text.find(|c: char| c == '-' || c.is_ascii_digit())?;
    let (name, octave) = text.split_at(octave_at);
    let place = KEY_NAMES.iter().position(|known| known.eq_ignore_ascii_case(name.trim()))?;
    let octave: i32 = octave.trim().parse().ok()?;
    octave.checked_add(2)?.checked_mul(12)?.checked_add(place as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_by_number_and_by_name() {
        assert_eq!(key_name(36), "C1 (36)");
        for key in 0..128 {
            assert_eq!(key_from_name(&key_name(key)), Some(key));
        }
        assert_eq!(key_from_name("f#1"), Some(42));
        assert_eq!(key_from_name("C-2"), Some(0));
        assert_eq!(key_from_name("60"), Some(60));
        assert_eq!(key_from_name("H1"), None);
        assert_eq!(key_from_name("C99999999999"), None);
    }
}
