//! A private server for one test, stopped and removed with it.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use tempfile::TempDir;
use townpass::{
    database::{
        Account, Event, Provider as _, Refusal, Session, Target,
        embedded::{Embedded, Error, Fetch, Search, Settings},
    },
    ident::{DatabaseName, ProjectName, RoleName, ServiceName},
    secret::Secret,
};

use crate::support::system_postgres;

/// Long enough for a loaded machine; no test passes by waiting for it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A project's directory, and what its database is asked for.
pub(crate) struct Private {
    pub(crate) settings: Settings,
    root: TempDir,
}

pub(crate) fn account(user: &str, password: &str, database: &str) -> Account {
    Account {
        user: RoleName::new(user),
        password: Some(Secret::new(password)),
        database: DatabaseName::new(database),
    }
}

impl Private {
    /// The reference account, the binaries of the system, and no downloads.
    pub(crate) fn new() -> Self {
        Self::below("")
    }

    /// The same, this much deeper in the file system.
    pub(crate) fn below(path: &str) -> Self {
        let root = tempfile::Builder::new()
            .prefix("townpass-test-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary directory can be made");
        let directory = root.path().join(path).join("project");
        let cache = root.path().join("cache");
        let account = account("admin", "password", "townpass_db");
        let project = ProjectName::new("backend");
        let mut settings =
            Settings::new(account, ServiceName::new("db"), project, directory, cache);
        settings.fetch = Fetch::Offline;
        Self { settings, root }
    }

    /// Binaries of the system, and their major.
    pub(crate) fn of_the_system() -> (PathBuf, u16) {
        let bin = system_postgres::binaries();
        let major = system_postgres::major(&bin);
        (bin, major)
    }

    /// Looks nowhere but in `bin`, by way of `PATH`.
    pub(crate) fn only(mut self, bin: &Path) -> Self {
        self.settings.search = Search {
            configured: None,
            path: vec![bin.to_owned()],
            places: Vec::new(),
        };
        self
    }

    pub(crate) fn wanting(mut self, major: u16) -> Self {
        self.settings.wanted_major = Some(major);
        self
    }

    pub(crate) fn provider(&self) -> Embedded {
        Embedded::new(self.settings.clone())
    }

    /// Starts the server and returns everything that was said.
    pub(crate) async fn start(&self) -> Vec<String> {
        let mut said = Vec::new();
        self.provider()
            .start(&mut |event| said.push(words(&event)))
            .await
            .unwrap_or_else(|error| panic!("{error:?}\n{}", self.log()));
        said
    }

    /// What a start fails with.
    pub(crate) async fn failure(&self) -> Error {
        match self.provider().start(&mut |_| ()).await {
            Err(townpass::database::Error::Embedded(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn target(&self) -> Target {
        let endpoint = self.provider().endpoint().await.expect("it runs");
        Target::new(endpoint, self.settings.account.clone())
    }

    /// The first value of a query, as the account's user.
    pub(crate) async fn value(&self, sql: &str) -> String {
        let mut session = Session::open(&self.target().await, PATIENCE)
            .await
            .expect("the right password is taken");
        let value = session.value(sql).await.expect("the query is right");
        session.close().await;
        value.unwrap_or_default()
    }

    /// What another password is answered.
    pub(crate) async fn refusal(&self, password: &str) -> Option<Refusal> {
        let mut target = self.target().await;
        target.account.password = Some(Secret::new(password));
        Session::open(&target, PATIENCE).await.err()
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.settings.directory.join(name)
    }

    /// What lies in the project's directory, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.settings.directory)
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("server.log")).unwrap_or_default()
    }

    /// Kills the server and all of its children, as a crash of the machine would.
    pub(crate) fn kill(&self) {
        let data = fs::canonicalize(self.path("data")).expect("there is data");
        kill_all_in(&data);
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        for name in names(&self.settings.directory) {
            if name.starts_with("data") {
                kill_all_in(&self.settings.directory.join(name));
            }
        }
        // An orphan may still be writing; `TempDir` tries only once.
        for _ in 0..50 {
            if fs::remove_dir_all(self.root.path()).is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Kills every process whose working directory is `data`.
fn kill_all_in(data: &Path) {
    let mut pids: Vec<String> = pid(data).into_iter().collect();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let here = fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == data);
        if here {
            pids.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    if pids.is_empty() {
        return;
    }
    let _ = Command::new("kill").arg("-9").args(&pids).output();
    for pid in pids {
        while fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data) {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The living process of the server on `data`.
fn pid(data: &Path) -> Option<String> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = text.lines().next()?.to_owned();
    let alive = fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data);
    alive.then_some(pid)
}

pub(crate) fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn words(event: &Event<'_>) -> String {
    match event {
        Event::Step(text) => format!("step: {text}"),
        Event::Note(text) => format!("note: {text}"),
        Event::Warning(text) => format!("warning: {text}"),
        Event::Progress { what, done, total } => format!("progress: {what} {done} {total:?}"),
        Event::Waiting { .. } | Event::Docker(_) => format!("{event:?}"),
    }
}
