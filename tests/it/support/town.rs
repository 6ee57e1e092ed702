//! A project of its own: a directory with a Compose file that shares no name and no port with
//! any other, and the binary run in it.

#[cfg(unix)]
use std::io::Read as _;
use std::{
    env,
    ffi::OsStr,
    fs,
    io::Write as _,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Output, Running, docker};

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

/// The reference Compose file, for tests that change one line of it.
pub(crate) fn reference() -> &'static str {
    REFERENCE
}

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

    /// The project's own working example of a history.
    pub(crate) fn with_example_migrations(mut self) -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        for entry in fs::read_dir(example).expect("the working example") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a file").to_string_lossy();
            let text = fs::read_to_string(&path).expect("UTF-8");
            self = self.write(&format!("migrations/{name}"), &text);
        }
        self
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
    #[must_use = "a run that nobody looks at proves nothing"]
    pub(crate) fn run(&self, words: &str) -> Output {
        self.townpass(words.split_whitespace()).run()
    }

    /// Runs the binary with these arguments, to be set up further.
    pub(crate) fn townpass<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Invocation<'_> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_townpass"));
        command.args(arguments);
        self.invocation(command)
    }

    /// Runs a line as people type it into their shell, with the binary, and the programs in `first`
    /// before it, on the PATH.
    #[cfg(unix)]
    pub(crate) fn shell(&self, first: &Path, line: &str) -> Invocation<'_> {
        let binary = Path::new(env!("CARGO_BIN_EXE_townpass")).parent();
        let machine = env::var_os("PATH").unwrap_or_default();
        let path = [first, binary.expect("it is in a directory")].map(Path::to_owned);
        let path = env::join_paths(path.into_iter().chain(env::split_paths(&machine)));
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        let run = self.invocation(command);
        let run = run.env("PATH", path.expect("no colon in it"));
        // Where the Compose plugin is.
        match env::var_os("DOCKER_CONFIG") {
            Some(directory) => run.env("DOCKER_CONFIG", directory),
            None => run,
        }
    }

    fn invocation(&self, mut command: Command) -> Invocation<'_> {
        command
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.home())
            .env("USERPROFILE", self.home())
            .env("TMPDIR", self.root.path())
            // Wide enough that no sentence is folded, the same everywhere.
            .env("COLUMNS", "200")
            // What is remembered of this town goes with it, and nothing is downloaded for it.
            .env("TOWNPASS_DATA_DIR", self.data())
            .env("TOWNPASS_CACHE_DIR", self.root.path().join("cache"))
            .env("TOWNPASS_OFFLINE", "1")
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
        if let Some(bin) = env::var_os("TOWNPASS_TEST_PG_BIN") {
            command.env("TOWNPASS_PG_BIN", bin);
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

    /// Runs SQL in the embedded server by `dev psql`: tuples only, unaligned.
    #[track_caller]
    pub(crate) fn psql(&self, sql: &str) -> String {
        let arguments = ["--provider", "embedded", "dev", "psql", "--", "-XqAt"];
        self.townpass(arguments)
            .stdin(sql)
            .run()
            .success()
            .stdout
            .trim()
            .to_owned()
    }

    /// Where the binary keeps what it remembers.
    fn data(&self) -> PathBuf {
        self.root.path().join("data")
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
    pub(super) fn redact(&self, text: &str) -> String {
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
        // A server of this town outlives the commands, but not the town.
        if self.data().exists() {
            let arguments = [
                "--provider",
                "embedded",
                "dev",
                "down",
                "--volumes",
                "--yes",
            ];
            let _ = self.townpass(arguments).command.output();
        }
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

impl<'a> Invocation<'a> {
    /// Sets a variable of the environment, which is otherwise almost empty.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable of the test's machine away.
    #[cfg(unix)]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs as another user: as a person who is not allowed what the test's user is.
    #[cfg(unix)]
    pub(crate) fn by(mut self, user: u32) -> Self {
        let mut command = Command::new("setpriv");
        command
            .args([format!("--reuid={user}"), format!("--regid={user}")])
            .arg("--clear-groups")
            .arg(self.command.get_program())
            .args(self.command.get_args())
            .current_dir(self.town.path())
            .env_clear();
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        self.command = command;
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

    /// Starts it and lets it run while what it says is read: for tests that interrupt.
    pub(crate) fn start(mut self) -> Running<'a> {
        let child = self.spawn();
        Running::new(self.town, child)
    }

    /// Runs it while nobody reads its standard output, as behind `| head -0`.
    #[must_use = "a run that nobody looks at proves nothing"]
    #[track_caller]
    pub(crate) fn unheard(mut self) -> Output {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = self.command.stdout(writer).output();
        let output = output.expect("the binary starts");
        let raw_stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Output {
            status: output.status.code().unwrap_or(-1),
            stdout: String::new(),
            stderr: self.town.redact(&raw_stderr),
            raw_stdout: String::new(),
            raw_stderr,
        }
    }

    /// Runs it on a terminal of 120 columns and 40 rows; at `prompt`, `typed` and Enter follow.
    /// What the terminal showed is in `stdout`.
    #[must_use = "a run that nobody looks at proves nothing"]
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn on_terminal(self, prompt: &str, typed: &str) -> Output {
        let quoted = |text: &OsStr| format!("'{}'", text.to_string_lossy().replace('\'', "'\\''"));
        let words: Vec<String> = std::iter::once(self.command.get_program())
            .chain(self.command.get_args())
            .map(quoted)
            .collect();
        let line = format!("stty cols 120 rows 40; exec {}", words.join(" "));
        let mut script = Command::new("script");
        script
            .args(["-qec", &line, "/dev/null"])
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(directory) = self.command.get_current_dir() {
            script.current_dir(directory);
        }
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) if name != "COLUMNS" => script.env(name, value),
                _ => script.env_remove(name),
            };
        }
        let mut child = script.spawn().expect("`script` is installed");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        let mut stdout = child.stdout.take().expect("stdout is a pipe");
        let mut shown = Vec::new();
        let mut byte = [0];
        while !String::from_utf8_lossy(&shown).contains(prompt)
            && stdout.read(&mut byte).expect("the pipe is readable") == 1
        {
            shown.push(byte[0]);
        }
        // A child that has ended without the prompt is shown below.
        let _ = stdin.write_all(format!("{typed}\r").as_bytes());
        stdout
            .read_to_end(&mut shown)
            .expect("the pipe is readable");
        drop(stdin);
        let status = child.wait().expect("the child is ours");
        let raw_stdout = String::from_utf8_lossy(&shown).into_owned();
        Output {
            status: status.code().unwrap_or(-1),
            stdout: self.town.redact(&raw_stdout),
            stderr: String::new(),
            raw_stdout,
            raw_stderr: String::new(),
        }
    }

    /// Runs it to its end and returns what it left.
    #[must_use = "a run that nobody looks at proves nothing"]
    #[track_caller]
    pub(crate) fn run(self) -> Output {
        self.start().end()
    }
}

/// Sends a signal, by its name.
#[cfg(unix)]
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
