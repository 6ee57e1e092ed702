//! `lint` and `plan` on version files: translated, printed by Alembic, or hidden and said so.

use std::fs;

use serde_json::Value;

use super::real::{RELEASES, lay_out, program};
use crate::support::{Output, Town, cluster::Database};

/// A history of these revisions, each with the bodies of its two functions.
pub(super) fn town(revisions: &[(&str, &str, &str)]) -> Town {
    let town = Town::bare();
    lay_out(&town.path());
    let versions = town.path().join("alembic/versions");
    fs::remove_dir_all(&versions).expect("the directory is ours");
    fs::create_dir(&versions).expect("the directory is ours");
    let mut parent = "None".to_owned();
    for (revision, up, down) in revisions {
        let text = format!(
            "'''Make {revision}'''\nimport uuid\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
             revision = '{revision}'\ndown_revision = {parent}\n\n\n\
             def upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"
        );
        fs::write(versions.join(format!("{revision}.py")), text).expect("the directory is ours");
        parent = format!("'{revision}'");
    }
    town
}

/// What we translate, what Alembic can print, and what nobody can know.
pub(super) const REVISIONS: [(&str, &str, &str); 4] = [
    (
        "one",
        "op.create_table('t', sa.Column('n', sa.Integer()), sa.Column('m', sa.Text()))",
        "op.drop_table('t')",
    ),
    (
        "two",
        "# Nobody reads it.\n    op.drop_column('t', 'm')\n    op.create_index('i', 't', ['n'])",
        "op.drop_index('i')\n    op.add_column('t', sa.Column('m', sa.Text()))",
    ),
    (
        "three",
        "op.add_column('t', sa.Column('u', sa.Uuid()))\n    \
         op.execute(f\"UPDATE t SET u = '{uuid.UUID(int=7)}'\")",
        "op.drop_column('t', 'u')",
    ),
    (
        "four",
        "n = op.get_bind().execute(sa.text('SELECT count(*) FROM t')).scalar()\n    \
         op.execute(f'INSERT INTO t VALUES ({n + 41})')",
        "op.execute('DELETE FROM t WHERE n >= 41')",
    ),
];

/// A run with no database, and with that Python if there is one.
fn run(town: &Town, python: Option<&str>, words: &str) -> Output {
    let mut invocation = town
        .townpass(words.split(' '))
        .env("PATH", "/usr/bin:/bin")
        .env("GITHUB_WORKSPACE", town.path())
        .env("DOCKER_HOST", "tcp://127.0.0.1:1");
    if let Some(release) = python {
        invocation = invocation.env("TOWNPASS_RUNNER", program(release));
    }
    invocation.run()
}

