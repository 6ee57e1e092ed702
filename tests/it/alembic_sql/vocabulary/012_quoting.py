"""quoting

Revision ID: r012
Revises: r011
Create Date: 2026-01-12 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r012"
down_revision: Union[str, None] = "r011"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("Order", sa.Column("ID", sa.Integer(), primary_key=True), sa.Column("user", sa.String()), sa.Column("a b", sa.String()), sa.Column("größe", sa.Integer(), index=True),
        sa.Column('q"x', sa.Integer()), sa.Column("1st", sa.Integer()), sa.Column("limit", sa.Integer(), unique=True), sa.Column("name", sa.Integer(), comment="plain"), sa.Column("pct%", sa.Integer()),
        sa.CheckConstraint('"1st" > 0', name="Check It"), sa.UniqueConstraint("user", "a b", name="Uq"))
    op.create_index("Ix Order", "Order", ["user", "a b"])
    op.alter_column("Order", "user", new_column_name="group", comment="who")
    op.add_column("Order", sa.Column("select", sa.Integer(), sa.ForeignKey("Order.ID")))


def downgrade() -> None:
    op.drop_constraint("Check It", "Order")
    op.drop_index("Ix Order", "Order")
    op.drop_table("Order")
