//! Where a project keeps its history: by `alembic.ini`, by `pyproject.toml`, by both, or told.

use super::histories::Revision;
use super::real::Real;
use crate::support::Town;

/// A version file that follows `parent`.
fn version(id: &str, parent: Option<&str>) -> String {
    let revision = Revision {
        id: id.to_owned(),
        parents: parent.into_iter().map(str::to_owned).collect(),
        message: format!("step {id}"),
        ..Revision::default()
    };
    revision.text(0)
}

/// Two revisions, in `a` and in `a/deep` below `folder`; another two in `b`.
fn town(folder: &str) -> Town {
    Town::bare()
        .write(&format!("{folder}/env.py"), "")
        .write(&format!("{folder}/__init__.py"), "")
        .write(&format!("{folder}/a/aaa1_x.py"), &version("aaa1", None))
        .write(
            &format!("{folder}/a/deep/aaa2_x.py"),
            &version("aaa2", Some("aaa1")),
        )
        .write(&format!("{folder}/b/bbb1_x.py"), &version("bbb1", None))
        .write(&format!("{folder}/b/__init__.py"), "")
        .write(&format!("{folder}/b/.#bbb2_x.py"), "broken(")
        .write(
            &format!("{folder}/versions/ccc1_x.py"),
            &version("ccc1", None),
        )
}

/// Configurations, and what is typed before the verb.
const CASES: &[(&[(&str, &str)], &str)] = &[
    (&[("alembic.ini", "[alembic]\nscript_location = db\n")], ""),
    (
        &[(
            "alembic.ini",
            "[DEFAULT]\nx = db\n[alembic]\nscript_location: %(here)s/%(x)s\nsqlalchemy.url = %(DATABASE_URL)s\n",
        )],
        "",
    ),
    (
        &[(
            "alembic.ini",
            "[alembic]\nscript_location = db\nversion_locations = db/a db/b, %(here)s/none\n",
        )],
        "",
    ),
    (
        &[(
            "alembic.ini",
            "[alembic]\nscript_location = db\npath_separator = newline\nversion_locations =\n  db/a\n  db/b\nrecursive_version_locations = true\n",
        )],
        "",
    ),
    (
        &[(
            "alembic.ini",
            "[alembic]\nscript_location = db\nversion_path_separator = os\nversion_locations = db/b:db/a:db/a\n",
        )],
        "",
    ),
    (
        &[(
            "alembic.ini",
            "[alembic]\nscript_location = db\npath_separator = ;\nversion_locations = db/b;db:a\nprepend_sys_path = .\n",
        )],
        "",
    ),
    (
        &[(
            "alembic.ini",
            "[alembic]\nscript_location = nowhere\n[other]\nscript_location = db\nversion_locations = db/b\n",
        )],
        "-n other ",
    ),
    (
        &[
            (
                "other/some.ini",
                "[alembic]\nscript_location = %(here)s/../db\n",
            ),
            ("alembic.ini", "[alembic]\n"),
        ],
        "-c other/some.ini ",
    ),
    (
        &[(
            "pyproject.toml",
            "[tool.alembic]\nscript_location = \"%(here)s/db\"\nversion_locations = [\"%(here)s/db/a\", \"db/b\"]\nrecursive_version_locations = true\n",
        )],
        "",
    ),
    (
        &[
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = \"db\"\nversion_locations = [\"db/a\"]\n",
            ),
            (
                "alembic.ini",
                "[alembic]\nscript_location = db\nversion_locations = db/b\n",
            ),
        ],
        "",
    ),
    (
        &[
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = \"db\"\n",
            ),
            ("alembic.ini", "[alembic]\n[logging]\na = b\n"),
        ],
        "",
    ),
    (
        &[(
            "alembic.ini",
            "[alembic]\nscript_location = db\nversion_locations = db:b\npath_separator = space\nprepend_sys_path = .\n",
        )],
        "",
    ),
];

