//! What an earlier run left half done, and what the ledger is good for.

use townpass::failure::{Blame, Diagnose as _};
use townpass::migration::{Direction, Error, Event, Session};

use super::folder::{Folder, ask, journal_of, run, versions};
use crate::support::cluster::Database;

/// A file that cannot be one transaction, and fails at its third statement while `b` has no
/// column `c`.
const HALF: &str = "create index concurrently a_id on a (id);\n\
    insert into a values (7);\n\
    create index concurrently b_c on b (c);\n\
    insert into a values (8);\n";

async fn half_done(folder: &Folder, session: &mut Session) -> Error {
    folder.write("4_half.up.sql", HALF);
    folder.write("4_half.down.sql", "drop index concurrently a_id;\n");
    folder.upgrade(session, "head").await.expect_err("fails")
}

#[tokio::test]
async fn an_upgrade_goes_on_with_the_statement_that_failed() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::three();
    let error = half_done(&folder, &mut session).await;
    assert_eq!(error.blame(), Blame::Partial);
    assert_eq!(journal_of(&mut session).await, "1 2 3 4*");

    run(&mut session, "alter table b add c int").await;
    let mut told = Vec::new();
    folder
        .go(
            Direction::Upgrade,
            &mut session,
            "head",
            &mut |event| match event {
                Event::Resume { done, .. } => told.push(format!("after {done}")),
                Event::Statement { number, .. } => told.push(number.to_string()),
                _ => {}
            },
        )
        .await
        .expect("goes on");
    assert_eq!(told, ["after 2", "3", "4"]);
    assert_eq!(journal_of(&mut session).await, "1 2 3 4");
    let rows = ask(&mut session, "select count(*) from a where id in (7, 8)").await;
    assert_eq!(rows, "2");
}

#[tokio::test]
async fn the_statement_that_failed_may_be_mended_and_those_before_it_may_not() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::three();
    half_done(&folder, &mut session).await;

    folder.write("4_half.up.sql", &HALF.replace("(7)", "(70)"));
    let error = folder.upgrade(&mut session, "head").await;
    let error = error.expect_err("is refused");
    assert_eq!(error.blame(), Blame::Partial);
    assert!(
        error
            .to_string()
            .contains("its statement 2, which took effect, was edited"),
        "{error}"
    );

    folder.write("4_half.up.sql", &HALF.replace("b (c)", "b (id)"));
    folder.upgrade(&mut session, "head").await.expect("goes on");
    assert_eq!(journal_of(&mut session).await, "1 2 3 4");
    // The journal has the fingerprint of what the file says now.
    folder
        .sqlx()
        .await
        .run(&mut *session)
        .await
        .expect("sqlx agrees");
}

#[tokio::test]
async fn a_downgrade_goes_on_as_well() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::three();
    folder.write("4_i.up.sql", "create index concurrently a_id on a (id);\n");
    folder.write(
        "4_i.down.sql",
        "drop index concurrently a_id;\ndelete from a where 1 / (select count(*) from b) > 0;\n",
    );
    folder.upgrade(&mut session, "head").await.expect("goes up");
    let error = folder.downgrade(&mut session, "-1").await;
    assert_eq!(error.expect_err("fails").blame(), Blame::Partial);
    assert_eq!(journal_of(&mut session).await, "1 2 3 4*");
    let up = folder.upgrade(&mut session, "head").await;
    assert!(matches!(up, Err(Error::HalfWay { .. })), "{up:?}");

    run(&mut session, "insert into b values (1)").await;
    run(&mut session, "delete from b where false").await;
    let reverted = folder.downgrade(&mut session, "3").await;
    // `b` refers to `a`, so the statement fails in another way, and is still the one to go on with.
    assert_eq!(reverted.expect_err("fails").blame(), Blame::Partial);
    run(&mut session, "alter table b drop constraint b_id_fkey").await;
    let reverted = folder.downgrade(&mut session, "3").await.expect("goes on");
    assert_eq!(versions(&reverted), [4]);
    assert_eq!(journal_of(&mut session).await, "1 2 3");
}

