//! From files to one tree: each document is interpolated, extended and merged into those before.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    canonical,
    environment::{self, Variables},
    error::{Error, Problem, Wanted},
    extends, files, include, interpolate, lint, merge,
    paths::Base,
    request::HostSystem,
    shape,
    source::Source,
    unique,
    warning::Warning,
    yaml::{self, Document, Map, Node, Value},
};

/// Under this key a secret or config keeps the value of its variable.
pub(super) const CONTENT_KEY: &str = "x-#content";

/// What stays the same for all files of a project.
#[derive(Debug)]
pub(super) struct Assembly<'a> {
    /// The directory that file names are shown relative to.
    pub(super) shown_from: &'a Path,
    pub(super) home: Option<&'a Path>,
    pub(super) host: HostSystem,
    pub(super) warnings: Vec<Warning>,
    /// Files that were read, so that a file is read once.
    pub(super) sources: BTreeMap<PathBuf, Vec<Document>>,
}

/// What an included file sees differently from its includer.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) directory: PathBuf,
    pub(super) environment: Variables,
}

impl Assembly<'_> {
    /// The tree of several files, in the long form and with absolute paths. `chain` holds the
    /// files that include each other up to here.
    pub(super) fn model(
        &mut self,
        paths: &[PathBuf],
        scope: &Scope,
        chain: &[PathBuf],
    ) -> Result<Node, Error> {
        let mut model = None;
        for path in paths {
            model = self.file_into(model, path, scope, chain)?;
        }
        let Some(mut model) = model else {
            return Err(Error::Empty(paths.first().cloned().unwrap_or_default()));
        };
        canonical::defaults(&mut model)?;
        self.base(&scope.directory).resolve(&mut model);
        take_from_environment(&mut model, &scope.environment);
        Ok(model)
    }

    fn file_into(
        &mut self,
        mut model: Option<Node>,
        path: &Path,
        scope: &Scope,
        chain: &[PathBuf],
    ) -> Result<Option<Node>, Error> {
        let mut chain = chain.to_vec();
        chain.push(path.to_owned());
        for document in self.documents(path)? {
            let Document { mut root, cleared } = self.interpolated(document, scope)?;
            extends::apply(self, &mut root, path, &cleared, scope)?;
            let mut base = model.unwrap_or_else(|| Node::map(root.place.clone()));
            merge::clear(&mut base, &cleared, &mut Vec::new());
            include::apply(self, &mut root, scope, &chain)?;
            let mut merged = merge::documents(base, root)?;
            unique::enforce(&mut merged, &mut Vec::new())?;
            shape::check(&merged)?;
            self.drop_version(&mut merged);
            canonical::canonical(&mut merged)?;
            unique::enforce(&mut merged, &mut Vec::new())?;
            model = Some(merged);
        }
        Ok(model)
    }

    /// The tree of a file that another one extends, with absolute paths but nothing else done.
    pub(super) fn extended(&mut self, path: &Path, scope: &Scope) -> Result<Vec<Document>, Error> {
        let directory = path.parent().unwrap_or(path).to_owned();
        let mut documents = Vec::new();
        for document in self.documents(path)? {
            let Document { mut root, cleared } = self.interpolated(document, scope)?;
            unique::enforce(&mut root, &mut Vec::new())?;
            canonical::canonical(&mut root)?;
            self.base(&directory).resolve(&mut root);
            documents.push(Document { root, cleared });
        }
        Ok(documents)
    }

    fn interpolated(&mut self, document: Document, scope: &Scope) -> Result<Document, Error> {
        let Document { mut root, cleared } = document;
        if root.as_map().is_none() {
            return Err(Problem::WrongKind {
                key: "the top level".to_owned(),
                expected: "a mapping".to_owned(),
                found: root.kind().to_owned(),
            }
            .at(&root.place));
        }
        lint::unquoted(&root, &mut self.warnings);
        let lookup = environment::lookup(&scope.environment, self.host);
        interpolate::tree(&mut root, &lookup, &mut self.warnings)?;
        Ok(Document { root, cleared })
    }

    pub(super) fn documents(&mut self, path: &Path) -> Result<Vec<Document>, Error> {
        if let Some(known) = self.sources.get(path) {
            return Ok(known.clone());
        }
        let text = files::read(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            wanted: Wanted::ComposeFile,
            source,
        })?;
        let source = Arc::new(Source::new(self.shown(path), &text));
        let documents = yaml::parse(&source, &text)?;
        self.sources.insert(path.to_owned(), documents.clone());
        Ok(documents)
    }

    pub(super) fn base<'b>(&'b self, directory: &'b Path) -> Base<'b> {
        Base {
            directory,
            home: self.home,
        }
    }

    /// A file as the user would call it: relative where it is below the current directory.
    pub(super) fn shown(&self, path: &Path) -> String {
        shown(self.shown_from, path)
    }

    fn drop_version(&mut self, model: &mut Node) {
        let Some(map) = model.as_map_mut() else {
            return;
        };
        if let Some(place) = map.entry("version").map(|entry| entry.place.clone()) {
            map.remove("version");
            self.warnings.push(Warning::ObsoleteVersion { place });
        }
    }
}

/// `path` relative to `from` where it is below it.
pub(super) fn shown(from: &Path, path: &Path) -> String {
    path.strip_prefix(from)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Values of `environment` lists, secrets and configs that come from the scope's own variables.
fn take_from_environment(model: &mut Node, environment: &Variables) {
    for service in entries_mut(model, "services") {
        let Some(Value::List(items)) = service.get_mut("environment").map(|node| &mut node.value)
        else {
            continue;
        };
        for item in items {
            if let Value::Text(name) = &mut item.value
                && let Some(value) = environment.get(name.as_str())
            {
                *name = format!("{name}={value}");
            }
        }
    }
    for kind in ["secrets", "configs"] {
        for resource in entries_mut(model, kind) {
            let Some(name) = resource.get("environment").cloned() else {
                continue;
            };
            let value = name.as_text().and_then(|name| environment.get(name));
            if let Some(value) = value {
                resource.set(CONTENT_KEY, Node::text(name.place, value));
            }
        }
    }
}

/// The mappings below a top-level key.
pub(super) fn entries_mut<'a>(model: &'a mut Node, key: &str) -> impl Iterator<Item = &'a mut Map> {
    model
        .as_map_mut()
        .and_then(|map| map.get_mut(key))
        .and_then(Node::as_map_mut)
        .into_iter()
        .flat_map(Map::iter_mut)
        .filter_map(|entry| entry.node.as_map_mut())
}
