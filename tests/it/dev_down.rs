//! `townpass dev down`: containers go, data stays, unless it is said that it shall go.

use crate::support::{Town, docker, reference};

#[test]
fn data_stays_until_told_otherwise() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let nothing = town.run("dev down").success();
    assert!(!nothing.stderr.contains("removed"), "{nothing}");
    town.run("dev up").success();
    town.sql("create table kept (id int)");
    let present = "select to_regclass('kept') is not null";

    let planned = town.run("dev down --dry-run").success();
    assert!(
        planned.stdout.contains("remove container `[CONTAINER]`"),
        "{planned}"
    );
    assert!(!planned.stdout.contains("volume"), "{planned}");
    assert_eq!(town.sql(present), "t");
    let down = town
        .run("dev down")
        .success()
        .says("stopped container `[CONTAINER]`")
        .says("removed container `[CONTAINER]`")
        .says("removed network `[PROJECT]_default`");
    assert!(!down.stderr.contains("volume"), "{down}");
    assert_eq!(down.stdout, "[PROJECT] is down, its data stays\n");
    town.run("dev up").success();
    assert_eq!(town.sql(present), "t");

    let volume = format!("{}_pgdata", town.project());
    town.run("dev down --volumes")
        .expect(4)
        .says("this removes database `townpass_db`")
        .says("1 table,")
        .says("--yes");
    assert_eq!(town.sql(present), "t", "a refusal stops nothing");
    town.run("dev down --volumes --yes")
        .success()
        .says("removed volume `[PROJECT]_pgdata`");
    assert!(docker::docker(&["volume", "inspect", &volume]).is_err());
    town.run("dev up").success();
    assert_eq!(town.sql(present), "f");
}

/// Other volumes of the project go too, and are said; what nobody has needs no question; a
/// directory of the host is no volume.
#[test]
fn what_goes_with_the_volumes_is_said() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(
        &reference()
            .replace("- pgdata:/var", "- ./data:/var")
            .replace("  pgdata:\n", "  cache:\n"),
    );
    let nothing = town.run("dev down --volumes").success();
    assert!(!nothing.stderr.contains("warning"), "{nothing}");
    town.run("dev up").success();
    let label = format!("com.docker.compose.project={}", town.project());
    let volume = format!("{}_cache", town.project());
    docker::docker(&["volume", "create", "--label", &label, &volume]).expect("a volume");
    let refused = town
        .run("dev down --volumes")
        .expect(4)
        .says("this removes volume `[PROJECT]_cache`")
        .says("data` stays");
    assert!(!refused.stderr.contains("database"), "{refused}");
    let down = town.run("dev down --volumes --yes").success();
    assert_eq!(down.stdout, "[PROJECT] is down, its data stays\n");
    assert!(docker::docker(&["volume", "inspect", &volume]).is_err());
    assert!(town.path().join("data/PG_VERSION").exists());
}
