"""`dispatcher admin`: what is done to a centre's ledger on the machine that can reach its database.

Each area (accounts, units, webhooks …) says its own tasks: a parser with its flags, and `do`, what is done with them.
A task's `do` takes the settings and the parsed flags and gives the exit status; a `Trouble` it raises is said in words
here.
"""

import argparse
import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING, Protocol

from dispatcher.settings import AdminSettings
from dispatcher.sync.ports import Trouble

if TYPE_CHECKING:
    from dispatcher.storage.ledger import Ledger


class Tasks(Protocol):
    """Where tasks are added: what argparse gives for subparsers."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """Add a task and give its parser."""
        ...


def add_tasks(parser: argparse.ArgumentParser, kind: type[argparse.ArgumentParser]) -> None:
    """Give the parser of `dispatcher admin` its tasks, each a parser of a kind, and so are those below it."""
    from dispatcher.centre import (
        accounts,
        certificates,
        evidence,
        journal,
        offices,
        personal,
        safekeeping,
        units,
        webhooks,
    )

    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK", parser_class=kind)
    for area in (accounts, units, certificates, offices, webhooks, evidence, journal, personal, safekeeping):
        area.add_tasks(tasks)


def run_admin(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Do the task that was named; gives the exit status."""
    from dispatcher.centre.serving import failed

    try:
        return parsed.do(settings, parsed)
    except Trouble as trouble:
        return failed(trouble)


@contextlib.contextmanager
def opened(settings: AdminSettings) -> "Generator[Ledger]":
    """Open the ledger, making it with its directory where there is none; raises Trouble."""
    from dispatcher.assets import load_organisation
    from dispatcher.centre.serving import make_folder
    from dispatcher.server.opening import Seed, open_ledger
    from dispatcher.sync.clock import SystemClock

    make_folder(settings.database)
    ledger = open_ledger(settings.database, SystemClock(), Seed(units=load_organisation()), settings.keys)
    try:
        yield ledger
    finally:
        ledger.close()
