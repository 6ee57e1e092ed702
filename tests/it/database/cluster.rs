//! A private PostgreSQL for one test, run from the binaries of the system.
//!
//! It is a provider as simple as one can be: a directory and `pg_ctl`. Password authentication
//! on TCP, trust on the socket, as in the official image.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use tempfile::TempDir;
use townpass::{
    database::{
        Account, Complaint, Error, Event, Kind, Provider, Session, Target,
        provider::{Data, OnEvent, Saved, Sink, State, Status},
        until_ready,
    },
    host::{Endpoint, Evidence},
    ident::{DatabaseName, RoleName},
    secret::Secret,
};

use crate::support::system_postgres::{binaries, free_port, succeed};
use crate::support::unprivileged::{give, unprivileged};

/// Long enough for a loaded machine; no test passes by waiting for it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A server and what the Compose file would ask of it.
pub(crate) struct Cluster {
    directory: TempDir,
    binaries: PathBuf,
    port: u16,
    /// What is asked for now.
    pub(crate) wanted: Account,
    /// What `initdb` is told.
    initial: Account,
    sick: RefCell<Option<Error>>,
}

pub(crate) fn account(user: &str, password: &str, database: &str) -> Account {
    Account {
        user: RoleName::new(user),
        password: Some(Secret::new(password)),
        database: DatabaseName::new(database),
    }
}

/// The account of the reference Compose file.
pub(crate) fn reference() -> Account {
    account("admin", "password", "townpass_db")
}

