//! Round trips, wrong files and hostile ones.

use super::latent_map::LatentMap;
use super::*;
use crate::network::parameters::Parameters;

fn file() -> WeightsFile {
    let config = Config::tiny();
    let parameters =
        Parameters::initial(&config.parameters(), 1, &candle_core::Device::Cpu).unwrap();
    let metadata = Metadata::from([("command".to_owned(), "trainer --data groove.zip".to_owned())]);
    let mut tensors = parameters.numbers();
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    WeightsFile::new(config.autoencoder(), metadata, tensors).unwrap()
}

/// The message with which a changed file is refused.
fn refusal(change: impl FnOnce(&mut Metadata, &mut Tensors)) -> String {
    let WeightsFile { mut metadata, mut tensors, .. } = file();
    change(&mut metadata, &mut tensors);
    let bytes = write_tensors(&metadata, &tensors, Precision::F32).unwrap();
    WeightsFile::from_bytes(&bytes).unwrap_err().to_string()
}

#[test]
fn a_file_written_and_read_is_the_same() {
    let file = file();
    let bytes = file.to_bytes(Precision::F32).unwrap();
    assert_eq!(WeightsFile::from_bytes(&bytes).unwrap(), file);
    assert_eq!(file.to_bytes(Precision::F32).unwrap(), bytes);
    assert_eq!(file.metadata()["format"], "jangdan-groove");
    assert_eq!(
        file.metadata()["vocabulary"],
        "kick,snare,high-tom,low-mid-tom,high-floor-tom,open-hi-hat,closed-hi-hat,crash,ride"
    );
    assert_eq!(file.numbers("sketch_gain").unwrap(), [1.0]);
    assert!(file.numbers("nothing").is_err());
}

#[test]
fn half_precision_halves_the_file_and_rounds_to_nearest() {
    let file = file();
    let (long, short) =
        (file.to_bytes(Precision::F32).unwrap(), file.to_bytes(Precision::F16).unwrap());
    assert!(short.len() < long.len() * 6 / 10);
    let read = WeightsFile::from_bytes(&short).unwrap();
    for (name, tensor) in file.tensors() {
        for (a, b) in tensor.data.iter().zip(&read.tensors()[name].data) {
            assert!((a - b).abs() <= a.abs() / 2048.0 + 3e-8, "{name}: {a} {b}");
        }
    }
}

#[test]
fn parameters_survive_the_way_through_a_file() {
    let device = candle_core::Device::Cpu;
    let parameters = Parameters::initial(&Config::tiny().parameters(), 1, &device).unwrap();
    let read = Parameters::from_weights(&file(), &device).unwrap();
    assert_eq!(read.numbers(), parameters.numbers());
}

