"""The hotline's door: a repeat is harmless, a bad order names its field and remedy and stops no other."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dispatcher.models.case import Case
from tests.server.centre import Centre, now, order, running_centre


@asynccontextmanager
async def intake(tmp_path: Path) -> AsyncIterator[Centre]:
    async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
        yield centre


async def post_one(centre: Centre, content: Any, by: str = "hotline", **headers: str) -> tuple[int, dict[str, Any]]:
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    sent = {"content-type": "application/json"} | await centre.bearer(by) | headers
    answer = await centre.http.post("/intake/orders", content=body, headers=sent)
    return answer.status_code, answer.json()


def test_an_order_is_taken_once_however_often_it_comes(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            posted = order("WT1", key="k-1")
            status, first = await post_one(centre, posted)
            assert status == 201
            assert first["status"] == "accepted"
            assert first["revision"] == 1
            status, again = await post_one(centre, posted)
            assert status == 200
            assert again == first | {"status": "already_there"}
            # Another key, and none: it is the same order all the same.
            status, other = await post_one(centre, order("WT1"), **{"idempotency-key": "k-2"})
            assert (status, other["status"], other["case"]) == (200, "already_there", first["case"])
            status, other = await post_one(centre, order("WT1"))
            assert (status, other["status"], other["case"]) == (200, "already_there", first["case"])
            # The key belongs to the first order: another one under it is a mistake of the sender's.
            status, clash = await post_one(centre, order("WT2", key="k-1"))
            assert (status, clash["field"]) == (422, "key")
            assert (await centre.http.get("/ready")).json()["head"] == 1

    asyncio.run(story())


def test_a_hundred_posts_of_one_order_at_once_make_one_case(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            posted = order("WT1")
            answers = await asyncio.gather(*(post_one(centre, posted) for _ in range(30)))
            lines = await centre.post(*[posted] * 70)
            statuses = [answer["status"] for _, answer in answers] + [line["status"] for line in lines]
            assert statuses.count("accepted") == 1
            assert statuses.count("already_there") == 99
            assert len({answer["case"] for _, answer in answers} | {line["case"] for line in lines}) == 1
            assert (await centre.http.get("/ready")).json()["head"] == 1

    asyncio.run(story())


def test_a_rejected_order_comes_in_once_it_is_corrected(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            later = (now() + dt.timedelta(days=1)).isoformat()
            status, answer = await post_one(centre, order("WT1", key="k", dispatched_at=later))
            assert (status, answer["field"], answer["value"]) == (422, "dispatched_at", later)
            status, answer = await post_one(centre, order("WT1", key="k"))
            assert (status, answer["status"]) == (201, "accepted")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"title": ""}, "title", ""),
        ({"number": "  "}, "number", ""),
        ({"holder": "999999999"}, "holder", "999999999"),
        ({"urgency": "soon"}, "urgency", "soon"),
        ({"title": 7}, "title", "7"),
        ({"dispatched_at": "昨天"}, "dispatched_at", "昨天"),
        ({"dispatched_at": "2026-07-01T08:30:00"}, "dispatched_at", "2026-07-01T08:30:00"),
        ({"dispatched_at": "0001-01-01T00:00:00Z"}, "dispatched_at", "0001-01-01T00:00:00+00:00"),
        ({"closed_at": "2020-01-01T00:00:00Z"}, "closed_at", "2020-01-01T00:00:00+00:00"),
        ({"colour": "red"}, "colour", "red"),
        ({"place": {"point": {"lon": 1}}}, "place.point.lat", ""),
        ({"place": {"address": 5}}, "place.address", "5"),
        ({"place": {"point": {"lon": 500, "lat": 0, "datum": "wgs84"}}}, "place.point", "500.0, 0.0"),
        ({"place": {"point": {"lon": 1, "lat": 0, "datum": "mars"}}}, "place.point.datum", "mars"),
        ({"labels": ["a", 2]}, "labels[1]", "2"),
        ({"text": "a\0b"}, "", "\\u0000"),
        ({"key": "k" * 100}, "key", None),
        ({"caller": {"name": 1}}, "caller.name", "1"),
    ],
)
def test_a_bad_order_names_field_value_and_remedy(tmp_path: Path, change: dict, field: str, value: str) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            status, answer = await post_one(centre, order(**change))
            assert status == 422, answer
            assert answer["status"] == "rejected"
            assert answer["remedy"]
            if field is not None:
                assert answer["field"] == field
            if value is not None:
                assert answer["value"] == value

    asyncio.run(story())


def test_bad_lines_stop_no_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            good = [msgspec.json.encode(order(f"WT{n}")) for n in range(3)]
            body = b"\n".join([good[0], b"{half an ord", b"", good[1], b"[]", b"\xff\xfe", good[2], good[0], b""])
            headers = await centre.bearer("hotline") | {"content-type": "application/x-ndjson"}
            answer = await centre.http.post("/intake/orders", content=body, headers=headers)
            answers = [msgspec.json.decode(line) for line in answer.content.splitlines()]
            assert [(a["line"], a["status"]) for a in answers] == [
                (1, "accepted"),
                (2, "rejected"),
                (4, "accepted"),
                (5, "rejected"),
                (6, "rejected"),
                (7, "accepted"),
                (8, "already_there"),
            ]
            assert answers[1]["value"] == "{half an ord"

    asyncio.run(story())


def test_hints_are_masked_whatever_the_sender_wrote(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre, centre.console("wang") as street:
            with_caller, with_hints = await centre.accepted(
                order(caller_name_hint="欧阳植树"),
                order(caller=None, caller_name_hint="欧阳植树", caller_phone_hint="13912345678"),
            )
            await street.until(lambda s: with_hints in s.rows)
            for case in (with_caller, with_hints):
                seen = msgspec.json.decode(street.rows[case].body, type=Case).order
                assert (seen.caller_name_hint, seen.caller_phone_hint) == ("欧***", "139****5678")

    asyncio.run(story())


def test_only_the_hotline_may_and_only_with_a_token(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            status, answer = await post_one(centre, order(), by="wang")
            assert status == 403
            assert answer["remedy"]
            status, _ = await post_one(centre, order(), authorization="Bearer nonsense")
            assert status == 401
            status, _ = await post_one(centre, order(), **{"content-type": "text/csv"})
            assert status == 415
            status, _ = await post_one(centre, b" " * 200_000)
            assert status == 413

    asyncio.run(story())


def test_a_thousand_lines_are_taken_and_one_more_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with intake(tmp_path) as centre:
            orders = [order(f"N{n}") for n in range(1000)]
            await centre.accepted(*orders)
            assert {a["status"] for a in await centre.post(*orders)} == {"already_there"}
            body = b"\n".join(msgspec.json.encode(o) for o in [*orders, order()])
            headers = await centre.bearer("hotline") | {"content-type": "application/x-ndjson"}
            answer = await centre.http.post("/intake/orders", content=body, headers=headers)
            assert answer.status_code == 413
            assert answer.json()["remedy"]

    asyncio.run(story())
