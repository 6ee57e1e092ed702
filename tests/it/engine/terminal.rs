//! `exec` and `run` on a real terminal and on real pipes.
//!
//! The test binary runs itself, inside `script` where a terminal is wanted: the test `inner` is
//! then the program whose terminal or pipes are joined.

use std::{
    env,
    io::{Read, Write},
    process::{Child, Command as Process, Stdio},
    thread,
    time::{Duration, Instant},
};

use townpass::{
    docker::{Attachment, Command, OneOff},
    ident::{ProjectName, ServiceName},
};

use super::sandbox::{Sandbox, docker, engine, unique};

const WAY: &str = "TOWNPASS_TEST_WAY";
const WHERE: &str = "TOWNPASS_TEST_WHERE";
const WHAT: &str = "TOWNPASS_TEST_WHAT";

/// Not a test of its own: what the others run. Ends with the command's exit code.
#[test]
#[expect(
    clippy::exit,
    clippy::print_stderr,
    reason = "it stands in for the program"
)]
fn inner() {
    let (Ok(way), Ok(place), Ok(script)) = (env::var(WAY), env::var(WHERE), env::var(WHAT)) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let answer = runtime.expect("a runtime").block_on(async {
        let engine = engine().await;
        let attachment = Attachment::here();
        if way == "exec" {
            let command = Command::new(["sh", "-c", &script]);
            return engine.exec_attached(&place, &command, attachment).await;
        }
        let argv = ["sh", "-c", &script].map(str::to_owned);
        let one_off = OneOff {
            project: &ProjectName::new(&way),
            service: &ServiceName::new("tool"),
            image: &place,
            argv: &argv,
            user: None,
            environment: &["GIVEN=yes".to_owned()],
            network: None,
            binds: &[],
            working_directory: Some("/tmp"),
            labels: townpass::docker::labels::Labels::new(),
        };
        engine.run(&one_off, attachment, &mut |_| {}).await
    });
    match answer {
        Ok(code) => std::process::exit(code.into()),
        Err(error) => {
            eprintln!("inner: {error}");
            std::process::exit(99)
        }
    }
}

/// This binary, running `inner` and nothing else.
fn inner_words() -> Vec<String> {
    let program = env::current_exe().expect("it runs");
    let program = program.to_str().expect("its path is text").to_owned();
    let words = [
        "engine::terminal::inner",
        "--exact",
        "--nocapture",
        "--quiet",
    ];
    [program]
        .into_iter()
        .chain(words.map(str::to_owned))
        .collect()
}

fn with_variables(mut process: Process, way: &str, place: &str, script: &str) -> Child {
    process
        .env(WAY, way)
        .env(WHERE, place)
        .env(WHAT, script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn on_pipes(way: &str, place: &str, script: &str) -> Child {
    let words = inner_words();
    let mut process = Process::new(&words[0]);
    process.args(&words[1..]);
    with_variables(process, way, place, script)
}

/// In a terminal of 97 columns and 31 rows; `after` says what the terminal is like afterwards.
fn on_a_terminal(way: &str, place: &str, script: &str) -> Child {
    let line = format!(
        "stty cols 97 rows 31; '{}'; echo \"code=$?\"; stty -a | tr ';' '\\n' | grep -w -e icanon -e echo",
        inner_words().join("' '")
    );
    let mut process = Process::new("script");
    process.args(["-qec", &line, "/dev/null"]);
    with_variables(process, way, place, script)
}

/// What a child has printed so far, once it has printed `word`.
fn until(child: &mut Child, word: &str) -> String {
    let output = child.stdout.as_mut().expect("it was piped");
    let mut seen = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&seen).contains(word) {
        match output.read(&mut byte) {
            Ok(1) => seen.push(byte[0]),
            _ => panic!(
                "it ended without {word}: {}",
                String::from_utf8_lossy(&seen)
            ),
        }
    }
    String::from_utf8_lossy(&seen).into_owned()
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn end(child: Child) -> Ended {
    let output = child.wait_with_output().expect("it ends");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn give(child: &mut Child, text: &str) {
    let input = child.stdin.as_mut().expect("it was piped");
    input.write_all(text.as_bytes()).expect("it reads");
    input.flush().expect("it reads");
}

fn signal(child: &Child, name: &str) {
    let status = Process::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status();
    assert!(status.expect("kill is there").success());
}

#[test]
fn exec_joins_pipes_and_passes_the_code() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let mut child = on_pipes(
        "exec",
        &container,
        "test -t 0 && echo tty; cat; echo oops >&2; exit 5",
    );
    give(&mut child, "given\n");
    drop(child.stdin.take());
    let ended = end(child);
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("given\n"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("tty"), "{}", ended.stdout);
    assert!(ended.stderr.contains("oops\n"), "{}", ended.stderr);
}

#[test]
fn exec_passes_signals_without_a_terminal() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let script = "trap 'echo caught; exit 42' INT; echo ready; while true; do sleep 0.1; done";
    let mut child = on_pipes("exec", &container, script);
    until(&mut child, "ready");
    signal(&child, "INT");
    let ended = end(child);
    assert!(
        ended.stdout.contains("caught"),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    assert_eq!(ended.code, Some(42));
}

#[test]
fn a_process_that_disregards_signals_is_left() {
    let sandbox = Sandbox::new();
    let script = "trap '' INT; echo ready; while true; do sleep 0.1; done";
    let project = unique("run");
    let mut child = on_pipes(&project, &sandbox.image, script);
    until(&mut child, "ready");
    for _ in 0..40 {
        if child.try_wait().expect("it is ours").is_some() {
            break;
        }
        signal(&child, "INT");
        thread::sleep(Duration::from_millis(250));
    }
    let ended = end(child);
    assert_eq!(ended.code, Some(99), "{}", ended.stderr);
    assert!(ended.stderr.contains("interrupted"), "{}", ended.stderr);
    assert_eq!(containers_of(&project), "");
}

#[test]
fn exec_joins_a_terminal_with_its_size_and_gives_it_back() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let script = "until [ \"$(stty size)\" = '31 97' ]; do sleep 0.1; done; \
                  test -t 0 && echo is-a-tty; read line; echo \"got $line\"; sleep 60; echo code $?; exit 3";
    let mut child = on_a_terminal("exec", &container, script);
    until(&mut child, "is-a-tty");
    give(&mut child, "some words\r");
    until(&mut child, "got some words");
    // Ctrl-C is a key of the container's terminal now, and ends its foreground.
    give(&mut child, "\u{3}");
    let ended = end(child);
    assert!(ended.stdout.contains("code=130"), "{}", ended.stdout);
    let after = ended.stdout.split("code=130").nth(1).unwrap_or_default();
    for setting in ["icanon", "echo"] {
        let on = after.split_whitespace().any(|word| word == setting);
        assert!(on, "{setting}: {after}");
    }
}

#[test]
fn bytes_of_a_terminal_are_not_taken_for_frames() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let script = "printf '\\001\\000\\000\\000\\000\\000\\000\\003end of it'";
    let child = on_a_terminal("exec", &container, script);
    let ended = end(child);
    assert!(ended.stdout.contains("end of it"), "{:?}", ended.stdout);
}

