"""batch

Revision ID: r010
Revises: r009
Create Date: 2026-01-10 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r010"
down_revision: Union[str, None] = "r009"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("lots", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("a", sa.String()), sa.Column("b", sa.String()))
    with op.batch_alter_table("lots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("c", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("parent", sa.Integer(), nullable=True))
        batch_op.alter_column("a", existing_type=sa.VARCHAR(), nullable=False, server_default="x")
        batch_op.drop_column("b")
        batch_op.create_index(batch_op.f("ix_lots_c"), ["c"], unique=False)
        batch_op.create_unique_constraint("uq_lots_a", ["a"])
        batch_op.create_foreign_key("fk_lots", "lots", ["parent"], ["id"], ondelete="CASCADE")
        batch_op.create_check_constraint("ck_c", "c > 0")
        batch_op.create_table_comment("many")
        batch_op.execute("SELECT 1")
    with op.batch_alter_table("lots") as b:
        b.alter_column("a", new_column_name="z", existing_type=sa.String(), type_=sa.Text(), insert_after="c")


def downgrade() -> None:
    with op.batch_alter_table("lots", schema=None) as batch_op:
        batch_op.drop_table_comment(existing_comment="many")
        batch_op.drop_constraint("ck_c", type_="check")
        batch_op.drop_constraint(batch_op.f("fk_lots"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_lots_c"))
    op.drop_table("lots")
