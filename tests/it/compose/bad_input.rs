//! What a person sees when a Compose file is wrong.

use std::{collections::BTreeMap, fs};

use miette::{GraphicalReportHandler, GraphicalTheme};
use townpass::compose::{self, Project, Request};

/// The error of a project with these files, as it is shown.
fn shown(files: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        fs::write(directory.path().join(path), text).expect("a file");
    }
    let request = Request::in_directory(directory.path(), BTreeMap::new());
    let started = |project: Project| -> Result<Vec<String>, compose::Error> {
        let names: Vec<_> = project.services.keys().cloned().collect();
        let order = project.start_order(&names)?;
        match order
            .iter()
            .flat_map(|service| compose::unsupported(service))
            .next()
        {
            Some(error) => Err(error),
            None => Ok(order
                .iter()
                .map(|service| service.name.to_string())
                .collect()),
        }
    };
    let error = match compose::load(&request).and_then(started) {
        Ok(order) => return format!("loaded: {}", order.join(" ")),
        Err(error) => error,
    };
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, &error)
        .expect("it renders");
    text.replace(&directory.path().display().to_string(), "<dir>")
}

/// A file, what is said of it, and where.
const CASES: &[(&str, &str, &str)] = &[
    (
        "services:\n  db:\n    image: postgres:16\n   ports: []\n",
        "this is not valid YAML",
        "compose.yaml:4:4",
    ),
    (
        "services:\n  db:\n    image: \"postgres\n",
        "this is not valid YAML",
        "compose.yaml:3:12",
    ),
    (
        "services:\n  db:\n    image: x\n    enviroment: {}\n",
        "`enviroment` is not a key of `services.db`",
        "compose.yaml:4:5",
    ),
    (
        "service:\n  a: { image: x }\n",
        "did you mean `services`?",
        "compose.yaml:1:1",
    ),
    (
        "services:\n  db:\n    image: [postgres]\n",
        "`services.db.image` must be text, not a list",
        "compose.yaml:3:12",
    ),
    (
        "services:\n  db:\n    image: x\n    hostname: h-${PW:?set the password}\n",
        "the variable PW is not set: set the password",
        "compose.yaml:4:17",
    ),
    (
        "services:\n  db:\n    image: x\n    hostname: ${A\n",
        "write `$$` for a dollar sign",
        "compose.yaml:4:15",
    ),
    (
        "services:\n  db: { image: x, ports: [\"localhost:5433:5432\"] }\n",
        "`localhost` is not an IP address",
        "compose.yaml:2:27",
    ),
    (
        "services:\n  db: { image: x, volumes: [\"pgdta:/data\"] }\nvolumes: { pgdata: }\n",
        "did you mean `pgdata`?",
        "compose.yaml:2:29",
    ),
    (
        "services:\n  db:\n    image: x\n    image: y\n",
        "the key `image` stands here twice, first in line 3",
        "compose.yaml:4:5",
    ),
    (
        "services:\n  db: {}\n",
        "service `db` has neither `image` nor `build`",
        "compose.yaml:2:7",
    ),
    (
        "services:\n  a: { image: x, depends_on: [bb] }\n  b: { image: x }\n",
        "service `a` refers to the service `bb`, which is not defined",
        "compose.yaml:2:31",
    ),
    (
        "services:\n  a: { image: x, extends: a }\n",
        "services extend each other in a circle: a → a",
        "compose.yaml:2:27",
    ),
    (
        "services:\n  a: { image: x, healthcheck: { interval: 5 } }\n",
        "must be a duration such as `30s`, not a number",
        "compose.yaml:2:43",
    ),
    (
        "services:\n  a: { image: x, depends_on: { b: { condition: healthy } } }\n  b: { image: x }\n",
        "it is one of service_started, service_healthy",
        "compose.yaml:2:48",
    ),
    (
        "services:\n  a: { image: x, post_start: [{ command: x }] }\n",
        "`services.a.post_start` is not supported",
        "compose.yaml:2:18",
    ),
    (
        "include: [nothere.yaml]\n",
        "nothere.yaml` cannot be read",
        "compose.yaml:1:11",
    ),
    (
        "include: [compose.yaml]\n",
        "files include each other in a circle",
        "compose.yaml:1:11",
    ),
    (
        "services:\n  a: { image: x, command: \"sh -c 'x\" }\n",
        "the quotes of this command do not close",
        "compose.yaml:2:27",
    ),
    (
        "services:\n  a: { image: x, environment: { 1: x } }\n",
        "put it in quotes: \"1\"",
        "compose.yaml:2:33",
    ),
    (
        "services:\n  a: &a { image: x, build: *a }\n",
        "an alias stands inside of its own anchor",
        "compose.yaml:2:28",
    ),
    (
        "services:\n  a: { image: x, scale: two }\n",
        "`two` is not a whole number",
        "compose.yaml:2:25",
    ),
    (
        "name: ___\nservices:\n  a: { image: x }\n",
        "`___` is not a project name",
        "compose.yaml:1:7",
    ),
    ("- a\n", "must be a mapping, not a list", "compose.yaml:1:1"),
    (
        "services:\n  # naïve ☃\n  a: { \"hostname\": ☃, imag: x }\n",
        "did you mean `image`?",
        "compose.yaml:3:23",
    ),
];

#[test]
fn every_mistake_is_shown_where_it_is() {
    for (text, said, place) in CASES {
        let shown = shown(&[("compose.yaml", text)]);
        assert!(shown.contains(said), "{text}\n{shown}");
        assert!(shown.contains(place), "{text}\n{shown}");
    }
}

#[test]
fn the_lines_around_a_mistake_show_no_password() {
    let file = "services:\n  db:\n    image: x\n    environment:\n      POSTGRES_PASSWORD: hunter2\n      A: ${A\n";
    let shown = shown(&[("compose.yaml", file)]);
    assert!(shown.contains("POSTGRES_PASSWORD: *******"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn what_has_no_place_says_what_to_do() {
    let circle =
        "services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [a] }\n";
    let disabled =
        "services:\n  a: { image: x, profiles: [p] }\n  b: { image: x, depends_on: [a] }\n";
    let good = "services: { a: { image: x } }\n";
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("compose.yaml", circle)], "in a circle: a → b → a"),
        (
            &[("compose.yaml", disabled)],
            "enable it with `--profile p`",
        ),
        (&[("compose.yaml", "")], "<dir>/compose.yaml` is empty"),
        (
            &[],
            "there is no Compose file in `<dir>` or any directory above it",
        ),
        (
            &[("compose.yaml", good), (".env", "A=1\nB C=secret\n")],
            "`B C` is not the name of a variable",
        ),
        (
            &[("compose.yaml", good), (".env", "COMPOSE_FILE=no.yaml\n")],
            "cannot read `<dir>/no.yaml`",
        ),
        (
            &[
                ("compose.yaml", good),
                (".env", "COMPOSE_PROJECT_NAME=My_Up\n"),
            ],
            "begin with a letter or digit: `my_up`",
        ),
    ];
    for (files, said) in cases {
        let shown = shown(files);
        // The renderer breaks long lines.
        let unbroken = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unbroken.contains(said), "{shown}");
    }
}
