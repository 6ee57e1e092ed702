//! A project of uv's: `uv run` where nothing is installed yet, and where Alembic is no part of it.

use std::fs;
use std::path::PathBuf;

use super::{forget_generated, generated, project};
use crate::support::{Output, Town, cluster::Database};

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

/// Where the test set-up keeps uv, and the wheels that a project needs.
fn wheels() -> PathBuf {
    let environment = super::environment();
    let cache = environment.parent().expect("it is in the cache");
    let wheels = cache.join("wheels");
    assert!(
        wheels.exists(),
        "scripts/setup-tests makes {}",
        wheels.display()
    );
    wheels
}

/// Types a line with uv on the PATH, and no Alembic.
#[track_caller]
fn with_uv(town: &Town, database: &Database, line: &str) -> Output {
    town.shell(&wheels().join("bin"), line)
        .env("DATABASE_URL", database.url("postgresql"))
        // The Python for which the wheels are.
        .env("UV_PYTHON", "python3")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
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