#[test]
fn findings_stand_in_the_python_file() {
    let town = town(&REVISIONS);
    let found = run(&town, None, "migrate lint").expect(1);
    insta::assert_snapshot!(found.stdout, @r#"
    alembic/versions/two.py:12:5: error: drops column `m` of `t` and what is in it [ban-drop-column]
        help: release a version that does not use it first, and keep a copy of what is still wanted
    alembic/versions/two.py:13:5: warning: builds an index on `t`, and blocks writers [require-concurrent-index-creation]
        help: create it CONCURRENTLY
    alembic/versions/three.py:12:37: error: runs with Python, and cannot be looked into: `uuid.UUID(int=7)`: `uuid.UUID` is another module's [unread-revision]
        help: read it; then approve it in the function itself, with `# townpass:approve unread-revision reason="…"`
    alembic/versions/four.py:11:9: error: runs with Python, and cannot be looked into: `op.get_bind().execute(sa.text('SELECT count(*) FROM t')).sca…`: the answer of a query, which only the database knows [unread-revision]
        help: read it; then approve it in the function itself, with `# townpass:approve unread-revision reason="…"`
    3 errors, 1 warning in 4 migrations
    "#);
    found.says("no Python with Alembic was found here");
    run(&town, None, "migrate lint one").success();
    run(&town, None, "migrate lint one:two").expect(1);
    // What a plan makes itself, it may also take away.
    let both = run(&town, None, "migrate lint base:two").success();
    assert_eq!(both.stdout, "no findings in 2 migrations\n");
    run(&town, None, "migrate lint +1").expect(2);
}

#[test]
fn what_alembic_prints_is_looked_at_too() {
    let town = town(&REVISIONS);
    for release in RELEASES {
        let found = run(&town, Some(release), "migrate lint two:").expect(1);
        assert!(
            found
                .stdout
                .contains("alembic/versions/three.py:10:1: error: overwrites every row of `t`"),
            "{found}"
        );
        assert!(
            found
                .stdout
                .contains("four.py:11:9: error: runs with Python"),
            "{found}"
        );
        found.says("Alembic cannot print revision `four`");
    }
}

/// What Alembic was asked for, call by call, where it is run by a script that writes that down.
fn asked(town: &Town, words: &str) -> (Output, Vec<String>) {
    let (log, wrapper) = (town.path().join("asked"), town.path().join("alembic.sh"));
    let script = format!(
        "echo \"$*\" >>'{}'\nexec '{}' \"$@\"\n",
        log.display(),
        program(RELEASES[1]).display()
    );
    fs::write(&wrapper, script).expect("the directory is ours");
    let runner = format!("sh {}", wrapper.display());
    let output = town
        .townpass(words.split(' '))
        .env("TOWNPASS_RUNNER", runner)
        .env("DOCKER_HOST", "tcp://127.0.0.1:1")
        .run();
    let asked = fs::read_to_string(&log).unwrap_or_default();
    let asked = asked
        .lines()
        .filter_map(|line| line.split_once("alembic.ini "));
    let asked = asked.map(|(_, words)| words.to_owned()).collect();
    fs::remove_file(&log).expect("it was asked");
    (output, asked)
}

#[test]
fn revisions_that_follow_each_other_are_printed_in_one_go() {
    let insert =
        |n: u8| format!("op.execute(f\"INSERT INTO t VALUES ({{uuid.UUID(int={n}).int}})\")");
    let inserts = [1, 2, 3, 4, 5].map(insert);
    let create = "op.create_table('t', sa.Column('n', sa.Integer()))";
    let mut revisions = vec![("zero", create, "pass"), ("one", &inserts[0], "pass")];
    revisions.push(("two", &inserts[1], "pass"));
    revisions.push(("three", "op.execute('UPDATE t SET n = 7')", "pass"));
    revisions.push(("four", &inserts[3], "pass"));
    revisions.push(("five", &inserts[4], "pass"));
    let (found, words) = asked(&town(&revisions), "migrate lint");
    found.expect(1);
    assert_eq!(words, ["upgrade zero:five --sql"]);
    // One that fails takes none of the others with it.
    let fails = "op.get_bind().execute(sa.text('SELECT 1')).scalar()\n    uuid.uuid4()";
    revisions[4] = ("four", fails, "pass");
    let (found, words) = asked(&town(&revisions), "migrate lint --format json");
    let expected = [
        "upgrade zero:five --sql",
        "upgrade zero:two --sql",
        "upgrade four:five --sql",
    ];
    assert_eq!(words, expected);
    let hidden = found.stdout.matches("\"rule\":\"unread-revision\"").count();
    assert_eq!(hidden, 1, "{found}");
    found.says("Alembic cannot print revision `four`");
}

#[test]
fn github_and_sarif_point_there() {
    let town = town(&REVISIONS);
    let found = run(&town, None, "migrate lint two --format github").expect(1);
    let first = found.stdout.lines().next().expect("a line");
    assert!(
        first.starts_with(
            "::error file=alembic/versions/two.py,line=12,endLine=12,title=ban-drop-column::"
        ),
        "{found}"
    );
    let hidden = run(&town, None, "migrate lint four --format sarif").expect(1);
    let log: Value = serde_json::from_str(&hidden.stdout).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unread-revision");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "alembic/versions/four.py");
    assert_eq!(place["region"]["startLine"], 11);
}

#[test]
fn one_that_hangs_is_not_asked_again() {
    let town = town(&REVISIONS);
    let env = "import time\nprint('it waits', flush=True)\ntime.sleep(60)\n";
    fs::write(town.path().join("alembic/env.py"), env).expect("the directory is ours");
    let (hangs, words) = asked(&town, "migrate --runner-timeout 2s lint");
    hangs.expect(3).says("did not end within 2 s");
    assert_eq!(words, ["upgrade two:four --sql"]);
}

#[test]
fn what_no_revision_may_do_is_named_where_it_is_written() {
    let up = "op.execute('CREATE TABLE t (n int)')\n    op.execute('SELECT 1; COMMIT')";
    let town = town(&[("one", up, "pass")]);
    insta::assert_snapshot!(run(&town, None, "migrate lint"), @"
    status: 6
    --- stdout
    --- stderr
    error: `[DIR]/alembic/versions/one.py:12:5`: `COMMIT` would take the transaction out of our hands
       ╭─[[DIR]/alembic/versions/one.py, as SQL:4:11]
     3 │ -- one.py:12:5: op.execute
     4 │ SELECT 1; COMMIT;
       ·           ───┬──
       ·              ╰── here
       ╰────
      help: `op.execute` in [DIR]/alembic/versions/one.py:12:5 makes this statement
            remove it: each migration runs in one transaction of its own
    ");
}

#[test]
fn an_approval_in_the_function_is_enough() {
    let mut revisions = REVISIONS;
    let two = "# townpass:approve drop-column reason=\"copied\"\n    \
               # squawk-ignore require-concurrent-index-creation\n    \
               op.create_index('i', 't', ['n'])\n    op.drop_column('t', 'm')";
    let four = "# townpass:approve unread-revision reason=\"only adds a row\"\n    \
                n = op.get_bind().execute(sa.text('SELECT 1')).scalar()";
    revisions[1].1 = two;
    revisions[3].1 = four;
    let approved = town(&revisions);
    let found = run(&approved, None, "migrate lint two").success();
    assert!(found.stdout.contains("approved: copied"), "{found}");
    assert!(
        found
            .stdout
            .ends_with("0 errors, 0 warnings in 1 migration\n"),
        "{found}"
    );
    let found = run(&approved, None, "migrate lint four").success();
    assert!(
        found.stdout.contains("approved: only adds a row"),
        "{found}"
    );

    revisions[1].1 = "# townpass:approve drop-column\n    op.drop_column('t', 'm')";
    run(&town(&revisions), None, "migrate lint two")
        .expect(5)
        .says("two.py:11:1`: the approval of `ban-drop-column` has no reason");
}

/// A run against a database.
pub(super) fn against(
    town: &Town,
    database: &Database,
    python: Option<&str>,
    words: &str,
) -> Output {
    let mut invocation = town
        .townpass(words.split(' '))
        .env("DATABASE_URL", database.url("postgresql+psycopg"))
        .env("PATH", "/usr/bin:/bin")
        .env("DOCKER_HOST", "tcp://127.0.0.1:1");
    if let Some(release) = python {
        invocation = invocation.env("TOWNPASS_RUNNER", program(release));
    }
    invocation.run()
}

#[tokio::test]
async fn a_plan_goes_past_what_needs_python() {
    let (town, database) = (town(&REVISIONS), Database::fresh().await);
    let run = |python, words: &str| against(&town, &database, python, words);
    let plan = run(None, "migrate plan").success();
    let lines = plan.stdout.lines().collect::<Vec<_>>();
    let (listed, _) = lines.split_at(lines.len() - 3);
    insta::assert_snapshot!(listed.join("\n"), @r"
    upgrade one, Make one
      11  CREATE TABLE t ( n INTEGER, m TEXT )
    upgrade two, Make two
      12  ALTER TABLE t DROP COLUMN m
      13  CREATE INDEX i ON t (n)
    upgrade three, Make three
        runs with Python
          not known: runs with Python, and cannot be looked into: `uuid.UUID(int=7)`: `uuid.UUID` is another module's
    upgrade four, Make four
        runs with Python
          not known: runs with Python, and cannot be looked into: `op.get_bind().execute(sa.text('SELECT count(*) FROM t')).sca…`: the answer of a query, which only the database knows
    ");
    let json = run(None, "--output json migrate plan").success().json();
    assert_eq!(json["steps"][3]["python"], true);
    assert_eq!(json["steps"][3]["hazards"][0]["rule"], "unread-revision");
    let would = run(None, "migrate upgrade head --dry-run").success();
    assert!(
        would.stdout.contains("four, Make four, with Python"),
        "{would}"
    );

    // With Python more is known, and it is the same plan.
    let known = run(Some(RELEASES[1]), "--output json migrate plan").success();
    let known = known.json();
    assert_eq!(known["hash"], json["hash"]);
    assert_eq!(known["steps"][2]["python"], true);
    let statements = known["steps"][2]["statements"].as_array().expect("a list");
    assert_eq!(statements.len(), 2, "{statements:?}");
    let update = statements[1]["sql"].as_str().expect("a text");
    assert!(update.starts_with("UPDATE t"), "{update}");

    // An edit of what Python runs is another plan.
    let four = town.path().join("alembic/versions/four.py");
    let text = fs::read_to_string(&four).expect("it is there");
    fs::write(&four, text.replace("41", "42")).expect("it is ours");
    let edited = run(None, "--output json migrate plan").success().json();
    assert_ne!(edited["hash"], json["hash"]);
}

#[tokio::test]
async fn what_nobody_knows_needs_an_approval_and_then_runs() {
    let (town, database) = (town(&REVISIONS), Database::fresh().await);
    let python = Some(RELEASES[1]);
    let run = |words: &str| against(&town, &database, python, words);
    let careful = "--environment production migrate upgrade";
    run(&format!("{careful} two")).success();
    run(&format!("{careful} head"))
        .expect(4)
        .says("three.py:10:1");
    assert_eq!(run("migrate current").success().stdout, "two\n");
    let hash = |words: &str| {
        let json = run(words).success().json();
        json["hash"].as_str().expect("a hash").to_owned()
    };
    let approved = hash("--output json migrate plan");
    let up = run(&format!("{careful} head --approve {approved}")).success();
    assert!(up.stdout.starts_with("upgraded 2 revisions"), "{up}");
    assert_eq!(run("migrate current").success().stdout, "four (head)\n");

    // A plan that another job has begun goes on by the same hash; no other does.
    run("migrate downgrade base").success();
    let approved = hash("--output json migrate plan");
    run("migrate upgrade two").success();
    run(&format!("{careful} head --approve {}", "0".repeat(64))).expect(4);
    let up = run(&format!("{careful} head --approve {approved}")).success();
    assert!(up.stdout.starts_with("upgraded 2 revisions"), "{up}");
    let back = hash("--output json migrate plan --down base");
    run("migrate downgrade -1").success();
    let down = format!("--environment production migrate downgrade base --approve {back}");
    let down = run(&down).success();
    assert!(down.stdout.starts_with("downgraded 3 revisions"), "{down}");

    // A part of `+2` is still `+2`.
    run("migrate upgrade two").success();
    let approved = hash("--output json migrate plan +2");
    run("migrate upgrade +1").success();
    let up = run(&format!("{careful} +2 --approve {approved}")).success();
    assert!(up.stdout.contains("the last is four"), "{up}");
}

#[tokio::test]
async fn a_relative_target_counts_past_what_python_runs() {
    let (town, database) = (town(&REVISIONS), Database::fresh().await);
    let run = |words: &str| against(&town, &database, Some(RELEASES[1]), words);
    run("migrate upgrade two").success();
    let up = run("migrate upgrade +2").success();
    assert!(up.stdout.starts_with("upgraded 2 revisions"), "{up}");
    let down = run("migrate downgrade -3").success();
    assert!(down.stdout.starts_with("downgraded 3 revisions"), "{down}");
    assert_eq!(run("migrate current").success().stdout, "one\n");
    let one = run("migrate upgrade head --single-transaction").expect(4);
    one.says("revision `three` cannot be run without Python");
}

#[tokio::test]
async fn in_production_there_is_one_head_unless_branches_have_names() {
    let create = |table: &str| format!("op.create_table('{table}', sa.Column('n', sa.Integer()))");
    let (one, two) = (create("one"), create("two"));
    let town = town(&[("one", &one, "pass"), ("two", &two, "pass")]);
    let other = town.path().join("alembic/versions/other.py");
    let file = |label: &str| {
        let three = create("three");
        format!(
            "from alembic import op\nimport sqlalchemy as sa\nrevision = 'other'\n\
             down_revision = 'one'\n{label}\n\n\ndef upgrade():\n    {three}\n"
        )
    };
    fs::write(&other, file("")).expect("the directory is ours");
    let database = Database::fresh().await;
    let run = |words: &str| against(&town, &database, Some(RELEASES[1]), words);
    for words in ["heads", "two", "+1", "heads --engine-mode python"] {
        let refused = run(&format!("--environment production migrate upgrade {words}")).expect(5);
        let refused = refused.says("Multiple head revisions");
        assert!(
            refused.stderr.contains("townpass migrate merge heads"),
            "{refused}"
        );
    }
    assert_eq!(run("migrate current").success().stdout, "");
    run("migrate upgrade one").success();
    // One that has a name is beside the one that goes on without.
    fs::write(&other, file("branch_labels = 'audit'")).expect("the directory is ours");
    run("--environment production migrate upgrade heads").expect(5);
    let two = town.path().join("alembic/versions/two.py");
    let text = fs::read_to_string(&two).expect("it is there");
    fs::write(&two, format!("{text}\n\nbranch_labels = ['main']\n")).expect("it is ours");
    run("--environment production migrate upgrade head").expect(5);
    run("--environment production migrate upgrade main@head").success();
    run("--environment production migrate upgrade heads").success();
    let standing = run("migrate current").success().stdout;
    assert!(
        standing.contains("other") && standing.contains("two"),
        "{standing}"
    );
}

#[test]
fn a_script_has_what_alembic_prints() {
    let town = town(&REVISIONS);
    let python = Some(RELEASES[1]);
    let sql = run(&town, python, "migrate upgrade two:three --sql").success();
    let update = "UPDATE t SET u = '00000000-0000-0000-0000-000000000007';";
    assert!(sql.stdout.contains(update), "{sql}");
    run(&town, python, "migrate upgrade two:four --sql")
        .expect(4)
        .says("revision `four` cannot be run without Python");
    run(&town, None, "migrate upgrade two:three --sql").expect(4);
}
