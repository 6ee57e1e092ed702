//! Cases of what is followed, and of what is not.

use crate::alembic::translate::{Memo, Naming, translate};
use crate::migration::Direction;

/// A version file whose `upgrade()` is `body`.
fn file(body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "\"\"\"a file\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\
         from sqlalchemy.dialects import postgresql\nimport app.models\n\nrevision = '1'\n\
         LATER = compute()\n\n\ndef upgrade():\n{body}\n\ndef downgrade():\n    pass\n"
    )
}

fn upgrade(body: &str, naming: Naming) -> Result<Vec<String>, Vec<String>> {
    let made = translate(
        &file(body),
        Direction::Upgrade,
        naming,
        &mut Memo::default(),
    );
    match made {
        Ok(statements) => Ok(statements.into_iter().map(|it| it.sql).collect()),
        Err(outside) => Err(outside.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn what_is_outside_is_named_with_its_place() {
    for (body, told) in [
        (
            "app.models.Base.metadata.create_all(op.get_bind())",
            &[
                "line 12, column 5: `app.models.Base.metadata.create_all(op.get_bind())`: \
               `app.models.Base.metadata.create_all` is another module's",
            ][..],
        ),
        (
            "op.add_column('t', sa.Column('a', sa.Text(), wrong=1))\nop.execute(LATER)",
            &[
                "line 12, column 56: `1`: the argument `wrong` of `sa.Column` is not known",
                "line 13, column 16: `LATER`: its value in line 8 is not known: a name that is not known",
            ],
        ),
        (
            "x = op.get_bind().execute(sa.text('select 1')).scalar()\nif x:\n    pass",
            &[
                "line 12, column 9: `op.get_bind().execute(sa.text('select 1')).scalar()`: the answer \
               of a query, which only the database knows",
            ],
        ),
        (
            "op.execute('select :id')",
            &[
                "line 12, column 16: `'select :id'`: the parameter `:id`; a colon that is meant as one \
               is written `\\:`",
            ],
        ),
        (
            "op.drop_constraint(None, 't', type_='foreignkey')",
            &[
                "line 12, column 24: `None`: a constraint without a name cannot be dropped; Alembic \
               refuses it too",
            ],
        ),
        (
            "op.run_async(f)",
            &["line 12, column 18: `f`: a name that is not known"],
        ),
        (
            "while True:\n    pass",
            &["line 12, column 5: `while True:…`: a statement that is not followed"],
        ),
        (
            "op.create_table('t', sa.Column('a', sa.Enum('x')))",
            &["line 12, column 41: `sa.Enum('x')`: an enumeration without a name"],
        ),
        (
            "op.create_table('t', sa.Column('a', sa.Enum('x', name='date')))",
            &[
                "line 12, column 41: `sa.Enum('x', name='date')`: PostgreSQL has a type `date` of its \
               own, so this one needs a schema",
            ],
        ),
        (
            "op.create_table('t', sa.Column('a', sa.NullType()))",
            &[
                "line 12, column 41: `sa.NullType()`: `sqlalchemy.NullType` is not in the vocabulary",
            ],
        ),
        (
            "op.alter_column('t', 'a', server_default=sa.Computed('b', persisted=True))",
            &[
                "line 12, column 46: `sa.Computed('b', persisted=True)`: a column cannot become or cease to be generated",
            ],
        ),
        (
            "with op.batch_alter_table('t', recreate='always') as b:\n    pass",
            &["line 12, column 45: `'always'`: a table that is to be made anew"],
        ),
        (
            "op.bulk_insert(sa.table('t', sa.column('a', sa.Integer)), [{'a': 'x'}])",
            &["line 12, column 63: `[{'a': 'x'}]`: a string for `a` INTEGER"],
        ),
    ] {
        let told: Vec<String> = told.iter().map(|&it| it.to_owned()).collect();
        assert_eq!(upgrade(body, Naming::Plain), Err(told), "{body}");
    }
}

#[test]
fn what_releases_do_differently_is_outside() {
    for (body, told) in [
        (
            "op.add_column('t', sa.Column('a', sa.Text(), sa.Computed('b')))",
            "line 12, column 50: `sa.Computed('b')`: whether it is stored depends on the release of \
               SQLAlchemy, unless `persisted` is said",
        ),
        (
            "op.create_table('t', sa.Column('a', sa.Numeric(), primary_key=True))",
            "line 12, column 26: `sa.Column('a', sa.Numeric(), primary_key=True)`: a primary key \
               that is a number but no integer numbers itself in some releases of SQLAlchemy; say \
               `autoincrement=False`",
        ),
        (
            "op.alter_column('t', 'a', server_default=sa.Identity())",
            "line 12, column 46: `sa.Identity()`: whether it numbers itself already depends on the \
               release of Alembic, unless `existing_server_default` is said: `None` where it does not",
        ),
    ] {
        let told = vec![told.to_owned()];
        assert_eq!(upgrade(body, Naming::Plain), Err(told), "{body}");
    }
}

#[test]
fn a_naming_convention_makes_names_unknown_that_are_not_final() {
    for (body, is_known) in [
        ("op.drop_constraint(op.f('pk'), 't')", true),
        ("op.drop_constraint('pk', 't')", false),
        ("op.create_unique_constraint(None, 't', ['a'])", false),
        (
            "op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True))",
            false,
        ),
        (
            "op.create_table('t', sa.Column('id', sa.Integer()), sa.PrimaryKeyConstraint('id', name=op.f('pk_t')))",
            true,
        ),
        (
            "op.add_column('t', sa.Column('a', sa.Text(), index=True))",
            false,
        ),
        ("op.drop_column('t', 'a')", true),
    ] {
        assert!(upgrade(body, Naming::Plain).is_ok(), "{body}");
        let found = upgrade(body, Naming::Convention);
        assert_eq!(found.is_ok(), is_known, "{body}: {found:?}");
    }
}

#[test]
fn a_run_creates_an_enumeration_once() {
    let table = |name: &str| {
        file(&format!(
            "op.create_table('{name}', sa.Column('m', sa.Enum('a', name='mood')))"
        ))
    };
    let mut memo = Memo::default();
    let mut count = |name: &str| {
        let made = translate(&table(name), Direction::Upgrade, Naming::Plain, &mut memo);
        made.expect("it is known").len()
    };
    assert_eq!((count("one"), count("two")), (2, 1));
    let mut memo = Memo::default();
    let failing = format!(
        "{}    op.nothing()\n",
        table("one").replace("\n\ndef downgrade", "\n    op.nothing()\n\ndef downgrade")
    );
    assert!(translate(&failing, Direction::Upgrade, Naming::Plain, &mut memo).is_err());
    assert_eq!(
        memo,
        Memo::default(),
        "what was not translated was not done"
    );
}

#[test]
fn statements_know_their_place_and_their_block() {
    let body =
        "op.execute('one')\nwith op.get_context().autocommit_block():\n    op.execute('two;')";
    let made = translate(
        &file(body),
        Direction::Upgrade,
        Naming::Plain,
        &mut Memo::default(),
    );
    let made = made.expect("it is known");
    let told: Vec<(String, usize, bool)> = made
        .into_iter()
        .map(|it| {
            (
                format!("{} {}", it.call, it.sql),
                it.place.line,
                it.autocommit,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("op.execute one".to_owned(), 12, false),
            ("op.execute two".to_owned(), 14, true),
        ]
    );
}

#[test]
fn a_file_without_the_function_or_that_is_no_python() {
    for (source, why) in [
        ("x = 1\n", "the file has no such function"),
        ("def upgrade(:\n", "this is no Python"),
        (
            "import os\nos.remove('x')\n\ndef upgrade():\n    pass\n",
            "a statement that the module runs",
        ),
    ] {
        let made = translate(
            source,
            Direction::Upgrade,
            Naming::Plain,
            &mut Memo::default(),
        );
        let outside = made.expect_err(source);
        assert!(outside[0].why.starts_with(why), "{outside:?}");
    }
}
