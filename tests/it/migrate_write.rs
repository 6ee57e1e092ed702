//! The verbs that write into the folder: `revision`, `merge`, `rebase`, `edit`, and what becomes
//! of `townpass.sum`.

use std::fs;

use insta::assert_snapshot;

use crate::support::cluster::Database;
use crate::support::{Town, git};

/// The names of the files in the folder, sorted.
fn files(town: &Town) -> Vec<String> {
    let listed = fs::read_dir(town.path().join("migrations")).expect("a folder");
    let mut names: Vec<String> = listed
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn read(town: &Town, name: &str) -> String {
    fs::read_to_string(town.path().join("migrations").join(name)).expect(name)
}

#[test]
fn a_first_revision_makes_the_folder() {
    let town = Town::bare();
    let first = town
        .townpass(["migrate", "revision", "-m", "create users"])
        .run()
        .success();
    let names = files(&town);
    assert!(names[1].ends_with("_create_users.up.sql"), "{names:?}");
    assert_eq!(names[1].find('_'), Some(14), "{names:?}");
    assert!(first.stdout.starts_with("  Generating "), "{first}");
    assert!(
        first.stdout.ends_with("_create_users.down.sql ...  done\n"),
        "{first}"
    );
    assert_eq!(
        read(&town, &names[1]),
        "-- townpass:revises base\n-- create users\n\n"
    );
    assert_snapshot!(read(&town, &names[0]), @"
    -- Takes back: create users
    -- If there is no way back, say so, instead of leaving this empty:
    --   DO $$ BEGIN RAISE EXCEPTION 'there is no way back'; END $$;
    ");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = town.path().join("migrations").join(&names[0]);
        let mode = fs::metadata(path).expect("a file").permissions().mode();
        assert_ne!(mode & 0o044, 0, "others may read it, as any new file");
    }
    let second = town
        .townpass([
            "--output",
            "json",
            "migrate",
            "revision",
            "--autogenerate=false",
            "-m",
            "新增使用者 email",
            "--branch-label",
            "mail",
            "--no-transaction",
        ])
        .run()
        .success()
        .json();
    let up = second["files"][0].as_str().expect("a path");
    assert!(up.ends_with("_新增使用者_email.up.sql"), "{up}");
    let text = fs::read_to_string(up).expect("the file");
    let version = names[1].split('_').next().expect("a version");
    assert_eq!(
        text,
        format!(
            "-- no-transaction\n-- townpass:revises {version}\n-- townpass:label mail\n\
             -- 新增使用者 email\n\n"
        )
    );
    town.run("migrate heads").success();
}

/// Two heads on one trunk.
fn forked() -> Town {
    Town::bare()
        .migration(
            1,
            "users",
            "create table users (id int);",
            "drop table users;",
        )
        .migration(
            2,
            "email",
            "-- townpass:revises 1\nalter table users add email text;",
            "alter table users drop email;",
        )
        .migration(
            3,
            "phone",
            "-- townpass:revises 1\nalter table users add phone text;",
            "alter table users drop phone;",
        )
}

#[test]
fn what_a_revision_cannot_follow() {
    let town = forked();
    assert_snapshot!(town.run("migrate revision -m x").expect(5).stderr, @r#"
    error: Multiple heads are present; please specify the head revision on which the new revision should be based, or perform a merge
      help: name it with `--head`; the heads are
              2, email: `[DIR]/migrations/2_email.up.sql`
              3, phone: `[DIR]/migrations/3_phone.up.sql`
            more than one of them touches table `users`: look whether they agree
            join them with a revision that follows all:
              townpass migrate merge heads -m "merge heads"
            or, if the last was shared with nobody yet, let it follow the one before:
              townpass migrate rebase 3 --onto 2
    "#);
    assert_snapshot!(town.run("migrate revision -m x --head 1").expect(2).stderr, @"
    error: revision `1` is not a head revision; please specify --splice to create a new branch from this revision
      help: `townpass migrate heads` shows the heads
    ");
    assert_snapshot!(town.run("migrate revision -m x --head base").expect(2).stderr, @"
    error: a second history would begin beside the one that is there
      help: name its branch with `--branch-label`, or name a `--head` to follow
    ");
    assert_snapshot!(town.run("migrate revision -m x --head 3 --rev-id 2").expect(2).stderr, @"
    error: version `2` is not greater than `3`, which must come before it
      help: choose a greater one, or leave `--rev-id` out
    ");
    assert_snapshot!(town.run("migrate revision -m x --autogenerate").expect(2).stderr, @"
    error: `--autogenerate` is not there yet: townpass compares no schemas so far
      help: leave it out (or say `--autogenerate=false`) and write the SQL into the new up file yourself; `townpass migrate check` looks it over
    ");
    assert_eq!(files(&town).len(), 6, "nothing was written");
    town.run("migrate revision -m x --head 1 --splice --rev-id 9 --depends-on email")
        .success();
    assert_eq!(
        read(&town, "00000000000009_x.up.sql"),
        "-- townpass:revises 1\n-- townpass:depends 2\n-- x\n\n"
    );
}

#[test]
fn heads_are_merged() {
    let town = forked();
    assert_snapshot!(town.run("migrate merge 2").expect(2).stderr, @"
    error: there is nothing to merge: `2`
      help: `townpass migrate heads` shows the heads
    ");
    town.run("migrate merge --rev-id 4").success();
    assert_snapshot!(town.run("migrate history").success().stdout, @"
    2, 3 -> 4 (head) (mergepoint), merge heads
    1 -> 3, phone
    1 -> 2, email
    <base> -> 1 (branchpoint), users
    ");
    assert_eq!(
        read(&town, "00000000000004_merge_heads.up.sql"),
        "-- townpass:revises 2, 3\n-- merge heads: joins branches, and changes nothing.\n"
    );
    town.run("migrate merge").expect(2);
    assert_snapshot!(town.run("migrate check").success().stdout, @"4 revisions, 1 head: nothing is wrong");
}

#[test]
fn several_heads_are_told_with_what_git_knows() {
    let town = Town::bare().migration(1, "users", "create table users (id int);", "");
    git::commit(&town.path(), "users");
    git::git(&town.path(), "checkout -q -b phone");
    let town = town.migration(
        3,
        "phone",
        "-- townpass:revises 1\nalter table users add phone text;",
        "",
    );
    git::commit(&town.path(), "phone");
    git::git(&town.path(), "checkout -q main");
    let town = town.migration(
        2,
        "email",
        "-- townpass:revises 1\n-- townpass:author Ben\nalter table users add email text;",
        "",
    );
    git::commit(&town.path(), "email");
    git::git(&town.path(), "merge -q --no-edit phone");
    assert_snapshot!(town.run("migrate show head").expect(5).stderr, @r#"
    error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      help: the heads are
              2, email: `[DIR]/migrations/2_email.up.sql`
                by Ada, 2026-02-03, commit 216a80a (email) on main
              3, phone: `[DIR]/migrations/3_phone.up.sql`
                by Ada, 2026-02-03, commit ca3972b (phone) on main, phone
            more than one of them touches table `users`: look whether they agree
            join them with a revision that follows all:
              townpass migrate merge heads -m "merge heads"
            or, if the last was shared with nobody yet, let it follow the one before:
              townpass migrate rebase 3 --onto 2
    "#);
}

#[tokio::test]
async fn a_branch_that_nobody_else_has_moves_behind_another() {
    let database = Database::fresh().await;
    let town = Town::bare().migration(1, "users", "create table users (id int);", "");
    git::commit(&town.path(), "users");
    let town = town.migration(
        3,
        "theirs",
        "-- townpass:revises 1\nalter table users add email text;",
        "",
    );
    git::commit(&town.path(), "theirs");
    git::git(&town.path(), "checkout -q -b mine HEAD~1");
    let town = town
        .migration(
            2,
            "mine",
            "-- townpass:revises 1\nalter table users add phone text;",
            "alter table users drop phone;",
        )
        .migration(
            4,
            "mine_too",
            "-- townpass:revises 2\nselect 1;",
            "select 2;",
        );
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    run("migrate repair --sum").success();
    git::commit(&town.path(), "mine");
    run("migrate upgrade").success();
    git::git(
        &town.path(),
        "checkout -q main -- migrations/3_theirs.up.sql",
    );
    git::git(
        &town.path(),
        "checkout -q main -- migrations/3_theirs.down.sql",
    );
    run("migrate upgrade").expect(5);
    assert_snapshot!(run("migrate rebase 3 --onto 4").expect(4).stderr, @r#"
    error: `[DIR]/migrations/3_theirs.up.sql` is on `main` already, so it may be applied anywhere
      help: leave it as it is, and join the branches: `townpass migrate merge heads -m "merge heads"`
    "#);
    let planned = run("migrate rebase mine_too --onto theirs --dry-run").success();
    assert_eq!(planned.stdout.matches("would move").count(), 3, "{planned}");
    assert_eq!(files(&town).len(), 9, "nothing was done");
    let moved = run("migrate rebase mine_too --onto theirs").success();
    assert!(moved.stdout.contains("which now follows 3\n"), "{moved}");
    assert!(
        moved
            .stdout
            .ends_with("moved 2 rows of the journal with them\n"),
        "{moved}"
    );
    let names = files(&town);
    assert_eq!(names.len(), 9, "{names:?}");
    assert_eq!(names.iter().filter(|name| name.contains("mine")).count(), 4);
    // Only theirs is lacking, and what was moved can still be taken back.
    let pending = run("migrate upgrade --dry-run").success();
    assert_eq!(pending.stdout, "would upgrade 3, theirs\n");
    run("migrate upgrade").success();
    run("migrate current --check-heads").success();
    run("migrate check").success();
    run("migrate downgrade theirs").success();
    run("migrate upgrade").success();
}

/// Two revisions of one's own, applied, the second of which can follow another.
async fn own() -> (Town, Database) {
    let database = Database::fresh().await;
    let town = forked();
    town.townpass(["migrate", "upgrade", "heads"])
        .env("DATABASE_URL", database.url("postgresql"))
        .run()
        .success();
    (town, database)
}

#[tokio::test]
async fn a_rebase_waits_its_turn() {
    let (town, database) = own().await;
    let before = files(&town);
    let mut other = database.connect().await;
    sqlx::migrate::Migrate::lock(&mut other)
        .await
        .expect("sqlx locks");
    let rebase = |words: &str| {
        town.townpass(format!("migrate rebase 3 --onto 2 --yes {words}").split_whitespace())
            .env("DATABASE_URL", database.url("postgresql"))
    };
    rebase("--wait-lock 200ms")
        .run()
        .expect(7)
        .says("the migration lock did not come free");
    assert_eq!(files(&town), before);
    let waiting = rebase("").spawn();
    sqlx::migrate::Migrate::unlock(&mut other)
        .await
        .expect("sqlx unlocks");
    let ended = waiting.wait_with_output().expect("it is ours");
    assert!(ended.status.success(), "{ended:?}");
    assert_ne!(files(&town), before);
    town.townpass(["migrate", "current", "--check-heads"])
        .env("DATABASE_URL", database.url("postgresql"))
        .run()
        .success();
}

#[tokio::test]
async fn a_rebase_moves_files_and_rows_or_neither() {
    let (town, database) = own().await;
    let before = files(&town);
    let rebase = || {
        town.townpass(["migrate", "rebase", "3", "--onto", "2", "--yes"])
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    let mut admin = database.connect().await;
    let mut tell = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&mut admin).await.expect(sql);
    };
    let rows = async || {
        let sql = "select string_agg(version::text, ' ' order by version) from _sqlx_migrations";
        let mut connection = database.connect().await;
        let rows: String = sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .expect("a journal");
        rows
    };
    // The row cannot be written.
    tell(
        "create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
         create trigger no before update on _sqlx_migrations for each row execute function no()",
    )
    .await;
    rebase()
        .expect(3)
        .says("the database did not write the journal");
    assert_eq!(
        (files(&town), rows().await),
        (before.clone(), "1 2 3".to_owned())
    );
    // The row is written, the files are exchanged, and then it cannot be committed.
    tell(
        "drop trigger no on _sqlx_migrations;
         create constraint trigger no after update on _sqlx_migrations
         deferrable initially deferred for each row execute function no()",
    )
    .await;
    rebase()
        .expect(3)
        .says("the database did not write the journal");
    assert_eq!(
        (files(&town), rows().await),
        (before.clone(), "1 2 3".to_owned())
    );
    tell("drop trigger no on _sqlx_migrations").await;
    rebase().success();
    assert_ne!(rows().await, "1 2 3");
}

#[test]
fn what_others_may_have_is_not_moved() {
    let town = forked();
    assert_snapshot!(town.run("migrate rebase 3 --onto 2").expect(4).stderr, @"
    error: whether others have `3` already cannot be told: the folder is in no repository of git
      help: name the branch that others start from with `--against BRANCH`; or, if you are sure that nobody else has it, add `--yes`
    ");
    let far = town
        .townpass(["migrate", "rebase", "3", "--onto", "2", "--yes"])
        .env("DATABASE_URL", "postgresql://u:hidden@db.example:5432/d")
        .run()
        .expect(4)
        .hides("hidden");
    assert_snapshot!(far.stderr, @"
    error: the database at db.example:5432 is not on this machine, and `3` would be moved
      help: only what is applied nowhere but here is moved: run this with the URL of your own database, or join the branches with `townpass migrate merge heads`
    ");
    town.run("migrate rebase 2 --onto 1 --yes").expect(2);
    assert_eq!(files(&town).len(), 6, "nothing was moved");
    town.run("migrate rebase 3 --onto 2 --yes")
        .success()
        .says("no DATABASE_URL is set");
    assert_eq!(
        town.run("migrate heads").success().stdout.lines().count(),
        1
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_editor_of_the_person_is_opened() {
    use std::os::unix::fs::PermissionsExt as _;

    let database = Database::fresh().await;
    let town = forked().write("pen", "#!/bin/sh\necho \"-- $1\" >> \"$2\"\n");
    let pen = town.path().join("pen");
    fs::set_permissions(&pen, fs::Permissions::from_mode(0o755)).expect("ours");
    let edit = |words: &str, url: Option<&str>| {
        let run = town
            .townpass(words.split(' '))
            .env("EDITOR", format!("'{}' seen", pen.display()));
        match url {
            Some(url) => run.env("DATABASE_URL", url).run(),
            None => run.run(),
        }
    };
    edit("migrate edit email", None).success();
    assert!(read(&town, "2_email.up.sql").ends_with("-- seen\n"));
    let url = database.url("postgresql");
    town.townpass(["migrate", "upgrade", "email"])
        .env("DATABASE_URL", &url)
        .run()
        .success();
    let refused = edit("migrate edit email", Some(&url)).expect(4);
    assert!(
        refused.stderr.contains("would never be run there"),
        "{refused}"
    );
    edit("migrate edit email --yes", Some(&url)).success();
    edit("migrate edit phone", Some(&url)).success();
    edit("migrate edit --down email", Some(&url)).success();
    // An editor opens also where the database does not answer.
    edit("migrate edit phone", Some("postgresql://u@127.0.0.1:1/d")).success();
    edit(
        "migrate revision -m new --head phone --edit --rev-id 9",
        None,
    )
    .success();
    assert!(read(&town, "00000000000009_new.up.sql").ends_with("-- seen\n"));
    edit("migrate edit base", None).expect(2);
    let nobody = town
        .townpass(["migrate", "edit", "email"])
        .env("VISUAL", "no-such-editor")
        .run()
        .expect(3);
    assert_snapshot!(nobody.stderr, @"
    error: `no-such-editor` did not edit the file: there is no such program
      help: name your editor in the variable VISUAL or EDITOR, for example `EDITOR=vim`
    ");
}

#[test]
fn the_sum_file_holds_what_was_reviewed() {
    let town = forked();
    let created = town.run("migrate repair --sum").success();
    assert!(
        created
            .stdout
            .ends_with("created `[DIR]/migrations/townpass.sum`\n"),
        "{created}"
    );
    assert_eq!(
        created
            .stdout
            .lines()
            .filter(|line| line.starts_with('+'))
            .count(),
        5
    );
    assert_snapshot!(read(&town, "townpass.sum"), @"
    # What each revision of this folder holds and follows; each line is sealed with those above it.
    # Written by townpass. After a conflict here: townpass migrate repair --sum
    1 base 8749ef7c6bd5b620892c0cb7 6673a588c2431e3c88e54236 19472e88cf35c05ec56c1c5d
    2 1 31d6e0183b412bfcf29c0b3b 04c53f88bf1345a6b2b9499a 64d2e91ecec76b5c1e4d92fa
    3 1 660fb1507e609781a5ba2a4e a9e72df1696abf7765809621 05c7eda9d0bb7fa49a2b496b
    ");
    let again = town.run("migrate repair --sum").success();
    assert_eq!(
        again.stdout,
        "`[DIR]/migrations/townpass.sum` agrees with the files\n"
    );
    // A new revision is sealed as it is made.
    town.run("migrate merge --rev-id 4").success();
    assert_eq!(read(&town, "townpass.sum").lines().count(), 6);
    town.run("migrate check").success();

    let town = town.write(
        "migrations/2_email.up.sql",
        "-- townpass:revises 1\nselect 1;",
    );
    assert_snapshot!(town.run("migrate check").expect(5).stdout, @"
    [DIR]/migrations/townpass.sum:4:1: error: `2_email.up.sql` was edited [sum]
        if the files are right, run `townpass migrate repair --sum`, which writes it anew; if not, restore them: `townpass migrate check` lists all that differs
    4 revisions, 1 head: 1 error, 0 warnings
    ");
    let refused = town
        .townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", "postgresql://u@127.0.0.1:1/d")
        .run()
        .expect(5);
    assert_snapshot!(refused.stderr, @"
    error: `[DIR]/migrations/townpass.sum` contradicts the folder: `2_email.up.sql` was edited
      help: if the files are right, run `townpass migrate repair --sum`, which writes it anew; if not, restore them: `townpass migrate check` lists all that differs
    ");
    let shown = town.run("migrate repair --sum --dry-run").success();
    assert!(
        shown
            .stdout
            .ends_with("would write `[DIR]/migrations/townpass.sum`\n"),
        "{shown}"
    );
    town.run("migrate check").expect(5);
    town.run("migrate repair --sum").success();
    town.run("migrate check").success();
    town.run("migrate repair").expect(2);
}

#[test]
fn on_the_developers_own_database_the_sum_file_follows() {
    let town = Town::new().migration(1, "users", "create table users (id int);", "select 1;");
    let run = |words: &str| town.run(&format!("--provider embedded {words}"));
    run("dev migrate repair --sum").success();
    run("dev migrate revision -m phone --rev-id 3").success();
    let up = town.path().join("migrations/00000000000003_phone.up.sql");
    let text = fs::read_to_string(&up).expect("written");
    fs::write(&up, format!("{text}alter table users add phone text;\n")).expect("ours");
    // What was only begun may be written on.
    run("migrate check")
        .expect(5)
        .shows("it may be edited: run `townpass migrate repair --sum`, and commit `townpass.sum`");
    run("dev migrate")
        .success()
        .says("`townpass.sum` follows the files as they are now");
    run("migrate check").success();
    let sum = town.path().join("migrations/townpass.sum");
    let text = fs::read_to_string(&sum).expect("written");
    fs::write(&sum, format!("{text}<<<<<<< HEAD\n")).expect("ours");
    run("dev migrate")
        .expect(5)
        .says("git left a conflict here");
}

#[test]
fn two_branches_conflict_in_git() {
    let town = Town::bare().migration(1, "users", "create table users (id int);", "select 1;");
    town.run("migrate repair --sum").success();
    git::commit(&town.path(), "users");
    git::git(&town.path(), "checkout -q -b phone");
    town.run("migrate revision -m phone --rev-id 3").success();
    git::commit(&town.path(), "phone");
    git::git(&town.path(), "checkout -q main");
    town.run("migrate revision -m email --rev-id 2").success();
    git::commit(&town.path(), "email");
    let merged = std::panic::catch_unwind(|| git::git(&town.path(), "merge -q --no-edit phone"));
    assert!(merged.is_err(), "git finds the conflict");
    let refused = town
        .townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", "postgresql://u@127.0.0.1:1/d")
        .run()
        .expect(5);
    assert_snapshot!(refused.stderr, @"
    error: `[DIR]/migrations/townpass.sum:4:1`: git left a conflict here: two branches each added a revision
       ╭─[[DIR]/migrations/townpass.sum:4:1]
     3 │ 1 base 8749ef7c6bd5b620892c0cb7 bb87975f5b43d0b36ebfcc51 49b0d5468cede3ff5a665318
     4 │ <<<<<<< HEAD
       · ──────┬─────
       ·       ╰── here
     5 │ 2 1 00db9a3a89e7c845570efa10 193844dac0f1fbb43ab91021 8be0797504d773debcd96551
       ╰────
      help: put the revisions in order (`townpass migrate heads`, then `merge` or `rebase`), and write the file anew with `townpass migrate repair --sum`
    ");
    town.run("migrate merge --rev-id 4").success();
    town.run("migrate repair --sum").success();
    assert_eq!(read(&town, "townpass.sum").lines().count(), 6);
    assert!(!read(&town, "townpass.sum").contains("<<<"));
}

#[test]
fn check_tells_everything_at_once() {
    let town = Town::bare()
        .migration(
            1,
            "users",
            "create table users (id int);",
            "drop table users;",
        )
        .write("migrations/notes_of_mine.sql", "")
        .write(
            "migrations/2_a.sql",
            "-- townpass:revises 7\nselect 1;\ncommit;",
        )
        .write("migrations/02_b.sql", "select 1;")
        .write(
            "migrations/3_c.up.sql",
            "\u{feff}-- townpass:revises 1\nselect 1;",
        )
        .write("migrations/4_d.down.sql", "")
        .write("migrations/5_e.up.sql", "-- townpass:revise 1\n")
        .write("migrations/6_f.up.sql", "-- townpass:revises 3\nvacuum;");
    fs::write(town.path().join("migrations/8_g.sql"), [b'-', 0xff]).expect("written");
    assert_snapshot!(town.run("migrate check").expect(5).stdout, @"
    [DIR]/migrations/8_g.sql:1:1: error: it is not UTF-8: byte 1 begins no character [not-utf8]
        save the file as UTF-8
    [DIR]/migrations/notes_of_mine.sql:1:1: error: it has no version in front of its first `_` [bad-name]
        name it `<version>_<name>.up.sql`, or move it out of the folder if it is no migration
    [DIR]/migrations/2_a.sql:1:1: error: it has version `2`, and so has `[DIR]/migrations/02_b.sql` [duplicate-version]
        give the newer one a version of its own
    [DIR]/migrations/5_e.up.sql:1:1: error: `revise` is none of `revises`, `label`, `depends`, `author`, `replaces`, `approve`, `from`, `from-checksum` [bad-header]
        write `-- townpass:revises <version>`, several with commas, or `base`
    [DIR]/migrations/4_d.down.sql:1:1: error: it leads back from a revision that has no up file [down-alone]
        restore the up file of the same version, or remove this one
    [DIR]/migrations/6_f.up.sql:1:1: error: Multiple head revisions are present: `2`, `5`, `6` [heads]
        join them with `townpass migrate merge heads`, or let one follow the other with `townpass migrate rebase`; branches that are meant to stay each need a line `-- townpass:label`
    [DIR]/migrations/3_c.up.sql:1:1: error: the file begins with a byte order mark [statement]
        save the file as UTF-8 without BOM
    [DIR]/migrations/02_b.sql:1:1: warning: it has no down file: there is no way back, and plain sqlx reverts the one below it [no-down]
        write a `.down.sql` that undoes it, or that raises an exception
    [DIR]/migrations/3_c.up.sql:1:1: warning: it has no down file: there is no way back, and plain sqlx reverts the one below it [no-down]
        write a `.down.sql` that undoes it, or that raises an exception
    [DIR]/migrations/5_e.up.sql:1:1: warning: it does not say what it revises, so it follows the one before it [no-header]
        write `-- townpass:revises <version>` as its first line, unless it is applied somewhere: its checksum would change
    [DIR]/migrations/5_e.up.sql:1:1: warning: it has no statement [empty]
        write what leads there, or remove the revision
    [DIR]/migrations/5_e.up.sql:1:1: warning: it has no down file: there is no way back, and plain sqlx reverts the one below it [no-down]
        write a `.down.sql` that undoes it, or that raises an exception
    [DIR]/migrations/6_f.up.sql:2:1: warning: plain sqlx runs this in a transaction, where `VACUUM` fails [no-marker]
        make `-- no-transaction` the first line of the file
    [DIR]/migrations/6_f.up.sql:1:1: warning: it has no down file: there is no way back, and plain sqlx reverts the one below it [no-down]
        write a `.down.sql` that undoes it, or that raises an exception
    5 revisions, 3 heads: 7 errors, 7 warnings
    ");
    let json = town.run("--output json migrate check").expect(5).json();
    assert_eq!(json["findings"][0]["severity"], "error");
}

#[test]
fn check_compares_with_a_branch() {
    let town = Town::bare()
        .migration(
            1,
            "users",
            "create table users (id int);",
            "drop table users;",
        )
        .migration(3, "theirs", "select 3;", "select 0;");
    git::commit(&town.path(), "users");
    git::git(&town.path(), "checkout -q -b mine");
    let town = town.migration(2, "mine", "-- townpass:revises 1\nselect 2;", "select 0;");
    assert_snapshot!(town.run("migrate check --against main").success().stdout, @"
    [DIR]/migrations/3_theirs.up.sql:1:1: warning: it does not say what it revises, so it follows the one before it [no-header]
        write `-- townpass:revises <version>` as its first line, unless it is applied somewhere: its checksum would change
    [DIR]/migrations/2_mine.up.sql:1:1: warning: it is new, and older than `3`, which `main` has: where that is applied, this is applied after it [out-of-order]
        if it is applied nowhere but here, give it a new version with `townpass migrate rebase`
    3 revisions, 1 head: 0 errors, 2 warnings
    ");
    let town = town.migration(3, "theirs", "-- townpass:revises 2\nselect 3;", "select 0;");
    assert_snapshot!(town.run("migrate check --against main").expect(5).stdout, @"
    [DIR]/migrations/3_theirs.up.sql:1:1: error: it was edited, and `main` has it [edited]
        where it is applied, the edit is never run: restore it, and put the change into a new revision
    [DIR]/migrations/2_mine.up.sql:1:1: warning: it is new, and older than `3`, which `main` has: where that is applied, this is applied after it [out-of-order]
        if it is applied nowhere but here, give it a new version with `townpass migrate rebase`
    3 revisions, 1 head: 1 error, 1 warning
    ");
    git::git(&town.path(), "checkout -q main -- migrations");
    fs::remove_file(town.path().join("migrations/2_mine.up.sql")).expect("there");
    fs::remove_file(town.path().join("migrations/2_mine.down.sql")).expect("there");
    town.run("migrate check --against main --strict").success();
    assert_snapshot!(town.run("migrate check --against nowhere").expect(2).stderr, @"
    error: git knows no `nowhere` here
      help: name a branch, tag or commit; perhaps `git fetch` brings it
    ");
}

#[test]
fn an_editor_knows_what_the_developers_own_database_has() {
    let town = Town::new().migration(1, "users", "create table users (id int);", "select 1;");
    let run = |words: &str| {
        town.townpass(format!("--provider embedded {words}").split(' '))
            .env("EDITOR", "true")
            .run()
    };
    // Nothing is started for it.
    run("dev migrate edit head").success();
    run("dev status --check").expect(1);
    run("dev migrate").success();
    run("dev migrate edit head")
        .expect(4)
        .says("would never be run there");
    run("dev migrate edit head --down").success();
    run("dev migrate edit head --yes").success();
}

#[test]
fn several_heads_are_told_before_a_reset_as_they_are_elsewhere() {
    let town = Town::new().migration(1, "users", "create table users (id int);", "");
    git::commit(&town.path(), "users");
    let town = town
        .migration(2, "email", "-- townpass:revises 1\nselect 1;", "")
        .migration(3, "phone", "-- townpass:revises 1\nselect 1;", "");
    git::commit(&town.path(), "both");
    town.run("--provider embedded dev reset-db --yes")
        .expect(5)
        .says("by Ada, 2026-02-03, commit")
        .says("townpass dev migrate rebase 3 --onto 2");
}