/// Forgets events.
pub(crate) fn quiet(_: Event<'_>) {}

impl Cluster {
    /// A running server that was initialised as it is asked for.
    pub(crate) async fn new() -> Self {
        Self::initialised_as(reference()).await
    }

    /// A running server that was initialised for another account than the reference's.
    pub(crate) async fn initialised_as(initial: Account) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("townpass-test-")
            .tempdir()
            .expect("a temporary directory can be made");
        let cluster = Self {
            binaries: binaries(),
            port: free_port(),
            wanted: reference(),
            initial,
            sick: RefCell::new(None),
            directory,
        };
        give(cluster.directory.path());
        cluster.start(&mut quiet).await.expect("the server starts");
        cluster
    }

    pub(crate) fn target(&self) -> Target {
        Target::new(self.address(), self.wanted.clone())
    }

    /// A session as the account the cluster was initialised for.
    pub(crate) async fn session(&self) -> Session {
        let target = Target::new(self.address(), self.initial.clone());
        Session::open(&target, PATIENCE)
            .await
            .expect("the server answers")
    }

    /// Runs SQL in the database that is asked for.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Complaint> {
        let mut session = self.session().await;
        let done = session.run(sql).await;
        session.close().await;
        done
    }

    /// The first value of a query in the database that is asked for.
    pub(crate) async fn value(&self, sql: &str) -> String {
        let mut session = self.session().await;
        let value = session.value(sql).await.expect("the query is right");
        session.close().await;
        value.unwrap_or_default()
    }

    /// Every database but the system's, by name.
    pub(crate) async fn databases(&self) -> Vec<String> {
        let sql = "select datname from pg_database \
                   where datname not in ('postgres', 'template0', 'template1') order by 1";
        let printed = self
            .admin(&DatabaseName::new("postgres"), sql)
            .await
            .expect("the socket is trusted");
        printed.lines().map(str::to_owned).collect()
    }

    /// What `ailment` will answer once.
    pub(crate) fn fall_sick(&self, error: Error) {
        *self.sick.borrow_mut() = Some(error);
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Runs `pg_ctl` and fails if it does.
    pub(crate) fn control(&self, arguments: &[&str]) {
        let output = self
            .command("pg_ctl")
            .arg("-D")
            .arg(self.data())
            .args(arguments)
            .output();
        succeed("pg_ctl", output);
    }

    fn address(&self) -> Endpoint {
        Endpoint {
            host: "127.0.0.1".into(),
            port: self.port,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command
            .current_dir(self.directory.path())
            .env_clear()
            .stdin(Stdio::null());
        unprivileged(&mut command);
        command
    }

    fn initialise(&self) {
        let password = self.path("password");
        let secret = self.initial.password.as_ref().expect("it has one");
        fs::write(&password, secret.reveal()).expect("the directory is ours");
        give(&password);
        let output = self
            .command("initdb")
            .args(["--no-sync", "--encoding=UTF8", "--locale=C"])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .args(["--username", self.initial.user.as_str()])
            .arg("--pwfile")
            .arg(&password)
            .arg("-D")
            .arg(self.data())
            .output();
        succeed("initdb", output);
    }

    fn copy_tree(from: &Path, to: &Path) {
        let output = Command::new("cp").arg("-a").args([from, to]).output();
        succeed("cp", output);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self
            .command("pg_ctl")
            .arg("-D")
            .arg(self.data())
            .args(["stop", "-m", "immediate"])
            .output();
    }
}

#[async_trait(?Send)]
impl Provider for Cluster {
    fn kind(&self) -> Kind {
        Kind::Embedded
    }

    fn account(&self) -> &Account {
        &self.wanted
    }

    async fn observe(&self) -> Result<Status, Error> {
        let state = if self.data().join("postmaster.pid").exists() {
            State::Running
        } else if self.data().exists() {
            State::Stopped
        } else {
            State::Absent
        };
        Ok(Status {
            state,
            runner: "a server of a test".into(),
            source: self.binaries.display().to_string(),
            health: None,
            data: Data::Directory(self.data().display().to_string()),
        })
    }

    async fn plan(&self) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    async fn start(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        step("start the server", on_event).await;
        let fresh = !self.data().join("PG_VERSION").exists();
        if fresh {
            self.initialise();
        }
        if self.observe().await?.state == State::Running {
            return Ok(());
        }
        let options = format!(
            "-p {} -h 127.0.0.1 -k {} -c fsync=off",
            self.port,
            self.directory.path().display()
        );
        let log = self.path("log");
        let log = log.to_str().expect("UTF-8");
        self.control(&["-w", "-o", &options, "-l", log, "start"]);
        if fresh && self.initial.database.as_str() != "postgres" {
            let sql = format!("create database \"{}\"", self.initial.database);
            self.admin(&DatabaseName::new("postgres"), &sql).await?;
        }
        Ok(())
    }

    async fn stop(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        step("stop the server", on_event).await;
        if self.observe().await?.state == State::Running {
            self.control(&["-w", "-m", "fast", "stop"]);
        }
        Ok(())
    }

    async fn whereabouts(&self) -> Result<Evidence, Error> {
        Ok(Evidence::default())
    }

    async fn endpoint(&self) -> Result<Endpoint, Error> {
        Ok(self.address())
    }

    async fn ailment(&self) -> Result<Option<Error>, Error> {
        Ok(self.sick.borrow_mut().take())
    }

    async fn logs(&self, _: bool, _: Option<u32>, sink: &mut Sink<'_>) -> Result<(), Error> {
        sink(self.log().as_bytes());
        Ok(())
    }

    async fn admin(&self, database: &DatabaseName, sql: &str) -> Result<String, Error> {
        use std::io::Write;
        let mut child = self
            .command("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(self.directory.path())
            .args(["-p", &self.port.to_string()])
            .args(["-U", self.initial.user.as_str(), "-d", database.as_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(sql.as_bytes()).expect("psql reads");
        drop(stdin);
        let output = child.wait_with_output().expect("psql ends");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout)
                .trim_end()
                .to_owned())
        } else {
            Err(Error::Unreadable {
                answer: String::from_utf8_lossy(&output.stderr).into_owned(),
            })
        }
    }

    async fn psql(&self, _: &DatabaseName, _: &[String]) -> Result<u8, Error> {
        Ok(0)
    }

    async fn destroy(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        self.stop(on_event).await?;
        step("remove the data", on_event).await;
        if self.data().exists() {
            fs::remove_dir_all(self.data()).expect("the directory is ours");
        }
        Ok(())
    }

    async fn save(&self, name: &str, _: &mut OnEvent<'_>) -> Result<(), Error> {
        if !self.data().exists() {
            return Err(Error::NoData);
        }
        Self::copy_tree(&self.data(), &self.path(&format!("saved-{name}")));
        Ok(())
    }

    async fn restore(&self, name: &str, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        self.destroy(on_event).await?;
        Self::copy_tree(&self.path(&format!("saved-{name}")), &self.data());
        Ok(())
    }

    async fn saved(&self) -> Result<Vec<Saved>, Error> {
        let mut saved: Vec<_> = fs::read_dir(self.directory.path())
            .expect("the directory is ours")
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().into_string().ok()?;
                Some(Saved {
                    name: name.strip_prefix("saved-")?.to_owned(),
                    created: SystemTime::now(),
                    size: None,
                })
            })
            .collect();
        saved.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(saved)
    }

    async fn forget(&self, name: &str) -> Result<(), Error> {
        fs::remove_dir_all(self.path(&format!("saved-{name}"))).expect("the directory is ours");
        Ok(())
    }
}

/// Waits for the wanted account.
pub(crate) async fn ready(cluster: &Cluster) -> Result<townpass::database::Ready, Error> {
    until_ready(cluster, &cluster.target(), PATIENCE, &mut quiet).await
}

/// Tells of a step as the real providers do, and lets a test end the work there.
async fn step(what: &str, on_event: &mut OnEvent<'_>) {
    on_event(Event::Step(what));
    tokio::task::yield_now().await;
}
