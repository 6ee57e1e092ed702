//! `townpass dev` around a history of Alembic's: up, status and reset know it, and what only Python
//! can run finds a Python that only a container has.

use crate::support::{Output, Town, docker, reference};

const INI: &str = include_str!("alembic_python/project/alembic.ini");
const ENV_PY: &str = include_str!("alembic_python/project/alembic/env.py");
const MODELS: &str = include_str!("alembic_python/project/models.py");

/// A project whose Alembic is in an image alone.
fn town() -> Town {
    let services = r#"
  migrate:
    image: townpass-offline-python
    working_dir: /srv
    volumes: [".:/srv"]
    environment: ["DATABASE_URL=postgresql+psycopg://admin:password@db:5432/townpass_db"]
    command: python3 -m alembic -c alembic.ini upgrade head
    depends_on: { db: { condition: service_healthy } }
volumes:"#;
    let compose = reference().replacen("\nvolumes:", services, 1);
    let town = Town::with(&compose)
        .write("alembic.ini", INI)
        .write("models.py", MODELS)
        .write("alembic/env.py", ENV_PY);
    let town = revision(
        town,
        "one",
        "None",
        "op.create_table('t', sa.Column('n', sa.Integer()))",
    );
    revision(
        town,
        "two",
        "'one'",
        "n = op.get_bind().execute(sa.text('SELECT count(*) FROM t')).scalar()\n    \
         op.execute(f'INSERT INTO t VALUES ({n + 41})')",
    )
}

fn revision(town: Town, name: &str, parent: &str, up: &str) -> Town {
    town.write(
        &format!("alembic/versions/{name}.py"),
        &format!(
            "'''Make {name}'''\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
             revision = '{name}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    {up}\n\n\n\
             def downgrade():\n    pass\n"
        ),
    )
}

fn run(town: &Town, words: &str) -> Output {
    town.townpass(words.split(' '))
        .env("PATH", "/usr/bin:/bin")
        .run()
}

#[test]
fn what_only_a_container_can_run_is_run_by_every_command() {
    if !docker::demanded() {
        return;
    }
    let town = town();
    let up = run(&town, "dev up --migrate").success();
    let place = "revision `two` needs Python: `python3 -m alembic -c alembic.ini` in a container of \
                 service `migrate`";
    up.says(place);
    assert_eq!(town.sql("select n from t"), "41");
    let status = run(&town, "dev status").success();
    assert!(status.stdout.contains("two, nothing pending"), "{status}");

    let town = revision(
        town,
        "three",
        "'two'",
        "op.add_column('t', sa.Column('x', sa.Text()))",
    );
    let status = run(&town, "dev status --check").expect(1);
    let pending = "two, 1 revision pending, up to three";
    assert!(status.stdout.contains(pending), "{status}");
    let json = run(&town, "--output json dev status").success().json();
    assert_eq!(json["answer"]["revisions"][0], "two");
    assert_eq!(json["answer"]["heads"][0], "three");
    assert_eq!(json["answer"]["pending"], 1);

    for _ in 0..2 {
        town.sql("insert into t values (1)");
        let reset = run(&town, "--output json dev reset-db --yes").success();
        let reset = reset.json();
        // Nobody knows what Python makes it depend on.
        assert_eq!(reset["from-template"], false);
        let revisions = reset["revisions"].as_array().expect("a list");
        assert_eq!(revisions.len(), 3, "{revisions:?}");
        assert_eq!(town.sql("select n from t"), "41");
    }
    town.sql("alter role admin password 'of long ago'");
    run(&town, "dev reset-db --password").success();
    run(&town, "dev reset-db --volume --yes").success();
    assert_eq!(town.sql("select n from t"), "41");
}

