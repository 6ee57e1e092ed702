"""comments

Revision ID: r007
Revises: r006
Create Date: 2026-01-07 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r007"
down_revision: Union[str, None] = "r006"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("told", sa.Column("id", sa.Integer(), nullable=False, comment="the key; it's"), sa.Column("a", sa.Integer(), comment="of %s 100%"), sa.PrimaryKeyConstraint("id"), comment="A table, 'told'")
    op.create_table_comment("told", "Another", existing_comment="A table, 'told'")
    op.alter_column("told", "a", existing_type=sa.INTEGER(), comment="new 'word'", existing_comment="of", existing_nullable=True)


def downgrade() -> None:
    op.alter_column("told", "a", existing_type=sa.INTEGER(), comment=None, existing_comment="new", existing_nullable=True)
    op.drop_table_comment("told", existing_comment="Another")
    op.drop_table("told")
