//! A `pgbouncer` that hands out connections for a transaction at a time.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::cluster::Database;
use crate::support::system_postgres::free_port;
use crate::support::unprivileged::{give, unprivileged};

/// How long it may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running pooler, gone when dropped.
pub(super) struct Pooler {
    server: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Pooler {
    /// Starts one before the server of `database`. It has fewer connections than the race has
    /// processes, so that they do change hands.
    pub(super) fn before(database: &Database) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        give(directory.path());
        let port = free_port();
        let options = database.options();
        let file = directory.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = 12\nmax_client_conn = 200\n\
             ignore_startup_parameters = extra_float_digits,options\n\
             logfile = {}/log\npidfile =\n",
            options.get_port(),
            directory.path().display()
        );
        // Under `auth_type = any` everybody comes in as this role.
        let text = text.replace("port=", &format!("user={} port=", options.get_username()));
        fs::write(&file, text).expect("it can be written");
        give(&file);
        // Where Debian has it, which is not on everybody's PATH.
        let debian = Path::new("/usr/sbin/pgbouncer");
        let program = if debian.exists() {
            debian
        } else {
            Path::new("pgbouncer")
        };
        let mut command = Command::new(program);
        command
            .arg("--quiet")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let server = unprivileged(&mut command)
            .spawn()
            .expect("the package `pgbouncer` is installed");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < PATIENCE,
                "the pooler does not listen: {}",
                fs::read_to_string(directory.path().join("log")).unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(5));
        }
        Self {
            server,
            port,
            _directory: directory,
        }
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // Whether it was still there is not what the test was about.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
