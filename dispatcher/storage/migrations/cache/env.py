"""What Alembic runs to migrate this database."""

from dispatcher.storage.migrations import run

run()
