//! The table beside the journal, `_townpass_migrations`: what sqlx's has no column for.
//!
//! It keeps the SQL of each applied revision, so that it can be reverted after its file is gone,
//! and how far one came that is not done. Whoever drops it loses that and nothing else: which
//! revisions are applied is the journal's to say. Where it cannot be created, or something else
//! has its name, runs go on without it.

use std::fmt::Write as _;
use std::sync::Arc;

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::journal::lease::{Lease, RunId, StatementHash, Tenant};
use crate::migration::journal::origin::Origin;
use crate::migration::journal::session::rows;
use crate::migration::journal::{Renamed, database};
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;
use crate::sql::{Ident, Literal};

/// Its name.
const NAME: &str = "_townpass_migrations";

/// The columns; a table that lacks one is not ours.
const COLUMNS: &str = "version bigint PRIMARY KEY,
    run_id text NOT NULL,
    direction text NOT NULL,
    statements_done integer NOT NULL,
    statement_hashes text NOT NULL,
    indexes_before text NOT NULL DEFAULT '',
    parents text NOT NULL,
    up_sql text NOT NULL,
    down_sql text,
    actor text NOT NULL,
    source_commit text,
    tag text,
    tool_version text NOT NULL,
    backend_pid integer,
    backend_start timestamptz,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    error text";

/// Whether whoever has the lease `l` still works on it, judged by the server's clock.
///
/// At first only the server's process tells; once a run was seen through a second connection
/// (`seen_at` is a time), it must be seen again and again. A pooler may have given the run another
/// process than the one that took the lease, so a missing one counts only after a while, and one
/// that is there but idle is the pooler's.
const ALIVE: &str = "NOT (seen_at < clock_timestamp() - interval '30 seconds'
        OR (seen_at = 'infinity' OR seen_at < clock_timestamp() - interval '3 seconds')
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a
               WHERE a.pid = l.backend_pid
                 AND coalesce(a.backend_start, l.backend_start) = l.backend_start
                 AND NOT coalesce(a.state = 'idle'
                     AND a.state_change < clock_timestamp() - interval '10 seconds', false)))";

/// What the ledger keeps of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub version: Version,
    /// What it follows.
    pub parents: Vec<Version>,
    /// The way there.
    pub up: Arc<str>,
    /// The way back, if there is one.
    pub down: Option<Arc<str>>,
    /// The commit that the files were of.
    pub commit: Option<String>,
}

/// The table, with its schema.
#[derive(Clone, Debug)]
pub(in crate::migration) struct Ledger(String);

impl Ledger {
    /// The ledger in the schema of that name, whether or not it is there.
    pub(in crate::migration) fn in_schema(schema: &str) -> Self {
        Self(format!("{}.{}", Ident(schema), Ident(NAME)))
    }

