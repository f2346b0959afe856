//! Which files of a package use which others: `use` lines and paths in code, tests left out.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use proc_macro2::{TokenStream, TokenTree};

use super::tree::Tree;

/// A module's path from the crate's root, which is empty: `window::grid` is `["window", "grid"]`.
pub(super) type Module = Vec<String>;

/// The modules of one crate, those for tests left out, each with the modules that it uses.
///
/// Parents and children do not count as used: they are one thing in several files.
pub(super) type Graph = BTreeMap<Module, Vec<Module>>;

/// Reads all modules of the crate whose first file is `folder/root`.
///
/// # Errors
/// If a file is not Rust.
pub(super) fn graph(tree: &Tree, folder: &str, root: &str) -> Result<Graph> {
    let mut sources = BTreeMap::new();
    let mut next = vec![Module::new()];
    while let Some(module) = next.pop() {
        let path = match &module[..] {
            [] => format!("{folder}/{root}"),
            names => format!("{folder}/{}.rs", names.join("/")),
        };
        let text = tree.text(&path).with_context(|| format!("{path} is missing"))?;
        let source = Source::read(text, &module).with_context(|| format!("cannot read {path}"))?;
        next.extend(source.children.iter().map(|name| join(&module, name)));
        sources.insert(module, source);
    }
    let used_by = |module: &Module, source: &Source| {
        let paths = source.paths.iter();
        let mut used: Vec<_> = paths.filter_map(|path| resolve(&sources, module, path)).collect();
        used.sort();
        used.dedup();
        used
    };
    Ok(sources.iter().map(|(module, source)| (module.clone(), used_by(module, source))).collect())
}

/// The module that `path` in `from` leads to; none for a parent, a child and another crate.
fn resolve(sources: &BTreeMap<Module, Source>, from: &Module, path: &Module) -> Option<Module> {
    let mut path = path.clone();
    // What a parent re-exports is looked up where it comes from. Two parents may re-export each other's: not for ever.
    for _ in 0..8 {
        let is_module = |length: &usize| sources.contains_key(&path[..*length]);
        let (module, rest) = path.split_at((0..=path.len()).rev().find(is_module)?);
        if !from.starts_with(module) {
            return (!module.starts_with(from)).then(|| module.to_vec());
        }
        let (name, rest) = rest.split_first()?;
        path = [sources[module].names.get(name)?, rest].concat();
    }
    None
}

fn join(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

/// What one file says.
#[derive(Default)]
struct Source {
    children: Vec<String>,
    /// All that is named, as paths from the crate's root.
    paths: Vec<Module>,
    /// The names that its `use` lines bring in, with the path of each.
    names: BTreeMap<String, Module>,
}

impl Source {
    fn read(text: &str, module: &[String]) -> Result<Self> {
        let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
        let mut source = Self::default();
        source.scan(tokens, module, true);
        Ok(source)
    }

    /// Takes what `tokens` in `module` name. `is_file`: not inside braces, so that names are the whole file's.
    fn scan(&mut self, tokens: TokenStream, module: &[String], is_file: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => match rest {
                    [TokenTree::Punct(_), TokenTree::Group(inner), ..]
                        if is_test(inner.stream()) =>
                    {
                        return;
                    }
                    [TokenTree::Group(outer), item @ ..] if is_test(outer.stream()) => {
                        rest = after_item(item);
                    }
                    _ => {}
                },
                TokenTree::Group(group) => self.scan(group.stream(), module, false),
                TokenTree::Ident(word) if word == "mod" => match rest {
                    [TokenTree::Ident(name), TokenTree::Group(body), after @ ..] => {
                        self.scan(body.stream(), &join(module, &name.to_string()), false);
                        rest = after;
                    }
                    [TokenTree::Ident(name), ..] => self.children.push(name.to_string()),
                    _ => {}
                },
                TokenTree::Ident(word) if word == "use" => {
                    let (found, after) = leaves(after_colons(rest).unwrap_or(rest), &[]);
                    rest = after;
                    for (name, path) in found {
                        let path = absolute(module, &path);
                        self.paths.push(path.clone());
                        if is_file {
                            self.names.insert(name, path);
                        }
                    }
                }
                TokenTree::Ident(word) if word == "crate" || word == "super" || word == "self" => {
                    if let Some(path) = after_colons(rest) {
                        let (found, after) = leaves(path, &[word.to_string()]);
                        rest = after;
                        self.paths.extend(found.iter().map(|(_, path)| absolute(module, path)));
                    }
                }
                _ => {}
            }
        }
    }
}

