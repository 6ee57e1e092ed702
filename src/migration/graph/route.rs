//! Which revisions lie on the way to a target, and in which order.

use std::collections::BTreeSet;

use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::target::{Destination, Target};
use crate::migration::plan::direction::Direction;

/// The revisions between what is `applied` and `destination`, which `target` asked for, in the
/// order in which they are run.
pub fn way<K: Copy + Ord>(
    direction: Direction,
    graph: &Graph<K>,
    applied: &BTreeSet<K>,
    destination: &Destination<K>,
    target: &Target,
) -> Result<Vec<K>, Error> {
    match direction {
        Direction::Upgrade => forward(graph, applied, destination, target),
        Direction::Downgrade => backward(graph, applied, destination, target),
    }
}

/// What is to be applied, oldest first.
fn forward<K: Copy + Ord>(
    graph: &Graph<K>,
    applied: &BTreeSet<K>,
    destination: &Destination<K>,
    target: &Target,
) -> Result<Vec<K>, Error> {
    let pending = |wanted: BTreeSet<K>| wanted.difference(applied).copied().collect();
    match destination {
        // An empty folder has no head, so `head` is its base.
        Destination::Base if graph.heads().is_empty() => Ok(Vec::new()),
        Destination::Base | Destination::BranchBase(_) => {
            Err(wrong_way(target, Direction::Upgrade))
        }
        Destination::Revisions(versions) => Ok(pending(graph.with_ancestors(versions))),
        Destination::Steps(steps) => {
            let count = usize::try_from(steps.count).map_err(|_| target.too_far())?;
            let counting = graph.versions().filter(|it| steps.counts(*it));
            let all: Vec<K> = pending(counting.collect());
            let some = all.get(..count).ok_or_else(|| target.too_far())?;
            Ok(pending(graph.with_ancestors(some)))
        }
    }
}

/// What is to be reverted, newest first. On a merge, one step back is that merge alone.
fn backward<K: Copy + Ord>(
    graph: &Graph<K>,
    applied: &BTreeSet<K>,
    destination: &Destination<K>,
    target: &Target,
) -> Result<Vec<K>, Error> {
    match destination {
        Destination::Base => Ok(applied.iter().rev().copied().collect()),
        Destination::BranchBase(branch) => {
            let branch: Vec<K> = branch.iter().copied().collect();
            let after = graph.with_descendants(&branch);
            let reverted = applied.iter().rev().copied();
            Ok(reverted.filter(|version| after.contains(version)).collect())
        }
        Destination::Revisions(kept) => {
            if !kept.iter().all(|version| applied.contains(version)) {
                return Err(wrong_way(target, Direction::Downgrade));
            }
            let after = graph.with_descendants(kept);
            let reverted = applied.iter().rev().copied();
            Ok(reverted
                .filter(|version| after.contains(version) && !kept.contains(version))
                .collect())
        }
        Destination::Steps(steps) => {
            if steps.count > 0 {
                return Err(target.too_far());
            }
            let count =
                usize::try_from(steps.count.unsigned_abs()).map_err(|_| target.too_far())?;
            let newest_first = applied.iter().rev().copied();
            let all: Vec<K> = newest_first.filter(|it| steps.counts(*it)).collect();
            let some = all.get(..count).ok_or_else(|| target.too_far())?;
            // What needs them goes with them, though another branch has it.
            let after = graph.with_descendants(some);
            let reverted = applied.iter().rev().copied();
            Ok(reverted.filter(|version| after.contains(version)).collect())
        }
    }
}

fn wrong_way(target: &Target, direction: Direction) -> Error {
    Error::WrongWay {
        target: target.to_string(),
        way: direction.as_str(),
    }
}
