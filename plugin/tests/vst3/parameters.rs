//! Parameters: what they are said to be, text and back, normalised and plain, and the ways to set them.

use std::collections::HashSet;

use testkit::Random;
use vst3::ComPtr;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsBypass, kIsReadOnly};
use vst3::Steinberg::Vst::{
    IEditController, IEditControllerTrait, IUnitInfo, IUnitInfoTrait, ParameterInfo, UnitInfo,
    kRootUnitId,
};
use vst3::Steinberg::kResultOk;

use crate::module::{Instance, Module};
use crate::play::{Block, Played, begin, end};
use crate::stream::state;
use crate::{BLOCK, RATE};

/// Every parameter, as it is described.
pub(crate) fn infos(controller: &ComPtr<IEditController>) -> Vec<ParameterInfo> {
    // SAFETY: structures of numbers, for which zeros are values; the controller writes them.
    unsafe {
        let info = |index| {
            let mut info: ParameterInfo = std::mem::zeroed();
            assert_eq!(controller.getParameterInfo(index, &mut info), kResultOk);
            info
        };
        (0..controller.getParameterCount()).map(info).collect()
    }
}

/// Normalised values of all parameters, in the plugin's order.
pub(crate) fn values(controller: &ComPtr<IEditController>) -> Vec<f64> {
    let infos = infos(controller);
    // SAFETY: the controller is initialised.
    infos.iter().map(|info| unsafe { controller.getParamNormalized(info.id) }).collect()
}

/// A normalised value that the parameter can have.
pub(crate) fn any(info: &ParameterInfo, random: &mut Random) -> f64 {
    match info.stepCount {
        0 => random.share(),
        steps => f64::from(random.below(steps as u32 + 1)) / f64::from(steps),
    }
}

fn wide(chars: &[u16]) -> String {
    let end = chars.iter().position(|&c| c == 0).expect("text ends");
    String::from_utf16(&chars[..end]).expect("text is UTF-16")
}

/// The words for a normalised value.
fn text_of(controller: &ComPtr<IEditController>, id: u32, value: f64) -> Option<String> {
    let mut text = [0xffff; 128];
    // SAFETY: the controller writes the text.
    let result = unsafe { controller.getParamStringByValue(id, value, &mut text) };
    (result == kResultOk).then(|| wide(&text))
}

/// The normalised value that `text` means.
fn value_of(controller: &ComPtr<IEditController>, id: u32, text: &[u16]) -> Option<f64> {
    let mut text: Vec<u16> = text.iter().copied().chain([0]).collect();
    let mut value = f64::NAN;
    // SAFETY: the text ends with a zero, and the controller writes the value.
    let result = unsafe { controller.getParamValueByString(id, text.as_mut_ptr(), &mut value) };
    (result == kResultOk).then_some(value)
}

#[test]
fn every_parameter_is_described_without_contradiction() {
    let module = Module::load();
    let Instance { controller, .. } = &Instance::new(&module);
    let infos = infos(controller);
    let ids: HashSet<u32> = infos.iter().map(|info| info.id).collect();
    assert_eq!(ids.len(), infos.len(), "no two have one id");
    let units: ComPtr<IUnitInfo> = controller.cast().expect("parameters are in units");
    // SAFETY: structures of numbers, for which zeros are values; the controller writes them.
    let units: HashSet<i32> = unsafe {
        let unit = |index| {
            let mut unit: UnitInfo = std::mem::zeroed();
            assert_eq!(units.getUnitInfo(index, &mut unit), kResultOk);
            assert!(index == 0 || unit.name[0] != 0, "unit {index} has a name");
            (unit.id, unit.parentUnitId)
        };
        let count = units.getUnitCount();
        let (mut ids, parents): (HashSet<i32>, HashSet<i32>) = (0..count).map(unit).unzip();
        assert_eq!(ids.len(), count as usize, "no two units have one id");
        // The root is there, listed or not.
        ids.insert(kRootUnitId as i32);
        assert!(parents.is_subset(&ids), "every unit's parent is there");
        assert_eq!(units.getProgramListCount(), 0);
        let mut unit: UnitInfo = std::mem::zeroed();
        assert_ne!(units.getUnitInfo(count, &mut unit), kResultOk);
        assert_ne!(units.getUnitInfo(-1, &mut unit), kResultOk);
        ids
    };
    let values = values(controller);
    for (info, value) in infos.iter().zip(values) {
        let title = wide(&info.title);
        assert!(!title.is_empty() && !title.contains(char::is_control));
        assert!(info.id <= i32::MAX as u32, "{title}: ids above are the host's");
        assert!(info.stepCount >= 0, "{title}");
        assert!((0.0..=1.0).contains(&info.defaultNormalizedValue), "{title}");
        assert_eq!(value, info.defaultNormalizedValue, "{title} is at its default");
        assert!(units.contains(&info.unitId), "{title}");
        let is = |flag: i32| info.flags & flag != 0;
        assert!(!(is(kCanAutomate as i32) && is(kIsReadOnly as i32)), "{title}");
        assert!(!is(kIsBypass as i32) || is(kCanAutomate as i32), "{title}");
    }
    assert_eq!(infos.iter().filter(|info| info.flags & kIsBypass as i32 != 0).count(), 1);
}

