//! `include`: files that are loaded with a directory and variables of their own.

use std::path::{Path, PathBuf};

use super::{
    assemble::{Assembly, Scope},
    environment,
    error::{Error, Problem},
    files,
    source::Place,
    yaml::{Entry, Map, Node, Value},
};

/// Loads what a document includes, and adds it to the document.
pub(super) fn apply(
    assembly: &mut Assembly<'_>,
    root: &mut Node,
    scope: &Scope,
    chain: &[PathBuf],
) -> Result<(), Error> {
    let Some(include) = root.as_map_mut().and_then(|map| map.remove("include")) else {
        return Ok(());
    };
    let Value::List(entries) = include.value else {
        return Err(Problem::WrongKind {
            key: "include".to_owned(),
            expected: "a list".to_owned(),
            found: include.kind().to_owned(),
        }
        .at(&include.place));
    };
    for entry in entries {
        let imported = load(assembly, &entry, scope, chain)?;
        import(imported, root)?;
    }
    Ok(())
}

fn load(
    assembly: &mut Assembly<'_>,
    entry: &Node,
    scope: &Scope,
    chain: &[PathBuf],
) -> Result<Node, Error> {
    let written = if entry.as_text().is_some() {
        Some(entry)
    } else {
        entry.get("path")
    };
    let written = written.map(texts).unwrap_or_default();
    let mut paths = Vec::new();
    for (path, place) in &written {
        if super::paths::is_remote(path) || path.starts_with("oci:") {
            return Err(Problem::Unsupported {
                key: "include".to_owned(),
                reason: "the file is not on this machine; download it and include the copy"
                    .to_owned(),
            }
            .at(place));
        }
        let path = assembly.base(&scope.directory).absolute(path);
        if !files::is_file(&path) {
            return Err(missing(&path, place));
        }
        if chain.contains(&path) {
            let path = chain
                .iter()
                .chain([&path])
                .map(|path| assembly.shown(path))
                .collect();
            return Err(Problem::IncludeCycle { path }.at(place));
        }
        paths.push(path);
    }
    let Some(first) = paths.first() else {
        return Err(Problem::MissingKey {
            parent: "`include`".to_owned(),
            key: "path",
        }
        .at(&entry.place));
    };
    let directory = match entry.get("project_directory").and_then(Node::as_text) {
        Some(directory) => assembly.base(&scope.directory).absolute(directory),
        None => first.parent().unwrap_or(first).to_owned(),
    };
    let mut environment = scope.environment.clone();
    let env_files = env_files(assembly, entry, scope, &directory)?;
    environment::add_files(&mut environment, &env_files, &|path| assembly.shown(path))?;
    let inner = Scope {
        directory,
        environment,
    };
    assembly.model(&paths, &inner, chain)
}

fn env_files(
    assembly: &Assembly<'_>,
    entry: &Node,
    scope: &Scope,
    directory: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let Some(written) = entry.get("env_file") else {
        let default = directory.join(".env");
        return Ok(if files::is_file(&default) {
            vec![default]
        } else {
            Vec::new()
        });
    };
    texts(written)
        .into_iter()
        .map(|(path, place)| {
            let path = assembly.base(&scope.directory).absolute(&path);
            if files::exists(&path) {
                Ok(path)
            } else {
                Err(missing(&path, &place))
            }
        })
        .collect()
}

fn missing(path: &Path, place: &Place) -> Error {
    Problem::File {
        path: path.to_owned(),
        reason: "it does not exist".to_owned(),
    }
    .at(place)
}

/// A text, or the texts of a list.
fn texts(node: &Node) -> Vec<(String, Place)> {
    let one = |node: &Node| Some((node.as_text()?.to_owned(), node.place.clone()));
    match node.as_list() {
        Some(list) => list.iter().filter_map(one).collect(),
        None => one(node).into_iter().collect(),
    }
}

/// Adds what is not there yet. The same definition twice is fine, another one is not.
fn import(imported: Node, root: &mut Node) -> Result<(), Error> {
    let place = root.place.clone();
    let Value::Map(mut imported) = imported.value else {
        return Ok(());
    };
    let Some(root) = root.as_map_mut() else {
        return Ok(());
    };
    for kind in ["services", "volumes", "networks", "secrets", "configs"] {
        let Some(Value::Map(from)) = imported.remove(kind).map(|node| node.value) else {
            continue;
        };
        root.set_default(kind, &place, Value::Map(Map::default()));
        let Some(to) = root.get_mut(kind).and_then(Node::as_map_mut) else {
            continue;
        };
        for entry in from {
            add(entry, to, kind)?;
        }
    }
    Ok(())
}

fn add(entry: Entry, to: &mut Map, kind: &str) -> Result<(), Error> {
    match to.entry(&entry.key) {
        Some(known) if known.node.same_as(&entry.node) => Ok(()),
        Some(known) => Err(Problem::Conflict {
            key: format!("{kind}.{}", entry.key),
            first: entry.place.to_string(),
        }
        .at(&known.place)),
        None => {
            to.insert(entry);
            Ok(())
        }
    }
}
