"""Customers of conversations, promises, and the files of recipes."""

import json

import sqlalchemy as sa
import zstandard
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_STEP = 500


def upgrade() -> None:
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('customer_id', sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f('ix_conversation_customer_id'), ['customer_id'], unique=False)
    op.create_table('promise',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('deadline', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=32), nullable=False),
    sa.Column('confidence', sa.Float(), nullable=False),
    sa.Column('after_seconds', sa.Float(), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_promise_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promise')),
    sa.UniqueConstraint('assessment_id', 'turn', 'start', name=op.f('uq_promise_assessment_id_turn_start'))
    )
    op.create_table('recipe',
    sa.Column('digest', sa.String(length=16), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_recipe'))
    )
    _fill_customers()


def _fill_customers() -> None:
    """Take the customers of the conversations that are there out of their transcripts."""
    table = sa.table(
        'conversation', sa.column('id'), sa.column('transcript'), sa.column('customer_id')
    )
    connection = op.get_bind()
    unpack = zstandard.ZstdDecompressor().decompress
    last = 0
    while True:
        rows = connection.execute(
            sa.select(table.c.id, table.c.transcript)
            .where(table.c.id > last).order_by(table.c.id).limit(_STEP)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            customer = json.loads(unpack(row.transcript)).get('customer_id')
            if customer is not None:
                connection.execute(
                    sa.update(table).where(table.c.id == row.id).values(customer_id=customer)
                )


def downgrade() -> None:
    op.drop_table('recipe')
    op.drop_table('promise')
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversation_customer_id'))
        batch_op.drop_column('customer_id')
