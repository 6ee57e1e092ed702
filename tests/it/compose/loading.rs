//! Which files, names and variables count.

use std::{collections::BTreeMap, fs, path::Path};

use townpass::{
    compose::{self, Project, Request, Warning, database},
    ident::ServiceName,
    secret::Secret,
};

/// A directory with these files, and a request for what a plain command in it would load.
fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Request) {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let request = Request::in_directory(directory.path(), BTreeMap::new());
    (directory, request)
}

fn load(request: &Request) -> Project {
    compose::load(request).unwrap_or_else(|error| panic!("{error:?}"))
}

fn variable(project: &Project, service: &str, name: &str) -> String {
    project.services[service]
        .variable(name)
        .unwrap_or("<unset>")
        .to_owned()
}

const ONE: &str = "services: { a: { image: x } }\n";

#[test]
fn the_nearest_file_upwards_is_found_with_its_override() {
    let (directory, mut request) = project(&[
        ("top/docker-compose.yml", ONE),
        (
            "top/docker-compose.override.yml",
            "services: { a: { hostname: h } }\n",
        ),
        ("top/.env", "UNUSED=1\n"),
        ("top/sub/deep/.keep", ""),
    ]);
    request.directory = directory.path().join("top/sub/deep");
    let project = load(&request);
    assert_eq!(project.directory, directory.path().join("top"));
    assert_eq!(project.name.as_str(), "top");
    assert_eq!(project.files.len(), 2);
    assert_eq!(project.services["a"].hostname.as_deref(), Some("h"));
    assert_eq!(project.environment["UNUSED"], "1");
}

#[test]
fn named_files_take_no_override_and_give_the_directory() {
    let (directory, mut request) = project(&[
        ("one/a.yaml", ONE),
        (
            "one/compose.override.yaml",
            "services: { a: { hostname: h } }\n",
        ),
        ("two/b.yaml", "services: { b: { image: y, build: ctx } }\n"),
    ]);
    request.files = vec!["one/a.yaml".into(), "two/b.yaml".into()];
    let project = load(&request);
    assert_eq!(project.services["a"].hostname, None);
    assert_eq!(project.directory, directory.path().join("one"));
    let context = &project.services["b"]
        .build
        .as_ref()
        .expect("a build")
        .context;
    assert_eq!(Path::new(context), directory.path().join("one/ctx"));
    request.project_directory = Some("two".into());
    assert_eq!(load(&request).name.as_str(), "two");
}

#[test]
fn the_name_comes_from_the_first_who_gives_one() {
    let (_directory, mut request) = project(&[
        (
            "My.Dir/compose.yaml",
            "name: From-${WHO:-file}\nservices: { a: { image: x } }\n",
        ),
        ("plain/My.Dir/compose.yaml", ONE),
    ]);
    let base = request.directory.clone();
    request.directory = base.join("plain/My.Dir");
    assert_eq!(load(&request).name.as_str(), "mydir");
    request.directory = base.join("My.Dir");
    assert_eq!(load(&request).name.as_str(), "from-file");
    request
        .environment
        .insert("COMPOSE_PROJECT_NAME".into(), "by_env".into());
    assert_eq!(load(&request).name.as_str(), "by_env");
    request.project_name = Some("by_flag".into());
    assert_eq!(load(&request).name.as_str(), "by_flag");
}

