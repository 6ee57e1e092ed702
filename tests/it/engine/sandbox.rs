//! An image and containers of a test's own, gone when it ends, however it ends.

use std::{
    env, fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use townpass::docker::{Engine, Platform, Surroundings, connect};

/// A static busybox as an image under a unique name, and all containers made of it.
pub(crate) struct Sandbox {
    pub(crate) image: String,
}

const APPLETS: &str = "sh cat chmod date dd echo env false grep head id kill ln ls mkdir od printf ps rm sleep stty tail test touch tr true tty wc yes";

/// A name that nothing else has.
pub(crate) fn unique(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("townpass-test-{what}-{}-{count}", std::process::id())
}

/// Runs Docker's own client and returns its standard output.
pub(crate) fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output();
    text(
        &output.expect("the package `docker.io` is installed"),
        arguments,
    )
}

fn text(output: &Output, arguments: &[&str]) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let image = unique("image");
        let arguments = ["import", "--change", "CMD [\"sh\"]", "-", &image];
        let mut import = Command::new("docker")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the package `docker.io` is installed");
        let mut input = import.stdin.take().expect("it was piped");
        input.write_all(&root()).expect("docker reads");
        drop(input);
        text(&import.wait_with_output().expect("docker ends"), &arguments);
        Self { image }
    }

    /// Starts a container that runs `command`, and returns its name.
    pub(crate) fn start(&self, options: &[&str], command: &[&str]) -> String {
        let name = unique("box");
        let mut arguments = vec!["run", "-d", "--name", &name];
        arguments.extend(options);
        arguments.push(&self.image);
        arguments.extend(command);
        docker(&arguments);
        name
    }

    /// A container that stays until the test ends.
    pub(crate) fn idle(&self) -> String {
        self.start(&["--init"], &["sleep", "3600"])
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let filter = format!("ancestor={}", self.image);
        let containers = Command::new("docker")
            .args(["ps", "-aq", "--filter", &filter])
            .output();
        let containers = containers.map(|output| output.stdout).unwrap_or_default();
        for container in String::from_utf8_lossy(&containers).lines() {
            let _ = Command::new("docker")
                .args(["rm", "-fv", container])
                .output();
        }
        let _ = Command::new("docker")
            .args(["rmi", "-f", &self.image])
            .output();
    }
}

/// A root file system of busybox and links to it.
fn root() -> Vec<u8> {
    let busybox = ["/bin/busybox", "/usr/bin/busybox"]
        .iter()
        .find_map(|path| fs::read(path).ok())
        .expect("the package `busybox-static` is installed");
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |path: &str, mode: u32, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        archive
            .append_data(&mut header, path, content)
            .expect("memory takes it");
    };
    add("bin/busybox", 0o755, &busybox);
    add(
        "etc/passwd",
        0o644,
        b"root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
    );
    for applet in APPLETS.split(' ') {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive
            .append_link(&mut header, format!("bin/{applet}"), "busybox")
            .expect("memory takes it");
    }
    for directory in ["tmp/", "proc/"] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_mode(0o777);
        header.set_size(0);
        archive
            .append_data(&mut header, directory, &[][..])
            .expect("memory takes it");
    }
    archive.into_inner().expect("memory takes it")
}

/// The engine of this machine, wherever its variables say it is.
pub(crate) async fn engine() -> Engine {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let surroundings = Surroundings {
        docker_host: variable("DOCKER_HOST"),
        docker_context: variable("DOCKER_CONTEXT"),
        home: env::home_dir(),
        runtime_directory: variable("XDG_RUNTIME_DIR").map(PathBuf::from),
        ..Surroundings::new(Platform::here())
    };
    connect(&surroundings).await.expect("an engine answers")
}
