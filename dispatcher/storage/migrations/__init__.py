"""Migrations of the three databases (centre, cache, outbox), run by the program itself over an open connection.

Each directory is an Alembic script directory; no configuration file is needed, so a wheel carries all of it.
"""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory

Which = Literal["centre", "cache", "outbox"]


def upgrade(connection: sa.Connection, which: Which, to: str = "head") -> None:
    """Bring the database behind `connection` to the newest schema, or to `to`, in the transaction that is open."""
    config = _config(which)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def is_known(which: Which, version: str) -> bool:
    """Tell whether there is a migration of this name."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config(which)).walk_revisions()}


def newest(which: Which) -> str:
    """Name the newest migration."""
    revision = ScriptDirectory.from_config(_config(which)).get_current_head()
    assert revision is not None, f"no migrations of {which}"
    return revision


def run() -> None:
    """Do what Alembic asked for; called by each directory's env.py alone."""
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()


def _config(which: Which) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / which).replace("%", "%%"))
    return config
