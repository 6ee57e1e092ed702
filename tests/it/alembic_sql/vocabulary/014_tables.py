"""tables

Revision ID: r014
Revises: r013
Create Date: 2026-01-14 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r014"
down_revision: Union[str, None] = "r013"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

def id_column():
    return sa.Column("id", sa.Integer(), primary_key=True)


def timestamps():
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), onupdate=sa.func.now()),
    ]


def upgrade() -> None:
    op.create_table("parent", sa.Column("id", sa.Integer(), nullable=False), sa.Column("at", sa.Date(), nullable=False), postgresql_partition_by="RANGE (at)")
    op.execute("CREATE TABLE parent_2020 PARTITION OF parent FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')")
    op.create_table("base", sa.Column("id", sa.Integer()), mysql_engine="InnoDB", info={"a": 1})
    op.create_table("derived", sa.Column("x", sa.Integer()), postgresql_inherits="base")
    op.create_table("fast", sa.Column("x", sa.Integer()), prefixes=["UNLOGGED"])
    op.create_table("empty")
    op.create_table("cyclic", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("other", sa.Integer(), sa.ForeignKey("empty.id", use_alter=True)))
    op.create_table("not_null", sa.Column("a", sa.Text(), nullable=None), sa.Column("b", sa.Text(), primary_key=True), sa.Column("c", sa.Integer()), sa.PrimaryKeyConstraint("c", name="pk_c"))
    op.create_index("ix_not_null", "not_null", [sa.desc("a"), sa.column("b").desc()], postgresql_ops={"b": "text_pattern_ops"})
    op.add_column("not_null", sa.Column("today", sa.Date(), server_default=sa.func.CURRENT_DATE()))
    op.add_column("not_null", sa.Column("three", sa.Numeric(), server_default=sa.cast(3, sa.Numeric)))
    for name in ("t1", "t2"):
        op.create_table(name, id_column(), *timestamps())


def downgrade() -> None:
    for name in ["t2", "t1", "not_null", "cyclic", "empty", "fast", "derived", "base", "parent"]:
        op.drop_table(name)
