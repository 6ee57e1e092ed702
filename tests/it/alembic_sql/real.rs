//! Alembic itself, in the two releases that `scripts/setup-tests` installs.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::support::system_postgres::succeed;

/// The releases, each with the SQLAlchemy of its time.
pub(crate) const RELEASES: [&str; 2] = ["1.13.3", "1.20.1"];

/// What configures Alembic for any database, given by `DATABASE_URL`; each revision is a
/// transaction of its own, as it is for us.
const ENV: &str = r#"
import os
from alembic import context
from sqlalchemy import create_engine

url = os.environ["DATABASE_URL"]
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"})
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
"#;

/// The version files of the corpus, by name.
pub(crate) fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/alembic_sql/vocabulary");
    let entries = fs::read_dir(folder).expect("the corpus is in the repository");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|it| it == "py"))
        .collect();
    files.sort();
    files
}

/// Lays out a project of Alembic's with the files of the corpus in `directory`.
pub(crate) fn lay_out(directory: &Path) {
    let versions = directory.join("alembic/versions");
    fs::create_dir_all(&versions).expect("the directory is ours");
    let ini = "[alembic]\nscript_location = %(here)s/alembic\n";
    fs::write(directory.join("alembic.ini"), ini).expect("the directory is ours");
    fs::write(directory.join("alembic/env.py"), ENV).expect("the directory is ours");
    for file in corpus() {
        let name = file.file_name().expect("a file has a name");
        fs::copy(&file, versions.join(name)).expect("the directory is ours");
    }
}

/// What a release of Alembic prints that has to succeed, in `directory`.
pub(crate) fn alembic(release: &str, directory: &Path, url: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(release))
        .args(arguments)
        .current_dir(directory)
        .env("DATABASE_URL", url)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output();
    succeed(&format!("alembic {}", arguments.join(" ")), output)
}

/// What runs one command after another in one process of Python. What a revision prints is no answer.
const DRIVER: &str = r#"
import sys
from alembic import command
from alembic.config import Config

config = Config("alembic.ini")
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    verb, revision = line.split()
    getattr(command, verb)(config, revision)
    print("done", file=answers, flush=True)
"#;

/// A release of Alembic that waits for commands.
pub(crate) struct Driver {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts one in `directory`, for the database at `url`.
    pub(crate) fn start(release: &str, directory: &Path, url: &str) -> Self {
        let mut child = Command::new(program(release).with_file_name("python"))
            .args(["-c", DRIVER])
            .current_dir(directory)
            .env("DATABASE_URL", url)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, answers }
    }

    /// Runs a command that has to succeed.
    pub(crate) fn run(&mut self, verb: &str, revision: &str) {
        let input = self.child.stdin.as_mut().expect("a pipe");
        writeln!(input, "{verb} {revision}").expect("Python listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("Python answers");
        assert_eq!(answer, "done\n", "alembic {verb} {revision}");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Where a release is.
pub(crate) fn program(release: &str) -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| {
            let home = env::var_os("HOME")?;
            Some(Path::new(&home).join(".cache"))
        });
    let cache = cache.expect("a home directory").join("townpass");
    let program = cache.join(format!("alembic-{release}/bin/alembic"));
    assert!(
        program.is_file(),
        "{} is not there: scripts/setup-tests installs it",
        program.display()
    );
    program
}
