//! The same folder and database, by turns with the real `sqlx` program: in every order both agree
//! on the journal, and neither sees a difference.

use std::path::Path;
use std::process::Command;

use super::folder::{ask, run};
use crate::support::Town;
use crate::support::cluster::Database;

/// The journal without its times.
const JOURNAL: &str = "select string_agg(format('%s %s %s %s', version, description, success,
    encode(checksum, 'hex')), e'\n' order by version) from _sqlx_migrations";

/// Who takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Townpass,
    Sqlx,
}

/// Four revisions, one of which no transaction can hold, and a Windows one.
fn town() -> Town {
    Town::bare()
        .migration(
            20_260_101_000_000,
            "accounts",
            "create table accounts (id int primary key, name text);\n",
            "drop table accounts;\n",
        )
        .migration(
            20_260_102_000_000,
            "find_by_name",
            "-- no-transaction\ncreate index concurrently accounts_name on accounts (name);\n",
            "-- no-transaction\ndrop index concurrently accounts_name;\n",
        )
        .migration(
            20_260_103_000_000,
            "windows",
            "insert into accounts values\r\n  (1, 'Zoë');\r\n",
            "delete from accounts where id = 1;\r\n",
        )
        .migration(
            20_260_104_000_000,
            "function",
            "create function f() returns int language sql as $$ select 1; $$;\n",
            "drop function f();\n",
        )
}

const VERSIONS: [&str; 4] = [
    "20260101000000",
    "20260102000000",
    "20260103000000",
    "20260104000000",
];

/// One database with the two programs before it.
struct Both<'a> {
    town: &'a Town,
    database: Database,
    url: String,
}

impl<'a> Both<'a> {
    async fn fresh(town: &'a Town) -> Self {
        let database = Database::fresh().await;
        let options = database.options();
        let url = format!(
            "postgresql://{}@127.0.0.1:{}/{}",
            options.get_username(),
            options.get_port(),
            options.get_database().expect("it has a name")
        );
        Self {
            town,
            database,
            url,
        }
    }

    fn townpass(&self, words: &str) -> String {
        let words: Vec<&str> = words.split(' ').collect();
        self.town
            .townpass(["migrate"].iter().chain(&words))
            .env("DATABASE_URL", &self.url)
            .run()
            .success()
            .stdout
    }

    fn sqlx(&self, words: &str) -> String {
        sqlx(&self.town.path(), &self.url, words)
    }

    /// Up from below the `index`th version to it.
    fn up(&self, by: By, index: usize) {
        match by {
            By::Townpass => self.townpass("upgrade +1"),
            By::Sqlx => self.sqlx(&format!("migrate run --target-version {}", VERSIONS[index])),
        };
    }

    /// Down from the `index`th version to below it.
    fn down(&self, by: By, index: usize) {
        match by {
            By::Townpass => self.townpass("downgrade -1"),
            By::Sqlx => {
                let below = index.checked_sub(1).map_or("0", |below| VERSIONS[below]);
                self.sqlx(&format!("migrate revert --target-version {below}"))
            }
        };
    }

    async fn journal(&self) -> String {
        ask(&mut self.database.connect().await, JOURNAL).await
    }
}

/// Runs `sqlx`, which has to succeed, and returns what it printed.
#[track_caller]
fn sqlx(directory: &Path, url: &str, words: &str) -> String {
    let output = Command::new("sqlx")
        .args(words.split(' '))
        .current_dir(directory)
        .env("DATABASE_URL", url)
        .env("NO_COLOR", "1")
        .output()
        .expect("scripts/setup-tests installs `sqlx`");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "sqlx {words}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

/// Every way in which two can share four steps.
fn orders() -> impl Iterator<Item = [By; 4]> {
    (0..16).map(|bits| {
        [0, 1, 2, 3].map(|step| match bits >> step & 1 {
            0 => By::Townpass,
            _ => By::Sqlx,
        })
    })
}

#[tokio::test]
async fn in_every_order_both_agree_on_every_step() {
    let town = town();
    let alone = Both::fresh(&town).await;
    let mut steps = Vec::new();
    for index in 0..4 {
        alone.up(By::Sqlx, index);
        steps.push((alone.journal().await, alone.sqlx("migrate info")));
    }
    assert!(steps[3].1.lines().all(|it| it.contains("/installed")));
    assert!(!steps[3].1.contains("checksum"), "{}", steps[3].1);
    for order in orders() {
        let both = Both::fresh(&town).await;
        for (index, by) in order.into_iter().enumerate() {
            both.up(by, index);
            let (journal, info) = &steps[index];
            assert_eq!(both.journal().await, *journal, "{order:?}, up {index}");
            assert_eq!(both.sqlx("migrate info"), *info, "{order:?}, up {index}");
            let current = both.townpass("current");
            assert!(current.contains(VERSIONS[index]), "{order:?}: {current}");
        }
        // Whoever comes to a finished database has nothing to do.
        both.townpass("upgrade head");
        both.sqlx("migrate run");
        assert_eq!(both.journal().await, steps[3].0, "{order:?}");
        // And down again, by the other one each time.
        for (index, by) in order.into_iter().enumerate().rev() {
            let other = match by {
                By::Townpass => By::Sqlx,
                By::Sqlx => By::Townpass,
            };
            both.down(other, index);
            let expected = index.checked_sub(1).map_or("null", |below| &steps[below].0);
            assert_eq!(both.journal().await, expected, "{order:?}, down {index}");
        }
    }
}

#[tokio::test]
async fn what_one_finds_wrong_the_other_does_too() {
    let town = town();
    let both = Both::fresh(&town).await;
    both.townpass("upgrade head");
    let path = town.path().join("migrations/20260103000000_windows.up.sql");
    std::fs::write(&path, "select 'edited';\n").expect("it can be written");
    let info = both.sqlx("migrate info");
    assert!(info.contains("different checksum"), "{info}");
    town.townpass(["migrate", "upgrade", "head"])
        .env("DATABASE_URL", &both.url)
        .run()
        .expect(5)
        .says("20260103000000");
    // A revision that one of them left half done stops the other.
    let other = Both::fresh(&town).await;
    other.up(By::Townpass, 0);
    let mut connection = other.database.connect().await;
    run(
        &mut connection,
        "update _sqlx_migrations set success = false",
    )
    .await;
    let refused = Command::new("sqlx")
        .args(["migrate", "run"])
        .current_dir(town.path())
        .env("DATABASE_URL", &other.url)
        .output()
        .expect("scripts/setup-tests installs `sqlx`");
    assert!(!refused.status.success(), "{refused:?}");
}
