"""Writes random revisions, and says what Alembic makes of each with `--sql`.

    python random_revisions.py SEED COUNT

prints a JSON list: of each its `source`, and the `sql` or, where Alembic refuses it, the `error`. The
revisions are of what a version file may say; much of it no person would write, some of it nobody can
run. What releases of SQLAlchemy are known to do differently is left out.
"""

import importlib.util
import io
import json
import pathlib
import random
import sys
import tempfile
import warnings

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

rng = random.Random(int(sys.argv[1]))
pick = rng.choice

HEAD = '''"""{revision}"""
import datetime
import uuid
from decimal import Decimal
from alembic import op
import sqlalchemy as sa
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = None


def upgrade():
    {body}


def downgrade():
    pass
'''

PLAIN = ["a", "b", "c", "id", "name", "email", "created_at", "user_id"]
ODD = [
    "users", "user", "order", "Mixed", "with space", "per%cent", 'quo"te', "o'clock", "tên", "_x", "1x",
    "a$b", "select", "end", "col:on", "UPPER", "é", "back\\slash", "t" * 40, "l" * 63, "index", "value",
    "schema", "%(x)s", "dot.ted", "authorization", "offset", "limit", "grouping", "array", "c@t",
    "tab\tbed", "nl\nx", "{brace}", "日本",
]
TEXTS = [
    "x", "it's", "a\\b", "100%", "a:b", ":name", "a::text", "%s", "%%", "日本語", "line\nbreak", "tab\t",
    "{}", "'quoted'", '"dq"', "$1", "$tag$", "now()", "0", "NULL", "a ? b", "?", "\\:x", "E'x'", "--c",
    "/*c*/", ";", "a;b",
]
EXPRESSIONS = [
    "now()", "'x'", "1", "a > 0", "a::text = 'x'", "'{}'::jsonb", '"Mixed" > 1', "a % 2 = 0", "a %% 2",
    "x = ':y'", "'a\\:b'", "lower(name)", "nextval('s')", "('[]'::json)", "gen_random_uuid()",
    "a ->> 'k' = 'v'", "a = ANY(ARRAY[1,2])", "E'\\\\n'", "timezone('utc', now())", "a ? 'b'", "'12:30'",
    "a LIKE '%x%'", "true", "CURRENT_TIMESTAMP", "x @> '{}'", "'\\x00'::bytea", "(1)", " spaced ", "a\n>\n1",
]


def maybe(chance=0.3):
    return rng.random() < chance


def quoted(text):
    """The text as one of the ways in which Python may write it."""
    shown = repr(text)
    plain = shown[1:-1] == text
    way = rng.random()
    if way < 0.1 and '"' not in text and "\n" not in text and "\t" not in text and "\\" not in text:
        return f'r"{text}"'
    if way < 0.15 and plain and len(text) > 1:
        return f"{text[:1]!r} {text[1:]!r}"
    if way < 0.2 and len(text) > 1:
        return f"{text[:1]!r} + {text[1:]!r}"
    if way < 0.23 and plain and "{" not in text and '"' not in text:
        return f'f"{text}"'
    return shown


def one_of(*texts):
    return quoted(pick(texts))


def name():
    return quoted(pick(PLAIN if maybe(0.6) else ODD))


def names():
    return list(dict.fromkeys(pick(PLAIN if maybe(0.6) else ODD) for _ in range(rng.randrange(1, 5))))


def listed(elements):
    return f"[{', '.join(elements)}]"


def text():
    return quoted(pick(TEXTS))


def expression():
    return quoted(pick(EXPRESSIONS))


def sa_text():
    return f"sa.text({expression()})"


def schema():
    return one_of("app", "App", "other schema", "public", "a.b", "user")


def truth():
    return pick(["True", "False"])


def truth_or_none():
    return pick(["True", "False", "None"])


def size():
    return str(pick([0, 1, 2, 5, 10, 36, 255, 1000]))


