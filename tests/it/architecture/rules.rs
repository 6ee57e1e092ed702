//! The rules themselves: sources and tables in, complaints out.

use std::collections::{BTreeMap, BTreeSet};

use super::source::named;

/// Source files by their path under `src`.
pub(super) type Sources = BTreeMap<String, String>;

/// A module, and the modules it may import.
pub(super) type MayUse = (&'static str, &'static [&'static str]);

/// A path that does something, and the files and directories (ending in `/`) that may name it.
pub(super) type Effect = (&'static str, &'static [&'static str]);

/// Everything that is wrong with `sources`, a line each.
pub(super) fn complaints(sources: &Sources, may_use: &[MayUse], effects: &[Effect]) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = may_use.iter().copied().collect();
    let mut found = Vec::new();
    let present: BTreeSet<&str> = sources.keys().filter_map(|path| module(path)).collect();
    for missing in table.keys().filter(|module| !present.contains(*module)) {
        found.push(format!("`{missing}` stands in the table and not in src"));
    }
    for forgotten in present.iter().filter(|module| !table.contains_key(*module)) {
        found.push(format!("`{forgotten}` stands in src and not in the table"));
    }
    for (effect, homes) in effects {
        for home in *homes {
            if !sources.keys().any(|path| is_home(home, path)) {
                found.push(format!("`{home}` may name `{effect}` and is not in src"));
            }
        }
    }
    for (path, text) in sources.iter().filter(|(path, _)| !is_test(path)) {
        let named = named(text);
        for name in &named {
            found.extend(layer(path, name, &table));
            found.extend(effect(path, name, effects));
        }
    }
    found.dedup();
    found
}

/// What is wrong with `path` naming another module.
fn layer(path: &str, name: &[String], table: &BTreeMap<&str, &[&str]>) -> Option<String> {
    let module = module(path)?;
    let target = match name {
        [first, second, ..] if first == "super" && second == "super" => {
            return Some(format!("{path}: `super::super` hides where it leads"));
        }
        // In the file of the module itself, `super` is the crate.
        [first, target, ..]
            if first == "crate" || (first == "super" && is_module_file(path, module)) =>
        {
            target.as_str()
        }
        _ => return None,
    };
    let allowed = table.get(module)?;
    let known = table.contains_key(target);
    (known && target != module && !allowed.contains(&target))
        .then(|| format!("{path}: `{module}` must not use `{target}`"))
}

/// What is wrong with `path` naming something that acts.
fn effect(path: &str, name: &[String], effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|(effect, homes)| {
        let named = effect
            .split("::")
            .zip(name)
            .all(|(want, have)| want == have)
            && name.len() >= effect.split("::").count();
        (named && !homes.iter().any(|home| is_home(home, path)))
            .then(|| format!("{path}: `{effect}` belongs in {homes:?}"))
    })
}

fn is_home(home: &str, path: &str) -> bool {
    home == path || (home.ends_with('/') && path.starts_with(home))
}

/// The top-level module that a file belongs to; none for the roots of the two crates and for the
/// sum of all errors.
fn module(path: &str) -> Option<&str> {
    let head = path.split('/').next()?;
    match head.strip_suffix(".rs").unwrap_or(head) {
        "lib" | "main" | "error" => None,
        name => Some(name),
    }
}

/// Whether this is `module.rs` or `module/mod.rs`.
fn is_module_file(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest == ".rs" || rest == "/mod.rs")
}

/// Whether a file is only compiled for tests.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

#[cfg(test)]
mod planted {
    //! Violations that must be caught, each in a small tree of its own.

    use super::*;

    const MAY_USE: &[MayUse] = &[("low", &[]), ("high", &["low"])];
    const EFFECTS: &[Effect] = &[
        ("std::fs", &["high/disk.rs"]),
        ("engine", &["high/"]),
        ("println!", &[]),
    ];

    /// The complaints about a sound tree with this file put into it.
    fn with(path: &str, text: &str) -> Vec<String> {
        let mut sources: Sources = [
            ("lib.rs", "pub mod low; pub mod high;"),
            ("low/mod.rs", "mod deep;"),
            ("high/mod.rs", "use crate::low::Word;"),
            ("high/disk.rs", "use std::fs; fn f() { engine::go() }"),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into();
        sources.insert(path.to_owned(), text.to_owned());
        complaints(&sources, MAY_USE, EFFECTS)
    }

    #[test]
    fn a_sound_tree_has_none() {
        assert_eq!(with("low/deep.rs", "use super::Word;"), [""; 0]);
    }

    #[test]
    fn each_violation_is_caught() {
        let upward = "low/deep.rs: `low` must not use `high`";
        let disk = "low/deep.rs: `std::fs` belongs in [\"high/disk.rs\"]";
        for (path, text, expected) in [
            ("low/deep.rs", "use crate::high::Thing;", upward),
            ("low/deep.rs", "use crate::{low::A, high::B};", upward),
            ("low/deep.rs", "fn f() { crate::high::go() }", upward),
            ("low/deep.rs", "pub use crate::high;", upward),
            (
                "low/mod.rs",
                "use super::high::Thing;",
                "low/mod.rs: `low` must not use `high`",
            ),
            (
                "low/deep.rs",
                "use super::super::high::Thing;",
                "low/deep.rs: `super::super` hides where it leads",
            ),
            ("low/deep.rs", "use std::{env, fs::{self, File}};", disk),
            ("low/deep.rs", "fn f() { ::std::fs::read(p); }", disk),
            (
                "low/deep.rs",
                "fn f() -> engine::Client { x }",
                "low/deep.rs: `engine` belongs in [\"high/\"]",
            ),
            (
                "high/mod.rs",
                "fn f() { println!(\"{x}\") }",
                "high/mod.rs: `println!` belongs in []",
            ),
            ("new/mod.rs", "", "`new` stands in src and not in the table"),
        ] {
            assert_eq!(with(path, text), [expected], "{text}");
        }
    }

    #[test]
    fn a_table_of_yesterday_is_caught() {
        let none = complaints(
            &Sources::new(),
            &[("gone", &[])],
            &[("std::fs", &["old.rs"])],
        );
        assert_eq!(
            none,
            [
                "`gone` stands in the table and not in src",
                "`old.rs` may name `std::fs` and is not in src"
            ]
        );
    }

    #[test]
    fn prose_and_tests_may_name_anything() {
        let text = "//! See [`crate::high`].\nconst S: &str = \"println!\";\n#[cfg(test)]\nmod tests { use std::fs; }";
        assert_eq!(with("low/deep.rs", text), [""; 0]);
    }
}
