//! `info.csv`: styles, splits and more of the MIDI files beside it, as the Groove MIDI Dataset has it and as
//! spreadsheets write it.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};

use super::{PerformanceInfo, Split};

/// What info.csv says.
pub(super) struct Info {
    /// In its order. `None` as split: it says none.
    pub(super) rows: Vec<(PerformanceInfo, Option<Split>)>,
}

/// The columns that are read, as the Groove MIDI Dataset calls them. The others it has (session, id,
/// `time_signature`, `audio_filename`, duration) are of no use here: metre and length are in the MIDI file itself.
const COLUMNS: [&str; 6] = ["midi_filename", "drummer", "style", "beat_type", "bpm", "split"];

impl Info {
    /// Reads info.csv of these `bytes` in `folder`, which ends in `/` or is empty.
    ///
    /// Commas, semicolons or tabs separate columns; text is UTF-8, UTF-16 or Windows' Western one; lines end as on any system, and some may be empty; folders
    /// may be written with `\`.
    pub(super) fn read(bytes: &[u8], folder: &str) -> Result<Self> {
        let text = decoded(bytes);
        let is_empty = |line: &str| line.chars().all(|c| c.is_whitespace() || ",;\"".contains(c));
        let mut text: &str = text.trim_start_matches('\u{feff}');
        let mut separator = None;
        // Lines end with \r\n, \n, or (Excel for the Mac) \r.
        while let Some((line, rest)) = text.split_once(['\r', '\n']) {
            // Excel's line that names the separator.
            let told = line.trim_matches('"').strip_prefix("sep=");
            if told.is_none() && !is_empty(line) {
                break;
            }
            separator = separator.or(told.and_then(|told| told.bytes().next()));
            text = rest;
        }
        let header = text.split(['\r', '\n']).next().unwrap_or_default();
        let count = |byte: &u8| header.bytes().filter(|b| b == byte).count();
        // Of equally frequent ones the comma, as in a header of one column.
        let separators = [b'\t', b';', b','];
        let separator =
            separator.or_else(|| separators.into_iter().max_by_key(count)).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let headers = reader.headers()?.clone();
        let place =
            |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
        let places = COLUMNS.map(place);
        let Some(name_place) = places[0] else {
            bail!("its first line names no column `midi_filename`");
        };
        let mut rows = Vec::new();
        for (i, row) in reader.records().enumerate() {
            let row = row?;
            let cell =
                |column: usize| places[column].and_then(|place| row.get(place)).unwrap_or("");
            let name = row.get(name_place).unwrap_or("").replace('\\', "/");
            let name = name.trim_start_matches("./");
            if name.is_empty() {
                continue;
            }
            let line = i + 2;
            let bpm = cell(4);
            let bpm = match bpm {
                "" => None,
                _ => Some(bpm.replace(',', ".").parse().ok().with_context(|| {
                    format!("row {line}: bpm `{}` is no number", shortened(bpm))
                })?),
            };
            let split = match cell(5) {
                "" => None,
                split => {
                    Some(Split::from_name(&split.to_ascii_lowercase()).with_context(|| {
                        let split = shortened(split);
                        format!("row {line}: split `{split}` is none of train, validation, test")
                    })?)
                }
            };
            let performance = PerformanceInfo {
                name: format!("{folder}{name}"),
                drummer: cell(1).to_owned(),
                style: cell(2).to_owned(),
                beat_type: cell(3).to_owned(),
                bpm,
                split: Split::Train,
            };
            rows.push((performance, split));
        }
        Ok(Self { rows })
    }
}

/// `bytes` as text: UTF-16 if they say so, UTF-8 if they are, else Windows-1252 as far as it is Latin-1.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    // A spreadsheet may leave the mark out; every other byte of Western text is 0 all the same.
    let zeros = |rest: usize| {
        let head = bytes.iter().take(64).skip(rest).step_by(2);
        bytes.len() > 1 && head.clone().filter(|&&byte| byte == 0).count() > head.len() / 2
    };
    let utf_16 = |of: fn([u8; 2]) -> u16| {
        let (units, _) = bytes.as_chunks::<2>();
        Cow::Owned(String::from_utf16_lossy(
            &units.iter().map(|unit| of(*unit)).collect::<Vec<_>>(),
        ))
    };
    match (bytes, std::str::from_utf8(bytes)) {
        ([0xFF, 0xFE, ..], _) => utf_16(u16::from_le_bytes),
        ([0xFE, 0xFF, ..], _) => utf_16(u16::from_be_bytes),
        _ if zeros(1) => utf_16(u16::from_le_bytes),
        _ if zeros(0) => utf_16(u16::from_be_bytes),
        (_, Ok(text)) => Cow::Borrowed(text),
        (_, Err(_)) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// `cell` for an error message.
fn shortened(cell: &str) -> String {
    cell.escape_debug().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(String, String, Option<f64>, Option<Split>)> {
        let rows = Info::read(bytes, "set/").unwrap().rows;
        let told = |(row, split): (PerformanceInfo, _)| (row.name, row.style, row.bpm, split);
        rows.into_iter().map(told).collect()
    }

    #[test]
    fn spreadsheets_may_write_it_their_way() {
        let expected = [
            (
                "set/sub/a.mid".to_owned(),
                "f\u{fc}nk".to_owned(),
                Some(95.5),
                Some(Split::Validation),
            ),
            ("set/b.mid".to_owned(), String::new(), None, None),
        ];
        let plain =
            "midi_filename,style,bpm,split\nsub/a.mid,f\u{fc}nk,95.5,validation\nb.mid,,,\n";
        let semicolons = "Midi_Filename;style;BPM;split\r\nsub\\a.mid;f\u{fc}nk;95,5;Validation\r\n\
            .\\b.mid;;;\r\n;;;\r\n";
        let tabs = plain.replace(',', "\t");
        let with_bom = format!("\u{feff}{semicolons}");
        let told = format!("sep=;\r\n{semicolons}");
        let utf_16: Vec<u8> =
            format!("\u{feff}{tabs}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let unmarked: Vec<u8> = tabs.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let unmarked_be: Vec<u8> = tabs.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mac = told.replace("\r\n", "\r");
        let quoted = told.replace("sep=;", "\"sep=;\"");
        let after_blanks = format!("\r\n;;;\r\n{semicolons}");
        let windows: Vec<u8> = semicolons.chars().map(|c| c as u8).collect();
        let short =
            "midi_filename, style, bpm, split\n sub/a.mid , f\u{fc}nk, 95.5, validation\nb.mid\n";
        for text in
            [plain, semicolons, &tabs, &with_bom, &told, &mac, &quoted, &after_blanks, short]
        {
            assert_eq!(read(text.as_bytes()), expected, "{text:?}");
        }
        for utf_16 in [&utf_16, &unmarked, &unmarked_be] {
            assert_eq!(read(utf_16), expected);
        }
        assert_eq!(read(&windows), expected);
        assert_eq!(read(b"midi_filename\na.mid\n")[0].0, "set/a.mid");
    }

    #[test]
    fn what_it_says_wrongly_is_named_by_row() {
        let error = |text: &str| Info::read(text.as_bytes(), "").err().unwrap().to_string();
        assert!(error("file,split\na.mid,train\n").contains("midi_filename"));
        assert!(error("").contains("midi_filename"));
        assert!(error("midi_filename,split\na.mid,dev\n").contains("row 2: split `dev`"));
        assert!(error("midi_filename,bpm\na.mid,fast\n").contains("row 2: bpm `fast`"));
    }
}
