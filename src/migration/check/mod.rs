//! What is wrong with a folder, and what will surprise somebody, all of it at once.
//!
//! Other verbs stop at the first thing that is wrong. This looks at all files, links and lines of
//! the sum file without a database, for a review and for CI. An error breaks the history; a warning
//! is about what works here and not with plain sqlx, or what a person should have looked at.

mod scripts;

use self::scripts::scripts;
use crate::migration::directory::file::{self, Kind, Reading};
use crate::migration::directory::git::Base;
use crate::migration::directory::header::Revises;
use crate::migration::directory::located::Located;
use crate::migration::directory::source::Source;
use crate::migration::directory::sum::{self, Sum};
use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::sql::Place;

/// Something that was found. Scripts read this: add fields, never change them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// What kind of thing it is.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file.
    pub path: String,
    /// The line, counted from one.
    pub line: usize,
    /// The column, counted from one.
    pub column: usize,
    /// What is so.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The history is broken.
    Error,
    /// It works, and somebody may be surprised.
    Warning,
}

/// All that is wrong with `directory`, of which `faults` could not be read.
pub fn folder(directory: &Directory, faults: &[Error]) -> Vec<Finding> {
    let (graph, links) = Graph::survey(directory);
    let mut found: Vec<Finding> = faults
        .iter()
        .chain(&links)
        .map(|fault| broken(directory, fault))
        .collect();
    found.extend(heads(directory, &graph));
    found.extend(roots(directory, &graph));
    // A file that cannot be read is told of where its turn comes.
    let _ = directory.read_all();
    let mut adopted = false;
    for (index, revision) in directory.revisions().enumerate() {
        let silent = revision.header.revises == Revises::Previous;
        if silent && adopted && index > 0 {
            found.push(warning(
                "no-header",
                &revision.up,
                0,
                "it does not say what it revises, so it follows the one before it".to_owned(),
                "write `-- townpass:revises <version>` as its first line, unless it is applied \
                 somewhere: its checksum would change",
            ));
        }
        adopted |= !silent;
        let merges = graph.parents(revision.version).len() > 1;
        found.extend(scripts(directory, revision, merges));
    }
    found.extend(line_ends(directory));
    found.extend(sums(directory, &graph));
    found
}

/// What is wrong with `directory` as it follows on what `base` has.
pub fn against(directory: &Directory, base: &Base) -> Vec<Finding> {
    let mut found = Vec::new();
    let known = |revision: &Revision| base.files.contains(&revision.up.name());
    let newest = directory.revisions().rfind(|it| known(it));
    for revision in directory.revisions() {
        let name = revision.up.name();
        if !known(revision) {
            let later = newest.filter(|newest| newest.version > revision.version);
            if let Some(later) = later {
                found.push(warning(
                    "out-of-order",
                    &revision.up,
                    0,
                    format!(
                        "it is new, and older than `{}`, which `{}` has: where that is applied, \
                         this is applied after it",
                        later.version, base.name
                    ),
                    "if it is applied nowhere but here, give it a new version with `townpass \
                     migrate rebase`",
                ));
            }
        } else if base.changed.contains(&name) {
            let message = format!("it was edited, and `{}` has it", base.name);
            let help = "where it is applied, the edit is never run: restore it, and put the change \
                into a new revision";
            found.push(Finding {
                severity: Severity::Error,
                ..warning("edited", &revision.up, 0, message, help)
            });
        }
    }
    let here: Vec<String> = directory.revisions().map(|it| it.up.name()).collect();
    let replaced = |version: Version| {
        let mut all = directory.revisions();
        all.any(|it| it.header.replaces.contains(&version))
    };
    for name in &base.files {
        let Reading::Migration(file) = file::read(name) else {
            continue;
        };
        if file.kind != Kind::Down && !here.contains(name) && !replaced(file.version) {
            found.push(Finding {
                rule: "removed",
                severity: Severity::Error,
                path: directory.path().join(name).display().to_string(),
                line: 1,
                column: 1,
                message: format!("it is gone, and `{}` has it", base.name),
                help: Some(
                    "restore it, or name its version in a line `-- townpass:replaces` of what \
                     stands for it"
                        .to_owned(),
                ),
            });
        }
    }
    found
}

