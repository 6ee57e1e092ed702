//! A project with the history of another tool, and a database that the tool may have moved.

use std::fs;
use std::process::Command;

use crate::alembic_sql::real::{lay_out, program};
use crate::support::system_postgres::succeed;
use crate::support::{Output, Town, cluster::Database};

/// The project.
pub(crate) struct Project {
    pub(crate) town: Town,
    pub(crate) database: Database,
    /// The program of an Alembic, if there is one.
    pub(crate) alembic: Option<&'static str>,
}

impl Project {
    /// One with nothing in it.
    pub(crate) async fn bare() -> Self {
        Self {
            town: Town::bare(),
            database: Database::fresh().await,
            alembic: None,
        }
    }

    /// One with these files.
    pub(crate) async fn with(files: &[(&str, &str)]) -> Self {
        let mut project = Self::bare().await;
        for (name, text) in files {
            project.town = project.town.write(name, text);
        }
        project
    }

    /// One of Alembic's: each file by its id, what stands in its head, and its two ways. It is run by
    /// that release, if one is named.
    pub(crate) async fn alembic(
        release: Option<&'static str>,
        files: &[(&str, &str, &str, &str)],
    ) -> Self {
        let mut project = Self::bare().await;
        project.alembic = release;
        lay_out(&project.town.path());
        let versions = project.town.path().join("alembic/versions");
        fs::remove_dir_all(&versions).expect("the directory is ours");
        fs::create_dir(&versions).expect("the directory is ours");
        for (at, (id, head, up, down)) in files.iter().enumerate() {
            let text = format!(
                "\"\"\"make {id}\n\nRevision ID: {id}\nCreate Date: 2026-01-{:02} 08:30:00.123456\n\n\"\"\"\n\
                 from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{id}'\n{head}\n\n\n\
                 def upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n",
                at + 1
            );
            fs::write(versions.join(format!("{id}.py")), text).expect("the directory is ours");
        }
        project
    }

    /// The same with the corpus of what is known without Python.
    pub(crate) async fn corpus(release: Option<&'static str>) -> Self {
        let mut project = Self::bare().await;
        project.alembic = release;
        lay_out(&project.town.path());
        project
    }

    /// Runs the binary on the project's database.
    pub(crate) fn run(&self, words: &str) -> Output {
        self.on(&self.database, words)
    }

    /// Runs the binary on another.
    pub(crate) fn on(&self, database: &Database, words: &str) -> Output {
        let mut invocation = self
            .town
            .townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql+psycopg"))
            .env("DOCKER_HOST", "tcp://127.0.0.1:1")
            .env("PATH", "/usr/bin:/bin");
        if let Some(release) = self.alembic {
            invocation = invocation.env("TOWNPASS_RUNNER", program(release));
        }
        invocation.run()
    }

    /// A file of the project.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.town.path().join(name)).expect(name)
    }

    /// The files of a folder, by name.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.town.path().join(folder)) else {
            return Vec::new();
        };
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// What the real `sqlx` program says of the folder and the database.
    pub(crate) fn sqlx(&self, database: &Database, words: &str) -> String {
        let output = Command::new("sqlx")
            .args(words.split(' '))
            .current_dir(self.town.path())
            .env("DATABASE_URL", database.url("postgresql"))
            .env("NO_COLOR", "1")
            .output();
        succeed(&format!("sqlx {words}"), output)
    }
}
