//! A project of its own: a directory with a Compose file that shares no name and no port with
//! any other, and the binary run in it.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{Read, Write as _},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{Output, docker};

/// The shape of Compose file that the whole product is for; see [`Town::with`] for the words in
/// braces.
const REFERENCE: &str = r#"services:
  db:
    image: postgres:16
    container_name: {container}
    environment:
      POSTGRES_USER: admin
      POSTGRES_PASSWORD: password
      POSTGRES_DB: townpass_db
    ports:
      - "{port}:5432"
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U admin -d townpass_db"]
      interval: 3s
      timeout: 3s
      retries: 10
    volumes:
      - pgdata:/var/lib/postgresql/data
volumes:
  pgdata:
"#;

/// No run of the binary may take longer; a hang is to be a failure that shows what was said.
const PATIENCE: Duration = Duration::from_mins(3);

/// One project, alone in the world, gone when dropped: directory, containers, networks, volumes.
pub(crate) struct Town {
    /// Where everything of this town is kept.
    root: tempfile::TempDir,
    project: String,
    port: u16,
}

impl Town {
    /// A project with the reference Compose file: user `admin`, password `password`, database
    /// `townpass_db`, `postgres:16`, a container name, a port, a health check and a named volume.
    pub(crate) fn new() -> Self {
        Self::with(REFERENCE)
    }

    /// A project with this Compose file, in which `{project}`, `{container}` and `{port}` stand
    /// for this town's own.
    pub(crate) fn with(compose: &str) -> Self {
        let town = Self::bare();
        let compose = town.fill(compose);
        town.write("docker-compose.yml", &compose)
    }

    /// A project without a Compose file.
    pub(crate) fn bare() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let project = format!(
            "townpass-it-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let root = tempfile::Builder::new()
            .prefix(&format!("{project}-"))
            .tempdir()
            .expect("a temporary directory");
        // The embedded server may run as another user than the test.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755))
                .expect("the directory is ours");
        }
        let town = Self {
            root,
            project,
            port: free_port(),
        };
        for directory in [town.path(), town.home()] {
            fs::create_dir(directory).expect("a writable directory");
        }
        town
    }

    /// Writes a file of the project, making the directories above it.
    pub(crate) fn write(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("a directory");
        fs::write(path, self.fill(text)).expect("a writable directory");
        self
    }

    /// Writes both files of a revision, by sqlx's names.
    pub(crate) fn migration(self, version: u64, slug: &str, up: &str, down: &str) -> Self {
        self.write(&format!("migrations/{version}_{slug}.up.sql"), up)
            .write(&format!("migrations/{version}_{slug}.down.sql"), down)
    }

    /// The project's directory. Its name is the project's name.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join(&self.project)
    }

    /// The home directory that the binary sees: empty, and its own.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The project's name, the label of everything that is made for it.
    pub(crate) fn project(&self) -> &str {
        &self.project
    }

    /// What `{container}` stands for.
    pub(crate) fn container(&self) -> String {
        format!("{}_db", self.project)
    }

    /// A port of this machine that was free.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs the binary with these words, split at blanks, in the project's directory.
    pub(crate) fn run(&self, words: &str) -> Output {
        self.townpass(words.split_whitespace()).run()
    }

    /// Runs the binary with these arguments, to be set up further.
    pub(crate) fn townpass<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Invocation<'_> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_townpass"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.home())
            .env("USERPROFILE", self.home())
            .env("TMPDIR", self.root.path())
            // Wide enough that no sentence is folded, the same everywhere.
            .env("COLUMNS", "200")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC");
        // What the test's machine needs to be reached and used at all.
        for name in [
            "PATH",
            "DOCKER_HOST",
            "SYSTEMROOT",
            "PIP_INDEX_URL",
            "PIP_CERT",
            "SSL_CERT_FILE",
        ] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        Invocation {
            town: self,
            command,
            input: None,
        }
    }

    /// Runs SQL in the database container, by its own psql over its socket, as `admin` in
    /// `townpass_db`: tuples only, unaligned.
    #[track_caller]
    pub(crate) fn sql(&self, sql: &str) -> String {
        let container = self.container();
        docker::docker_with(
            &[
                "exec",
                "-i",
                &container,
                "psql",
                "-XqAt",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "admin",
                "-d",
                "townpass_db",
            ],
            sql,
        )
        .unwrap_or_else(|error| panic!("psql in {container}: {error}"))
    }

    /// Runs `docker compose` on this project: the oracle of interoperability.
    pub(crate) fn compose(&self, words: &str) -> Result<String, String> {
        let directory = self.path();
        let directory = directory.to_string_lossy();
        let mut arguments = vec!["compose", "--project-directory", &directory];
        arguments.extend(words.split_whitespace());
        docker::docker(&arguments)
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{project}", &self.project)
            .replace("{container}", &self.container())
            .replace("{port}", &self.port.to_string())
    }

    /// Replaces what differs from run to run by words in brackets.
    fn redact(&self, text: &str) -> String {
        let directory = self.path();
        let canonical = fs::canonicalize(&directory).unwrap_or_else(|_| directory.clone());
        let mut text = text.to_owned();
        for (found, word) in [
            (canonical.as_path(), "[DIR]"),
            (directory.as_path(), "[DIR]"),
            (self.root.path(), "[ROOT]"),
        ] {
            text = text.replace(&*found.to_string_lossy(), word);
        }
        text.replace(&self.container(), "[CONTAINER]")
            .replace(&self.project, "[PROJECT]")
            .replace(&self.port.to_string(), "[PORT]")
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        // Containers of the project hold its volumes and networks; all of it is found by label,
        // whoever made it. A machine without an engine has nothing to remove.
        docker::remove_project(&self.project);
    }
}

