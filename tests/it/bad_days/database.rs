//! A database that is there and does not take what it is given: no room on its disk, or no changes
//! at all.

use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::AssertSqlSafe;

use crate::support::cluster::Database;
use crate::support::unprivileged::{give, is_root};
use crate::support::{Output, Town, docker};

/// A small disk of its own, as long as it lives.
struct Disk(PathBuf);

impl Disk {
    /// One of `size`, or why there is none.
    fn mount(path: PathBuf, size: &str) -> Result<Self, String> {
        if !is_root() {
            return Err("only root can mount a small disk".to_owned());
        }
        std::fs::create_dir(&path).expect("a writable directory");
        mount(&path, &format!("size={size}"))?;
        give(&path);
        Ok(Self(path))
    }

    fn grow(&self, size: &str) {
        mount(&self.0, &format!("remount,size={size}")).expect("it is mounted");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The server may still have a file of it open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn mount(path: &Path, options: &str) -> Result<(), String> {
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "tmpfs"])
        .arg(path)
        .output();
    match mounted {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "no small disk can be mounted here: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("no mount: {error}")),
    }
}

async fn ask(database: &Database, name: &str, question: &str) -> String {
    let mut connection = database.connect_to(name).await;
    sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(question.to_owned()))
        .fetch_one(&mut connection)
        .await
        .expect("it answers")
        .unwrap_or_default()
}

async fn tell(database: &Database, name: &str, statements: &[&str]) {
    let mut connection = database.connect_to(name).await;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe((*statement).to_owned()))
            .execute(&mut connection)
            .await
            .expect(statement);
    }
}

const APPLIED: &str = "select string_agg(version::text || success, ' ') from _sqlx_migrations";

#[tokio::test]
async fn a_full_disk() {
    let town = Town::bare()
        .migration(
            1,
            "small",
            "create table small (id int);",
            "drop table small;",
        )
        .migration(
            2,
            "large",
            "create table large (id int, filler text);\n\
             insert into large select n, repeat('x', 1000) from generate_series(1, 40000) n;\n",
            "drop table large;",
        )
        .migration(3, "late", "create table late (id int);", "drop table late;");
    let disk = match Disk::mount(town.path().join("disk"), "24m") {
        Ok(disk) => disk,
        Err(why) => return docker::skip(&why),
    };
    let database = Database::fresh().await;
    let location = disk.0.display();
    tell(
        &database,
        "postgres",
        &[
            &format!("create tablespace small location '{location}'"),
            "create database on_small tablespace small",
        ],
    )
    .await;
    let url = database.url("postgresql");
    let (server, _) = url.rsplit_once('/').expect("a URL");
    let run = || {
        town.townpass(["migrate", "upgrade"])
            .env("DATABASE_URL", format!("{server}/on_small"))
            .run()
    };
    run()
        .expect(3)
        .says("2_large.up.sql:2:1")
        .says("No space left on device")
        .says("make room on the server's disk, and run the command again")
        .says("nothing of this file was applied");
    assert_eq!(ask(&database, "on_small", APPLIED).await, "1true");
    let tables = "select string_agg(relname, ' ' order by relname) from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname !~ '^_'";
    assert_eq!(ask(&database, "on_small", tables).await, "small");
    disk.grow("200m");
    run().success().says("late");
    assert_eq!(
        ask(&database, "on_small", APPLIED).await,
        "1true 2true 3true"
    );
    tell(
        &database,
        "postgres",
        &[
            "drop database on_small with (force)",
            "drop tablespace small",
        ],
    )
    .await;
}

fn town() -> Town {
    Town::bare()
        .migration(1, "a", "create table a (id int);", "drop table a;")
        .migration(2, "b", "create table b (id int);", "drop table b;")
}

fn run(town: &Town, url: &str, words: &str) -> Output {
    town.townpass(words.split(' '))
        .env("DATABASE_URL", url)
        .run()
}

#[tokio::test]
async fn a_database_that_takes_no_changes() {
    let database = Database::fresh().await;
    let town = town();
    let url = database.url("postgresql");
    let name = ask(&database, "postgres", "select current_user::text").await;
    assert_eq!(name, "admin");
    run(&town, &url, "migrate upgrade 1").success();
    let own = url.rsplit_once('/').expect("a URL").1.to_owned();
    let alter = |what: &str| format!("alter database {own} {what} default_transaction_read_only");
    let set = format!("{} = on", alter("set"));
    tell(&database, &own, &[&set]).await;
    for words in [
        "migrate upgrade",
        "migrate downgrade base",
        "migrate stamp head",
        "migrate upgrade --single-transaction",
        "migrate upgrade --lock-scope session",
    ] {
        run(&town, &url, words)
            .expect(3)
            .says("the database takes no changes: `default_transaction_read_only` is on")
            .says(&format!(
                "ALTER DATABASE \"{own}\" RESET default_transaction_read_only"
            ));
    }
    assert_eq!(ask(&database, &own, APPLIED).await, "1true");
    // Whoever only asks is answered.
    run(&town, &url, "migrate current").success().prints("1\n");
    run(&town, &url, "migrate upgrade 1")
        .success()
        .prints("nothing to upgrade\n");
    tell(
        &database,
        &own,
        &["set default_transaction_read_only = off", &alter("reset")],
    )
    .await;
    run(&town, &url, "migrate upgrade").success();
}

#[tokio::test]
async fn a_standby() {
    let database = Database::fresh().await;
    let town = town();
    run(&town, &database.url("postgresql"), "migrate upgrade 1").success();
    let standby = database.on_a_standby().await;
    let url = standby.url("postgresql");
    run(&town, &url, "migrate upgrade")
        .expect(3)
        .says("its server is a standby, which only follows another")
        .says("name its primary in `DATABASE_URL`");
    run(&town, &url, "migrate current").success().prints("1\n");
}