#[test]
fn an_env_file_that_is_not_there_is_missed_by_its_service_alone() {
    let file = "services:\n  db: { image: postgres:16 }\n  a: { image: x, env_file: [no.env] }\n";
    let example = "no.env.example";
    for (files, help) in [
        (vec![("compose.yaml", file)], "required: false"),
        (
            vec![("compose.yaml", file), (example, "A=\n")],
            "`cp no.env.example no.env`",
        ),
    ] {
        let (_directory, request) = project(&files);
        let project = load(&request);
        let order = |name: &str| {
            project
                .start_order(&[ServiceName::new(name)])
                .map(|it| it.len())
        };
        assert_eq!(order("db").expect("it lacks nothing"), 1);
        let error = order("a").expect_err("it lacks a file");
        assert_eq!(
            error.to_string(),
            "the file `no.env` cannot be read: it does not exist"
        );
        let said = miette::Diagnostic::help(&error).map(|it| it.to_string());
        let said = said.unwrap_or_default();
        assert!(said.contains(help), "{said}");
        let [warning] = &project.warnings[..] else {
            panic!("{:?}", project.warnings);
        };
        assert_eq!(
            warning.to_string(),
            "compose.yaml:3:29: service `a` cannot be started without `no.env`, which does not exist"
        );
    }
}

#[test]
fn the_system_wins_over_env_files_and_later_over_earlier() {
    let file = "services: { a: { image: x, environment: { A: $A, B: $B, C: $C, D: }, env_file: [one.env, { path: two.env }, { path: no.env, required: false }, { path: raw.env, format: raw }] } }\n";
    let (_directory, mut request) = project(&[
        ("compose.yaml", file),
        (".env", "A=dotenv\nB=dotenv\nC=dotenv\nD=dotenv\n"),
        ("first.env", "A=first\nB=first\n"),
        ("second.env", "B=second\n"),
        ("one.env", "E=one\nF=one\nB=one\n"),
        ("two.env", "F=two\nG=${E}-${A}\n"),
        ("raw.env", "H=\"$A\"\n"),
    ]);
    let values = |request: &Request| -> Vec<String> {
        let project = load(request);
        ["A", "B", "C", "D", "E", "F", "G", "H"]
            .iter()
            .map(|name| variable(&project, "a", name))
            .collect()
    };
    assert_eq!(
        values(&request),
        [
            "dotenv",
            "dotenv",
            "dotenv",
            "dotenv",
            "one",
            "two",
            "one-dotenv",
            "\"$A\""
        ]
    );
    request.env_files = vec!["first.env".into(), "second.env".into()];
    assert_eq!(
        values(&request),
        [
            "first",
            "second",
            "",
            "<unset>",
            "one",
            "two",
            "one-first",
            "\"$A\""
        ]
    );
    request.environment.insert("A".into(), "system".into());
    assert_eq!(values(&request)[0], "system");
    request.env_files.clear();
    request
        .environment
        .insert("COMPOSE_DISABLE_ENV_FILE".into(), "1".into());
    assert_eq!(values(&request)[1], "");
    request
        .environment
        .insert("COMPOSE_ENV_FILES".into(), "second.env".into());
    assert_eq!(values(&request)[1], "second");
    assert_eq!(load(&request).env_files.len(), 1);
}

#[test]
fn dependencies_come_first_and_a_named_service_is_enabled() {
    let file = "services:\n  api: { image: x, depends_on: { db: { condition: service_healthy }, migrate: { condition: service_completed_successfully } } }\n  migrate: { image: x, depends_on: [db] }\n  db: { image: postgres:16 }\n  seed: { image: x, profiles: [tools], depends_on: { gone: { condition: service_started, required: false } } }\n  gone: { image: x, profiles: [never] }\n";
    let (_directory, request) = project(&[("compose.yaml", file)]);
    let project = load(&request);
    let order = |names: &[&str]| -> Vec<String> {
        let names: Vec<ServiceName> = names.iter().map(|name| ServiceName::new(*name)).collect();
        let order = project.start_order(&names).expect("an order");
        order
            .iter()
            .map(|service| service.name.to_string())
            .collect()
    };
    assert_eq!(order(&["api", "db"]), ["db", "migrate", "api"]);
    assert_eq!(order(&["db"]), ["db"]);
    assert_eq!(order(&["seed"]), ["seed"]);
    assert!(
        project
            .start_order(&[ServiceName::new("apo")])
            .is_err_and(|error| error.to_string() == "there is no service `apo`")
    );
    let mut project = project;
    assert!(!project.services.contains_key("seed"));
    project.enable("seed");
    assert!(project.services.contains_key("seed"));
}

