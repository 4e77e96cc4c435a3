"""The link's health, retries and clocks."""

import asyncio
import datetime as dt

import pytest

from dispatcher import wire
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId
from dispatcher.sync import words
from dispatcher.sync.ports import LinkState
from tests import builders as b
from tests.fakes import until
from tests.sync.world import World, has_state, outage, played

ONE = CaseId("case-1")


@played
async def test_silence_is_stale_after_five_seconds_and_offline_after_ten(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(30)
    world.centre.mute = True
    began = world.centre.now()
    await until(lambda: has_state(console, LinkState.STALE))
    as_of = console.seen.status.as_of
    assert dt.timedelta(seconds=3) <= world.centre.now() - began <= dt.timedelta(seconds=6)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert dt.timedelta(seconds=8) <= world.centre.now() - began <= dt.timedelta(seconds=11)
    assert console.seen.status.as_of == as_of
    assert console.seen.status.detail == words.SILENT
    world.centre.mute = False
    await until(lambda: has_state(console, LinkState.ONLINE))


@played
async def test_a_stale_link_that_speaks_again_is_online_again_without_a_new_dial(world: World):
    console = await world.console().online()
    world.centre.mute = True
    await until(lambda: has_state(console, LinkState.STALE))
    world.centre.mute = False
    await until(lambda: has_state(console, LinkState.ONLINE))
    assert world.centre.dials == 1


@played
async def test_a_closed_socket_is_offline_at_once(world: World):
    console = await world.console().online()
    closed = world.centre.now()
    await outage(world)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert world.centre.now() - closed < dt.timedelta(seconds=0.1)


@played
async def test_an_outage_is_one_outage_and_is_retried_for_ever_ever_more_slowly(world: World):
    console = await world.console().online()
    await asyncio.sleep(5)
    await outage(world)
    await asyncio.sleep(120)
    statuses = [s for s in console.seen.statuses if s.state is LinkState.OFFLINE and s.retry_in_s is not None]
    assert len({s.since for s in statuses}) == 1
    pauses = [s.retry_in_s for s in statuses if s.retry_in_s is not None]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(0.2, abs=0.06)
    assert 7 <= pauses[-1] <= 15
    assert console.seen.states[-1] is LinkState.OFFLINE, "no flicker of connecting in between"
    dials = world.centre.dials
    await asyncio.sleep(3600)
    assert world.centre.dials - dials > 3600 / 16
    world.centre.down = False
    await until(lambda: has_state(console, LinkState.ONLINE), 16)
    await asyncio.sleep(5)
    await world.centre.cut()
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert console.seen.status.retry_in_s == pytest.approx(0.2, abs=0.06), "it begins anew"


@played
async def test_a_person_can_hurry_the_next_try_and_a_link_that_is_up_is_left_alone(world: World):
    console = await world.console().online()
    await outage(world)
    await asyncio.sleep(300)
    world.centre.down = False
    console.engine.reconnect()
    await until(lambda: has_state(console, LinkState.ONLINE), 0.2)
    dials = world.centre.dials
    console.engine.reconnect()
    await asyncio.sleep(1)
    assert world.centre.dials == dials


@played
async def test_a_hurried_try_that_fails_does_not_make_the_outage_younger(world: World):
    console = await world.console().online()
    await outage(world)
    await asyncio.sleep(300)
    since = console.seen.status.since
    console.engine.reconnect()
    await asyncio.sleep(1)
    assert console.seen.states[-2:] == [LinkState.CONNECTING, LinkState.OFFLINE]
    assert console.seen.status.since == since


@played
async def test_a_refused_console_says_so_tries_slowly_and_comes_back_with_a_good_token(world: World):
    console = world.console(b.person("nobody"))
    await until(lambda: has_state(console, LinkState.REFUSED))
    assert words.REFUSED in console.seen.status.detail
    dials = world.centre.dials
    await asyncio.sleep(95)
    assert world.centre.dials - dials == 3
    console.engine.use_token("token-li")
    await until(lambda: has_state(console, LinkState.ONLINE), 1)


@played
async def test_another_protocol_is_refused_with_words(world: World):
    world.centre.refusing = wire.Fault.NEWER_PROTOCOL
    console = world.console()
    await until(lambda: has_state(console, LinkState.REFUSED))
    assert words.OTHER_PROTOCOL in console.seen.status.detail


@played
async def test_a_stopping_centre_is_an_outage_not_a_refusal(world: World):
    world.centre.refusing = wire.Fault.STOPPING
    console = world.console()
    await until(lambda: has_state(console, LinkState.OFFLINE))
    world.centre.refusing = None
    await console.online()


@played
async def test_our_own_pause_is_not_taken_for_the_centres_silence(world: World):
    console = await world.console().online()
    await asyncio.sleep(1)
    world.clock.advance(30)  # the thread was away: a long load, a sleeping machine
    await asyncio.sleep(20)
    assert console.seen.states[-1] is LinkState.ONLINE
    assert LinkState.STALE not in console.seen.states
    assert LinkState.OFFLINE not in console.seen.states


@played
async def test_a_wrong_station_clock_is_said_and_acts_carry_the_centres_time(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(5)
    assert not console.seen.status.station_clock_wrong
    world.clock.set_wall(-3600)
    await until(lambda: console.seen.status.station_clock_wrong, 2)
    assert console.seen.status.offset_ms == pytest.approx(3_600_000, abs=100)
    console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)
    assert world.centre.now() - console.seen.settled[0].act.made_at < dt.timedelta(seconds=1)
    world.clock.set_wall(3600)
    await until(lambda: not console.seen.status.station_clock_wrong, 2)


@played
async def test_a_process_of_the_centre_that_stops_hands_the_console_on_without_an_outage(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(5)
    before = len(console.seen.states)
    stopped = world.centre.now()
    await world.centre.stop_a_process()
    await until(lambda: world.centre.dials == 2 and has_state(console, LinkState.ONLINE))
    assert world.centre.now() - stopped < dt.timedelta(seconds=0.3)
    assert set(console.seen.states[before:]) <= {LinkState.CONNECTING, LinkState.CATCHING_UP, LinkState.ONLINE}


@played
async def test_a_centre_that_keeps_sending_the_console_away_is_asked_more_slowly_and_said_to_be_away(world: World):
    console = await world.console().online()
    for times in range(1, 7):
        await until(lambda times=times: world.centre.dials == times and has_state(console, LinkState.ONLINE))
        await world.centre.stop_a_process()
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert words.CLOSED in console.seen.status.detail
    assert (console.seen.status.retry_in_s or 0) >= 1
