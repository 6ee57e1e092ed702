//! Our splitter against a parser of PostgreSQL's whole grammar: both find the same statements.
//!
//! The parser knows what a statement is, the splitter only where one ends. Where they agree on
//! scripts of every shape, the shorter rules are enough.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::AstNode as _;
use townpass::sql::split;

/// Statements that try to hide their ends.
const STATEMENTS: &[&str] = &[
    "select ';', E'\\';', $a$ ; $a$, $$;$$, \";\", U&'\\0061;', B'01', X'1F'",
    "select 1 /* ; /* ; */ ' */ + -- ; '\n 2",
    "create table t (id bigint generated always as identity primary key, \"end\" text default ';')",
    "create or replace function f(a int) returns int language plpgsql as $body$\n\
     declare b int; begin b := a; return case when b > 0 then b else 0 end; end $body$",
    "create function g() returns int language sql begin atomic select 1; select case when true \
     then case 2 when 2 then 3 end end; end",
    "create procedure p(a int) begin atomic insert into t values (a); delete from t; end",
    "create rule r as on insert to t do also (insert into u values (1); delete from v)",
    "do $$ begin perform 1; end $$",
    "create trigger g after insert on t for each row when (new.id > 0) execute function f()",
    "insert into t (id) values (1), (2) on conflict do nothing returning id",
    "alter table t add constraint c check (case when a then b else c end) not valid",
    "create index concurrently i on t using gin (a jsonb_path_ops) where b <> ';'",
    "grant select on all tables in schema public to r",
    "comment on table t is 'it''s; a \"table\"'",
    "with recursive a as (select 1 union all select 1) select * from a",
    "create view v as select 1 as begin",
    "copy t from '/tmp/a;b'",
    "vacuum (analyze) t",
    "set search_path = a, b",
];

fn by_parser(text: &str) -> Vec<String> {
    let parse = SourceFile::parse(text);
    let errors: Vec<String> = parse.errors().iter().map(ToString::to_string).collect();
    assert_eq!(errors, [] as [&str; 0], "{text}");
    parse
        .tree()
        .stmts()
        .map(|statement| statement.syntax().text().to_string())
        .map(|text| text.trim_end_matches(';').trim().to_owned())
        .collect()
}

fn by_us(text: &str) -> Vec<String> {
    split(text)
        .expect("splits")
        .statements
        .iter()
        .map(|statement| statement.of(text).to_owned())
        .collect()
}

#[test]
fn a_parser_finds_the_same_statements() {
    for first in STATEMENTS {
        for second in STATEMENTS {
            let text = format!("-- a; b\n{first};\n\n/* ; */ {second} ;\n-- end;\n");
            assert_eq!(by_us(&text), by_parser(&text), "{text}");
        }
    }
}

#[test]
fn and_in_the_working_example() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("the working example") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        assert_eq!(by_us(&text), by_parser(&text), "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 8);
}
