//! The verbs on a history of Alembic's. What only reads or writes files needs no Python.

use self::road::Road;
use super::beside::beside;
use super::{Kind, Verb, Workplace, import};
use crate::alembic::history::versions;
use crate::alembic::project::Project;
use crate::alembic::project::env_py;
use crate::alembic::{History, Leg, Place, VersionTable};
use crate::cli::context::Context;
use crate::config::file;
use crate::error::Error;
use crate::migration::error::Quoted;
use crate::migration::{Direction, Session, Target};

mod by_python;
mod check;
pub(crate) mod containers;
mod look;
pub(crate) mod python;
mod read;
mod rebase;
mod repair;
mod review;
mod road;
mod stamp;
mod verify;
mod walk;
mod write;

pub(super) use walk::to_head;

/// A project of Alembic's, and what `townpass.toml` adds.
#[derive(Clone, Debug)]
pub(crate) struct Alembic {
    pub(crate) project: Project,
    pub(crate) settings: file::Alembic,
    /// Which Python is meant, where one is needed.
    pub(crate) python: python::Options,
    /// The section of `alembic.ini`, where one was named.
    pub(crate) section: Option<String>,
    /// What `env.py` is told.
    pub(crate) x: Vec<String>,
}

impl Alembic {
    /// What Alembic is told before the verb, besides where its configuration is.
    fn options(&self) -> Vec<String> {
        let section = self.section.iter().map(|it| ["-n", it]);
        let x = self.x.iter().map(|it| ["-x", it]);
        let words = section.chain(x).flatten();
        words.map(str::to_owned).collect()
    }

    /// What `env.py` makes of its `x` argument nobody else knows: where something depends on it,
    /// Alembic must do the work.
    fn ensure_x_is_heard(&self, verb: &Verb, kind: &Kind) -> Result<(), Error> {
        let runs_env_py = matches!(
            verb,
            Verb::Upgrade(_) | Verb::Downgrade(_) | Verb::Revision(_) | Verb::Check(_)
        );
        if self.x.is_empty() || runs_env_py || !verb.needs_database(kind) {
            return Ok(());
        }
        Err(crate::alembic::Error::XUnheard.into())
    }

    /// Reads the history.
    pub(crate) fn history(&self) -> Result<History, Error> {
        Ok(versions::read(&self.project)?)
    }

    /// Whether every revision goes up without Python.
    pub(crate) fn is_native(&self) -> Result<bool, Error> {
        let road = Road::of(self)?;
        let base = Place::default();
        let legs = road
            .from(&base)
            .legs(Direction::Upgrade, &Target::heads())?;
        Ok(!legs.iter().any(Leg::needs_python))
    }

    /// The table that says where a database stands.
    pub(crate) fn version_table(&self) -> Result<VersionTable, Error> {
        let said = match self.project.env_py()? {
            Some(source) => env_py::read(&source),
            None => Vec::new(),
        };
        let file::Alembic {
            version_table,
            version_table_schema,
            ..
        } = self.settings.clone();
        Ok(VersionTable::of(version_table, version_table_schema, said)?)
    }

    /// Reads the history, and where the database stands in it.
    async fn history_and_place(
        &self,
        context: &Context,
        workplace: &Workplace,
    ) -> Result<(History, Place), Error> {
        let alembic = self.clone();
        let read = move || alembic.history();
        let (history, session) = beside(read, workplace.connect(context)).await?;
        let place = self.place_seen_by(session, context, &history).await?;
        Ok((history, place))
    }

    /// Where the database stands.
    pub(crate) async fn place(
        &self,
        context: &Context,
        workplace: &Workplace,
        history: &History,
    ) -> Result<Place, Error> {
        let session = workplace.connect(context).await?;
        self.place_seen_by(session, context, history).await
    }

    async fn place_seen_by(
        &self,
        mut session: Session,
        context: &Context,
        history: &History,
    ) -> Result<Place, Error> {
        let table = self.version_table()?;
        let rows = table.rows(&mut session).await?;
        let place = Place::find(history, &table, &rows)?;
        let needless: Vec<&str> = place
            .needless(history)
            .into_iter()
            .map(|it| history.id(it))
            .collect();
        if !needless.is_empty() {
            context.printer.warn(&format!(
                "{} has a row too many for {}, which another row needs: Alembic upgrades no such \
                 database; `townpass migrate repair --rows` takes it out",
                table.quoted(),
                Quoted(&needless)
            ));
        }
        Ok(place)
    }

    /// The same for a verb that may not ask for it.
    async fn place_if(
        &self,
        is_asked: bool,
        context: &Context,
        workplace: &Workplace,
        history: &History,
    ) -> Result<Option<Place>, Error> {
        if !is_asked {
            return Ok(None);
        }
        self.place(context, workplace, history).await.map(Some)
    }
}

/// Runs a verb.
pub(super) async fn answer(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    verb: Verb,
) -> Result<u8, Error> {
    alembic.ensure_x_is_heard(&verb, &workplace.kind)?;
    match verb {
        Verb::Current(args) => read::current(context, workplace, alembic, &args).await,
        Verb::History(args) => read::history(context, workplace, alembic, &args).await,
        Verb::Heads(args) => read::heads(context, alembic, &args),
        Verb::Branches => read::branches(context, alembic),
        Verb::Show(args) => read::show(context, workplace, alembic, &args).await,
        Verb::Check(args) => check::run(context, workplace, alembic, &args).await,
        Verb::Revision(args) if args.autogenerate => {
            by_python::ensure_up_to_date(context, workplace, alembic, &args).await?;
            let needs = "autogenerate compares with models in Python";
            by_python::revision(context, workplace, alembic, &args, needs).await
        }
        Verb::Revision(args) => write::revision(context, workplace, alembic, &args).await,
        Verb::Merge(args) => write::merge(context, workplace, alembic, &args).await,
        Verb::Edit(args) => write::edit(context, workplace, alembic, &args).await,
        Verb::Upgrade(args) => {
            let parts = args.parts();
            walk::walk(context, workplace, alembic, Direction::Upgrade, parts).await
        }
        Verb::Downgrade(args) => {
            let parts = args.parts();
            walk::walk(context, workplace, alembic, Direction::Downgrade, parts).await
        }
        Verb::Stamp(args) => stamp::stamp(context, workplace, alembic, args).await,
        Verb::EnsureVersion(args) => {
            stamp::ensure_version(context, workplace, alembic, &args).await
        }
        Verb::Plan(args) => review::plan(context, workplace, alembic, &args).await,
        Verb::Lint(args) => review::lint(context, workplace, alembic, &args).await,
        Verb::Verify(args) => verify::run(context, workplace, alembic, args).await,
        Verb::Repair(args) => repair::run(context, workplace, alembic, args).await,
        Verb::Rebase(args) => rebase::run(context, workplace, alembic, &args).await,
        Verb::Import(args) => Box::pin(import::run(context, workplace, &args)).await,
    }
}
