"""PouchDB's replication of the same bodies, for comparing: server and client as two processes of node, on loopback.

The packages come from npm into the benchmark's directory, at the versions named here. Where node or npm or the packages
cannot be had nothing is measured, and that is said.
"""

import contextlib
import itertools
import shutil
import subprocess
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.processes import ROOT, Ground, child, hear
from dispatcher.storage.ledger import Ledger

PACKAGES: Final = ("pouchdb@9.0.0", "express-pouchdb@4.2.0", "express@4.21.2")
INSTALL_WITHIN_S: Final = 300
WITHIN_S: Final = 600


class Replicated(msgspec.Struct, frozen=True):
    """What one replication into an empty database took."""

    docs: int
    replicate_s: float


class Listening(msgspec.Struct, frozen=True):
    """Where the server listens."""

    port: int


def replicated(ground: Ground, count: int) -> Replicated | None:
    """Replicate so many of a ledger's bodies; None where it cannot be measured here."""
    node = shutil.which("node")
    place = ground.directory / "pouchdb"
    if node is None or not _installed(place):
        return None
    script = shutil.copy(ROOT / "benchmarks" / "pouchdb.mjs", place / "pouchdb.mjs")
    documents = place / "documents.jsonl"
    _write_documents(ground.ledger(max(count, 5_000)), documents, count)
    data = place / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    with child(ground, [node, str(script), "serve", str(data), str(documents)], place) as server:
        port = hear(server, Listening, WITHIN_S).port
        with child(ground, [node, str(script), "replicate", str(data), str(port)], place) as client:
            return hear(client, Replicated, WITHIN_S)


def _installed(place: Path) -> bool:
    npm = shutil.which("npm")
    if npm is None:
        return False
    place.mkdir(parents=True, exist_ok=True)
    if (place / "node_modules" / "pouchdb").is_dir() and (place / "node_modules" / "express-pouchdb").is_dir():
        return True
    install = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(place), *PACKAGES]
    try:
        return subprocess.run(install, cwd=place, check=False, timeout=INSTALL_WITHIN_S).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _write_documents(database: str, documents: Path, count: int) -> None:
    with contextlib.closing(Ledger.open(database)) as ledger, documents.open("wb") as file:
        for case in itertools.islice(ledger.open_cases(), count):
            file.write(msgspec.json.encode({"_id": case.id, **msgspec.to_builtins(case)}) + b"\n")
