"""The link to Asterisk, against a manager interface that misbehaves in every way that was seen."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest
import uvloop
from structlog.testing import capture_logs

from ccserver.ami.errors import UnsafeHeaderError
from ccserver.ami.filters import EVENTS, KEYS_FROM, NOT_OF_ATTEMPTS
from ccserver.ami.link import Link, Pace
from ccserver.ami.session import UNSENT_BYTES_MAX
from tests.ami.fake_ami import BANNER, FakeAmi, block, response
from tests.ami.house import (
    QUICK,
    REDIRECT,
    Dice,
    House,
    link_to,
    linked,
    metric,
    never,
    running,
    user_event,
)

# -- the way up


async def test_only_what_is_wanted_is_asked_for_before_anything_else_is_done() -> None:
    async with linked() as (ami, _, _):
        names = ami.names()
        filters = [heard for heard in ami.heard if heard["Action"] == "Filter"]
        assert names[0] == "Login"
        assert ami.heard[0]["Events"] == "system"
        kinds = [f"action(include),name({name})" for name in EVENTS]
        assert [f["MatchCriteria"].partition(",header(")[0] for f in filters] == kinds
        # A key that is pressed in a flow may be secret.
        assert {f["MatchCriteria"]: f["Filter"] for f in filters if "Filter" in f} == {
            f"{kinds[1]},header(Context),method(regex)": KEYS_FROM,
            f"{kinds[3]},header(DestUniqueid),method(regex)": NOT_OF_ATTEMPTS,
        }
        assert "dialplan" not in (await ami.hears("Events"))["EventMask"]


async def test_the_resync_runs_after_each_log_in_and_each_has_its_end() -> None:
    async with linked() as (ami, house, _):
        ami.cut()
        await house.hears("up", 2)
    assert house.told == ["FullyBooted", "up", "down closed", "FullyBooted", "up", "down stopped"]


async def test_the_link_waits_for_an_asterisk_that_is_still_starting() -> None:
    house = House()
    async with FakeAmi() as ami:
        ami.booted = b""
        async with running(link_to(ami, house, replace(QUICK, boot_seconds=15.0))):
            await ami.hears("Events")
            await ami.hears("Ping", 2)
            assert "up" not in house.told
            ami.say(block("Event: FullyBooted"))
            await house.hears("up")


async def test_the_link_comes_up_even_if_fully_booted_never_comes() -> None:
    house = House()
    async with FakeAmi() as ami:
        ami.booted = b""
        with capture_logs() as logs:
            async with running(link_to(ami, house, replace(QUICK, boot_seconds=0.05))):
                await house.hears("up")
    assert any("read = system" in line.get("fix", "") for line in logs)


async def test_a_refused_filter_costs_work_but_not_the_link() -> None:
    house = House()
    async with FakeAmi() as ami:
        ami.answers["Filter"] = lambda heard: response(
            heard, "Message: Permission denied", kind="Error"
        )
        with capture_logs() as logs:
            async with running(link_to(ami, house)):
                await house.hears("up")
                before = metric("ccserver_ami_passed_over_total")
                ami.say(block("Event: VarSet", "Variable: x"), user_event("After"))
                await house.hears("After")
                await ami.hears("Ping", 1 + ami.names().count("Ping"))
                await ami.hears("Ping", 1 + ami.names().count("Ping"))
    assert "VarSet" not in house.told
    assert metric("ccserver_ami_passed_over_total") == before + 1
    assert [line["fix"] for line in logs if "filter" in line["event"]] == [
        "give the user `write = system` in manager.conf"
    ]


async def test_a_refused_log_in_is_tried_again_slowly_and_says_each_time_what_to_fix() -> None:
    house = House()
    async with FakeAmi() as ami:
        with capture_logs() as logs:
            async with running(link_to(ami, house, secret="wrong")):
                await ami.hears("Login", 3)
    refused = [line for line in logs if line["log_level"] == "error"]
    assert len(refused) == 2
    assert all(
        line["retry_in_seconds"] == round(QUICK.retry_refused_seconds, 1) for line in refused
    )
    assert all("manager.conf" in line["fix"] for line in refused)
    assert "wrong" not in str(logs)
    assert house.told == []


async def test_a_failed_resync_is_tried_again_and_its_words_are_not_logged() -> None:
    house = House()
    attempts = iter([ValueError("+8613800001111"), None])

    async def resync(_: Link) -> None:
        fault = next(attempts)
        if fault is not None:
            raise fault

    house.on_up = resync
    async with FakeAmi() as ami:
        with capture_logs() as logs:
            async with running(link_to(ami, house)):
                await house.hears("up")
    assert house.told == ["FullyBooted", "down failed", "FullyBooted", "up", "down stopped"]
    assert "ValueError" in str(logs)
    assert "138" not in str(logs)


async def test_a_resync_that_takes_too_long_is_given_up() -> None:
    house = House()
    house.on_up = never
    async with FakeAmi() as ami:
        async with running(link_to(ami, house, replace(QUICK, resync_seconds=0.05))):
            await house.hears("down failed")
            await ami.hears("Login", 2)


async def test_a_stranger_on_the_port_is_left_at_once() -> None:
    house = House()
    async with FakeAmi() as ami:
        ami.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
        async with running(link_to(ami, house)):
            await ami.sees(lambda: len(ami.lines) > 2)
    assert house.told == []


async def test_a_secret_that_would_forge_an_action_is_refused_at_the_start() -> None:
    with pytest.raises(UnsafeHeaderError):
        link_to(FakeAmi(), House(), secret="x\r\nAction: Command")


# -- events


async def test_an_exception_in_a_handler_is_counted_and_drops_nothing() -> None:
    async with linked() as (ami, house, link):
        before = metric("ccserver_ami_handler_errors_total", handler="on_event")
        house.on_event = lambda message: [][len(message.event)]
        with capture_logs() as logs:
            ami.say(user_event("First", "CallerIDNum: 13800001111"), user_event("Second"))
            await house.hears("Second")
        assert link.up
        assert metric("ccserver_ami_handler_errors_total", handler="on_event") == before + 2
        assert logs[0]["error"] == "IndexError"
        assert "138" not in str(logs)
        assert len(ami.lines) == 1


async def test_a_doubled_event_header_drops_nothing_and_changes_nothing() -> None:
    async with linked() as (ami, house, _):
        ami.say(user_event("Held", "Name: bob", "Event: Hangup", "Event: X"), user_event("After"))
        await house.hears("After")
        assert house.told[-2:] == ["Held", "After"]
        assert len(ami.lines) == 1


async def test_events_come_in_order_though_they_are_cut_anywhere() -> None:
    async with linked() as (ami, house, _):
        data = b"".join(user_event(f"李雷{number}") for number in range(20))
        for byte in data:
            ami.say(bytes([byte]))
        await house.hears("李雷19")
        assert house.told[-20:] == [f"李雷{number}" for number in range(20)]


async def test_latin_1_in_an_event_spoils_no_other_header() -> None:
    async with linked() as (ami, house, _):
        names: list[str] = []
        house.on_event = lambda message: names.append(message.get("Name"))
        ami.say(block("Event: UserEvent", "UserEvent: Held", "Name: M?ller").replace(b"?", b"\xfc"))
        await house.hears("Held")
        assert names == ["Müller"]


async def test_a_message_without_end_costs_the_connection_and_not_the_memory() -> None:
    async with linked() as (ami, house, _):
        ami.say(b"Event: UserEvent\r\n" + b"Variable: x\r\n" * 100_000)
        await house.hears("down garbage")
        await house.hears("up", 2)


async def test_lateness_is_told_apart_from_two_clocks_that_differ() -> None:
    async with linked() as (ami, house, _):
        count = partial(metric, "ccserver_ami_event_lag_seconds_count")
        total = partial(metric, "ccserver_ami_event_lag_seconds_sum")
        counted, summed = count(), total()
        # Our clock stands at …001.0 and a ping was stamped …000.25: an offset of 0.75 s.
        ami.say(block("Event: UserEvent", "Timestamp: 1700000000.125", "UserEvent: Late"))
        await house.hears("Late")
        assert count() == counted + 1
        assert total() == pytest.approx(summed + 0.125)
        ami.say(block("Event: UserEvent", "Timestamp: nan", "UserEvent: Odd"))
        await house.hears("Odd")
        assert count() == counted + 1


# -- the pulse


async def test_the_heartbeat_is_asterisks_own_clock_in_whole_seconds() -> None:
    async with linked() as (ami, _, _):
        rtt = metric("ccserver_ami_rtt_seconds_count")
        heard = await ami.hears("Setvar", 2)
        assert (heard["Variable"], heard["Value"]) == ("CC_HEARTBEAT", "1700000000")
        assert "Channel" not in heard
        assert metric("ccserver_ami_rtt_seconds_count") > rtt
        assert metric("ccserver_ami_up") == 1


async def test_the_heart_stands_still_while_the_pump_does() -> None:
    async with linked() as (ami, house, _):
        await ami.hears("Setvar")
        house.alive = False
        await ami.hears("Ping", ami.names().count("Ping") + 1)
        beats = ami.names().count("Setvar")
        await ami.hears("Ping", ami.names().count("Ping") + 3)
        assert ami.names().count("Setvar") == beats
        house.alive = True
        await ami.hears("Setvar", beats + 1)


async def test_a_refused_heartbeat_is_told_once() -> None:
    house = House()
    async with FakeAmi() as ami:
        ami.answers["Setvar"] = lambda heard: response(heard, "Message: No", kind="Error")
        with capture_logs() as logs:
            async with running(link_to(ami, house)):
                await ami.hears("Setvar", 4)
    assert len([line for line in logs if "heartbeat" in line["event"]]) == 1


async def test_a_ping_without_a_clock_sets_no_heartbeat() -> None:
    house = House()
    async with FakeAmi() as ami:
        ami.answers["Ping"] = lambda heard: response(heard, "Ping: Pong")
        async with running(link_to(ami, house)):
            await house.hears("up")
            await ami.hears("Ping", 4)
    assert "Setvar" not in ami.names()


def test_a_dead_peer_is_noticed_within_five_seconds() -> None:
    assert Pace().ping_seconds + Pace().pong_seconds < 5.0


async def test_a_peer_that_stops_answering_is_left_and_found_again() -> None:
    async with linked(replace(QUICK, pong_seconds=0.1)) as (ami, house, _):
        pong, ami.answers["Ping"] = ami.answers["Ping"], None
        await house.hears("down silent")
        ami.answers["Ping"] = pong
        await house.hears("up", 2)
        assert ami.open_lines == 1


async def test_an_asterisk_that_does_not_read_costs_the_connection_and_not_the_memory() -> None:
    async with linked(replace(QUICK, pong_seconds=15.0)) as (ami, house, link):
        ami.stop_reading()
        sent = 0
        long = {"Action": "Setvar", "Variable": "X", "Value": "x" * 1000}
        while link.up:
            link.send(long, lambda outcome: house.tell(type(outcome).__name__))
            sent += 1
            if sent % 1000 == 0:
                await asyncio.sleep(0)
            # What the kernel keeps for both sides is not ours to bound.
            assert sent * 1000 < UNSENT_BYTES_MAX + 64_000_000
        assert "down stuck" in house.told
        assert house.told.count("AmiDisconnected") == sent


# -- losing and finding


async def test_the_link_comes_back_when_asterisk_does() -> None:
    house = House()
    ami = FakeAmi()
    async with ami:
        port = ami.port
    dice = Dice()
    with capture_logs() as logs:
        async with running(link_to(ami, house, dice=dice)):
            await dice.rolls(3)
            again = FakeAmi()
            again.port = port
            async with again:
                await house.hears("up")
    assert all(line["fix"].startswith("start Asterisk") for line in logs[:3])


async def test_the_pauses_grow_to_a_bound_and_never_beat_in_time() -> None:
    house = House()
    async with FakeAmi() as ami:
        pass
    pace = replace(QUICK, retry_first_seconds=0.1, retry_last_seconds=0.4)
    dice = Dice()
    with capture_logs() as logs:
        async with running(link_to(ami, house, pace, dice=dice)):
            await dice.rolls(7)
    assert [line["retry_in_seconds"] for line in logs[:6]] == [
        round(roll * bound, 1)
        for roll, bound in zip(dice.rolled, [0.1, 0.2, 0.4, 0.4, 0.4, 0.4], strict=False)
    ]
    assert len(set(dice.rolled)) == 7
    assert all(0.5 <= roll <= 1.0 for roll in dice.rolled)


@pytest.mark.parametrize("moment", ["connecting", "login", "booting", "resync", "up", "pausing"])
async def test_a_stop_at_any_moment_leaves_nothing_behind(moment: str) -> None:
    house = House()
    async with FakeAmi() as ami:
        if moment == "login":
            ami.answers["Login"] = None
        if moment == "booting":
            ami.booted = b""
        if moment == "resync":
            house.on_up = never
        pace = replace(QUICK, retry_refused_seconds=10.0, boot_seconds=10.0)
        link = link_to(ami, house, pace, secret="wrong" if moment == "pausing" else "right")
        async with running(link):
            await _reached(moment, ami, house)
        await ami.sees(lambda: ami.open_lines == 0)
        assert not [task for task in asyncio.all_tasks() if "Link" in repr(task.get_coro())]
        assert not link.up
        assert house.told.count("down stopped") == (moment in {"resync", "up"})
        logins = ami.names().count("Login")
        await asyncio.sleep(0.05)
        assert ami.names().count("Login") == logins


async def test_a_stop_while_a_lost_session_is_cleared_away_is_still_a_stop() -> None:
    house = House()

    async def resync(_: Link) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            house.tell("clearing")
            await asyncio.sleep(0.02)

    house.on_up = resync
    async with FakeAmi() as ami:
        async with running(link_to(ami, house)):
            await ami.hears("Ping", 3)
            ami.cut()
            await house.hears("clearing")
    assert house.told == ["FullyBooted", "down closed", "clearing"]


async def _reached(moment: str, ami: FakeAmi, house: House) -> None:
    match moment:
        case "connecting":
            await asyncio.sleep(0)
        case "login" | "booting":
            await ami.hears("Login" if moment == "login" else "Events")
        case "pausing":
            await ami.hears("Login")
            await ami.sees(lambda: ami.open_lines == 0)
        case "resync":
            await ami.hears("Events")
            await ami.hears("Ping", ami.names().count("Ping") + 2)
        case _:
            await house.hears("up")


def test_the_same_on_uvloop() -> None:
    async def story() -> None:
        async with linked() as (ami, house, link):
            ami.say(user_event("Held"))
            await house.hears("Held")
            assert (await link.call(REDIRECT)).ok
            ami.answers["Redirect"] = None
            link.send(REDIRECT, house.reply)
            await ami.hears("Redirect", 2)
            ami.cut()
            await house.hears("AmiDisconnected")
            await house.hears("up", 2)
        assert ami.raw.startswith(b"Action: Login\r\n")
        assert ami.banner == BANNER

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(story())
