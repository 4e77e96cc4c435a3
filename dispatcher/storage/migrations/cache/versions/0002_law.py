"""Rows are marked with the law they were made under; the session that is remembered has a law book."""

import json

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the mark, and make the one policy that was remembered the one edition of a book."""
    op.execute("ALTER TABLE standing ADD COLUMN law_mark TEXT NOT NULL DEFAULT ''")
    connection = op.get_bind()
    for (welcome,) in connection.exec_driver_sql("SELECT welcome FROM remembered").fetchall():
        connection.exec_driver_sql("DELETE FROM remembered")
        try:
            session = json.loads(welcome)
            policy, calendar = session.pop("policy"), session.pop("calendar")
            since = f"{policy['effective_from']}T00:00:00+08:00"
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # the next welcome brings it again
        session["book"] = {"editions": [{"policy": policy, "since": since}], "calendar": calendar}
        text = json.dumps(session, ensure_ascii=False).encode()
        connection.exec_driver_sql("INSERT INTO remembered VALUES (1, ?)", (text,))
