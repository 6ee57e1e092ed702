//! What holds, after every layer was heard.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use super::file::{Alembic, File};

/// Which provider was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderChoice {
    /// Docker where an engine answers and its image can be had, else the embedded one.
    #[default]
    Auto,
    /// A container of the Compose file.
    Docker,
    /// A private local PostgreSQL.
    Embedded,
}

/// What the database is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// It can be made anew.
    Development,
    /// It cannot.
    Production,
}

/// What was typed (or set as `TOWNPASS_*`); absent where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--service`
    pub service: Option<String>,
    /// `--provider`
    pub provider: Option<ProviderChoice>,
    /// `--migrations`
    pub migrations: Option<PathBuf>,
    /// `ALEMBIC_CONFIG`
    pub alembic_config: Option<PathBuf>,
    /// `--environment`
    pub environment: Option<Environment>,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// `TOWNPASS_PG_BIN`
    pub pg_bin: Option<PathBuf>,
    /// `TOWNPASS_ARCHIVES`
    pub archives: Option<String>,
    /// `TOWNPASS_OFFLINE`
    pub offline: Option<bool>,
}

/// Which kind of history a project has, where somebody said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryKind {
    /// A folder of SQL: `migrations` is named.
    Sql,
    /// Alembic's: its configuration is named.
    Alembic,
}

/// The settings of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The Compose service that is the database; `None` lets the Compose file tell.
    pub service: Option<String>,
    /// What may run the database.
    pub provider: ProviderChoice,
    /// The directory of the migrations, relative to the project's.
    pub migrations: PathBuf,
    /// Which kind of history there is, if somebody said.
    pub history: Option<HistoryKind>,
    /// About a history of Alembic's.
    pub alembic: Alembic,
    /// What the database is for, if somebody said.
    pub environment: Option<Environment>,
    /// How long to wait until the database answers.
    pub timeout: Duration,
    /// A directory with PostgreSQL's binaries.
    pub pg_bin: Option<PathBuf>,
    /// Where archives are downloaded from.
    pub archives: Option<String>,
    /// Whether downloads are forbidden.
    pub offline: bool,
}

impl Settings {
    /// Lets flags win over the file, and the file over the defaults.
    pub fn resolve(flags: Flags, file: File) -> Self {
        let history = [
            (flags.migrations.is_some(), HistoryKind::Sql),
            (flags.alembic_config.is_some(), HistoryKind::Alembic),
            (file.alembic.config.is_some(), HistoryKind::Alembic),
            (file.migrations.is_some(), HistoryKind::Sql),
        ];
        Self {
            history: history
                .into_iter()
                .find_map(|(said, kind)| said.then_some(kind)),
            alembic: file.alembic,
            service: flags.service.or(file.service),
            provider: flags.provider.or(file.provider).unwrap_or_default(),
            migrations: flags
                .migrations
                .or(file.migrations)
                .unwrap_or_else(|| PathBuf::from("migrations")),
            environment: flags.environment.or(file.environment),
            timeout: flags
                .timeout
                .or(file.timeout.map(Into::into))
                .unwrap_or(Duration::from_mins(1)),
            pg_bin: flags.pg_bin.or(file.embedded.bin),
            archives: flags.archives.or(file.embedded.archives),
            offline: flags.offline.or(file.embedded.offline).unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_beat_the_file_and_the_file_beats_the_defaults() {
        let file = File {
            service: Some("database".to_owned()),
            provider: Some(ProviderChoice::Docker),
            environment: Some(Environment::Production),
            ..File::default()
        };
        let flags = Flags {
            provider: Some(ProviderChoice::Embedded),
            ..Flags::default()
        };
        let settings = Settings::resolve(flags, file);
        assert_eq!(settings.service.as_deref(), Some("database"));
        assert_eq!(settings.provider, ProviderChoice::Embedded);
        assert_eq!(settings.environment, Some(Environment::Production));
        assert_eq!(settings.migrations, PathBuf::from("migrations"));
        assert_eq!(settings.timeout, Duration::from_mins(1));
    }
}
