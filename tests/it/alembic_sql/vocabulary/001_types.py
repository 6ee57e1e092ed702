"""types

Revision ID: r001
Revises: 
Create Date: 2026-01-01 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r001"
down_revision: Union[str, None] = None
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        "kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("a_string", sa.String(), nullable=True),
        sa.Column("a_short", sa.String(length=20), nullable=True),
        sa.Column("b_short", sa.VARCHAR(30), nullable=True),
        sa.Column("c_short", sa.Unicode(12), nullable=True),
        sa.Column("a_char", sa.CHAR(length=2), nullable=True),
        sa.Column("a_text", sa.Text(), nullable=True),
        sa.Column("b_text", sa.UnicodeText, nullable=True),
        sa.Column("collated", sa.String(5, collation="C"), nullable=True),
        sa.Column("a_int", sa.Integer, nullable=True),
        sa.Column("b_int", sa.INTEGER(), nullable=True),
        sa.Column("a_big", sa.BigInteger(), nullable=True),
        sa.Column("b_big", sa.BIGINT(), nullable=True),
        sa.Column("a_small", sa.SmallInteger(), nullable=True),
        sa.Column("a_bool", sa.Boolean(), nullable=True),
        sa.Column("b_bool", sa.Boolean(create_constraint=True, name="is_bool"), nullable=True),
        sa.Column("a_date", sa.Date(), nullable=True),
        sa.Column("a_stamp", sa.DateTime(), nullable=True),
        sa.Column("b_stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("c_stamp", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("d_stamp", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("a_time", sa.Time(), nullable=True),
        sa.Column("b_time", sa.Time(timezone=True), nullable=True),
        sa.Column("c_time", postgresql.TIME(precision=0), nullable=True),
        sa.Column("an_interval", sa.Interval(), nullable=True),
        sa.Column("b_interval", postgresql.INTERVAL(fields="DAY TO SECOND", precision=3), nullable=True),
        sa.Column("c_interval", sa.Interval(second_precision=2), nullable=True),
        sa.Column("a_float", sa.Float(), nullable=True),
        sa.Column("b_float", sa.Float(precision=24), nullable=True),
        sa.Column("a_double", sa.Double(), nullable=True),
        sa.Column("b_double", postgresql.DOUBLE_PRECISION(precision=53), nullable=True),
        sa.Column("a_real", sa.REAL(), nullable=True),
        sa.Column("a_number", sa.Numeric(), nullable=True),
        sa.Column("b_number", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("c_number", sa.Numeric(12), nullable=True),
        sa.Column("d_number", sa.DECIMAL(8, 3, asdecimal=False), nullable=True),
        sa.Column("some_bytes", sa.LargeBinary(), nullable=True),
        sa.Column("more_bytes", postgresql.BYTEA(), nullable=True),
        sa.Column("pickled", sa.PickleType(), nullable=True),
        sa.Column("a_json", sa.JSON(), nullable=True),
        sa.Column("b_json", postgresql.JSON(astext_type=sa.Text()), nullable=True),
        sa.Column("c_json", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("d_json", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("a_uuid", sa.UUID(), nullable=True),
        sa.Column("b_uuid", sa.Uuid(), nullable=True),
        sa.Column("c_uuid", sa.Uuid(native_uuid=False), nullable=True),
        sa.Column("d_uuid", postgresql.UUID(as_uuid=True), nullable=True),
        sa.Column("an_array", sa.ARRAY(sa.String()), nullable=True),
        sa.Column("b_array", postgresql.ARRAY(sa.Integer(), dimensions=2), nullable=True),
        sa.Column("c_array", postgresql.ARRAY(sa.String(length=10, collation="C")), nullable=True),
        sa.Column("inet", postgresql.INET(), nullable=True),
        sa.Column("cidr", postgresql.CIDR(), nullable=True),
        sa.Column("mac", postgresql.MACADDR(), nullable=True),
        sa.Column("mac8", postgresql.MACADDR8(), nullable=True),
        sa.Column("money", postgresql.MONEY(), nullable=True),
        sa.Column("oid", postgresql.OID(), nullable=True),
        sa.Column("regclass", postgresql.REGCLASS(), nullable=True),
        sa.Column("words", postgresql.TSVECTOR(), nullable=True),
        sa.Column("query", postgresql.TSQUERY(), nullable=True),
        sa.Column("bit", postgresql.BIT(length=8), nullable=True),
        sa.Column("one_bit", postgresql.BIT(), nullable=True),
        sa.Column("bits", postgresql.BIT(varying=True), nullable=True),
        sa.Column("some_bits", postgresql.BIT(16, varying=True), nullable=True),
        sa.Column("r1", postgresql.INT4RANGE(), nullable=True),
        sa.Column("r2", postgresql.INT8RANGE(), nullable=True),
        sa.Column("r3", postgresql.NUMRANGE(), nullable=True),
        sa.Column("r4", postgresql.DATERANGE(), nullable=True),
        sa.Column("r5", postgresql.TSRANGE(), nullable=True),
        sa.Column("r6", postgresql.TSTZRANGE(), nullable=True),
        sa.Column("m1", postgresql.TSTZMULTIRANGE(), nullable=True),
        sa.Column("path", postgresql.JSONPATH(), nullable=True),
        sa.Column("big_or_int", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("kinds")
