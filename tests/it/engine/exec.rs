//! Commands in a running container, and its log.

use townpass::docker::{Channel, Command, Error, Follow};

use super::sandbox::{Sandbox, engine};

#[tokio::test]
async fn output_errors_code_and_input_are_kept_apart() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let engine = engine().await;
    let command = Command::new(["sh", "-c", "cat; echo oops >&2; exit 7"]);
    let captured = engine
        .exec_capture(&container, &command, b"given")
        .await
        .expect("it runs");
    assert_eq!(captured.code, 7);
    assert_eq!(captured.stdout, b"given");
    assert_eq!(captured.stderr, b"oops\n");
}

#[tokio::test]
async fn a_command_may_ignore_its_input_or_print_much() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let engine = engine().await;
    let much = vec![b'x'; 3 << 20];
    let ignored = engine
        .exec_capture(&container, &Command::new(["true"]), &much)
        .await;
    assert_eq!(ignored.expect("it runs").code, 0);
    let echoed = engine
        .exec_capture(&container, &Command::new(["cat"]), &much)
        .await;
    assert!(echoed.expect("it runs").stdout == much);
}

#[tokio::test]
async fn user_environment_and_directory_are_honoured() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let command = Command {
        environment: vec!["WORD=a b".to_owned()],
        working_directory: Some("/tmp".to_owned()),
        ..Command::new(["sh", "-c", "id -un; echo \"$WORD\"; echo $PWD"])
    };
    let command = command.user("nobody");
    let captured = engine().await.exec_capture(&container, &command, &[]).await;
    assert_eq!(captured.expect("it runs").stdout, b"nobody\na b\n/tmp\n");
}

#[tokio::test]
async fn what_cannot_run_says_so() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let engine = engine().await;
    let answer = engine
        .exec_capture(&container, &Command::new(["nosuch"]), &[])
        .await;
    let Err(Error::Command {
        command, because, ..
    }) = answer
    else {
        panic!("{answer:?}");
    };
    assert_eq!(command, "nosuch");
    assert!(because.contains("executable file not found"), "{because}");

    let nobody = Command::new(["true"]).user("nosuchuser");
    let answer = engine.exec_capture(&container, &nobody, &[]).await;
    assert!(matches!(answer, Err(Error::Command { .. })), "{answer:?}");

    let answer = engine
        .exec_capture("townpass-no-such", &Command::new(["true"]), &[])
        .await;
    assert!(
        matches!(answer, Err(Error::NoContainer { .. })),
        "{answer:?}"
    );

    super::sandbox::docker(&["stop", "-t", "0", &container]);
    let answer = engine
        .exec_capture(&container, &Command::new(["true"]), &[])
        .await;
    assert!(
        matches!(answer, Err(Error::NotRunning { .. })),
        "{answer:?}"
    );
}

/// The code of a shell that did not find its command is that of a command that ran.
#[tokio::test]
async fn a_shell_that_ends_with_127_did_run() {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    let command = Command::new(["sh", "-c", "nosuch"]);
    let captured = engine().await.exec_capture(&container, &command, &[]).await;
    assert_eq!(captured.expect("it runs").code, 127);
}

#[tokio::test]
async fn a_log_keeps_its_channels_and_its_tail() {
    let sandbox = Sandbox::new();
    // The engine reads both channels at once: the pause makes their order certain.
    let script = "echo one; echo two >&2; sleep 0.3; echo three; printf four";
    let container = sandbox.start(&[], &["sh", "-c", script]);
    super::sandbox::docker(&["wait", &container]);
    let engine = engine().await;
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut sink = |channel, piece: &[u8]| match channel {
        Channel::Output => output.extend_from_slice(piece),
        Channel::Errors => errors.extend_from_slice(piece),
    };
    let read = engine
        .container_logs(&container, Follow::Yes, None, &mut sink)
        .await;
    read.expect("there is a log");
    assert_eq!(output, b"one\nthree\nfour");
    assert_eq!(errors, b"two\n");
    let tail = engine
        .log_tail(&container, 2)
        .await
        .expect("there is a log");
    assert_eq!(tail, "three\nfour");
    let missing = engine.log_tail("townpass-no-such", 2).await;
    assert!(
        matches!(missing, Err(Error::NoContainer { .. })),
        "{missing:?}"
    );
}

#[tokio::test]
async fn a_followed_log_ends_with_its_container() {
    let sandbox = Sandbox::new();
    let script = "for n in 1 2 3; do echo $n; sleep 0.2; done";
    let container = sandbox.start(&["-t"], &["sh", "-c", script]);
    let mut output = Vec::new();
    let mut sink = |_, piece: &[u8]| output.extend_from_slice(piece);
    let engine = engine().await;
    let read = engine
        .container_logs(&container, Follow::Yes, None, &mut sink)
        .await;
    read.expect("there is a log");
    assert_eq!(output, b"1\r\n2\r\n3\r\n");
}