#[tokio::test]
async fn an_invalid_index_of_that_name_is_rebuilt() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::three();
    folder.upgrade(&mut session, "head").await.expect("goes up");
    run(&mut session, "create table twice (id int)").await;
    run(&mut session, "insert into twice values (1), (1)").await;
    // As a build by another tool leaves it.
    let build = "create unique index concurrently \"Twice\" on twice (id)";
    let failed = sqlx::raw_sql(build).execute(&mut *session).await;
    failed.expect_err("is not unique");
    run(&mut session, "delete from twice").await;

    folder.write(
        "4_twice.up.sql",
        "create unique index concurrently if not exists \"Twice\" on twice (id);\n",
    );
    let mut dropped = Vec::new();
    folder
        .go(Direction::Upgrade, &mut session, "head", &mut |event| {
            if let Event::Invalid { index } = event {
                dropped.push(index.to_owned());
            }
        })
        .await
        .expect("goes up");
    assert_eq!(dropped, ["\"Twice\""]);
    let valid = "select indisvalid from pg_index where indexrelid = '\"Twice\"'::regclass";
    assert_eq!(ask(&mut session, valid).await, "true");
}

#[tokio::test]
async fn a_revision_whose_file_is_gone_is_reverted_by_what_is_kept() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::three();
    folder.write("4_c.up.sql", "create table c ();\n");
    folder.write("4_c.down.sql", "drop table c;\n");
    folder.upgrade(&mut session, "head").await.expect("goes up");
    for name in ["4_c.up.sql", "4_c.down.sql"] {
        std::fs::remove_file(folder.path().join(name)).expect("it is there");
    }
    let error = folder.upgrade(&mut session, "head").await;
    let error = error.expect_err("its file is missing");
    assert_eq!(error.blame(), Blame::History);
    let help = miette::Diagnostic::help(&error).expect("helps").to_string();
    assert!(help.contains("townpass migrate downgrade 4-1"), "{help}");
    let reverted = folder
        .downgrade(&mut session, "4-1")
        .await
        .expect("goes down");
    assert_eq!(versions(&reverted), [4]);
    assert_eq!(ask(&mut session, "to_regclass('c')").await, "null");
}

#[tokio::test]
async fn without_the_ledger_only_extras_are_lost() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::three();
    folder.upgrade(&mut session, "2").await.expect("goes up");
    run(&mut session, "drop table _townpass_migrations").await;
    folder.upgrade(&mut session, "head").await.expect("goes on");
    let kept = "select string_agg(version::text, ' ') from _townpass_migrations";
    assert_eq!(ask(&mut session, kept).await, "3");
    folder
        .downgrade(&mut session, "base")
        .await
        .expect("goes down");
    assert_eq!(journal_of(&mut session).await, "");
    assert_eq!(ask(&mut session, kept).await, "null");

    run(&mut session, "drop table _townpass_migrations").await;
    run(
        &mut session,
        "create table _townpass_migrations (other int)",
    )
    .await;
    let mut warned = 0;
    folder
        .go(Direction::Upgrade, &mut session, "head", &mut |event| {
            warned += usize::from(matches!(event, Event::Warning(_)));
        })
        .await
        .expect("goes up");
    assert_eq!(warned, 1);
    let error = half_done(&folder, &mut session).await;
    assert_eq!(error.blame(), Blame::Partial);
    let again = folder.upgrade(&mut session, "head").await;
    assert!(matches!(again, Err(Error::Partial { .. })), "{again:?}");
}

#[tokio::test]
async fn a_new_value_of_an_enumeration_is_committed_before_its_use() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::with(&[
        (
            "1_mood.sql",
            "create type mood as enum ('sad'); create table m (m mood);",
        ),
        (
            "2_glad.sql",
            "alter type mood add value 'glad';\ninsert into m values ('glad');\n",
        ),
    ]);
    folder.upgrade(&mut session, "head").await.expect("goes up");
    assert_eq!(ask(&mut session, "select m from m").await, "glad");
}

#[tokio::test]
async fn what_the_server_says_is_told() {
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let folder = Folder::with(&[(
        "1_say.sql",
        "create table t (); create table if not exists t ();\n\
         do $$begin raise warning 'careful, %', 'now'; raise info 'aside'; raise debug 'no'; end$$;\n",
    )]);
    let mut said = Vec::new();
    folder
        .go(Direction::Upgrade, &mut session, "head", &mut |event| {
            if let Event::Notice { notice, .. } = event {
                said.push(format!("{:?}: {}", notice.severity, notice.message));
            }
        })
        .await
        .expect("goes up");
    assert_eq!(
        said,
        [
            "Notice: relation \"t\" already exists, skipping",
            "Warning: careful, now",
            "Info: aside",
        ]
    );
}
