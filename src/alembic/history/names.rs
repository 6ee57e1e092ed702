//! What people call Alembic's revisions.

use std::collections::BTreeSet;

use crate::alembic::history::{History, Ordinal};
use crate::alembic::script::Script;
use crate::alembic::translate::{Memo, Naming, translate};
use crate::migration::graph::fork::{Branch, Fork, shared};
use crate::migration::graph::name::{Names, nearest, only, spoken};
use crate::migration::graph::touch;
use crate::migration::{Direction, Error, Graph};

/// How long an id must be for Alembic to complete the beginning of it.
const LONG: usize = 4;

impl Names for History {
    type Key = Ordinal;

    const COUNTS_FROM_HEADS: bool = true;

    fn told(&self, revision: Ordinal) -> String {
        self.id(revision).to_owned()
    }

    /// A whole id, or a label; the beginning of either, if it is the only one; or a word of a
    /// message, of which Alembic knows nothing.
    fn locate(
        &self,
        graph: &Graph<Ordinal>,
        name: &str,
        among: &dyn Fn(Ordinal) -> bool,
    ) -> Result<Ordinal, Error> {
        if let Some(exact) = self.find(name).or_else(|| graph.labelled(name)) {
            return Ok(exact);
        }
        if name.is_empty() {
            return Err(Error::not_found(name));
        }
        let called: Vec<(&str, Ordinal)> = self
            .revisions()
            .flat_map(|(revision, script)| {
                let labels = script.labels.iter().map(String::as_str);
                labels
                    .chain([script.id.as_str()])
                    .map(move |it| (it, revision))
            })
            .filter(|(it, revision)| it.starts_with(name) && among(*revision))
            .collect();
        for long in [true, false] {
            let found: BTreeSet<&str> = called
                .iter()
                .filter(|(it, _)| (it.chars().count() >= LONG) == long)
                .map(|(_, revision)| self.id(*revision))
                .collect();
            if let Some(id) = only(&found.into_iter().collect::<Vec<_>>(), name)? {
                return self.find(id).ok_or_else(|| Error::not_found(name));
            }
        }
        let messages = self.revisions().filter(|(revision, _)| among(*revision));
        let messages: Vec<(&str, String)> = messages
            .map(|(_, script)| (script.id.as_str(), script.message().to_owned()))
            .collect();
        if let Some(found) = spoken(&messages, name)?.and_then(|id| self.find(id)) {
            return Ok(found);
        }
        let messages = self.revisions().map(|(_, script)| script.message());
        Err(Error::NotFound {
            name: name.to_owned(),
            near: nearest(messages, graph, name),
        })
    }

    /// The oldest first where all say when they were made, else as Alembic tells them. What a revision
    /// touches is known if it goes without Python.
    fn fork(&self, graph: &Graph<Ordinal>, heads: &[Ordinal]) -> Fork {
        let touched = |revision: Ordinal| {
            let text = &self.script(revision).source.text;
            // What a constraint is called does not matter here, nor what else the run creates.
            let memo = &mut Memo::default();
            let statements = translate(text, Direction::Upgrade, Naming::Plain, memo).ok()?;
            let touched = statements.iter().flat_map(|it| touch::objects(&it.sql));
            Some(touched.collect())
        };
        let mut scripts: Vec<&Script> = self
            .as_read(heads.to_vec())
            .into_iter()
            .map(|head| self.script(head))
            .collect();
        if scripts.iter().all(|it| it.created().is_some()) {
            scripts.sort_by_key(|it| it.created());
        }
        let branch = |script: &Script| Branch {
            head: script.id.clone(),
            description: script.message().replace('\n', " "),
            path: script.source.path.clone(),
            author: None,
            commit: None,
        };
        Fork::between(
            scripts.into_iter().map(branch).collect(),
            shared(graph, heads, touched),
        )
    }

    /// Of all branches those on which nothing depends either; of one branch all, as for Alembic.
    fn heads(&self, graph: &Graph<Ordinal>, branch: Option<&BTreeSet<Ordinal>>) -> Vec<Ordinal> {
        let mut heads = graph.heads();
        heads.retain(|&head| match branch {
            Some(branch) => branch.contains(&head),
            None => !graph.is_depended_on(head),
        });
        self.as_read(heads)
    }

    /// All that is on a line with it: the base of a branch is where its history begins.
    fn branch(&self, graph: &Graph<Ordinal>, revision: Ordinal) -> BTreeSet<Ordinal> {
        graph.lineage(revision)
    }
}
