//! The chunks of a soundfont's RIFF file.

use std::ops::Range;

/// A chunk: its name, and where its content is. Of a list, the four bytes of its kind.
pub(super) type Chunk = ([u8; 4], Range<usize>);

/// The chunks of `bytes`, lists and what is in them one after another.
///
/// # Errors
/// If one is larger than what follows it: a reader would allocate so much before it finds out.
pub(super) fn chunks(bytes: &[u8]) -> Result<Vec<Chunk>, &'static str> {
    let field = |at: usize| bytes.get(at..at + 4).and_then(|field| field.try_into().ok());
    let mut all = Vec::new();
    let mut at = 12;
    while let (Some(name), Some(length)) = (field(at), field(at + 4)) {
        let length = u32::from_le_bytes(length) as usize;
        if length > bytes.len() - at - 8 {
            return Err("a broken soundfont");
        }
        let content = at + 8..at + 8 + if name == *b"LIST" { length.min(4) } else { length };
        // A chunk of odd length has a zero after it, which some writers forget.
        let is_padded = content.len() % 2 == 1 && bytes.get(content.end) == Some(&0);
        at = content.end + usize::from(is_padded);
        all.push((name, content));
    }
    Ok(all)
}