/// An error that other verbs stop at.
fn broken(directory: &Directory, error: &Error) -> Finding {
    let rule = match error {
        Error::NotUtf8 { .. } => "not-utf8",
        Error::BadName(_) => "bad-name",
        Error::Theirs(_) | Error::TheirFile(_) => "other-tool",
        Error::Duplicate { .. } => "duplicate-version",
        Error::DownAlone(_) => "down-alone",
        Error::BadHeader(_) => "bad-header",
        Error::Link(_) => "link",
        Error::Unfit(_) => "statement",
        Error::BadSum(_) => "sum",
        _ => "unreadable",
    };
    let help = miette::Diagnostic::help(error).map(|help| help.to_string());
    let (path, place, message) = match error {
        Error::BadHeader(located)
        | Error::Theirs(located)
        | Error::Link(located)
        | Error::Unfit(located)
        | Error::BadSum(located) => {
            let Located {
                path,
                place,
                message,
                ..
            } = &**located;
            (path.clone(), *place, message.clone())
        }
        Error::NotUtf8 { path, offset } => (
            path.display().to_string(),
            START,
            format!("it is not UTF-8: byte {offset} begins no character"),
        ),
        Error::BadName(path) => (
            path.display().to_string(),
            START,
            "it has no version in front of its first `_`".to_owned(),
        ),
        Error::TheirFile(it) => (
            it.path.display().to_string(),
            START,
            format!("it is a file of {}", it.tool),
        ),
        Error::DownAlone(path) => (
            path.display().to_string(),
            START,
            "it leads back from a revision that has no up file".to_owned(),
        ),
        Error::Duplicate {
            version,
            first,
            second,
        } => (
            second.display().to_string(),
            START,
            format!(
                "it has version `{version}`, and so has `{}`",
                first.display()
            ),
        ),
        Error::Unreadable { path, .. } => (path.display().to_string(), START, error.to_string()),
        other => (
            directory.path().display().to_string(),
            START,
            other.to_string(),
        ),
    };
    Finding {
        rule,
        severity: Severity::Error,
        path,
        line: place.line,
        column: place.column,
        message,
        help,
    }
}

/// Where a file begins.
const START: Place = Place { line: 1, column: 1 };

fn warning(rule: &'static str, source: &Source, at: usize, message: String, help: &str) -> Finding {
    let place = Place::of(&source.text, at);
    Finding {
        rule,
        severity: Severity::Warning,
        path: source.path.display().to_string(),
        line: place.line,
        column: place.column,
        message,
        help: Some(help.to_owned()),
    }
}

/// Several heads are a mistake, unless each has a name of its own.
fn heads(directory: &Directory, graph: &Graph) -> Option<Finding> {
    let heads = graph.heads();
    if graph.is_meant(&heads) {
        return None;
    }
    let newest = directory.get(*heads.last()?)?;
    let listed: Vec<String> = heads.iter().map(|head| format!("`{head}`")).collect();
    let message = format!("Multiple head revisions are present: {}", listed.join(", "));
    let help = "join them with `townpass migrate merge heads`, or let one follow the other with \
        `townpass migrate rebase`; branches that are meant to stay each need a line \
        `-- townpass:label`";
    Some(Finding {
        severity: Severity::Error,
        ..warning("heads", &newest.up, 0, message, help)
    })
}

/// A second beginning wants a name.
fn roots(directory: &Directory, graph: &Graph) -> Vec<Finding> {
    let roots = graph.roots();
    let unnamed = roots
        .iter()
        .skip(1)
        .filter(|&&root| graph.labels(root).next().is_none());
    unnamed
        .filter_map(|&root| directory.get(root))
        .map(|revision| {
            warning(
                "roots",
                &revision.up,
                0,
                format!("it begins a second history beside that of `{}`", roots[0]),
                "name it with a line `-- townpass:label`, or say in `-- townpass:revises` what it \
                 follows",
            )
        })
        .collect()
}

/// Files whose line ends are those of Windows, which sqlx takes for other files.
fn line_ends(directory: &Directory) -> Option<Finding> {
    let files = directory.revisions().map(|revision| &revision.up);
    let mut windows = files.filter(|source| source.text.contains("\r\n"));
    let first = windows.next()?;
    let more = match windows.count() {
        0 => String::new(),
        count => format!(", as {count} other files do"),
    };
    let at = first.text.find("\r\n").unwrap_or_default();
    Some(warning(
        "line-ends",
        first,
        at,
        format!("its lines end as on Windows{more}: plain sqlx takes it for another file"),
        "say `*.sql text eol=lf` in `.gitattributes`, and check the files out anew",
    ))
}

