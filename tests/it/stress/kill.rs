//! Killed at any moment, and run again: the end is as if nothing had been.

use std::time::{Duration, Instant};

use rand::RngExt as _;

use super::{Kind, clear, difference, state, times, town, undisturbed, url};
use crate::support::Town;
use crate::support::cluster::Database;
use crate::support::signal;

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    /// `townpass` itself.
    Process,
    /// The server's process that works for it, which takes the whole server down with it.
    Server,
}

/// The server's process that works for townpass in this database.
const WORKER: &str = "select pid from pg_stat_activity
    where application_name = 'townpass' and datname = $1 order by backend_start limit 1";

#[tokio::test]
async fn the_process_is_killed() {
    killed(Victim::Process, times(12, 200)).await;
}

#[tokio::test]
async fn the_server_is_killed() {
    killed(Victim::Server, times(6, 50)).await;
}

async fn killed(victim: Victim, rounds: usize) {
    let town = town(Kind::Mixed, 12);
    let database = Database::fresh().await;
    let expected = undisturbed(&town, &database).await;
    clear(&database).await;
    // Once more, for how long it takes where all is warm.
    let begun = Instant::now();
    again(&town, &database);
    let usual = begun.elapsed();
    let mut hit = 0;
    for round in 0..rounds {
        clear(&database).await;
        let delay = usual.mul_f64(rand::rng().random_range(0.0..1.0));
        hit += usize::from(strike(victim, &town, &database, delay).await);
        again(&town, &database);
        let found = state(&database).await;
        assert_eq!(
            found,
            expected,
            "round {round}, {victim:?} killed after {delay:?}:\n{}",
            difference(&found, &expected)
        );
    }
    // Moments that all come too late would show nothing.
    assert!(hit * 4 >= rounds, "{hit} of {rounds} were hit");
}

/// Kills after a while, and says whether that was in time.
async fn strike(victim: Victim, town: &Town, database: &Database, delay: Duration) -> bool {
    let name = database
        .options()
        .get_database()
        .unwrap_or_default()
        .to_owned();
    let mut observer = database.connect_to("postgres").await;
    let mut child = town
        .townpass(["-q", "migrate", "upgrade", "head"])
        .env("DATABASE_URL", url(database, database.options().get_port()))
        .spawn();
    tokio::time::sleep(delay).await;
    let running = child.try_wait().expect("it is ours").is_none();
    let hit = match victim {
        Victim::Process => {
            if running {
                signal(&child, "KILL");
            }
            running
        }
        Victim::Server => {
            let worker: Option<i32> = sqlx::query_scalar(WORKER)
                .bind(&name)
                .fetch_optional(&mut observer)
                .await
                .expect("the server answers");
            // It may be gone by now, and then nothing is killed.
            worker.is_some_and(|pid| {
                std::process::Command::new("kill")
                    .args(["-KILL", &pid.to_string()])
                    .status()
                    .is_ok_and(|it| it.success())
            })
        }
    };
    let output = child.wait_with_output().expect("it is ours");
    if victim == Victim::Server && hit {
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3 | 8)), "{output:?}");
    }
    hit
}

/// What anybody would do: the same command again, once the server is back.
fn again(town: &Town, database: &Database) {
    let begun = Instant::now();
    loop {
        let output = town
            .townpass(["migrate", "upgrade", "head"])
            .env("DATABASE_URL", url(database, database.options().get_port()))
            .run();
        match output.status {
            0 => return,
            3 if begun.elapsed() < Duration::from_secs(30) => {
                std::thread::sleep(Duration::from_millis(50));
            }
            _ => panic!("{output}"),
        }
    }
}
