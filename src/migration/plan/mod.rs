//! What a command will do, as a value.
//!
//! A plan is made from the folder and the journal without touching the world. Whatever would
//! make it fail before its first statement makes it fail here: a missing or edited file, a
//! revision left half done, a script that cannot be sent.

pub mod direction;
pub mod fingerprint;
pub mod foreign;
pub mod offline;
pub mod rebase;
pub mod remainder;
pub mod repair;
pub mod stamp;
pub mod step;

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::directory::checksum::Likeness;
use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::route::way;
use crate::migration::graph::target::Target;
use crate::migration::journal::{Journal, Row};
use crate::migration::plan::direction::Direction;
use crate::migration::plan::foreign::Foreign;
use crate::migration::plan::step::Step;

/// Steps from one state of a database to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    direction: Direction,
    steps: Vec<Step>,
    start: Journal,
}

impl Plan {
    /// The steps that bring a database with `journal` to `target`, or past it: what is applied
    /// beyond the target stays.
    pub fn upgrade(
        directory: &Directory,
        journal: &Journal,
        target: &Target,
    ) -> Result<Self, Error> {
        Self::make(Direction::Upgrade, directory, journal, target)
    }

    /// The steps that take a database with `journal` back to `target`.
    pub fn downgrade(
        directory: &Directory,
        journal: &Journal,
        target: &Target,
    ) -> Result<Self, Error> {
        Self::make(Direction::Downgrade, directory, journal, target)
    }

    /// Either, by `direction`.
    pub fn make(
        direction: Direction,
        directory: &Directory,
        journal: &Journal,
        target: &Target,
    ) -> Result<Self, Error> {
        let graph = Graph::of(directory)?;
        verify(direction, directory, &graph, journal)?;
        let applied = graph.counted(&applied(direction, journal));
        let destination = target.resolve(directory, &graph)?;
        let versions = way(direction, &graph, &applied, &destination, target)?;
        let plan = Self::through(direction, directory, journal, &versions)?;
        finish_first(&plan.steps, journal)?;
        Ok(plan)
    }

    /// The steps through `versions`, in that order.
    pub fn through(
        direction: Direction,
        directory: &Directory,
        journal: &Journal,
        versions: &[Version],
    ) -> Result<Self, Error> {
        let graph = Graph::of(directory)?;
        let revisions = versions.iter().filter_map(|it| directory.get(*it));
        let steps: Result<Vec<Step>, Error> = revisions
            .map(|revision| step(direction, revision, &graph, journal))
            .collect();
        Ok(Self::of(direction, steps?, journal.clone()))
    }

    /// `steps` on a database with the journal `start`, which somebody else has looked at.
    pub(in crate::migration) fn of(direction: Direction, steps: Vec<Step>, start: Journal) -> Self {
        Self {
            direction,
            steps,
            start,
        }
    }

    /// The same, where other programs run some of the steps.
    #[must_use]
    pub fn with_foreign(mut self, mut foreign: BTreeMap<Version, Foreign>) -> Self {
        for step in &mut self.steps {
            step.foreign = foreign.remove(&step.version);
        }
        self
    }

    /// The same, no further than through its first `count` steps.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.steps.truncate(count);
        self
    }

    /// Nothing to do, on a database with the journal `start`.
    pub fn nothing(direction: Direction, start: Journal) -> Self {
        Self::of(direction, Vec::new(), start)
    }

    /// Which way it goes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The steps, in the order in which they are run.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether it was made for a database that is as `journal` says.
    pub fn is_for(&self, journal: &Journal) -> bool {
        self.start.agrees_with(journal)
    }

    /// What the journal said when it was made.
    pub fn start(&self) -> &Journal {
        &self.start
    }
}

/// What a database has, seen by a run in `direction`: a revision on its way up is not there yet.
fn applied(direction: Direction, journal: &Journal) -> BTreeSet<Version> {
    let there = |row: &&Row| row.success || direction == Direction::Downgrade;
    journal
        .rows()
        .filter(there)
        .map(|row| row.version)
        .collect()
}

fn step(
    direction: Direction,
    revision: &Revision,
    graph: &Graph,
    journal: &Journal,
) -> Result<Step, Error> {
    let mut step = Step::of(direction, revision, graph)?;
    // Whoever goes back past a revision that a database has as those it replaces undoes them all:
    // its way back is theirs.
    let replaced = graph.replaces(revision.version).iter();
    let gone = std::iter::once(&revision.version).chain(replaced);
    if direction == Direction::Downgrade {
        step.rows = gone
            .filter(|it| journal.get(**it).is_some())
            .copied()
            .collect();
    }
    match journal.lease(revision.version) {
        Some(lease) if journal.is_partial(revision.version) => step.resumed(lease),
        Some(_) | None => Ok(step),
    }
}