def collation():
    return one_of("C", "en_US", "de_DE.utf8", "Weird Coll")


def constraint_name():
    way = rng.random()
    given = one_of("fk_x", "uq_a_b", "ck_pos", "Mixed Ck", "pk", "c%x", "order", "n" * 63, "n" * 70, "a")
    if way < 0.3:
        return f"op.f({given})"
    return "None" if way < 0.4 else given


def keywords(**options):
    """Some of the options, each `NAME=(CHANCE, VALUE)`, where a value is written anew each time."""
    return [f"{key}={value()}" for key, (chance, value) in options.items() if maybe(chance)]


def call(function, arguments=(), options=()):
    return f"{function}({', '.join([*arguments, *options])})"


# Types.

GENERIC = """Integer BigInteger SmallInteger Date Boolean Text String Float Numeric DateTime Time Interval
    LargeBinary JSON Uuid Unicode UnicodeText INTEGER BIGINT SMALLINT VARCHAR TEXT NUMERIC DECIMAL REAL FLOAT
    TIMESTAMP DATE TIME BOOLEAN CHAR Double DOUBLE DOUBLE_PRECISION UUID PickleType BINARY VARBINARY BLOB CLOB
    NVARCHAR NCHAR DATETIME INT ARRAY Enum MatchType""".split()
OF_DIALECT = """INET CIDR MACADDR MACADDR8 MONEY OID REGCLASS REGCONFIG TSVECTOR TSQUERY INT4RANGE INT8RANGE
    NUMRANGE DATERANGE TSRANGE TSTZRANGE INT4MULTIRANGE TSTZMULTIRANGE JSONPATH BYTEA HSTORE CITEXT
    DOUBLE_PRECISION REAL INTEGER BIGINT SMALLINT VARCHAR TEXT CHAR BOOLEAN DATE NUMERIC FLOAT UUID JSON JSONB
    TIMESTAMP TIME INTERVAL BIT DOMAIN""".split()
EVERYDAY = ["sa.Integer()", "sa.String(length=50)", "sa.Text()", "sa.BigInteger()", "sa.DateTime(timezone=True)",
            "sa.Boolean()"]


def enumeration():
    labels = [one_of("new", "old", "it's", "Mixed", "100%", "a:b", "é", "") for _ in range(rng.randrange(1, 4))]
    common = {
        "name": (0.9, lambda: one_of("mood", "Mood", "order", "my enum", "status", "m%d")),
        "schema": (0.2, schema),
        "inherit_schema": (0.05, truth),
    }
    if maybe(0.4):
        options = keywords(**common, create_type=(0.4, truth), metadata=(0.03, lambda: "None"))
        return call("postgresql.ENUM", dict.fromkeys(labels), options)
    options = keywords(**common, native_enum=(0.3, truth), create_constraint=(0.3, truth), length=(0.2, size),
                       create_type=(0.03, truth), validate_strings=(0.05, truth))
    return call("sa.Enum", dict.fromkeys(labels), options)


