//! What users of Alembic meet, made on purpose on the project that they have: a Python backend with a
//! database in Docker. Where it is Alembic that fails, Alembic fails first, as its users type it, and
//! in its own words; then one command of ours is typed, and answers.

mod containers;
mod end_to_end;
mod folder;
mod history;
mod models;
mod password;
mod python;
mod rows;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Output, Town};

/// The project's files. In the Compose file stand the words that a town fills in.
const FILES: [(&str, &str); 12] = [
    (
        "docker-compose.yml",
        include_str!("project/docker-compose.yml"),
    ),
    (".env", include_str!("project/dotenv")),
    ("requirements.txt", include_str!("project/requirements.txt")),
    ("alembic.ini", include_str!("project/alembic.ini")),
    ("alembic/env.py", include_str!("project/alembic/env.py")),
    (
        "alembic/script.py.mako",
        include_str!("project/alembic/script.py.mako"),
    ),
    (
        "alembic/versions/1a34685c3b0f_create_users.py",
        include_str!("project/alembic/versions/1a34685c3b0f_create_users.py"),
    ),
    (
        "alembic/versions/2b7edeccd9e3_create_favorites.py",
        include_str!("project/alembic/versions/2b7edeccd9e3_create_favorites.py"),
    ),
    ("alembic/versions/3c02b898183a_add_a_name.py", ADD_A_NAME),
    ("app/__init__.py", ""),
    ("app/models.py", include_str!("project/app/models.py")),
    ("app/settings.py", include_str!("project/app/settings.py")),
];

/// The newest revision.
const ADD_A_NAME: &str = include_str!("project/alembic/versions/3c02b898183a_add_a_name.py");

/// The head of the history.
const HEAD: &str = "3c02b898183a";

/// The project. Nothing of it runs yet.
fn project() -> Town {
    let mut town = Town::bare();
    for (name, text) in FILES {
        town = town.write(name, text);
    }
    town
}

/// The virtual environment that people would have made: real Alembic, SQLAlchemy and psycopg.
fn environment() -> PathBuf {
    let program = crate::alembic_sql::real::program("1.20.1");
    program.ancestors().nth(2).expect("bin is in it").to_owned()
}

/// Types a line with that environment activated.
#[track_caller]
fn typed(town: &Town, line: &str) -> Output {
    activated(town, line, &[])
}

/// The same with variables that were set before.
#[track_caller]
fn activated(town: &Town, line: &str, variables: &[(&str, &str)]) -> Output {
    let mut run = town
        .shell(&environment().join("bin"), line)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    for (name, value) in variables {
        run = run.env(name, value);
    }
    run.run()
}

/// The project with its database started, and the address that its guide says to write by hand for
/// this machine.
struct Started {
    town: Town,
    url: String,
}

impl Started {
    /// Starts it, and applies the history.
    #[track_caller]
    fn migrated() -> Self {
        let town = project();
        typed(&town, "townpass dev migrate").success();
        let url = typed(&town, "townpass dev url").success();
        let url = url.raw_stdout.trim().to_owned();
        Self { town, url }
    }

    /// Types a line with that address exported.
    #[track_caller]
    fn exported(&self, line: &str) -> Output {
        activated(&self.town, line, &[("DATABASE_URL", &self.url)])
    }

    /// Types a line that Alembic has to refuse with these words.
    #[track_caller]
    fn refused(&self, line: &str, words: &str) {
        fails(&self.exported(line), words);
    }

    /// Types a line of ours, as it is.
    #[track_caller]
    fn typed(&self, line: &str) -> Output {
        typed(&self.town, line)
    }

    /// Where the database stands, as real Alembic sees it.
    #[track_caller]
    fn stands_at(&self, revisions: &str) {
        let current = self.exported("alembic current").success();
        assert_eq!(current.stdout, revisions, "{current}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.town.path().join(name)
    }

    /// Writes a file of the project.
    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("it is ours");
    }

    /// Exchanges a part of one.
    #[track_caller]
    fn edit(&self, name: &str, from: &str, to: &str) {
        edit(&self.path(name), from, to);
    }

    /// Makes a file of the project what it was.
    fn restore(&self, name: &str) {
        let (_, text) = FILES.iter().find(|(it, _)| *it == name).expect("it is one");
        self.write(name, text);
    }

    /// Writes a revision that adds a column to the users.
    fn revision(&self, id: &str, parent: &str, column: &str) {
        let text = ADD_A_NAME
            .replace(
                &format!("revision: str = '{HEAD}'"),
                &format!("revision: str = '{id}'"),
            )
            .replace("'2b7edeccd9e3'", &format!("'{parent}'"))
            .replace("'name'", &format!("'{column}'"))
            .replace("\"\"\"add a name", &format!("\"\"\"add a {column}"));
        self.write(&format!("alembic/versions/{id}_add.py"), &text);
    }
}

/// Asserts that a run of Alembic failed with these words.
#[track_caller]
fn fails(output: &Output, words: &str) {
    assert_ne!(output.status, 0, "{output}");
    let said = output.stdout.clone() + &output.stderr;
    assert!(said.contains(words), "no `{words}` in\n{output}");
}

/// Exchanges a part of a file.
#[track_caller]
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("it is there");
    assert!(text.contains(from), "no `{from}` in {text}");
    fs::write(path, text.replace(from, to)).expect("it is ours");
}

/// The version files that nobody wrote by hand.
fn generated(town: &Town) -> Vec<PathBuf> {
    let listed = fs::read_dir(town.path().join("alembic/versions")).expect("a folder");
    let paths = listed.map(|entry| entry.expect("an entry").path());
    let is_new = |path: &PathBuf| {
        let is_known = |name: &str| path.ends_with(name);
        path.extension().is_some_and(|it| it == "py")
            && !FILES.iter().any(|(name, _)| is_known(name))
    };
    let mut found: Vec<PathBuf> = paths.filter(is_new).collect();
    found.sort();
    found
}

/// Takes them away again.
fn forget_generated(town: &Town) {
    for path in generated(town) {
        fs::remove_file(path).expect("it is there");
    }
}
