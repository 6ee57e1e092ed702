//! The history of a project, of whichever kind: whether it leads from nothing to its head, where a
//! database stands in it, and what of it decides what it makes.

use std::cell::OnceCell;
use std::path::Path;
use std::rc::Rc;

use super::application::Application;
use super::containers::ProjectContainers;
use super::session::Session;
use crate::alembic::history::listing as alembic_listing;
use crate::alembic::{History, Place};
use crate::cli::context::Context;
use crate::cli::migrate::import::told_by_files;
use crate::cli::migrate::{Alembic, Containers, Door, Kind, Named, Workplace};
use crate::database;
use crate::database::template::Key;
use crate::error::Error;
use crate::migration::graph::name::Names as _;
use crate::migration::{self, Directory, Graph, Journal, Plan, Target, journal, listing};
use crate::url::DatabaseUrl;

/// A history, as its files are.
#[derive(Debug)]
pub(super) enum ProjectHistory {
    /// A folder of SQL.
    Sql(Directory),
    /// Alembic's.
    Alembic(Box<Alembic>, Box<History>),
}

/// Where a database stands in a history.
pub(super) struct Standing {
    /// The revisions on which it stands.
    pub(super) current: Vec<String>,
    /// Those that nothing follows.
    pub(super) heads: Vec<String>,
    /// How many are not applied.
    pub(super) pending: usize,
}

impl ProjectHistory {
    /// The history of a project, if it has one.
    pub(super) fn of(context: &Context, session: &Session) -> Result<Option<Self>, Error> {
        Ok(match session.kind(context, &Named::default())? {
            Kind::Alembic(alembic) => {
                let history = Box::new(alembic.history()?);
                Some(Self::Alembic(alembic, history))
            }
            Kind::Sql if !session.migrations().exists() => None,
            Kind::Sql => Some(Self::Sql(Directory::read(&session.migrations())?)),
        })
    }

    /// Makes sure that it leads from nothing to its head.
    pub(super) fn ensure_it_leads(&self) -> Result<(), Error> {
        let head = Target::head();
        match self {
            Self::Sql(directory) => {
                Plan::upgrade(directory, &Journal::default(), &head)?;
            }
            Self::Alembic(_, history) if history.is_empty() => {}
            Self::Alembic(_, history) => {
                head.revisions(&**history, history.graph(), &[])?;
            }
        }
        Ok(())
    }

    /// Where its files are.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Sql(directory) => directory.path(),
            Self::Alembic(alembic, _) => &alembic.project.folder,
        }
    }

    /// Where the database at `url` stands in it.
    pub(super) async fn standing(
        &self,
        session: &Session,
        url: &DatabaseUrl,
    ) -> Result<Standing, Error> {
        let (mut connection, _) = database::open(url, session.settings.timeout).await?;
        let told = |entry: listing::Entry| entry.revision;
        match self {
            Self::Sql(directory) => {
                let journal = journal::read(&mut connection).await?;
                let current = listing::current(directory, &journal)?;
                let pending = Plan::upgrade(directory, &journal, &Target::heads())?;
                let heads = Graph::of(directory)?.heads();
                Ok(Standing {
                    current: current.into_iter().map(told).collect(),
                    heads: heads.iter().map(ToString::to_string).collect(),
                    pending: pending.steps().len(),
                })
            }
            Self::Alembic(alembic, history) => {
                let table = alembic.version_table()?;
                let rows = table.rows(&mut connection).await?;
                let place = Place::find(history, &table, &rows)?;
                let current = alembic_listing::current(history, &place);
                let heads = history.heads(history.graph(), None);
                let applied = place.applied(history).len();
                Ok(Standing {
                    current: current.into_iter().map(told).collect(),
                    heads: heads.iter().map(|&it| history.id(it).to_owned()).collect(),
                    pending: history.revisions().count() - applied,
                })
            }
        }
    }

    /// What a template must have been made from to stand in for running it. What Python runs may
    /// depend on anything, so that nothing stands in for that.
    pub(super) fn key(&self, server_version: &str) -> Result<Option<Key>, Error> {
        let mut files: Vec<(String, &[u8])> = Vec::new();
        match self {
            Self::Sql(directory) => files.extend(
                directory
                    .revisions()
                    .map(|it| (it.up.name(), it.up.text.as_bytes())),
            ),
            Self::Alembic(alembic, _) if !alembic.is_native()? => return Ok(None),
            Self::Alembic(alembic, history) => {
                files.push((alembic.version_table()?.quoted(), &[]));
                files.extend(history.revisions().map(|(_, script)| {
                    let text = script.source.text.as_bytes();
                    (script.source.name(), text)
                }));
            }
        }
        let engine = concat!("townpass ", env!("CARGO_PKG_VERSION"));
        let files = files.iter().map(|(name, text)| (name.as_str(), *text));
        Ok(Some(Key::new(engine, server_version, files)))
    }

    /// A place to apply it to the database at `url`. Alembic is looked for in the project's
    /// containers too, which reach that as `written`.
    pub(super) fn workplace(
        self,
        session: Session,
        written: Application,
        url: DatabaseUrl,
    ) -> Workplace {
        Workplace {
            migrations: session.migrations(),
            kind: match self {
                Self::Sql(_) => Kind::Sql,
                Self::Alembic(alembic, _) => Kind::Alembic(alembic),
            },
            url: Some(url),
            door: Door::Development,
            python: Named::default().python(),
            runner: OnceCell::new(),
            home: session.project.directory.clone(),
            containers: containers(session, written),
        }
    }
}

/// The history of a project that is to be applied.
pub(super) fn required(context: &Context, session: &Session) -> Result<ProjectHistory, Error> {
    let missing = || migration::Error::NoDirectory(session.migrations()).into();
    let found = ProjectHistory::of(context, session)?.ok_or_else(missing);
    told_by_files(context, &session.project.directory, found)
}

/// The project's containers, where its database is one of them.
pub(super) fn containers(session: Session, written: Application) -> Option<Rc<dyn Containers>> {
    let is_docker = session.provider.kind() == database::Kind::Docker;
    is_docker.then(|| Rc::new(ProjectContainers::of(session, written)) as Rc<dyn Containers>)
}
