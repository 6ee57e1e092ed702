//! `townpass migrate repair`: what is wrong, and what is put right by name.

use crate::support::{Town, cluster::Database};

#[tokio::test]
async fn an_edited_file_is_taken_as_it_is_once_its_difference_was_seen() {
    let database = Database::fresh().await;
    let town = Town::bare().migration(
        1,
        "a",
        "create table a (\n  id int\n);\n",
        "drop table a;\n",
    );
    let edit = |text: &str| {
        let path = town.path().join("migrations/1_a.up.sql");
        std::fs::write(path, text).expect("a writable directory");
    };
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    run("migrate upgrade").success();
    run("migrate repair")
        .success()
        .prints("nothing to repair\n");

    edit("create table a (\n  id int -- a key\n);\n");
    run("migrate upgrade").expect(5).says("repair --accept 1");
    run("migrate repair").expect(1).prints(
        "1 (a) was edited after it was applied\n    \
         restore the file, or take it as it is: `townpass migrate repair --accept 1`\n",
    );
    run("migrate repair --accept 1")
        .expect(4)
        .says("-   id int\n+   id int -- a key\n");
    run("migrate repair --accept 1 --yes")
        .success()
        .prints("the journal now has `1` as its file is\n");
    run("migrate upgrade")
        .success()
        .prints("nothing to upgrade\n");
    run("migrate repair --accept 1 --yes")
        .success()
        .prints("nothing to repair\n");

    // A checkout on Windows is no edit for us, and one for plain sqlx.
    edit("create table a (\r\n  id int -- a key\r\n);\r\n");
    run("migrate upgrade")
        .success()
        .prints("nothing to upgrade\n");
    run("migrate repair").success().shows("has other line ends");
}

#[tokio::test]
async fn what_was_finished_or_undone_by_hand_is_said_so() {
    let database = Database::fresh().await;
    let town = Town::bare().write(
        "migrations/1_a.sql",
        "create table a (id int);\ncreate index concurrently on a (id);\nselect 1 / 0;\n",
    );
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    run("migrate upgrade")
        .expect(8)
        .says("goes on with this statement");
    run("migrate repair")
        .expect(1)
        .shows("1 (a) is half done, 2 of its statements took effect")
        .shows("go on: `townpass migrate upgrade 1`");
    run("migrate repair --applied 1 --dry-run")
        .success()
        .prints("`1` would now count as applied\n");
    run("migrate repair --applied 1 --yes").success();
    run("migrate current").success().prints("1 (head)\n");
    run("migrate repair --reverted 1 --yes")
        .expect(2)
        .says("is not half done");
    run("migrate repair --applied 1 --reverted 1").expect(2);
}
