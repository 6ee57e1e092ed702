//! A folder of migrations of a test's own, and what a test asks of it.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgConnection};
use townpass::migration::{
    Applied, Direction, Directory, Error, Event, Options, Session, journal, runner::migrate,
};

/// A folder, gone when dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// Writes these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary directory"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// Three reversible revisions.
    pub(crate) fn three() -> Self {
        Self::with(&[
            (
                "1_create_a.up.sql",
                "create table a (id int primary key);\ncreate index on a (id);\n",
            ),
            ("1_create_a.down.sql", "drop table a;\n"),
            (
                "2_create_b.up.sql",
                "create table b (id int references a);\n",
            ),
            ("2_create_b.down.sql", "drop table b;\n"),
            ("3_fill_a.up.sql", "insert into a values (1), (2);\n"),
            ("3_fill_a.down.sql", "delete from a;\n"),
        ])
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("a writable directory");
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self) -> Directory {
        Directory::read(self.path()).expect("a folder in order")
    }

    /// sqlx's own reading of it.
    pub(crate) async fn sqlx(&self) -> Migrator {
        Migrator::new(self.path()).await.expect("sqlx reads it")
    }

    pub(crate) async fn upgrade(
        &self,
        session: &mut Session,
        target: &str,
    ) -> Result<Applied, Error> {
        self.go(Direction::Upgrade, session, target, &mut |_| ())
            .await
    }

    pub(crate) async fn downgrade(
        &self,
        session: &mut Session,
        target: &str,
    ) -> Result<Applied, Error> {
        self.go(Direction::Downgrade, session, target, &mut |_| ())
            .await
    }

    pub(crate) async fn go(
        &self,
        direction: Direction,
        session: &mut Session,
        target: &str,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Applied, Error> {
        let target = target.parse()?;
        let options = options();
        migrate(
            direction,
            &self.read(),
            &target,
            session,
            &options,
            on_event,
        )
        .await
    }
}

/// How many sessions hold or want the migration lock of this database.
pub(crate) const ADVISORY_LOCKS: &str = "select count(*) from pg_locks where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())";

/// Patient enough for a loaded machine; no test passes by waiting for it.
pub(crate) fn options() -> Options {
    Options {
        wait_lock: Duration::from_mins(1),
        ..Options::default()
    }
}

/// The versions of `applied`, in their order.
pub(crate) fn versions(applied: &Applied) -> Vec<i64> {
    applied
        .steps
        .iter()
        .map(|step| step.version.number())
        .collect()
}

/// The versions that the journal has, with an asterisk where one is not done.
pub(crate) async fn journal_of(connection: &mut PgConnection) -> String {
    let journal = journal::read(connection).await.expect("a journal");
    let words: Vec<String> = journal
        .rows()
        .map(|row| format!("{}{}", row.version, if row.success { "" } else { "*" }))
        .collect();
    words.join(" ")
}

/// The one text that `sql` selects.
pub(crate) async fn ask(connection: &mut PgConnection, sql: &str) -> String {
    let answer: Option<String> = sqlx::query_scalar(AssertSqlSafe(format!("select ({sql})::text")))
        .persistent(false)
        .fetch_one(connection)
        .await
        .expect(sql);
    answer.unwrap_or_else(|| "null".to_owned())
}

/// Runs `sql`.
pub(crate) async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .expect(sql);
}
