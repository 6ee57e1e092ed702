//! Projects of uv's and of Poetry's: where nothing is installed yet, and where Alembic is no part of
//! them.

use std::fs;
use std::path::PathBuf;

use super::{forget_generated, generated, project};
use crate::support::{Invocation, Output, Town, cluster::Database};

const PYPROJECT: &str = r#"[project]
name = "backend"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["alembic", "psycopg[binary]", "sqlalchemy"]

[tool.uv]
environments = ["sys_platform == 'linux'"]
no-index = true
find-links = ["{wheels}"]
"#;

/// A directory of the test set-up.
fn set_up(name: &str) -> PathBuf {
    let environment = super::environment();
    let cache = environment.parent().expect("it is in the cache");
    let directory = cache.join(name);
    assert!(
        directory.exists(),
        "scripts/setup-tests makes {}",
        directory.display()
    );
    directory
}

/// Where it keeps uv, and the wheels that a project needs.
fn wheels() -> PathBuf {
    set_up("wheels")
}

/// Types a line with uv on the PATH, and no Alembic.
#[track_caller]
fn with_uv(town: &Town, database: &Database, line: &str) -> Output {
    typing(town, database, line).run()
}

fn typing<'t>(town: &'t Town, database: &Database, line: &str) -> Invocation<'t> {
    town.shell(&wheels().join("bin"), line)
        .env("DATABASE_URL", database.url("postgresql"))
        // The Python for which the wheels are.
        .env("UV_PYTHON", "python3")
        .env("PYTHONDONTWRITEBYTECODE", "1")
}

/// A revision that makes a table, and sleeps in its transaction.
const ASLEEP: &str = r#"
import time
from alembic import op

revision = "aaaa0000ffff"
down_revision = "3c02b898183a"


def upgrade():
    op.execute("CREATE TABLE begun ()")
    print("it has begun", flush=True)
    time.sleep(120)


def downgrade():
    pass
"#;

/// What runs of the programs in a town's directory.
fn running(town: &Town) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("this is Linux");
    let lines = processes.filter_map(|it| fs::read(it.ok()?.path().join("cmdline")).ok());
    let lines = lines.map(|it| String::from_utf8_lossy(&it).replace('\0', " "));
    let inside = town.path().join(".venv").display().to_string();
    lines.filter(|it| it.contains(&inside)).collect()
}

#[tokio::test]
async fn what_uv_has_started_ends_when_it_is_stopped() {
    let database = Database::fresh().await;
    let text = PYPROJECT.replace("{wheels}", &wheels().display().to_string());
    let town = project()
        .write("pyproject.toml", &text)
        .write("alembic/versions/aaaa0000ffff_sleep.py", ASLEEP);
    with_uv(&town, &database, "uv sync").success();
    let upgrade = "exec townpass migrate --runner 'uv run alembic' upgrade head";
    let hangs = format!("{upgrade} --runner-timeout 5s");
    with_uv(&town, &database, &hangs)
        .expect(3)
        .says("it has begun")
        .says("`uv run alembic -c ")
        .says(" did not end within 5 s, and was stopped");
    assert_eq!(running(&town), Vec::<String>::new());
    for signal in ["TERM", "INT"] {
        let mut started = typing(&town, &database, upgrade).start();
        started.until_says("it has begun").signal(signal);
        let ended = started.end().expect(130);
        ended.says("waiting until Alembic has ended");
        assert_eq!(running(&town), Vec::<String>::new(), "{signal}");
    }
    let others = "SELECT count(*) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut connection = database.connect().await;
    let others: i64 = sqlx::query_scalar(others)
        .fetch_one(&mut connection)
        .await
        .expect("an answer");
    assert_eq!(others, 0);
}

