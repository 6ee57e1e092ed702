//! What is there already is used as it is.

use super::fixture::Fixture;
use crate::support::docker;

#[tokio::test]
async fn a_stopped_container_is_started_not_made_anew() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("stopped").await;
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    let id = fixture.id("db");
    fixture
        .engine
        .stop(&fixture.container("db"), &mut |_| {})
        .await
        .expect("it stops");
    assert_eq!(
        fixture.inspect("db", "{{.State.ExitCode}}"),
        "0",
        "it was not killed"
    );
    let planned = fixture.plan(&["db"]).await.expect("nothing is in the way");
    assert_eq!(
        planned,
        [format!(
            "start container `{}`, which is there (exited)",
            fixture.container("db")
        )]
    );
    fixture.up(&["db"]).await.expect("it comes up");
    assert_eq!(
        (
            fixture.id("db"),
            fixture.inspect("db", "{{.State.Running}}")
        ),
        (id, "true".into())
    );
}

#[tokio::test]
async fn a_container_from_another_version_of_the_file_is_kept() {
    if !Fixture::demanded() {
        return;
    }
    let mut fixture = Fixture::reference("changed").await;
    fixture.up(&["db"]).await.expect("it comes up");
    let id = fixture.id("db");
    fixture
        .edit("db")
        .environment
        .insert("TZ".to_owned(), Some("UTC".to_owned()));
    let told = fixture.up(&["db"]).await.expect("it is up");
    assert!(
        told.iter()
            .any(|it| it.contains("another version of the Compose file")),
        "{told:?}"
    );
    assert_eq!(fixture.id("db"), id);
}

#[tokio::test]
async fn a_network_that_was_removed_meanwhile_is_mended() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("pruned").await;
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    let id = fixture.id("db");
    fixture
        .engine
        .stop(&fixture.container("db"), &mut |_| {})
        .await
        .expect("it stops");
    let network = format!("{}_default", fixture.project.name);
    docker::docker(&["network", "rm", &network]).expect("nothing is on it");
    fixture.up(&["db"]).await.expect("it comes up");
    assert_eq!(fixture.id("db"), id);
    let format = format!("{{{{json (index .NetworkSettings.Networks {network:?}).Aliases}}}}");
    let aliases = fixture.inspect("db", &format);
    assert!(aliases.contains("\"db\""), "{aliases}");
}

#[tokio::test]
async fn a_container_that_lost_its_network_gets_it_back() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("lost").await;
    fixture.up(&["db"]).await.expect("it comes up");
    let id = fixture.id("db");
    let network = format!("{}_default", fixture.project.name);
    let container = fixture.container("db");
    docker::docker(&["network", "disconnect", &network, &container]).expect("it was on it");
    let planned = fixture.plan(&["db"]).await.expect("nothing is in the way");
    assert_eq!(
        planned,
        [format!(
            "attach container `{container}` to network `{network}`"
        )]
    );
    fixture.up(&["db"]).await.expect("it is mended");
    assert_eq!(fixture.id("db"), id);
    assert_eq!(
        fixture.plan(&["db"]).await.expect("all is in place"),
        [""; 0]
    );
}
