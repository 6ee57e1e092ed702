//! Creating, renaming and dropping whole databases, one command at a time.
//!
//! A [`Maintenance`] is a session beside the database it works on, which holds the lock that
//! every other `townpass` asks for first. Each step leaves a state that the next run
//! understands: what is being made bears the name of [`note::unfinished`] until it is complete,
//! and takes its place in one transaction. `CREATE DATABASE` and `DROP DATABASE` cannot run in a
//! transaction, so they only ever touch unfinished names.

use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::{pin, select, time};

use super::{
    Complaint, Error, Refusal, Session, Target,
    dressing::{self, Dressing},
    locale::{self, Locale},
    note::{self, Note},
};
use crate::{
    ident::{DatabaseName, RoleName},
    sql::quote::{Ident, Literal},
};

/// The advisory lock of everyone who works on whole databases: `townpass` in ASCII.
const LOCK: i64 = 0x746f_776e_7061_7373;
/// How long to wait for the lock.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look for the lock, and how often to end sessions that are in the way.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest that connecting may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// From this size on, copying files beats writing the copy into the log.
const LARGE: u64 = 200 << 20;

/// A database of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::database) struct Found {
    pub(in crate::database) name: DatabaseName,
    pub(in crate::database) owner: RoleName,
    pub(in crate::database) size: u64,
    comment: Option<String>,
}

impl Found {
    pub(in crate::database) fn note(&self) -> Option<Note> {
        Note::read(self.comment.as_deref()?)
    }
}

/// What the place of a database is given to, and what becomes of the one that had it.
#[derive(Clone, Debug)]
pub(in crate::database) enum Predecessor {
    /// It is kept, closed, under this note.
    Keep(Note),
    /// It is dropped.
    Drop,
}

/// A session that holds the lock.
#[derive(Debug)]
pub(in crate::database) struct Maintenance {
    session: Session,
    /// The database that is worked on, seen from the same role and address.
    target: Target,
}

impl Maintenance {
    /// Connects beside the target's database, takes the lock and drops what an earlier run left
    /// unfinished.
    pub(in crate::database) async fn open(target: &Target) -> Result<Self, Error> {
        let mut this = Self::look(target).await?;
        this.lock().await?;
        let prefix = note::unfinished_prefix(this.database());
        for left in this.list().await? {
            if left.name.as_str().starts_with(&prefix) {
                this.drop(&left.name).await?;
            }
        }
        Ok(this)
    }

    /// Connects beside the target's database, to read alone.
    pub(in crate::database) async fn look(target: &Target) -> Result<Self, Error> {
        Ok(Self {
            session: beside(target).await?,
            target: target.clone(),
        })
    }

    pub(in crate::database) fn database(&self) -> &DatabaseName {
        &self.target.account.database
    }

