//! What may use what inside a package: floors, of which a lower one knows no higher one, and no circles.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Findings;
use super::imports::{self, Graph, Module};
use super::tree::Tree;
use crate::workspace::Workspace;

/// The floors of one folder, lowest first.
struct Floors {
    package: &'static str,
    /// The module they are in; empty for the package's `src`.
    within: &'static str,
    /// Its modules, with all that is in them. The folder's own file stands above them.
    floors: &'static [&'static str],
}

/// A module that may use a higher one, and why.
struct Exception {
    package: &'static str,
    from: &'static str,
    to: &'static str,
    because: &'static str,
}

const FLOORS: &[Floors] = &[
    Floors {
        package: "jangdan",
        within: "",
        floors: &[
            "state",
            "factory",
            "params",
            "files",
            "handoff",
            "generation",
            "playing",
            "editing",
            "window",
            "plugin",
            "entry",
            "headless",
        ],
    },
    Floors { package: "jangdan", within: "window", floors: &["widgets", "grid", "panels", "app"] },
    Floors {
        package: "trainer",
        within: "",
        floors: &["data", "training", "evaluate", "export", "report", "cli"],
    },
    Floors {
        package: "musicvae",
        within: "",
        floors: &[
            "aligned", "noise", "context", "critic", "weights", "infer", "network", "training",
        ],
    },
];

const EXCEPTIONS: &[Exception] = &[];

/// Holds every package of the workspace to its floors, and looks for circles in all.
pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Result<Findings> {
    let mut findings = Findings::new();
    for package in workspace.packages() {
        let folder = package.manifest_path.parent().map(|folder| folder.as_std_path());
        let folder = folder.and_then(|folder| folder.strip_prefix(workspace.root()).ok());
        let Some(folder) = folder.and_then(|folder| folder.to_str()) else { continue };
        let folder = format!("{}/src", folder.replace('\\', "/"));
        for root in ["lib.rs", "main.rs"] {
            if tree.holds(&format!("{folder}/{root}")) {
                let graph = imports::graph(tree, &folder, root)?;
                findings.extend(upward(&package.name, &graph, FLOORS, EXCEPTIONS));
                let found = circles(&graph);
                findings.extend(found.iter().map(|circle| format!("{}: {circle}", package.name)));
            }
        }
    }
    Ok(findings)
}

/// Uses of a higher floor, modules without a floor, and exceptions that nothing needs.
fn upward(
    package: &str,
    graph: &Graph,
    floors: &[Floors],
    exceptions: &[Exception],
) -> BTreeSet<String> {
    let mut findings = BTreeSet::new();
    let mut unused: Vec<&Exception> =
        exceptions.iter().filter(|exception| exception.package == package).collect();
    for Floors { within, floors, .. } in floors.iter().filter(|table| table.package == package) {
        let within = module(within);
        // None for what is not inside; the floor's number counts from below.
        let floor = |module: &Module| {
            let name = module.strip_prefix(&within[..])?.first()?;
            Some((name.clone(), floors.iter().position(|floor| floor == name)))
        };
        for (from, used) in graph {
            let Some((name, from_floor)) = floor(from) else { continue };
            if from_floor.is_none() {
                let place = [&within[..], &[name]].concat().join("::");
                findings.insert(format!("{package}: {place} has no floor: add it to the table"));
                continue;
            }
            for to in used.iter().filter(|to| floor(to).is_some_and(|(_, to)| to > from_floor)) {
                let is_excepted = exceptions.iter().any(|exception| {
                    let is_it = exception.package == package
                        && from.starts_with(&module(exception.from))
                        && to.starts_with(&module(exception.to));
                    if is_it {
                        unused.retain(|other| !std::ptr::eq(*other, exception));
                    }
                    is_it
                });
                if !is_excepted {
                    let (from, to) = (from.join("::"), to.join("::"));
                    findings.insert(format!("{package}: {from} uses {to}, which lies above it"));
                }
            }
        }
    }
    findings.extend(unused.iter().map(|Exception { from, to, because, .. }| {
        format!("{package}: {from} uses {to} no more: remove the exception ({because})")
    }));
    findings
}