#[test]
fn run_joins_pipes_passes_the_code_and_leaves_nothing() {
    let sandbox = Sandbox::new();
    let project = unique("run");
    let mut child = on_pipes(
        &project,
        &sandbox.image,
        "pwd; echo $GIVEN; cat; echo oops >&2; exit 6",
    );
    give(&mut child, "given\n");
    drop(child.stdin.take());
    let ended = end(child);
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    assert!(
        ended.stdout.ends_with("/tmp\nyes\ngiven\n"),
        "{}",
        ended.stdout
    );
    assert!(ended.stderr.contains("oops\n"), "{}", ended.stderr);
    gone(&project);
}

#[test]
fn a_short_run_keeps_its_code() {
    let sandbox = Sandbox::new();
    let project = unique("run");
    for code in [0, 1, 255] {
        let ended = end(on_pipes(&project, &sandbox.image, &format!("exit {code}")));
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    }
    gone(&project);
}

#[test]
fn run_joins_a_terminal() {
    let sandbox = Sandbox::new();
    let project = unique("run");
    let script = "until [ \"$(stty size)\" = '31 97' ]; do sleep 0.1; done; echo sized; read word; exit $word";
    let mut child = on_a_terminal(&project, &sandbox.image, script);
    until(&mut child, "sized");
    let named = docker(&[
        "ps",
        "--filter",
        &format!("label=com.docker.compose.project={project}"),
        "--format",
        "{{.Names}} {{.Label \"com.docker.compose.oneoff\"}}",
    ]);
    assert!(
        named.starts_with(&format!("{project}-tool-run-")),
        "{named}"
    );
    assert!(named.ends_with(" True"), "{named}");
    give(&mut child, "8\r");
    let ended = end(child);
    assert!(ended.stdout.contains("code=8"), "{}", ended.stdout);
    gone(&project);
}

#[test]
fn run_passes_signals() {
    let sandbox = Sandbox::new();
    let project = unique("run");
    let script = "trap 'echo caught; exit 43' TERM; echo ready; while true; do sleep 0.1; done";
    let mut child = on_pipes(&project, &sandbox.image, script);
    until(&mut child, "ready");
    signal(&child, "TERM");
    let ended = end(child);
    assert!(
        ended.stdout.contains("caught"),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    assert_eq!(ended.code, Some(43));
    gone(&project);
}

#[test]
fn a_killed_run_leaves_nothing_for_long() {
    let sandbox = Sandbox::new();
    let project = unique("run");
    let mut child = on_pipes(&project, &sandbox.image, "echo ready; cat");
    until(&mut child, "ready");
    child.kill().expect("it runs");
    gone(&project);
}

#[test]
fn what_cannot_start_leaves_nothing() {
    let project = unique("run");
    let ended = end(on_pipes(&project, "townpass-test-no-such-image", "true"));
    assert_eq!(ended.code, Some(99));
    assert!(
        ended.stderr.contains("is not on the engine"),
        "{}",
        ended.stderr
    );
    assert_eq!(containers_of(&project), "");
}

fn containers_of(project: &str) -> String {
    let filter = format!("label=com.docker.compose.project={project}");
    docker(&["ps", "-aq", "--filter", &filter])
}

/// The engine removes a container some moments after its end.
fn gone(project: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !containers_of(project).is_empty() {
        assert!(
            Instant::now() < deadline,
            "a container of {project} is still there"
        );
        thread::sleep(Duration::from_millis(50));
    }
}
