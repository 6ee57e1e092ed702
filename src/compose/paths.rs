//! Relative paths become absolute ones.

use std::path::{Component, Path, PathBuf};

use super::yaml::{Node, Path as Keys, Value, node::matches};

/// Where paths begin.
#[derive(Clone, Copy, Debug)]
pub(in crate::compose) struct Base<'a> {
    /// The directory that relative paths start from.
    pub(in crate::compose) directory: &'a Path,
    /// The user's home directory, for `~`.
    pub(in crate::compose) home: Option<&'a Path>,
}

impl Base<'_> {
    /// `path`, absolute and without `.` and `..`.
    pub(in crate::compose) fn absolute(&self, path: &str) -> PathBuf {
        self.absolute_path(Path::new(path))
    }

    /// The same of a path.
    pub(in crate::compose) fn absolute_path(&self, path: &Path) -> PathBuf {
        let home = path
            .to_str()
            .and_then(|text| text.strip_prefix('~'))
            .zip(self.home)
            .map(|(rest, home)| home.join(rest.trim_start_matches(['/', '\\'])));
        clean(&self.directory.join(home.as_deref().unwrap_or(path)))
    }

    /// Makes the paths in a document absolute.
    pub(in crate::compose) fn resolve(&self, node: &mut Node) {
        self.walk(node, &mut Vec::new());
    }

    fn walk(&self, node: &mut Node, keys: &mut Keys) {
        if let Some(rule) = rule(keys) {
            self.apply(rule, node);
            return;
        }
        match &mut node.value {
            Value::Map(map) => {
                for entry in map.iter_mut() {
                    keys.push(entry.key.clone());
                    self.walk(&mut entry.node, keys);
                    keys.pop();
                }
            }
            Value::List(items) => {
                keys.push("[]".to_owned());
                for item in items {
                    self.walk(item, keys);
                }
                keys.pop();
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
        }
    }

    fn apply(&self, rule: Rule, node: &mut Node) {
        match rule {
            Rule::Path => self.change(node),
            Rule::Anywhere => self.change_here(node),
            Rule::Context => {
                if !node.as_text().is_some_and(is_remote) {
                    self.change(node);
                }
            }
            Rule::Mount => {
                let bind = node.get("type").and_then(Node::as_text) == Some("bind");
                if let Some(source) = node.as_map_mut().and_then(|map| map.get_mut("source"))
                    && bind
                {
                    self.change_here(source);
                }
            }
            Rule::Volume => {
                let text = |node: &Node, key: &str| node.get(key).and_then(Node::rendered);
                let local = text(node, "driver").as_deref() == Some("local");
                let Some(options) = node.as_map_mut().and_then(|map| map.get_mut("driver_opts"))
                else {
                    return;
                };
                let bind = text(options, "o").as_deref() == Some("bind");
                if local
                    && bind
                    && let Some(device) = options.as_map_mut().and_then(|map| map.get_mut("device"))
                {
                    self.change_here(device);
                }
            }
        }
    }

    /// A path that may be the engine's: what is absolute on Unix stays as it is on Windows.
    fn change_here(&self, node: &mut Node) {
        if cfg!(unix) || !node.as_text().is_some_and(|path| path.starts_with('/')) {
            self.change(node);
        }
    }

    fn change(&self, node: &mut Node) {
        if let Value::Text(path) = &mut node.value
            && !path.is_empty()
            && !is_windows_absolute(path)
        {
            *path = self.absolute(path).to_string_lossy().into_owned();
        }
    }
}

#[derive(Clone, Copy)]
enum Rule {
    Path,
    Anywhere,
    Context,
    Mount,
    Volume,
}

fn rule(keys: &Keys) -> Option<Rule> {
    [
        ("services.*.build.context", Rule::Context),
        ("services.*.build.additional_contexts.*", Rule::Context),
        ("services.*.build.ssh.*", Rule::Anywhere),
        ("services.*.env_file.[].path", Rule::Path),
        ("services.*.label_file.[]", Rule::Path),
        ("services.*.extends.file", Rule::Path),
        ("services.*.develop.watch.[].path", Rule::Path),
        ("services.*.volumes.[]", Rule::Mount),
        ("configs.*.file", Rule::Anywhere),
        ("secrets.*.file", Rule::Anywhere),
        ("volumes.*", Rule::Volume),
    ]
    .into_iter()
    .find(|(pattern, _)| matches(keys, pattern))
    .map(|(_, rule)| rule)
}

/// Whether a build context is not on this machine.
pub(in crate::compose) fn is_remote(context: &str) -> bool {
    context.contains("://")
        || ["service:", "github.com/", "git@"]
            .iter()
            .any(|prefix| context.starts_with(prefix))
}

/// `C:\x` and `\\server\share\x`, on whatever system this runs.
fn is_windows_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    drive || path.starts_with(r"\\")
}

/// A path without `.` and `..`, by its text alone.
pub(in crate::compose) fn clean(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !matches!(result.components().next_back(), Some(Component::Normal(_))) {
                    if !result.has_root() {
                        result.push("..");
                    }
                    continue;
                }
                result.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                result.push(component);
            }
        }
    }
    result
}

/// A path in a container without `.`, `..` and doubled slashes.
pub(in crate::compose) fn clean_slashes(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::clean_slashes;

    #[test]
    fn paths_in_containers_are_cleaned() {
        for (typed, cleaned) in [
            ("/var/lib/postgresql/data/", "/var/lib/postgresql/data"),
            ("/a//b/./c/../d", "/a/b/d"),
            ("/..", "/"),
            ("a/..", "."),
            ("../a", "../a"),
        ] {
            assert_eq!(clean_slashes(typed), cleaned);
        }
    }

    #[cfg(unix)]
    #[test]
    fn relative_paths_become_absolute() {
        use std::path::Path;
        let base = super::Base {
            directory: Path::new("/project/sub"),
            home: Some(Path::new("/home/me")),
        };
        for (typed, absolute) in [
            (".", "/project/sub"),
            ("./a/../b", "/project/sub/b"),
            ("../x", "/project/x"),
            ("../../../x", "/x"),
            ("/abs/./y", "/abs/y"),
            ("~/z", "/home/me/z"),
            ("~", "/home/me"),
        ] {
            assert_eq!(base.absolute(typed), Path::new(absolute), "{typed}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_path_of_the_engine_stays_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut lines = "services:\n  a:\n    image: x\n    volumes:\n".to_owned();
        let beside = directory.path().join("b").display().to_string();
        let mounts = [
            ("/var/run/docker.sock", "/var/run/docker.sock"),
            ("./a/../b", &beside),
            (r"D:\y", r"D:\y"),
            (r"\\server\share\y", r"\\server\share\y"),
        ];
        for (number, (typed, _)) in mounts.iter().enumerate() {
            lines += &format!("      - {{ type: bind, source: '{typed}', target: /{number} }}\n");
        }
        std::fs::write(directory.path().join("compose.yaml"), lines).expect("a file");
        let request = crate::compose::Request::in_directory(
            directory.path(),
            std::collections::BTreeMap::new(),
        );
        let project = crate::compose::load(&request).expect("it loads");
        for (mount, (typed, resolved)) in project.services["a"].volumes.iter().zip(mounts) {
            assert_eq!(mount.source.as_deref(), Some(resolved), "{typed}");
        }
    }
}