/// Circles between folders, and those of more than two files inside one.
fn circles(graph: &Graph) -> Findings {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.keys().map(|module| (module, reach(graph, module))).collect();
    let mut findings = Findings::new();
    for (module, far) in &reached {
        let circle: Vec<&Module> =
            far.iter().filter(|other| reached[*other].contains(module)).copied().collect();
        // Found once, from its first module.
        if circle.first() != Some(module) {
            continue;
        }
        let folders: BTreeSet<&[String]> = circle.iter().map(|module| folder_of(module)).collect();
        if folders.len() > 1 || circle.len() > 2 {
            let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
            findings.push(format!("these use each other in a circle: {}", names.join(", ")));
        }
    }
    findings
}

/// All modules that `start` leads to; `start` itself only if it is one of them.
fn reach<'a>(graph: &'a Graph, start: &Module) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&Module> = graph[start].iter().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module) {
            next.extend(&graph[module]);
        }
    }
    reached
}

/// The folder that a module's file is in.
fn folder_of(module: &Module) -> &[String] {
    &module[..module.len().saturating_sub(1)]
}

/// A module's path as the tables have it: `window::grid`.
fn module(path: &str) -> Module {
    path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph of `from -> to, to` lines.
    fn graph(lines: &[&str]) -> Graph {
        let mut graph = Graph::new();
        for line in lines {
            let (from, to) = line.split_once(" -> ").unwrap_or((line, ""));
            let used = to.split(", ").map(module).filter(|to| !to.is_empty());
            graph.insert(module(from), used.collect());
        }
        graph
    }

    const TABLE: [Floors; 2] = [
        Floors { package: "p", within: "", floors: &["state", "params", "window"] },
        Floors { package: "p", within: "window", floors: &["widgets", "app"] },
    ];

    fn upward_in(lines: &[&str], exceptions: &[Exception]) -> Vec<String> {
        upward("p", &graph(lines), &TABLE, exceptions).into_iter().collect()
    }

    #[test]
    fn a_floor_uses_itself_and_those_below() {
        let good = [
            "state::a -> state::b",
            "params -> state::a",
            "window::app -> window::widgets, params",
            "window -> window::app",
            " -> window",
        ];
        assert_eq!(upward_in(&good, &[]), [""; 0]);
        assert_eq!(
            upward_in(&["state::a -> params", "window::widgets::x -> window::app::y"], &[]),
            [
                "p: state::a uses params, which lies above it",
                "p: window::widgets::x uses window::app::y, which lies above it"
            ]
        );
        assert_eq!(upward("other", &graph(&["state -> params"]), &TABLE, &[]), BTreeSet::new());
    }

    #[test]
    fn a_module_without_a_floor_is_found_whether_used_or_not() {
        let findings = upward_in(&["new -> state", "params -> newer", "newer"], &[]);
        assert_eq!(
            findings,
            [
                "p: new has no floor: add it to the table",
                "p: newer has no floor: add it to the table"
            ]
        );
    }

    #[test]
    fn an_exception_lets_its_own_modules_pass_and_must_be_needed() {
        let exception = |to| Exception { package: "p", from: "state", to, because: "it is small" };
        let lines = ["state::a -> window::app"];
        assert_eq!(upward_in(&lines, &[exception("window")]), [""; 0]);
        assert_eq!(
            upward_in(&lines, &[exception("window::app"), exception("params")]),
            ["p: state uses params no more: remove the exception (it is small)"]
        );
    }

    #[test]
    fn circles_are_found_between_folders_and_among_more_than_two_files_of_one() {
        assert_eq!(circles(&graph(&["a::x -> a::y", "a::y -> a::x", "a"])), [""; 0]);
        assert_eq!(
            circles(&graph(&["a::x -> b::x", "b::x -> c", "c -> a::x", "a", "b"])),
            ["these use each other in a circle: a::x, b::x, c"]
        );
        assert_eq!(circles(&graph(&["x -> y", "y -> z", "z -> x"])).len(), 1);
        assert_eq!(circles(&graph(&["a -> b::x", "b::x -> a", "b"])).len(), 1);
    }
}
