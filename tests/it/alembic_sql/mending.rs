//! `repair` and `rebase` on a history of Alembic's: rows of its table, and a branch that is moved.

use std::fs;

use super::real::{RELEASES, alembic};
use super::review::{REVISIONS, against, town};
use crate::support::cluster::Database;
use crate::support::git::{commit, git};
use crate::support::{Output, Town};

async fn sql(database: &Database, sql: &'static str) {
    let mut connection = database.connect().await;
    sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect(sql);
}

#[tokio::test]
async fn rows_that_say_nothing_are_told_and_taken_out() {
    let (town, database) = (town(&REVISIONS), Database::fresh().await);
    let run = |words: &str| against(&town, &database, None, words);
    run("migrate upgrade two").success();
    run("migrate repair")
        .success()
        .prints("nothing to repair\n");
    run("migrate repair --rows")
        .success()
        .prints("nothing to repair\n");
    run("migrate repair --rows one --yes")
        .expect(2)
        .says("every row of \"alembic_version\" is that of a revision that is here");
    run("migrate repair --accept one")
        .expect(2)
        .says("`--accept` is about files of SQL");

    sql(&database, "INSERT INTO alembic_version VALUES ('one')").await;
    run("migrate current")
        .success()
        .says("townpass migrate repair --rows");
    let told = run("migrate repair").expect(1);
    assert!(
        told.stdout
            .starts_with("one in `alembic_version` needs no row"),
        "{told}"
    );
    let dry = run("migrate repair --rows --dry-run").success();
    insta::assert_snapshot!(dry.stdout, @r"
    `alembic_version`: what is there (-), and what is to be (+)
    - one
    ");
    run("migrate repair --rows").expect(4).says("- one");
    run("migrate repair --rows --yes").success();
    assert_eq!(run("migrate current").success().stdout, "two\n");

    sql(
        &database,
        "UPDATE alembic_version SET version_num = 'theirs'",
    )
    .await;
    let told = run("--output json migrate repair").expect(1).json();
    assert_eq!(told["rows"][0]["revision"], "theirs");
    assert_eq!(told["rows"][0]["trouble"], "unknown");
    run("migrate repair --rows --yes")
        .expect(5)
        .says("Can't locate revision identified by `theirs`");
    let put = run("migrate repair --rows two --yes").success();
    let put = put.says("- theirs\n").says("+ two\n");
    assert_eq!(put.stdout, "`alembic_version` is put right\n");
    assert_eq!(run("migrate current").success().stdout, "two\n");
}

/// Writes a version file as Alembic does.
fn file(town: &Town, name: &str, parents: &str) {
    let told = parents.trim_matches('"');
    let text = format!(
        "\"\"\"Make {name}\n\nRevision ID: {name}\nRevises: {told}\n\"\"\"\n\
         from alembic import op\n\nrevision: str = \"{name}\"\ndown_revision = {parents}\n\n\n\
         def upgrade():\n    op.execute('CREATE TABLE {name} ()')\n\n\n\
         def downgrade():\n    op.drop_table('{name}')\n"
    );
    let path = format!("alembic/versions/{name}.py");
    fs::write(town.path().join(path), text).expect("it is ours");
}

/// A repository whose branch `mine` has two revisions, and whose `main`, merged into it, has one that
/// follows the same.
fn repository() -> Town {
    let town = town(&[(
        "one",
        "op.execute('CREATE TABLE one ()')",
        "op.drop_table('one')",
    )]);
    let path = town.path();
    commit(&path, "one");
    git(&path, "checkout -q -b mine");
    file(&town, "mine", "\"one\"");
    file(&town, "mine2", "\"mine\"");
    commit(&path, "mine");
    git(&path, "checkout -q main");
    file(&town, "theirs", "\"one\"");
    commit(&path, "theirs");
    git(&path, "checkout -q mine");
    git(&path, "merge -q main -m merged");
    town
}

#[tokio::test]
async fn a_branch_that_nobody_else_has_is_moved() {
    let (town, database) = (repository(), Database::fresh().await);
    let run = |words: &str| -> Output { against(&town, &database, None, words) };
    let file = town.path().join("alembic/versions/mine.py");
    let text = || fs::read_to_string(&file).expect("it is there");
    let before = text();
    run("migrate rebase theirs --onto mine2")
        .expect(4)
        .says("theirs.py` is on `main` already");
    run("migrate rebase mine2 --onto mine")
        .expect(2)
        .says("`mine2` and `mine` are on one line already");

    // It would be said to have what it has not.
    run("migrate upgrade mine2").success();
    run("migrate rebase mine2 --onto theirs")
        .expect(4)
        .says("`mine` is applied here and `theirs` is not");
    run("migrate upgrade theirs").success();
    let dry = run("migrate rebase mine2 --onto theirs --dry-run").success();
    dry.prints(
        "would move mine, Make mine, which now follows theirs\n\
         would take out the database's row for theirs, which another needs now\n",
    );
    assert_eq!(text(), before);
    run("migrate rebase mine2 --onto theirs").success().prints(
        "moved mine, Make mine, which now follows theirs\n\
             took out the database's row for theirs, which another needs now\n",
    );
    let expected = before
        .replace("Revises: one", "Revises: theirs")
        .replace("down_revision = \"one\"", "down_revision = \"theirs\"");
    assert_eq!(text(), expected);
    assert_eq!(
        run("migrate current --check-heads").success().stdout,
        "mine2 (head)\n"
    );
    for release in RELEASES {
        let url = database.url("postgresql+psycopg");
        let heads = alembic(release, &town.path(), &url, &["heads"]);
        assert_eq!(heads, "mine2 (head)\n");
        alembic(release, &town.path(), &url, &["upgrade", "head"]);
    }
    run("migrate downgrade base").success();
    run("migrate upgrade head").success();
}

#[tokio::test]
async fn what_cannot_be_moved_is_said() {
    let (town, database) = (repository(), Database::fresh().await);
    let run = |words: &str| -> Output { against(&town, &database, None, words) };
    file(&town, "both", "(\"mine2\", \"theirs\")");
    file(&town, "more", "\"one\"");
    run("migrate rebase both --onto more")
        .expect(2)
        .says("`both` joins branches");
    fs::remove_dir_all(town.path().join(".git")).expect("it is ours");
    run("migrate rebase more --onto both")
        .expect(4)
        .says("the folder is in no repository of git");
    run("migrate rebase more --onto both --yes").success();
    assert_eq!(run("migrate heads").success().stdout, "more (head)\n");
}
