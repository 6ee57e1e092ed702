//! Which URL the application uses, and who said so.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Env, Error, dotenv};
use crate::compose::Project;
use crate::ident::ServiceName;
use crate::url::DatabaseUrl;

/// The variable that applications read.
pub const VARIABLE: &str = "DATABASE_URL";

/// Where a URL came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `--database-url`, or `TOWNPASS_DATABASE_URL`.
    Flag,
    /// `DATABASE_URL` of the environment.
    Environment,
    /// `DATABASE_URL` of `.env` or of an `--env-file`.
    EnvFile,
    /// `DATABASE_URL` in the environment of a service of the Compose file.
    Service(ServiceName),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("`--database-url`"),
            Self::Environment => f.write_str("`DATABASE_URL` of the environment"),
            Self::EnvFile => f.write_str("`DATABASE_URL` of `.env`"),
            Self::Service(name) => write!(f, "`DATABASE_URL` of service `{name}`"),
        }
    }
}

/// The application's URL as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// The URL.
    pub url: DatabaseUrl,
    /// Who said so.
    pub source: Source,
}

impl Configured {
    /// The URL of an application without a Compose file: flag, then environment. A variable that
    /// is empty is as good as unset, as everywhere in Compose's world; a flag that is empty says
    /// that no URL counts.
    fn outside(flag: Option<&str>, env: &Env) -> Result<Option<Self>, Error> {
        match (flag, env.get(VARIABLE)) {
            (Some(""), _) | (None, None | Some("")) => Ok(None),
            (Some(text), _) => Self::parse(text, Source::Flag).map(Some),
            (None, Some(text)) => Self::parse(text, Source::Environment).map(Some),
        }
    }

    /// The same, and after the environment `.env` of `directory`, or the `files` that stand in for
    /// it.
    pub fn beside(
        flag: Option<&str>,
        env: &Env,
        directory: &Path,
        files: &[PathBuf],
    ) -> Result<Option<Self>, Error> {
        if flag == Some("") {
            return Ok(None);
        }
        if let Some(found) = Self::outside(flag, env)? {
            return Ok(Some(found));
        }
        match dotenv::variable(directory, files, env, VARIABLE)? {
            Some(text) => Self::parse(&text, Source::EnvFile).map(Some),
            None => Ok(None),
        }
    }

    /// The URL of a project's application: flag, environment, `.env`, then the services beside
    /// the database, `database`. A service whose value is no PostgreSQL URL says nothing.
    pub fn inside(
        flag: Option<&str>,
        env: &Env,
        project: &Project,
        database: &ServiceName,
    ) -> Result<Option<Self>, Error> {
        if flag == Some("") {
            return Ok(None);
        }
        if let Some(found) = Self::outside(flag, env)? {
            return Ok(Some(found));
        }
        let value = project.environment.get(VARIABLE);
        if let Some(text) = value.filter(|text| !text.is_empty()) {
            return Self::parse(text, Source::EnvFile).map(Some);
        }
        let of_services = project
            .services
            .values()
            .filter(|service| service.name != *database)
            .find_map(|service| {
                let text = service.environment.get(VARIABLE)?.as_deref()?;
                let url = DatabaseUrl::parse(text).ok()?;
                let source = Source::Service(service.name.clone());
                Some(Self { url, source })
            });
        Ok(of_services)
    }

    fn parse(text: &str, source: Source) -> Result<Self, Error> {
        match DatabaseUrl::parse(text) {
            Ok(url) => Ok(Self { url, source }),
            Err(wrong) => Err(Error::Url { of: source, wrong }),
        }
    }
}
