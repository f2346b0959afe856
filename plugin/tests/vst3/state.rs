//! State: before activation and after, from streams that give little and from broken ones.

use testkit::Random;
use vst3::ComWrapper;
use vst3::Steinberg::Vst::{IComponentTrait, IEditControllerTrait};
use vst3::Steinberg::{IBStream, kResultOk};

use crate::module::{Instance, Module};
use crate::parameters::{any, infos, values};
use crate::play::{Block, Played, begin, end, play};
use crate::stream::{Stream, load, set_state, state};
use crate::{BLOCK, RATE};

/// An instance with any parameters.
fn changed(module: &Module, random: &mut Random) -> Instance {
    let instance = Instance::new(module);
    for info in infos(&instance.controller) {
        let value = any(&info, random);
        // SAFETY: the controller is initialised.
        assert_eq!(unsafe { instance.controller.setParamNormalized(info.id, value) }, kResultOk);
    }
    instance
}

#[test]
fn a_state_goes_from_instance_to_instance_before_any_activation() {
    let module = Module::load();
    let first = changed(&module, &mut Random(31));
    let saved = state(&first.component);
    assert_eq!(state(&first.component), saved, "saved twice");
    let second = Instance::new(&module);
    set_state(&second.component, &saved);
    // The controller is the component: it knows, and what it is told again does no harm.
    let stream = ComWrapper::new(Stream::of(&saved)).to_com_ptr::<IBStream>().unwrap();
    // SAFETY: the stream outlives the calls.
    unsafe {
        assert_eq!(second.controller.setComponentState(stream.as_ptr()), kResultOk);
        let own = ComWrapper::new(Stream::default()).to_com_ptr::<IBStream>().unwrap();
        assert_eq!(second.controller.getState(own.as_ptr()), kResultOk);
        assert_eq!(second.controller.setState(own.as_ptr()), kResultOk);
    }
    assert_eq!(values(&second.controller), values(&first.controller));
    assert_eq!(state(&second.component), saved);
}

#[test]
fn a_state_is_read_from_where_the_stream_stands() {
    let module = Module::load();
    let first = changed(&module, &mut Random(32));
    let saved = state(&first.component);
    let mut behind = b"a host's own header".to_vec();
    let header = behind.len();
    behind.extend_from_slice(&saved);
    let second = Instance::new(&module);
    let stream = Stream::of(&behind);
    stream.position.set(header);
    assert_eq!(load(&second.component, stream), kResultOk);
    assert_eq!(values(&second.controller), values(&first.controller));
}

#[test]
fn a_stream_that_is_short_broken_or_no_state_is_refused_and_nothing_changes() {
    let module = Module::load();
    let mut random = Random(33);
    let saved = state(&changed(&module, &mut random).component);
    let Instance { component, controller, .. } = &Instance::new(&module);
    let (before, own) = (values(controller), state(component));
    let garbage: Vec<u8> = (0..1 << 20).map(|_| random.bits() as u8).collect();
    for (what, stream) in [
        ("nothing", Stream::default()),
        ("one byte", Stream::of(&saved[..1])),
        ("a half", Stream::of(&saved[..saved.len() / 2])),
        ("all but a byte", Stream::of(&saved[..saved.len() - 1])),
        ("garbage", Stream::of(&garbage)),
        ("null", Stream::of(b"null")),
        ("a broken one", Stream { is_broken: true, ..Stream::of(&saved) }),
        // nice-plug 0.4.2 reads once.
        ("a few bytes at a time", Stream { at_once: Some(7), ..Stream::of(&saved) }),
    ] {
        assert_ne!(load(component, stream), kResultOk, "{what}");
        assert_eq!(values(controller), before, "{what}");
    }
    // SAFETY: null is what this is about.
    unsafe {
        assert_ne!(component.setState(std::ptr::null_mut()), kResultOk);
        assert_ne!(component.getState(std::ptr::null_mut()), kResultOk);
    }
    assert_eq!(state(component), own);
    assert_eq!(load(component, Stream::of(&saved)), kResultOk);
}

#[test]
fn a_state_loaded_while_it_plays_takes_over() {
    let module = Module::load();
    let first = changed(&module, &mut Random(34));
    let saved = state(&first.component);
    let second = Instance::new(&module);
    play(&second.component, &[]);
    begin(&second.component, &second.processor, RATE, BLOCK);
    let mut played = Played::default();
    for block in 0..20 {
        let start = Some(block * 512);
        Block { start, frames: 512, ..Block::default() }.play(&second.processor, &mut played);
        if block == 10 {
            set_state(&second.component, &saved);
            assert_eq!(values(&second.controller), values(&first.controller));
        }
    }
    end(&second.component, &second.processor);
    assert!(!played.ons.is_empty());
}