#[tokio::test]
async fn uv_runs_alembic() {
    let wheels = wheels();
    let database = Database::fresh().await;
    let text = PYPROJECT.replace("{wheels}", &wheels.display().to_string());
    let town = project().write("pyproject.toml", &text);
    let typed = |line: &str| with_uv(&town, &database, line);
    typed("uv lock").success();
    typed("alembic upgrade head").expect(127);
    typed("townpass migrate upgrade head").success();
    assert!(!town.path().join(".venv").exists(), "no Python was needed");
    // A clone has the lock, and no environment: uv makes it. The driver is the one that is required.
    typed("townpass migrate revision --autogenerate -m x")
        .success()
        .says("/uv run alembic`");
    assert_eq!(generated(&town).len(), 1);
    forget_generated(&town);
    // From then on it is there.
    typed("townpass migrate downgrade -1 --engine-mode python")
        .success()
        .says(".venv/bin/python -m alembic`");
    typed("townpass migrate upgrade head --engine-mode python --runner 'uv run --frozen alembic'")
        .success()
        .shows("upgraded 1 revision");

    // Alembic is in a group of its own that was not installed, or in none.
    fs::remove_dir_all(town.path().join(".venv")).expect("it is ours");
    let town = town.write("pyproject.toml", &text.replace("\"alembic\", ", ""));
    let typed = |line: &str| with_uv(&town, &database, line);
    typed("townpass migrate revision --autogenerate -m x")
        .expect(3)
        .says("the command that is to run Alembic finds none")
        .says("`uv sync`");
    // What uv says of its own is told as it is.
    let town = town.write("pyproject.toml", &text.replace("3.11", "3.99"));
    let typed = |line: &str| with_uv(&town, &database, line);
    fs::remove_dir_all(town.path().join(".venv")).expect("it is ours");
    typed("townpass migrate revision --autogenerate -m x")
        .expect(3)
        .says("error: Alembic failed: ")
        .says("3.99");
}

/// What a project of Poetry's requires: every package by its file, so that no index is asked.
fn requirements() -> String {
    let mut requirements = Vec::new();
    for directory in [wheels(), set_up("poetry/wheels")] {
        for entry in fs::read_dir(directory).expect("it is there") {
            let path = entry.expect("an entry").path();
            let file = path.file_name().expect("a name").to_string_lossy();
            let Some((name, _)) = file.strip_suffix(".whl").and_then(|it| it.split_once('-'))
            else {
                continue;
            };
            let name = match name {
                "psycopg" => "psycopg[binary]".to_owned(),
                name => name.replace('_', "-"),
            };
            requirements.push(format!("\"{name} @ file://{}\"", path.display()));
        }
    }
    requirements.sort();
    requirements.join(",\n  ")
}

/// The text of a project of Poetry's.
fn of_poetry(python: &str) -> String {
    let requirements = requirements();
    format!(
        "[project]\nname = \"backend\"\nversion = \"0.1.0\"\nrequires-python = \"{python}\"\n\
         dependencies = [\n  {requirements},\n]\n\n[tool.poetry]\npackage-mode = false\n"
    )
}

/// Types a line with Poetry on the PATH, and no Alembic.
#[track_caller]
fn with_poetry(town: &Town, database: &Database, line: &str) -> Output {
    town.shell(&set_up("poetry/bin"), line)
        .env("DATABASE_URL", database.url("postgresql"))
        .env("POETRY_VIRTUALENVS_IN_PROJECT", "false")
        .env("PIP_NO_INDEX", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
}

#[tokio::test]
async fn poetry_runs_alembic() {
    let database = Database::fresh().await;
    let town = project().write("pyproject.toml", &of_poetry(">=3.11"));
    let typed = |line: &str| with_poetry(&town, &database, line);
    typed("poetry lock").success();
    typed("alembic upgrade head").expect(127);
    typed("townpass migrate upgrade head").success();
    // A clone has the lock, and nothing is installed: Poetry does not do that by itself.
    typed("townpass migrate revision --autogenerate -m x")
        .expect(3)
        .says("/poetry run alembic`")
        .says("the command that is to run Alembic finds none")
        .says("`poetry install`");
    typed("poetry install").success();
    typed("townpass migrate revision --autogenerate -m x")
        .success()
        .says("/poetry run alembic`");
    assert_eq!(generated(&town).len(), 1);
    forget_generated(&town);
    typed("townpass migrate downgrade -1 --engine-mode python")
        .success()
        .shows("downgraded 1 revision");
    typed("townpass migrate upgrade head --engine-mode python --runner 'poetry run alembic'")
        .success()
        .shows("upgraded 1 revision");
    // What Poetry says of its own is told as it is.
    let town = town.write("pyproject.toml", &of_poetry(">=3.99"));
    with_poetry(
        &town,
        &database,
        "townpass migrate revision --autogenerate -m x",
    )
    .expect(3)
    .says("error: Alembic failed: ")
    .says("3.99");
}
