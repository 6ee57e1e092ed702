//! Setting a password without ever saying it.

use townpass::{
    database::{Error, Session, password, password::Proof},
    secret::Secret,
};

use super::cluster::{Cluster, PATIENCE, account, quiet, ready};

#[tokio::test]
async fn every_printable_character_and_more_can_stand_in_a_password() {
    let cluster = Cluster::initialised_as(account("admin", "old", "townpass_db")).await;
    let printable: String = (' '..='~').collect();
    for new in [&*printable, "密碼é§ßø", "'; drop role admin; --", "\\", " "] {
        let mut target = cluster.target();
        target.account.password = Some(Secret::new(new));
        let proof = password::set(&cluster, &target, &mut quiet).await;
        assert_eq!(proof.expect(new), Proof::Proved, "{new}");
        let session = Session::open(&target, PATIENCE).await.expect(new);
        session.close().await;
    }
    assert!(
        !cluster.log().contains("drop role"),
        "a password is in the log"
    );
}

#[tokio::test]
async fn the_configured_password_mends_a_stale_volume() {
    let cluster = Cluster::initialised_as(account("admin", "old", "townpass_db")).await;
    let error = ready(&cluster).await.expect_err("the password is another");
    assert!(matches!(error, Error::StalePassword { .. }), "{error:?}");
    let proof = password::set(&cluster, &cluster.target(), &mut quiet).await;
    assert_eq!(proof.expect("it is set"), Proof::Proved);
    ready(&cluster).await.expect("it is mended");
}

#[tokio::test]
async fn a_missing_role_is_made_and_owns_what_it_needs() {
    let cluster = Cluster::initialised_as(account("postgres", "x", "townpass_db")).await;
    let proof = password::set(&cluster, &cluster.target(), &mut quiet).await;
    assert_eq!(proof.expect("it is set"), Proof::Proved);
    ready(&cluster).await.expect("it is mended");
    let superuser = "select rolsuper from pg_roles where rolname = 'admin'";
    assert_eq!(cluster.value(superuser).await, "t");
}

#[tokio::test]
async fn a_locked_role_is_let_in_again() {
    let cluster = Cluster::initialised_as(account("owner", "x", "townpass_db")).await;
    cluster
        .run("create role admin nologin valid until '2001-01-01'")
        .await
        .expect("the statement is right");
    let proof = password::set(&cluster, &cluster.target(), &mut quiet).await;
    assert_eq!(proof.expect("it is set"), Proof::Proved);
    let superuser = "select rolsuper from pg_roles where rolname = 'admin'";
    assert_eq!(
        cluster.value(superuser).await,
        "f",
        "its rights are its own"
    );
}

#[tokio::test]
async fn trust_is_told_from_a_password() {
    let cluster = Cluster::new().await;
    let rules = cluster.data().join("pg_hba.conf");
    std::fs::write(rules, "local all all trust\nhost all all all trust\n").expect("ours");
    cluster.control(&["reload"]);
    let proof = password::set(&cluster, &cluster.target(), &mut quiet).await;
    assert_eq!(proof.expect("it is set"), Proof::Trusted);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_it_is_set() {
    let cluster = Cluster::new().await;
    for bad in ["tab\t", "😀", "nul\0"] {
        let mut target = cluster.target();
        target.account.password = Some(Secret::new(bad));
        let error = password::set(&cluster, &target, &mut quiet).await;
        assert!(
            matches!(error, Err(Error::Unsendable { .. })),
            "{bad:?} {error:?}"
        );
    }
    let mut target = cluster.target();
    target.account.password = None;
    let error = password::set(&cluster, &target, &mut quiet).await;
    assert!(
        matches!(error, Err(Error::PasswordEmpty { .. })),
        "{error:?}"
    );
    ready(&cluster).await.expect("the old password still works");
}
