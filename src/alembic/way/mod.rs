//! A way along the history, as SQL: what the runner of any history carries out, and what it leaves
//! in Alembic's table.

pub mod rows;
pub mod version_table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use crate::alembic::error::Error;
use crate::alembic::history::listing::Place;
use crate::alembic::history::{History, Ordinal};
use crate::alembic::translate::{Memo, Naming, Statement, translate};
use crate::alembic::way::rows::after;
use crate::alembic::way::version_table::VersionTable;
use crate::migration::directory::Revision;
use crate::migration::directory::header::{Header, Revises};
use crate::migration::directory::source::Source;
use crate::migration::graph::route::way;
use crate::migration::{self, Direction, Directory, Graph, Heads, Journal, Plan, Target, Version};
use crate::sql::split;

/// A way that can be gone.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its steps.
    pub plan: Plan,
    /// What they leave in Alembic's table.
    pub heads: Heads,
    /// The history as the runner knows it, with the SQL of these steps alone.
    pub directory: Directory,
}

/// How far a way can be gone without Python.
#[derive(Debug)]
pub struct Reach {
    /// So far.
    pub way: Way,
    /// The revision that comes then, and why it needs Python.
    pub then: Option<(Ordinal, Error)>,
    /// How many revisions there are all the way.
    pub length: usize,
}

/// Where a way begins, and what else it depends on.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The history.
    pub history: &'a History,
    /// The table of the database.
    pub table: &'a VersionTable,
    /// What is in it.
    pub place: &'a Place,
    /// What names depend on.
    pub naming: Naming,
}

impl Start<'_> {
    /// The way to `target`, all of it.
    pub fn to(&self, direction: Direction, target: &Target) -> Result<Way, Error> {
        let Reach { way, then, .. } = self.reach(direction, target)?;
        match then {
            None => Ok(way),
            Some((_, error)) => Err(error),
        }
    }

    /// The way towards `target`, as far as it can be gone without Python.
    pub fn reach(&self, direction: Direction, target: &Target) -> Result<Reach, Error> {
        let history = self.history;
        let graph = history.graph();
        let destination = target.resolve(history, graph)?;
        let applied = self.place.applied(history);
        let ordinals = way(direction, graph, &applied, &destination, target)?;
        let (scripts, then) = translated(history, direction, &ordinals, self.naming);
        let revisions = history.revisions().map(|(it, _)| {
            let text = scripts.get(&it).cloned();
            revision(history, it, direction, text.unwrap_or_default())
        });
        let directory = Directory::of(&PathBuf::new(), revisions);
        let graph = Graph::of(&directory)?;
        let version = |it: &Ordinal| history.version(*it);
        let standing: Vec<Version> = self.place.rows.iter().map(version).collect();
        let journal = Journal::assumed(&directory, &graph, &standing);
        let gone = &ordinals[..scripts.len()];
        let versions: Vec<Version> = gone.iter().map(version).collect();
        let plan = Plan::through(direction, &directory, &journal, &versions)?;
        let heads = self.heads(direction, gone);
        Ok(Reach {
            way: Way {
                plan,
                heads,
                directory,
            },
            then,
            length: ordinals.len(),
        })
    }

    /// What the steps leave in the table.
    fn heads(&self, direction: Direction, ordinals: &[Ordinal]) -> Heads {
        let history = self.history;
        let ids = |rows: &BTreeSet<Ordinal>| -> BTreeSet<String> {
            rows.iter().map(|&it| history.id(it).to_owned()).collect()
        };
        let mut rows: BTreeSet<Ordinal> = self.place.rows.iter().copied().collect();
        let now = ids(&rows);
        let mut notes = BTreeMap::new();
        for &step in ordinals {
            rows = after(history.graph(), &rows, direction, step);
            notes.insert(history.version(step), ids(&rows));
        }
        Heads {
            table: self.table.quoted(),
            now,
            after: notes,
        }
    }
}

