//! What a step leaves in Alembic's table: a row for each head, and none for what a row needs.

use std::collections::BTreeSet;

use crate::alembic::history::Ordinal;
use crate::migration::{Direction, Graph};

/// The rows after `step`, which is gone in `direction`, where they were `rows` before.
pub fn after(
    graph: &Graph<Ordinal>,
    rows: &BTreeSet<Ordinal>,
    direction: Direction,
    step: Ordinal,
) -> BTreeSet<Ordinal> {
    let needs = || {
        graph
            .parents(step)
            .iter()
            .chain(graph.depends(step))
            .copied()
    };
    let mut after = rows.clone();
    match direction {
        Direction::Upgrade => {
            let needs: BTreeSet<Ordinal> = needs().collect();
            // What another row needs has none, and is not there to be replaced.
            after.retain(|it| !needs.contains(it));
            after.insert(step);
        }
        Direction::Downgrade => {
            if !after.remove(&step) {
                return after;
            }
            let others: Vec<Ordinal> = after.iter().copied().collect();
            let told = graph.with_ancestors(&others);
            let left: Vec<Ordinal> = needs().filter(|it| !told.contains(it)).collect();
            after.extend(left.iter().filter(|&&it| {
                let rest: Vec<Ordinal> =
                    left.iter().copied().filter(|other| *other != it).collect();
                !graph.with_ancestors(&rest).contains(&it)
            }));
        }
    }
    after
}

/// The rows once the database is said to be at `targets`: what is on a line with one of them gives
/// way to it.
pub fn stamped(
    graph: &Graph<Ordinal>,
    rows: &BTreeSet<Ordinal>,
    targets: &[Ordinal],
) -> BTreeSet<Ordinal> {
    let mut after = rows.clone();
    for &target in targets {
        let before = graph.with_ancestors(&[target]);
        let behind = graph.with_descendants(&[target]);
        after.retain(|it| !before.contains(it) && !behind.contains(it));
        let others: Vec<Ordinal> = after.iter().copied().collect();
        if !graph.with_ancestors(&others).contains(&target) {
            after.insert(target);
        }
    }
    after
}
