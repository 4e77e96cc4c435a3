"""A whole life of a case leaves no name, phone or secret in anything that the centre writes: every byte is read."""

import asyncio
import contextlib
import datetime as dt
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest
import sqlalchemy as sa
import zstandard

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import CaseId, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Detail, Role, Scope
from dispatcher.models.verdicts import Accepted, Refused
from dispatcher.models.whistle import WhistleKind
from dispatcher.settings import keys_path
from dispatcher.storage import backup
from dispatcher.storage.centre import make_engine
from dispatcher.storage.ledger import Account, Ledger
from tests.server.centre import STREET, WATER, Centre, Client, act, order, running_centre

NAME, PHONE = "司马承祯", "13812345678"
HINT, PARTY, CONTACT_NOTE, TALKED_WITH = "司马**", "尉迟饭馆", "约在端木家门口", "宇文大娘"
ON_THE_SPOT, WORDS, REDO, NOTE, URGED = "长孙班长", "皇甫先生说满意", "独孤家还在漏", "轩辕老人来访", "令狐又来催"
OTHER_REPLY = "钟离邻居"
STAFF, TOTP = "百里账号", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOOK_KEY = "hook-key-9f8e7d"
PLANTED = (
    NAME, PHONE, HINT, PARTY, CONTACT_NOTE, TALKED_WITH, ON_THE_SPOT, WORDS, REDO, NOTE, URGED, OTHER_REPLY,
    STAFF, TOTP, HOOK_KEY,
)  # fmt: skip
EVERYTHING = Scope(unit=UnitId(""), everything=True, details=frozenset(Detail))


def spellings(planted: str) -> Iterator[bytes]:
    """Give a text as tables, logs and files could hold it."""
    yield planted.encode()
    yield planted.encode("unicode_escape")
    yield planted.encode("utf-16-le")
    yield planted.encode("gb18030")
    yield planted.encode().hex().encode()


def found_in(data: bytes, secrets: tuple[str, ...]) -> list[str]:
    return [secret for secret in secrets if any(spelling in data for spelling in spellings(secret))]


async def a_life(centre: Centre) -> CaseId:
    """Everything that brings names along: intake, contact, whistle, a collision, reply, call-backs, redo, notes."""
    (case,) = await centre.accepted(
        order(
            caller={"name": NAME, "phone": PHONE},
            caller_name_hint=HINT,
            caller_phone_hint="138****5678",
            reported_party=PARTY,
        )
    )
    reply = c.Reply(case=case, accepted="当日", talked_with=TALKED_WITH, done="换井盖", result="已修好")
    blow = c.BlowWhistle(
        case=case,
        whistle=WhistleId(str(uuid.uuid4())),
        kind=WhistleKind.EMERGENCY,
        demand="抢修",
        place="路口",
        contact=ON_THE_SPOT,
        lead=WATER,
    )
    call = c.RecordCallBack(
        case=case, reached=True, contacted=True, solved=Solved.NO, satisfied=Satisfied.NOT, words=WORDS
    )
    async with centre.console("qian") as leader, centre.console("hotline") as hotline:
        await leader.until(lambda seen: case in seen.rows)

        async def does(who: Client, by: str, command: c.AnyCommand, **more: object) -> None:
            made = act(command, by, **more)
            await who.submit(made)
            (verdict,) = await who.settled(made)
            assert isinstance(verdict, Refused if more else Accepted), verdict

        await does(leader, "qian", c.SignFor(case=case))
        await does(leader, "qian", c.RecordContact(case=case, reached=True, note=CONTACT_NOTE))
        await does(leader, "qian", blow)
        await does(leader, "qian", c.AddNote(case=case, text=NOTE))
        await does(hotline, "hotline", c.Urge(case=case, note=URGED))
        await does(leader, "qian", reply)
        await does(leader, "qian", msgspec.structs.replace(reply, talked_with=OTHER_REPLY), seen="")
        await does(hotline, "hotline", call)
        await does(hotline, "hotline", c.AddNote(case=case, text=REDO))
    return case


