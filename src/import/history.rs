//! What a source holds, whichever tool it is of.

use std::path::PathBuf;

use super::script::Script;
use super::tool::Tool;
use super::words::some;

/// A history, in an order in which all of it can be applied.
#[derive(Clone, Debug)]
pub struct History {
    /// Whose it is.
    pub tool: Tool,
    /// Each behind what it needs.
    pub revisions: Vec<Revision>,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

/// One step of it.
#[derive(Clone, Debug, Default)]
pub struct Revision {
    /// What the tool calls it.
    pub id: String,
    /// What it does, in a person's words.
    pub message: String,
    /// The number that it would like to have: a time of fourteen digits, or its own.
    pub number: Option<i64>,
    /// The places of those that it follows.
    pub parents: Vec<usize>,
    /// The places of those that must be applied before it, though it does not follow them.
    pub depends: Vec<usize>,
    /// The names of the branch that begins with it.
    pub labels: Vec<String>,
    /// Its file.
    pub path: PathBuf,
    /// What the tool keeps of that file once it is applied, however it was checked out; empty where
    /// it keeps nothing.
    pub checksums: Vec<String>,
    /// Whether the way there was written by a person, for the import.
    pub is_by_hand: bool,
    /// The way there.
    pub up: Script,
    /// The way back, if there is one.
    pub down: Option<Script>,
}

impl History {
    /// A history that is a plain line: each of `revisions` follows the one before it.
    pub fn line(tool: Tool, mut revisions: Vec<Revision>) -> Self {
        for (at, revision) in revisions.iter_mut().enumerate().skip(1) {
            revision.parents = vec![at - 1];
        }
        Self::new(tool, revisions)
    }

    /// A history whose revisions know what they follow.
    pub fn new(tool: Tool, revisions: Vec<Revision>) -> Self {
        Self {
            tool,
            revisions,
            notes: Vec::new(),
        }
    }

    /// Tells ways back that are none: one that does nothing, though its way there changed more than
    /// rows, would leave the change behind and no trace of it. What is `told` already is not told
    /// again.
    pub(super) fn settle(&mut self, told: &[String]) {
        let mut idle = Vec::new();
        for revision in &mut self.revisions {
            let does_nothing = revision.down.as_ref().is_some_and(|down| !down.acts());
            if does_nothing && revision.up.acts() && !revision.up.is_about_rows() {
                revision.down = None;
                idle.push(revision.id.clone());
            }
        }
        if !idle.is_empty() {
            self.notes.push(format!(
                "the way back does nothing, so it is written as none: {}",
                some(&idle)
            ));
        }
        let none: Vec<String> = self
            .revisions
            .iter()
            .filter(|it| it.down.is_none() && it.up.acts())
            .filter(|it| !idle.contains(&it.id) && !told.contains(&it.id))
            .map(|it| it.id.clone())
            .collect();
        if !none.is_empty() {
            self.notes.push(format!(
                "there is no way back, and the down file says so: {}",
                some(&none)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{History, Revision};
    use crate::import::script::{Script, Sending, Transaction};
    use crate::import::tool::Tool;
    use crate::migration::Source;

    fn script(text: &str) -> Script {
        let source = Source {
            path: "x.sql".into(),
            text: text.into(),
        };
        Script::of(&source, Sending::Whole, Transaction::Held).expect("it can be sent")
    }

    #[test]
    fn a_way_back_that_does_nothing_is_none_unless_there_is_nothing_to_take_back() {
        for (up, down, is_kept) in [
            ("create table t ()", "drop table t", true),
            ("create table t ()", "-- nothing", false),
            ("insert into t values (1)", "", true),
            ("insert into t values (1); create index on t (a)", "", false),
            ("-- joins", "", true),
        ] {
            let mut history = History::line(
                Tool::Goose,
                vec![Revision {
                    up: script(up),
                    down: Some(script(down)),
                    ..Revision::default()
                }],
            );
            history.settle(&[]);
            assert_eq!(history.revisions[0].down.is_some(), is_kept, "{up}: {down}");
            assert_eq!(history.notes.is_empty(), is_kept, "{up}: {down}");
        }
    }
}
