//! `password authentication failed`, and the way out of their guide that leads nowhere.

use super::{Started, edit, fails};
use crate::support::docker;

#[test]
fn a_volume_that_was_made_with_another_password() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    started
        .town
        .sql("insert into users (email) values ('ann@example.org')");
    // Someone changes the password, where it is written down, and makes the container anew.
    started.edit(
        "docker-compose.yml",
        "POSTGRES_PASSWORD: password",
        "POSTGRES_PASSWORD: other",
    );
    for name in ["docker-compose.yml", ".env"] {
        edit(&started.path(name), "admin:password@", "admin:other@");
    }
    started.typed("townpass dev down").success();
    docker::docker(&["inspect", &started.town.container()]).expect_err("it is gone");
    let url = started.url.replace("admin:password@", "admin:other@");
    // The server starts, as it should, with a password that it does not have.
    let up = started.typed("townpass dev up").expect(3);
    up.says("the data was initialised with another password for role `admin`")
        .says("`townpass dev reset-db --password`");
    fails(
        &started.typed(&format!("DATABASE_URL={url} alembic current")),
        "password authentication failed for user \"admin\"",
    );
    // Their guide: there is no such role where the Compose file names another.
    let container = started.town.container();
    let documented = format!(
        "docker exec -i {container} psql -U postgres -c \"ALTER USER admin WITH PASSWORD 'other'\""
    );
    fails(
        &started.typed(&documented),
        "role \"postgres\" does not exist",
    );
    started
        .typed("townpass dev migrate current")
        .expect(3)
        .says("`townpass dev reset-db --password`");
    started
        .typed("townpass doctor")
        .expect(1)
        .shows("→ townpass dev reset-db --password");
    started.typed("townpass dev reset-db --password").success();
    started
        .typed("DATABASE_URL=$(townpass dev url) alembic current")
        .success()
        .shows("3c02b898183a (head)");
    assert_eq!(
        started.town.sql("select email from users"),
        "ann@example.org"
    );
    started
        .typed("townpass dev psql -- -Atc 'select current_user'")
        .success()
        .prints("admin\n");

    // The other way of their guide: the volume anew. Ours keeps what was in it.
    started
        .typed("townpass dev reset-db --volume --yes")
        .success()
        .says("a snapshot is kept first");
    started.typed("townpass dev migrate").success();
    assert_eq!(started.town.sql("select count(*) from users"), "0");
    started
        .typed("townpass dev snapshot restore --yes")
        .success();
    assert_eq!(
        started.town.sql("select email from users"),
        "ann@example.org"
    );
}

#[test]
fn a_database_of_another_name() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    let url = started.url.replace("/townpass_db", "/townpass");
    fails(
        &started.typed(&format!("DATABASE_URL={url} alembic current")),
        "database \"townpass\" does not exist",
    );
    for ours in ["townpass dev migrate current", "townpass dev up"] {
        started
            .typed(&format!("DATABASE_URL={url} {ours}"))
            .expect(3)
            .says("database \"townpass\" does not exist")
            .says("make `DATABASE_URL` of the environment and `POSTGRES_USER`");
    }
}
