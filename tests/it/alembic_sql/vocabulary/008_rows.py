"""rows

Revision ID: r008
Revises: r007
Create Date: 2026-01-08 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import table, column

# revision identifiers, used by Alembic.
revision: str = "r008"
down_revision: Union[str, None] = "r007"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None
dict_row = {"id": 4, "name": "four"}


def upgrade() -> None:
    users = op.create_table("accounts", sa.Column("id", sa.Integer(), nullable=False), sa.Column("name", sa.String()), sa.Column("vip", sa.Boolean()), sa.Column("score", sa.Numeric(10, 2)),
        sa.Column("born", sa.Date()), sa.Column("data", sa.JSON()), sa.Column("kind", sa.Enum("p", "q", name="account_kind")), sa.Column("words", postgresql.ARRAY(sa.String())), sa.PrimaryKeyConstraint("id"))
    op.bulk_insert(users, [
        {"name": "it's", "vip": True, "score": 1.5, "id": 1},
        {"id": 2, "name": None, "vip": False, "score": 7},
    ])
    again = sa.table("accounts", sa.column("name", sa.String), sa.column("kind"), sa.column("id", sa.Integer()))
    op.bulk_insert(again, [{"id": 3, "name": "100% :x"}], multiinsert=False)
    op.bulk_insert(table("accounts", column("id", sa.Integer), column("name", sa.String)), [dict_row, {"id": 5, "name": "five"}])
    op.bulk_insert(users, [])
    rows = [{"id": 6, "words": ["a", "b'c"]}]
    op.bulk_insert(sa.table("accounts", sa.column("id", sa.Integer), sa.column("words", sa.ARRAY(sa.String()))), rows)


def downgrade() -> None:
    op.execute("DELETE FROM accounts WHERE id > 2")
    op.drop_table("accounts")
    op.execute("DROP TYPE IF EXISTS account_kind")
