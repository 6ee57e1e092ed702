//! What every command has in common on its two streams: JSON that parses, colours only where they
//! are wanted, silence where it is asked for, and no password anywhere.

use crate::support::{Town, docker, reference};

/// Every command that has a result, in an order in which each of them succeeds; but `dev url`,
/// which is asked for the password as well.
const ALL: &[&str] = &[
    "dev up --dry-run",
    "dev up",
    "dev status",
    "dev migrate upgrade --dry-run",
    "dev migrate",
    "dev migrate history",
    "dev migrate current",
    "dev migrate history --graph -i",
    "dev migrate heads",
    "dev migrate branches",
    "dev migrate show current",
    "dev migrate repair --sum",
    "dev migrate check",
    "dev migrate downgrade -1",
    "dev snapshot save one",
    "dev snapshot list",
    "dev snapshot restore one",
    "dev snapshot delete one --yes",
    "dev reset-db --dry-run",
    "dev reset-db --yes",
    "dev reset-db --password",
    "migrate history",
    "dev down --dry-run",
    "dev down --volumes --yes",
    "dev down",
];

const SECRET: &str = "0pen-sesame";

#[test]
fn json_parses_and_holds_no_password() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(&reference().replace("_PASSWORD: password", "_PASSWORD: 0pen-sesame"))
        .with_example_migrations()
        .write(
            ".env",
            "DATABASE_URL=postgresql+psycopg://admin:0pen-sesame@db:5432/townpass_db\n",
        );
    for words in ALL {
        let output = town
            .run(&format!("--output json -v {words}"))
            .success()
            .hides(SECRET);
        assert!(output.json().is_object(), "{words}: {output}");
        output.event_names();
    }
    town.run("dev up").success();
    let refused = town
        .run("--output json dev down --volumes")
        .expect(4)
        .hides(SECRET);
    assert_eq!(refused.stdout, "");
    assert_eq!(
        refused.event_names().last().map(String::as_str),
        Some("error")
    );
    // Nothing of it is told to a person either, but by the one command that is asked for it.
    for words in [
        "dev status",
        "-v dev migrate",
        "dev logs",
        "dev reset-db --password",
    ] {
        town.run(words).success().hides(SECRET);
    }
}

#[test]
fn quiet_is_quiet_and_colours_are_asked_for() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().with_example_migrations();
    for words in [
        "dev up",
        "dev migrate",
        "dev up --migrate",
        "dev snapshot save one",
    ] {
        assert_eq!(
            town.run(&format!("-q {words}")).success().stderr,
            "",
            "{words}"
        );
    }
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut run = town.townpass(arguments);
        for (name, value) in variables {
            run = run.env(name, value);
        }
        let output = run.run().success();
        (
            output.raw_stdout.contains('\u{1b}'),
            output.raw_stderr.contains('\u{1b}'),
        )
    };
    let status = &["dev", "status"][..];
    let up = &["dev", "up"][..];
    assert_eq!(coloured(status, &[]), (false, false));
    assert_eq!(coloured(up, &[]), (false, false));
    assert_eq!(
        coloured(&["dev", "status", "--color", "always"], &[]),
        (true, false)
    );
    assert_eq!(
        coloured(&["dev", "up", "--color", "always"], &[]),
        (false, true)
    );
    assert_eq!(coloured(status, &[("CLICOLOR_FORCE", "1")]), (true, false));
    assert_eq!(
        coloured(status, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]),
        (false, false)
    );
}

#[cfg(unix)]
#[test]
fn a_terminal_has_colours_unless_it_shall_not() {
    let town = Town::bare();
    let colourful = |variable: Option<&str>| {
        let mut run = town.townpass(["dev", "up"]);
        if let Some(variable) = variable {
            run = run.env(variable, "1");
        }
        let output = run.on_terminal("error:", "").expect(2);
        output.raw_stdout.contains("\u{1b}[3")
    };
    assert!(colourful(None), "a terminal has colours");
    assert!(!colourful(Some("NO_COLOR")), "NO_COLOR is set");
}

#[test]
fn help_shows_the_commands_and_the_exit_codes() {
    let town = Town::bare();
    let help = town.run("--help").success();
    assert_eq!(help.stderr, "");
    let codes: Vec<&str> = help
        .stdout
        .lines()
        .skip_while(|line| *line != "Exit codes:")
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        codes,
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "70", "130"]
    );
    for (words, verbs) in [
        (
            "--help",
            &["dev", "migrate", "init", "doctor", "completions"][..],
        ),
        (
            "dev --help",
            &[
                "up", "down", "status", "logs", "url", "psql", "exec", "run", "migrate",
                "reset-db", "snapshot",
            ],
        ),
        (
            "migrate --help",
            &[
                "upgrade",
                "downgrade",
                "current",
                "history",
                "heads",
                "branches",
                "show",
                "stamp",
                "ensure-version",
                "verify",
                "repair",
                "plan",
                "lint",
                "revision",
                "merge",
                "rebase",
                "edit",
                "check",
                "import",
            ],
        ),
        (
            "dev migrate --help",
            &[
                "upgrade",
                "downgrade",
                "current",
                "history",
                "heads",
                "branches",
                "show",
                "stamp",
                "ensure-version",
                "verify",
                "repair",
                "plan",
                "lint",
                "revision",
                "merge",
                "rebase",
                "edit",
                "check",
                "import",
            ],
        ),
        (
            "dev snapshot --help",
            &["save", "list", "restore", "delete"],
        ),
    ] {
        let help = town.run(words).success();
        let listed: Vec<&str> = help
            .stdout
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_whitespace().next())
            .filter(|word| *word != "help")
            .collect();
        assert_eq!(listed, verbs, "{words}");
    }
}
