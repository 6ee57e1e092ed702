//! Several instances of one application start at once, and each migrates first.

use std::process::{Child, Output};

use sqlx::migrate::Migrator;

use super::{Kind, clear, difference, pooler::Pooler, state, times, town, undisturbed, url};
use crate::support::Town;
use crate::support::cluster::Database;

/// How many processes begin at once.
const RACERS: usize = 32;

/// Starts all of them, and then waits for each: all are content.
fn race(town: &Town, url: &str) {
    let racers: Vec<Child> = (0..RACERS)
        .map(|_| {
            town.townpass(["-q", "migrate", "upgrade", "head"])
                .env("DATABASE_URL", url)
                .env("TOWNPASS_WAIT_LOCK", "3m")
                .spawn()
        })
        .collect();
    let ended: Vec<Output> = racers
        .into_iter()
        .map(|it| it.wait_with_output().expect("it is ours"))
        .collect();
    for output in ended {
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

async fn races(kind: Kind) {
    let town = town(kind, 6);
    let database = Database::fresh().await;
    let expected = undisturbed(&town, &database).await;
    for round in 0..times(2, 10) {
        clear(&database).await;
        race(&town, &url(&database, database.options().get_port()));
        let found = state(&database).await;
        assert_eq!(
            found,
            expected,
            "round {round}:\n{}",
            difference(&found, &expected)
        );
    }
}

#[tokio::test]
async fn all_are_content_and_each_revision_is_applied_once() {
    races(Kind::Transactional).await;
}

#[tokio::test]
async fn also_where_revisions_run_outside_of_transactions() {
    races(Kind::Mixed).await;
}

/// Not what the pooler's users should do, but what they do.
#[tokio::test]
async fn also_through_a_pooler_that_gives_connections_for_a_transaction() {
    let database = Database::fresh().await;
    let pooler = Pooler::before(&database);
    for kind in [Kind::Transactional, Kind::Mixed] {
        let town = town(kind, 6);
        clear(&database).await;
        let expected = undisturbed(&town, &database).await;
        for round in 0..times(1, 10) {
            clear(&database).await;
            race(&town, &url(&database, pooler.port()));
            let found = state(&database).await;
            assert_eq!(
                found,
                expected,
                "{kind:?}, round {round}:\n{}",
                difference(&found, &expected)
            );
        }
    }
}

/// A program that brings its migrations along with `sqlx::migrate!` begins at the same moment.
#[tokio::test]
async fn programs_that_migrate_themselves_take_their_turn() {
    let town = town(Kind::Transactional, 6);
    let database = Database::fresh().await;
    let expected = undisturbed(&town, &database).await;
    let migrator = Migrator::new(town.path().join("migrations"))
        .await
        .expect("sqlx reads it");
    for round in 0..times(3, 30) {
        clear(&database).await;
        let url = url(&database, database.options().get_port());
        // Where sqlx is done before any of ours has looked, nobody else would make our own table.
        town.townpass(["migrate", "ensure-version"])
            .env("DATABASE_URL", &url)
            .run()
            .success();
        let racers: Vec<Child> = (0..8)
            .map(|_| {
                town.townpass(["-q", "migrate", "upgrade", "head"])
                    .env("DATABASE_URL", &url)
                    .spawn()
            })
            .collect();
        let theirs = (0..4).map(|_| async {
            let mut connection = database.connect().await;
            migrator.run(&mut connection).await
        });
        for ended in futures_util::future::join_all(theirs).await {
            ended.expect("sqlx is content");
        }
        for racer in racers {
            let output = racer.wait_with_output().expect("it is ours");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "round {round}: {said}");
        }
        let found = state(&database).await;
        assert_eq!(
            found,
            expected,
            "round {round}:\n{}",
            difference(&found, &expected)
        );
    }
}
