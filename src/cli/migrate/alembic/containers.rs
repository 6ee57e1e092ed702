//! What is asked of the project's containers where one of them runs Alembic. `dev` has them; the
//! door for deploy jobs has none.

use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::Alembic;
use crate::alembic::python::process::{Ended, OnLine};
use crate::alembic::python::{Asked, Look, Runner};
use crate::error::Error;
use crate::report::Story;
use crate::url::DatabaseUrl;

/// The project's containers, where there is an engine.
#[async_trait(?Send)]
pub(crate) trait Containers: fmt::Debug {
    /// Looks for an Alembic in the services that run and in those that are made to migrate.
    async fn looks(&self, alembic: &Alembic, asked: &Asked) -> Result<Vec<Look>, Error>;

    /// The database as it is reached from there.
    fn url(&self) -> DatabaseUrl;

    /// Runs Alembic in one; `on_line` hears every line as it comes.
    async fn run(
        &self,
        runner: &Runner,
        alembic: &Alembic,
        call: &Call<'_>,
        story: &Story<'_>,
        on_line: &mut OnLine<'_>,
    ) -> Result<Ended, Error>;

    /// The text of a file in the container of a service.
    async fn read(&self, runner: &Runner, path: &str) -> Result<String, Error>;
}

/// What Alembic is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// To work on the database.
    Database,
    /// To print SQL, which asks no database.
    Script,
}

/// What Alembic is run with in a container.
pub(crate) struct Call<'c> {
    pub(crate) errand: Errand,
    pub(crate) arguments: &'c [String],
    pub(crate) environment: &'c [(&'c str, &'c str)],
    /// Set as long as it runs: whoever ends at a signal waits for it.
    pub(crate) joined: &'c Cell<bool>,
    /// After so long it is ended.
    pub(crate) patience: Option<Duration>,
}
