//! Compute devices: `auto`, `cpu`, `cuda` or `cuda:N`.

use anyhow::{Context, Result, bail};
use candle_core::Device;

/// The device called `name`; `auto` is the first GPU if there is one, else the CPU.
pub(crate) fn from_name(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "auto" if !cfg!(feature = "cuda") => Ok(Device::Cpu),
        "auto" => Ok(Device::new_cuda(0).unwrap_or(Device::Cpu)),
        "cuda" => cuda(0),
        _ => match name.strip_prefix("cuda:").and_then(|number| number.parse().ok()) {
            Some(number) => cuda(number),
            None => bail!("unknown device `{name}`: use auto, cpu, cuda or cuda:N"),
        },
    }
}

fn cuda(number: usize) -> Result<Device> {
    if !cfg!(feature = "cuda") {
        bail!(
            "device cuda: this trainer was built without CUDA; use --device cpu, or build it with \
             `cargo build --release -p trainer --features cuda`"
        );
    }
    Device::new_cuda(number)
        .with_context(|| format!("device cuda:{number}: no usable GPU; use --device cpu"))
}

/// `device` as the command line names it.
pub(crate) fn name_of(device: &Device) -> String {
    match device {
        Device::Cpu => "cpu".into(),
        other => format!("{:?}", other.location()).to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_that_are_not_there_are_named() {
        for name in ["gpu", "cuda:", "cuda:x", "cuda:-1", ""] {
            let error = from_name(name).unwrap_err().to_string();
            assert!(error.contains("use auto, cpu, cuda or cuda:N"), "{error}");
        }
        // No machine has this many.
        let error = from_name("cuda:4096").unwrap_err().to_string();
        assert!(error.contains("cuda"), "{error}");
    }
}
