//! What is left of an approved plan that was carried out in part: by another job that was faster,
//! or by a run that was killed.
//!
//! The fingerprint of a plan covers where the database stood, so after its first step what is left
//! has another. The approved plan is found again by going back: the revisions that were moved last
//! are put back where they were, one after the other, until start and steps together have its
//! fingerprint. Whatever has that is the approved plan and no other, and what is left of it may go
//! on. A history that was meanwhile moved otherwise has no such past, and is refused.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::migration::directory::checksum::Checksum;
use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::target::Target;
use crate::migration::journal::Journal;
use crate::migration::plan::Plan;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::fingerprint::Fingerprint;
use crate::migration::plan::step::{Mode, Reason, Step};

impl Plan {
    /// What is left of the plan `approved`, if that led to where the database is now. This plan
    /// leads from here to `target`; from there on a relative target would go further than what was
    /// approved, so that only the beginning of this plan is left.
    pub fn rest_of(
        &self,
        approved: &Fingerprint,
        directory: &Directory,
        target: &Target,
    ) -> Result<Option<Self>, Error> {
        let graph = Graph::of(directory)?;
        let all = self.steps().len();
        let fewest = if target.is_relative() { 0 } else { all };
        for count in (fewest..=all).rev() {
            let rest = &self.steps()[..count];
            let found = match self.direction() {
                Direction::Upgrade => self.was_up(rest, approved, directory, &graph)?,
                Direction::Downgrade => self.was_down(rest, approved, directory, &graph)?,
            };
            if found {
                let start = self.start().clone();
                return Ok(Some(Self::of(self.direction(), rest.to_vec(), start)));
            }
        }
        Ok(None)
    }

    /// Whether the revisions applied last, and `rest` after them, are the plan `approved`.
    fn was_up(
        &self,
        rest: &[Step],
        approved: &Fingerprint,
        directory: &Directory,
        graph: &Graph,
    ) -> Result<bool, Error> {
        let mut past = Past::of(self.start(), rest);
        let mut rows: Vec<_> = self.start().rows().collect();
        rows.sort_by_key(|row| (row.installed_on, row.version));
        for row in rows.into_iter().rev() {
            let Some(revision) = directory.get(row.version) else {
                break;
            };
            past.rows.remove(&row.version);
            past.step(Direction::Upgrade, revision, graph)?;
            let steps = || past.steps.values();
            if past.is(Direction::Upgrade, steps(), approved) {
                return Ok(true);
            }
            // It may have been begun already when the plan was made.
            past.rows.insert(row.version, (false, row.checksum.clone()));
            if past.is(Direction::Upgrade, past.steps.values(), approved) {
                return Ok(true);
            }
            past.rows.remove(&row.version);
        }
        Ok(false)
    }