#[test]
fn a_history_without_python_has_a_template() {
    if !docker::demanded() {
        return;
    }
    let town = revision(
        town(),
        "two",
        "'one'",
        "op.execute('INSERT INTO t VALUES (1)')",
    );
    let first = run(&town, "--output json dev reset-db --yes")
        .success()
        .json();
    assert_eq!(first["from-template"], false);
    let again = run(&town, "--output json dev reset-db --yes")
        .success()
        .json();
    assert_eq!(again["from-template"], true);
    assert_eq!(town.sql("select n from t"), "1");
    let status = run(&town, "dev status --check").success();
    assert!(status.stdout.contains("two, nothing pending"), "{status}");

    // An edit is another history, and one with two heads is none.
    let town = revision(
        town,
        "two",
        "'one'",
        "op.execute('INSERT INTO t VALUES (2)')",
    );
    let edited = run(&town, "--output json dev reset-db --yes")
        .success()
        .json();
    assert_eq!(edited["from-template"], false);
    let town = revision(town, "other", "'one'", "pass");
    run(&town, "dev reset-db --yes")
        .expect(5)
        .says("join them with a revision that follows all");
    assert_eq!(town.sql("select n from t"), "2");
}

/// How many work in the database beside the one who asks.
const OTHERS: &str = "select count(*) from pg_stat_activity \
    where datname = 'townpass_db' and pid <> pg_backend_pid() and backend_type = 'client backend'";

/// A revision that makes a table and then sleeps, in a transaction.
fn sleeping(first: &str) -> String {
    format!(
        "import signal, time\n    {first}\n    op.execute('CREATE TABLE begun ()')\n    \
         print('it has begun', flush=True)\n    time.sleep(120)"
    )
}

/// The same with a service that runs and has it as well.
fn town_with_api() -> Town {
    let api = r#"
  api:
    image: townpass-offline-python
    working_dir: /srv
    volumes: [".:/srv"]
    init: true
    command: ["sleep", "600"]
  migrate:
"#;
    let town = town();
    let compose = std::fs::read_to_string(town.path().join("docker-compose.yml")).expect("UTF-8");
    let compose = compose.replacen("\n  migrate:\n", api, 1);
    town.write("docker-compose.yml", &compose)
}

/// The containers that were made for one run, if any are left.
fn one_offs(town: &Town) -> String {
    let project = format!("label=com.docker.compose.project={}", town.project());
    let one_off = "label=com.docker.compose.oneoff=True";
    docker::docker(&["ps", "-aq", "--filter", &project, "--filter", one_off]).expect("an answer")
}

/// The processes in the container of a service.
fn processes(town: &Town, service: &str) -> String {
    let id = town
        .compose(&format!("ps -q {service}"))
        .expect("an answer");
    docker::docker(&["top", &id, "-eo", "pid,args"]).expect("an answer")
}

/// How many commands were begun in the container of a service, since a second of the engine's clock.
fn execs(town: &Town, service: &str, since: &str) -> usize {
    let id = town
        .compose(&format!("ps -q {service}"))
        .expect("an answer");
    let id = format!("container={id}");
    let filters = ["--filter", &id, "--filter", "event=exec_create"];
    let times = [
        "--since",
        since,
        "--until",
        &now(),
        "--format",
        "{{.TimeNano}}",
    ];
    let words = [&["events"][..], &filters, &times].concat();
    docker::docker(&words).expect("an answer").lines().count()
}

/// The engine's clock.
fn now() -> String {
    let words = ["info", "--format", "{{.SystemTime}}"];
    docker::docker(&words).expect("an answer")
}

/// An `env.py` that connects to nothing where it is only to print, as Alembic's own template.
const ENV_PY_OFFLINE: &str = r#"
import os
from alembic import context
from sqlalchemy import create_engine

url = os.environ["DATABASE_URL"]
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"#;

