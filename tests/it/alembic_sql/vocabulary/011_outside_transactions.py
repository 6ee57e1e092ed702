"""outside transactions

Revision ID: r011
Revises: r010
Create Date: 2026-01-11 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r011"
down_revision: Union[str, None] = "r010"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("busy", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("n", sa.Integer()))
    op.execute("CREATE TYPE traffic AS ENUM ('red')")
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE traffic ADD VALUE 'green'")
        op.create_index("ix_busy_n", "busy", ["n"], postgresql_concurrently=True)
    op.add_column("busy", sa.Column("light", sa.Enum("red", "green", name="traffic"), server_default="green"))


def downgrade() -> None:
    op.drop_column("busy", "light")
    with op.get_context().autocommit_block():
        op.drop_index("ix_busy_n", table_name="busy", postgresql_concurrently=True, if_exists=True)
    op.drop_table("busy")
    op.execute("DROP TYPE traffic")
