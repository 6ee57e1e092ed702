//! What people call Alembic's revisions.

use std::collections::BTreeSet;

use crate::alembic::history::{History, Ordinal};
use crate::migration::graph::fork::{Branch, Fork};
use crate::migration::graph::name::{Names, nearest, only, spoken};
use crate::migration::{Error, Graph};

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

    fn fork(&self, _: &Graph<Ordinal>, heads: &[Ordinal]) -> Fork {
        let branch = |head: Ordinal| {
            let script = self.script(head);
            Branch {
                head: script.id.clone(),
                description: script.message().to_owned(),
                path: script.source.path.clone(),
                author: None,
                commit: None,
            }
        };
        let heads = self.as_read(heads.to_vec());
        Fork {
            branches: heads.into_iter().map(branch).collect(),
            shared: None,
            rebase: None,
        }
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
