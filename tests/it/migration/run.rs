//! What the runner does when all goes well, and what it leaves alone.

use std::path::Path;

use townpass::migration::listing::{Detail, current, history, render_current, render_history};
use townpass::migration::{Direction, Directory, Error, Event, Journal, Plan, journal, runner};

use super::folder::{Folder, ask, journal_of, options, run, versions};
use crate::support::cluster::Database;

/// Everything in the schema that a revision could have left behind.
const LEFT: &str = "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname = 'public' and relname !~ '^_(sqlx|townpass)_migrations'";

#[tokio::test]
async fn the_working_example_goes_up_and_down_and_up() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let directory = Directory::read(&path).expect("the project's own migrations");
    let head = "head".parse().expect("a target");
    let base = "base".parse().expect("a target");
    for (direction, target, count) in [
        (Direction::Upgrade, &head, 4),
        (Direction::Upgrade, &head, 0),
        (Direction::Downgrade, &base, 4),
        (Direction::Upgrade, &head, 4),
    ] {
        let applied = runner::migrate(
            direction,
            &directory,
            target,
            &mut connection,
            &options(),
            &mut |_| (),
        )
        .await
        .expect("the working example works");
        assert_eq!(applied.steps.len(), count, "{direction} {target}");
        if direction == Direction::Downgrade {
            assert_eq!(ask(&mut connection, LEFT).await, "0");
        }
    }
    let favorites = "select count(*) from pg_constraint where conrelid = 'favorites'::regclass \
                     and contype = 'f'";
    assert_eq!(ask(&mut connection, favorites).await, "2");
}

#[tokio::test]
async fn reading_creates_nothing() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    let journal = journal::read(&mut connection)
        .await
        .expect("no journal is empty");
    assert_eq!(journal, Journal::default());
    let entries = current(&folder.read(), &journal).expect("a graph");
    assert_eq!(render_current(&entries, Detail::Short), "");
    folder
        .downgrade(&mut connection, "base")
        .await
        .expect("nothing to do");
    let table = ask(&mut connection, "to_regclass('_sqlx_migrations')").await;
    assert_eq!(table, "null");
}

#[tokio::test]
async fn steps_are_told_as_they_happen() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    let mut told = Vec::new();
    let mut on_event = |event: Event<'_>| {
        told.push(match event {
            Event::Begin {
                step,
                number,
                total,
                ..
            } => format!("{number}/{total} {}", step.version),
            Event::Statement {
                number, total, sql, ..
            } => format!("  {number}/{total} {sql}"),
            Event::Done { step, .. } => format!("{} done", step.version),
            other => format!("{other:?}"),
        });
    };
    folder
        .go(Direction::Upgrade, &mut connection, "+1", &mut on_event)
        .await
        .expect("goes up");
    assert_eq!(
        told,
        [
            "1/1 1",
            "  1/2 create table a (id int primary key)",
            "  2/2 create index on a (id)",
            "1 done",
        ]
    );
}

#[tokio::test]
async fn current_and_history_speak_like_alembic() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.upgrade(&mut connection, "2").await.expect("goes up");
    let journal = journal::read(&mut connection).await.expect("a journal");
    let directory = folder.read();
    let entries = current(&directory, &journal).expect("a graph");
    assert_eq!(render_current(&entries, Detail::Short), "2\n");
    let all = history(&directory, Some(&journal)).expect("a graph");
    assert_eq!(
        render_history(&all, Detail::Short),
        "2 -> 3 (head), fill a\n1 -> 2 (current), create b\n<base> -> 1, create a\n"
    );
    let offline = history(&directory, None).expect("a graph");
    assert_eq!(
        render_history(&offline[..2], Detail::Short),
        "2 -> 3 (head), fill a\n1 -> 2, create b\n"
    );
    folder
        .downgrade(&mut connection, "-1")
        .await
        .expect("goes down");
    assert_eq!(journal_of(&mut connection).await, "1");
}