/// Where the sum file and the folder do not agree.
fn sums(directory: &Directory, graph: &Graph) -> Vec<Finding> {
    let Some(source) = directory.sum() else {
        return Vec::new();
    };
    let recorded = match Sum::parse(source) {
        Ok(recorded) => recorded,
        Err(error) => return vec![broken(directory, &error)],
    };
    // What cannot be read was told of already.
    let Ok(actual) = Sum::of(directory, graph) else {
        return Vec::new();
    };
    let differences = recorded.compare(&actual, directory);
    let advice = sum::advice(&differences, directory);
    let finding = |difference: sum::Difference| Finding {
        rule: "sum",
        severity: Severity::Error,
        path: source.path.display().to_string(),
        line: difference.line.unwrap_or(1),
        column: 1,
        message: difference.what,
        help: Some(advice.to_owned()),
    };
    differences.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::{Severity, against, folder};
    use crate::migration::directory::git::Base;
    use crate::migration::directory::tests::directory;

    /// What is found in `files`, a line each.
    fn found(files: &[(&str, &str)]) -> String {
        let findings = folder(&directory(files).expect("reads"), &[]);
        let line = |it: super::Finding| {
            let severity = match it.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let path = it.path.replace('\\', "/");
            let path = path.trim_start_matches("migrations/");
            format!("{path}:{}:{} {severity} {}", it.line, it.column, it.rule)
        };
        findings
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }

    const UP: &str = "create table t ();";
    const DOWN: &str = "drop table t;";

    #[test]
    fn a_folder_in_order_has_none() {
        assert_eq!(
            found(&[
                ("1_a.up.sql", UP),
                ("1_a.down.sql", DOWN),
                ("2_b.up.sql", UP),
                ("2_b.down.sql", DOWN),
            ]),
            ""
        );
    }

    #[test]
    fn what_each_rule_finds() {
        let sound = ("1_a.down.sql", DOWN);
        for (files, expected) in [
            (&[("1_a.sql", UP)][..], "1_a.sql:1:1 warning no-down"),
            (&[("1_a.up.sql", ""), sound], "1_a.up.sql:1:1 warning empty"),
            (
                &[("1_a.up.sql", UP), ("1_a.down.sql", "-- later\n")],
                "1_a.down.sql:1:1 warning down-does-nothing",
            ),
            (
                &[("1_a.up.sql", "select 1;\n  begin;"), sound],
                "1_a.up.sql:2:3 error statement",
            ),
            (
                &[
                    ("1_a.up.sql", "create index concurrently i on t (a);"),
                    sound,
                ],
                "1_a.up.sql:1:1 warning no-marker",
            ),
            (
                &[("1_a.up.sql", "-- no-transaction\nvacuum;\nvacuum;"), sound],
                "1_a.up.sql:3:1 warning several-without-transaction",
            ),
            (
                &[("1_a.up.sql", "\u{feff}select 1;"), sound],
                "1_a.up.sql:1:1 error statement",
            ),
            (
                &[("1_a.up.sql", "set search_path = x;"), sound],
                "1_a.up.sql:1:1 warning search-path",
            ),
            (
                &[
                    (
                        "1_a.up.sql",
                        "select pg_catalog.set_config('search_path', '', false);",
                    ),
                    sound,
                ],
                "1_a.up.sql:1:1 warning search-path",
            ),
            (&[("1_a.up.sql", "set local search_path = x;"), sound], ""),
            (
                &[("1_a.up.sql", "select 1;\r\n"), sound],
                "1_a.up.sql:1:10 warning line-ends",
            ),
            (
                &[("1_a.up.sql", "-- townpass:revises 9\nselect 1;"), sound],
                "1_a.up.sql:1:1 error link",
            ),
        ] {
            assert_eq!(found(files), expected, "{files:?}");
        }
    }

    #[test]
    fn the_shape_of_the_graph() {
        let with = |first: &'static str, second: &'static str| {
            found(&[
                ("1_a.up.sql", UP),
                ("1_a.down.sql", DOWN),
                ("2_b.up.sql", first),
                ("2_b.down.sql", DOWN),
                ("3_c.up.sql", second),
                ("3_c.down.sql", DOWN),
            ])
        };
        for (first, second, expected) in [
            (
                "-- townpass:revises 1\nselect 1;",
                "-- townpass:revises 1\nselect 1;",
                "3_c.up.sql:1:1 error heads",
            ),
            (
                "-- townpass:revises 1\n-- townpass:label x\nselect 1;",
                "-- townpass:revises 1\n-- townpass:label y\nselect 1;",
                "",
            ),
            (
                "-- townpass:revises base\nselect 1;",
                "-- townpass:revises 1,2\n",
                "2_b.up.sql:1:1 warning roots",
            ),
            (
                "-- townpass:revises 1\nselect 1;",
                "select 1;",
                "3_c.up.sql:1:1 warning no-header",
            ),
        ] {
            assert_eq!(with(first, second), expected, "{first} {second}");
        }
    }

    #[test]
    fn what_another_branch_has() {
        let directory = directory(&[
            ("1_a.sql", UP),
            ("2_b.sql", UP),
            ("4_d.sql", "-- townpass:replaces 3"),
        ])
        .expect("reads");
        let set = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let base = Base {
            name: "origin/main".to_owned(),
            files: set(&["1_a.sql", "3_c.sql", "4_d.sql", "0_x.sql", "notes.md"]),
            changed: set(&["1_a.sql"]),
        };
        let found: Vec<_> = against(&directory, &base)
            .into_iter()
            .map(|it| (it.rule, it.path.replace('\\', "/")))
            .collect();
        let at = |name: &str| format!("migrations/{name}");
        assert_eq!(
            found,
            [
                ("edited", at("1_a.sql")),
                ("out-of-order", at("2_b.sql")),
                ("removed", at("0_x.sql")),
            ]
        );
    }
}
