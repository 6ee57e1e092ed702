//! Alembic in Python, found and run: on this machine, in containers, and where it goes wrong.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;

use crate::support::cluster::Database;
use crate::support::{Town, docker, reference};

const INI: &str = include_str!("project/alembic.ini");
const MODELS: &str = include_str!("project/models.py");
const ENV_PY: &str = include_str!("project/alembic/env.py");
const TEMPLATE: &str = include_str!("project/alembic/script.py.mako");

/// A project of Alembic's without a revision.
fn project(town: Town) -> Town {
    let town = town
        .write("alembic.ini", INI)
        .write("models.py", MODELS)
        .write("alembic/env.py", ENV_PY)
        .write("alembic/script.py.mako", TEMPLATE);
    fs::create_dir(town.path().join("alembic/versions")).expect("it is ours");
    town
}

/// The virtual environment of a release of Alembic that the test set-up has made.
fn environment(release: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
    let environment = cache
        .unwrap_or_else(home)
        .join("townpass/alembic-")
        .into_os_string();
    let mut environment = environment;
    environment.push(release);
    let environment = PathBuf::from(environment);
    assert!(
        environment.exists(),
        "scripts/setup-tests makes {}",
        environment.display()
    );
    environment
}

/// The same with a virtual environment.
fn with_environment(town: Town) -> Town {
    std::os::unix::fs::symlink(environment("1.20.1"), town.path().join(".venv"))
        .expect("it is ours");
    town
}

