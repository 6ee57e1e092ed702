//! What is applied without Python is what Alembic applies: the same catalog and the same
//! `alembic_version` after each step up and down; one of many racing processes does the work.

use std::collections::BTreeSet;
use std::process::Command;
use std::thread;

use super::real::{Driver, RELEASES, corpus, lay_out};
use crate::support::system_postgres::{binaries, succeed};
use crate::support::{Output, Town, cluster::Database};

/// A project with the corpus, and a database for it.
struct Project {
    town: Town,
    database: Database,
}

impl Project {
    async fn new() -> Self {
        let project = Self {
            town: Town::bare(),
            database: Database::fresh().await,
        };
        lay_out(&project.town.path());
        project
    }

    fn run(&self, words: &str) -> Output {
        self.town
            .townpass(words.split(' '))
            .env("DATABASE_URL", self.database.url("postgresql+psycopg"))
            .env("DOCKER_HOST", "tcp://127.0.0.1:1")
            .env("PATH", "/nonexistent")
            .run()
    }
}

/// All that a database is made of, with what is in its tables.
fn dump(database: &Database) -> String {
    let mut pg_dump = Command::new(binaries().join("pg_dump"));
    pg_dump.args(["--no-owner", "--inserts", "--dbname"]);
    let text = succeed("pg_dump", pg_dump.arg(database.url("postgresql")).output());
    // A key of each dump's own.
    let own = |line: &&str| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict");
    text.lines().filter(own).collect::<Vec<_>>().join("\n")
}

async fn side_by_side(release: &str) {
    let (ours, theirs) = (Project::new().await, Database::fresh().await);
    let mut alembic = Driver::start(
        release,
        &ours.town.path(),
        &theirs.url("postgresql+psycopg"),
    );
    let count = corpus().len();
    let revisions: Vec<String> = (1..=count).map(|at| format!("r{at:03}")).collect();
    let mut differ = BTreeSet::new();
    let mut compare = |step: &str| {
        let (one, two) = (dump(&ours.database), dump(&theirs));
        if one != two {
            let lines = similar::TextDiff::from_lines(&two, &one);
            let shown = lines.unified_diff().context_radius(1).to_string();
            differ.insert(format!("{step}, by Alembic {release}:\n{shown}"));
        }
    };
    for revision in &revisions {
        alembic.run("upgrade", revision);
        ours.run(&format!("migrate upgrade {revision}")).success();
        compare(&format!("upgrade {revision}"));
    }
    for revision in revisions
        .iter()
        .rev()
        .skip(1)
        .map(String::as_str)
        .chain(["base"])
    {
        alembic.run("downgrade", revision);
        ours.run(&format!("migrate downgrade {revision}")).success();
        compare(&format!("downgrade {revision}"));
    }
    assert!(differ.is_empty(), "{}", Vec::from_iter(differ).join("\n"));
}

#[tokio::test]
async fn as_the_old_release_applies_it() {
    side_by_side(RELEASES[0]).await;
}

#[tokio::test]
async fn as_the_new_release_applies_it() {
    side_by_side(RELEASES[1]).await;
}

#[tokio::test]
async fn one_of_eight_does_the_work() {
    let project = Project::new().await;
    let outputs: Vec<Output> = thread::scope(|scope| {
        let run = || project.run("--output json migrate upgrade head");
        let racing: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        let joined = racing.into_iter().map(|it| it.join().expect("no panic"));
        joined.collect()
    });
    let mut applied: Vec<usize> = outputs
        .into_iter()
        .map(|output| {
            let json = output.success().json();
            json["revisions"].as_array().expect("a list").len()
        })
        .collect();
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, 0, 0, 0, 0, corpus().len()]);
    assert_eq!(
        project.run("migrate current").success().stdout,
        "r016 (head)\n"
    );
}

#[tokio::test]
async fn the_verbs_around_it() {
    let project = Project::new().await;
    let run = |words: &str| project.run(words);
    assert_eq!(run("migrate current").success().stdout, "");
    let would = run("migrate upgrade +2 --dry-run").success();
    assert!(would.stdout.contains("r002"), "{would}");
    assert_eq!(run("migrate current").success().stdout, "");
    run("migrate upgrade +2").success();
    run("migrate downgrade -1").success();
    assert_eq!(run("migrate current").success().stdout, "r001\n");
    run("migrate plan r003")
        .success()
        .shows("CREATE TABLE things");
    let hash = run("--output json migrate plan r003").success().json()["hash"].clone();
    let hash = hash.as_str().expect("a hash").to_owned();
    run(&format!("migrate upgrade r002 --approve {hash}")).expect(4);
    run(&format!("migrate upgrade r003 --approve {hash}")).success();
    run("migrate stamp r005").success();
    assert_eq!(run("migrate current").success().stdout, "r005\n");
    run("migrate stamp base").success();
    assert_eq!(run("migrate current").success().stdout, "");
    run("migrate ensure-version")
        .success()
        .prints("`alembic_version` is there\n");
    let sql = run("migrate upgrade r001:r003 --sql").success();
    let note = "UPDATE \"alembic_version\" SET version_num = 'r003' WHERE version_num = 'r002';";
    assert!(sql.stdout.contains(note), "{sql}");
    run("migrate downgrade r001 --sql").expect(2);
}

#[tokio::test]
async fn errors_name_the_call_in_the_file() {
    let project = Project::new().await;
    let file = |name: &str, revision: &str, parent: &str, body: &str| {
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{revision}'\n\
             down_revision = '{parent}'\n\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n"
        );
        let path = project.town.path().join("alembic/versions").join(name);
        std::fs::write(path, text).expect("the directory is ours");
    };
    project.run("migrate upgrade head").success();

    // What fails is rolled back, and named by its place in the Python file.
    let body = "    op.execute('CREATE TABLE fine ()')\n    op.add_column('nowhere', sa.Column('x', sa.Text()))";
    file("017_failing.py", "r017", "r016", body);
    let failed = project.run("migrate upgrade head").expect(6);
    let failed = failed.says("relation \"nowhere\" does not exist");
    let place = "`op.add_column` in ";
    assert!(failed.stderr.contains(place), "{failed}");
    assert!(failed.stderr.contains("017_failing.py:10:5"), "{failed}");
    assert_eq!(project.run("migrate current").success().stdout, "r016\n");

    // What is outside the vocabulary is named, and nothing is run.
    let body = "    for row in op.get_bind().execute(sa.text('SELECT 1')):\n        print(row)\n    op.invoke(1)";
    file("017_failing.py", "r017", "r016", body);
    let words = "migrate upgrade head --engine-mode native";
    let refused = project.run(words).expect(4);
    let refused = refused.says("revision `r017` cannot be run without Python");
    assert!(refused.stderr.contains("017_failing.py:9:16"), "{refused}");
    assert!(refused.stderr.contains("op.invoke"), "{refused}");

    // Another process that does not ask for the lock, a revision nobody knows.
    let mut connection = project.database.connect().await;
    let sql = "UPDATE alembic_version SET version_num = 'gone'";
    sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect("the table is there");
    project
        .run("migrate upgrade head")
        .expect(5)
        .says("Can't locate revision identified by `gone`");
    project.run("migrate stamp --purge r016").success();
    assert_eq!(project.run("migrate current").success().stdout, "r016\n");
}
