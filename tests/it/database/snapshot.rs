//! Named copies.

use townpass::database::{
    Error, Session, SnapshotName,
    snapshot::{self, Form},
};

use super::cluster::{Cluster, PATIENCE, quiet};

fn name(text: &str) -> SnapshotName {
    SnapshotName::chosen(text).expect("the name is good")
}

#[tokio::test]
async fn a_snapshot_is_saved_listed_restored_and_deleted() {
    let cluster = Cluster::new().await;
    let target = cluster.target();
    cluster
        .run("create table users (id int)")
        .await
        .expect("right");
    // An application holds a connection all the time.
    let mut application = Session::open(&target, PATIENCE).await.expect("it answers");
    snapshot::save(&cluster, &target, &name("one"), &mut quiet)
        .await
        .expect("it is saved");
    assert!(
        application.run("select 1").await.is_err(),
        "its session was ended"
    );

    cluster
        .run("insert into users values (1)")
        .await
        .expect("right");
    let safety = snapshot::restore(&cluster, &target, &name("one"), PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(cluster.value("select count(*) from users").await, "0");

    let list = snapshot::list(&cluster, &target).await.expect("a list");
    let names: Vec<_> = list.iter().map(|it| &*it.name).collect();
    assert_eq!(names, [safety.as_str(), "one"]);
    assert!(
        list.iter()
            .all(|it| it.form == Form::Database && it.size.is_some())
    );

    snapshot::restore(&cluster, &target, &safety, PATIENCE, &mut quiet)
        .await
        .expect("the restore is undone");
    assert_eq!(cluster.value("select count(*) from users").await, "1");

    snapshot::delete(&cluster, &target, &name("one"))
        .await
        .expect("it is deleted");
    let missing = snapshot::delete(&cluster, &target, &name("one")).await;
    assert!(
        matches!(missing, Err(Error::SnapshotMissing { .. })),
        "{missing:?}"
    );
    let missing = snapshot::restore(&cluster, &target, &name("one"), PATIENCE, &mut quiet).await;
    assert!(
        matches!(missing, Err(Error::SnapshotMissing { .. })),
        "{missing:?}"
    );
}

#[tokio::test]
async fn a_name_is_given_once() {
    let cluster = Cluster::new().await;
    let target = cluster.target();
    snapshot::save(&cluster, &target, &name("one"), &mut quiet)
        .await
        .expect("it is saved");
    let again = snapshot::save(&cluster, &target, &name("one"), &mut quiet).await;
    assert!(
        matches!(again, Err(Error::SnapshotExists { .. })),
        "{again:?}"
    );
}

#[tokio::test]
async fn nobody_can_enter_a_snapshot() {
    let cluster = Cluster::new().await;
    let target = cluster.target();
    snapshot::save(&cluster, &target, &name("one"), &mut quiet)
        .await
        .expect("it is saved");
    let databases = cluster.databases().await;
    let closed = databases
        .iter()
        .find(|it| it.contains("snapshot"))
        .expect("it is there");
    let inside = target.in_database(&townpass::ident::DatabaseName::new(closed.clone()));
    assert!(Session::open(&inside, PATIENCE).await.is_err());
}
