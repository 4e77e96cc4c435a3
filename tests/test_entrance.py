"""Letting people in: by a real centre, and without it by what a sign-in before has left on the station."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from dispatcher.entrance import FREE_FAILURES, Asked, Entered, Entrance, Refused, keep_badge, station_home, station_id
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, PersonId
from dispatcher.settings import ConsoleSettings
from dispatcher.storage.badge import Badge, BadgeFile
from dispatcher.storage.cache import Cache
from dispatcher.storage.keys import FileKeys, Keyholder
from dispatcher.sync.ports import LinkRefused, Trouble
from dispatcher.transport.doors import WrongPassword
from tests import builders as b
from tests.server.centre import PASSWORD, running_centre

NOW = dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC)
DEAD = "http://127.0.0.1:9"


class Hands:
    """A machine's clock that a test sets."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> dt.datetime:
        return self.time


def settings(folder: Path, centre: str = DEAD, **more: object) -> ConsoleSettings:
    return ConsoleSettings(**({"centre": centre, "data": folder, "key_store": "file", "person": "wang"} | more))  # type: ignore[arg-type]


def left_behind(folder: Path, **more: object) -> Path:
    """Make a station where wang has signed in before."""
    from argon2 import PasswordHasher

    home = station_home(folder, DEAD, "wang")
    verifier = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    badge = Badge(**({"person": PersonId("wang"), "token": "kept", "verifier": verifier, "contact_at": NOW} | more))  # type: ignore[arg-type]
    keep_badge(home, Keyholder(home), badge)
    return home


def enter(entrance: Entrance, password: str = PASSWORD, **more: str) -> Entered:
    return asyncio.run(entrance.enter(Asked(DEAD, "wang", password, **more)))


def badge_of(home: Path) -> Badge | None:
    key = FileKeys(home).load()
    return None if key is None else BadgeFile(home, key).read()


def test_who_has_signed_in_online_may_do_so_when_the_centre_is_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            url = centre.running.url
            entrance = Entrance(settings(tmp_path, url), Hands().now)
            assert entrance.returning() is None
            with pytest.raises(WrongPassword):
                await entrance.enter(Asked(url, "wang", "guess"))
            online = await entrance.enter(Asked(url, "wang", PASSWORD))
            assert not online.offline
            returned = entrance.returning()
            assert returned is not None
            assert returned.token == online.token
        again = Entrance(settings(tmp_path, url), Hands().now)
        offline = await again.enter(Asked(url, "wang", PASSWORD))
        assert offline.offline
        assert offline.token == online.token
        with pytest.raises(Refused, match="密码与本机保存的不符"):
            await again.enter(Asked(url, "wang", "guess"))
        with pytest.raises(Refused, match="没有在本机登录过"):
            await again.enter(Asked(url, "zhao", PASSWORD))
        kept = b"".join(p.read_bytes() for p in offline.home.iterdir() if p.name != "cache.key")
        assert online.token.encode() not in kept, "the token lies encrypted"

    asyncio.run(story())


def test_wrong_passwords_are_throttled_without_the_centre_too_and_across_starts(tmp_path: Path) -> None:
    home, hands = left_behind(tmp_path), Hands()
    for _ in range(FREE_FAILURES):
        with pytest.raises(Refused, match="不符"):
            enter(Entrance(settings(tmp_path), hands.now), "guess")
    with pytest.raises(Refused, match="错误次数过多"):
        enter(Entrance(settings(tmp_path), hands.now))
    hands.time -= dt.timedelta(minutes=30)
    with pytest.raises(Refused, match="错误次数过多"):
        enter(Entrance(settings(tmp_path), hands.now))
    hands.time = NOW + dt.timedelta(seconds=2)
    assert enter(Entrance(settings(tmp_path), hands.now)).offline
    badge = badge_of(home)
    assert badge is not None
    assert badge.failures == 0


@pytest.mark.parametrize(
    ("later", "days", "why"),
    [
        (dt.timedelta(days=8), 7, "已过期"),
        (dt.timedelta(minutes=1), 0, "已过期"),
        (dt.timedelta(days=-2), 7, "时钟早于"),
    ],
)
def test_it_holds_for_its_days_and_not_by_a_clock_set_back(
    tmp_path: Path, later: dt.timedelta, days: int, why: str
) -> None:
    left_behind(tmp_path)
    hands = Hands()
    hands.time += later
    with pytest.raises(Refused, match=why):
        enter(Entrance(settings(tmp_path, offline_days=days), hands.now))


