//! The PostgreSQL of this system: where its binaries are, and how they are run.
//!
//! The binaries come from `TOWNPASS_TEST_PG_BIN`, from Debian's directories (the newest major),
//! or from `PATH`.

use std::{
    env, fs, io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Where `initdb`, `postgres` and `psql` are.
pub(crate) fn binaries() -> PathBuf {
    let holds = |directory: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|it| directory.join(it).is_file())
    };
    if let Some(told) = env::var_os("TOWNPASS_TEST_PG_BIN").map(PathBuf::from) {
        assert!(
            holds(&told),
            "TOWNPASS_TEST_PG_BIN={} holds no `initdb` and `postgres`",
            told.display()
        );
        return told;
    }
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .filter(|(_, directory)| holds(directory))
        .collect();
    debian.sort();
    if let Some((_, newest)) = debian.pop() {
        return newest;
    }
    env::var_os("PATH")
        .iter()
        .flat_map(env::split_paths)
        .find(holds)
        .unwrap_or_else(|| {
            panic!(
                "these tests need PostgreSQL's own binaries (`initdb`, `postgres`): install the \
                 package `postgresql`, or say where they are with TOWNPASS_TEST_PG_BIN"
            )
        })
}

/// The major of these binaries, as they say themselves: `postgres (PostgreSQL) 17.6 (Debian …)`.
pub(crate) fn major(binaries: &Path) -> u16 {
    let output = Command::new(binaries.join("postgres"))
        .arg("--version")
        .output();
    let said = succeed("postgres", output);
    said.split_once("(PostgreSQL) ")
        .and_then(|(_, version)| version.split(['.', ' ', '\n']).next()?.parse().ok())
        .unwrap_or_else(|| panic!("no version: {said}"))
}

/// A port that nobody listened on a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("the loopback has ports")
        .port()
}

/// What a command that has to succeed says.
pub(crate) fn succeed(what: &str, output: io::Result<Output>) -> String {
    let output = output.expect(what);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{what}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}
