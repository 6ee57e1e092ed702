"""indexes

Revision ID: r004
Revises: r003
Create Date: 2026-01-04 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "r004"
down_revision: Union[str, None] = "r003"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("docs", sa.Column("id", sa.Integer(), nullable=False), sa.Column("title", sa.String()), sa.Column("body", sa.Text()),
       sa.Column("tags", postgresql.ARRAY(sa.Text())), sa.Column("gone", sa.DateTime()), sa.Column("n", sa.Integer()), sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_docs_title", "docs", ["title"])
    op.create_index("ix_docs_two", "docs", ["title", "n"], unique=True)
    op.create_index("ix_docs_tags", "docs", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("ix_docs_live", "docs", ["n"], unique=True, postgresql_where=sa.text("gone IS NULL"))
    op.create_index("ix_docs_live2", "docs", ["n"], postgresql_where="gone IS NOT NULL")
    op.create_index("ix_docs_lower", "docs", [sa.text("lower(title)")], unique=False)
    op.create_index("ix_docs_lower2", "docs", [sa.literal_column("lower(body)"), "n"])
    op.create_index("ix_docs_lower3", "docs", [sa.func.lower(sa.column("title"))])
    op.create_index("ix_docs_desc", "docs", [sa.text("n DESC"), "id"])
    op.create_index("ix_docs_desc2", "docs", [sa.column("n").desc()])
    op.create_index("ix_docs_ops", "docs", ["title"], postgresql_ops={"title": "text_pattern_ops"}, postgresql_using="btree")
    op.create_index("ix_docs_ops2", "docs", [sa.text("lower(title)")], postgresql_ops={"lower(title)": "text_pattern_ops"})
    op.create_index("ix_docs_incl", "docs", ["n"], postgresql_include=["title", "body"])
    op.create_index("ix_docs_with", "docs", ["n"], postgresql_with={"fillfactor": 50})
    op.create_index("ix_docs_nnd", "docs", ["gone"], unique=True, postgresql_nulls_not_distinct=False)
    op.create_index("ix_docs_ine", "docs", ["gone", "n"], if_not_exists=True, mysql_length=10)
    op.create_index("ix_docs_fts", "docs", [sa.text("to_tsvector('english', body)")], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_docs_fts", table_name="docs", postgresql_using="gin")
    op.drop_index("ix_docs_ine", table_name="docs", if_exists=True)
    op.drop_index("ix_docs_live", table_name="docs", postgresql_where=sa.text("gone IS NULL"))
    op.drop_index("ix_docs_title")
    op.drop_table("docs")