#[test]
fn a_container_is_looked_into_once_however_many_revisions_need_it() {
    if !docker::demanded() {
        return;
    }
    let by_python = "import uuid\n    op.execute(f'INSERT INTO t VALUES ({uuid.UUID(int=7).int})')";
    let mut town = town_with_api().write("alembic/env.py", ENV_PY_OFFLINE);
    for (name, parent) in [("two", "'one'"), ("three", "'two'")] {
        town = revision(town, name, parent, by_python);
    }
    let found = run(&town, "dev migrate lint").success();
    let of_migrate = "in a container of service `migrate`";
    assert!(found.stderr.contains(of_migrate), "{found}");
    assert!(!found.stderr.contains("was found here"), "{found}");
    run(
        &town,
        "dev migrate --runner image:townpass-offline-python lint",
    )
    .success();
    let project = format!("label=com.docker.compose.project={}", town.project());
    let started = docker::docker(&["ps", "-aq", "--filter", &project]).expect("an answer");
    assert_eq!(started, "", "what is only printed needs no database");

    run(&town, "dev up api").success();
    let (since, place) = (now(), "in service `api`");
    let found = run(&town, "dev migrate lint").success();
    assert!(found.stderr.contains(place), "{found}");
    assert_eq!(
        execs(&town, "api", &since),
        2,
        "a look, and one question: {found}"
    );
    let since = now();
    let up = run(&town, "dev migrate").success();
    assert!(up.stdout.starts_with("upgraded 3 revisions"), "{up}");
    assert_eq!(up.stderr.matches(place).count(), 2, "{up}");
    assert_eq!(
        execs(&town, "api", &since),
        3,
        "a look, and two revisions: {up}"
    );
}

/// A statement whose server process does not notice that its client is gone.
const DEEP_SLEEP: &str = "op.execute('CREATE TABLE begun ()')\n    print('it has begun', flush=True)\n    \
     op.get_bind().execute(sa.text('SELECT pg_sleep(120)')).scalar()";

#[cfg(unix)]
#[test]
fn patience_with_alembic_in_a_container_has_an_end() {
    if !docker::demanded() {
        return;
    }
    let mut town = town_with_api();
    run(&town, "dev up").success();
    for (service, work) in [
        ("migrate", &*sleeping("pass")),
        ("migrate", DEEP_SLEEP),
        (
            "api",
            &*sleeping("signal.signal(signal.SIGTERM, signal.SIG_IGN)"),
        ),
        ("api", DEEP_SLEEP),
    ] {
        if service == "api" {
            run(&town, "dev up api").success();
        }
        town = revision(town, "two", "'one'", work);
        let ended = run(&town, "dev migrate --runner-timeout 5s").expect(3);
        let ended = ended.says("it has begun");
        let why = format!("service `{service}` did not end within 5 s, and was stopped");
        assert!(ended.stderr.contains(&why), "{ended}");
        assert_eq!(town.sql(OTHERS), "0", "{service}, {work}");
        assert_eq!(one_offs(&town), "", "{service}, {work}");
        if service == "api" {
            let processes = processes(&town, service);
            assert!(!processes.contains("alembic"), "{processes}");
        }
        assert_eq!(town.sql("select to_regclass('begun') is null"), "t");
        assert_eq!(town.sql("select version_num from alembic_version"), "one");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_alembic_in_a_container_too() {
    if !docker::demanded() {
        return;
    }
    let mut town = town_with_api();
    run(&town, "dev up").success();
    // In a container of its own, then in the running one; each time one that does not listen too.
    for (service, first) in [
        ("migrate", "pass"),
        ("migrate", "signal.signal(signal.SIGINT, signal.SIG_IGN)"),
        ("api", "pass"),
        ("api", "signal.signal(signal.SIGINT, signal.SIG_IGN)"),
    ] {
        if service == "api" {
            run(&town, "dev up api").success();
        }
        town = revision(town, "two", "'one'", &sleeping(first));
        let mut running = town
            .townpass(["dev", "migrate"])
            .env("PATH", "/usr/bin:/bin")
            .start();
        running.until_says("it has begun").signal("INT");
        let ended = running.end().expect(130);
        let ended = ended.says("waiting until Alembic has ended");
        let place = format!("service `{service}`");
        assert!(ended.stderr.contains(&place), "{ended}");
        assert_eq!(town.sql(OTHERS), "0", "{service}, {first}");
        assert_eq!(one_offs(&town), "", "{service}, {first}");
        assert_eq!(town.sql("select to_regclass('begun') is null"), "t");
        assert_eq!(town.sql("select version_num from alembic_version"), "one");
    }
}