    /// Whether it is there, and ours.
    pub(in crate::migration) async fn exists(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Presence, Error> {
        let table = Literal(&self.0).to_string();
        let names = COLUMNS
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        let names: Vec<String> = names.map(|name| Literal(name).to_string()).collect();
        let sql = format!(
            "SELECT pg_catalog.to_regclass({table}) IS NOT NULL AS there,
                    (SELECT count(*) FROM pg_catalog.pg_attribute
                     WHERE attrelid = pg_catalog.to_regclass({table}) AND NOT attisdropped
                       AND attname IN ({})) = {} AS whole",
            names.join(", "),
            names.len()
        );
        let found = rows(connection, &sql)
            .await
            .map_err(|error| database("read its catalog", &error))?;
        let flag = |name| found.first().and_then(|row| row.try_get(name).ok()) == Some(true);
        Ok(match (flag("there"), flag("whole")) {
            (false, _) => Presence::Absent,
            (true, true) => Presence::Whole,
            (true, false) => Presence::Foreign,
        })
    }

    /// Creates it.
    pub(in crate::migration) fn create(&self) -> String {
        format!("CREATE TABLE IF NOT EXISTS {} (\n    {COLUMNS}\n)", self.0)
    }

    /// Keeps `step`, which is done.
    pub(in crate::migration) fn keep(&self, step: &Step, origin: &Origin) -> String {
        self.enter(step, origin, Entry::Done)
    }

    /// Gives `origin` the lease of `step`, from its statement `done` on.
    pub(in crate::migration) fn lease(&self, step: &Step, origin: &Origin, done: usize) -> String {
        self.enter(step, origin, Entry::Begun(done))
    }

    fn enter(&self, step: &Step, origin: &Origin, entry: Entry) -> String {
        let total = step.script.statements.len();
        let (done, seen, finished) = match entry {
            Entry::Begun(done) => (done, "'infinity'", "NULL"),
            Entry::Done => (total, "clock_timestamp()", "clock_timestamp()"),
        };
        let (columns, values) = match entry {
            Entry::Begun(_) => (
                ", backend_pid, backend_start",
                ", pg_backend_pid(), (SELECT backend_start FROM pg_catalog.pg_stat_activity
                    WHERE pid = pg_backend_pid())",
            ),
            Entry::Done => ("", ""),
        };
        let mut sql = format!(
            "INSERT INTO {} (version, run_id, direction, statements_done, statement_hashes,
                parents, up_sql, down_sql, actor, source_commit, tag, tool_version,
                started_at, seen_at, finished_at{columns})
             VALUES ({}, {}, {}, {done}, {}, {}, {}, {}, {}, {}, {}, {},
                now(), {seen}, {finished}{values})
             ON CONFLICT (version) DO UPDATE SET ",
            self.0,
            step.version,
            Literal(&origin.run.0),
            Literal(step.direction.as_str()),
            Literal(
                &step
                    .hashes()
                    .iter()
                    .map(|it| it.0.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
            Literal(
                &step
                    .parents
                    .iter()
                    .map(Version::to_string)
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
            Literal(&step.up),
            Optional(step.down.as_deref()),
            Literal(&origin.actor),
            Optional(origin.commit.as_deref()),
            Optional(origin.tag.as_deref()),
            Literal(env!("CARGO_PKG_VERSION")),
        );
        let kept = [
            "run_id",
            "direction",
            "statements_done",
            "statement_hashes",
            "parents",
            "up_sql",
            "down_sql",
            "actor",
            "source_commit",
            "tag",
            "tool_version",
            "started_at",
            "seen_at",
            "finished_at",
            "backend_pid",
            "backend_start",
            "error",
        ];
        for (index, column) in kept.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(sql, "{comma}{column} = excluded.{column}");
        }
        sql
    }

    /// Notes that `run` still works on `version`.
    pub(in crate::migration) fn beat(&self, version: Version, run: &RunId) -> String {
        self.update(version, run, "seen_at = clock_timestamp()")
    }

    /// Notes that `done` statements of `version` took effect.
    pub(in crate::migration) fn advance(
        &self,
        version: Version,
        run: &RunId,
        done: usize,
    ) -> String {
        // Who was not seen yet is not expected to be seen again.
        let set = format!(
            "statements_done = {done}, indexes_before = '',
                 seen_at = CASE seen_at WHEN 'infinity' THEN seen_at ELSE clock_timestamp() END"
        );
        self.update(version, run, &set)
    }

    /// Notes which indexes are there before the next statement builds one.
    pub(in crate::migration) fn note_indexes(
        &self,
        version: Version,
        run: &RunId,
        indexes: &[u32],
    ) -> String {
        let words: Vec<String> = indexes.iter().map(u32::to_string).collect();
        // A list that is empty is a list all the same.
        let set = format!(
            "indexes_before = {}",
            Literal(&format!("[{}]", words.join(" ")))
        );
        self.update(version, run, &set)
    }

    /// Notes why the statement after the last that took effect did not; the lease is given up.
    pub(in crate::migration) fn fail(&self, version: Version, run: &RunId, error: &str) -> String {
        let set = format!("seen_at = '-infinity', error = {}", Literal(error));
        self.update(version, run, &set)
    }

    /// Notes that `version` is done.
    pub(in crate::migration) fn finish(&self, version: Version, run: &RunId) -> String {
        self.update(
            version,
            run,
            "finished_at = clock_timestamp(), error = NULL",
        )
    }

    /// Gives a revision its new version, and what its file says now.
    pub(in crate::migration) fn rename(&self, renamed: &Renamed) -> String {
        let parents: Vec<String> = renamed.parents.iter().map(Version::to_string).collect();
        format!(
            "UPDATE {} SET version = {}, parents = {}, up_sql = {} WHERE version = {}",
            self.0,
            renamed.to,
            Literal(&parents.join(" ")),
            Literal(&renamed.up),
            renamed.from
        )
    }

    /// Forgets `version`, whose lease `run` has.
    pub(in crate::migration) fn release(&self, version: Version, run: &RunId) -> String {
        format!("{} AND run_id = {}", self.forget(version), Literal(&run.0))
    }

    /// Notes that `version`, which was to be reverted, stays applied.
    pub(in crate::migration) fn restore(&self, version: Version, run: &RunId) -> String {
        let set = "direction = 'upgrade', finished_at = clock_timestamp(), error = NULL";
        self.update(version, run, set)
    }

    /// Asks which run has `version`.
    pub(in crate::migration) fn run_of(&self, version: Version) -> String {
        format!("SELECT run_id FROM {} WHERE version = {version}", self.0)
    }

    /// Forgets `version`.
    pub(in crate::migration) fn forget(&self, version: Version) -> String {
        format!("DELETE FROM {} WHERE version = {version}", self.0)
    }

    /// Only the run that has the lease may say anything about it.
    fn update(&self, version: Version, run: &RunId, set: &str) -> String {
        format!(
            "UPDATE {} SET {set} WHERE version = {version} AND run_id = {}",
            self.0,
            Literal(&run.0)
        )
    }

    /// The leases of `versions`.
    pub(in crate::migration) async fn leases(
        &self,
        connection: &mut PgConnection,
        versions: &[Version],
    ) -> Result<Vec<(Version, Lease)>, Error> {
        let sql = format!(
            "SELECT version, run_id, direction, statements_done, statement_hashes,
                indexes_before, actor, backend_pid,
                (extract(epoch FROM started_at) * 1000000)::bigint AS started,
                {ALIVE} AS alive
             FROM {} l WHERE version IN ({})",
            self.0,
            commas(versions)
        );
        read(connection, &sql, lease).await
    }

    /// What is kept of `versions`.
    pub(in crate::migration) async fn kept(
        &self,
        connection: &mut PgConnection,
        versions: &[Version],
    ) -> Result<Vec<Kept>, Error> {
        let sql = format!(
            "SELECT version, parents, up_sql, down_sql, source_commit FROM {} WHERE version IN ({})",
            self.0,
            commas(versions)
        );
        read(connection, &sql, kept).await
    }
}

/// What `of` makes of each row that `sql` answers.
async fn read<T>(
    connection: &mut PgConnection,
    sql: &str,
    of: impl Fn(&PgRow) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, Error> {
    let read = rows(connection, sql)
        .await
        .and_then(|found| found.iter().map(of).collect());
    read.map_err(|error| database("read the ledger", &error))
}

fn lease(row: &PgRow) -> Result<(Version, Lease), sqlx::Error> {
    let direction: String = row.try_get("direction")?;
    let done: i32 = row.try_get("statements_done")?;
    let hashes: String = row.try_get("statement_hashes")?;
    let indexes: String = row.try_get("indexes_before")?;
    let started: Option<i64> = row.try_get("started")?;
    let lease = Lease {
        run: RunId(row.try_get("run_id")?),
        direction: match direction.as_str() {
            "downgrade" => Direction::Downgrade,
            _ => Direction::Upgrade,
        },
        done: usize::try_from(done).unwrap_or(0),
        statements: hashes
            .split_whitespace()
            .map(|it| StatementHash(it.to_owned()))
            .collect(),
        indexes_before: (!indexes.is_empty()).then(|| {
            indexes
                .trim_matches(['[', ']'])
                .split_whitespace()
                .filter_map(|it| it.parse().ok())
                .collect()
        }),
        tenant: Tenant {
            actor: row.try_get("actor")?,
            pid: row.try_get("backend_pid")?,
            since: started.and_then(|it| jiff::Timestamp::from_microsecond(it).ok()),
        },
        alive: row.try_get("alive")?,
    };
    Ok((Version::new(row.try_get("version")?), lease))
}

fn kept(row: &PgRow) -> Result<Kept, sqlx::Error> {
    let parents: String = row.try_get("parents")?;
    let up: String = row.try_get("up_sql")?;
    let down: Option<String> = row.try_get("down_sql")?;
    Ok(Kept {
        version: Version::new(row.try_get("version")?),
        parents: parents
            .split_whitespace()
            .filter_map(|it| it.parse().ok())
            .collect(),
        up: up.into(),
        down: down.map(Arc::from),
        commit: row.try_get("source_commit")?,
    })
}

/// What stands under the ledger's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::migration) enum Presence {
    /// Nothing.
    Absent,
    /// The ledger.
    Whole,
    /// Something else.
    Foreign,
}

/// How far a revision is that is entered.
#[derive(Clone, Copy)]
enum Entry {
    Begun(usize),
    Done,
}

/// A text, or `NULL`.
struct Optional<'a>(Option<&'a str>);

impl std::fmt::Display for Optional<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(text) => Literal(text).fmt(f),
            None => f.write_str("NULL"),
        }
    }
}

/// At least one number, so that an empty list is no error.
fn commas(versions: &[Version]) -> String {
    versions.iter().fold("NULL".to_owned(), |list, version| {
        format!("{list}, {version}")
    })
}
