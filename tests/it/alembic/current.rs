//! Where a database stands, by Alembic's own table, and what may be wrong with that.

use sqlx::{AssertSqlSafe, ConnectOptions as _};

use super::histories::{Revision, lay_out};
use super::real::{RELEASES, Real, steady};
use crate::support::{Town, cluster::Database};

/// Runs on what the file `url` names; the table has a name and a schema of its own.
const ENV: &str = r#"
from alembic import context
from sqlalchemy import create_engine

TABLE = "versions"

with create_engine(open("url").read()).connect() as connection:
    context.configure(connection=connection, version_table=TABLE, version_table_schema="public")
    with context.begin_transaction():
        context.run_migrations()
"#;

/// A trunk, two branches of it, and a history of its own on which one of them depends.
fn revisions() -> Vec<Revision> {
    [
        ("aaaa1", &[][..], &[][..]),
        ("aaaa2", &["aaaa1"], &[]),
        ("bbbb1", &["aaaa1"], &["cccc1"]),
        ("cccc1", &[], &[]),
        ("dddd1", &["aaaa2", "bbbb1"], &[]),
    ]
    .map(|(id, parents, depends)| Revision {
        id: id.to_owned(),
        parents: parents.iter().map(|&it| it.to_owned()).collect(),
        depends: depends.iter().map(|&it| it.to_owned()).collect(),
        labels: Vec::new(),
        message: format!("step {id}"),
    })
    .into()
}

fn town(database: &Database) -> Town {
    let town = Town::bare();
    lay_out(&town.path(), &revisions());
    town.write("alembic/env.py", ENV)
        .write("url", &database.url("postgresql+psycopg"))
}

async fn execute(database: &Database, sql: &str) {
    let mut connection = database.options().connect().await.expect("it answers");
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect("it does it");
}

#[tokio::test]
async fn it_is_told_as_alembic_tells_it() {
    for release in RELEASES {
        let database = Database::fresh().await;
        let town = town(&database);
        let mut real = Real::start(release);
        let url = database.url("postgresql+psycopg");
        let ours = |words: &str| {
            let words = format!("migrate {words}");
            town.townpass(words.split(' '))
                .env("DATABASE_URL", &url)
                .run()
        };
        assert_eq!(ours("current").success().stdout, "");
        for stamp in ["aaaa1", "aaaa2", "bbbb1", "heads"] {
            let stamped = real.one(&town.path(), &format!("stamp {stamp}"));
            assert_eq!(stamped.code, 0, "{}", stamped.stdout);
            for verb in [
                "current",
                "current -v",
                "history -i",
                "history -v -i",
                "history -rcurrent:",
                "history -r:current",
                "show current",
            ] {
                let theirs = real.one(&town.path(), verb);
                if theirs.code != 0 {
                    continue;
                }
                let lines = |text: &str| {
                    let mut lines: Vec<String> = steady(text).lines().map(str::to_owned).collect();
                    // The order of several is another each time.
                    if verb.starts_with("current") {
                        lines.sort();
                    }
                    lines
                };
                let told = ours(verb).success();
                assert_eq!(
                    lines(&told.raw_stdout),
                    lines(&theirs.stdout),
                    "{stamp}: {verb} by {release}"
                );
            }
        }
        ours("current --check-heads").success();
        real.one(&town.path(), "stamp --purge bbbb1");
        let lacking = ours("current --check-heads").expect(1);
        lacking.says("Database is not on all head revisions; it lacks `dddd1`");
    }
}

#[tokio::test]
async fn a_table_that_contradicts_the_files_is_explained() {
    let database = Database::fresh().await;
    let town = town(&database);
    let url = database.url("postgresql+psycopg");
    let current = || {
        town.townpass(["migrate", "current"])
            .env("DATABASE_URL", &url)
            .run()
    };
    execute(
        &database,
        "create table versions (version_num varchar(32) primary key);
         insert into versions values ('aaaa1'), ('aaaa2')",
    )
    .await;
    current()
        .success()
        .says("\"public\".\"versions\" has a row too many for `aaaa1`, which another row needs")
        .prints("aaaa2\n");
    execute(
        &database,
        "update versions set version_num = 'eeee1' where version_num = 'aaaa1'",
    )
    .await;
    current()
        .expect(5)
        .says("Can't locate revision identified by `eeee1`, which \"public\".\"versions\" has")
        .says("stamp --purge");
    execute(
        &database,
        "alter table versions rename version_num to other",
    )
    .await;
    current()
        .expect(3)
        .says("cannot read \"public\".\"versions\"");

    let asks = "context.configure(version_table=settings.table)\n";
    let town = town.write("alembic/env.py", asks);
    let unknown = town
        .townpass(["migrate", "current"])
        .env("DATABASE_URL", &url)
        .run();
    unknown
        .expect(5)
        .says("`version_table` cannot be known without running the file")
        .says("`version-table = \"...\"`");
    let town = town.write("townpass.toml", "[alembic]\nversion-table = \"nothing\"\n");
    let told = town
        .townpass(["migrate", "current"])
        .env("DATABASE_URL", &url)
        .run();
    assert_eq!(told.success().stdout, "");
}
