//! Weights files that somebody meant harm with: nothing panics, every error is one line, and memory stays as
//! small as the file, whatever its header promises. What is read after all can be decoded with.

use std::collections::BTreeMap;

use musicvae::noise::{Noise, Purpose};
use musicvae::weights::{self, Precision, RawTensor, WeightsFile};
use musicvae::{Config, GrooveModel, LatentMap, Recipe};
use proptest::prelude::*;
use testkit::{is_one_line, peak_memory};

/// A file of the tiny network with random numbers, such as the trainer writes.
fn valid() -> Vec<u8> {
    let config = Config::tiny();
    let mut tensors = BTreeMap::new();
    let parameters = config.parameters().into_iter().chain(config.prior_parameters());
    for (i, (name, shape)) in parameters.enumerate() {
        let mut data = vec![0.0; shape.iter().product()];
        Noise::new(7, Purpose::Weights, i as u64).fill_normal(&mut data);
        tensors.insert(name, RawTensor { shape, data });
    }
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    let metadata = BTreeMap::from([("command".to_owned(), "trainer --data groove.zip".to_owned())]);
    let file = WeightsFile::new(config, metadata, tensors).unwrap();
    file.to_bytes(Precision::F16).unwrap()
}

fn header_length(bytes: &[u8]) -> usize {
    u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize
}

/// Reads a file in all the ways that there are.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    let one_line = |error: weights::WeightsError| {
        prop_assert!(is_one_line(&error, 1000), "{error}");
        Ok(())
    };
    _ = weights::styles(bytes);
    _ = weights::directions(bytes);
    _ = weights::read_tensors(bytes);
    let file = match WeightsFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => return one_line(error),
    };
    match GrooveModel::new(&file) {
        Ok(model) => {
            model.decode(&Recipe::default(), 0, &mut Default::default());
            Ok(())
        }
        Err(error) => one_line(error),
    }
}

/// A piece of JSON such as a header may hold, or a number that no file can keep.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u64>().prop_map(|number| number.to_string()),
        Just((1_u64 << 60).to_string()),
        Just("-1".to_owned()),
        Just("1e308".to_owned()),
        Just("[[[[[[[[".to_owned()),
        Just("\"F32\"".to_owned()),
        Just("\"BF16\"".to_owned()),
        Just("{}".to_owned()),
        Just("\\n\\u0000".to_owned()),
        "[\\PC]{0,12}",
    ]
}

#[test]
fn harmed_files_neither_panic_nor_take_memory() {
    let valid = valid();
    read(&valid).unwrap();
    let before = peak_memory();
    let length = header_length(&valid);
    let config = ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() };
    // Bytes anywhere, most of them in the header; a cut; numbers of the header put in place of others.
    let bytes = prop::collection::vec((0.0..1.0_f64, any::<bool>(), any::<u8>()), 0..6);
    let cut = prop_oneof![4 => Just(None), 1 => (0.0..1.0_f64).prop_map(Some)];
    let numbers = prop::collection::vec((0.0..1.0_f64, piece()), 0..3);
    proptest!(config, |(bytes in bytes, cut in cut, numbers in numbers)| {
        let mut header = String::from_utf8(valid[8..8 + length].to_vec()).unwrap();
        for (at, piece) in numbers {
            // The next number, or string of digits, from there on.
            let from = (at * header.len() as f64) as usize;
            let is_digit = |c: char| c.is_ascii_digit();
            let Some(start) = header.get(from..).and_then(|rest| rest.find(is_digit)) else { continue };
            let start = from + start;
            let end = header[start..].find(|c| !is_digit(c)).map_or(header.len(), |end| start + end);
            header.replace_range(start..end, &piece);
        }
        let mut harmed = (header.len() as u64).to_le_bytes().to_vec();
        harmed.extend(header.bytes());
        harmed.extend(&valid[8 + length..]);
        for (at, is_in_header, byte) in bytes {
            let length = if is_in_header { 8 + header.len() } else { harmed.len() };
            harmed[(at * length as f64) as usize] = byte;
        }
        if let Some(cut) = cut {
            harmed.truncate((cut * harmed.len() as f64) as usize);
        }
        read(&harmed)?;
    });
    let grown = peak_memory() - before;
    assert!(grown < 64 << 20, "{grown} bytes for files of {} bytes", valid.len());
}

#[test]
fn a_network_too_large_for_its_file_is_refused_before_memory_is_taken() {
    let valid = valid();
    let length = header_length(&valid);
    let header = std::str::from_utf8(&valid[8..8 + length]).unwrap();
    let before = peak_memory();
    for key in ["encoder", "conductor", "decoder", "latent"] {
        for size in [0_u64, 1 << 20, 1 << 40, 1 << 60, u64::MAX] {
            // In the config, which is JSON within JSON.
            let Some(at) = header.find(key) else { panic!("the config has no {key}") };
            let Some(digit) = header[at..].find(|c: char| c.is_ascii_digit()) else { continue };
            let start = at + digit;
            let end = start + header[start..].find(|c: char| !c.is_ascii_digit()).unwrap();
            let header = format!("{}{size}{}", &header[..start], &header[end..]);
            let mut harmed = (header.len() as u64).to_le_bytes().to_vec();
            harmed.extend(header.bytes());
            harmed.extend(&valid[8 + length..]);
            read(&harmed).unwrap();
        }
    }
    assert!(peak_memory() - before < 64 << 20);
}
