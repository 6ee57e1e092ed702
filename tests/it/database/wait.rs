//! Ready means answering, and every reason not to answer has its own error.

use std::{
    fs,
    time::{Duration, Instant},
};

use townpass::{
    database::{Error, Event, Target, provider::Provider, role::Locked, until_ready},
    ident::DatabaseName,
};

use super::cluster::{Cluster, PATIENCE, account, quiet, ready, reference};

#[tokio::test]
async fn a_running_server_is_ready_and_says_what_it_is() {
    let cluster = Cluster::new().await;
    let ready = ready(&cluster).await.expect("it is ready");
    assert!(
        ready
            .server_version
            .starts_with(|it: char| it.is_ascii_digit())
    );
    let own = cluster
        .value("select system_identifier from pg_control_system()")
        .await;
    assert_eq!(ready.cluster.as_str(), own);
}

#[tokio::test]
async fn the_wait_lasts_until_the_server_starts() {
    let cluster = Cluster::new().await;
    cluster.stop(&mut quiet).await.expect("it stops");
    let target = cluster.target();
    let mut waits = 0;
    let mut count = |event: Event<'_>| waits += usize::from(matches!(event, Event::Waiting { .. }));
    let start = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cluster.start(&mut quiet).await
    };
    let (ready, started) =
        tokio::join!(until_ready(&cluster, &target, PATIENCE, &mut count), start);
    started.expect("it starts");
    ready.expect("it is ready");
    assert!(waits > 0);
}

#[tokio::test]
async fn patience_ends_with_the_last_answer() {
    let cluster = Cluster::new().await;
    cluster.stop(&mut quiet).await.expect("it stops");
    let waited = Duration::from_millis(200);
    let error = until_ready(&cluster, &cluster.target(), waited, &mut quiet).await;
    let error = error.expect_err("nobody listens");
    let Error::NotReady { last, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(last, "connection refused");
}

#[tokio::test]
async fn a_server_that_will_never_answer_ends_the_wait() {
    let cluster = Cluster::new().await;
    cluster.stop(&mut quiet).await.expect("it stops");
    cluster.fall_sick(Error::NotRunning);
    let error = until_ready(&cluster, &cluster.target(), PATIENCE, &mut quiet).await;
    assert!(matches!(error, Err(Error::NotRunning)), "{error:?}");
}

#[tokio::test]
async fn a_host_that_nobody_knows_ends_the_wait() {
    let cluster = Cluster::new().await;
    let mut target = cluster.target();
    target.endpoint.host = "no-such-name.invalid".to_owned();
    let begun = Instant::now();
    let error = until_ready(&cluster, &target, PATIENCE, &mut quiet).await;
    let Err(Error::UnknownHost { host }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(host, "no-such-name.invalid");
    assert!(begun.elapsed() < PATIENCE, "it waited in vain");
}

#[tokio::test]
async fn a_volume_with_another_password_is_recognised() {
    let cluster = Cluster::initialised_as(account("admin", "old", "townpass_db")).await;
    let error = ready(&cluster).await.expect_err("the password is wrong");
    assert!(matches!(error, Error::StalePassword { .. }), "{error:?}");
}

#[tokio::test]
async fn a_volume_of_another_user_is_recognised() {
    let cluster = Cluster::initialised_as(account("postgres", "x", "postgres")).await;
    let error = ready(&cluster).await.expect_err("there is no such role");
    let Error::RoleMissing { present, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(present[0].as_str(), "postgres");
}

#[tokio::test]
async fn a_role_that_may_not_enter_is_recognised() {
    let cluster = Cluster::initialised_as(account("owner", "x", "townpass_db")).await;
    for (rights, expected) in [
        ("nologin", Locked::NoLogin),
        ("login valid until '2001-01-01'", Locked::Expired),
    ] {
        cluster
            .run(&format!(
                "drop role if exists admin; create role admin password 'password' {rights}"
            ))
            .await
            .expect("the statement is right");
        let error = ready(&cluster).await.expect_err("it may not");
        let Error::RoleLocked { why, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(why, expected);
    }
}

#[tokio::test]
async fn a_missing_database_is_recognised() {
    let cluster = Cluster::initialised_as(account("admin", "password", "other")).await;
    let error = ready(&cluster).await;
    let error = error.expect_err("there is no such database");
    let Error::DatabaseMissing { present, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(present, ["postgres", "other"].map(DatabaseName::new));
}

#[tokio::test]
async fn rules_that_refuse_are_told_in_the_servers_words() {
    let cluster = Cluster::new().await;
    let rules = cluster.data().join("pg_hba.conf");
    fs::write(rules, "local all all trust\n").expect("the file is ours");
    cluster.control(&["reload"]);
    let error = ready(&cluster).await.expect_err("no rule lets us in");
    let Error::Refused { refusal, .. } = error else {
        panic!("{error:?}");
    };
    assert!(refusal.to_string().contains("pg_hba.conf"));
}

#[tokio::test]
async fn another_server_that_would_refuse_is_not_taken_for_ours() {
    let ours = Cluster::new().await;
    let theirs = Cluster::initialised_as(account("admin", "theirs", "townpass_db")).await;
    let target = Target::new(theirs.target().endpoint, reference());
    let error = until_ready(&ours, &target, PATIENCE, &mut quiet).await;
    assert!(matches!(error, Err(Error::WrongServer { .. })), "{error:?}");
}

#[tokio::test]
async fn another_server_that_answers_is_found_out_by_its_identifier() {
    use townpass::database::diagnosis::prove_same_server;
    let ours = Cluster::new().await;
    let theirs = Cluster::new().await;
    let there = ready(&theirs).await.expect("it is ready").cluster;
    let here = ready(&ours).await.expect("it is ready").cluster;
    let target = ours.target();
    prove_same_server(&ours, &target, &here)
        .await
        .expect("it is ours");
    let error = prove_same_server(&ours, &target, &there).await;
    assert!(matches!(error, Err(Error::WrongServer { .. })), "{error:?}");
}
