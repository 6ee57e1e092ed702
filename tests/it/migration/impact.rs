//! What is read of a statement's locks, held against what a server says.

use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use townpass::sql::impact;
use townpass::sql::impact::Kind;

use super::folder::run;
use crate::support::cluster::Database;

const WORLD: &str = "
    create table a (id int primary key, x int, y text, z int not null default 1);
    create table b (id int primary key, x int unique);
    create unique index loose on a (z, id);
    create table whole (id int) partition by range (id);
    create table part partition of whole for values from (0) to (10);
    create table apart (id int);
    create table parent (id int);
    create table child (id int);
    create materialized view m as select id from a;
    create unique index on m (id);
    create sequence s;
    alter table a add constraint checked check (x > 0) not valid;
    create function f() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger t before insert on b for each row execute function f();
    create policy p on b using (true);
    insert into a select n, n, n::text from generate_series(1, 9) n;";

/// Every one can run in a transaction on that world.
const STATEMENTS: &[&str] = &[
    "select * from a join b using (id)",
    "select * from a for update",
    "insert into a select id + 100, 1, '' from b",
    "update a set x = 1",
    "delete from a using b where a.x = b.x",
    "merge into a using b on a.id = b.id when matched then delete",
    "with gone as (delete from a returning *) insert into b (id) select id from gone",
    "truncate b",
    "create table n (id int references b, c int, foreign key (c) references a (id))",
    "create table n partition of whole for values from (10) to (20)",
    "create table n () inherits (parent)",
    "create table n as select * from b",
    "create index on a (x)",
    "create trigger u before insert on a for each row execute function f()",
    "create rule r as on insert to a do nothing",
    "create policy q on a using (true)",
    "create statistics st on x, z from a",
    "comment on table a is 'x'",
    "comment on column public.a.x is 'x'",
    "drop table b",
    "drop materialized view m",
    "drop trigger t on b",
    "drop policy p on b",
    "alter table a add column n int",
    "alter table a add n uuid default gen_random_uuid()",
    "alter table a add n int references b",
    "alter table a drop column y",
    "alter table b alter x type bigint",
    "alter table b alter x set not null",
    "alter table a alter y set default ''",
    "alter table a alter x set statistics 100",
    "alter table a alter x set (n_distinct = 5)",
    "alter table a alter y set storage external",
    "alter table a rename column y to n",
    "alter table a add constraint c check (x > 0)",
    "alter table a validate constraint checked",
    "alter table a add foreign key (x) references b (id) not valid",
    "alter table a add unique (x)",
    "alter table a add constraint k unique using index loose",
    "alter table a drop constraint checked",
    "alter table a rename to n",
    "alter table a set unlogged",
    "alter table a set (fillfactor = 70, autovacuum_enabled = off)",
    "alter table a reset (fillfactor)",
    "alter table a cluster on a_pkey",
    "alter table b disable trigger all",
    "alter table a enable row level security",
    "alter table a replica identity full",
    "alter table child inherit parent",
    "alter table whole attach partition apart for values from (20) to (30)",
    "alter table whole detach partition part",
    "alter table a add n int, alter x set statistics 1",
    "alter sequence s restart",
    "analyze a",
    "cluster a using a_pkey",
    "reindex table a",
    "refresh materialized view m",
    "refresh materialized view concurrently m",
    "lock table a",
    "lock a in share mode",
];

/// What there is before a statement, by the names it has then.
const BEFORE: &str = "
    create temp table world as select oid, relname::text from pg_class
     where relkind in ('r', 'p', 'm', 'S') and relnamespace = 'public'::regnamespace";

/// How this transaction has locked what was there before.
const LOCKED: &str = "
    select relname, mode from pg_locks join world on world.oid = relation
     where pid = pg_backend_pid()";

#[tokio::test]
async fn the_strongest_lock_on_each_table_is_read_right() {
    let database = Database::fresh().await;
    let mut connection = database.connect().await;
    run(&mut connection, WORLD).await;
    run(&mut connection, BEFORE).await;
    for statement in STATEMENTS {
        let mut transaction = connection.begin().await.expect("a transaction");
        sqlx::raw_sql(AssertSqlSafe(*statement))
            .execute(&mut *transaction)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
        let rows = sqlx::raw_sql(LOCKED)
            .fetch_all(&mut *transaction)
            .await
            .expect("the catalog answers");
        let mut seen: Vec<(String, u8, String)> = Vec::new();
        for row in &rows {
            let (name, mode): (String, String) = (row.get(0), row.get(1));
            let mode = words(&mode);
            let strength = strength(&mode);
            match seen.iter_mut().find(|(known, ..)| *known == name) {
                Some(known) if known.1 < strength => *known = (name, strength, mode),
                Some(_) => {}
                None => seen.push((name, strength, mode)),
            }
        }
        transaction.rollback().await.expect("it rolls back");
        let read = impact(statement).locks;
        let named: Vec<(&str, &str)> = read
            .iter()
            .filter(|(object, _)| object.kind != Kind::Index)
            .map(|(object, mode)| (object.name.as_str(), mode.as_str()))
            .collect();
        for (name, mode) in &named {
            let found = seen.iter().find(|(known, ..)| known == name);
            let found = found.map(|(_, _, mode)| mode.as_str());
            assert_eq!(found, Some(*mode), "{statement}: the lock on {name}");
        }
        for (name, strength, mode) in &seen {
            let told = named.iter().any(|(known, _)| known == name);
            assert!(
                told || *strength < 4,
                "{statement}: {name} is locked {mode} too"
            );
        }
    }
}

/// `AccessExclusiveLock` as `ACCESS EXCLUSIVE`.
fn words(mode: &str) -> String {
    let mut words = String::new();
    for letter in mode.trim_end_matches("Lock").chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_uppercase());
    }
    words
}

/// The place of a mode among the eight, from nought.
fn strength(mode: &str) -> u8 {
    let all = [
        "ACCESS SHARE",
        "ROW SHARE",
        "ROW EXCLUSIVE",
        "SHARE UPDATE EXCLUSIVE",
        "SHARE",
        "SHARE ROW EXCLUSIVE",
        "EXCLUSIVE",
        "ACCESS EXCLUSIVE",
    ];
    let place = all.iter().position(|it| *it == mode).expect("a mode");
    u8::try_from(place).expect("there are eight")
}