#[test]
fn unquoted_numbers_are_warned_of_without_showing_a_password() {
    let file = "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: 0123\n      VERSION: 1.10\n      PORT: 8000\n      FLAG: true\n      QUOTED: \"045\"\n      TYPO: $NOPE\n";
    let (_directory, request) = project(&[("compose.yaml", file)]);
    let project = load(&request);
    let warnings: Vec<String> = project.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 3, "{warnings:#?}");
    assert!(
        warnings[0].starts_with("compose.yaml:5:26: `POSTGRES_PASSWORD`"),
        "{}",
        warnings[0]
    );
    assert!(
        warnings[1].contains("the container gets `1.1`"),
        "{}",
        warnings[1]
    );
    assert!(matches!(&project.warnings[2], Warning::Unset { name, .. } if name == "NOPE"));
    let everything = format!("{:?}{}", project.warnings[0], warnings[0]);
    assert!(
        !everything.contains("0123") && !everything.contains("83"),
        "{everything}"
    );
    assert_eq!(variable(&project, "db", "POSTGRES_PASSWORD"), "83");
}

#[test]
fn the_database_and_its_account_are_found() {
    let file = "services:\n  db:\n    image: postgres:18\n    command: postgres -c port=5444\n    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD_FILE: /run/secrets/pw }\n    secrets: [pw]\n    volumes: [\"pgdata:/var/lib/postgresql\"]\n  exporter: { image: prometheuscommunity/postgres-exporter }\n  api: { image: x, environment: { POSTGRES_PASSWORD: x } }\nvolumes: { pgdata: }\nsecrets: { pw: { file: pw.txt } }\n";
    let (_directory, request) = project(&[("compose.yaml", file), ("pw.txt", "from file\n")]);
    let project = load(&request);
    let service = database::find(&project, None).expect("one database");
    let wanted = database::wanted(&project, service).expect("its account");
    assert_eq!(wanted.user.as_str(), "admin");
    assert_eq!(wanted.database.as_str(), "admin");
    assert_eq!(
        wanted.password.as_ref().map(Secret::reveal),
        Some("from file")
    );
    assert_eq!(wanted.major, Some(18));
    assert_eq!(wanted.data_directory, "/var/lib/postgresql/18/docker");
    assert_eq!(wanted.port, 5444);
    assert_eq!(
        wanted.data_mount.and_then(|it| it.source).as_deref(),
        Some("pgdata")
    );
    assert_eq!(
        wanted.password_place.map(|it| it.to_string()).as_deref(),
        Some("compose.yaml:5:66")
    );
    let wrong = database::find(&project, Some("api")).expect_err("it is none");
    assert_eq!(wrong.to_string(), "service `api` does not run PostgreSQL");
}

#[test]
fn several_databases_need_a_choice() {
    let file = "services:\n  one: { image: postgres:16 }\n  two: { image: pgvector/pgvector:pg17 }\n  cache: { image: redis }\n";
    let (_directory, request) = project(&[("compose.yaml", file)]);
    let project = load(&request);
    let error = database::find(&project, None).expect_err("two");
    assert_eq!(
        error.to_string(),
        "several services run PostgreSQL: `one`, `two`"
    );
    assert_eq!(
        database::find(&project, Some("two"))
            .expect("chosen")
            .name
            .as_str(),
        "two"
    );
}

#[test]
fn extensions_stay_reachable() {
    let file =
        "x-townpass: { schema: app }\nservices: { a: { image: x, x-townpass: { role: r } } }\n";
    let (_directory, request) = project(&[("compose.yaml", file)]);
    let project = load(&request);
    let schema = project
        .extensions
        .get("x-townpass")
        .and_then(|it| it.get("schema"));
    assert_eq!(schema.and_then(|it| it.as_text()), Some("app"));
    assert!(project.services["a"].extension("x-townpass").is_some());
}
