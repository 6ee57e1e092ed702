"""numbering

Revision ID: r006
Revises: r005
Create Date: 2026-01-06 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateSequence, DropSequence

# revision identifiers, used by Alembic.
revision: str = "r006"
down_revision: Union[str, None] = "r005"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None
range_of = [18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def upgrade() -> None:
    op.execute(CreateSequence(sa.Sequence("tickets", start=5, increment=2, cycle=True, cache=3)))
    op.execute(sa.schema.CreateSequence(sa.Sequence("small_numbers", data_type=sa.SmallInteger, minvalue=1, maxvalue=9)))
    op.create_table("n1", sa.Column("id", sa.Integer(), sa.Identity(always=True, start=10, increment=5), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table("n2", sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True), sa.Column("b", sa.Integer(), sa.Identity(always=False, minvalue=-3, maxvalue=100, cycle=False, cache=2), nullable=False))
    op.create_table("n3", sa.Column("id", sa.Integer(), server_default=sa.Identity(), nullable=False))
    op.create_table("n4", sa.Column("id", sa.SmallInteger(), primary_key=True), sa.Column("double", sa.Integer(), sa.Computed("id * 2", persisted=True)), sa.Column("twice", sa.Integer(), sa.Computed("id + 1", persisted=True), nullable=False))
    op.create_table("n5", sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False))
    op.create_table("n6", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"), sa.ForeignKeyConstraint(["id"], ["n1.id"]))
    op.create_table("n7", sa.Column("a", sa.Integer(), nullable=False), sa.Column("b", sa.Integer(), autoincrement=True, nullable=False), sa.PrimaryKeyConstraint("a", "b"))
    op.create_table("n8", sa.Column("a", sa.Integer(), primary_key=True), sa.Column("b", sa.Integer(), primary_key=True, autoincrement=True))
    op.create_table("n9", sa.Column("id", sa.Integer(), server_default=sa.text("nextval('tickets')"), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table("n10", sa.Column("id", sa.Integer(), sa.Sequence("tickets"), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table("n11", sa.Column("id", sa.Integer(), server_default=sa.Sequence("tickets").next_value(), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table("n12", sa.Column("id", sa.Integer(), default=1, nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table("n13", sa.Column("id", sa.Integer(), sa.ForeignKey("n1.id"), primary_key=True))
    op.create_table("n14", sa.Column("id", sa.Integer(), sa.ForeignKey("n1.id"), primary_key=True, autoincrement="ignore_fk"))
    op.create_table("n15", sa.Column("id", sa.String(), primary_key=True), sa.Column("n", sa.Integer()))
    op.create_table("n16", sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")))
    op.create_table("n17", sa.Column("id", sa.Integer(), nullable=False), sa.Column("n", sa.Integer()))
    op.create_table("n18", sa.Column("n", sa.Integer(), sa.Identity(), nullable=False))
    op.add_column("n17", sa.Column("n2", sa.Integer(), sa.Identity(), nullable=False))
    op.alter_column("n17", "id", existing_type=sa.Integer(), server_default=sa.Identity(always=True), existing_server_default=None)
    op.alter_column("n18", "n", existing_type=sa.Integer(), server_default=None, existing_server_default=sa.Identity(), existing_nullable=False)


def downgrade() -> None:
    for number in range_of:
        op.drop_table(f"n{number}")
    op.execute(DropSequence(sa.Sequence("tickets")))
    op.execute(DropSequence(sa.Sequence("small_numbers")))
