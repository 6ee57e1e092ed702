//! `townpass dev down`: containers go, data stays, unless it is said that it shall go.

use crate::support::{Town, docker};

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
