"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('content', sa.String(length=16), nullable=False),
    sa.Column('recipe', sa.String(length=16), nullable=False),
    sa.Column('engine', sa.Text(), nullable=False),
    sa.Column('scorecard', sa.Text(), nullable=False),
    sa.Column('risk_level', sa.Integer(), nullable=False),
    sa.Column('risk', sa.Float(), nullable=False),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('fatal', sa.Boolean(), nullable=False),
    sa.Column('complaint', sa.Boolean(), nullable=False),
    sa.Column('handoff', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.Text(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('conversation_id', 'recipe', 'content', name=op.f('uq_assessment_conversation_id_recipe_content'))
    )
    op.create_table('conversation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('content', sa.String(length=16), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('agent_id', sa.Text(), nullable=True),
    sa.Column('team', sa.Text(), nullable=True),
    sa.Column('customer_tier', sa.Text(), nullable=True),
    sa.Column('started_at', sa.Text(), nullable=True),
    sa.Column('turns', sa.Integer(), nullable=False),
    sa.Column('transcript', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation')),
    sa.UniqueConstraint('conversation_id', 'content', name=op.f('uq_conversation_conversation_id_content'))
    )
    op.create_table('run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.Text(), nullable=False),
    sa.Column('finished_at', sa.Text(), nullable=False),
    sa.Column('recipe', sa.String(length=16), nullable=False),
    sa.Column('inputs', sa.JSON(), nullable=False),
    sa.Column('conversations', sa.Integer(), nullable=False),
    sa.Column('quarantined', sa.Integer(), nullable=False),
    sa.Column('queued', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run'))
    )
    op.create_table('queue_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('priority', sa.Float(), nullable=False),
    sa.Column('risk_level', sa.Integer(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('agent_id', sa.Text(), nullable=True),
    sa.Column('team', sa.Text(), nullable=True),
    sa.Column('started_at', sa.Text(), nullable=True),
    sa.Column('assignee', sa.Text(), nullable=True),
    sa.Column('resolution', sa.String(length=16), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'assigned', 'closed', 'superseded')", name=op.f('ck_queue_item_state')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_queue_item_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_queue_item')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_queue_item_assessment_id'))
    )
    with op.batch_alter_table('queue_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_queue_item_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_queue_item_state_priority'), ['state', 'priority'], unique=False)

    op.create_table('queue_category',
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['queue_item.id'], name=op.f('fk_queue_category_item_id_queue_item')),
    sa.PrimaryKeyConstraint('item_id', 'category', name=op.f('pk_queue_category'))
    )
    with op.batch_alter_table('queue_category', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_queue_category_category'), ['category'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('queue_category', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_queue_category_category'))

    op.drop_table('queue_category')
    with op.batch_alter_table('queue_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_queue_item_state_priority'))
        batch_op.drop_index(batch_op.f('ix_queue_item_conversation_id'))

    op.drop_table('queue_item')
    op.drop_table('run')
    op.drop_table('conversation')
    op.drop_table('assessment')
