//! Copies of volumes.

use townpass::docker::{CopyRequest, DownPlan, Scope, VolumeFate};
use townpass::ident::ServiceName;

use super::fixture::Fixture;
use crate::support::docker;

fn query(fixture: &Fixture, sql: &str) -> String {
    let container = fixture.container("db");
    let asked = [
        "exec",
        &container,
        "psql",
        "-U",
        "admin",
        "-d",
        "townpass_db",
        "-Atc",
        sql,
    ];
    docker::docker(&asked).expect("it answers")
}

#[tokio::test]
async fn a_copy_brings_the_data_back_into_a_new_volume() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("copy").await;
    let volume = fixture.project.volumes["pgdata"].name.clone();
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    query(&fixture, "create table kept as select 42 as answer");
    fixture
        .engine
        .stop(&fixture.container("db"), &mut |_| {})
        .await
        .expect("it stops");

    let request = CopyRequest {
        project: &fixture.project.name,
        name: "before",
        volume: &volume,
        image: "postgres:16",
    };
    let size = fixture
        .engine
        .save_volume(&request)
        .await
        .expect("there is room");
    assert!(size.is_some_and(|it| it > 10 << 20), "{size:?}");
    let saved = fixture
        .engine
        .saved_volumes(&fixture.project.name)
        .await
        .expect("a list");
    assert_eq!(saved.len(), 1);
    assert_eq!(
        (saved[0].name.as_str(), saved[0].of.as_str()),
        ("before", volume.as_str())
    );
    assert!(saved[0].created.is_some());

    let survey = fixture.engine.survey().await.expect("the engine answers");
    let name = ServiceName::new("db");
    let plan = DownPlan::decide(
        &fixture.project,
        Scope::Service(&name),
        VolumeFate::Removed,
        &survey,
    )
    .expect("nothing is in the way");
    fixture
        .engine
        .take_down(&plan, &mut |_| {})
        .await
        .expect("it goes down");
    assert!(docker::docker(&["volume", "inspect", &volume]).is_err());

    fixture.up(&["db"]).await.expect("it comes up anew");
    fixture.answers("db").await;
    assert_eq!(query(&fixture, "select to_regclass('kept') is null"), "t");
    fixture
        .engine
        .stop(&fixture.container("db"), &mut |_| {})
        .await
        .expect("it stops");
    fixture
        .engine
        .restore_volume(&request)
        .await
        .expect("it is put back");
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    assert_eq!(query(&fixture, "select answer from kept"), "42");

    fixture
        .engine
        .forget_volume(&saved[0])
        .await
        .expect("it is there");
    let saved = fixture
        .engine
        .saved_volumes(&fixture.project.name)
        .await
        .expect("a list");
    assert_eq!(saved, []);
}

#[tokio::test]
async fn a_copy_that_was_cut_off_is_no_copy() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("cut").await;
    let volume = fixture.project.volumes["pgdata"].name.clone();
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    fixture
        .engine
        .stop(&fixture.container("db"), &mut |_| {})
        .await
        .expect("it stops");
    let request = CopyRequest {
        project: &fixture.project.name,
        name: "cut",
        volume: &volume,
        image: "postgres:16",
    };
    // Dropping the future is what a kill leaves behind, at whatever step it is.
    let mut unfinished = 0;
    for milliseconds in [5, 60, 120, 200, 300, 450] {
        let patience = std::time::Duration::from_millis(milliseconds);
        let cut = tokio::time::timeout(patience, fixture.engine.save_volume(&request)).await;
        unfinished += usize::from(cut.is_err());
        // The engine may finish the copy by itself; it is listed when it is whole.
        let mut saved = fixture
            .engine
            .saved_volumes(&fixture.project.name)
            .await
            .expect("a list");
        for _ in 0..50 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            saved = fixture
                .engine
                .saved_volumes(&fixture.project.name)
                .await
                .expect("a list");
            if !saved.is_empty() {
                break;
            }
        }
        for copy in saved {
            let mount = format!("{}:/v", copy.volume);
            let look = [
                "run",
                "--rm",
                "-v",
                &mount,
                "--entrypoint",
                "ls",
                "postgres:16",
                "/v",
            ];
            let found = docker::docker(&look).expect("it can be mounted");
            assert!(
                found.contains("pg_wal") && found.contains("PG_VERSION"),
                "{found}"
            );
            fixture
                .engine
                .forget_volume(&copy)
                .await
                .expect("it is there");
        }
    }
    assert!(unfinished > 0, "no copy was cut off");
    fixture
        .engine
        .save_volume(&request)
        .await
        .expect("the next one is whole");
}
