//! A real PostgreSQL for the tests of what speaks to one: a cluster per test process, a database
//! per test.
//!
//! The server listens on loopback only, trusts everyone, and dies with the test process, however
//! that ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use townpass::migration::Session;

use super::system_postgres::{binaries, free_port, succeed};
use super::unprivileged::{NOBODY, give, is_root, unprivileged};

/// Starts the server and stops it when its input, which is a pipe from us, comes to an end.
const GUARD: &str = r#"
directory=$1; shift
"$@" </dev/null >"$directory/log" 2>&1 & server=$!
read -r _
kill -INT "$server"; wait "$server"
rm -rf "$directory"
"#;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database of its own in the cluster of this process.
pub(crate) struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// Creates one.
    pub(crate) async fn fresh() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let cluster = Cluster::shared();
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = cluster.answer().await;
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut admin)
            .await
            .expect("a fresh cluster has room");
        Self { cluster, name }
    }

    /// How to connect to it, as its superuser `admin`.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.cluster.options(&self.name)
    }

    /// Its URL, in a dialect: `postgresql+psycopg`.
    pub(crate) fn url(&self, dialect: &str) -> String {
        let options = self.options();
        format!(
            "{dialect}://{}@{}:{}/{}",
            options.get_username(),
            options.get_host(),
            options.get_port(),
            self.name
        )
    }

    /// A new session for migrations.
    pub(crate) async fn session(&self) -> Session {
        Session::new(self.connect().await, self.options())
    }

    /// The directory of its socket, as a proxy of Google's lays it out: the usual port, and a name
    /// with colons.
    pub(crate) fn socket(&self) -> PathBuf {
        self.cluster.directory.join(SOCKETS)
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> PgConnection {
        self.options().connect().await.expect("the cluster answers")
    }

    /// The same database on a standby of the server, as soon as that answers.
    pub(crate) async fn on_a_standby(&self) -> Self {
        let standby = Self {
            cluster: Arc::new(self.cluster.standby(&binaries())),
            name: self.name.clone(),
        };
        standby.cluster.answer_in(&self.name).await;
        standby
    }

    /// A connection to another database of the same server, as soon as it answers.
    pub(crate) async fn connect_to(&self, other: &str) -> PgConnection {
        self.cluster.answer_in(other).await
    }
}

/// Where the server's socket lies, named as a Cloud SQL instance.
const SOCKETS: &str = "project:region:instance";

/// A running server.
struct Cluster {
    guard: Child,
    directory: PathBuf,
    port: u16,
}

impl Cluster {
    /// The one of this process: started by the first test that needs it, stopped after the last.
    fn shared() -> Arc<Self> {
        static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let cluster = Arc::new(Self::start(&binaries()));
            *running = Arc::downgrade(&cluster);
            cluster
        })
    }

    fn start(binaries: &Path) -> Self {
        let directory = Self::directory();
        let mut initdb = Command::new(binaries.join("initdb"));
        initdb
            .args(["--auth=trust", "--username=admin", "--encoding=UTF8"])
            .args(["--no-locale", "--no-sync", "--pgdata"])
            .arg(directory.join("data"))
            .current_dir(&directory);
        succeed("initdb", unprivileged(&mut initdb).output());
        Self::serve(binaries, directory)
    }

    /// Another server, which follows this one.
    fn standby(&self, binaries: &Path) -> Self {
        let directory = Self::directory();
        let mut copy = Command::new(binaries.join("pg_basebackup"));
        copy.args(["--host=127.0.0.1", "--username=admin", "--checkpoint=fast"])
            .args(["--write-recovery-conf", "--no-sync", "--pgdata"])
            .arg(directory.join("data"))
            .args(["--port", &self.port.to_string()])
            .current_dir(&directory);
        succeed("pg_basebackup", unprivileged(&mut copy).output());
        Self::serve(binaries, directory)
    }

    /// Where a server keeps all that it has.
    fn directory() -> PathBuf {
        let directory = tempfile::Builder::new()
            .prefix("townpass-cluster-")
            .tempdir()
            .expect("a temporary directory")
            .keep();
        give(&directory);
        directory
    }

    /// Starts a server on the data in `directory`.
    fn serve(binaries: &Path, directory: PathBuf) -> Self {
        let port = free_port();
        let sockets = directory.join(SOCKETS);
        fs::create_dir(&sockets).expect("the directory is ours");
        give(&sockets);
        // A proxy listens on the usual port, whatever the server's own.
        std::os::unix::fs::symlink(format!(".s.PGSQL.{port}"), sockets.join(".s.PGSQL.5432"))
            .expect("the directory is ours");
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(&directory);
        if is_root() {
            guard.arg("setpriv").arg("--clear-groups");
            guard.arg(format!("--reuid={NOBODY}"));
            guard.arg(format!("--regid={NOBODY}"));
        }
        guard.arg(binaries.join("postgres"));
        guard.arg("-D").arg(directory.join("data")).arg("-F");
        guard.args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "max_connections=200",
            "shared_buffers=16MB",
            "max_prepared_transactions=2",
        ] {
            guard.args(["-c", setting]);
        }
        guard.arg("-c");
        guard.arg(format!("unix_socket_directories={}", sockets.display()));
        let guard = guard
            .current_dir(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("sh starts");
        Self {
            guard,
            directory,
            port,
        }
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("admin")
            .database(database)
    }

    /// A connection to the maintenance database, as soon as there can be one.
    async fn answer(&self) -> PgConnection {
        self.answer_in("postgres").await
    }

    async fn answer_in(&self, database: &str) -> PgConnection {
        let started = Instant::now();
        loop {
            match self.options(database).connect().await {
                Ok(connection) => return connection,
                Err(error) if started.elapsed() > PATIENCE => {
                    let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                    panic!("PostgreSQL does not answer: {error}\n{log}");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It was told to stop; whether it did is not what the test was about.
        let _ = self.guard.wait();
    }
}