    /// Whether the revisions above those of `rest`, reverted in turn, and `rest` after them, are
    /// the plan `approved`.
    fn was_down(
        &self,
        rest: &[Step],
        approved: &Fingerprint,
        directory: &Directory,
        graph: &Graph,
    ) -> Result<bool, Error> {
        let mut past = Past::of(self.start(), rest);
        // What is half reverted now was whole.
        for (done, _) in past.rows.values_mut() {
            *done = true;
        }
        if past.is(Direction::Downgrade, past.steps.values().rev(), approved) {
            return Ok(true);
        }
        let newest = rest.iter().map(|step| step.version).max();
        let gone = directory
            .revisions()
            .filter(|it| Some(it.version) > newest && self.start().get(it.version).is_none());
        for revision in gone {
            if revision.down.is_none() {
                break;
            }
            past.step(Direction::Downgrade, revision, graph)?;
            for done in [false, true] {
                let row = (done, revision.checksum());
                past.rows.insert(revision.version, row);
                if past.is(Direction::Downgrade, past.steps.values().rev(), approved) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// How it may have been when a plan was made.
struct Past {
    /// Whether a revision was applied to its end, and its checksum.
    rows: BTreeMap<Version, (bool, Checksum)>,
    steps: BTreeMap<Version, Step>,
}

impl Past {
    fn of(journal: &Journal, rest: &[Step]) -> Self {
        let row = |row: &crate::migration::journal::Row| {
            (row.version, (row.success, row.checksum.clone()))
        };
        Self {
            rows: journal.rows().map(row).collect(),
            steps: rest.iter().map(|it| (it.version, it.clone())).collect(),
        }
    }

    /// Adds the step of `revision`, if it is not one of those that are left.
    fn step(
        &mut self,
        direction: Direction,
        revision: &Revision,
        graph: &Graph,
    ) -> Result<(), Error> {
        if let Entry::Vacant(place) = self.steps.entry(revision.version) {
            place.insert(Step::of(direction, revision, graph)?);
        }
        Ok(())
    }

    /// Whether the plan that takes `steps` from there is `approved`.
    fn is<'s>(
        &'s self,
        direction: Direction,
        steps: impl Iterator<Item = &'s Step>,
        approved: &Fingerprint,
    ) -> bool {
        let rows = self.rows.iter();
        let rows = rows.map(|(version, (done, checksum))| (*version, *done, checksum));
        // What was begun is no transaction any more, whatever its file says.
        let begun = |version: Version| self.rows.get(&version).is_some_and(|(done, _)| !done);
        let steps = steps.map(|step| match step.mode {
            Mode::Transaction if begun(step.version) => (step, Mode::Alone(Reason::Marker)),
            mode => (step, mode),
        });
        Fingerprint::of(direction, rows, steps) == *approved
    }
}

#[cfg(test)]
mod tests {
    use crate::migration::directory::tests::directory;
    use crate::migration::journal::Row;
    use crate::migration::journal::lease::{Lease, RunId, Tenant};
    use crate::migration::{Checksum, Direction, Journal, Plan, Target, Version};

    const FILES: [(&str, &str); 9] = [
        ("1_a.up.sql", "select 1;"),
        ("1_a.down.sql", "select -1;"),
        ("2_b.up.sql", "select 2;"),
        ("2_b.down.sql", "select -2;"),
        ("3_c.up.sql", "-- no-transaction\nselect 3; select 33;"),
        ("3_c.down.sql", "-- no-transaction\nselect -3; select -33;"),
        ("4_d.up.sql", "select 4;"),
        ("4_d.down.sql", "select -4;"),
        ("5_e.up.sql", "select 5;"),
    ];

    /// A journal with these revisions, applied in this order; a negative one is half done.
    fn journal(applied: &[i64], direction: Direction) -> Journal {
        let text = |version: i64| {
            let name = format!("{version}_");
            let up = |(file, _): &&(&str, &str)| file.starts_with(&name) && file.contains(".up.");
            FILES.iter().find(up).map_or("", |(_, text)| text)
        };
        let row = |(at, version): (usize, &i64)| Row {
            version: Version::new(version.abs()),
            description: String::new(),
            installed_on: jiff::Timestamp::from_second(i64::try_from(at).unwrap_or(0))
                .unwrap_or_default(),
            success: *version > 0,
            checksum: Checksum::of(text(version.abs())),
            execution_time: None,
        };
        let mut journal = Journal::of(applied.iter().enumerate().map(row));
        for version in applied.iter().filter(|it| **it < 0) {
            let lease = Lease {
                run: RunId("r".to_owned()),
                direction,
                done: 0,
                statements: Vec::new(),
                indexes_before: None,
                tenant: Tenant {
                    actor: String::new(),
                    pid: None,
                    since: None,
                },
                alive: false,
            };
            journal = journal.with_lease(Version::new(version.abs()), lease);
        }
        journal
    }

    fn plan(direction: Direction, applied: &[i64], target: &str) -> Plan {
        let target: Target = target.parse().expect("a target");
        let files = directory(&FILES).expect("reads");
        Plan::make(direction, &files, &journal(applied, direction), &target)
            .unwrap_or_else(|_| Plan::nothing(direction, journal(applied, direction)))
    }

    #[test]
    fn what_is_left_of_an_approved_plan_goes_on() {
        let (up, down) = (Direction::Upgrade, Direction::Downgrade);
        for (direction, target, approved_on, now, left) in [
            (up, "head", &[1][..], &[1, 2][..], Some(&[3, 4, 5][..])),
            (up, "head", &[1], &[1, 2, 3, 4], Some(&[5])),
            (up, "head", &[], &[1, 2], Some(&[3, 4, 5])),
            // Killed in the middle of a revision.
            (up, "head", &[1], &[1, 2, -3], Some(&[3, 4, 5])),
            (up, "head", &[1, 2, -3], &[1, 2, 3], Some(&[4, 5])),
            (up, "head", &[1, 2, -3], &[1, 2, 3, 4], Some(&[5])),
            // No further than what was approved.
            (up, "+2", &[1], &[1, 2], Some(&[3])),
            (up, "+2", &[1], &[1, 2, 3], Some(&[])),
            (up, "+1", &[1, 2, 3, 4], &[1, 2, 3, 4, 5], Some(&[])),
            (down, "base", &[1, 2, 3, 4], &[1, 2], Some(&[2, 1])),
            (down, "base", &[1, 2, 3, 4], &[1, 2, -3], Some(&[3, 2, 1])),
            (down, "base", &[1, 2, 3], &[1, 2, -3], Some(&[3, 2, 1])),
            (down, "1", &[1, 2, 3, 4], &[1, 2], Some(&[2])),
            (down, "-1", &[1, 2, 3], &[1, 2], Some(&[])),
            (down, "-2", &[1, 2, 3], &[1, 2], Some(&[2])),
            // Another past than the approved one.
            (up, "head", &[1], &[2, 1], None),
            (up, "head", &[2], &[2, 1, 3], Some(&[4, 5])),
            (up, "4", &[1], &[1, 2, 5], None),
            (up, "3", &[1], &[1, 2, 3, 4], None),
            (up, "+1", &[1], &[1, 2, 3], None),
            (down, "base", &[1, 2], &[1, 2, 3], None),
        ] {
            let approved = plan(direction, approved_on, target).fingerprint();
            let files = directory(&FILES).expect("reads");
            let target: Target = target.parse().expect("a target");
            let rest = plan(direction, now, &target.to_string())
                .rest_of(&approved, &files, &target)
                .expect("looks");
            let versions = rest.map(|rest| {
                let steps = rest.steps().iter();
                steps.map(|it| it.version.number()).collect::<Vec<_>>()
            });
            assert_eq!(
                versions.as_deref(),
                left,
                "{direction} {target} {approved_on:?} {now:?}"
            );
        }
    }

    #[test]
    fn an_edited_file_is_no_rest() {
        let approved = plan(Direction::Upgrade, &[1], "head").fingerprint();
        let target: Target = "head".parse().expect("a target");
        let mut files = FILES;
        files[8].1 = "select 55;";
        let files = directory(&files).expect("reads");
        let now = journal(&[1, 2], Direction::Upgrade);
        let plan = Plan::upgrade(&files, &now, &target).expect("plans");
        let rest = plan.rest_of(&approved, &files, &target).expect("looks");
        assert_eq!(rest, None);
    }
}
