//! CLAP's rules, as a host relies on them: whatever it may do, in whatever order, it finds the plugin in order.

mod descriptor;
mod events;
mod lifecycle;
mod parameters;
mod ports;
mod state;
mod threads;

use super::*;

use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};

use testkit::Random;

/// An instance that has not been activated.
fn inactive() -> Host {
    Host::load(plugin()).unwrap()
}

/// An instance that plays in real time: what is asked of it is not waited for.
fn live() -> Host {
    let mut host = inactive();
    host.activate(RATE, 8192).unwrap();
    host
}

/// What a parameter is said to be.
struct Info {
    id: u32,
    name: String,
    module: String,
    flags: ParamInfoFlags,
    minimum: f64,
    maximum: f64,
    default: f64,
}

impl Info {
    /// A value that the parameter can have.
    fn any(&self, random: &mut Random) -> f64 {
        let value = self.minimum + random.share() * (self.maximum - self.minimum);
        if self.flags.contains(ParamInfoFlags::IS_STEPPED) { value.round() } else { value }
    }
}

fn params(host: &mut Host) -> PluginParams {
    host.plugin().get_extension().expect("the plugin has parameters")
}

/// Every parameter, as it is described.
fn infos(host: &mut Host) -> Vec<Info> {
    let params = params(host);
    let plugin = host.plugin();
    let info = |index| {
        let mut buffer = ParamInfoBuffer::new();
        let info = params.get_info(&plugin, index, &mut buffer).expect("each is described");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text is UTF-8");
        Info {
            id: info.id.get(),
            name: text(info.name),
            module: text(info.module),
            flags: info.flags,
            minimum: info.min_value,
            maximum: info.max_value,
            default: info.default_value,
        }
    };
    (0..params.count(&plugin)).map(info).collect()
}

/// Values of all parameters, in the plugin's order.
fn values(host: &mut Host) -> Vec<f64> {
    host.parameters().unwrap().iter().map(|parameter| parameter.value).collect()
}

/// Events that set every parameter but the bypass to any value.
fn scramble(host: &mut Host, random: &mut Random) -> Vec<Input> {
    let infos = infos(host);
    let all = infos.iter().filter(|info| !info.flags.contains(ParamInfoFlags::IS_BYPASS));
    all.map(|info| Input::Parameter { offset: 0, id: info.id, value: info.any(random) }).collect()
}

/// Ends what sounds, whatever has been set: the bypass, without modulation.
fn hush(host: &mut Host) {
    let infos = infos(host);
    let mut inputs: Vec<Input> = infos
        .iter()
        .map(|info| Input::Modulation { offset: 0, id: info.id, amount: 0.0 })
        .collect();
    inputs.push(set(host, "Bypass", 1.0));
    host.process(64, Some(&Transport::stopped(0.0, 120.0)), &inputs).unwrap();
    assert!(host.recording().hanging_notes().is_empty());
}
