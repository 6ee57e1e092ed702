//! `getaddrinfo failed`, connections refused: the address is right where the command does not run.

use super::{Started, fails, project, typed};
use crate::support::docker;

/// What their guide says to type into a container of one's own.
fn by_docker_run(town: &crate::support::Town, options: &str) -> crate::support::Output {
    let line = format!(
        "docker run --rm {options} -e PYTHONDONTWRITEBYTECODE=1 -v \"$PWD\":/app -w /app \
         townpass-offline-python python3 -m alembic current"
    );
    typed(town, &line)
}

#[test]
fn the_address_of_the_other_side() {
    if !docker::compose_demanded() {
        return;
    }
    // Nothing runs, and `db` is no name of this machine.
    let town = project();
    fails(&typed(&town, "alembic upgrade head"), "host 'db'");
    // At the address that their guide says to write instead, nobody listens yet.
    let line = format!(
        "DATABASE_URL=postgresql+psycopg://admin:password@127.0.0.1:{}/townpass_db alembic upgrade \
         head",
        town.port()
    );
    fails(&typed(&town, &line), "Connection refused");
    typed(&town, "townpass dev migrate")
        .success()
        .shows("upgraded 3 revisions");
    // The host's own side, which is asked for.
    typed(&town, "DATABASE_URL=$(townpass dev url) alembic current")
        .success()
        .shows("3c02b898183a (head)");
    typed(&town, "townpass dev migrate current")
        .success()
        .prints("3c02b898183a (head)\n");

    // Method A: in the service, once that runs.
    fails(
        &typed(
            &town,
            "docker compose exec -T api python3 -m alembic current",
        ),
        "service \"api\" is not running",
    );
    typed(&town, "townpass dev exec api -- python3 -m alembic current")
        .expect(3)
        .says("`townpass dev up api`");
    typed(&town, "townpass dev up api db").success();
    typed(&town, "townpass dev exec api -- python3 -m alembic current")
        .success()
        .shows("3c02b898183a (head)");
    typed(
        &town,
        "docker compose exec -T api python3 -m alembic current",
    )
    .success()
    .shows("3c02b898183a (head)");
    // The host's address, taken into a container.
    let inside =
        "townpass dev exec -e DATABASE_URL=$(townpass dev url) api -- python3 -m alembic current";
    fails(&typed(&town, inside), "Connection refused");
    let inside = inside.replace("dev url", "dev url --for container");
    typed(&town, &inside).success().shows("3c02b898183a (head)");

    // Method B: in a container of one's own, whose network has to be named.
    fails(&by_docker_run(&town, ""), "Name or service not known");
    let network = format!(
        "--network {}_default -e DATABASE_URL=$(townpass dev url --for container)",
        town.project()
    );
    by_docker_run(&town, &network)
        .success()
        .shows("3c02b898183a (head)");
    typed(
        &town,
        "townpass dev run --image townpass-offline-python -- python3 -m alembic current",
    )
    .success()
    .shows("3c02b898183a (head)");
    // Whoever has the container's URL exported on the host is answered all the same.
    typed(
        &town,
        "DATABASE_URL=$(townpass dev url --for container) townpass dev migrate current",
    )
    .success()
    .prints("3c02b898183a (head)\n");
    // The door of deploy jobs takes the URL as it is, and names the one that does not.
    typed(&town, "townpass migrate current")
        .expect(3)
        .says("cannot connect to `db:5432`")
        .says("`townpass dev migrate` finds the address");
}

#[test]
fn python_in_a_container_is_told_its_own_address() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    started.typed("townpass dev up api").success();
    started.town.sql(
        "update alembic_version set version_num = '2b7edeccd9e3'; alter table users drop name",
    );
    // The variable that is right on the host is not passed on to where it is wrong.
    started
        .exported("townpass dev migrate --runner service:api upgrade head --engine-mode python")
        .success()
        .shows("upgraded 1 revision");
    started.stands_at("3c02b898183a (head)\n");
    started
        .exported(
            "townpass dev migrate --runner image:townpass-offline-python downgrade -1 --engine-mode \
             python",
        )
        .success();
    started.stands_at("2b7edeccd9e3\n");
}