def some_type(depth=0):
    def array():
        options = keywords(dimensions=(0.3, lambda: pick(["1", "2", "3", "None"])), as_tuple=(0.1, truth),
                           zero_indexes=(0.1, truth))
        return call(pick(["sa.ARRAY", "postgresql.ARRAY"]), [some_type(depth + 1)], options)

    ways = [
        lambda: f"sa.{pick(GENERIC)}{pick(['', '()', '()'])}",
        lambda: f"postgresql.{pick(OF_DIALECT)}()",
        lambda: call("sa." + pick(["String", "VARCHAR", "Unicode", "CHAR", "Text", "UnicodeText", "TEXT"]),
                     [size()] if maybe(0.5) else [], keywords(collation=(0.15, collation))),
        lambda: call("sa." + pick(["Numeric", "NUMERIC", "DECIMAL"]), [size(), size()][:rng.randrange(3)],
                     keywords(asdecimal=(0.2, truth), decimal_return_scale=(0.1, size))),
        lambda: call("sa.Numeric", (), keywords(precision=(0.6, size), scale=(0.6, size))),
        lambda: call("sa." + pick(["Float", "FLOAT", "REAL", "Double", "DOUBLE", "DOUBLE_PRECISION"]), (),
                     keywords(precision=(0.4, size), asdecimal=(0.2, truth))),
        lambda: call("sa." + pick(["DateTime", "TIMESTAMP", "Time", "TIME"]), (), keywords(timezone=(0.6, truth))),
        lambda: call("postgresql." + pick(["TIMESTAMP", "TIME"]), (),
                     keywords(timezone=(0.6, truth), precision=(0.4, size))),
        lambda: call("sa.Interval", (), keywords(native=(0.2, truth), second_precision=(0.3, size),
                                                 day_precision=(0.2, size))),
        lambda: call("postgresql.INTERVAL", (),
                     keywords(fields=(0.4, lambda: one_of("YEAR TO MONTH", "DAY TO SECOND", "HOUR")),
                              precision=(0.4, size))),
        lambda: call("postgresql." + pick(["JSON", "JSONB"]), (),
                     keywords(astext_type=(0.6, lambda: pick(["sa.Text()", "Text()", "sa.String"])),
                              none_as_null=(0.1, truth))),
        lambda: call(pick(["sa.UUID", "sa.Uuid", "postgresql.UUID"]), (),
                     keywords(as_uuid=(0.5, truth), native_uuid=(0.1, truth))),
        lambda: call("postgresql.BIT", [size()] if maybe() else [], keywords(varying=(0.4, truth))),
        lambda: call("postgresql.HSTORE", (), keywords(text_type=(0.5, lambda: "sa.Text()"))),
        lambda: call("postgresql.CITEXT", (), keywords(collation=(0.3, collation))),
        lambda: call("postgresql.DOMAIN", [one_of("dom", "Dom"), "sa.Integer()"], keywords(nullable=(0.3, truth))),
        lambda: call("sa.LargeBinary", (), keywords(length=(0.3, size))),
        lambda: call("sa.Boolean", (), keywords(create_constraint=(0.3, truth), name=(0.3, lambda: "'ck'"))),
        enumeration, enumeration,
    ]
    if depth < 2:
        ways += [array, array]
    return pick(ways)() if maybe(0.7) else pick(EVERYDAY)


# Columns and constraints.


def identity():
    return call("sa.Identity", (), keywords(
        always=(0.5, truth), start=(0.25, size), increment=(0.25, size), minvalue=(0.25, size),
        maxvalue=(0.25, size), nominvalue=(0.1, truth), nomaxvalue=(0.1, truth), cycle=(0.25, truth),
        cache=(0.25, size), order=(0.05, truth), on_null=(0.05, truth)))


def computed():
    sql = expression() if maybe(0.7) else sa_text()
    return call("sa.Computed", [sql], keywords(persisted=(0.8, truth_or_none)))


def server_default():
    ways = [
        text, sa_text, sa_text, sa_text, identity, computed,
        lambda: pick(["sa.func.now()", "sa.func.current_timestamp()", "sa.func.CURRENT_DATE()",
                      "sa.func.gen_random_uuid()", "sa.func.lower('X')", "sa.func.coalesce(1, 2)",
                      "sa.func.public.f()"]),
        lambda: pick(["sa.true()", "sa.false()", "sa.null()"]),
        lambda: f"sa.literal_column({expression()})",
        lambda: pick(["None", "False", "sa.FetchedValue()", "'1'", "'0'", "'true'", "sa.literal(1)",
                      "sa.literal('x')", "sa.cast('1', sa.Integer)", "sa.cast(1, sa.Integer)",
                      "sa.cast('{}', postgresql.JSONB)", "sa.cast('2020-01-01', sa.Date)",
                      "sa.cast('x', sa.String(5))", "sa.cast(True, sa.Boolean)", "sa.cast(1.5, sa.Numeric(5, 1))",
                      "sa.cast(sa.literal('x'), postgresql.JSONB)",
                      "sa.func.now() + sa.text(\"interval '1 day'\")", "sa.DefaultClause('x')",
                      "sa.DefaultClause(sa.text('now()'))"]),
    ]
    return pick(ways)()


