//! No file of this crate is forgotten: a test nobody compiles passes for ever.

use std::{collections::BTreeSet, fs, path::Path};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");

#[test]
fn every_file_is_a_module() {
    let forgotten = forgotten(Path::new(DIRECTORY), "main.rs");
    assert_eq!(
        forgotten,
        BTreeSet::new(),
        "declare them in tests/it/main.rs"
    );
    let support = Path::new(DIRECTORY).join("support");
    assert_eq!(forgotten_in(&support), BTreeSet::new());
}

#[test]
fn a_forgotten_file_is_found() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path();
    for (name, text) in [
        ("main.rs", "mod kept;\n// mod noted;\n"),
        ("kept.rs", ""),
        ("noted.rs", ""),
        ("lost.rs", ""),
    ] {
        fs::write(path.join(name), text).expect("a writable directory");
    }
    fs::create_dir(path.join("empty")).expect("a writable directory");
    fs::create_dir(path.join("deep")).expect("a writable directory");
    fs::write(path.join("deep/mod.rs"), "").expect("a writable directory");
    assert_eq!(
        forgotten(path, "main.rs"),
        ["deep", "lost", "noted"].map(str::to_owned).into()
    );
}

fn forgotten_in(directory: &Path) -> BTreeSet<String> {
    forgotten(directory, "mod.rs")
}

/// The modules that stand in `directory` and that its `root` does not declare.
fn forgotten(directory: &Path, root: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(directory.join(root)).expect("the root is readable");
    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| {
            line.trim_start_matches("pub ")
                .trim_start_matches("pub(crate) ")
                .strip_prefix("mod ")?
                .strip_suffix(';')
        })
        .collect();
    fs::read_dir(directory)
        .expect("the directory is readable")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| match path.extension() {
            Some(extension) => extension == "rs" && !path.ends_with(root),
            None => path.join("mod.rs").exists(),
        })
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !declared.contains(name.as_str()))
        .collect()
}
