//! What only Python can do is run by Alembic itself, under our lock.

use std::fs;
use std::thread;

use super::real::{RELEASES, lay_out, program};
use crate::support::{Output, Town, cluster::Database};

/// A history whose second revision asks the database, and whose third does not.
async fn project() -> (Town, Database) {
    let (town, database) = (Town::bare(), Database::fresh().await);
    lay_out(&town.path());
    let versions = town.path().join("alembic/versions");
    fs::remove_dir_all(&versions).expect("the directory is ours");
    fs::create_dir(&versions).expect("the directory is ours");
    for (revision, parent, up, down) in [
        (
            "one",
            "None",
            "op.execute('CREATE TABLE t (n int)')",
            "op.drop_table('t')",
        ),
        (
            "two",
            "'one'",
            "n = op.get_bind().execute(sa.text('SELECT count(*) FROM t')).scalar()\n    \
             op.execute(f'INSERT INTO t VALUES ({n + 41})')",
            "for row in op.get_bind().execute(sa.text('SELECT n FROM t')):\n        \
             op.execute('DELETE FROM t')",
        ),
        (
            "three",
            "'two'",
            "op.add_column('t', sa.Column('x', sa.Text()))",
            "op.drop_column('t', 'x')",
        ),
    ] {
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{revision}'\n\
             down_revision = {parent}\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"
        );
        fs::write(versions.join(format!("{revision}.py")), text).expect("the directory is ours");
    }
    (town, database)
}

fn run(town: &Town, database: &Database, release: &str, words: &str) -> Output {
    town.townpass(words.split(' '))
        .env("DATABASE_URL", database.url("postgresql+psycopg"))
        .env("DOCKER_HOST", "tcp://127.0.0.1:1")
        .env("PATH", "/usr/bin:/bin")
        .env("TOWNPASS_RUNNER", program(release))
        .run()
}

#[tokio::test]
async fn only_what_we_cannot_is_given_to_alembic() {
    for release in RELEASES {
        let (town, database) = project().await;
        let run = |words: &str| run(&town, &database, release, words);
        run("migrate upgrade head --engine-mode native")
            .expect(4)
            .says("revision `two` cannot be run without Python");
        assert_eq!(run("migrate current").success().stdout, "");
        let up = run("migrate upgrade head").success();
        let up = up.says("revision `two` needs Python");
        assert!(up.stdout.starts_with("upgraded 3 revisions"), "{up}");
        assert_eq!(run("migrate current").success().stdout, "three (head)\n");
        let down = run("migrate downgrade base").success();
        assert!(down.stdout.starts_with("downgraded 3 revisions"), "{down}");
        let up = run("migrate upgrade two --engine-mode python").success();
        assert!(up.stdout.starts_with("upgraded 2 revisions"), "{up}");
        let down = run("migrate downgrade -1").success();
        assert!(down.stdout.contains("the last reverted is two"), "{down}");
        assert_eq!(run("migrate current").success().stdout, "one\n");
    }
}

#[tokio::test]
async fn what_env_py_is_told_is_heard_by_it_or_refused() {
    for release in RELEASES {
        let (town, database) = project().await;
        let env_py = town.path().join("alembic/env.py");
        let text = fs::read_to_string(&env_py).expect("it is there");
        let text = text.replace(
            "import os\n",
            "import os\nfrom alembic import context\n\
             tenant = context.get_x_argument(as_dictionary=True)[\"tenant\"]\n\
             print(f\"for {tenant}\")\n",
        );
        fs::write(&env_py, text).expect("it is ours");
        let run = |words: &str| run(&town, &database, release, words);
        // We could run the first revision, but not what `env.py` makes of the tenant.
        let up = run("migrate -x tenant=one -x y=2 upgrade one").success();
        up.says("for one");
        let down = run("migrate -x tenant=two downgrade base").success();
        down.says("for two");
        run("migrate -x tenant=one heads").success();
        for words in [
            "migrate -x tenant=one current",
            "migrate -x tenant=one stamp one",
            "migrate -x tenant=one upgrade one --engine-mode native",
            "migrate -x tenant=one upgrade one --dry-run",
            "migrate -x tenant=one upgrade base:one --sql",
        ] {
            run(words).expect(2).says("`-x` is for `env.py`");
        }
    }
}

#[tokio::test]
async fn an_alembic_that_goes_to_another_database_is_found_out() {
    let (town, database) = project().await;
    let other = Database::fresh().await;
    let env_py = town.path().join("alembic/env.py");
    let text = fs::read_to_string(&env_py).expect("it is there");
    let text = text.replace(
        "os.environ[\"DATABASE_URL\"]",
        &format!("\"{}\"", other.url("postgresql+psycopg")),
    );
    assert!(!text.contains("DATABASE_URL"), "{text}");
    fs::write(&env_py, text).expect("it is ours");
    for mode in ["auto", "python"] {
        let words = format!("migrate upgrade head --engine-mode {mode}");
        run(&town, &database, RELEASES[1], &words)
            .expect(2)
            .says("`env.py` connects to another database");
    }
}

#[tokio::test]
async fn one_of_eight_starts_it_to_some_purpose() {
    let (town, database) = project().await;
    let outputs: Vec<Output> = thread::scope(|scope| {
        let run = || run(&town, &database, RELEASES[1], "migrate upgrade head");
        let racing: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        let joined = racing.into_iter().map(|it| it.join().expect("no panic"));
        joined.collect()
    });
    for output in outputs {
        output.success();
    }
    let mut connection = database.connect().await;
    let sql = "SELECT count(*) FROM t WHERE n = 41";
    let count: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .expect("the table is there");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_failure_of_python_leaves_the_lock_and_the_rows() {
    let (town, database) = project().await;
    let run = |words: &str| run(&town, &database, RELEASES[1], words);
    let env = town.path().join("alembic/env.py");
    let text = fs::read_to_string(&env).expect("it is there");
    fs::write(&env, "raise ValueError('no settings')\n").expect("the directory is ours");
    let failed = run("migrate upgrade head");
    assert_ne!(failed.status, 0, "{failed}");
    let failed = failed.says("no settings");
    assert!(
        failed.stderr.contains("revision `two` needs Python"),
        "{failed}"
    );
    assert_eq!(run("migrate current").success().stdout, "one\n");
    fs::write(&env, text).expect("the directory is ours");
    run("migrate upgrade head").success();
}
