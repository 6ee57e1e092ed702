"""schemas

Revision ID: r013
Revises: r012
Create Date: 2026-01-13 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r013"
down_revision: Union[str, None] = "r012"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSchema("App", if_not_exists=True))
    op.execute("CREATE SCHEMA shop")
    op.create_table("items", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("code", sa.String(), index=True, unique=True), sa.Column("n", sa.Integer(), comment="count"),
        sa.Column("state", sa.Enum("new", "old", name="state", schema="shop")), sa.UniqueConstraint("n", name="uq_n"), schema="shop", comment="for sale")
    op.create_table("items", sa.Column("id", sa.Integer(), sa.ForeignKey("shop.items.id"), nullable=False), sa.ForeignKeyConstraint(["id"], ["shop.items.id"], name="fk2"), schema="App")
    op.create_index("ix_items_n", "items", ["n"], schema="shop")
    op.add_column("items", sa.Column("extra", sa.Text(), unique=True, comment="more"), schema="shop")
    op.alter_column("items", "extra", nullable=False, schema="shop", comment="less", new_column_name="rest")
    op.create_foreign_key("fk3", "items", "items", ["id"], ["id"], source_schema="App", referent_schema="shop")
    op.create_unique_constraint("uq_rest", "items", ["rest", "n"], schema="shop")
    op.create_table_comment("items", "sold", schema="shop")
    with op.batch_alter_table("items", schema="shop") as batch_op:
        batch_op.add_column(sa.Column("d", sa.Integer()))
        batch_op.create_foreign_key("fk4", "items", ["d"], ["id"], referent_schema="shop")
    op.rename_table("items", "wares", schema="shop")
    op.bulk_insert(sa.table("wares", sa.column("id", sa.Integer), sa.column("rest", sa.Text), schema="shop"), [{"id": 1, "rest": "r"}])


def downgrade() -> None:
    op.drop_constraint("fk3", "items", schema="App", type_="foreignkey")
    op.drop_table("items", schema="App")
    op.drop_index("ix_items_n", table_name="wares", schema="shop")
    op.drop_column("wares", "d", schema="shop")
    op.drop_table("wares", schema="shop")
    op.execute(sa.schema.DropSchema("App", cascade=True))
    op.execute("DROP SCHEMA shop CASCADE")