/// What is half done must be among what is done now.
fn finish_first(steps: &[Step], journal: &Journal) -> Result<(), Error> {
    let left_out = |row: &&Row| !row.success && !steps.iter().any(|it| it.version == row.version);
    match journal.rows().find(left_out) {
        Some(row) => Err(Error::partial(row)),
        None => Ok(()),
    }
}

/// Refuses a journal that contradicts the folder. Going back does not ask whether a file was
/// edited: going back is how an edited migration is applied anew.
fn verify(
    direction: Direction,
    directory: &Directory,
    graph: &Graph,
    journal: &Journal,
) -> Result<(), Error> {
    for row in journal.rows() {
        let Some(revision) = directory.get(row.version) else {
            if let Some(by) = graph.replacement(row.version) {
                replaced(graph, journal, by)?;
                continue;
            }
            return Err(Error::Missing {
                version: row.version,
                description: row.description.clone(),
                kept: None,
            });
        };
        if !row.success {
            match journal.lease(row.version) {
                Some(lease) if lease.alive => {
                    return Err(Error::Busy {
                        version: row.version,
                        tenant: lease.tenant.clone(),
                    });
                }
                // What was edited since is for `Step::resumed` to judge.
                Some(lease) if lease.direction == direction => continue,
                Some(lease) => {
                    return Err(Error::HalfWay {
                        version: row.version,
                        description: row.description.clone(),
                        way: lease.direction.as_str(),
                    });
                }
                None => return Err(Error::partial(row)),
            }
        }
        let likeness = row.checksum.compare(&revision.up.text);
        if direction == Direction::Upgrade && likeness == Likeness::Different {
            return Err(Error::Edited {
                version: row.version,
                path: revision.up.path.clone(),
            });
        }
    }
    Ok(())
}