#[tokio::test]
async fn only_the_last_commit_waits_for_the_disk() {
    let database = Database::fresh().await;
    let mut setting_up = database.connect().await;
    let database_name = ask(&mut setting_up, "current_database()").await;
    run(
        &mut setting_up,
        &format!("alter database \"{database_name}\" set synchronous_commit = remote_write"),
    )
    .await;
    let mut connection = database.session().await;
    // A deferred trigger sees what holds at the commit.
    let folder = Folder::with(&[
        (
            "1_watch.sql",
            "create table seen (setting text); create table step (id int);
             create function watch() returns trigger language plpgsql as $$ begin
                 insert into seen values (current_setting('synchronous_commit')); return null;
             end $$;
             create constraint trigger watch after insert on step
                 deferrable initially deferred for each row execute function watch();
             insert into step values (1);",
        ),
        ("2_second.sql", "insert into step values (2);"),
        ("3_third.sql", "insert into step values (3);"),
    ]);
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("goes up");
    let seen = ask(
        &mut connection,
        "(select string_agg(setting, ' ') from seen)",
    )
    .await;
    assert_eq!(seen, "off off remote_write");
}

#[tokio::test]
async fn nothing_leaks_from_one_file_to_the_next() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    run(
        &mut connection,
        "create role nobody_special; grant create on schema public to nobody_special",
    )
    .await;
    let folder = Folder::with(&[
        (
            "1_settings.sql",
            "select set_config('search_path', '', false);\n\
             set statement_timeout = '1h'; set role nobody_special;\n\
             create temp table left_over (id int);\n\
             create table public.theirs (id int);",
        ),
        (
            "2_session.sql",
            "-- no-transaction\nset session authorization nobody_special;\nset search_path = '';",
        ),
        (
            "3_checks.sql",
            "do $$ begin
               assert current_setting('search_path') = '\"$user\", public', 'search_path';
               assert current_user = 'admin', 'role';
               assert current_setting('statement_timeout') = '0', 'timeout';
               assert to_regclass('left_over') is null, 'temporary table';
             end $$;",
        ),
    ]);
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("all three pass");
    assert_eq!(journal_of(&mut connection).await, "1 2 3");
    assert_eq!(
        ask(&mut connection, "current_setting('lock_timeout')").await,
        "0"
    );
    let owner = "select tableowner from pg_tables where tablename = 'theirs'";
    assert_eq!(ask(&mut connection, owner).await, "nobody_special");
}

#[tokio::test]
async fn a_file_may_choose_its_isolation_level() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::with(&[(
        "1_a.sql",
        "set transaction isolation level serializable;\n\
         do $$ begin assert current_setting('transaction_isolation') = 'serializable'; end $$;",
    )]);
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("passes");
}

#[tokio::test]
async fn what_cannot_run_in_a_transaction_runs_without_a_marker() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::with(&[
        (
            "1_a.up.sql",
            "create table a (id int); insert into a values (1);",
        ),
        ("1_a.down.sql", "drop table a;"),
        (
            "2_index.up.sql",
            "create index concurrently a_id on a (id);\nvacuum a;\ncreate index concurrently a_id2 on a (id);",
        ),
        (
            "2_index.down.sql",
            "drop index concurrently a_id2;\ndrop index concurrently a_id;",
        ),
    ]);
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("goes up");
    assert_eq!(journal_of(&mut connection).await, "1 2");
    assert_eq!(ask(&mut connection, "to_regclass('a_id2')").await, "a_id2");
    folder
        .downgrade(&mut connection, "-1")
        .await
        .expect("goes down");
    assert_eq!(journal_of(&mut connection).await, "1");
    assert_eq!(ask(&mut connection, "to_regclass('a_id')").await, "null");
}

#[tokio::test]
async fn a_stale_plan_is_refused() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    let directory = folder.read();
    let plan = Plan::upgrade(
        &directory,
        &Journal::default(),
        &"+1".parse().expect("a target"),
    )
    .expect("a plan");
    folder.upgrade(&mut connection, "1").await.expect("goes up");
    let result = runner::apply(&plan, &mut connection, &options(), &mut |_| ()).await;
    assert!(matches!(result, Err(Error::Stale)), "{result:?}");
    assert_eq!(journal_of(&mut connection).await, "1");
}

#[tokio::test]
async fn a_checkout_with_other_line_ends_is_the_same_history() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.upgrade(&mut connection, "2").await.expect("goes up");
    folder.write(
        "2_create_b.up.sql",
        "create table b (id int references a);\r\n",
    );
    let applied = folder
        .upgrade(&mut connection, "head")
        .await
        .expect("goes on");
    assert_eq!(versions(&applied), [3]);
}
