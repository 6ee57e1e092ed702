//! `townpass.toml`: only what differs from the defaults.

use std::{fs, io, path::Path, path::PathBuf, time::Duration};

use miette::NamedSource;
use serde::Deserialize;

use super::{Environment, Error, ProviderChoice};

/// The file's name, beside the Compose file.
pub const NAME: &str = "townpass.toml";

/// Every key, for the help of an error.
pub const KEYS: &[&str] = &[
    "service",
    "provider",
    "migrations",
    "environment",
    "timeout",
    "alembic.config",
    "alembic.name",
    "alembic.version-table",
    "alembic.version-table-schema",
    "embedded.bin",
    "embedded.archives",
    "embedded.offline",
];

/// The file as written: everything may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct File {
    /// The Compose service that is the database.
    pub service: Option<String>,
    /// What runs the database.
    pub provider: Option<ProviderChoice>,
    /// The directory of the migrations.
    pub migrations: Option<PathBuf>,
    /// What the database is for.
    pub environment: Option<Environment>,
    /// How long to wait for the database, in seconds.
    pub timeout: Option<Seconds>,
    /// About a history of Alembic's.
    pub alembic: Alembic,
    /// About the embedded provider.
    pub embedded: Embedded,
}

/// The table `[alembic]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Alembic {
    /// Its configuration: an `alembic.ini` or a `pyproject.toml`, from the project's directory.
    pub config: Option<PathBuf>,
    /// The section of its `alembic.ini`.
    pub name: Option<String>,
    /// Its version table, where `env.py` does not say it in so many words.
    pub version_table: Option<String>,
    /// That table's schema, likewise.
    pub version_table_schema: Option<String>,
}

/// The table `[embedded]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Embedded {
    /// A directory with `postgres` and `initdb`.
    pub bin: Option<PathBuf>,
    /// The base address of the releases to download archives from.
    pub archives: Option<String>,
    /// Never download anything.
    pub offline: Option<bool>,
}

/// Whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Seconds(u64);

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0)
    }
}

impl File {
    /// Reads the file in `directory`; where there is none, everything is absent.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let path = directory.join(NAME);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// Understands `text`, which was read from `path`.
    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        toml_edit::de::from_str(text).map_err(|error| Error::File {
            message: error.message().trim().to_owned(),
            at: error.span().map(Into::into),
            text: NamedSource::new(path.display().to_string(), text.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_vocabulary_is_understood() {
        let text = r#"
            service = "postgres"
            provider = "embedded"
            migrations = "db/migrations"
            environment = "production"
            timeout = 90
            [alembic]
            config = "backend/alembic.ini"
            name = "other"
            version-table = "versions"
            version-table-schema = "public"
            [embedded]
            bin = "/opt/pg/bin"
            archives = "http://127.0.0.1:8000"
            offline = true
        "#;
        let file = File::parse(Path::new(NAME), text).expect("it is right");
        assert_eq!(file.service.as_deref(), Some("postgres"));
        assert_eq!(file.provider, Some(ProviderChoice::Embedded));
        assert_eq!(file.environment, Some(Environment::Production));
        assert_eq!(
            file.timeout.map(Duration::from),
            Some(Duration::from_secs(90))
        );
        assert_eq!(file.embedded.offline, Some(true));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let error = File::parse(Path::new(NAME), "servce = 'db'\n").expect_err("unknown");
        assert!(
            error.to_string().contains("unknown field `servce`"),
            "{error}"
        );
        let Error::File { at, .. } = error else {
            panic!("another error");
        };
        assert_eq!(at.map(|span| span.offset()), Some(0));
    }
}