    async fn lock(&mut self) -> Result<(), Error> {
        let begun = Instant::now();
        let attempt = format!("select pg_try_advisory_lock({LOCK})");
        while self.value(&attempt, "take the lock").await?.as_deref() != Some("t") {
            if begun.elapsed() > PATIENCE {
                return Err(Error::Busy);
            }
            time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Every database of the cluster, the oldest first.
    pub(in crate::database) async fn list(&mut self) -> Result<Vec<Found>, Error> {
        let answer = self
            .value(
                "select coalesce(json_agg(json_build_object('name', datname, \
                 'owner', pg_get_userbyid(datdba), 'size', pg_database_size(oid), \
                 'comment', shobj_description(oid, 'pg_database')) order by oid), '[]') \
                 from pg_database",
                "list the databases",
            )
            .await?
            .unwrap_or_default();
        serde_json::from_str(&answer).map_err(|_| Error::Unreadable { answer })
    }

    /// The database that is worked on, where it exists.
    pub(in crate::database) async fn current(&mut self) -> Result<Option<Found>, Error> {
        let all = self.list().await?;
        Ok(all.into_iter().find(|it| it.name == *self.database()))
    }

    /// Makes an empty database with the owner, the encoding and the locale of the one that is
    /// worked on; where there is none, as the image would make it.
    pub(in crate::database) async fn create_empty(&mut self) -> Result<DatabaseName, Error> {
        let new = self.unfinished();
        let current = self.current().await?;
        let owner = current.map_or_else(|| self.target.account.user.clone(), |it| it.owner);
        let locale = self.locale_clause().await?;
        let statement = format!(
            "create database {} owner {}{locale}",
            Ident(new.as_str()),
            Ident(owner.as_str())
        );
        self.run(&statement, "create an empty database").await?;
        Ok(new)
    }

    /// Copies a database that may be in use; the sessions in it are ended. Returns the copy's
    /// unfinished name.
    pub(in crate::database) async fn copy(
        &mut self,
        source: &DatabaseName,
    ) -> Result<DatabaseName, Error> {
        let new = self.unfinished();
        let statement = format!(
            "create database {} template {} owner {}{}",
            Ident(new.as_str()),
            Ident(source.as_str()),
            Ident(self.owner(source).await?.as_str()),
            self.strategy_clause(source).await?,
        );
        let doing = || format!("copy database `{source}`");
        self.run_alone(source, &statement, &doing()).await?;
        Ok(new)
    }

    /// Gives an unfinished database its name and note, and closes it.
    pub(in crate::database) async fn finish(
        &mut self,
        unfinished: &DatabaseName,
        note: &Note,
    ) -> Result<(), Error> {
        let name = note.database();
        let statement = format!(
            "alter database {} rename to {}; {}",
            Ident(unfinished.as_str()),
            Ident(name.as_str()),
            close(&name, note)
        );
        let doing = format!("name the copy of `{}`", note.of);
        self.run(&statement, &doing).await
    }

    /// Puts an unfinished database in place of the one that is worked on, in one transaction.
    /// The sessions in the old one are ended.
    pub(in crate::database) async fn swap(
        &mut self,
        unfinished: &DatabaseName,
        predecessor: &Predecessor,
    ) -> Result<(), Error> {
        let database = self.database().clone();
        let promote = format!(
            "alter database {} rename to {};",
            Ident(unfinished.as_str()),
            Ident(database.as_str())
        );
        let doing = format!("put the new `{database}` in place of the old one");
        if self.current().await?.is_none() {
            return self.run(&promote, &doing).await;
        }
        let (aside, closing) = match predecessor {
            Predecessor::Keep(note) => (note.database(), close(&note.database(), note)),
            Predecessor::Drop => (self.unfinished(), String::new()),
        };
        let statement = format!(
            "alter database {} rename to {}; {promote} {closing}",
            Ident(database.as_str()),
            Ident(aside.as_str()),
        );
        self.run_alone(&database, &statement, &doing).await?;
        match predecessor {
            Predecessor::Keep(_) => Ok(()),
            Predecessor::Drop => self.drop(&aside).await,
        }
    }

    /// Drops a database of ours.
    pub(in crate::database) async fn drop(&mut self, name: &DatabaseName) -> Result<(), Error> {
        let doing = format!("drop database `{name}`");
        let open = format!(
            "alter database {0} with is_template false allow_connections false",
            Ident(name.as_str())
        );
        self.run(&open, &doing).await?;
        let statement = format!("drop database {}", Ident(name.as_str()));
        self.run_alone(name, &statement, &doing).await
    }

    /// How many client sessions are in a database.
    pub(in crate::database) async fn sessions(
        &mut self,
        database: &DatabaseName,
    ) -> Result<u64, Error> {
        let query = format!(
            "select count(*) from pg_stat_activity where datname = {} and backend_type = 'client backend'",
            Literal(database.as_str())
        );
        let count = self.value(&query, "count the sessions").await?;
        Ok(count.and_then(|it| it.parse().ok()).unwrap_or(0))
    }

    /// Ends the session, and with it the lock.
    pub(in crate::database) async fn close(self) {
        self.session.close().await;
    }

    /// Copies what belongs to a database itself and is not inside of it, and so is in no
    /// template: settings and rights.
    pub(in crate::database) async fn dress_like(
        &mut self,
        source: &DatabaseName,
        new: &DatabaseName,
    ) -> Result<(), Error> {
        let query = dressing::question(source);
        let answer = self.value(&query, "read the database's settings").await?;
        let Some(answer) = answer else { return Ok(()) };
        let dressing: Dressing =
            serde_json::from_str(&answer).map_err(|_| Error::Unreadable { answer })?;
        for statement in dressing.statements(new) {
            self.run(&statement, "copy the database's settings").await?;
        }
        Ok(())
    }

    async fn owner(&mut self, database: &DatabaseName) -> Result<RoleName, Error> {
        let found = self.list().await?;
        let found = found.into_iter().find(|it| it.name == *database);
        Ok(found.map_or_else(|| self.target.account.user.clone(), |it| it.owner))
    }

    /// With `WAL_LOG` a copy passes through the log, which is quick for small databases; with
    /// `FILE_COPY` it costs two checkpoints, which are nearly free where `fsync` is off.
    async fn strategy_clause(&mut self, source: &DatabaseName) -> Result<&'static str, Error> {
        let query = format!(
            "select case when current_setting('server_version_num')::int < 150000 then '' \
             when current_setting('fsync') = 'off' or pg_database_size({}) > {LARGE} \
             then 'file_copy' else 'wal_log' end",
            Literal(source.as_str())
        );
        let strategy = self.value(&query, "measure the database").await?;
        Ok(match strategy.as_deref() {
            Some("file_copy") => " strategy file_copy",
            Some("wal_log") => " strategy wal_log",
            _ => "",
        })
    }

    /// What has to be said about encoding and locale where they are not those of `template1`.
    async fn locale_clause(&mut self) -> Result<String, Error> {
        let answer = self
            .value(&locale::question(self.database()), "read the locale")
            .await?;
        let Some(answer) = answer else {
            return Ok(String::new());
        };
        let locale: Locale =
            serde_json::from_str(&answer).map_err(|_| Error::Unreadable { answer })?;
        Ok(locale.clause())
    }

    fn unfinished(&self) -> DatabaseName {
        note::unfinished(self.database(), rand::random())
    }

    async fn run(&mut self, statement: &str, doing: &str) -> Result<(), Error> {
        let done = self.session.run(statement).await;
        done.map_err(|complaint| failed(doing, complaint))
    }

    async fn value(&mut self, query: &str, doing: &str) -> Result<Option<String>, Error> {
        let value = self.session.value(query).await;
        value.map_err(|complaint| failed(doing, complaint))
    }

    /// Runs a statement that needs `database` for itself.
    ///
    /// The statement locks the database, which keeps new sessions out, and then waits some
    /// seconds for the present ones; a second session ends those meanwhile. So nobody can slip
    /// in between, and no state is left in which the database is closed.
    async fn run_alone(
        &mut self,
        database: &DatabaseName,
        statement: &str,
        doing: &str,
    ) -> Result<(), Error> {
        let evict = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = {} and pid <> pg_backend_pid()",
            Literal(database.as_str())
        );
        if self.value(&evict, doing).await?.is_none() {
            match self.session.run(statement).await {
                Err(complaint) if complaint.is_in_use() => {}
                done => return done.map_err(|complaint| failed(doing, complaint)),
            }
        }
        let mut bouncer = beside(&self.target).await?;
        let done = {
            let work = self.session.run(statement);
            pin!(work);
            loop {
                select! {
                    done = &mut work => break done,
                    () = time::sleep(PAUSE) => {
                        let evicted = bouncer.rows(&evict).await;
                        evicted.map_err(|complaint| failed(doing, complaint))?;
                    }
                }
            }
        };
        bouncer.close().await;
        done.map_err(|complaint| failed(doing, complaint))
    }
}

/// A session in a database that is not the target's.
async fn beside(target: &Target) -> Result<Session, Error> {
    let mut last = None;
    for name in ["postgres", "template1"] {
        if target.account.database.as_str() == name {
            continue;
        }
        let target = target.in_database(&DatabaseName::new(name));
        match Session::open(&target, ATTEMPT).await {
            Ok(session) => return Ok(session),
            Err(refusal @ (Refusal::NoDatabase(_) | Refusal::ClosedDatabase(_))) => {
                last = Some(refusal);
            }
            Err(refusal) => return Err(refused(&target, refusal)),
        }
    }
    Err(refused(target, last.unwrap_or(Refusal::Closed)))
}

fn refused(target: &Target, refusal: Refusal) -> Error {
    Error::Refused {
        endpoint: target.endpoint.clone(),
        role: target.account.user.clone(),
        refusal,
    }
}

fn failed(doing: &str, complaint: Complaint) -> Error {
    Error::Sql {
        doing: doing.to_owned(),
        complaint,
    }
}

fn close(name: &DatabaseName, note: &Note) -> String {
    format!(
        "comment on database {0} is {1}; alter database {0} with is_template true allow_connections false;",
        Ident(name.as_str()),
        Literal(&note.text())
    )
}
