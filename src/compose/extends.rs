//! `extends`: a service that begins as a copy of another one.

use std::path::{Path, PathBuf};

use super::{
    assemble::{Assembly, Scope},
    error::{Error, Problem},
    files, merge,
    yaml::{Entry, Map, Node, Path as Keys, Value},
};

/// A service in a file, for finding circles.
type Link = (PathBuf, String);

/// Replaces every service of a document that extends another one by the merged service.
pub(super) fn apply(
    assembly: &mut Assembly<'_>,
    root: &mut Node,
    file: &Path,
    cleared: &[Keys],
    scope: &Scope,
) -> Result<(), Error> {
    let Some(services) = root.get("services").and_then(Node::as_map).cloned() else {
        return Ok(());
    };
    let mut result = services.clone();
    for entry in services
        .iter()
        .filter(|entry| entry.node.get("extends").is_some())
    {
        let family = Family {
            file: file.to_owned(),
            services: services.clone(),
            cleared: vec![cleared.to_vec()],
        };
        let merged = extended(assembly, &entry.key, &family, scope, &[])?;
        if let Some(node) = result.get_mut(&entry.key) {
            *node = merged;
        }
    }
    if let Some(node) = root.as_map_mut().and_then(|map| map.get_mut("services")) {
        node.value = Value::Map(result);
    }
    Ok(())
}

/// The services among which a name is looked up.
#[derive(Clone)]
struct Family {
    file: PathBuf,
    services: Map,
    cleared: Vec<Vec<Keys>>,
}

fn extended(
    assembly: &mut Assembly<'_>,
    name: &str,
    family: &Family,
    scope: &Scope,
    chain: &[Link],
) -> Result<Node, Error> {
    let Some(service) = family.services.get(name).cloned() else {
        return Ok(Node::map(no_place(family)));
    };
    let Some(extends) = service.get("extends").cloned() else {
        return Ok(service);
    };
    let reference = extends
        .as_text()
        .or_else(|| extends.get("service").and_then(Node::as_text))
        .unwrap_or_default()
        .to_owned();
    let link = (family.file.clone(), name.to_owned());
    if chain.contains(&link) {
        let path = chain
            .iter()
            .chain([&link])
            .map(|(_, service)| service.clone())
            .collect();
        return Err(Problem::ExtendsCycle { path }.at(&extends.place));
    }
    let chain = [chain, &[link]].concat();

    let mut origin = family.clone();
    if let Some(file) = extends.get("file") {
        let path = assembly
            .base(&scope.directory)
            .absolute(file.as_text().unwrap_or_default());
        origin = from_file(assembly, &path, file, family, scope)?;
    }
    if origin.services.get(&reference).is_none() {
        return Err(Problem::NothingToExtend {
            service: reference,
            file: PathBuf::from(assembly.shown(&origin.file)),
        }
        .at(&extends.place));
    }
    let mut base = extended(assembly, &reference, &origin, scope, &chain)?;
    if base.is_null() {
        return Ok(service);
    }
    let mut path = vec!["services".to_owned(), name.to_owned()];
    for cleared in &origin.cleared {
        merge::clear(&mut base, cleared, &mut path);
    }
    let mut merged = merge::services(base, service)?;
    if let Some(map) = merged.as_map_mut() {
        map.remove("extends");
    }
    Ok(merged)
}

fn no_place(family: &Family) -> super::source::Place {
    let first: Option<&Entry> = family.services.iter().next();
    first.map_or_else(super::source::Place::nowhere, |entry| entry.place.clone())
}

/// The services of another file.
fn from_file(
    assembly: &mut Assembly<'_>,
    path: &Path,
    file: &Node,
    family: &Family,
    scope: &Scope,
) -> Result<Family, Error> {
    if !files::is_file(path) {
        return Err(Problem::File {
            path: path.to_owned(),
            reason: "it does not exist".to_owned(),
        }
        .at(&file.place));
    }
    let mut cleared = family.cleared.clone();
    let mut model: Option<Node> = None;
    for document in assembly.extended(path, scope)? {
        model = Some(match model {
            None => document.root,
            Some(mut base) => {
                merge::clear(&mut base, &document.cleared, &mut Vec::new());
                merge::documents(base, document.root)?
            }
        });
        cleared.push(document.cleared);
    }
    let services = model
        .as_ref()
        .and_then(|model| model.get("services"))
        .and_then(Node::as_map)
        .cloned()
        .unwrap_or_default();
    Ok(Family {
        file: path.to_owned(),
        services,
        cleared,
    })
}
