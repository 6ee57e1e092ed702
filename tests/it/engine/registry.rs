//! A real registry on loopback, which engines trust without TLS.

use std::{
    fs,
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::sandbox::{docker, unique};

/// A running registry, gone when it is dropped.
pub(crate) struct Registry {
    directory: tempfile::TempDir,
    server: Child,
    pub(crate) port: u16,
}

/// Whom a registry lets in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doors {
    /// Everyone.
    Open,
    /// `me`, with the password [`PASSWORD`].
    Closed,
}

/// Base64 for URLs and the usual one differ in what they make of it.
pub(crate) const PASSWORD: &str = "p>?~secret";
const HASH: &str = "$2b$04$cQ7jl73trWkK.Z7uHDCUL.dLaZmD0zMbA2YunWUXpsLSBHuZvtNEG";

impl Registry {
    pub(crate) fn start(doors: Doors) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("it has one").port()
        };
        let here = directory.path().display();
        let auth = match doors {
            Doors::Open => String::new(),
            Doors::Closed => {
                format!("auth: {{htpasswd: {{realm: test, path: {here}/htpasswd}}}}\n")
            }
        };
        let configuration = format!(
            "version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n\
             storage: {{filesystem: {{rootdirectory: {here}/data}}}}\n{auth}"
        );
        let path = |name: &str| directory.path().join(name);
        fs::write(path("htpasswd"), format!("me:{HASH}\n")).expect("it can be written");
        fs::write(path("config.yml"), configuration).expect("it can be written");
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(path("config.yml"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the package `docker-registry` is installed");
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the registry does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Self {
            directory,
            server,
            port,
        }
    }

    /// Docker's own client with an account at this registry.
    pub(crate) fn log_in(&self) -> std::path::PathBuf {
        let configuration = self.directory.path().join("docker");
        fs::create_dir_all(&configuration).expect("it can be made");
        let script = format!(
            "printf %s '{PASSWORD}' | docker --config '{}' login -u me --password-stdin localhost:{}",
            configuration.display(),
            self.port
        );
        let output = Command::new("sh")
            .args(["-c", &script])
            .output()
            .expect("sh is there");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        configuration
    }

    /// Puts an image of the engine into the registry under a new name, which it returns.
    pub(crate) fn take(&self, image: &str) -> String {
        let name = unique("pushed");
        let full = format!("localhost:{}/{name}:1", self.port);
        docker(&["tag", image, &full]);
        let configuration = self.directory.path().join("docker");
        docker(&[
            "--config",
            &configuration.display().to_string(),
            "push",
            "-q",
            &full,
        ]);
        docker(&["rmi", &full]);
        full
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
