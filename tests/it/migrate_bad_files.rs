//! Files that cannot be what was meant: each is named, with the place where there is one, and
//! nothing is applied.

use std::fs;

use insta::assert_snapshot;

use crate::support::Town;
use crate::support::cluster::Database;

/// A first revision in order, and this file beside it.
fn with(name: &str, text: impl AsRef<[u8]>) -> Town {
    let town = Town::bare().migration(1, "users", "create table users (id int);", "");
    fs::write(town.path().join("migrations").join(name), text).expect("a writable folder");
    town
}

/// What `migrate history` says, which reads names and headers alone.
fn history(name: &str, text: impl AsRef<[u8]>) -> String {
    with(name, text).run("migrate history").expect(5).stderr
}

#[test]
fn names_and_headers() {
    assert_snapshot!(history("users_too.sql", ""), @"
    error: `[DIR]/migrations/users_too.sql` has no version in front of its first `_`
      help: name it `<version>_<name>.up.sql`, or move it out of the folder if it is no migration
    ");
    assert_snapshot!(history("01_accounts.sql", ""), @"
    error: `[DIR]/migrations/01_accounts.sql` and `[DIR]/migrations/1_users.up.sql` have the same version `1`
      help: give the newer one a version of its own
    ");
    assert_snapshot!(history("2_accounts.down.sql", ""), @"
    error: `[DIR]/migrations/2_accounts.down.sql` leads back from a revision that has no up file
      help: restore the up file of the same version, or remove this one
    ");
    assert_snapshot!(history("2_accounts.sql", [b'-', b'-', 0xff]), @"
    error: `[DIR]/migrations/2_accounts.sql` is not UTF-8: byte 2 begins no character
      help: save the file as UTF-8
    ");
    assert_snapshot!(history("2_accounts.sql", "-- townpass:revises 3\n"), @"
    error: `[DIR]/migrations/2_accounts.sql:1:1`: it revises `3`, which is not in the folder
       ╭─[[DIR]/migrations/2_accounts.sql:1:1]
     1 │ -- townpass:revises 3
       · ──────────┬──────────
       ·           ╰── here
       ╰────
      help: restore the file of `3`, or correct this line
    ");
    assert_snapshot!(history("2_accounts.sql", "-- townpass:revises 2\n"), @"
    error: `[DIR]/migrations/2_accounts.sql:1:1`: self-loop is detected in revisions (2)
       ╭─[[DIR]/migrations/2_accounts.sql:1:1]
     1 │ -- townpass:revises 2
       · ──────────┬──────────
       ·           ╰── here
       ╰────
      help: a revision cannot come before itself: correct this line
    ");
    assert_snapshot!(history("2_accounts.sql", "-- townpass:label a b c-d\n"), @"
    error: `[DIR]/migrations/2_accounts.sql:1:1`: character(s) '-' not allowed in revision identifier 'c-d'
       ╭─[[DIR]/migrations/2_accounts.sql:1:1]
     1 │ -- townpass:label a b c-d
       · ────────────┬────────────
       ·             ╰── in this line
       ╰────
      help: a label is a word of letters, digits and `_`; several with commas
    ");
    let town = with("2_accounts.sql", "-- townpass:revises 3\n").write(
        "migrations/3_more.sql",
        "-- a comment of somebody's\n-- townpass:revises 2\n",
    );
    assert_snapshot!(town.run("migrate heads").expect(5).stderr, @"
    error: `[DIR]/migrations/2_accounts.sql:1:1`: cycle is detected in revisions (2, 3)
       ╭─[[DIR]/migrations/2_accounts.sql:1:1]
     1 │ -- townpass:revises 3
       · ──────────┬──────────
       ·           ╰── here
       ╰────
      help: one of them must come first: correct the line that names a newer one
    ");
}

/// What `migrate upgrade` says, having applied nothing.
async fn upgrade(name: &str, text: &str, code: i32) -> String {
    let database = Database::fresh().await;
    let town = with(name, text);
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    let refused = run("migrate upgrade").expect(code).stderr;
    let refused = refused.replace('\u{feff}', "[BOM]");
    assert_eq!(run("migrate current").success().stdout, "");
    refused
}

#[tokio::test]
async fn what_cannot_be_sent() {
    let marked = "\u{feff}-- townpass:revises 1\nselect 1;\n";
    assert_snapshot!(upgrade("2_a.sql", marked, 6).await, @"
    error: `[DIR]/migrations/2_a.sql:1:1`: the file begins with a byte order mark
       ╭─[[DIR]/migrations/2_a.sql:1:1]
     1 │ [BOM]-- townpass:revises 1
       · ┬
       · ╰── here
     2 │ select 1;
       ╰────
      help: save the file as UTF-8 without BOM
    ");
    let commits = "-- townpass:revises 1\nbegin;\nselect 1;\ncommit;\n";
    assert_snapshot!(upgrade("2_a.sql", commits, 6).await, @"
    error: `[DIR]/migrations/2_a.sql:2:1`: `BEGIN` would take the transaction out of our hands
       ╭─[[DIR]/migrations/2_a.sql:2:1]
     1 │ -- townpass:revises 1
     2 │ begin;
       · ──┬──
       ·   ╰── here
     3 │ select 1;
       ╰────
      help: remove it: each migration runs in one transaction of its own
    ");
    assert_snapshot!(upgrade("2_a.sql", "select 'a;\n", 6).await, @"
    error: `[DIR]/migrations/2_a.sql:1:8`: a `'` is never closed
       ╭─[[DIR]/migrations/2_a.sql:1:8]
     1 │ select 'a;
       ·        ┬
       ·        ╰── here
       ╰────
      help: close it
    ");
}

#[tokio::test]
async fn an_empty_file_is_a_revision_that_does_nothing() {
    let database = Database::fresh().await;
    let town = with("2_later.up.sql", "").write("migrations/2_later.down.sql", "");
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    run("migrate upgrade").success();
    assert_eq!(run("migrate current").success().stdout, "2 (head)\n");
    run("migrate downgrade -1").success();
    assert_snapshot!(run("migrate check --strict").expect(1).stdout, @"
    [DIR]/migrations/1_users.down.sql:1:1: warning: it has no statement, so that going back would change nothing and forget the revision [down-does-nothing]
        undo what the up file does, or raise: `DO $$ BEGIN RAISE EXCEPTION 'there is no way back'; END $$;`
    [DIR]/migrations/2_later.up.sql:1:1: warning: it has no statement [empty]
        write what leads there, or remove the revision
    2 revisions, 1 head: 0 errors, 2 warnings
    ");
}
