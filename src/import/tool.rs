//! The tools whose histories can be taken over.

use std::fmt;

use super::error::Error;
use super::history::History;
use super::source::folder::Folder;
use super::source::{dbmate, diesel, flyway, golang_migrate, goose, prisma, refinery};
use crate::migration::directory::other_tool::OtherTool;

/// A tool that moves databases along a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Tool {
    /// Version files in Python.
    Alembic,
    /// The format that is ours too.
    Sqlx,
    /// `V1__name.sql`
    Flyway,
    /// `1_name.sql` with `-- migrate:up`
    Dbmate,
    /// `1_name.up.sql`
    GolangMigrate,
    /// `1_name.sql` with `-- +goose Up`
    Goose,
    /// `V1__name.sql`, of Rust
    Refinery,
    /// `1_name/up.sql`
    Diesel,
    /// `1_name/migration.sql`
    Prisma,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Alembic,
        Self::Sqlx,
        Self::Flyway,
        Self::Dbmate,
        Self::GolangMigrate,
        Self::Goose,
        Self::Refinery,
        Self::Diesel,
        Self::Prisma,
    ];

    /// The word for it on a command line and in a header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
            Self::Sqlx => "sqlx",
            Self::Flyway => "flyway",
            Self::Dbmate => "dbmate",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel",
            Self::Prisma => "prisma",
        }
    }

    /// The tool of that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.word() == word)
    }

    /// Its table, unless it was given another.
    pub fn table(self) -> &'static str {
        match self {
            Self::Alembic => "alembic_version",
            Self::Sqlx => "_sqlx_migrations",
            Self::Flyway => "flyway_schema_history",
            Self::Dbmate | Self::GolangMigrate => "schema_migrations",
            Self::Goose => "goose_db_version",
            Self::Refinery => "refinery_schema_history",
            Self::Diesel => "__diesel_schema_migrations",
            Self::Prisma => "_prisma_migrations",
        }
    }

    /// Where its files usually are, from the project's directory.
    pub fn usual_folders(self) -> &'static [&'static str] {
        match self {
            Self::Alembic => &[],
            Self::Sqlx | Self::Refinery | Self::Diesel => &["migrations"],
            Self::Flyway => &[
                "src/main/resources/db/migration",
                "db/migration",
                "migrations",
                "sql",
            ],
            Self::Dbmate => &["db/migrations", "migrations"],
            Self::GolangMigrate => &["migrations", "db/migrations", "db/migration"],
            Self::Goose => &["migrations", "db/migrations", "sql/schema"],
            Self::Prisma => &["prisma/migrations", "migrations"],
        }
    }

    /// What `table` says, as rows of `id`, `state` and `checksum`. The states are those of [`State`].
    ///
    /// [`State`]: super::standing::State
    pub(super) fn journal(self, table: &str) -> String {
        match self {
            Self::Alembic => {
                format!("SELECT version_num::text AS id, 'head' AS state, NULL AS checksum FROM {table}")
            }
            Self::Sqlx => format!(
                "SELECT version::text AS id, CASE WHEN success THEN 'applied' ELSE 'failed' END AS state,
                        NULL AS checksum
                 FROM {table}"
            ),
            Self::Flyway => flyway::journal(table),
            Self::Dbmate => format!("SELECT version::text AS id, 'applied' AS state, NULL AS checksum FROM {table}"),
            Self::GolangMigrate => golang_migrate::journal(table),
            Self::Goose => goose::journal(table),
            Self::Refinery => refinery::journal(table),
            Self::Diesel => diesel::journal(table),
            Self::Prisma => prisma::journal(table),
        }
    }

    /// Reads its files. Alembic's are read elsewhere, and sqlx's are ours.
    pub fn read(self, folder: &Folder) -> Result<History, Error> {
        let mut history = match self {
            Self::Flyway => flyway::read(folder),
            Self::Dbmate => dbmate::read(folder),
            Self::GolangMigrate => golang_migrate::read(folder),
            Self::Goose => goose::read(folder),
            Self::Refinery => refinery::read(folder),
            Self::Diesel => diesel::read(folder),
            Self::Prisma => prisma::read(folder),
            Self::Alembic | Self::Sqlx => Ok(History::new(self, Vec::new())),
        }?;
        if history.revisions.is_empty() {
            return Err(Error::Empty {
                tool: self,
                path: folder.path.clone(),
            });
        }
        history.settle(&[]);
        Ok(history)
    }
}

impl From<OtherTool> for Tool {
    fn from(tool: OtherTool) -> Self {
        match tool {
            OtherTool::Dbmate => Self::Dbmate,
            OtherTool::Goose => Self::Goose,
            OtherTool::Flyway => Self::Flyway,
            OtherTool::Diesel => Self::Diesel,
            OtherTool::Prisma => Self::Prisma,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alembic => "Alembic",
            Self::Flyway => "Flyway",
            Self::Diesel => "Diesel",
            Self::Prisma => "Prisma",
            Self::Sqlx | Self::Dbmate | Self::GolangMigrate | Self::Goose | Self::Refinery => {
                self.word()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::Tool;

    #[test]
    fn the_words_are_those_of_the_command_line() {
        for tool in Tool::ALL {
            let value = tool.to_possible_value().expect("none is hidden");
            assert_eq!(value.get_name(), tool.word());
            assert_eq!(Tool::of(tool.word()), Some(tool));
        }
        assert_eq!(Tool::ALL.len(), Tool::value_variants().len());
    }
}