def deferral():
    return keywords(deferrable=(0.12, truth_or_none),
                    initially=(0.12, lambda: one_of("DEFERRED", "IMMEDIATE", "deferred")))


def link():
    actions = ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "cascade", "SET DEFAULT"]
    return deferral() + keywords(
        ondelete=(0.4, lambda: one_of(*actions)), onupdate=(0.15, lambda: one_of(*actions)),
        match=(0.1, lambda: one_of("FULL", "SIMPLE", "full")), use_alter=(0.1, truth),
        postgresql_not_valid=(0.1, truth))


def foreign_key():
    target = one_of("users.id", "app.users.id", "Mixed.Id", "users.user id", "order.id")
    return call("sa.ForeignKey", [target], keywords(name=(0.3, constraint_name)) + link())


def column(given=None):
    arguments = [quoted(given) if given else name(), some_type()]
    if maybe(0.15):
        arguments.append(foreign_key())
    if maybe(0.06):
        arguments.append(identity())
    if maybe(0.05):
        arguments.append(computed())
    if maybe(0.04):
        arguments.append(call("sa.CheckConstraint", [expression()], keywords(name=(0.5, constraint_name))))
    if maybe(0.03):
        arguments.append(call("sa.Sequence", [one_of("s", "My Seq")],
                              keywords(start=(0.25, size), schema=(0.25, schema), optional=(0.25, truth))))
    return call("sa.Column", arguments, keywords(
        nullable=(0.6, truth_or_none), server_default=(0.35, server_default), primary_key=(0.12, truth),
        autoincrement=(0.1, lambda: pick(["True", "False", "'auto'", "'ignore_fk'"])),
        unique=(0.12, truth_or_none), index=(0.12, truth_or_none),
        comment=(0.2, lambda: pick([text(), text(), "None"])),
        default=(0.05, lambda: pick(["1", "None", "'x'", "sa.text('x')", "sa.func.now()", "lambda: 1", "dict",
                                     "uuid.uuid4"])),
        key=(0.02, lambda: "'k'"), info=(0.03, lambda: "{}"), onupdate=(0.03, lambda: "sa.func.now()"),
        doc=(0.02, lambda: "'d'"), quote=(0.02, truth), system=(0.01, truth)))


def exclusion(among):
    elements = []
    for _ in range(rng.randrange(1, 3)):
        it = quoted(pick(among))
        it = pick([it, f"sa.column({it})", sa_text(), f"sa.func.lower(sa.column({it}))"])
        elements.append(f"({it}, {one_of('=', '&&', '<>')})")
    return elements, deferral() + keywords(
        using=(0.5, lambda: one_of("gist", "btree", "GIST")),
        where=(0.3, lambda: pick([expression(), sa_text()])),
        ops=(0.1, lambda: f"{{{quoted(pick(among))}: 'gist_ops'}}"))


def constraint(among):
    some = rng.sample(among, rng.randrange(1, len(among) + 1))
    include = (0.1, lambda: listed([quoted(pick(among))]))

    def foreign():
        table = pick(["users", "app.users", "Mixed"])
        targets = [quoted(f"{table}.{it.replace('.', '')}") for it in some]
        arguments = [listed(map(quoted, some)), listed(targets)]
        return call("sa.ForeignKeyConstraint", arguments, keywords(name=(0.6, constraint_name)) + link())

    def exclude():
        elements, options = exclusion(among)
        return call("postgresql.ExcludeConstraint", elements, keywords(name=(0.6, constraint_name)) + options)

    ways = [
        lambda: call("sa.PrimaryKeyConstraint", map(quoted, some), keywords(
            name=(0.5, constraint_name), deferrable=(0.05, truth_or_none), postgresql_include=include)),
        lambda: call("sa.UniqueConstraint", map(quoted, some), deferral() + keywords(
            name=(0.6, constraint_name), postgresql_nulls_not_distinct=(0.1, truth_or_none),
            postgresql_include=include)),
        lambda: call("sa.UniqueConstraint", map(quoted, some)),
        lambda: call("sa.CheckConstraint", [expression() if maybe(0.7) else sa_text()], keywords(
            name=(0.6, constraint_name), deferrable=(0.05, truth_or_none), postgresql_not_valid=(0.1, truth))),
        foreign, exclude,
    ]
    return pick(ways)()


