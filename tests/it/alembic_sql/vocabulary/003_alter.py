"""alter

Revision ID: r003
Revises: r002
Create Date: 2026-01-03 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r003"
down_revision: Union[str, None] = "r002"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(10)),
        sa.Column("size", sa.String()), sa.Column("weight", sa.Integer(), nullable=False), sa.Column("kind", sa.Enum("a", "b", native_enum=False, create_constraint=True, name="kind_ok")))
    op.alter_column("things", "name", existing_type=sa.String(length=10), nullable=False)
    op.alter_column("things", "name", existing_type=sa.String(length=10), type_=sa.Text(), existing_nullable=False)
    op.alter_column("things", "size", type_=sa.Integer(), postgresql_using="size::integer", existing_type=sa.VARCHAR(), nullable=False, server_default=sa.text("0"), comment="how big", new_column_name="extent")
    op.alter_column("things", "weight", server_default="7", existing_type=sa.INTEGER(), existing_server_default=None)
    op.alter_column("things", "weight", nullable=True, existing_type=sa.INTEGER(), autoincrement=False)
    op.alter_column("things", "kind", existing_type=sa.Enum("a", "b", native_enum=False, create_constraint=True, name="kind_ok"), type_=sa.Enum("a", "b", "ccc", native_enum=False, create_constraint=True, name="kind_ok"))
    op.add_column("things", sa.Column("made", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False))
    op.add_column("things", sa.Column("owner", sa.Integer(), sa.ForeignKey("things.id", ondelete="CASCADE"), nullable=True))
    op.add_column("things", sa.Column("slug", sa.String(), unique=True, comment="in URLs"))
    op.add_column("things", sa.Column("rank", sa.Integer(), sa.CheckConstraint("rank > 0"), index=True))
    op.add_column("things", sa.Column("mood", sa.Enum("x", "y", native_enum=False, create_constraint=True, name="mood_ok", length=9)))
    op.rename_table("things", "goods")
    op.alter_column("goods", "weight", new_column_name="Mass")


def downgrade() -> None:
    op.alter_column("goods", "Mass", new_column_name="weight", existing_type=sa.Integer())
    op.rename_table("goods", "things")
    op.drop_column("things", "mood")
    op.drop_column("things", "rank")
    op.drop_column("things", "slug")
    op.drop_column("things", "owner")
    op.drop_column("things", "made")
    op.alter_column("things", "weight", existing_type=sa.INTEGER(), server_default=None)
    op.alter_column("things", "extent", comment=None, existing_comment="how big")
    op.drop_table("things")
