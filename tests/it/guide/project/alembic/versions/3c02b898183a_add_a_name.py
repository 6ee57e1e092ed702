"""add a name

Revision ID: 3c02b898183a
Revises: 2b7edeccd9e3
Create Date: 2026-03-01 10:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '3c02b898183a'
down_revision: Union[str, None] = '2b7edeccd9e3'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column('users', sa.Column('name', sa.String(length=80), nullable=True))


def downgrade() -> None:
    op.drop_column('users', 'name')
