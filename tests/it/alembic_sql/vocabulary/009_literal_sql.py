"""literal sql

Revision ID: r009
Revises: r008
Create Date: 2026-01-09 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
import textwrap

# revision identifiers, used by Alembic.
revision: str = "r009"
down_revision: Union[str, None] = "r008"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None
TABLE = "plain"
DEFAULT: str = "none"
TRIGGERS = (("on_insert", "INSERT"), ("on_update", "UPDATE"))


def add_columns(table, name, kind=sa.Text(), *, nullable=True):
    op.add_column(table, sa.Column(name, kind, nullable=nullable))


def upgrade() -> None:
    """A docstring."""
    op.execute("CREATE TABLE plain (id int, note text)")
    op.execute(
        """
        INSERT INTO plain (id, note)
        VALUES (1, 'a; b'), (2, '12:30'), (3, '50 %');
        """
    )
    op.execute(sa.text("UPDATE plain SET note = 'x\\:y' WHERE id = 1::int"))
    op.execute(f"ALTER TABLE {TABLE} ADD COLUMN {'extra'} text DEFAULT '{DEFAULT}'")
    op.execute("ALTER TABLE " + TABLE + " ADD COLUMN " "more int")
    op.execute(
        textwrap.dedent("""
            CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.note := 'x' || NEW.note; -- said; with a semicolon
                RETURN NEW;
            END
            $$;
        """)
    )
    for name, event in TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON plain FOR EACH ROW EXECUTE FUNCTION bump()")
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        bind.execute(sa.text("COMMENT ON FUNCTION bump() IS 'native'"))
    else:
        raise RuntimeError("no")
    conn = op.get_bind()
    conn.execute(sa.text("UPDATE plain SET id = id + 10"))
    add_columns("plain", "c1", kind=sa.Date())
    add_columns("plain", "c2")
    more: list = ["c3"]
    for column in more + ["c4"]:
        add_columns("plain", column)
    print("done")


def downgrade() -> None:
    op.execute("DROP TABLE plain")
    op.execute("DROP FUNCTION bump")
