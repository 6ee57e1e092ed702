//! One migration at a time, whoever runs it.

use std::time::Duration;

use sqlx::migrate::Migrate as _;
use townpass::failure::{Blame, Diagnose as _};
use townpass::migration::{Direction, Error, Event, Options, journal::lock::Key, runner::migrate};

use super::folder::{Folder, ask, journal_of, options, versions};
use crate::support::cluster::Database;

/// The advisory locks that a session holds, as one number each.
const HELD: &str = "select string_agg(((classid::bigint << 32) | objid::bigint)::text, ' ')
    from pg_locks where locktype = 'advisory' and granted and pid = pg_backend_pid()";

#[tokio::test]
async fn the_key_is_the_one_that_sqlx_takes() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    connection.lock().await.expect("sqlx locks");
    let name = ask(&mut connection, "current_database()").await;
    assert_eq!(
        ask(&mut connection, HELD).await,
        Key::of(&name).number().to_string()
    );
}

#[tokio::test]
async fn who_holds_the_lock_is_told_while_waiting_and_in_the_end() {
    let database = Database::fresh().await;
    let mut other = sqlx::ConnectOptions::connect(&database.options().application_name("api"))
        .await
        .expect("connects");
    other.lock().await.expect("sqlx locks");
    let pid = ask(&mut other, "pg_backend_pid()").await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    let impatient = Options {
        wait_lock: Duration::from_millis(100),
        ..options()
    };
    let mut seen = Vec::new();
    let error = migrate(
        Direction::Upgrade,
        &folder.read(),
        &"head".parse().expect("a target"),
        &mut connection,
        &impatient,
        &mut |event| {
            if let Event::Waiting { holder, .. } = event {
                seen.extend(holder.cloned());
            }
        },
    )
    .await
    .expect_err("it is held");
    assert_eq!(error.blame(), Blame::Lock);
    let Error::Locked {
        holder: Some(holder),
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(
        (holder.pid.to_string(), holder.application.as_str()),
        (pid, "api")
    );
    assert!(holder.since.is_some());
    assert_eq!(seen[0], *holder);
    // A database that is where it should be is left alone without asking for the lock.
    other.unlock().await.expect("sqlx unlocks");
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("goes up");
    other.lock().await.expect("sqlx locks");
    let applied = migrate(
        Direction::Upgrade,
        &folder.read(),
        &"head".parse().expect("a target"),
        &mut connection,
        &impatient,
        &mut |_| (),
    )
    .await
    .expect("no lock is needed");
    assert_eq!(versions(&applied), [] as [i64; 0]);
}

/// How many steps each of eight racers took. Where `sqlx` says so, every fourth is sqlx itself.
async fn race(folder: &Folder, database: &Database, mixed: Racers) -> Vec<usize> {
    let racers = (0..8).map(|racer| async move {
        let mut connection = database.session().await;
        if mixed == Racers::Mixed && racer % 4 == 3 {
            let migrator = folder.sqlx().await;
            migrator
                .run(&mut *connection)
                .await
                .expect("sqlx is content");
            return 0;
        }
        let applied = folder.upgrade(&mut connection, "head").await;
        applied.expect("every racer is content").steps.len()
    });
    futures_util::future::join_all(racers).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Racers {
    Ours,
    Mixed,
}

#[tokio::test]
async fn a_race_applies_each_revision_once_and_all_are_content() {
    let database = Database::fresh().await;
    let folder = Folder::three();
    folder.write("4_i.up.sql", "create index concurrently i on a (id);");
    let done = race(&folder, &database, Racers::Ours).await;
    let mut connection = database.session().await;
    assert_eq!(journal_of(&mut connection).await, "1 2 3 4");
    assert_eq!(done.iter().sum::<usize>(), 4, "{done:?}");
    assert_eq!(ask(&mut connection, "select count(*) from a").await, "2");
}

#[tokio::test]
async fn a_race_with_sqlx_is_serialised() {
    let database = Database::fresh().await;
    let folder = Folder::three();
    let done = race(&folder, &database, Racers::Mixed).await;
    let mut connection = database.session().await;
    assert_eq!(journal_of(&mut connection).await, "1 2 3");
    assert!(done.iter().sum::<usize>() <= 3, "{done:?}");
    assert_eq!(ask(&mut connection, "select count(*) from a").await, "2");
}

#[tokio::test]
async fn sqlx_waits_while_we_work() {
    let database = Database::fresh().await;
    let folder = Folder::with(&[(
        "1_a.sql",
        "create function waits() returns boolean language sql as $$
           select exists (
             select from pg_locks where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database()))
         $$;
         do $$ begin
           -- Goes on only when another session waits for the lock that this one holds.
           for attempt in 1..3000 loop
             exit when waits();
             perform pg_sleep(0.01);
           end loop;
           assert waits();
         end $$;
         create table a ();",
    )]);
    let migrator = folder.sqlx().await;
    let mut ours = database.session().await;
    let mut theirs = database.session().await;
    let (begun, wait) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let mut on_event = |event: Event<'_>| {
        if let Event::Statement { .. } = event
            && let Some(begun) = begun.take()
        {
            begun.send(()).expect("somebody waits");
        }
    };
    let (ours, theirs) = tokio::join!(
        folder.go(Direction::Upgrade, &mut ours, "head", &mut on_event),
        async {
            wait.await.expect("we begin");
            migrator.run(&mut *theirs).await
        }
    );
    assert_eq!(versions(&ours.expect("we are content")), [1]);
    theirs.expect("sqlx finds it done");
}

#[tokio::test]
async fn a_cancelled_run_leaves_no_lock_and_no_trace() {
    let database = Database::fresh().await;
    let folder = Folder::three();
    folder.write(
        "4_slow.up.sql",
        "create table slow (); select pg_sleep(600);",
    );
    let mut connection = database.session().await;
    let (begun, wait) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let mut on_event = |event: Event<'_>| {
        if let Event::Statement {
            number: 2, step, ..
        } = event
            && step.version.number() == 4
            && let Some(begun) = begun.take()
        {
            begun.send(()).expect("somebody waits");
        }
    };
    tokio::select! {
        result = folder.go(Direction::Upgrade, &mut connection, "head", &mut on_event) => {
            panic!("it ends before it is cancelled: {result:?}");
        }
        () = async { wait.await.expect("it begins"); tokio::time::sleep(Duration::from_millis(50)).await } => {}
    }
    drop(connection);
    folder.write("4_slow.up.sql", "create table quick ();");
    let mut connection = database.session().await;
    let applied = folder
        .upgrade(&mut connection, "head")
        .await
        .expect("the lock is free");
    assert_eq!(versions(&applied), [4]);
    assert_eq!(ask(&mut connection, "to_regclass('slow')").await, "null");
}
