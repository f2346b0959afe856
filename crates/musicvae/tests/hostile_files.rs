//! Weights files that somebody meant harm with: nothing panics, every error is one line, and memory stays as
//! small as the file, whatever its header promises. What is read after all can be decoded with.

use std::collections::BTreeMap;

use musicvae::noise::{Noise, Purpose};
use musicvae::weights::{self, Precision, RawTensor, WeightsFile};
use musicvae::{Config, GrooveModel, LatentMap, Recipe};
use testkit::{Random, harmed, is_one_line, peak_memory};

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

/// The file with another header, whose length it states.
fn with_header(valid: &[u8], header: &[u8]) -> Vec<u8> {
    let length = header.len() as u64;
    [&length.to_le_bytes(), header, &valid[8 + header_length(valid)..]].concat()
}

/// Reads a file in all the ways that there are.
fn read(bytes: &[u8]) {
    _ = weights::styles(bytes);
    _ = weights::directions(bytes);
    _ = weights::read_tensors(bytes);
    match WeightsFile::from_bytes(bytes).and_then(|file| GrooveModel::new(&file)) {
        Ok(model) => _ = model.decode(&Recipe::default(), 0, &mut Default::default()),
        Err(error) => assert!(is_one_line(&error, 1000), "{error}"),
    }
}

/// What a header may hold, and numbers that no file can keep.
const PIECES: [&str; 9] = [
    "18446744073709551615",
    "1152921504606846976",
    "-1",
    "1e308",
    "[[[[[[[[",
    "\"F32\"",
    "\"BF16\"",
    "{}",
    "\\n\\u0000",
];

#[test]
fn harmed_files_neither_panic_nor_take_memory() {
    let valid = valid();
    read(&valid);
    let before = peak_memory();
    let mut random = Random(7);
    for case in 0..3000 {
        let header = harmed(&valid[8..8 + header_length(&valid)], &PIECES, &mut random);
        let whole = with_header(&valid, &header);
        // Of every fourth, the whole file too, with a header that is not where it says.
        read(&if case % 4 == 0 { harmed(&whole, &[], &mut random) } else { whole });
    }
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
            read(&with_header(&valid, header.as_bytes()));
        }
    }
    assert!(peak_memory() - before < 64 << 20);
}