#[test]
fn it_is_found_where_alembic_finds_it() {
    for &(files, words) in CASES {
        let mut town = town("db");
        for (name, text) in files {
            town = town.write(name, text);
        }
        // A new one each: Python remembers packages.
        let mut real = Real::start("1.20.1");
        for verb in ["heads -v", "history"] {
            let theirs = real.one(&town.path(), &format!("{words}{verb}"));
            assert_eq!(theirs.code, 0, "{files:?}: {}", theirs.stdout);
            let ours = town.run(&format!("migrate {words}{verb}")).success();
            assert_eq!(ours.raw_stdout, theirs.stdout, "{files:?}");
        }
    }
}

#[test]
fn a_name_may_come_from_the_environment_or_from_our_file() {
    let ini = "[alembic]\nscript_location = %(here)s/../db\n";
    let town = town("db").write("other/some.ini", ini);
    let history = "<base> -> ccc1 (head), step ccc1\n";
    let by_variable = town.townpass(["migrate", "history"]);
    by_variable
        .env("ALEMBIC_CONFIG", "other/some.ini")
        .run()
        .success()
        .prints(history);
    town.run("migrate history")
        .expect(2)
        .says("there is no folder");
    let town = town.write("townpass.toml", "[alembic]\nconfig = \"other/some.ini\"\n");
    town.run("migrate history").success().prints(history);
    town.run("--migrations elsewhere migrate history")
        .expect(2)
        .says("elsewhere");
    let named = town.run("migrate -c db.ini history").expect(2);
    named
        .says("there is no `")
        .says("name Alembic's configuration with `--config FILE`");
}

#[test]
fn of_two_kinds_the_sql_is_taken_and_that_is_said() {
    let town = town("db")
        .write("alembic.ini", "[alembic]\nscript_location = db\n")
        .migration(20_260_105_083_000, "create_users", "", "");
    let both = town.run("migrate history").success();
    both.shows("create users")
        .says("there are SQL files in `migrations` as well as Alembic's");
    town.run("migrate -c alembic.ini history")
        .success()
        .shows("ccc1");
    let town = town.write("townpass.toml", "migrations = \"migrations\"\n");
    let told = town.run("migrate history").success();
    assert_eq!(told.shows("create users").stderr, "");

    // Alembic's folder may be called as ours.
    let town =
        self::town("migrations").write("alembic.ini", "[alembic]\nscript_location = migrations\n");
    town.run("migrate history").success().shows("ccc1");
}

#[test]
fn scripts_get_json() {
    let town = town("db").write("alembic.ini", "[alembic]\nscript_location = db\n");
    let json = town.run("migrate history --output json").success().json();
    let entry = &json["revisions"][0];
    assert_eq!(entry["revision"], "ccc1");
    assert_eq!(entry["parents"], serde_json::json!([]));
    assert_eq!(entry["created"], "2026-01-01 10:00:00.123456");
    assert_eq!(entry["head"], true);
    town.run("migrate check --autogenerate=false")
        .success()
        .prints("1 revision, 1 head: nothing is wrong\n");
    town.run("migrate show step")
        .success()
        .shows("Rev: ccc1 (head)");
}

#[test]
fn below_the_top_and_above_a_folder_of_the_project_it_is_found_too() {
    let ini = "[alembic]\nscript_location = migrations\n";
    let town = Town::bare()
        .write("backend/alembic.ini", ini)
        .write(
            "backend/migrations/versions/aaa1_x.py",
            &version("aaa1", None),
        )
        .write("backend/app/models.py", "")
        .write("node_modules/some/alembic.ini", ini);
    for directory in [".", "backend", "backend/app"] {
        let heads = town.run(&format!("-C {directory} migrate heads"));
        heads.success().prints("aaa1 (head)\n");
    }
    let town = town
        .write("jobs/alembic.ini", ini)
        .write("jobs/migrations/versions/bbb1_x.py", &version("bbb1", None));
    town.run("-C jobs migrate heads")
        .success()
        .prints("bbb1 (head)\n");
    town.run("migrate heads")
        .expect(2)
        .says("several histories of Alembic's are below this directory: backend/alembic.ini, jobs/alembic.ini")
        .says("-c backend/alembic.ini");
    // SQL at the top is what is meant, whatever is below.
    let town = town.write("migrations/20260105083000_create_users.up.sql", "select 1;");
    for directory in [".", "migrations"] {
        let heads = town.run(&format!("-C {directory} migrate heads"));
        heads.success().prints("20260105083000 (head)\n");
    }
}
