//! What is left of an approved plan that was carried out in part.
//!
//! The version table keeps no times, so the approved plan is found again by its own order: what it
//! would have moved last is put back where it was, one revision after the other, until the plan
//! from there has the approved fingerprint. Whatever has that is the approved plan and no other.

use std::collections::BTreeSet;

use crate::alembic::error::Error;
use crate::alembic::history::Ordinal;
use crate::alembic::history::listing::Place;
use crate::alembic::way::Start;
use crate::alembic::way::leg::Leg;
use crate::migration::plan::fingerprint::Fingerprint;
use crate::migration::{Direction, Plan, Target};

impl Start<'_> {
    /// What is left of the plan `approved` to `target`, if that led to where the database is now.
    pub fn rest_of(
        &self,
        approved: &Fingerprint,
        direction: Direction,
        target: &Target,
    ) -> Result<Option<Plan>, Error> {
        let history = self.history;
        let applied = self.place.applied(history);
        for past in self.pasts(direction, target, &applied) {
            let place = Place {
                rows: history.graph().standing(&past),
            };
            let before = Start {
                place: &place,
                ..*self
            };
            // A history that cannot be gone from there was not approved.
            let Ok(legs) = before.legs(direction, target) else {
                continue;
            };
            if before.way(direction, &legs)?.plan.fingerprint() != *approved {
                continue;
            }
            let is_up = direction == Direction::Upgrade;
            let is_left = |leg: &Leg| applied.contains(&leg.revision) != is_up;
            let (left, done): (Vec<Leg>, Vec<Leg>) = legs.into_iter().partition(is_left);
            let done: BTreeSet<Ordinal> = done.iter().map(|leg| leg.revision).collect();
            let led_to = if is_up { &past | &done } else { &past - &done };
            if led_to != applied {
                continue;
            }
            return Ok(Some(self.way(direction, &left)?.plan));
        }
        Ok(None)
    }

    /// What may have been applied before, the nearest past first.
    fn pasts(
        &self,
        direction: Direction,
        target: &Target,
        applied: &BTreeSet<Ordinal>,
    ) -> Vec<BTreeSet<Ordinal>> {
        let (history, graph) = (self.history, self.history.graph());
        let needs = |it: Ordinal| graph.parents(it).iter().chain(graph.depends(it));
        let mut past = applied.clone();
        let mut pasts = Vec::new();
        match direction {
            Direction::Upgrade => {
                // Another branch than the one to the target was none of the plan's.
                let ends = if target.is_relative() {
                    Vec::new()
                } else {
                    target.revisions(history, graph, &[]).unwrap_or_default()
                };
                let way = graph.with_ancestors(&ends);
                let on_way = |it: &Ordinal| way.is_empty() || way.contains(it);
                for last in applied.iter().rev().copied().filter(on_way) {
                    past.remove(&last);
                    if past
                        .iter()
                        .any(|it| needs(*it).any(|needed| *needed == last))
                    {
                        break;
                    }
                    pasts.push(past.clone());
                }
            }
            Direction::Downgrade => {
                for (first, _) in history.revisions() {
                    let fits = needs(first).all(|needed| past.contains(needed));
                    if fits && past.insert(first) {
                        pasts.push(past.clone());
                    }
                }
            }
        }
        pasts
    }
}

#[cfg(test)]
mod tests {
    use crate::alembic::history::Ordinal;
    use crate::alembic::translate::Naming;
    use crate::alembic::way::Start;
    use crate::alembic::{History, Place, Script, VersionTable};
    use crate::migration::plan::fingerprint::Fingerprint;
    use crate::migration::{Direction, Source, Target};

    fn history(last: &str) -> History {
        let file = |id: &str, parent: &str, body: &str| {
            let text = format!(
                "from alembic import op\nrevision = '{id}'\ndown_revision = {parent}\n\n\n\
                 def upgrade():\n    {body}\n\n\ndef downgrade():\n    op.execute('select -1')\n"
            );
            let path = format!("{id}.py").into();
            let text = text.into();
            Script::parse(Source { path, text }).expect("reads")
        };
        let scripts = vec![
            file("a", "None", "op.execute('select 1')"),
            file("b", "'a'", "op.get_bind().scalar()"),
            file("c", "'b'", "op.execute('select 3')"),
            file("d", "'c'", last),
        ];
        History::of(scripts).expect("links")
    }

    fn place(history: &History, rows: &[&str]) -> Place {
        let find = |id: &&str| history.find(id).expect("it is there");
        Place {
            rows: rows.iter().map(find).collect::<Vec<Ordinal>>(),
        }
    }

    fn start<'s>(history: &'s History, table: &'s VersionTable, place: &'s Place) -> Start<'s> {
        Start {
            history,
            table,
            place,
            naming: Naming::Plain,
        }
    }

    /// The hash of the plan from `rows` to `target`.
    fn hash(history: &History, rows: &[&str], way: Direction, target: &Target) -> Fingerprint {
        let (table, place) = (VersionTable::default(), place(history, rows));
        let start = start(history, &table, &place);
        let legs = start.legs(way, target).expect("a way");
        start.way(way, &legs).expect("plans").plan.fingerprint()
    }

    #[test]
    fn what_is_left_of_an_approved_plan_goes_on() {
        let history = history("op.execute('select 4')");
        let table = VersionTable::default();
        let (up, down) = (Direction::Upgrade, Direction::Downgrade);
        for (direction, target, approved_on, now, left) in [
            (up, "head", &[][..], &["a"][..], Some(&["b", "c", "d"][..])),
            (up, "head", &["a"], &["b"], Some(&["c", "d"])),
            (up, "head", &["a"], &["c"], Some(&["d"])),
            (up, "c", &["a"], &["d"], None),
            (up, "+2", &["a"], &["b"], Some(&["c"])),
            (up, "+2", &["a"], &["c"], Some(&[])),
            (up, "+1", &["a"], &["c"], None),
            (down, "base", &["d"], &["b"], Some(&["b", "a"])),
            (down, "-2", &["d"], &["c"], Some(&["c"])),
            (down, "base", &["c"], &["d"], None),
        ] {
            let target: Target = target.parse().expect("a target");
            let approved = hash(&history, approved_on, direction, &target);
            let place = place(&history, now);
            let rest = start(&history, &table, &place)
                .rest_of(&approved, direction, &target)
                .expect("looks");
            let told = rest.map(|rest| {
                let steps = rest.steps().iter().map(|it| it.version.to_string());
                steps.collect::<Vec<_>>()
            });
            let left = left.map(|it| it.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(told, left, "{direction} {target} {approved_on:?} {now:?}");
        }
    }

    #[test]
    fn an_edited_file_is_no_rest() {
        let (target, up) = (Target::head(), Direction::Upgrade);
        for last in ["op.execute('select 5')", "op.get_bind().first()"] {
            let approved = hash(&history(last), &["a"], up, &target);
            let now = history("op.get_bind().scalar()");
            let (table, place) = (VersionTable::default(), place(&now, &["b"]));
            let rest = start(&now, &table, &place).rest_of(&approved, up, &target);
            assert_eq!(rest.expect("looks"), None, "{last}");
        }
    }
}
