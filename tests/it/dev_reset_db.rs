//! `townpass dev reset-db`: nothing dies unasked, and what died comes back.

use crate::support::{Town, docker};

fn user(town: &Town, subject: &str) {
    town.sql(&format!(
        "insert into users (subject, display_name) values ('{subject}', 'somebody')"
    ));
}

const SUBJECTS: &str =
    "select coalesce(string_agg(subject, ' ' order by subject), 'nobody') from users";

#[test]
fn contents_then_volume_and_back() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().with_example_migrations();
    town.run("dev migrate").success();
    user(&town, "ann");
    let planned = town.run("dev reset-db --dry-run").success();
    assert!(planned.stdout.contains("safety snapshot"), "{planned}");
    town.run("dev reset-db")
        .expect(4)
        .says("this removes database `townpass_db`")
        .says("4 tables, about 1 row,")
        .says("--yes");
    assert_eq!(town.sql(SUBJECTS), "ann");

    let first = town.run("dev reset-db --yes").success();
    assert!(
        first
            .stdout
            .starts_with("townpass_db is new: 4 revisions applied\n"),
        "{first}"
    );
    assert_eq!(town.sql(SUBJECTS), "nobody");
    user(&town, "bob");
    let second = town.run("--output json dev reset-db --yes").success();
    let reset = second.json();
    assert_eq!(reset["from-template"], true, "{second}");
    assert_eq!(town.sql(SUBJECTS), "nobody");
    town.run("dev migrate current --check-heads").success();
    let safety = reset["safety-snapshot"].as_str().expect("one was kept");
    town.townpass(["dev", "snapshot", "restore", safety])
        .run()
        .success();
    assert_eq!(town.sql(SUBJECTS), "bob");

    // What is nobody's work is not told; a copy is told as the copy it is.
    let volume = town.run("dev reset-db --volume").expect(4);
    assert!(
        volume
            .stderr
            .contains(&format!("removes snapshot `{safety}`"))
            || volume.stderr.contains("removes snapshot `before-"),
        "{volume}"
    );
    assert!(!volume.stderr.contains("townpass_template"), "{volume}");
    assert!(!volume.stderr.contains("townpass_snapshot"), "{volume}");
    assert!(!volume.stderr.contains("database `postgres`"), "{volume}");
    let volume = town.run("dev reset-db --volume --yes").success();
    assert_eq!(
        volume.stderr.matches("stopped container").count(),
        1,
        "{volume}"
    );
    assert_eq!(town.sql(SUBJECTS), "nobody");
    town.run("dev snapshot restore").success();
    assert_eq!(town.sql(SUBJECTS), "bob");
}

#[cfg(unix)]
#[test]
fn the_projects_name_is_typed_on_a_terminal() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    town.sql("create table kept (id int)");
    let present = "select to_regclass('kept') is not null";
    let prompt = format!("type `{}` to go on", town.project());
    let reset = || town.townpass(["dev", "reset-db", "--no-migrate"]);
    let declined = reset().on_terminal(&prompt, "yes").expect(4);
    assert!(
        declined
            .stdout
            .contains("not confirmed: nothing was changed"),
        "{declined}"
    );
    assert_eq!(town.sql(present), "t");
    let confirmed = reset().on_terminal(&prompt, town.project()).success();
    assert!(confirmed.stdout.contains("to undo"), "{confirmed}");
    assert_eq!(town.sql(present), "f");
}

#[test]
fn the_password_is_set_and_the_data_stays() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().write(
        ".env",
        "DATABASE_URL=postgresql://admin:password@db:5432/townpass_db\n",
    );
    town.run("dev up").success();
    town.sql("create table kept (id int)");

    let same = town.run("dev reset-db --password").success();
    assert_eq!(
        same.stdout,
        "role admin logs in with the password, and with no other\n"
    );
    // On standard input, so that no list of processes has it.
    let new = town
        .townpass(["dev", "reset-db", "--password", "-"])
        .stdin("s3cret-ü 'word\n")
        .run()
        .success()
        .hides("s3cret");
    for line in [
        "docker-compose.yml:7  POSTGRES_PASSWORD",
        ".env:1  DATABASE_URL",
    ] {
        assert!(new.stdout.contains(line), "{line} in\n{new}");
    }
    // The volume is now as one that was initialised long ago.
    let stale = town.run("dev up").expect(3);
    assert!(
        stale.stderr.contains("townpass dev reset-db --password"),
        "{stale}"
    );
    town.run("dev reset-db --password").success();
    town.run("dev up").success();
    town.townpass([
        "dev",
        "reset-db",
        "--password",
        "other-word",
        "--output",
        "json",
    ])
    .run()
    .success()
    .hides("other-word");
    let town = town.write(
        "docker-compose.yml",
        &crate::support::reference().replace("_PASSWORD: password", "_PASSWORD: other-word"),
    );
    let town = town.write(
        ".env",
        "DATABASE_URL=postgresql://admin:other-word@db:5432/townpass_db\n",
    );
    town.run("dev status --check").success();
    assert_eq!(town.sql("select to_regclass('kept') is not null"), "t");
}

#[test]
fn what_is_not_the_projects_alone_is_refused() {
    if !docker::demanded() {
        return;
    }
    let external = Town::with(&crate::support::reference().replace(
        "  pgdata:\n",
        "  pgdata: { external: true, name: {project}-shared }\n",
    ));
    let label = format!("com.docker.compose.project={}", external.project());
    let volume = format!("{}-shared", external.project());
    docker::docker(&["volume", "create", "--label", &label, &volume]).expect("a volume");
    external.run("dev up").success();
    external
        .run("dev reset-db --volume --yes")
        .expect(4)
        .says("is external");
    external
        .run("dev down --volumes --yes")
        .expect(4)
        .says("is external");
    external.run("dev reset-db --yes").success();

    let bound = Town::with(&crate::support::reference().replace("- pgdata:/var", "- ./data:/var"));
    bound.run("dev up").success();
    bound.sql("create table kept (id int)");
    bound
        .run("dev reset-db --volume --yes")
        .expect(4)
        .says("--empty-bind-mount");
    assert_eq!(bound.sql("select to_regclass('kept') is not null"), "t");
    bound
        .run("dev reset-db --volume --empty-bind-mount --yes")
        .success();
    assert_eq!(bound.sql("select to_regclass('kept') is not null"), "f");
    bound.run("dev snapshot restore").success();
    assert_eq!(bound.sql("select to_regclass('kept') is not null"), "t");
}
