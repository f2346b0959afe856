//! What a host finds when it scans: the factory's three interfaces, the class, what is made of it.

use std::ffi::c_void;
use std::ptr::null_mut;

use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IComponentHandler, IConnectionPoint, IEditController, IUnitInfo,
};
use vst3::Steinberg::{
    FUnknown, IPluginBase, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, char8, kInvalidArgument, kResultOk,
};
use vst3::{ComPtr, Interface};

use crate::module::{Module, release_last};

fn text(chars: &[char8]) -> String {
    chars.iter().map(|&c| c as u8).take_while(|&c| c != 0).map(char::from).collect()
}

fn wide(chars: &[u16]) -> String {
    let end = chars.iter().position(|&c| c == 0).expect("text ends");
    String::from_utf16(&chars[..end]).unwrap()
}

#[test]
fn all_three_factories_describe_one_class() {
    let module = Module::load();
    let second: ComPtr<IPluginFactory2> = module.factory.cast().expect("it is a second one");
    let third: ComPtr<IPluginFactory3> = module.factory.cast().expect("and a third");
    // SAFETY: structures of numbers, for which zeros are values; the factory writes them.
    unsafe {
        let mut info: PFactoryInfo = std::mem::zeroed();
        assert_eq!(module.factory.getFactoryInfo(&mut info), kResultOk);
        assert_eq!(text(&info.vendor), "Jangdan");
        assert_eq!(module.factory.countClasses(), 1);
        let mut one: PClassInfo = std::mem::zeroed();
        let mut two: PClassInfo2 = std::mem::zeroed();
        let mut three: PClassInfoW = std::mem::zeroed();
        assert_eq!(module.factory.getClassInfo(0, &mut one), kResultOk);
        assert_eq!(second.getClassInfo2(0, &mut two), kResultOk);
        assert_eq!(third.getClassInfoUnicode(0, &mut three), kResultOk);
        assert_eq!((one.cid, one.cid), (two.cid, three.cid));
        for name in [text(&one.name), text(&two.name), wide(&three.name)] {
            assert_eq!(name, "Jangdan");
        }
        for category in [text(&one.category), text(&two.category), text(&three.category)] {
            assert_eq!(category, "Audio Module Class");
        }
        assert_eq!(text(&two.subCategories), "Instrument|Drum");
        assert_eq!(text(&three.subCategories), "Instrument|Drum");
        assert_eq!(text(&two.version), env!("CARGO_PKG_VERSION"));
        assert_eq!(wide(&three.version), env!("CARGO_PKG_VERSION"));
        for index in [-1, 1, i32::MAX, i32::MIN] {
            assert_eq!(module.factory.getClassInfo(index, &mut one), kInvalidArgument);
            assert_eq!(second.getClassInfo2(index, &mut two), kInvalidArgument);
            assert_eq!(third.getClassInfoUnicode(index, &mut three), kInvalidArgument);
        }
        assert_eq!(third.setHostContext(null_mut()), kResultOk);
    }
}

#[test]
fn other_classes_and_interfaces_are_not_made() {
    let module = Module::load();
    let class = module.class();
    let mut other = class;
    other[15] ^= 1;
    let make = |class: &TUID, interface: &[u8; 16]| {
        let mut made = null_mut::<c_void>();
        let id = interface.as_ptr().cast::<char8>();
        // SAFETY: both ids are 16 bytes long, and `made` is written before it is read.
        let result = unsafe { module.factory.createInstance(class.as_ptr(), id, &mut made) };
        (result == kResultOk, made)
    };
    assert_eq!(make(&other, &IComponent::IID), (false, null_mut()));
    assert_eq!(make(&[0; 16], &IComponent::IID), (false, null_mut()));
    // A host's interface, and one that nobody knows.
    assert_eq!(make(&class, &IComponentHandler::IID), (false, null_mut()));
    assert_eq!(make(&class, &[0x5a; 16]), (false, null_mut()));
    // SAFETY: null is what this is about.
    unsafe {
        let id = IComponent::IID.as_ptr().cast::<char8>();
        assert_ne!(module.factory.createInstance(class.as_ptr(), id, null_mut()), kResultOk);
        let mut made = null_mut();
        assert_ne!(module.factory.createInstance(std::ptr::null(), id, &mut made), kResultOk);
    }
}

#[test]
fn an_instance_has_its_interfaces_counts_who_holds_it_and_goes_with_the_last() {
    let module = Module::load();
    let component = module.instance(&module.class());
    let raw = component.as_ptr();
    // SAFETY: `raw` is a component that is held all the while, and `made` is written before it is read.
    unsafe {
        let query = (*(*raw).vtbl).base.base.queryInterface;
        let mut made = null_mut::<c_void>();
        for unknown in [[0x5a; 16], [0; 16], IComponentHandler::IID, IConnectionPoint::IID] {
            assert_ne!(query(raw.cast(), unknown.as_ptr().cast(), &mut made), kResultOk);
            assert!(made.is_null());
        }
        let count = || {
            ((*(*raw).vtbl).base.base.addRef)(raw.cast());
            ((*(*raw).vtbl).base.base.release)(raw.cast())
        };
        assert_eq!(count(), 1);
        for known in [
            FUnknown::IID,
            IPluginBase::IID,
            IComponent::IID,
            IAudioProcessor::IID,
            IEditController::IID,
            IUnitInfo::IID,
        ] {
            made = null_mut();
            assert_eq!(query(raw.cast(), known.as_ptr().cast(), &mut made), kResultOk);
            assert_eq!(count(), 2);
            let held: ComPtr<FUnknown> = ComPtr::from_raw(made.cast()).unwrap();
            drop(held);
            assert_eq!(count(), 1);
        }
    }
    // Never initialised, never terminated.
    release_last(component);
}
