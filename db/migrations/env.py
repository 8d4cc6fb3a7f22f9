"""Run by Alembic; `db.migrate` hands over the connection, which already holds the lock."""

from alembic import context

from db.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
