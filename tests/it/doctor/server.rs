//! What breaks inside of the server: password, database, rights, journal.

use super::{doctor, doctor_with};
use crate::support::{Town, docker};

#[test]
fn a_volume_of_another_password() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    town.sql("alter role admin password 'of long ago'");
    doctor(&town)
        .fails(&["volume"])
        .says("volume", "failure", "initialised with another password")
        .says("authentication", "skipped", "volume failed")
        .mended_by("volume", "townpass dev reset-db --password")
        .mend("volume", &town)
        .success();
    doctor(&town).well();
    town.sql("alter role admin valid until '2001-01-01'");
    doctor(&town)
        .fails(&["volume"])
        .says("volume", "failure", "has expired")
        .mend("volume", &town)
        .success();
    doctor(&town).well();
}

#[test]
fn a_database_that_is_not_there() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    let other = "postgresql://admin:password@db:5432/another";
    let found = doctor_with(&town, &[], &[("DATABASE_URL", other)])
        .fails(&["database"])
        .says("database", "failure", "there is no database `another`");
    let url = found.mend("database", &town).success().stdout;
    doctor_with(&town, &[], &[("DATABASE_URL", url.trim())]).well();
    let arguments = ["dev", "psql", "--", "-d", "postgres", "-c"];
    let drop = arguments.iter().chain(&["drop database townpass_db"]);
    town.townpass(drop).run().success();
    doctor(&town)
        .fails(&["database"])
        .mended_by("database", "townpass dev reset-db")
        .mend("database", &town)
        .success();
    doctor(&town).well();
    town.sql("alter database townpass_db set default_transaction_read_only = on");
    doctor(&town)
        .fails(&["database"])
        .says("database", "failure", "takes no writes");
}

#[test]
fn a_role_without_rights() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().with_example_migrations();
    town.run("dev up").success();
    town.sql("create role app login password 'app'");
    let url = "postgresql://app:app@db:5432/townpass_db";
    let as_app = || doctor_with(&town, &[], &[("DATABASE_URL", url)]);
    as_app()
        .fails(&["rights"])
        .says(
            "rights",
            "failure",
            "may not create tables in schema `public`",
        )
        .says("journal", "skipped", "rights failed")
        .mend("rights", &town)
        .success();
    as_app().well();
    town.run("dev migrate").success();
    as_app()
        .fails(&["rights"])
        .says("rights", "failure", "may not write the journal")
        .mend("rights", &town)
        .success();
    as_app().well();
    town.sql("revoke all on schema public from app, public");
    as_app()
        .fails(&["rights"])
        .says("rights", "failure", "may use no schema")
        .mend("rights", &town)
        .success();
    as_app().well();
}

#[test]
fn files_and_journal_that_do_not_agree() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new()
        .migration(
            20_260_101_000_000,
            "a",
            "create table a ();\n",
            "drop table a;\n",
        )
        .migration(
            20_260_102_000_000,
            "b",
            "create table b ();\n",
            "drop table b;\n",
        );
    town.run("dev up --migrate").success();
    doctor(&town)
        .well()
        .says("journal", "ok", "at 20260102000000, nothing is pending");
    let edited = "create table b (id int);\n";
    let town = town.write("migrations/20260102000000_b.up.sql", edited);
    doctor(&town)
        .fails(&["journal"])
        .says("journal", "failure", "was edited after it was applied")
        .mended_by(
            "journal",
            "townpass dev migrate repair --accept 20260102000000",
        )
        .mend("journal", &town)
        .success();
    doctor(&town).well();
    // Another branch of git: the files are gone, and the ledger keeps the way back.
    for name in ["b.up.sql", "b.down.sql"] {
        let path = town
            .path()
            .join(format!("migrations/20260102000000_{name}"));
        std::fs::remove_file(path).expect("it is there");
    }
    doctor(&town)
        .fails(&["journal"])
        .says("journal", "failure", "is applied, but its file is missing")
        .mend("journal", &town)
        .success();
    doctor(&town).well();
    // One that nothing keeps.
    town.sql(
        "insert into _sqlx_migrations values \
         (20260103000000, 'c', now(), true, '\\x00', 0)",
    );
    doctor(&town)
        .fails(&["journal"])
        .mended_by(
            "journal",
            "townpass dev migrate stamp --purge 20260101000000",
        )
        .mend("journal", &town)
        .success();
    doctor(&town).well();
}