/// The leaves of a tree of paths: the name of each and its path, `start` before it; and what comes after the tree.
fn leaves<'a>(
    tokens: &'a [TokenTree],
    start: &[String],
) -> (Vec<(String, Module)>, &'a [TokenTree]) {
    let mut path = start.to_vec();
    match tokens {
        [TokenTree::Ident(word), rest @ ..] => {
            if word != "self" || path.is_empty() {
                path.push(word.to_string());
            }
            if let Some(rest) = after_colons(rest) {
                return leaves(rest, &path);
            }
            let name = path.last().cloned().unwrap_or_default();
            match rest {
                [TokenTree::Ident(word), TokenTree::Ident(name), rest @ ..] if word == "as" => {
                    (vec![(name.to_string(), path)], rest)
                }
                _ => (vec![(name, path)], rest),
            }
        }
        [TokenTree::Group(group), rest @ ..] => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let (mut next, mut found) = (&inner[..], Vec::new());
            while !next.is_empty() {
                let (some, after) = leaves(next, &path);
                found.extend(some);
                next = after.get(1..).unwrap_or_default();
            }
            (found, rest)
        }
        // `*`, or the types of a generic.
        [..] => (vec![("*".to_owned(), path)], tokens.get(1..).unwrap_or_default()),
    }
}

/// `path` as written in `module`, from the crate's root.
fn absolute(module: &[String], path: &[String]) -> Module {
    let mut whole = module.to_vec();
    for (index, name) in path.iter().enumerate() {
        match name.as_str() {
            "crate" => whole.clear(),
            "self" if index == 0 => {}
            "super" => {
                whole.pop();
            }
            _ => whole.push(name.clone()),
        }
    }
    whole
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), rest @ ..] => {
            (first.as_char() == ':' && second.as_char() == ':').then_some(rest)
        }
        _ => None,
    }
}

/// Whether an attribute leaves its item out of all but tests: `cfg(test)`, `cfg(all(test, ...))`.
fn is_test(attribute: TokenStream) -> bool {
    let text = attribute.to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    words[0] == "cfg"
        && words.contains(&"test")
        && !words.contains(&"any")
        && !words.contains(&"not")
}

/// What follows the first item, field or statement.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    // A comma between the types of a generic ends nothing.
    let mut depth = 0;
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        TokenTree::Punct(mark) => {
            match mark.as_char() {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
            mark.as_char() == ';' || mark.as_char() == ',' && depth <= 0
        }
        _ => false,
    };
    let end = tokens.iter().position(is_end).map_or(tokens.len(), |last| last + 1);
    &tokens[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The uses of a crate of `files`, each as `from -> to`.
    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let graph = graph(&Tree::of(files), "src", "lib.rs").unwrap();
        let arrows = |(from, used): (&Module, &Vec<Module>)| {
            let from = from.join("::");
            used.iter().map(move |to| format!("{from} -> {}", to.join("::"))).collect::<Vec<_>>()
        };
        graph.iter().flat_map(arrows).collect()
    }

    const LIB: (&str, &str) = ("src/lib.rs", "mod a; mod b; pub use b::inner::Thing as Known;");
    const B: (&str, &str) = ("src/b.rs", "pub mod inner; mod other; use self::other::Part;");
    const OTHER: (&str, &str) = ("src/b/other.rs", "pub struct Part;");

    fn uses_of(a: &str, inner: &str) -> Vec<String> {
        uses(&[LIB, B, OTHER, ("src/a.rs", a), ("src/b/inner.rs", inner)])
    }

    #[test]
    fn use_lines_count_with_all_that_they_bring() {
        assert_eq!(
            uses_of("use crate::{b::{self, inner::{Thing, More as _}}, a::X};", ""),
            ["a -> b", "a -> b::inner"]
        );
        assert_eq!(uses_of("", "use super::super::a::*;"), ["b::inner -> a"]);
        assert_eq!(uses_of("use std::fmt; use ::serde::Serialize;", ""), [""; 0]);
    }

    #[test]
    fn paths_in_code_and_in_macros_count() {
        let code = "fn f(x: &crate::b::inner::Thing) { x }";
        assert_eq!(uses_of(code, ""), ["a -> b::inner"]);
        assert_eq!(
            uses_of("fn f() { assert!(super::b::other::f::<u8>(), \"\") }", ""),
            ["a -> b::other"]
        );
        assert_eq!(uses_of("mod own { fn f() { super::super::b::f() } }", ""), ["a -> b"]);
        assert_eq!(
            uses_of("// crate::b::f()\nfn f(self: &Self) -> &str { \"crate::b\" }", ""),
            [""; 0]
        );
    }

    #[test]
    fn a_name_that_a_parent_has_from_elsewhere_counts_where_it_comes_from() {
        assert_eq!(uses_of("use crate::Known;", ""), ["a -> b::inner"]);
        assert_eq!(uses_of("", "fn f() -> super::Part { super::Part }"), ["b::inner -> b::other"]);
    }

    #[test]
    fn parents_children_and_tests_do_not_count() {
        assert_eq!(uses_of("", "use crate::b::own; use super::f;"), [""; 0]);
        let tests =
            "#[cfg(test)] mod missing; #[cfg(all(test, unix))] fn f<A, B>() { crate::b::f() }
            #[cfg(test)] mod tests { use crate::b::f; } fn g() {}";
        assert_eq!(uses_of(tests, ""), [""; 0]);
        let not_only_tests = "#[cfg(any(test, unix))] use crate::b::f;";
        assert_eq!(uses_of(not_only_tests, ""), ["a -> b"]);
    }
}
