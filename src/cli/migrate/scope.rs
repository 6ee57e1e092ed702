//! Which revisions a review is about: `a:b`, some by name, those that are pending, or all.

use std::str::FromStr;

use crate::error::Error;
use crate::migration::{Directory, Graph, Journal, Plan, Target, Version};

/// One thing to review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// One revision.
    One(Target),
    /// The way from one, which is taken for applied, to another.
    Range(Target, Target),
}

impl FromStr for Scope {
    type Err = crate::migration::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((from, to)) = text.split_once(':') else {
            return text.parse().map(Self::One);
        };
        let or = |text: &str, usual: &str| {
            let text = if text.is_empty() { usual } else { text };
            text.parse()
        };
        Ok(Self::Range(or(from, "base")?, or(to, "heads")?))
    }
}

impl Scope {
    /// The plan that goes through it.
    pub(super) fn plan(&self, directory: &Directory) -> Result<Plan, Error> {
        let graph = Graph::of(directory)?;
        let (before, target) = match self {
            Self::One(target) => {
                let revisions = revisions(target, directory, &graph)?;
                let parents = |version: &Version| graph.parents(*version).to_vec();
                (revisions.iter().flat_map(parents).collect(), target)
            }
            Self::Range(from, to) => (revisions(from, directory, &graph)?, to),
        };
        let journal = Journal::assumed(directory, &graph, &before);
        Ok(Plan::upgrade(directory, &journal, target)?)
    }
}

/// The plan that goes through all of the history.
pub(super) fn whole(directory: &Directory) -> Result<Plan, Error> {
    let target: Target = "heads".parse()?;
    Ok(Plan::upgrade(directory, &Journal::default(), &target)?)
}

/// The revisions that `target` names. Without a database nothing counts from where it stands.
fn revisions(target: &Target, directory: &Directory, graph: &Graph) -> Result<Vec<Version>, Error> {
    if target.is_relative() {
        return Err(target.too_far().into());
    }
    Ok(target.revisions(directory, graph, &[])?)
}
