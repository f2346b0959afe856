//! Addresses of files (`file://`), as file managers copy and drag them.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

/// The address of the file `path`, which begins at the root.
#[cfg(target_os = "linux")]
pub(crate) fn of(path: &std::path::Path) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    format!("file://{}", percent_encode(path.as_os_str().as_encoded_bytes(), ENCODED))
}

/// The path that `line` names, an address of a file or a path itself; `None` if it is neither, or of another machine.
pub(crate) fn path(line: &str) -> Option<PathBuf> {
    let line = line.trim();
    let path = match line.strip_prefix("file://") {
        Some(address) => {
            let address = address.strip_prefix("localhost").unwrap_or(address);
            // Before a drive letter stands a slash: file:///C:/clip.mid.
            let address = if cfg!(windows) { address.trim_start_matches('/') } else { address };
            decoded(address)?
        }
        None => PathBuf::from(line),
    };
    path.is_absolute().then_some(path)
}

/// Names of files are bytes here, of any encoding.
#[cfg(unix)]
fn decoded(address: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;

    let bytes: Vec<u8> = percent_decode_str(address).collect();
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn decoded(address: &str) -> Option<PathBuf> {
    Some(percent_decode_str(address).decode_utf8().ok()?.into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_decoded_and_a_path_is_none() {
        let root = if cfg!(windows) { "C:\\" } else { "/" };
        let named = PathBuf::from(format!("{root}a b/\u{c7a5}\u{b2e8} 50%.mid"));
        let slash = if cfg!(windows) { "/" } else { "" };
        for host in ["", "localhost"] {
            let address = format!("file://{host}{slash}{root}a%20b/%EC%9E%A5%EB%8B%A8%2050%25.mid");
            assert_eq!(path(&format!("{address}\r\n")).as_ref(), Some(&named), "{address}");
        }
        let plain = format!("{root}a%20b/clip.mid");
        assert_eq!(path(&plain), Some(PathBuf::from(&plain)));
        for other in ["clip.mid", "", "http://example.org/clip.mid", "file://elsewhere/clip.mid"] {
            assert_eq!(path(other), None, "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_is_a_name() {
        use std::os::unix::ffi::OsStrExt;

        let path = path("file:///a/%ff.mid").unwrap();
        assert_eq!(path.as_os_str().as_bytes(), b"/a/\xff.mid");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_address_of_a_path_leads_back_to_it() {
        let named = PathBuf::from("/a b/\u{c7a5}\u{b2e8} #50%,~x.mid");
        let address = of(&named);
        assert_eq!(address, "file:///a%20b/%EC%9E%A5%EB%8B%A8%20%2350%25%2C~x.mid");
        assert_eq!(path(&address), Some(named));
    }
}
