//! Hashes of patterns and locks.

use groove::{Articulation, Bar, Instrument, Pattern};
use musicvae::infer::Locks;

/// Hash of `pattern`, the same on every machine: FNV-1a, 64 bits, over its bars, if they are not of 4/4 in 16ths, and hits,
/// with their articulations if they are not plain.
///
/// # Real-time safety
/// Neither this allocates nor waits; it looks at every cell.
pub fn fingerprint(pattern: &Pattern) -> u64 {
    let bar = pattern.bar();
    let basis = if bar == Bar::COMMON {
        FNV_BASIS
    } else {
        let (metre, step) = (bar.metre(), bar.grid().step_clocks() as u32);
        let words = [metre.numerator().into(), metre.denominator().into(), step];
        words.into_iter().fold(FNV_BASIS, fnv)
    };
    pattern.iter().fold(basis, |hash, (step, instrument, hit)| {
        let words =
            [place(step, instrument), hit.velocity().to_bits(), hit.micro_offset().to_bits()];
        let articulation = hit.articulation();
        let struck = (articulation != Articulation::Plain).then_some(articulation as u32);
        words.into_iter().chain(struck).fold(hash, fnv)
    })
}

/// Hash of `locks`; `None` if nothing is locked.
pub fn fingerprint_locks(locks: &Locks) -> Option<u64> {
    if locks.is_empty() {
        return None;
    }
    let steps = 0..locks.pattern().steps();
    let places = steps.flat_map(|step| Instrument::ALL.map(|instrument| (step, instrument)));
    let locked = places.filter(|&(step, instrument)| locks.is_locked(step, instrument));
    Some(locked.fold(fingerprint(locks.pattern()), |hash, (step, instrument)| {
        fnv(hash, place(step, instrument))
    }))
}

pub(crate) const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds `word` to `hash`: FNV-1a.
pub(crate) fn fnv(hash: u64, word: u32) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    word.to_le_bytes().into_iter().fold(hash, step)
}

fn place(step: usize, instrument: Instrument) -> u32 {
    (step * groove::INSTRUMENTS + instrument.index()) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::Hit;

    #[test]
    fn patterns_are_known_by_their_hits() {
        let mut pattern = Pattern::EMPTY;
        let empty = fingerprint(&pattern);
        pattern.set(3, Instrument::Snare, Some(Hit::new(0.5, 0.0)));
        let one = fingerprint(&pattern);
        pattern.set(3, Instrument::Snare, Some(Hit::new(0.5, 0.1)));
        let late = fingerprint(&pattern);
        let flam = Hit::new(0.5, 0.1).struck_as(Articulation::Flam);
        pattern.set(3, Instrument::Snare, Some(flam));
        let all = [empty, one, late, fingerprint(&pattern)];
        assert_eq!(all.map(|x| x == one), [false, true, false, false]);
        assert_eq!(all.map(|x| x == late), [false, false, true, false]);
    }
}
