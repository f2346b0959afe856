//! Length limits for lists in projects and presets. An empty pattern is two bytes in a file and
//! seven thousand in memory, so the size of a file bounds nothing.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// A list of at most `MOST`.
///
/// # Errors
/// If it is longer, at its first entry too many.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MOST: usize>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List::<T, MOST>(PhantomData))
}

struct List<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            if list.len() == MOST {
                return Err(A::Error::invalid_length(MOST + 1, &self));
            }
            list.push(entry);
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> serde_json::Result<Vec<u8>> {
        list::<_, _, 3>(&mut serde_json::Deserializer::from_str(text))
    }

    #[test]
    fn a_list_is_read_up_to_its_limit_and_not_a_byte_further() {
        assert_eq!(read("[]").unwrap(), [0; 0]);
        assert_eq!(read("[1, 2, 3]").unwrap(), [1, 2, 3]);
        let told = read("[1, 2, 3, 4, this is not looked at").unwrap_err().to_string();
        assert!(told.contains("a list of at most 3"), "{told}");
        assert!(read("{}").is_err());
    }
}
