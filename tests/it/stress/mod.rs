//! What happens to a deploy on a bad day: many processes at once, a pooler in between, and
//! processes and servers that are killed at any moment.
//!
//! The counts are small enough for every run of the tests; `scripts/stress` runs the same tests
//! with the full ones (`TOWNPASS_TEST_STRESS=1`).

use std::env;
use std::fmt::Write as _;

use crate::support::Town;
use crate::support::cluster::Database;

mod kill;
mod pooler;
mod race;

/// How often something is done: `few` times, or `many` where stress is asked for.
fn times(few: usize, many: usize) -> usize {
    if env::var_os("TOWNPASS_TEST_STRESS").is_some() {
        many
    } else {
        few
    }
}

/// How a history can be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Every revision in one transaction.
    Transactional,
    /// Every second revision builds an index concurrently, which no transaction can.
    Mixed,
}

/// A town with a history in which each revision leaves its number in `trace`.
fn town(kind: Kind, revisions: u64) -> Town {
    let mut town = Town::bare().migration(
        1,
        "trace",
        "create table trace (version bigint);\ninsert into trace values (1);\n",
        "drop table trace;\n",
    );
    for version in 2..=revisions {
        let table = format!("t{version}");
        let mut up = format!(
            "create table {table} (id int primary key, word text not null default 'word');\n\
             insert into {table} select generate_series(1, 2000);\n\
             insert into trace values ({version});\n"
        );
        let mut down = format!("drop table {table};\n");
        if kind == Kind::Mixed && version % 2 == 0 {
            let under = version - 1;
            // A transaction holds the first file's table alone; an index needs one of its own.
            up = if under == 1 {
                "create index concurrently i2 on trace (version);\n".to_owned()
            } else {
                format!("create index concurrently i{version} on t{under} (word);\n")
            };
            down = format!("drop index concurrently if exists i{version};\n");
        }
        town = town.migration(version, &table, &up, &down);
    }
    town
}

/// The URL of a database as `townpass migrate` takes it, by way of this port.
fn url(database: &Database, port: u16) -> String {
    let options = database.options();
    format!(
        "postgresql://{}@127.0.0.1:{port}/{}",
        options.get_username(),
        options.get_database().expect("it has a name")
    )
}

/// All that a history leaves behind, in words: relations, columns, indexes and whether they are
/// valid, rows, and the journal without its times.
const STATE: &str = "
    select string_agg(line, e'\\n' order by line) from (
        select format('%s %s', relkind, relname) as line
        from pg_class where relnamespace = 'public'::regnamespace
    union all
        select format('index %s on %s, valid %s', indexrelid::regclass, indrelid::regclass, indisvalid)
        from pg_index join pg_class on pg_class.oid = indrelid
        where relnamespace = 'public'::regnamespace
    union all
        select format('column %s.%s %s', attrelid::regclass, attname, atttypid::regtype)
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0
    union all
        select format('trace %s %s', version, count(*)) from trace group by version
    union all
        select format('journal %s %s %s %s', version, description, success, encode(checksum, 'hex'))
        from _sqlx_migrations
    union all
        select format('rows %s %s', relname, (xpath('/row/n/text()', query_to_xml(
            format('select count(*) as n from %s', pg_class.oid::regclass), false, true, '')))[1])
        from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
            and relname ~ '^t[0-9]+$'
    ) as lines";

/// The state of a database.
async fn state(database: &Database) -> String {
    let mut connection = database.connect().await;
    sqlx::query_scalar(STATE)
        .persistent(false)
        .fetch_one(&mut connection)
        .await
        .expect("it has a trace and a journal")
}

/// Makes it empty, as if it were new. A new one takes the server longer than all that is tried here.
async fn clear(database: &Database) {
    let mut connection = database.connect().await;
    sqlx::raw_sql("drop schema public cascade; create schema public")
        .execute(&mut connection)
        .await
        .expect("nobody is at work any more");
}

/// The state that an undisturbed run leaves.
async fn undisturbed(town: &Town, database: &Database) -> String {
    town.townpass(["migrate", "upgrade", "head"])
        .env("DATABASE_URL", url(database, database.options().get_port()))
        .run()
        .success();
    state(database).await
}

/// Lines of one text that the other has not, for a failure that can be read.
fn difference(found: &str, expected: &str) -> String {
    let mut text = String::new();
    for line in found
        .lines()
        .filter(|it| !expected.lines().any(|other| other == *it))
    {
        let _ = writeln!(text, "+ {line}");
    }
    for line in expected
        .lines()
        .filter(|it| !found.lines().any(|other| other == *it))
    {
        let _ = writeln!(text, "- {line}");
    }
    text
}
