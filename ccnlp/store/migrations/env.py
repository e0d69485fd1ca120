"""What Alembic runs; the connection is handed over by ``ccnlp.store.migrations.upgrade``."""

from alembic import context

from ccnlp.store.desk_schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
