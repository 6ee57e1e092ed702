//! `townpass migrate verify`: every revision up, down and up again.

use super::migration::folder::ask;
use crate::support::{Town, cluster::Database};

#[tokio::test]
async fn the_working_example_leads_there_and_back() {
    let database = Database::fresh().await;
    let town = Town::bare().with_example_migrations();
    town.townpass(["migrate", "verify", "--reversible"])
        .env("DATABASE_URL", database.url("postgresql"))
        .run()
        .success()
        .prints("4 revisions proved: up, down and up again\n");
    let left = "select count(*) from pg_database where datname like 'townpass_scratch%'";
    assert_eq!(ask(&mut database.connect().await, left).await, "0");
}

#[tokio::test]
async fn who_may_not_create_databases_is_told_what_to_do() {
    let database = Database::fresh().await;
    let mut connection = database.connect().await;
    let sql = "do $$begin create role nocreate login; exception when duplicate_object then end$$";
    sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect("we are the superuser");
    let town = Town::bare().with_example_migrations();
    let url = database.url("postgresql").replace("admin@", "nocreate@");
    let refused = town
        .townpass(["migrate", "verify"])
        .env("DATABASE_URL", url)
        .run()
        .expect(3);
    refused
        .says("permission denied to create database (42501)")
        .says("where the role may create databases");
}

#[tokio::test]
async fn what_does_not_lead_back_is_named() {
    let database = Database::fresh().await;
    let mut town = Town::bare();
    for (name, text) in [
        (
            "1_good.up.sql",
            "create table good (id int default 7); create index on good (id);",
        ),
        ("1_good.down.sql", "drop table good;"),
        (
            "2_left.up.sql",
            "create table if not exists kept (); create type mood as enum ('a'); comment on table good is 'x';",
        ),
        ("2_left.down.sql", "drop type mood;"),
        ("3_no_way.up.sql", "create table once ();"),
        (
            "3_no_way.down.sql",
            "do $$begin raise exception 'irreversible'; end$$;",
        ),
        (
            "4_index.up.sql",
            "create index concurrently later on good (id);",
        ),
        ("4_index.down.sql", "drop index concurrently later;"),
        ("5_broken.up.sql", "create table broken ();"),
        ("5_broken.down.sql", "drop table brokn;"),
        (
            "6_again.up.sql",
            "insert into good values (1); alter table good add unique (id);",
        ),
        (
            "6_again.down.sql",
            "alter table good drop constraint good_id_key;",
        ),
        ("7_unreached.sql", "select 1;"),
    ] {
        town = town.write(&format!("migrations/{name}"), text);
    }
    let verify = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    let output = verify("migrate verify").expect(1);
    assert_eq!(
        output.stdout.lines().collect::<Vec<_>>(),
        [
            "2 left: does not come back to where it began after going down",
            "    comment table good is left",
            "    table kept is left",
            "3 no way: has no way back, and says so",
            "5 broken: does not go down",
            "    `[DIR]/migrations/5_broken.down.sql:1:1`: table \"brokn\" does not exist (42P01)",
            "6 again: does not go up again after going down",
            "    `[DIR]/migrations/6_again.up.sql:1:30`: could not create unique index \"good_id_key\" (23505)",
            "2 revisions proved: up, down and up again",
            "1 revision not reached",
        ],
        "{output}"
    );
    let json = verify("--output json migrate verify").expect(1).json();
    assert_eq!(json["revisions"][1]["verdict"], "comes-back-elsewhere");
    assert_eq!(json["not-reached"], 1);
}