def test_a_password_that_the_centre_no_longer_takes_opens_nothing_here_either(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            url = centre.running.url
            entrance = Entrance(settings(tmp_path, url), Hands().now)
            entered = await entrance.enter(Asked(url, "wang", PASSWORD))
            await centre.running.desk.write(
                lambda ledger: ledger.accounts.allow(PersonId("wang"), False, "left", PersonId("root"), NOW)
            )
            with pytest.raises(LinkRefused):
                await entrance.enter(Asked(url, "wang", PASSWORD))
            badge = badge_of(entered.home)
            assert badge is not None
            assert (badge.verifier, badge.token) == ("", "")

    asyncio.run(story())


def test_a_token_that_lay_open_beside_the_key_is_taken_in(tmp_path: Path) -> None:
    home = station_home(tmp_path, DEAD, "wang")
    home.mkdir(parents=True)
    (home / "token").write_text("from before\n")
    entered = Entrance(settings(tmp_path), Hands().now).returning()
    assert entered is not None
    assert entered.token == "from before"
    assert not (home / "token").exists()
    assert station_id(home) == station_id(home)


def test_an_address_that_carries_passwords_in_the_clear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="未加密"):
        asyncio.run(Entrance(settings(tmp_path), Hands().now).enter(Asked("http://10.0.0.5:8345", "wang", PASSWORD)))


def test_a_passphrase_opens_the_station_and_another_does_not(tmp_path: Path) -> None:
    left_behind(tmp_path)
    chosen = settings(tmp_path, key_store="passphrase")
    entrance = Entrance(chosen, Hands().now)
    assert entrance.wants_passphrase
    assert entrance.returning() is None
    with pytest.raises(Refused, match="至少"):
        enter(entrance, passphrase="short")
    assert enter(entrance, passphrase="long enough to guess").offline, "the key has moved from its file"
    assert not (station_home(tmp_path, DEAD, "wang") / "cache.key").exists()
    with pytest.raises(Trouble, match="口令不对"):
        enter(Entrance(chosen, Hands().now), passphrase="another one altogether")
    with pytest.raises(Trouble, match="--key-store passphrase"):
        enter(Entrance(settings(tmp_path), Hands().now))


def made_offline(home: Path) -> None:
    store = Cache.open(home)
    store.enqueue(b.act(c.SignFor(case=CaseId("one"))))
    store.close()


def test_too_long_without_the_centre_the_cache_is_gone_and_what_was_never_sent_is_kept_once_more(
    tmp_path: Path,
) -> None:
    home, hands = left_behind(tmp_path), Hands()
    made_offline(home)
    before = FileKeys(home).load()
    hands.time += dt.timedelta(days=31)
    entrance = Entrance(settings(tmp_path), hands.now)
    assert entrance.returning() is None
    assert "1 件未发送" in entrance.notes[0]
    assert not (home / "cache.db").exists()
    assert FileKeys(home).load() != before, "nobody can read the old files again"
    with pytest.raises(Refused):
        enter(entrance)
    store = Cache.open(home)
    assert [receipt.act.command.case for receipt in store.unsettled()] == ["one"]
    assert store.damages == []
    store.close()
    hands.time += dt.timedelta(days=30)
    last = Entrance(settings(tmp_path), hands.now)
    assert last.returning() is None
    assert "未发送的操作也已销毁" in last.notes[0]
    assert not (home / "outbox.db").exists()
    assert FileKeys(home).load() is None


def test_without_anything_unsent_age_destroys_all_and_zero_days_nothing(tmp_path: Path) -> None:
    home, hands = left_behind(tmp_path), Hands()
    Cache.open(home).close()
    hands.time += dt.timedelta(days=400)
    assert Entrance(settings(tmp_path, wipe_after_days=0), hands.now).returning() is not None
    assert Entrance(settings(tmp_path), hands.now).returning() is None
    assert FileKeys(home).load() is None
    assert not list(home.glob("*.db"))