def secrets_of_the_centre(ledger: Ledger) -> tuple[str, str]:
    """Have an account with codes, a webhook and the offices' secret; gives the two made here, as hexadecimal digits."""
    now = dt.datetime.now(dt.UTC)
    admin = PersonId("admin")
    account = Account(person=PersonId("new"), name=STAFF, unit=STREET, roles=frozenset({Role.DISPATCHER}))
    ledger.accounts.put(account, admin, now)
    ledger.accounts.set_codes(account.person, TOTP, (), admin, now)
    hook = ledger.webhooks.add(f"https://192.0.2.1/hook?key={HOOK_KEY}", ("blow_whistle",), STREET)
    ledger.offices.make_secrets()
    secret = ledger.offices.secret()
    assert secret is not None
    return hook.secret, secret.hex()


def dumped(url: str) -> bytes:
    """All that stands in any table of the database, its own catalogues but for statistics included, as text."""
    engine = make_engine(url)
    tables = sa.inspect(engine).get_table_names()
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        parts: list[bytes] = []
        for table in tables:
            with raw.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:  # type: ignore[arg-type]
                parts += [bytes(part) for part in copy]
    engine.dispose()
    assert len(tables) > 20
    return b"".join(parts)


def unpacked(file: Path) -> bytes:
    with file.open("rb") as packed:
        return zstandard.ZstdDecompressor().stream_reader(packed).read()


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    return request.getfixturevalue("fresh_postgres_url")


def test_every_byte_a_centre_writes_is_without_names_phones_and_secrets(
    ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database with what lies beside it, a dump of all tables, a backup, snapshots on the disk, the log."""
    caplog.set_level("DEBUG", "dispatcher")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    looked: dict[str, list[str]] = {}

    async def story() -> None:
        async with running_centre(ledger_url) as centre:
            case = await a_life(centre)
            made_here = await centre.running.desk.write(secrets_of_the_centre)
            secrets = (*PLANTED, *made_here)
            answer = await centre.http.get("/snapshot", headers=await centre.bearer("qian"))
            assert answer.status_code == 200
            taken = tmp_path / "taken.backup"
            await asyncio.to_thread(backup.take, ledger_url, taken, dt.datetime.now(dt.UTC))
            looked["backup"] = found_in(unpacked(taken), secrets)
            look_at_disk(secrets)
            await check(centre, case)
        look_at_disk(secrets)
        if ledger_url.startswith("postgresql"):
            looked["dump"] = found_in(dumped(ledger_url), secrets)
        looked["log"] = found_in("\n".join(record.getMessage() for record in caplog.records).encode(), secrets)

    def look_at_disk(secrets: tuple[str, ...]) -> None:
        for path in tmp_path.rglob("*"):
            if path.is_file() and keys_path() not in path.parents:
                looked.setdefault(str(path.relative_to(tmp_path)), []).extend(found_in(path.read_bytes(), secrets))
        for nameless in Path("/proc/self/fd").iterdir():  # snapshots lie in files without a name
            with contextlib.suppress(FileNotFoundError):  # the one that lists them
                target = str(nameless.readlink())
                if target.startswith(str(tmp_path)) and target.endswith("(deleted)"):
                    looked.setdefault("nameless", []).extend(found_in(nameless.read_bytes(), secrets))

    asyncio.run(story())
    assert "nameless" in looked, looked
    assert [(name, found) for name, found in looked.items() if found] == []


async def check(centre: Centre, case: CaseId) -> None:
    """It is all there for those entitled: what was looked for was written."""
    page = await centre.running.desk.read(lambda ledger: ledger.changes(EVERYTHING, Revision(0), 9))
    (row,) = page.rows
    assert msgspec.json.decode(bytes(row.caller), type=Caller) == Caller(NAME, PHONE)
    assert msgspec.json.decode(bytes(row.body), type=Case).id == case
    there = found_in(bytes(row.body), PLANTED)
    assert set(there) >= {PARTY, CONTACT_NOTE, TALKED_WITH, ON_THE_SPOT, WORDS, NOTE, URGED, REDO}
    account = await centre.running.desk.read(lambda ledger: ledger.accounts.get(PersonId("new")))
    assert account is not None
    assert (account.name, account.totp_secret) == (STAFF, TOTP)


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    """The search itself: a text is found in each spelling that a file could have."""
    spelled: list[Callable[[str], bytes]] = [str.encode, lambda text: text.encode("utf-16-le")]
    for spell in spelled:
        (tmp_path / "file").write_bytes(b"\0x" + spell(NAME))
        assert found_in((tmp_path / "file").read_bytes(), PLANTED) == [NAME]