#[test]
fn a_file_on_disk_is_read_and_a_missing_one_is_named() {
    let folder = std::env::temp_dir().join(format!("jangdan-weights-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("w.safetensors");
    std::fs::write(&path, file().to_bytes(Precision::F32).unwrap()).unwrap();
    assert_eq!(WeightsFile::read(&path).unwrap(), file());
    std::fs::remove_dir_all(&folder).unwrap();
    let error = WeightsFile::read(&path).unwrap_err().to_string();
    assert!(error.contains("w.safetensors: "), "{error}");
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    let folder = std::env::temp_dir().join(format!("jangdan-large-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("w.safetensors");
    // No bytes on the disk; `paper` in f32, which is 712 MB, is within the limit.
    std::fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    let error = WeightsFile::read(&path).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    let expected = "too large for a weights file: 1073741825 bytes, at most 1073741824 are read";
    assert_eq!(error, expected);
    let numbers = |(_, shape): &(String, Vec<usize>)| shape.iter().product::<usize>() as u64;
    let paper: u64 = Config::paper().parameters().iter().map(numbers).sum();
    assert!(4 * paper + (1 << 20) < MAX_FILE_BYTES, "{paper}");
}

#[test]
fn a_tensor_missing_or_misshapen_is_named_with_both_shapes() {
    let message = refusal(|_, tensors| drop(tensors.remove("joint.bias")));
    assert_eq!(message, "tensor `joint.bias` is missing (expected shape [512])");
    let message = refusal(|_, tensors| {
        tensors.get_mut("mean.weight").unwrap().shape.reverse();
    });
    assert_eq!(message, "tensor `mean.weight` has shape [32, 16], expected [16, 32]");
    let message = refusal(|_, tensors| drop(tensors.remove("latent.basis")));
    assert_eq!(message, "tensor `latent.basis` is missing (expected shape [16, 16])");
}

#[test]
fn numbers_that_are_not_finite_are_refused_with_their_place() {
    let message = refusal(|_, tensors| tensors.get_mut("sketch.bias").unwrap().data[7] = f32::NAN);
    assert_eq!(message, "tensor `sketch.bias` holds NaN at index 7, not a finite number");
    let mut file = file();
    file.tensors.get_mut("sketch.bias").unwrap().data[7] = 1e6;
    let error = file.to_bytes(Precision::F16).unwrap_err().to_string();
    assert_eq!(error, "tensor `sketch.bias` holds inf at index 7, not a finite number");
}

#[test]
fn files_of_other_programs_versions_and_vocabularies_are_told_apart() {
    let message = refusal(|metadata, _| drop(metadata.remove("format")));
    assert!(message.contains("not a groove network: its metadata has format none"), "{message}");
    let message = refusal(|metadata, _| drop(metadata.insert("format".into(), "pt\n".into())));
    assert!(message.contains("format \"pt\\n\", expected"), "{message}");
    let message = refusal(|metadata, _| drop(metadata.insert("version".into(), "2".into())));
    assert_eq!(message, "weights format version \"2\", but this program reads version 1");
    let message = refusal(|metadata, _| drop(metadata.insert("vocabulary".into(), "kick".into())));
    assert!(message.contains("vocabulary is `\"kick\"`"), "{message}");
    let message = refusal(|metadata, _| drop(metadata.remove("config")));
    assert_eq!(message, "the file's metadata has no `config`");
    let message = refusal(|metadata, _| drop(metadata.insert("config".into(), "{}".into())));
    assert!(message.contains("missing field `latent`"), "{message}");
    let huge = file().metadata["config"].replace("\"latent\":16", "\"latent\":1000000000");
    let message = refusal(|metadata, _| drop(metadata.insert("config".into(), huge)));
    assert!(message.contains("latent must be 1 to 8192, not 1000000000"), "{message}");
}

#[test]
fn numbers_of_another_type_are_refused_by_name() {
    let header = format!(
        r#"{{"__metadata__":{},"x":{{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}}}"#,
        serde_json::json!(file().metadata())
    );
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend([0; 8]);
    let error = WeightsFile::from_bytes(&bytes).unwrap_err().to_string();
    assert_eq!(error, "tensor `x` holds I64 numbers, expected F32 or F16");
}

#[test]
fn hostile_headers_are_errors_and_allocate_nothing() {
    let refused = |bytes: &[u8]| {
        let error = WeightsFile::from_bytes(bytes).unwrap_err();
        assert!(matches!(error, WeightsError::NotSafetensors(_)), "{error}");
    };
    refused(b"");
    refused(b"PK\x03\x04");
    refused(&(1u64 << 60).to_le_bytes());
    refused(&u64::MAX.to_le_bytes());
    let with_header = |header: &str| {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes
    };
    refused(&with_header("{"));
    refused(&with_header(&"[".repeat(100_000)));
    // A tensor that would not fit any memory, one whose size overflows, one beyond the file's end.
    for (shape, end) in [
        ("[1152921504606846976]", "4611686018427387904"),
        ("[4294967296,4294967296]", "8"),
        ("[2]", "8"),
    ] {
        refused(&with_header(&format!(
            r#"{{"x":{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}}}"#
        )));
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let bytes = file().to_bytes(Precision::F16).unwrap();
    for cut in (0..bytes.len()).step_by(997).chain([7, 8, 9, bytes.len() - 1]) {
        assert!(WeightsFile::from_bytes(&bytes[..cut]).is_err(), "{cut} bytes");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(WeightsFile::from_bytes(&longer).is_err());
}
