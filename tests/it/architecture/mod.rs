//! The layer table of `src/lib.rs`, enforced: who may import whom, and which files may touch the
//! world.
//!
//! It fails on a module that the tables forgot, so it cannot pass by looking at nothing, and it
//! proves on planted violations that it catches them. Changing a table is a decision: a commit of
//! its own.

mod rules;
mod source;
mod tables;

use std::{collections::BTreeMap, fs, path::Path};

use rules::{Sources, complaints};

#[test]
fn the_tree_is_the_architecture() {
    let complaints = complaints(&sources(), tables::MAY_USE, tables::EFFECTS);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_table_of_lib_rs_names_every_module() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"))
        .expect("lib.rs is readable");
    for (module, _) in tables::MAY_USE {
        let row = format!("[`{module}`]");
        assert!(
            text.lines()
                .any(|line| line.starts_with("//! |") && line.contains(&row)),
            "the table in src/lib.rs has no {row}"
        );
    }
}

/// Every Rust file under `src`, by its path there.
fn sources() -> Sources {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("src is readable");
            pending.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("it is under src");
            let name = name.to_str().expect("UTF-8").replace('\\', "/");
            found.insert(name, fs::read_to_string(&path).expect("it is readable"));
        }
    }
    found
}