#[test]
fn a_value_that_was_text_or_plain_is_the_value_again() {
    let module = Module::load();
    let Instance { controller, .. } = &Instance::new(&module);
    let mut random = Random(21);
    for info in infos(controller) {
        let (id, title) = (info.id, wide(&info.title));
        let mut values = vec![0.0, 1.0, info.defaultNormalizedValue];
        values.extend((0..20).map(|_| any(&info, &mut random)));
        for value in values {
            let text = text_of(controller, id, value).unwrap();
            assert!(!text.is_empty() && !text.contains(char::is_control), "{title}: {text:?}");
            let read: Vec<u16> = text.encode_utf16().collect();
            let back = value_of(controller, id, &read)
                .unwrap_or_else(|| panic!("{title} does not understand its own {text:?}"));
            assert!((0.0..=1.0).contains(&back), "{title}: {text:?} is {back}");
            assert_eq!(text_of(controller, id, back).as_ref(), Some(&text), "{title} at {value}");
            // SAFETY: the controller is initialised.
            let again = unsafe {
                let plain = controller.normalizedParamToPlain(id, value);
                assert!(plain.is_finite(), "{title}");
                controller.plainParamToNormalized(id, plain)
            };
            assert!((again - value).abs() < 1e-4, "{title}: {value} was plain and is {again}");
            if info.stepCount > 0 {
                assert!((back - value).abs() < 1e-6, "{title}: {text:?} is {back}, was {value}");
            }
        }
    }
}

#[test]
fn text_that_is_no_value_is_refused_or_means_one_within_range() {
    let module = Module::load();
    let Instance { controller, .. } = &Instance::new(&module);
    let mut texts: Vec<Vec<u16>> = ["", " ", "nan", "-inf", "1e999", "--", "%", "\u{c7a5}\n\t"]
        .iter()
        .map(|text| text.encode_utf16().collect())
        .collect();
    texts.push(vec![u16::from(b'9'); 10_000]);
    // Half of a pair is no text.
    texts.push(vec![0xd800]);
    for info in infos(controller) {
        for text in &texts {
            if let Some(value) = value_of(controller, info.id, text) {
                assert!((0.0..=1.0).contains(&value), "{}: {value}", wide(&info.title));
            }
        }
        for value in [-1e30, 1e30, f64::INFINITY, f64::NAN] {
            let text = text_of(controller, info.id, value).unwrap();
            assert!(!text.contains(char::is_control), "{}: {text:?}", wide(&info.title));
        }
    }
    let ids: HashSet<u32> = infos(controller).iter().map(|info| info.id).collect();
    for id in [0, 1, 0x7fff_ffff, u32::MAX].into_iter().filter(|id| !ids.contains(id)) {
        assert_eq!(text_of(controller, id, 0.0), None);
        assert_eq!(value_of(controller, id, &[u16::from(b'1')]), None);
        // SAFETY: the controller is initialised.
        assert_ne!(unsafe { controller.setParamNormalized(id, 0.5) }, kResultOk);
    }
}

#[test]
fn the_controller_a_block_and_a_flush_set_the_same() {
    let module = Module::load();
    let mut random = Random(22);
    let first = Instance::new(&module);
    let rest = values(&first.controller);
    let infos = infos(&first.controller);
    let wanted: Vec<f64> = infos.iter().map(|info| any(info, &mut random)).collect();
    for (info, &value) in infos.iter().zip(&wanted) {
        // SAFETY: the controller is initialised.
        assert_eq!(unsafe { first.controller.setParamNormalized(info.id, value) }, kResultOk);
    }
    let set = values(&first.controller);
    for ((info, found), wanted) in infos.iter().zip(&set).zip(&wanted) {
        assert!((found - wanted).abs() < 1e-6, "{}: {found}, not {wanted}", wide(&info.title));
    }
    let changes: Vec<_> = infos.iter().zip(&wanted).map(|(info, &v)| (info.id, 0, v)).collect();
    for frames in [64, 0] {
        let Instance { component, processor, controller } = &Instance::new(&module);
        assert_eq!(values(controller), rest);
        begin(component, processor, RATE, BLOCK);
        let changes = changes.clone();
        let mut played = Played::default();
        Block { frames, changes, ..Block::default() }.play(processor, &mut played);
        assert_eq!(values(controller), set, "by a block of {frames}");
        assert_eq!(played.audio[0].len(), frames);
        end(component, processor);
        assert_eq!(parameters(&state(component)), parameters(&state(&first.component)));
    }
}

/// The parameters in a saved state.
fn parameters(state: &[u8]) -> serde_json::Value {
    let mut json: serde_json::Value = serde_json::from_slice(state).unwrap();
    json["params"].take()
}

#[test]
fn values_that_a_parameter_cannot_have_do_no_harm() {
    let module = Module::load();
    let Instance { component, processor, controller } = &Instance::new(&module);
    begin(component, processor, RATE, BLOCK);
    let mut played = Played::default();
    for value in [-1e30, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let point = |info: &ParameterInfo| (info.id, 0, value);
        let mut changes: Vec<_> = infos(controller).iter().map(point).collect();
        changes.push((0x7fff_fff0, 0, value));
        Block { start: Some(0), frames: 512, changes, ..Block::default() }
            .play(processor, &mut played);
        assert!(values(controller).iter().all(|value| (0.0..=1.0).contains(value)));
    }
    end(component, processor);
    let saved = state(component);
    let again = Instance::new(&module);
    crate::stream::set_state(&again.component, &saved);
    assert_eq!(values(&again.controller), values(controller));
}