/// A run of the binary that is still being set up.
#[must_use = "nothing runs before `run` or `spawn`"]
pub(crate) struct Invocation<'a> {
    town: &'a Town,
    command: Command,
    input: Option<String>,
}

impl Invocation<'_> {
    /// Sets a variable of the environment, which is otherwise almost empty.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in another directory than the project's own.
    pub(crate) fn current_dir(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Gives this text as standard input, which is otherwise empty. It is never a terminal.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.input = Some(text.to_owned());
        self
    }

    /// Starts it and lets it run: for tests that interrupt. Both streams are pipes.
    pub(crate) fn spawn(&mut self) -> Child {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        if let Some(input) = &self.input {
            // A child that does not read its input has closed the pipe: nothing to say.
            let _ = stdin.write_all(input.as_bytes());
        }
        child
    }

    /// Runs it to its end and returns what it left.
    #[track_caller]
    pub(crate) fn run(mut self) -> Output {
        let child = self.spawn();
        collect(self.town, child)
    }
}

/// Waits for a child of [`Invocation::spawn`] and returns what it left.
#[track_caller]
pub(crate) fn collect(town: &Town, mut child: Child) -> Output {
    let stdout = reader(child.stdout.take().expect("stdout is a pipe"));
    let stderr = reader(child.stderr.take().expect("stderr is a pipe"));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().expect("the child is ours") {
            Some(status) => break Some(status),
            None if Instant::now() > deadline => {
                child.kill().expect("the child is ours");
                child.wait().expect("the child is ours");
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    // The database that it may have left running must not hold these pipes: joining would wait.
    let (raw_stdout, raw_stderr) = (
        stdout.join().expect("the reader ends"),
        stderr.join().expect("the reader ends"),
    );
    let output = Output {
        status: status.and_then(|status| status.code()).unwrap_or(-1),
        stdout: town.redact(&raw_stdout),
        stderr: town.redact(&raw_stderr),
        raw_stdout,
        raw_stderr,
    };
    assert!(status.is_some(), "no end after {PATIENCE:?}\n{output}");
    output
}

fn reader(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .expect("the pipe is readable");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
