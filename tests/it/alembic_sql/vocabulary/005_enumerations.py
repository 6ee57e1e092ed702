"""enumerations

Revision ID: r005
Revises: r004
Create Date: 2026-01-05 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r005"
down_revision: Union[str, None] = "r004"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("cats", sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mood", sa.Enum("sad", "it's", "happy", name="mood"), nullable=False, server_default="sad"),
        sa.Column("other", sa.Enum("sad", "it's", "happy", name="mood"), nullable=True),
        sa.Column("size", postgresql.ENUM("S", "L", name="Size"), nullable=True),
        sa.Column("moods", postgresql.ARRAY(sa.Enum("u", "v", name="letter")), nullable=True),
        sa.Column("color", sa.Enum("red", "green", name="color", native_enum=False), nullable=True),
        sa.Column("shape", sa.Enum("o", "x", name="shape_ok", native_enum=False, create_constraint=True), nullable=True),
        sa.PrimaryKeyConstraint("id"))
    op.create_table("dogs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("mood", sa.Enum("sad", "it's", "happy", name="mood")),
        sa.Column("size", postgresql.ENUM("S", "L", name="Size", create_type=False)))
    weather = postgresql.ENUM("sun", "rain", name="weather", create_type=False)
    weather.create(op.get_bind(), checkfirst=False)
    sa.Enum("n", "s", name="pole").create(op.get_bind())
    op.add_column("dogs", sa.Column("weather", weather, nullable=True))
    op.add_column("dogs", sa.Column("weather2", postgresql.ENUM(name="weather", create_type=False), nullable=True, server_default=sa.text("'sun'::weather")))
    op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'")


def downgrade() -> None:
    op.drop_column("dogs", "weather2")
    op.drop_column("dogs", "weather")
    op.drop_table("dogs")
    op.drop_table("cats")
    sa.Enum(name="weather").drop(op.get_bind(), checkfirst=False)
    sa.Enum(name="pole").drop(op.get_bind())
    postgresql.ENUM(name="Size").drop(op.get_bind(), checkfirst=False)
    op.execute("DROP TYPE mood")
    op.execute("DROP TYPE letter;")