/// The version files and their texts.
fn versions(town: &Town) -> Vec<(String, String)> {
    let listed = fs::read_dir(town.path().join("alembic/versions")).expect("a folder");
    let mut found: Vec<(String, String)> = listed
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "py"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy();
            (name.into_owned(), fs::read_to_string(&path).expect("UTF-8"))
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn autogenerate_writes_what_the_models_have() {
    let town = with_environment(project(Town::bare()));
    let database = Database::fresh().await;
    let written = town
        .townpass([
            "--output",
            "json",
            "migrate",
            "revision",
            "--autogenerate",
            "-m",
            "add users",
        ])
        .env("DATABASE_URL", database.url("postgresql+psycopg"))
        .run()
        .success();
    let json = written.json();
    let found = versions(&town);
    let [(name, text)] = found.as_slice() else {
        panic!("one file: {found:?}");
    };
    let revision = name
        .strip_suffix("_add_users.py")
        .expect("Alembic's own name");
    assert_eq!(json["revision"], revision);
    assert_eq!(json["description"], "add users");
    assert!(text.contains("op.create_table('users'"), "{text}");
    let events = written.event_names();
    assert!(events.iter().any(|it| it == "alembic"), "{events:?}");
    // A bare URL is given the one driver that the project requires.
    fs::remove_file(town.path().join("alembic/versions").join(name)).expect("it is ours");
    let town = town.write("requirements.txt", "alembic\npsycopg[binary]>=3\n");
    town.townpass(["migrate", "revision", "--autogenerate", "-m", "again"])
        .env("DATABASE_URL", database.url("postgres"))
        .run()
        .success()
        .says(".venv/bin/python -m alembic");
}

#[tokio::test]
async fn check_compares_the_models_with_the_database() {
    let town = with_environment(project(Town::bare()));
    let database = Database::fresh().await;
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql+psycopg"))
            .run()
    };
    run("migrate revision --autogenerate -m users").success();
    let behind = run("migrate check").expect(1);
    behind.says("Target database is not up to date: 1 revision is not applied");
    run("migrate upgrade").success();
    let clean = run("migrate check").success();
    assert_snapshot!(clean.stdout, @"
    1 revision, 1 head: nothing is wrong with the files
    the models have nothing that no revision makes
    ");

    let models = MODELS.replace("String(120), nullable=False", "String(200)");
    let town = town.write("models.py", &format!("{models}    age = Column(Integer)\n"));
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql+psycopg"))
            .run()
    };
    assert_snapshot!(run("migrate check").expect(1).stdout, @r#"
    1 revision, 1 head: nothing is wrong with the files
    the models and the database differ:
        add_column: 'users', Column('age', Integer(), table=<users>)
        modify_type: 'users', 'email', VARCHAR(length=120), String(length=200)
        modify_nullable: 'users', 'email', False, True
    write a revision of it: `townpass migrate revision --autogenerate -m "..."`
    "#);
    let json = run("--output json migrate check").expect(1).json();
    assert_eq!(json["operations"][0]["kind"], "add_column", "{json}");
    run("migrate check --autogenerate=false").success();
    town.run("migrate check --autogenerate=false").success();
    town.run("migrate check")
        .expect(2)
        .says("`townpass migrate check --autogenerate=false`");
}

#[tokio::test]
async fn what_python_complains_of_is_answered() {
    let database = Database::fresh().await;
    let url = database.url("postgresql+psycopg");
    let town = with_environment(project(Town::bare()));
    let autogenerate = |town: &Town, options: &[&str]| {
        let mut words = vec!["-q", "migrate"];
        words.extend(options);
        words.extend(["revision", "--autogenerate"]);
        town.townpass(words).env("DATABASE_URL", &url).run()
    };
    let town = town.write(
        "alembic/env.py",
        &ENV_PY.replace("= Base.metadata", "= None"),
    );
    assert_snapshot!(autogenerate(&town, &[]), @r#"
    status: 2
    --- stdout
    --- stderr
    error: `env.py` gives Alembic no models to compare with: its `target_metadata` is None
      help: `townpass init --fix-env-py` sets it to the project's Base, and shows the difference first
    "#);
    let town = town.write(
        "alembic/env.py",
        &ENV_PY.replace("import os\n", "import os\nimport sqlmodel\n"),
    );
    assert_snapshot!(autogenerate(&town, &[]), @r#"
    status: 3
    --- stdout
    --- stderr
    error: that Python has no module `sqlmodel`
      help: install the project's requirements into it, or name another Python with `--runner`
    "#);
    let town = town.write(
        "alembic/env.py",
        &ENV_PY.replace(
            "os.environ[\"DATABASE_URL\"]",
            "\"postgresql+psycopg://admin@no-such-host.invalid/x\"",
        ),
    );
    assert_snapshot!(autogenerate(&town, &[]), @r#"
    status: 3
    --- stdout
    --- stderr
    error: Python cannot find the host `no-such-host.invalid`
      help: DATABASE_URL was set to an address that answers from there, so `env.py` takes its URL from elsewhere: let it read os.environ["DATABASE_URL"]
    "#);
    let town = town.write("alembic/env.py", "raise SystemError(\"not today\")\n");
    assert_snapshot!(autogenerate(&town, &[]), @r#"
    status: 2
    --- stdout
    --- stderr
    error: [DIR]/alembic/env.py:1: SystemError: not today
      help: its traceback is above, unless `-q` hides it
    "#);
    let town = town.write(
        "alembic/env.py",
        "import time\nprint('waiting', flush=True)\ntime.sleep(600)\n",
    );
    autogenerate(&town, &["--runner-timeout", "2s"])
        .expect(3)
        .says("did not end within 2 s");
    autogenerate(&town, &["--runner", "service:api"])
        .expect(3)
        .says("only `townpass dev migrate` looks into them");
    autogenerate(&town, &["--runner", "image:"])
        .expect(2)
        .says("names nothing");
    autogenerate(&town, &["--runner", "no-such-program alembic"])
        .expect(3)
        .says("could not be started");
    autogenerate(&town, &["--runner", "false"])
        .expect(3)
        .says("Alembic failed without a word");
    fs::remove_file(town.path().join(".venv")).expect("it is ours");
    let none = town
        .townpass(["migrate", "revision", "--autogenerate"])
        .env("DATABASE_URL", &url)
        .env("PATH", "/usr/bin:/bin")
        .run();
    assert_snapshot!(none, @r#"
    status: 3
    --- stdout
    --- stderr
    error: autogenerate compares with models in Python, and no Python with Alembic was found; looked at:
      │   virtual environment `.venv`: not there
      │   `uv run`: no `uv.lock`, and no `pyproject.toml` for it
      │   `poetry run`: no `poetry.lock`, and no `pyproject.toml` for it
      │   `alembic` on PATH: not there
      │   the project's containers: only `townpass dev migrate` looks into them
      help: make a virtual environment in the project (`python -m venv .venv`, then install its requirements), install uv, or name what runs Alembic: `--runner 'COMMAND'`, `--runner service:NAME`, `--runner image:python:3.12`
    "#);
    assert_eq!(versions(&town), [], "nothing was written");
}

#[test]
fn alembic_in_the_projects_containers() {
    if !docker::demanded() {
        return;
    }
    let services = r#"
  api:
    image: townpass-offline-python
    working_dir: /srv
    volumes: [".:/srv"]
    init: true
    command: ["sleep", "600"]
  migrate:
    image: townpass-offline-python
    working_dir: /srv
    volumes: [".:/srv"]
    command: python3 -m alembic -c alembic.ini upgrade head
    depends_on: { db: { condition: service_healthy } }
volumes:"#;
    let compose = reference().replacen("\nvolumes:", services, 1);
    let town = project(Town::with(&compose)).write("requirements.txt", "psycopg\n");
    let autogenerate = |options: &[&str], message: &str| {
        let mut words = vec!["dev", "migrate"];
        words.extend(options);
        words.extend(["revision", "--autogenerate", "-m", message]);
        town.townpass(words).env("PATH", "/usr/bin:/bin").run()
    };
    // Nothing of this machine has one, no service runs: the one that is made for it.
    let by_migrate = autogenerate(&[], "by migrate").success();
    assert!(
        by_migrate
            .stderr
            .contains("in a container of service `migrate`"),
        "{by_migrate}"
    );
    town.run("dev up api").success();
    // The first one is not applied yet: no Python is needed to say so.
    let by_api = autogenerate(&[], "by api").expect(1);
    let by_api = by_api.says("Target database is not up to date: 1 revision is not applied");
    assert!(!by_api.stderr.contains("in service `api`"), "{by_api}");
    fs::remove_dir_all(town.path().join("alembic/versions")).expect("it is ours");
    fs::create_dir(town.path().join("alembic/versions")).expect("it is ours");
    autogenerate(&[], "by api")
        .success()
        .says("in service `api`");
    fs::remove_dir_all(town.path().join("alembic/versions")).expect("it is ours");
    fs::create_dir(town.path().join("alembic/versions")).expect("it is ours");
    autogenerate(&["--runner", "service:api"], "by api").success();
    fs::remove_dir_all(town.path().join("alembic/versions")).expect("it is ours");
    fs::create_dir(town.path().join("alembic/versions")).expect("it is ours");
    autogenerate(&["--runner", "image:townpass-offline-python"], "by image")
        .success()
        .says("Python in a container of image");
    let found = versions(&town);
    assert!(found[0].0.ends_with("_by_image.py"), "{found:?}");
    assert!(found[0].1.contains("op.create_table('users'"), "{found:?}");
    fs::remove_dir_all(town.path().join("alembic/versions")).expect("it is ours");
    fs::create_dir(town.path().join("alembic/versions")).expect("it is ours");
    autogenerate(&["--runner", "service:db"], "x").expect(3);
}
