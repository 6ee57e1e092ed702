//! [`Provider`] for a private server.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use super::{
    Error, Settings,
    cluster::Cluster,
    copies,
    layout::{CopyName, Layout},
    log, session,
};
use crate::{
    database::{
        self, Account, Event, Kind, Provider,
        provider::{Data, OnEvent, Saved, Sink, State, Status},
    },
    host::{Endpoint, Evidence, Server},
    ident::DatabaseName,
};

/// Runs one project's database from PostgreSQL's own binaries.
#[derive(Debug)]
pub struct Embedded {
    cluster: Cluster,
}

impl Embedded {
    /// Takes what it is told; nothing is touched yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            cluster: Cluster::new(settings),
        }
    }

    fn layout(&self) -> &Layout {
        self.cluster.layout()
    }

    fn named(name: &str) -> Result<CopyName, Error> {
        CopyName::new(name).ok_or_else(|| Error::CopyName(name.to_owned()))
    }
}

#[async_trait(?Send)]
impl Provider for Embedded {
    fn kind(&self) -> Kind {
        Kind::Embedded
    }

    fn account(&self) -> &Account {
        &self.cluster.settings().account
    }

    async fn observe(&self) -> Result<Status, database::Error> {
        let record = self.cluster.record();
        let source = record.bin.as_ref().map_or_else(
            || "not chosen yet".to_owned(),
            |it| it.display().to_string(),
        );
        let runner = match (&record.version, self.cluster.settings().wanted_major) {
            (Some(version), _) => format!("PostgreSQL {version} from {source}"),
            (None, Some(major)) => format!("PostgreSQL {major}"),
            (None, None) => "PostgreSQL".to_owned(),
        };
        let state = if self.cluster.server().is_some() {
            State::Running
        } else if self.cluster.has_data() {
            State::Stopped
        } else {
            State::Absent
        };
        Ok(Status {
            state,
            runner,
            source,
            health: None,
            data: Data::Directory(self.layout().data().display().to_string()),
        })
    }

    async fn plan(&self) -> Result<Vec<String>, database::Error> {
        Ok(self.cluster.plan().await?)
    }

    async fn start(&self, on_event: &mut OnEvent<'_>) -> Result<(), database::Error> {
        Ok(self.cluster.start(on_event).await?)
    }

    async fn stop(&self, on_event: &mut OnEvent<'_>) -> Result<(), database::Error> {
        if self.cluster.server().is_some() {
            let change = self.cluster.change(on_event).await?;
            on_event(Event::Step("stop PostgreSQL"));
            change.stop(on_event).await?;
        }
        Ok(())
    }

    async fn whereabouts(&self) -> Result<Evidence, database::Error> {
        Ok(Evidence {
            server: Server::Process {
                name: self.cluster.settings().service.clone(),
                endpoint: self.endpoint().await?,
            },
            ..Evidence::default()
        })
    }

    async fn endpoint(&self) -> Result<Endpoint, database::Error> {
        let server = self.cluster.server().ok_or(database::Error::NotRunning)?;
        Ok(Endpoint {
            host: "127.0.0.1".to_owned(),
            port: server.port,
        })
    }

    async fn ailment(&self) -> Result<Option<database::Error>, database::Error> {
        if self.cluster.server().is_some() || !self.cluster.has_data() {
            return Ok(None);
        }
        let said = log::last_words(self.layout(), &self.cluster.record());
        Ok(Some(Error::Ended { said }.into()))
    }

    async fn running_for(&self) -> Result<Option<Duration>, database::Error> {
        let started = self.cluster.server().map(|it| it.started);
        Ok(started.and_then(|started| {
            let started = SystemTime::UNIX_EPOCH + Duration::from_secs(started);
            SystemTime::now().duration_since(started).ok()
        }))
    }

    async fn logs(
        &self,
        follow: bool,
        tail: Option<u32>,
        sink: &mut Sink<'_>,
    ) -> Result<(), database::Error> {
        let position = log::show(self.layout(), tail, sink)?;
        if follow {
            log::follow(self.layout(), position, sink).await?;
        }
        Ok(())
    }

    async fn admin(&self, database: &DatabaseName, sql: &str) -> Result<String, database::Error> {
        if !self.cluster.has_data() {
            return Err(database::Error::NotRunning);
        }
        Ok(self.cluster.admin(database, sql).await?)
    }

    async fn psql(
        &self,
        database: &DatabaseName,
        arguments: &[String],
    ) -> Result<u8, database::Error> {
        let server = self.cluster.server().ok_or(database::Error::NotRunning)?;
        let bin = self.cluster.bin_of_data(&mut |_| ()).await?;
        let account = self.account();
        Ok(session::interactive(&bin, server.port, account, database, arguments).await?)
    }

    async fn destroy(&self, on_event: &mut OnEvent<'_>) -> Result<(), database::Error> {
        if !self.layout().root().exists() {
            return Ok(());
        }
        let change = self.cluster.change(on_event).await?;
        on_event(Event::Step(match self.cluster.server() {
            Some(_) => "stop PostgreSQL and remove its data",
            None => "remove PostgreSQL's data",
        }));
        change.stop(on_event).await?;
        Ok(copies::destroy(self.layout()).await?)
    }

    async fn save(&self, name: &str, on_event: &mut OnEvent<'_>) -> Result<(), database::Error> {
        let name = Self::named(name)?;
        if !self.cluster.has_data() {
            return Err(database::Error::NoData);
        }
        let change = self.cluster.change(on_event).await?;
        let before = change.stop(on_event).await?;
        let saved = copies::save(change.place(), &name).await;
        change.as_before(before, on_event).await?;
        Ok(saved?)
    }

    async fn restore(&self, name: &str, on_event: &mut OnEvent<'_>) -> Result<(), database::Error> {
        let name = Self::named(name)?;
        if !self.layout().copy(&name).exists() {
            return Err(Error::NoSuchCopy(name.as_str().to_owned()).into());
        }
        let change = self.cluster.change(on_event).await?;
        let before = change.stop(on_event).await?;
        let restored = copies::restore(change.place(), &name).await;
        change.as_before(before, on_event).await?;
        Ok(restored?)
    }

    async fn saved(&self) -> Result<Vec<Saved>, database::Error> {
        Ok(copies::saved(self.layout())?)
    }

    async fn forget(&self, name: &str) -> Result<(), database::Error> {
        let name = Self::named(name)?;
        if !self.layout().copy(&name).exists() {
            return Err(Error::NoSuchCopy(name.as_str().to_owned()).into());
        }
        let _change = self.cluster.change(&mut |_| ()).await?;
        Ok(copies::forget(self.layout(), &name).await?)
    }
}