# Directives: a name, arguments and options. In a batch the table is not among the arguments.


def create_table():
    columns = names()
    parts = [column(it) for it in columns] + [constraint(columns) for _ in range(rng.randrange(3))]
    return "create_table", [name(), *parts], keywords(
        schema=(0.2, lambda: pick([schema(), "None"])), comment=(0.2, text), if_not_exists=(0.1, truth),
        postgresql_partition_by=(0.08, lambda: one_of("RANGE (a)", "LIST (b)", "HASH (c)")),
        postgresql_inherits=(0.05, lambda: pick(["'base'", "('a', 'B c')"])),
        postgresql_with=(0.05, lambda: pick(["{'fillfactor': 70}", "{'autovacuum_enabled': False, 'x': 1.5}", "{}"])),
        postgresql_tablespace=(0.05, lambda: one_of("ts", "My TS")),
        postgresql_on_commit=(0.03, lambda: "'DROP'"),
        prefixes=(0.05, lambda: pick(["['UNLOGGED']", "['TEMPORARY']"])),
        postgresql_using=(0.03, lambda: "'heap'"), mysql_engine=(0.05, lambda: "'InnoDB'"),
        sqlite_autoincrement=(0.03, lambda: "True"), info=(0.02, lambda: "{}"), quote=(0.02, truth))


def index_element(among):
    it = quoted(pick(among))
    if maybe(0.6):
        return it
    if maybe(0.5):
        return call("sa.text", [one_of("lower(name)", "a DESC", "(a + 1)", "a varchar_pattern_ops",
                                       "(data ->> 'x')", "a :: text", "a DESC NULLS LAST")])
    of = f"sa.column({it})"
    return pick([f"sa.literal_column({one_of('lower(x)', 'a DESC')})", f"sa.func.lower({of})", f"sa.desc({it})",
                 f"{of}.desc()", f"{of}.desc().nulls_last()", f"sa.func.coalesce({of}, 'x')", f"sa.asc({it})",
                 f"sa.nulls_first({of})", f"sa.func.lower({it})"])


def create_index(table, within):
    among = names()
    given = one_of("ix_a", "ix_Mixed", "ix%", "i" * 63, "i" * 70, "order")
    given = pick([given, f"op.f({given})"]) if maybe(0.97) else "None"
    elements = listed(index_element(among) for _ in range(rng.randrange(1, 3)))
    return "create_index", [given, *table, elements], within + keywords(
        unique=(0.5, truth), if_not_exists=(0.1, truth),
        postgresql_using=(0.25, lambda: one_of("gin", "GIN", "btree", "hash", "my_am")),
        postgresql_where=(0.25, lambda: pick([sa_text(), sa_text(), "None", "sa.column('a') > 5", expression()])),
        postgresql_include=(0.15, lambda: pick([listed([name()]), "[]", "None"])),
        postgresql_ops=(0.2, lambda: f"{{{quoted(pick(among))}: 'gin_trgm_ops'}}"),
        postgresql_with=(0.1, lambda: "{'fillfactor': 50}"),
        postgresql_nulls_not_distinct=(0.15, truth_or_none), postgresql_tablespace=(0.05, lambda: "'ts'"),
        postgresql_concurrently=(0.1, truth), sqlite_where=(0.05, lambda: "sa.text('x')"),
        mysql_length=(0.03, lambda: "{'a': 10}"))


