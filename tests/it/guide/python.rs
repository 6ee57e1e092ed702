//! A virtual environment that is missing, moved, broken or of Windows; drivers and dialects.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::{Started, environment, fails, forget_generated};
use crate::support::{Output, docker};

const AUTOGENERATE: &str = "townpass dev migrate revision --autogenerate -m x";

/// Types a line without any Alembic on the PATH.
#[track_caller]
fn bare(started: &Started, line: &str) -> Output {
    let none = Path::new("/nonexistent");
    let mut run = started.town.shell(none, line);
    run = run.env("PYTHONDONTWRITEBYTECODE", "1");
    run.run()
}

fn program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it is in a directory")).expect("it is ours");
    fs::write(path, text).expect("it is ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[test]
fn an_environment_that_is_of_no_use() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    let venv = started.path(".venv");
    // What needs no Python goes on, whatever became of it.
    let goes_on = || {
        bare(&started, "townpass dev migrate downgrade -1").success();
        bare(&started, "townpass dev migrate upgrade head").success();
        bare(&started, "townpass dev migrate history --verbose")
            .success()
            .shows("Rev: 3c02b898183a (head)\nParent: 2b7edeccd9e3\n");
    };
    let is_told = |why: &str| {
        bare(&started, AUTOGENERATE)
            .expect(3)
            .says(why)
            .says("`townpass dev up api` starts it");
        let found = bare(&started, "townpass doctor -v").success();
        assert!(found.stdout.contains(why), "{found}");
    };

    // None.
    let missing = bare(&started, "alembic upgrade head").expect(127);
    assert!(missing.stderr.contains("alembic: not found"), "{missing}");
    goes_on();
    is_told("virtual environment `.venv`: not there");

    // One that was made on Windows, in the same folder.
    program(&venv.join("Scripts/alembic.exe"), "");
    program(&venv.join("Scripts/python.exe"), "");
    let missing = bare(&started, ". .venv/bin/activate");
    assert_ne!(missing.status, 0, "{missing}");
    goes_on();
    is_told("virtual environment `.venv`: was made on another platform: make it anew");
    fs::remove_dir_all(&venv).expect("it is ours");

    // One whose Python is gone.
    fs::create_dir_all(venv.join("bin")).expect("it is ours");
    symlink("/nonexistent/python3.9", venv.join("bin/python")).expect("it is ours");
    program(&venv.join("bin/alembic"), "#!/nonexistent/python3.9\n");
    assert_ne!(bare(&started, ".venv/bin/alembic current").status, 0);
    goes_on();
    is_told("its Python is gone (`/nonexistent/python3.9`): make it anew");
    fs::remove_dir_all(&venv).expect("it is ours");

    // The service has one.
    bare(&started, "townpass dev up api").success();
    bare(&started, AUTOGENERATE).success();
    forget_generated(&started.town);
    bare(&started, "townpass dev down").success();

    // One that was moved: its programs name a Python that is not there, but it has its own.
    fs::create_dir_all(venv.join("bin")).expect("it is ours");
    for name in ["lib", "pyvenv.cfg"] {
        symlink(environment().join(name), venv.join(name)).expect("it is ours");
    }
    let python = fs::canonicalize(environment().join("bin/python")).expect("it is there");
    symlink(python, venv.join("bin/python")).expect("it is ours");
    program(
        &venv.join("bin/alembic"),
        "#!/home/ann/backend/.venv/bin/python\nimport sys\nfrom alembic.config import main\nsys.exit(main())\n",
    );
    assert_ne!(bare(&started, ".venv/bin/alembic current").status, 0);
    bare(&started, AUTOGENERATE).success();
    forget_generated(&started.town);
    // The folder of the history was made a package, which hides Alembic from `python -m alembic`.
    started.write("alembic/__init__.py", "");
    fails(
        &bare(&started, ".venv/bin/python -m alembic current"),
        "'alembic' is a package and cannot be directly executed",
    );
    bare(&started, AUTOGENERATE).success();
}

#[test]
fn a_dialect_that_python_cannot_load() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    let with = |dialect: &str, line: &str| {
        let url = started.url.replace("postgresql+psycopg", dialect);
        started.typed(&format!("DATABASE_URL={url} {line}"))
    };
    for (dialect, words) in [
        // What Heroku and others hand out.
        (
            "postgres",
            "Can't load plugin: sqlalchemy.dialects:postgres",
        ),
        ("postgresql+psycopg2", "No module named 'psycopg2'"),
        ("postgresql+asyncpg", "No module named 'asyncpg'"),
    ] {
        fails(&with(dialect, "alembic current"), words);
        with(dialect, "townpass dev migrate current")
            .success()
            .prints("3c02b898183a (head)\n");
    }
    // Where Python is needed, a bare URL gets the driver that the project requires.
    with("postgres", AUTOGENERATE).success();
    forget_generated(&started.town);
    with("postgresql+asyncpg", AUTOGENERATE)
        .expect(3)
        .says("that Python has no module `asyncpg`")
        .says("install the project's requirements into it");
    // A password that `configparser` takes for an option, in an `env.py` that does not escape it.
    started.edit("alembic/env.py", ".replace(\"%\", \"%%\")", "");
    let encoded = "DATABASE_URL=$(townpass dev url | sed s/:password@/:p%61ssword@/)";
    fails(
        &started.typed(&format!("{encoded} alembic current")),
        "invalid interpolation syntax",
    );
    started
        .typed(&format!("{encoded} townpass dev migrate current"))
        .success()
        .prints("3c02b898183a (head)\n");
}