/// What each of `ordinals` does, as SQL, up to the first that needs Python.
fn translated(
    history: &History,
    direction: Direction,
    ordinals: &[Ordinal],
    naming: Naming,
) -> (BTreeMap<Ordinal, String>, Option<(Ordinal, Error)>) {
    let mut memo = Memo::default();
    let mut scripts = BTreeMap::new();
    for &ordinal in ordinals {
        let source = &history.script(ordinal).source;
        match translate(&source.text, direction, naming, &mut memo) {
            Ok(statements) => {
                scripts.insert(ordinal, script(source, &statements));
            }
            Err(found) => {
                let error = Error::Untranslated {
                    revision: history.id(ordinal).to_owned(),
                    path: source.path.clone(),
                    found,
                };
                return (scripts, Some((ordinal, error)));
            }
        }
    }
    (scripts, None)
}

/// Statements as the text of a file, each under the place that it comes from.
fn script(source: &Source, statements: &[Statement]) -> String {
    let mut text = String::new();
    // A statement of its block that a transaction would hold as well is still to be outside one.
    let alone = |it: &Statement| {
        let parts = split(&it.sql).map(|script| script.statements);
        parts.is_ok_and(|parts| parts.iter().any(|part| part.alone.is_some()))
    };
    if statements.iter().any(|it| it.autocommit && !alone(it)) {
        text.push_str("-- no-transaction\n");
    }
    for it in statements {
        let path = source.path.display();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "-- {path}:{}: {}\n{};", it.place, it.call, it.sql);
    }
    text
}

/// A revision as the runner knows it.
fn revision(history: &History, it: Ordinal, direction: Direction, text: String) -> Revision {
    let script = history.script(it);
    let versions =
        |them: &[Ordinal]| -> Vec<Version> { them.iter().map(|&it| history.version(it)).collect() };
    let parents = versions(history.graph().parents(it));
    let header = Header {
        revises: if parents.is_empty() {
            Revises::Base
        } else {
            Revises::Parents(parents)
        },
        depends: versions(history.graph().depends(it)),
        ..Header::default()
    };
    let source = |text: String| Source {
        path: script.source.path.clone(),
        text: Arc::from(text),
    };
    let (up, down) = match direction {
        Direction::Upgrade => (text, None),
        Direction::Downgrade => (String::new(), Some(source(text).into())),
    };
    Revision {
        version: history.version(it),
        description: script.message().replace('\n', " "),
        header,
        up: source(up),
        down,
    }
}

/// A way as Alembic prints it with `--sql`.
pub fn printed(way: &Way) -> String {
    let mut sql = String::from("BEGIN;\n\n");
    let mut rows = way.heads.now.clone();
    if rows.is_empty() && way.plan.direction() == Direction::Upgrade {
        let _ = writeln!(sql, "{};\n", way.heads.create());
    }
    for step in way.plan.steps() {
        let parents: Vec<String> = step.parents.iter().map(Version::to_string).collect();
        let this = step.version.to_string();
        let (from, to) = match step.direction {
            Direction::Upgrade => (parents.join(", "), this),
            Direction::Downgrade => (this, parents.join(", ")),
        };
        let _ = writeln!(sql, "-- Running {} {from} -> {to}\n", step.direction);
        let text = &step.source.text;
        let outside =
            step.mode == migration::plan::step::Mode::Alone(migration::plan::step::Reason::Marker);
        for statement in &step.script.statements {
            let piece = text[statement.piece.clone()].trim();
            let piece = piece.strip_prefix("-- no-transaction\n").unwrap_or(piece);
            let piece = piece.trim_end_matches(';');
            if statement.alone.is_some() || outside {
                let _ = writeln!(sql, "COMMIT;\n\n{piece};\n\nBEGIN;\n");
            } else {
                let _ = writeln!(sql, "{piece};\n");
            }
        }
        let (statements, next) = way.heads.note(&rows, step.version);
        for statement in statements {
            let _ = writeln!(sql, "{statement};\n");
        }
        rows = next;
    }
    sql.push_str("COMMIT;\n");
    sql
}