def alter_column(table, within):
    return "alter_column", [*table, name()], within + keywords(
        nullable=(0.4, truth_or_none), type_=(0.4, some_type), server_default=(0.3, server_default),
        new_column_name=(0.2, name), comment=(0.2, lambda: pick([text(), "None"])),
        existing_type=(0.5, some_type), existing_nullable=(0.4, truth_or_none),
        existing_server_default=(0.25, server_default), existing_comment=(0.15, text),
        postgresql_using=(0.2, lambda: one_of("a::integer", "b::text", "(c)::mood")), autoincrement=(0.05, truth))


VALUES = {
    "sa.Integer": ["1", "0", "-5", "None", "2**10", "True"],
    "sa.BigInteger()": ["1", "-5", "None"],
    "sa.String": None, "sa.Text()": None, "sa.Enum('a', 'b', name='e')": ["'a'", "None"],
    "sa.Boolean()": ["True", "False", "None"],
    "sa.Numeric(10, 2)": ["1", "1.5", "-0.25", "None", "1e10", "1e-7", "Decimal('1.10')"],
    "sa.Float()": ["1", "1.5", "1e-7", "1e22", "None"],
    "postgresql.JSONB()": ["{}", "{'a': 1}", "[1, 'x']", "None", "'s'", "{'é': [True, None]}"],
    "sa.DateTime()": ["None", "datetime.datetime(2020, 1, 2, 3, 4, 5)", "'2020-01-01'"],
    "sa.Date()": ["None", "datetime.date(2020, 1, 2)", "'2020-01-01'"],
    "postgresql.ARRAY(sa.Integer)": ["[1, 2]", "[]", "None"],
    "postgresql.UUID()": ["'12345678-1234-5678-1234-567812345678'", "None", "uuid.uuid4()"],
    "sa.LargeBinary()": ["b'x'", "None"],
}


def bulk_insert():
    types = {it: pick(list(VALUES)) for it in names()}
    columns = [call("sa.column", [quoted(it), kind] if maybe(0.9) else [quoted(it)]) for it, kind in types.items()]
    table = call("sa.table", [name(), *columns], keywords(schema=(0.1, schema)))

    def row():
        given = {quoted(it): pick(VALUES[kind] or [text(), "None"]) for it, kind in types.items() if maybe(0.95)}
        return "{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}"

    return "bulk_insert", [table, listed(row() for _ in range(rng.randrange(1, 4)))], keywords(
        multiinsert=(0.1, truth))


def execute():
    statement = pick([
        expression(), sa_text(), quoted("INSERT INTO t VALUES ('" + pick(TEXTS).replace("'", "''") + "')"),
        '"""\n    UPDATE x\n    SET y = \'%\'\n    """', "sa.text(\"SELECT 'a:b', '::', 1::int\")",
        "sa.text('SELECT :x').bindparams(x=1)", "sa.table('t', sa.column('a')).update().values(a=1)",
        "sa.delete(sa.table('t', sa.column('a')))", "sa.schema.CreateSequence(sa.Sequence('s'))",
        "sa.schema.DropSequence(sa.Sequence('s', schema='x'))", "sa.schema.CreateSchema('App')",
        "sa.schema.DropSchema('app', cascade=True)", "'SELECT %(x)s'"])
    return "execute", [statement], keywords(execution_options=(0.05, lambda: "{}"))


