//! A branch of Alembic's that is moved behind another revision: one file gets another
//! `down_revision`. Nothing is written here.
//!
//! Ids stay, so that nothing else changes: not the names of files, not what follows.

use std::collections::BTreeSet;

use crate::alembic::error::Error;
use crate::alembic::history::{History, Ordinal};
use crate::alembic::script::Script;
use crate::migration::Source;
use crate::migration::directory::unwritten::Unwritten;
use crate::migration::directory::write::NewFile;

/// A branch on its way behind another revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebase {
    /// The revision with which the branch begins.
    pub bottom: Ordinal,
    /// All that is moved: it, and what follows.
    pub moved: BTreeSet<Ordinal>,
    /// Its file, as it is from now on.
    pub file: NewFile,
    /// The history from then on.
    pub after: History,
}

impl Rebase {
    /// Moves what leads to `head`, and what follows it, behind `onto`.
    pub fn plan(history: &History, head: Ordinal, onto: Ordinal) -> Result<Self, Error> {
        let graph = history.graph();
        let base = graph.with_ancestors(&[onto]);
        let to_head = graph.with_ancestors(&[head]);
        let line: Vec<Ordinal> = to_head.difference(&base).copied().collect();
        let moved = graph.with_descendants(&line);
        if line.is_empty() || to_head.contains(&onto) || moved.contains(&onto) {
            let (head, onto) = (history.version(head), history.version(onto));
            return Err(told(Unwritten::NothingToRebase { head, onto }));
        }
        let merge = line.iter().find(|it| graph.parents(**it).len() > 1);
        let begins = |it: &&Ordinal| !graph.parents(**it).iter().any(|it| line.contains(it));
        let bottoms: Vec<Ordinal> = line.iter().filter(begins).copied().collect();
        let (None, &[bottom]) = (merge, bottoms.as_slice()) else {
            let revision = history.version(merge.copied().unwrap_or(head));
            return Err(told(Unwritten::MovesAMerge { revision }));
        };
        let script = history.script(bottom);
        let text = rewritten(script, history.id(onto));
        let source = Source {
            path: script.source.path.clone(),
            text: text.as_str().into(),
        };
        let scripts = history.as_read(history.revisions().map(|(it, _)| it).collect());
        let scripts = scripts.into_iter().map(|it| {
            if it == bottom {
                Script::parse(source.clone())
            } else {
                Ok(history.script(it).clone())
            }
        });
        let after = History::of(scripts.collect::<Result<_, _>>()?)?;
        Ok(Self {
            bottom,
            moved,
            file: NewFile {
                path: source.path,
                text,
            },
            after,
        })
    }

    /// The rows of a database that has `applied`, once the branch is moved; `None` where it has the
    /// branch without what that follows from then on.
    pub fn rows(&self, history: &History, applied: &BTreeSet<Ordinal>) -> Option<BTreeSet<String>> {
        let ids: BTreeSet<&str> = applied.iter().map(|&it| history.id(it)).collect();
        let graph = self.after.graph();
        let now: Vec<Ordinal> = ids.iter().filter_map(|it| self.after.find(it)).collect();
        let needed = graph.with_ancestors(&now);
        if needed.len() != now.len() {
            return None;
        }
        let rows = graph.standing(&needed).into_iter();
        Some(rows.map(|it| self.after.id(it).to_owned()).collect())
    }
}

fn told(unwritten: Unwritten) -> Error {
    Error::Migration(unwritten.into())
}

/// The text of `script` where it follows `parent`: the assignment, and the line of the docstring.
fn rewritten(script: &Script, parent: &str) -> String {
    let text = &script.source.text;
    let at = script.places.down_revision.clone();
    let quote = match text[at.clone()].chars().next() {
        Some('\'') => "'",
        _ => "\"",
    };
    let (before, behind) = (&text[..at.start], &text[at.end..]);
    let mut made = String::with_capacity(text.len());
    let mut is_told = false;
    for line in before.split_inclusive('\n') {
        let words = line.trim_start();
        if !is_told && words.starts_with("Revises:") {
            is_told = true;
            let end = &line[line.trim_end().len()..];
            let indent = &line[..line.len() - words.len()];
            made.extend([indent, "Revises: ", parent, end]);
        } else {
            made.push_str(line);
        }
    }
    made.extend([quote, parent, quote, behind]);
    made
}

#[cfg(test)]
mod tests {
    use super::Rebase;
    use crate::alembic::History;
    use crate::alembic::script::tests::script;

    /// Two branches behind `a`: `b` and `c`, `x` and `y`.
    fn history() -> History {
        let files = [
            ("a", "None"),
            ("b", "'a'"),
            ("c", "'b'"),
            ("x", "'a'"),
            ("y", "\"x\""),
        ];
        let scripts = files.map(|(id, parent)| {
            let text = format!(
                "\"\"\"Make {id}\n\nRevision ID: {id}\nRevises: {parent}\n\"\"\"\nrevision = '{id}'\n\
                 down_revision: str = {parent}  # as it was\n"
            );
            script(&format!("{id}.py"), &text).expect("reads")
        });
        History::of(scripts.to_vec()).expect("links")
    }

    fn plan(head: &str, onto: &str) -> Result<Rebase, String> {
        let history = history();
        let find = |id: &str| history.find(id).expect("it is there");
        Rebase::plan(&history, find(head), find(onto)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_of_the_branch_is_rewritten_and_no_other() {
        let rebase = plan("c", "y").expect("a branch");
        assert_eq!(
            rebase.file.text,
            "\"\"\"Make b\n\nRevision ID: b\nRevises: y\n\"\"\"\nrevision = 'b'\n\
             down_revision: str = 'y'  # as it was\n"
        );
        let after = &rebase.after;
        let heads = after.graph().heads();
        let heads: Vec<&str> = heads.iter().map(|&it| after.id(it)).collect();
        assert_eq!(heads, ["c"]);
        assert_eq!(rebase.moved.len(), 2);
        for (head, onto) in [("c", "b"), ("b", "c"), ("a", "c"), ("c", "c")] {
            let refused = plan(head, onto).expect_err("they are on one line");
            assert!(refused.contains("are on one line already"), "{refused}");
        }
    }

    #[test]
    fn what_a_database_that_has_it_is_said_to_have() {
        let history = history();
        let rebase = plan("c", "y").expect("a branch");
        for (applied, expected) in [
            (&["a"][..], Some(&["a"][..])),
            (&["a", "x"], Some(&["x"])),
            (&["a", "x", "y"], Some(&["y"])),
            (&["a", "x", "y", "b"], Some(&["b"])),
            (&["a", "x", "y", "b", "c"], Some(&["c"])),
            // It would be said to have `x` and `y`, which it has not.
            (&["a", "b"], None),
            (&["a", "b", "x"], None),
        ] {
            let set = applied
                .iter()
                .map(|id| history.find(id).expect("it is there"));
            let rows = rebase.rows(&history, &set.collect());
            let told: Option<Vec<&str>> = rows
                .as_ref()
                .map(|rows| rows.iter().map(String::as_str).collect());
            assert_eq!(told.as_deref(), expected, "{applied:?}");
        }
    }
}