/// Refuses a journal that has a part of what `by` replaces: what of it is there cannot be told
/// from what is not.
fn replaced(graph: &Graph, journal: &Journal, by: Version) -> Result<(), Error> {
    let lacks = |it: &Version| journal.get(*it).is_none_or(|row| !row.success);
    let lacking: Vec<Version> = graph.replaces(by).iter().copied().filter(lacks).collect();
    if lacking.is_empty() || journal.get(by).is_some() {
        return Ok(());
    }
    Err(Error::HalfReplaced { by, lacking })
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::failure::{Blame, Diagnose};
    use crate::migration::directory::tests::directory;
    use crate::migration::journal::Row;
    use crate::migration::plan::step::{Mode, Reason};
    use crate::migration::{Checksum, Direction, Error, Journal, Version};

    fn row(version: i64, text: &str) -> Row {
        Row {
            version: Version::new(version),
            description: format!("revision {version}"),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success: true,
            checksum: Checksum::of(text),
            execution_time: None,
        }
    }

    fn plan(
        files: &[(&str, &str)],
        applied: &[i64],
        direction: Direction,
        target: &str,
    ) -> Result<Vec<i64>, Error> {
        let directory = directory(files)?;
        let journal = Journal::of(applied.iter().map(|&version| {
            let text = directory
                .get(Version::new(version))
                .map_or("", |revision| &revision.up.text);
            row(version, text)
        }));
        let plan = Plan::make(direction, &directory, &journal, &target.parse()?)?;
        assert!(plan.is_for(&journal));
        Ok(plan
            .steps()
            .iter()
            .map(|step| step.version.number())
            .collect())
    }

    const BRANCHED: [(&str, &str); 10] = [
        ("1_a.up.sql", ""),
        ("2_b.up.sql", "-- townpass:revises 1"),
        ("3_c.up.sql", "-- townpass:revises 1"),
        ("4_d.up.sql", "-- townpass:revises 3"),
        ("5_merge.up.sql", "-- townpass:revises 2,4"),
        ("1_a.down.sql", ""),
        ("2_b.down.sql", ""),
        ("3_c.down.sql", ""),
        ("4_d.down.sql", ""),
        ("5_merge.down.sql", ""),
    ];

    #[test]
    fn forward() {
        for (applied, target, steps) in [
            (&[] as &[i64], "head", &[1, 2, 3, 4, 5][..]),
            (&[1, 2, 3, 4, 5], "head", &[]),
            (&[1, 3], "head", &[2, 4, 5]),
            (&[], "4", &[1, 3, 4]),
            (&[1, 2], "4", &[3, 4]),
            (&[1], "+2", &[2, 3]),
            (&[1, 2, 3, 4], "+1", &[5]),
            (&[1], "+0", &[]),
            (&[1, 3, 4], "1", &[]),
            (&[], "head-0", &[1, 2, 3, 4, 5]),
        ] {
            let found = plan(&BRANCHED, applied, Direction::Upgrade, target).expect(target);
            assert_eq!(found, steps, "{target} from {applied:?}");
        }
    }

    #[test]
    fn backward() {
        for (applied, target, steps) in [
            (&[1, 2, 3, 4, 5][..], "base", &[5, 4, 3, 2, 1][..]),
            (&[1, 2, 3, 4, 5], "-1", &[5]),
            (&[1, 2, 3, 4, 5], "3", &[5, 4]),
            (&[1, 2, 3, 4, 5], "1", &[5, 4, 3, 2]),
            (&[1, 2], "-2", &[2, 1]),
            (&[1, 2], "head-2", &[]),
            (&[], "base", &[]),
        ] {
            let found = plan(&BRANCHED, applied, Direction::Downgrade, target);
            match found {
                Ok(found) => assert_eq!(found, steps, "{target} from {applied:?}"),
                Err(error) => assert_eq!(
                    (target, error.blame()),
                    ("head-2", Blame::Usage),
                    "the parent of a merge is two revisions"
                ),
            }
        }
    }

    #[test]
    fn what_cannot_be_reached() {
        for (applied, direction, target) in [
            (&[1][..], Direction::Upgrade, "base"),
            (&[1], Direction::Upgrade, "-1"),
            (&[1], Direction::Upgrade, "+9"),
            (&[1], Direction::Downgrade, "2"),
            (&[1], Direction::Downgrade, "+1"),
            (&[1], Direction::Downgrade, "-2"),
        ] {
            let error = plan(&BRANCHED, applied, direction, target).expect_err(target);
            assert_eq!(error.blame(), Blame::Usage, "{error}");
        }
    }

    #[test]
    fn a_journal_that_contradicts_the_folder() {
        let files = [("1_a.sql", "select 1;\n"), ("2_b.sql", "select 2;\n")];
        let folder = directory(&files).expect("reads");
        let upgrade = |row| {
            let target = "head".parse().expect("target");
            Plan::upgrade(&folder, &Journal::of([row]), &target)
        };
        let unfinished = Row {
            success: false,
            ..row(1, "select 1;\n")
        };
        for (row, blame, words) in [
            (
                row(9, ""),
                Blame::History,
                "revision `9` (revision 9) is applied, but its file",
            ),
            (
                row(1, "select 0;\n"),
                Blame::History,
                "`migrations/1_a.sql` was edited",
            ),
            (
                unfinished,
                Blame::Partial,
                "revision `1` (revision 1) is partially applied",
            ),
        ] {
            let error = upgrade(row).expect_err(words);
            assert_eq!(error.blame(), blame);
            let told = error.to_string().replace('\\', "/");
            assert!(told.starts_with(words), "{error}");
        }
        assert!(
            upgrade(row(1, "select 1;\r\n")).is_ok(),
            "line ends are no edit"
        );
    }

    #[test]
    fn an_edited_revision_can_be_taken_back() {
        let files = [
            ("1_a.up.sql", "select 1;\n"),
            ("1_a.down.sql", "select 0;\n"),
        ];
        let folder = directory(&files).expect("reads");
        let journal = Journal::of([row(1, "something else")]);
        let target = "base".parse().expect("target");
        let plan = Plan::downgrade(&folder, &journal, &target).expect("plans");
        assert_eq!(plan.steps()[0].source.name(), "1_a.down.sql");
    }

    #[test]
    fn how_a_step_is_run_is_told_by_its_statements() {
        for (text, mode) in [
            ("create table t ();", Mode::Transaction),
            ("-- no-transaction\nselect 1;", Mode::Alone(Reason::Marker)),
            ("\n-- no-transaction\nselect 1;", Mode::Transaction),
            (
                "create index concurrently i on t (a);",
                Mode::Alone(Reason::Statement("CREATE INDEX CONCURRENTLY")),
            ),
        ] {
            let folder = directory(&[("1_a.sql", text)]).expect("reads");
            let target = "head".parse().expect("target");
            let plan = Plan::upgrade(&folder, &Journal::default(), &target).expect("plans");
            assert_eq!(plan.steps()[0].mode, mode, "{text}");
        }
    }

    #[test]
    fn a_script_that_cannot_be_sent_is_refused_with_its_place() {
        for (text, message) in [
            (
                "select 1;\n  commit;",
                "`migrations/1_a.sql:2:3`: `COMMIT` would take the transaction out of our hands",
            ),
            (
                "select 'a",
                "`migrations/1_a.sql:1:8`: a `'` is never closed",
            ),
        ] {
            let error = plan(&[("1_a.sql", text)], &[], Direction::Upgrade, "head");
            let told = error.expect_err(text).to_string();
            assert_eq!(told.replace('\\', "/"), message);
        }
    }

    #[test]
    fn without_a_down_file_there_is_no_way_back() {
        let error = plan(&[("1_a.sql", "")], &[1], Direction::Downgrade, "base");
        assert!(matches!(error, Err(Error::NoWayBack { .. })));
    }

    #[test]
    fn along_a_branch_and_what_it_depends_on() {
        let files = [
            ("1_a.up.sql", ""),
            ("2_b.up.sql", "-- townpass:revises 1\n-- townpass:label pay"),
            ("3_c.up.sql", "-- townpass:revises 1"),
            ("4_d.up.sql", "-- townpass:revises 2\n-- townpass:depends 3"),
            ("1_a.down.sql", ""),
            ("2_b.down.sql", ""),
            ("3_c.down.sql", ""),
            ("4_d.down.sql", ""),
        ];
        for (applied, direction, target, steps) in [
            (&[][..], Direction::Upgrade, "pay@head", &[1, 2, 3, 4][..]),
            (&[], Direction::Upgrade, "pay@+1", &[1, 2]),
            (&[1, 2], Direction::Upgrade, "pay@+1", &[3, 4]),
            (&[1, 3], Direction::Upgrade, "heads", &[2, 4]),
            (&[1, 2, 3, 4], Direction::Downgrade, "pay@base", &[4, 2]),
            (&[1, 2, 3, 4], Direction::Downgrade, "pay@-2", &[4, 2]),
            (&[1, 2, 3, 4], Direction::Downgrade, "c@-1", &[4, 3]),
            (&[1, 2, 3, 4], Direction::Downgrade, "1", &[4, 3, 2]),
            (&[1, 2, 3], Direction::Downgrade, "-1", &[3]),
        ] {
            let found = plan(&files, applied, direction, target).expect(target);
            assert_eq!(found, steps, "{direction} {target} from {applied:?}");
        }
    }

    #[test]
    fn what_is_replaced_is_not_missing_and_its_replacement_is_not_run_again() {
        let files = [
            ("3_squashed.up.sql", "-- townpass:replaces 1,2"),
            ("4_d.up.sql", ""),
            ("3_squashed.down.sql", ""),
            ("4_d.down.sql", ""),
        ];
        for (applied, steps) in [
            (&[][..], &[3, 4][..]),
            (&[1, 2], &[4]),
            (&[1, 2, 4], &[]),
            (&[3], &[4]),
        ] {
            let found = plan(&files, applied, Direction::Upgrade, "head").expect("plans");
            assert_eq!(found, steps, "{applied:?}");
        }
        let error = plan(&files, &[1], Direction::Upgrade, "head").expect_err("lacks one");
        assert_eq!(
            error.to_string(),
            "revision `3` replaces revisions of which `2` is not applied here"
        );
        assert_eq!(error.blame(), Blame::History);
    }

    #[test]
    fn going_back_past_a_replacement_takes_what_it_replaces_away() {
        let files = [
            ("3_squashed.up.sql", "-- townpass:replaces 1,2\nselect 1;"),
            ("4_d.up.sql", ""),
            ("3_squashed.down.sql", "select -1;"),
            ("4_d.down.sql", ""),
        ];
        let files = directory(&files).expect("reads");
        for (applied, target, rows) in [
            (&[1, 2, 4][..], "3", "4: 4"),
            (&[1, 2, 4], "base", "4: 4, 3: 1 2"),
            (&[1, 2], "-1", "3: 1 2"),
            (&[3, 4], "base", "4: 4, 3: 3"),
            // A stamp may have left all of them.
            (&[1, 2, 3], "base", "3: 3 1 2"),
        ] {
            let text = |version: i64| {
                let revision = files.get(Version::new(version));
                revision.map_or_else(String::new, |it| it.up.text.to_string())
            };
            let journal = Journal::of(applied.iter().map(|&it| row(it, &text(it))));
            let target = target.parse().expect("a target");
            let plan = Plan::downgrade(&files, &journal, &target).expect("plans");
            let told = plan.steps().iter().map(|step| {
                let rows = step.rows.iter().map(|it| it.number().to_string());
                let rows = rows.collect::<Vec<_>>().join(" ");
                format!("{}: {rows}", step.version.number())
            });
            assert_eq!(
                told.collect::<Vec<_>>().join(", "),
                rows,
                "{applied:?} {target}"
            );
        }
    }

    #[test]
    fn a_way_back_that_does_nothing_is_none() {
        let empty = ("1_a.down.sql", "-- later\n");
        for (up, refused) in [("select 1;", true), ("-- nothing\n", false)] {
            let files = [("1_a.up.sql", up), empty];
            let back = plan(&files, &[1], Direction::Downgrade, "base");
            assert_eq!(
                matches!(back, Err(Error::DownDoesNothing { .. })),
                refused,
                "{up}"
            );
            plan(&files, &[], Direction::Upgrade, "head").expect("that is another matter");
        }
    }
}
