//! `townpass dev exec`: a command in the running container of a service.

use crate::support::{Town, docker};

#[test]
fn code_streams_and_surroundings() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev exec db true")
        .expect(3)
        .says("townpass dev up");
    town.run("dev up").success();
    let sh = |options: &[&str], script: &str| {
        let mut words = vec!["dev", "exec"];
        words.extend(options);
        words.extend(["db", "--", "sh", "-c", script]);
        town.townpass(words)
    };
    let both = sh(&[], "echo out; echo err >&2; exit 7").run().expect(7);
    assert_eq!((&*both.stdout, &*both.stderr), ("out\n", "err\n"));
    let counted = sh(&["-T"], "wc -c").stdin("a line\n").run().success();
    assert_eq!(counted.stdout.trim(), "7");
    let around = sh(
        &["-u", "postgres", "-w", "/tmp", "-e", "TOWN=Taipei"],
        "echo $(id -un) $(pwd) $TOWN; test -t 1 || echo no terminal",
    );
    assert_eq!(
        around.run().success().stdout,
        "postgres /tmp Taipei\nno terminal\n"
    );
    // 126 by engines up to version 20, 127 by later ones, as `docker exec` has it there.
    let unknown = town.run("dev exec db no-such-program");
    assert!(matches!(unknown.status, 126 | 127), "{unknown}");
    let said = unknown.stdout.clone() + &unknown.stderr;
    assert!(said.contains("no-such-program"), "{unknown}");
    town.run("dev exec dbb true")
        .expect(2)
        .says("`dbb`")
        .says("`db`");
}

#[cfg(unix)]
#[test]
fn on_a_terminal() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    // An old engine gives the size some moments after the start.
    let script = "test -t 0 && test -t 1 && while [ \"$(stty size)\" = '0 0' ]; do sleep 0.01; done; \
        stty size; echo name?; read name; echo \"hello $name\"; exit 5";
    let with = town
        .townpass(["dev", "exec", "db", "--", "sh", "-c", script])
        .on_terminal("name?", "Ann")
        .expect(5);
    assert!(with.stdout.contains("hello Ann"), "{with}");
    assert!(with.stdout.contains("40 120"), "{with}");
    let without = town
        .townpass([
            "dev",
            "exec",
            "-T",
            "db",
            "--",
            "sh",
            "-c",
            "test -t 1 || echo none?; read name; exit 0",
        ])
        .on_terminal("none?", "")
        .success();
    assert!(without.stdout.contains("none?"), "{without}");
}

#[cfg(unix)]
#[test]
fn a_signal_reaches_the_command() {
    use std::io::{BufRead as _, BufReader};

    use crate::support::signal;

    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    let script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.1; done";
    let mut child = town
        .townpass(["dev", "exec", "db", "--", "sh", "-c", script])
        .spawn();
    let mut lines = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert_eq!(next(), "ready");
    signal(&child, "INT");
    assert_eq!(next(), "caught");
    let status = child.wait().expect("it is ours");
    assert_eq!(status.code(), Some(9));
}
