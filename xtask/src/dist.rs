//! `cargo xtask dist`: the plugins as musicians download them, one archive for this platform, and its checksum.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::bundle::{self, PLUGIN};
use crate::format::Format;
use crate::workspace::Workspace;
use crate::{install, licences};

/// Files of the repository that go along, at the places where its own links look for them.
const ALONG: [&str; 15] = [
    "README.md",
    "README.ko.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "CHANGELOG.md",
    "assets/MODEL_CARD.md",
    "assets/ardour.png",
    "assets/window.png",
    "assets/window-edit.png",
    "assets/window-light.png",
    "assets/window-metre.png",
    "assets/window-song.png",
    "docs/hosts.md",
    "docs/presets.md",
    "docs/window.md",
];

/// Bundles, packs, and says where the archive is.
pub(crate) fn dist(workspace: &Workspace, words: Vec<String>) -> Result<()> {
    let is_universal = cfg!(target_os = "macos");
    if is_universal {
        bundle::bundle_universal(workspace, words)?;
    } else {
        bundle::bundle(workspace, words)?;
    }
    let platform = platform(is_universal);
    archive(workspace, &workspace.target().join("bundled"), &platform, cfg!(windows))
}

/// Packs the plugins in the folder `bundled`, which are for `platform`.
pub(crate) fn archive(
    workspace: &Workspace,
    bundled: &Path,
    platform: &str,
    is_windows: bool,
) -> Result<()> {
    let version = workspace.version(PLUGIN)?;
    let name = format!("jangdan-{version}-{platform}");
    let folder = workspace.target().join("dist");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let archive = folder.join(format!("{name}.zip"));

    let mut contents =
        vec![("README.txt".to_owned(), Content::Text(readme(&version, platform, is_windows)))];
    for path in ALONG {
        contents.push((path.to_owned(), Content::Path(workspace.root().join(path))));
    }
    let vst3 = bundled.join(bundle::bundle_name(workspace, PLUGIN, Format::Vst3)?);
    contents.push((licences::FILE_NAME.to_owned(), Content::Path(bundle::licences_in(&vst3))));
    for &format in Format::ALL {
        let own = bundle::bundle_name(workspace, PLUGIN, format)?;
        contents.push((own.clone(), Content::Path(bundled.join(own))));
    }
    // Under another name until it is whole.
    let part = archive.with_extension("part");
    let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    pack(file, &name, &contents).with_context(|| format!("cannot write {}", part.display()))?;
    fs::rename(&part, &archive)?;

    let sum = sha256(&archive)?;
    let sums = folder.join(format!("{name}.sha256"));
    fs::write(&sums, format!("{sum}  {name}.zip\n"))?;
    println!("\n{}\n{sum}", archive.display());
    Ok(())
}

/// What this machine's bundles are for.
fn platform(is_universal: bool) -> String {
    let processor = if is_universal { "universal" } else { std::env::consts::ARCH };
    format!("{}-{processor}", std::env::consts::OS)
}

/// What a musician reads first.
fn readme(version: &str, platform: &str, is_windows: bool) -> String {
    let places: String = Format::ALL
        .iter()
        .map(|&format| {
            format!(
                "  Jangdan.{}  to  {}\n",
                format.extension(),
                install::shown_folder(format, is_windows)
            )
        })
        .collect();
    format!(
        "Jangdan {version} for {platform}: a drummer inside your music software that makes up its own grooves.\n\n\
         Copy\n{places}(make the folder if there is none; one of them is enough, CLAP if your \
         software takes it), and have your software scan for plugins. Put Jangdan on an instrument track, press play.\n\n\
         Nothing else needs to be installed, and it never uses the network. README.md (README.ko.md in Korean) has what the controls do and \
         how to let it play other instruments.\n\n\
         LICENSE-MIT or LICENSE-APACHE, at your choice, for Jangdan; {} for what it is built from; assets/MODEL_CARD.md for how its \
         network was trained and how good it is.\n",
        licences::FILE_NAME
    )
}

/// Something in the archive.
enum Content {
    Text(String),
    /// A file, or a folder with all that is in it.
    Path(PathBuf),
}

/// Writes `contents` below the folder `name`, in their order, with no times: the same bytes for the same contents.
fn pack(file: impl Write + Seek, name: &str, contents: &[(String, Content)]) -> Result<()> {
    let mut archive = ZipWriter::new(file);
    for (own, content) in contents {
        let place = format!("{name}/{own}");
        match content {
            Content::Text(text) => {
                archive.start_file(place, options(false))?;
                archive.write_all(text.as_bytes())?;
            }
            Content::Path(path) => add(&mut archive, path, &place)?,
        }
    }
    archive.finish()?;
    Ok(())
}

fn add<W: Write + Seek>(archive: &mut ZipWriter<W>, path: &Path, place: &str) -> Result<()> {
    let told = || format!("cannot read {}", path.display());
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(told)?;
        let mut names: Vec<_> =
            entries.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
        names.sort();
        for name in names {
            add(archive, &path.join(&name), &format!("{place}/{}", name.to_string_lossy()))?;
        }
        return Ok(());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).with_context(told)?;
    archive.start_file(place, options(is_program(path)))?;
    archive.write_all(&bytes)?;
    Ok(())
}

fn options(is_program: bool) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(if is_program { 0o755 } else { 0o644 })
}

/// Whether the system has to be able to run what is in it.
fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|about| about.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        true
    }
}

fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(whole_files::sha256(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn an_archive_has_all_in_one_folder_and_the_same_bytes_each_time() {
        let temporary = tempfile::tempdir().unwrap();
        let bundle = temporary.path().join("A.vst3");
        fs::create_dir_all(bundle.join("Contents/x86_64-linux")).unwrap();
        fs::write(bundle.join("Contents/x86_64-linux/A.so"), "program").unwrap();
        fs::write(bundle.join("Contents/Info"), "info").unwrap();
        let contents = [
            ("README.txt".to_owned(), Content::Text("hello".to_owned())),
            ("A.vst3".to_owned(), Content::Path(bundle)),
        ];
        let packed = || {
            let mut bytes = Cursor::new(Vec::new());
            pack(&mut bytes, "a-1", &contents).unwrap();
            bytes.into_inner()
        };
        let bytes = packed();
        assert_eq!(bytes, packed());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> =
            archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        let library = "a-1/A.vst3/Contents/x86_64-linux/A.so";
        assert_eq!(names, ["a-1/README.txt", "a-1/A.vst3/Contents/Info", library]);
        let mut text = String::new();
        archive.by_name(library).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "program");
    }

    #[test]
    fn the_pictures_of_the_readmes_go_along() {
        let workspace = Workspace::find().unwrap();
        for readme in ALONG.into_iter().filter(|path| path.starts_with("README")) {
            let text = fs::read_to_string(workspace.root().join(readme)).unwrap();
            let pictures: Vec<&str> = text
                .split("](")
                .filter_map(|rest| rest.split(')').next())
                .filter(|link| link.ends_with(".png"))
                .collect();
            assert!(!pictures.is_empty(), "{readme} shows none");
            assert!(pictures.iter().all(|path| ALONG.contains(path)), "{readme}: {pictures:?}");
        }
    }

    #[test]
    fn the_readme_says_where_the_plugins_go() {
        let readme = readme("1.2.3", "linux-x86_64", false);
        assert!(readme.starts_with("Jangdan 1.2.3 for linux-x86_64"));
        assert!(Format::ALL.iter().all(|&f| readme.contains(&install::shown_folder(f, false))));
    }
}
