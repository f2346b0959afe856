//! Files that somebody meant harm with.

use crate::Random;

/// `valid` with up to four things done to it: a byte changed, a length promised, the rest cut off, some bytes taken out, put in
/// or put in twice, and, if there are `pieces`, one of these anywhere or in the place of a number.
pub fn harmed(valid: &[u8], pieces: &[&str], random: &mut Random) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for _ in 0..random.below(5) {
        // Headers are at the beginning.
        let near = if random.below(4) == 0 { 32 } else { 1 };
        let at = random.index(bytes.len() + 1) / near;
        let end = (at + 1 + random.index(100)).min(bytes.len());
        match random.below(if pieces.is_empty() { 8 } else { 32 }) {
            0..3 => {
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.below(256) as u8)
            }
            3 => {
                let any = random.bits() as u32;
                let length = *random.of(&[u32::MAX, 0, 1 << 31, any]);
                bytes.iter_mut().skip(at).zip(length.to_be_bytes()).for_each(|(a, b)| *a = b);
            }
            4 => bytes.truncate(at),
            5 => _ = bytes.drain(at..end),
            6 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(end..end, again);
            }
            7 => {
                let more: Vec<u8> =
                    (0..random.below(40)).map(|_| random.below(256) as u8).collect();
                bytes.splice(at..at, more);
            }
            8 => _ = bytes.splice(at..at, random.of(pieces).bytes()),
            _ => {
                let Some(number) = bytes[at..].iter().position(u8::is_ascii_digit) else {
                    continue;
                };
                let is_part = |byte: &&u8| byte.is_ascii_digit() || b".-e".contains(byte);
                let length = bytes[at + number..].iter().take_while(is_part).count();
                bytes.splice(at + number..at + number + length, random.of(pieces).bytes());
            }
        }
    }
    bytes
}
