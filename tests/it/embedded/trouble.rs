//! Bad days: kills, taken ports, other majors, two commands at once.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::symlink,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use townpass::{
    database::{Provider as _, embedded::Error, provider::State},
    failure::{Blame, Diagnose as _},
};

use super::private::{Private, names};

#[tokio::test]
async fn a_killed_server_is_named_and_started_again() {
    let private = Private::new();
    private.start().await;
    let port = private.target().await.endpoint.port;
    private
        .value("create table kept as select 42 as answer")
        .await;
    // Durable before the kill: `synchronous_commit` is off.
    private.value("checkpoint").await;
    private.kill();

    let provider = private.provider();
    let state = provider.observe().await.expect("observed").state;
    assert_eq!(state, State::Stopped, "the pid file alone is not believed");
    let ailment = provider.ailment().await.expect("asked").expect("it ended");
    assert!(ailment.to_string().contains("killed"), "{ailment}");
    private.start().await;
    assert_eq!(private.target().await.endpoint.port, port);
    assert_eq!(private.value("select answer from kept").await, "42");
}

#[tokio::test]
async fn a_pid_file_of_another_program_is_in_nobodys_way() {
    let private = Private::new();
    private.start().await;
    let file = private.path("data/postmaster.pid");
    let text = fs::read_to_string(&file).expect("it runs");
    private.kill();
    let mut sleep = Command::new("sleep");
    sleep.arg("60").stdin(Stdio::null()).stdout(Stdio::null());
    let other = Other(sleep.stderr(Stdio::null()).spawn().expect("sleep runs"));
    let rest = text.split_once('\n').expect("lines").1;
    fs::write(&file, format!("{}\n{rest}", other.0.id())).expect("written");
    let state = private.provider().observe().await.expect("observed").state;
    private.start().await;
    let answer = private.value("select 1").await;
    assert_eq!((state, &*answer), (State::Stopped, "1"));
}

/// A program that ends with its test.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_taken_port_is_replaced_with_a_word_and_then_kept() {
    let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = holder.local_addr().expect("bound").port();
    let mut private = Private::new();
    private.settings.port = Some(taken);
    let said = private.start().await.join("\n");
    let port = private.target().await.endpoint.port;
    let warning =
        format!("port {taken} is taken by another program: the database gets port {port}");
    assert!(said.contains(&warning), "{said}");
    drop(holder);
    private.provider().stop(&mut |_| ()).await.expect("stopped");
    private.start().await;
    assert_eq!(
        private.target().await.endpoint.port,
        port,
        "it is remembered"
    );

    private.provider().stop(&mut |_| ()).await.expect("stopped");
    let _holder = TcpListener::bind(("127.0.0.1", port)).expect("it is free");
    let said = private.start().await.join("\n");
    assert_eq!(
        private.target().await.endpoint.port,
        taken,
        "the published one is next"
    );
    assert!(said.contains(&format!("port {port} is taken")), "{said}");
}

#[tokio::test]
async fn two_starts_at_once_make_one_server() {
    let private = Private::new();
    let (one, other) = tokio::join!(private.start(), private.start());
    let initialised = |said: &[String]| said.iter().any(|it| it.contains("initialise"));
    assert!(
        initialised(&one) != initialised(&other),
        "{one:?}\n{other:?}"
    );
    assert_eq!(private.value("select 1").await, "1");
    assert!(
        private
            .names()
            .iter()
            .all(|it| !it.contains("initialising"))
    );
}

/// Not a test of its own: what the next one kills.
#[tokio::test]
async fn worker() {
    let Some(directory) = std::env::var_os("TOWNPASS_TEST_WORKER") else {
        return;
    };
    let mut private = Private::new();
    private.settings.directory = directory.into();
    private.start().await;
    // It is the other process's to stop.
    std::mem::forget(private);
}

