"""only online

Revision ID: r016
Revises: r015
Create Date: 2026-01-16 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r016"
down_revision: Union[str, None] = "r015"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    weather = postgresql.ENUM("hot", "cold", name="Weather")
    weather.create(op.get_bind())
    weather.create(op.get_bind(), checkfirst=True)
    sa.Enum("a", name="grade").create(op.get_bind(), checkfirst=True)
    op.create_table(
        "log",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), server_default="C:\\temp"),
        sa.Column("weather", postgresql.ENUM("hot", "cold", name="Weather", create_type=False)),
        sa.Column("flag", sa.Boolean()),
        sa.Column("day", sa.Date()),
    )
    op.bulk_insert(
        sa.table("log", sa.column("name"), sa.column("flag"), sa.column("day")),
        [
            {"name": "50 % of \\d", "flag": True, "day": "2020-02-03"},
            {"name": None, "flag": False, "day": None},
        ],
    )
    op.execute("UPDATE log SET name = name || '	x' WHERE id % 2 = 0")
    op.get_bind().exec_driver_sql("COMMENT ON TABLE log IS ':x'")


def downgrade() -> None:
    op.drop_table("log")
    postgresql.ENUM(name="Weather").drop(op.get_bind())
    sa.Enum(name="grade").drop(op.get_bind(), checkfirst=True)
    postgresql.ENUM(name="missing").drop(op.get_bind(), checkfirst=True)
