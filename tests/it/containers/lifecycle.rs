//! Up, once and again, and down.

use townpass::docker::down::plan::{DownPlan, Scope, VolumeFate};

use super::fixture::Fixture;
use crate::support::docker;

#[tokio::test]
async fn up_makes_what_is_missing_and_the_second_changes_nothing() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("up").await;
    let name = fixture.project.name.to_string();
    let planned = fixture.plan(&["db"]).await.expect("nothing is in the way");
    assert_eq!(
        planned,
        [
            format!("create network `{name}_default`"),
            format!("create volume `{name}_pgdata`"),
            format!("create container `{name}-db-1` from `postgres:16`"),
            format!("start container `{name}-db-1`"),
        ]
    );
    fixture.up(&["db"]).await.expect("it comes up");
    let id = fixture.id("db");
    assert_eq!(
        fixture.plan(&["db"]).await.expect("all is in place"),
        [""; 0]
    );
    fixture.up(&["db"]).await.expect("it is up");
    assert_eq!(fixture.id("db"), id);

    let published = fixture
        .engine
        .published(&fixture.container("db"), 5432)
        .await;
    let published = published.expect("it is there");
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].host_ip.to_string(), "127.0.0.1");
}

#[tokio::test]
async fn two_at_once_both_end_well() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("race").await;
    for _ in 0..3 {
        let (one, two) = tokio::join!(fixture.up(&["db"]), fixture.up(&["db"]));
        one.expect("the first comes up");
        two.expect("the second comes up");
        assert_eq!(fixture.inspect("db", "{{.State.Status}}"), "running");
        let name = format!("name=^{}_default$", fixture.project.name);
        let networks = docker::docker(&["network", "ls", "-q", "--filter", &name]);
        assert_eq!(networks.expect("the engine answers").lines().count(), 1);
        docker::remove_project(fixture.project.name.as_str());
    }
}

#[tokio::test]
async fn down_keeps_the_data_unless_told_otherwise() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("down").await;
    let volume = format!("{}_pgdata", fixture.project.name);
    let is_there = || docker::docker(&["volume", "inspect", &volume]).is_ok();
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    for (fate, stays) in [(VolumeFate::Kept, true), (VolumeFate::Removed, false)] {
        let survey = fixture.engine.survey().await.expect("the engine answers");
        let plan = DownPlan::decide(&fixture.project, Scope::Project, fate, &survey);
        let plan = plan.expect("nothing is in the way");
        fixture
            .engine
            .take_down(&plan, &mut |_| {})
            .await
            .expect("it goes down");
        assert_eq!(is_there(), stays);
        let label = format!("label=com.docker.compose.project={}", fixture.project.name);
        for list in [["ps", "-aq"], ["network", "ls"]] {
            let arguments = [list[0], list[1], "--filter", &label, "-q"];
            assert_eq!(docker::docker(&arguments).expect("the engine answers"), "");
        }
    }
}
