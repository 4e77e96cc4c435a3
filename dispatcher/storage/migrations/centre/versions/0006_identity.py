"""Accounts that can be disabled and ask for codes, sessions that end, devices, failures, stations."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables and columns; accounts and sessions go on as they are."""
    op.add_column("accounts", sa.Column("disabled_ms", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("totp_secret", sa.Text(), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("accounts", sa.Column("recovery", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("sessions", sa.Column("station", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("ended_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "devices",
        sa.Column("device_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_hash", name="pk_devices"),
    )
    op.create_index("ix_devices_person", "devices", ["person"])
    op.create_table(
        "sign_in_failures",
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("about", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_last_ms", "sign_in_failures", ["last_ms"])
    op.create_table(
        "stations",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("wipe_order", sa.Text(), nullable=False),
        sa.Column("wipe_reason", sa.Text(), nullable=False),
        sa.Column("wipe_ordered_ms", sa.BigInteger(), nullable=True),
        sa.Column("wiped_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("station", name="pk_stations"),
    )