#[tokio::test]
async fn a_start_that_is_killed_at_any_moment_can_be_run_again() {
    let itself = std::env::current_exe().expect("a test is a program");
    for delay in [20, 150, 350, 600, 900, 1300] {
        let private = Private::new();
        let mut worker = Command::new(&itself)
            .args(["embedded::trouble::worker", "--exact"])
            .env("TOWNPASS_TEST_WORKER", &private.settings.directory)
            .env("TMPDIR", private.root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        thread::sleep(Duration::from_millis(delay));
        let _ = worker.kill();
        let _ = worker.wait();
        private.start().await;
        assert_eq!(private.value("select 1").await, "1", "after {delay} ms");
        let names = private.names();
        assert!(names.iter().all(|it| !it.contains("verifier")), "{names:?}");
    }
}

#[tokio::test]
async fn another_major_is_used_with_a_word_and_its_data_is_kept() {
    let (bin, major) = Private::of_the_system();
    let private = Private::new().only(&bin).wanting(major + 1);
    let said = private.start().await.join("\n");
    let asked = format!("the Compose file asks for PostgreSQL {}", major + 1);
    assert!(said.contains(&asked), "{said}");
    private.provider().stop(&mut |_| ()).await.expect("stopped");
    private.start().await;
    private.provider().stop(&mut |_| ()).await.expect("stopped");

    let private = private.wanting(major + 2);
    let error = private.failure().await;
    assert!(matches!(error, Error::OtherMajor { found, .. } if found == major));
    assert_eq!(error.blame(), Blame::Refusal);
    assert!(private.path("data/PG_VERSION").exists());
}

#[tokio::test]
async fn what_is_no_cluster_is_left_alone() {
    let private = Private::new();
    fs::create_dir_all(private.path("data")).expect("made");
    fs::write(private.path("data/precious"), "x").expect("written");
    assert!(matches!(private.failure().await, Error::NotACluster { .. }));
    assert_eq!(names(&private.path("data")), ["precious"]);
}

#[tokio::test]
async fn nothing_at_hand_is_said_with_everything_that_was_tried() {
    let empty = tempfile::tempdir().expect("a directory");
    let private = Private::new().only(empty.path()).wanting(16);
    let error = private.failure().await;
    assert_eq!(
        error.to_string(),
        "no PostgreSQL 16 can be had for the embedded database"
    );
    assert_eq!(error.blame(), Blame::Environment);
    let help = miette::Diagnostic::help(&error).expect("help").to_string();
    assert!(help.contains("townpass is offline"), "{help}");

    let mut private = Private::new();
    private.settings.search.configured = Some(empty.path().join("no-such"));
    assert!(matches!(private.failure().await, Error::Configured { .. }));
}

#[tokio::test]
async fn binaries_that_do_not_run_are_passed_over_and_named() {
    let (bin, major) = Private::of_the_system();
    let broken = tempfile::tempdir().expect("a directory");
    let permissions: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(broken.path(), permissions.clone()).expect("opened");
    for name in ["postgres", "initdb", "pg_ctl"] {
        let said = "echo \"$0: error while loading shared libraries: libxml2.so.2: cannot open \
                    shared object file: No such file or directory\" >&2; exit 127";
        let program = broken.path().join(name);
        fs::write(&program, format!("#!/bin/sh\n{said}\n")).expect("written");
        fs::set_permissions(&program, permissions.clone()).expect("opened");
    }
    let private = Private::new().only(broken.path()).wanting(major);
    let error = private.failure().await;
    let help = miette::Diagnostic::help(&error).expect("help").to_string();
    assert!(
        help.contains("the shared library `libxml2.so.2` is missing"),
        "{help}"
    );

    let mut private = Private::new();
    private.settings.search.configured = Some(broken.path().to_owned());
    let error = private.failure().await;
    let help = miette::Diagnostic::help(&error).expect("help").to_string();
    assert!(help.contains("apt-get install libxml2"), "{help}");

    let mut private = Private::new().only(broken.path()).wanting(major);
    private.settings.search.places = vec![bin.display().to_string()];
    private.start().await;
    assert_eq!(private.value("select 1").await, "1");
}

#[tokio::test]
async fn a_link_on_the_path_is_followed_to_the_real_binaries() {
    let (bin, _) = Private::of_the_system();
    let links = tempfile::tempdir().expect("a directory");
    for name in ["postgres", "initdb", "pg_ctl"] {
        symlink(bin.join(name), links.path().join(name)).expect("linked");
    }
    let private = Private::new().only(links.path());
    private.start().await;
    let source = private.provider().observe().await.expect("observed").source;
    assert_eq!(source, bin.display().to_string());
}

#[tokio::test]
async fn root_is_told_which_directory_is_closed() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let private = Private::new();
    if fs::metadata("/proc/self").is_ok_and(|it| it.uid() != 0) {
        return;
    }
    let parent = private
        .settings
        .directory
        .parent()
        .expect("it has one")
        .to_owned();
    fs::set_permissions(&parent, fs::Permissions::from_mode(0o700)).expect("closed");
    let error = private.failure().await;
    assert!(
        matches!(&error, Error::Closed { directory, .. } if *directory == parent),
        "{error}"
    );
}