def of_a_table(table, within):
    """What names a table, or stands in a batch."""
    among = names()
    columns = listed(map(quoted, among))
    ways = [
        lambda: create_index(table, within),
        lambda: alter_column(table, within),
        lambda: alter_column(table, within),
        lambda: ("add_column", [*table, column()], within),
        lambda: ("add_column", [*table, column()], within),
        lambda: ("drop_column", [*table, name()], within + keywords(mssql_drop_default=(0.05, truth))),
        lambda: ("drop_constraint", [constraint_name(), *table], within + keywords(
            type_=(0.4, lambda: one_of("unique", "foreignkey", "check", "primary")), if_exists=(0.1, truth))),
        lambda: ("create_unique_constraint", [constraint_name(), *table, columns], within + deferral() + keywords(
            postgresql_nulls_not_distinct=(0.1, truth), postgresql_include=(0.1, lambda: "['a']"))),
        lambda: ("create_primary_key", [constraint_name(), *table, columns], within),
        lambda: ("create_check_constraint", [constraint_name(), *table, pick([
            expression(), sa_text(), "sa.column('a') > 5", "sa.func.length(sa.column('n')) > 3"])],
            within + keywords(deferrable=(0.1, truth_or_none), postgresql_not_valid=(0.1, truth))),
        lambda: ("create_table_comment", [*table, pick([text(), "None"])],
                 within + keywords(existing_comment=(0.3, text))),
        lambda: ("drop_table_comment", table, within + keywords(existing_comment=(0.3, text))),
    ]
    return pick(ways)()


def on_its_own():
    def foreign():
        pairs = range(rng.randrange(1, 3))
        return "create_foreign_key", [constraint_name(), name(), name(), listed(name() for _ in pairs),
                                      listed(name() for _ in pairs)], link() + keywords(
            referent_schema=(0.15, schema), source_schema=(0.15, schema))

    def exclude():
        elements, options = exclusion(names())
        return "create_exclude_constraint", [constraint_name(), name(), *elements], options + keywords(
            schema=(0.1, schema))

    ways = [
        create_table, create_table, create_table, bulk_insert, execute, foreign, exclude,
        lambda: ("drop_table", [name()], keywords(schema=(0.2, schema), if_exists=(0.1, truth))),
        lambda: ("rename_table", [name(), name()], keywords(schema=(0.2, schema))),
        lambda: ("drop_index", [pick(["'ix_a'", "op.f('ix_a')", "'ix Mixed'", repr("i" * 70)])], keywords(
            table_name=(0.7, name), schema=(0.15, schema), if_exists=(0.1, truth),
            postgresql_concurrently=(0.1, truth), postgresql_where=(0.1, lambda: "sa.text('x')"))),
    ]
    return pick(ways)()


def statement():
    def said(to, directive):
        directive, arguments, options = directive
        return call(f"{to}.{directive}", arguments, options)

    if maybe(0.05):
        opened = call("op.batch_alter_table", [name()], keywords(schema=(0.3, schema)))
        body = [said("batch_op", of_a_table([], [])) for _ in range(rng.randrange(1, 4))]
        return f"with {opened} as batch_op:\n        " + "\n        ".join(body)
    if maybe(0.4):
        return said("op", on_its_own())
    return said("op", of_a_table([name()], keywords(schema=(0.15, schema))))


def printed(module):
    """What Alembic prints of a module's upgrade."""
    buffer = io.StringIO()
    options = {"as_sql": True, "output_buffer": buffer, "transactional_ddl": False, "literal_binds": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    # As a connection finds it: without one, older releases of SQLAlchemy double backslashes.
    context.dialect._backslash_escapes = False
    with Operations.context(context):
        module.upgrade()
    # Percent signs are doubled for a driver that halves them.
    return buffer.getvalue().replace("%%", "%")


def told(path, revision):
    source = HEAD.format(revision=revision, body="\n    ".join(statement() for _ in range(rng.randrange(1, 4))))
    path.write_text(source, encoding="utf-8")
    try:
        spec = importlib.util.spec_from_file_location(revision, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return {"source": source, "sql": printed(module)}
    except Exception as error:
        return {"source": source, "error": f"{type(error).__name__}: {error}"}


warnings.simplefilter("ignore")
sys.dont_write_bytecode = True
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "revision.py")
    json.dump([told(path, f"r{number}") for number in range(int(sys.argv[2]))], sys.stdout)
