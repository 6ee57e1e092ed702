//! A table of statements and what is read from them.

use super::impact;

/// `lock of object` for each lock, ` | `, then the hazards.
fn told(text: &str) -> String {
    let impact = impact(text);
    let locks: Vec<String> = impact
        .locks
        .iter()
        .map(|(object, mode)| format!("{} {object}", mode.as_str().to_ascii_lowercase()))
        .collect();
    let hazards: Vec<String> = impact
        .hazards
        .iter()
        .map(|hazard| format!("{:?}", hazard.peril))
        .collect();
    format!("{} | {}", locks.join(", "), hazards.join(", "))
}

#[test]
#[rustfmt::skip]
fn locks_and_hazards() {
    for (text, expected) in [
        // Rows.
        ("select * from a join b using (id)", "access share a, access share b | "),
        ("select 1", " | "),
        ("select * from a for update", "row share a | "),
        ("with x as (select * from a) select * from x", "access share a | "),
        ("insert into a select * from b", "row exclusive a, access share b | "),
        ("insert into a values (1) on conflict do nothing", "row exclusive a | "),
        ("update a set x = 1 where y", "row exclusive a | "),
        ("update a set x = 1", "row exclusive a | UpdateAll"),
        ("delete from a using b where a.x = b.x", "row exclusive a, access share b | "),
        ("delete from only a", "row exclusive a | DeleteAll"),
        ("with gone as (delete from a returning *) insert into b select * from gone", "row exclusive b, row exclusive a | DeleteAll"),
        ("merge into a using b on a.x = b.x when matched then delete", "row exclusive a, access share b | "),
        ("truncate a, \"B\" cascade", "access exclusive a, access exclusive \"B\" | Truncate, Truncate"),
        ("copy a from '/tmp/x'", "row exclusive a | "),
        // Creation.
        ("create table a (id int references b, c int, foreign key (c) references d (e))", "share row exclusive b, share row exclusive d | "),
        ("create table a partition of b for values in (1)", "access exclusive b | "),
        ("create table a () inherits (b)", "share update exclusive b | "),
        ("create table a as select * from b", "access share b | "),
        ("create view v as select * from b", "access share b | "),
        ("create index on a (x)", "share a | BuildIndex"),
        ("create unique index concurrently i on a (x)", "share update exclusive a | "),
        ("create trigger t before insert on a for each row execute function f()", "share row exclusive a | "),
        ("create rule r as on insert to a do nothing", "access exclusive a | "),
        ("create policy p on a using (true)", "access exclusive a | "),
        ("create statistics s on x, y from a", "share update exclusive a | "),
        ("create function f() returns void language sql as $$ delete from a $$", " | "),
        ("comment on table a is 'x'", "share update exclusive a | "),
        ("comment on column s.a.x is 'x'", "share update exclusive s.a | "),
        // Removal.
        ("drop table a", "access exclusive a | DropTable"),
        ("drop table if exists s.a, b cascade", "access exclusive s.a, access exclusive b | DropTable, DropTable"),
        ("drop view v", "access exclusive v | DropView"),
        ("drop materialized view v", "access exclusive v | DropView"),
        ("drop index i", "access exclusive i | "),
        ("drop index concurrently i", "share update exclusive i | "),
        ("drop sequence s", "access exclusive s | DropSequence"),
        ("drop type t", " | DropType"),
        ("drop domain t", " | DropDomain"),
        ("drop schema s cascade", " | DropSchema"),
        ("drop database d", " | DropDatabase"),
        ("drop extension e", " | DropExtension"),
        ("drop owned by r", " | DropOwned"),
        ("drop function f(int, t)", " | DropFunction"),
        ("drop trigger t on a", "access exclusive a | "),
        ("drop policy p on a", "access exclusive a | "),
        ("alter type t drop attribute x", " | DropAttribute"),
        ("alter type t add value 'x'", " | "),
        // Upkeep.
        ("vacuum a", "share update exclusive a | "),
        ("vacuum (full) a", "access exclusive a | RewriteWhole"),
        ("analyze a", "share update exclusive a | "),
        ("cluster a using i", "access exclusive a | RewriteWhole"),
        ("reindex table a", "share a | RebuildIndex"),
        ("reindex table concurrently a", "share update exclusive a | "),
        ("reindex index i", "access exclusive i | RebuildIndex"),
        ("refresh materialized view v", "access exclusive v | RefreshView"),
        ("refresh materialized view concurrently v", "exclusive v | "),
        ("lock table a", "access exclusive a | LockTable"),
        ("lock a in share mode", "share a | "),
        // What cannot be told.
        ("do $$ begin perform 1; end $$", " | "),
        ("do $$ begin -- drop\n raise exception 'no'; end $$", " | "),
        ("do $$ begin execute 'drop ' || x; end $$", " | HiddenLoss"),
        ("do $$ begin delete from a; end $$", " | HiddenLoss"),
        ("frobnicate the table", " | Unread"),
        ("grant select on a to b", " | "),
        ("set search_path = x", " | "),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
#[rustfmt::skip]
fn forms_of_alter_table() {
    for (text, expected) in [
        // Columns.
        ("alter table a add column x int", "access exclusive a | "),
        ("alter table a add x int not null default 0", "access exclusive a | "),
        ("alter table a add x timestamptz default now()", "access exclusive a | "),
        ("alter table a add x jsonb default '{}'::jsonb", "access exclusive a | "),
        ("alter table a add x uuid default gen_random_uuid()", "access exclusive a | RewriteForDefault"),
        ("alter table a add x float default random() * 2", "access exclusive a | RewriteForDefault"),
        ("alter table a add x serial", "access exclusive a | RewriteForDefault"),
        ("alter table a add x int generated always as identity", "access exclusive a | RewriteForDefault"),
        ("alter table a add x int generated always as (y + 1) stored", "access exclusive a | RewriteForDefault"),
        ("alter table a add x int unique", "access exclusive a | BuildKey"),
        ("alter table a add x int check (x > 0)", "access exclusive a | CheckRows"),
        ("alter table a add x int references b", "share row exclusive b, access exclusive a | CheckForeignKey"),
        ("alter table a drop column x", "access exclusive a | DropColumn"),
        ("alter table a alter x type bigint", "access exclusive a | RewriteForType, ChangeType"),
        ("alter table a alter column x set data type text", "access exclusive a | RewriteForType"),
        ("alter table a alter x type text using ''", "access exclusive a | RewriteForType, ChangeType"),
        ("alter table a alter x set not null", "access exclusive a | CheckNotNull"),
        ("alter table a alter x drop not null", "access exclusive a | "),
        ("alter table a alter x set default 1", "access exclusive a | "),
        ("alter table a alter x set statistics 100", "share update exclusive a | "),
        ("alter table a alter x set storage external", "access exclusive a | "),
        ("alter table a rename column x to y", "access exclusive a | RenameColumn"),
        // Constraints.
        ("alter table a add constraint c check (x > 0)", "access exclusive a | CheckRows"),
        ("alter table a add constraint c check (x > 0) not valid", "access exclusive a | "),
        ("alter table a validate constraint c", "share update exclusive a | "),
        ("alter table a add foreign key (x) references b", "share row exclusive b, share row exclusive a | CheckForeignKey"),
        ("alter table a add foreign key (x) references b not valid", "share row exclusive b, share row exclusive a | "),
        ("alter table a add unique (x)", "access exclusive a | BuildKey"),
        ("alter table a add primary key using index i", "access exclusive a | "),
        ("alter table a add exclude using gist (x with &&)", "access exclusive a | BuildKey"),
        ("alter table a drop constraint c", "access exclusive a | "),
        // The whole table.
        ("alter table a rename to b", "access exclusive a | RenameTable"),
        ("alter table a set schema s", "access exclusive a | MoveSchema"),
        ("alter table a set unlogged", "access exclusive a | RewriteForStorage"),
        ("alter table a set tablespace s", "access exclusive a | RewriteForStorage"),
        ("alter table a set (fillfactor = 70, autovacuum_enabled = off)", "share update exclusive a | "),
        ("alter table a set (user_catalog_table = true)", "access exclusive a | "),
        ("alter table a cluster on i", "share update exclusive a | "),
        ("alter table a disable trigger all", "share row exclusive a | "),
        ("alter table a enable row level security", "access exclusive a | "),
        ("alter table a owner to o", "access exclusive a | "),
        ("alter table a replica identity full", "access exclusive a | "),
        ("alter table a attach partition b for values in (1)", "access exclusive b, share update exclusive a | CheckPartition"),
        ("alter table a detach partition b", "access exclusive b, access exclusive a | "),
        ("alter table a detach partition b concurrently", "access exclusive b, share update exclusive a | "),
        ("alter table a add x int, alter y set statistics 1", "access exclusive a | "),
        ("alter index i rename to j", "share update exclusive i | "),
        ("alter sequence s restart", "share row exclusive s | "),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn what_is_made_for_certain() {
    for (text, made) in [
        ("create table a ()", "a"),
        ("create table if not exists a ()", ""),
        ("create temp table \"A\" ()", "\"A\""),
        ("create table s.a as select 1", "s.a"),
        ("create type t as enum ('x')", "t"),
        ("create schema s", "s"),
        ("create schema if not exists s", ""),
        ("create index i on a (x)", "i"),
        ("create or replace view v as select 1", ""),
        ("create sequence q", "q"),
    ] {
        let found: Vec<String> = impact(text)
            .creates
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.join(" "), made, "{text}");
    }
    let added = impact("alter table a add x int, add if not exists y int").adds;
    let added: Vec<&str> = added.iter().map(|(_, column)| column.as_str()).collect();
    assert_eq!(added, ["x"]);
    let renamed = impact("alter table s.a rename to b")
        .renames
        .expect("it renames");
    assert_eq!(renamed.1.to_string(), "s.b");
}

#[test]
fn a_hazard_is_a_sentence() {
    for (text, sentence) in [
        ("drop table s.a", "drops table `s.a` and its rows"),
        (
            "alter table a drop column \"X\"",
            "drops column `X` of `a` and what is in it",
        ),
        ("alter table a set unlogged", "rewrites `a` to be unlogged"),
        (
            "alter table a add foreign key (x) references b",
            "checks every row of `a` against `b`, and blocks writers of both",
        ),
        (
            "do $$ begin execute 'truncate a'; end $$",
            "may lose data: there is `TRUNCATE` inside the block",
        ),
    ] {
        assert_eq!(impact(text).hazards[0].to_string(), sentence, "{text}");
    }
}
