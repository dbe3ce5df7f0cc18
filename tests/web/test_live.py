"""The live WebSocket, on a real socket."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from ccserver.core import events as fact
from ccserver.core import talk_events as talk
from ccserver.core.commands import CallState, HideCall, Refuse
from ccserver.core.ids import AgentId, Queue
from ccserver.core.site import WorkState
from ccserver.db.people import Role
from ccserver.web import messages as m
from ccserver.web import requests as ask
from ccserver.web.live import ScreenCommand
from ccserver.web.ring import REPLAY_MAX, RING_BYTES
from tests.web.house import (
    ANNA,
    BOB,
    CALL,
    WANG,
    House,
    hear,
    person,
    running,
    say,
    shown_agent,
    shown_call,
    shown_caller,
)


async def code_of(socket: ClientConnection) -> int:
    """How the server closes the connection."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def test_an_agent_sees_the_own_state_and_a_supervisor_all() -> None:
    async with running(House()) as house:
        house.live.name_agent(ANNA, name="Anna", phone="1001")
        for command in (shown_agent(ANNA), shown_agent(BOB), shown_call()):
            house.live.perform(command)
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            mine, all_ = await hear(anna), await hear(sue)
    assert [agent["name"] for agent in mine["agents"]] == ["Anna"]
    assert mine["calls"] == []
    assert {agent["agent"] for agent in all_["agents"]} == {"anna", "bob"}
    assert [call["contact"] for call in all_["calls"]] == [CALL]
    assert all_["queues"] == ["sales", "service"]
    assert mine["me"]["agent"] == "anna"
    assert all_["me"]["agent"] is None


async def test_new_queues_are_shown_to_open_screens_and_to_those_that_come_back() -> None:
    queues = [Queue("parts"), Queue("sales")]
    async with running(House()) as house:
        async with house.screen("sue") as sue, house.screen("anna") as anna:
            seen = await hear(sue)
            await hear(anna)
            house.live.show_queues(queues)
            told = await hear(sue, "snapshot")
            assert told["queues"] == ["parts", "sales"]
            assert (await hear(anna, "snapshot"))["agents"] == []
            assert told["seq"] > seen["seq"]
        async with house.screen("sue", since=seen["seq"], run=seen["run"]) as sue:
            assert (await hear(sue))["queues"] == ["parts", "sales"]


async def test_changes_follow_the_snapshot_each_with_its_seq() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            await hear(anna)
            await hear(sue)
            house.live.perform(shown_call())
            house.live.perform(shown_agent(BOB))
            house.live.perform(shown_call(CallState.OFFERED, ANNA))
            house.live.perform(shown_call(CallState.QUEUED))
            house.live.perform(HideCall(contact=CALL))
            hers = [await hear(anna) for _ in range(3)]
            all_ = [await hear(sue) for _ in range(5)]
    # The call of which she is no longer told is gone for her: the offer went to someone else.
    assert [one["type"] for one in hers] == ["call_changed", "caller_card", "call_gone"]
    assert [one["type"] for one in all_] == [
        "call_changed",
        "agent_changed",
        "call_changed",
        "call_changed",
        "call_gone",
    ]
    assert [one["seq"] for one in all_] == sorted({one["seq"] for one in all_})


async def test_the_pop_carries_the_profile_and_its_ack_is_measured() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as first, house.screen("anna") as second:
            await hear(first)
            await hear(second)
            house.live.keep_card(CALL, WANG)
            before = REGISTRY.get_sample_value("ccserver_pop_latency_seconds_count") or 0.0
            house.live.perform(shown_caller())
            card = (await hear(first))["card"]
            assert (await hear(second))["card"] == card
            house.time += 0.25
            await say(first, type="ack_pop", contact=CALL)
            await say(second, type="ack_pop", contact=CALL)
            assert await house.events.get() == fact.ScreenOpened(agent=ANNA)
            assert await house.events.get() == fact.PopAcked(agent=ANNA, contact=CALL)
            await say(second, type="ready")
            assert await house.events.get() == fact.AgentReady(agent=ANNA)
    assert card["name"] == "王芳"
    assert card["reasons"] == [
        {"part": "tier", "share": 0.5},
        {"part": "revenue", "share": 0.1},
    ]
    assert card["complete"] is True
    assert card["keys"] == [{"step": "main", "key": "1"}]
    assert card["data"] == [{"label": "Order", "value": "A-17"}]
    assert card["waited_ms"] == 10_000
    after = REGISTRY.get_sample_value("ccserver_pop_latency_seconds_count")
    assert after == before + 1, "the first ack is the truth"


async def test_a_pop_is_in_the_snapshot_until_the_agent_is_done_with_the_call() -> None:
    async with running(House()) as house:
        house.live.keep_card(CALL, WANG)
        for command in (
            shown_caller(),
            shown_agent(work=WorkState.RESERVED),
            shown_agent(work=WorkState.WRAP_UP),
            HideCall(contact=CALL),
        ):
            house.live.perform(command)
        async with house.screen("anna") as anna:
            assert (await hear(anna))["card"]["name"] == "王芳"
        house.live.perform(shown_agent())
        async with house.screen("anna") as anna:
            assert (await hear(anna))["card"] is None


async def test_a_pop_without_a_profile_goes_at_once_and_is_completed() -> None:
    async with running(House()) as house:
        house.profiles[WANG.number] = WANG
        async with house.screen("anna") as anna:
            await hear(anna)
            house.live.perform(shown_caller())
            first, second = await hear(anna), await hear(anna)
    assert (first["card"]["name"], first["card"]["complete"]) == ("", False)
    assert (second["card"]["name"], second["card"]["complete"]) == ("王芳", True)


async def test_after_a_restart_the_card_of_a_talk_is_made_up_again() -> None:
    async with running(House()) as house:
        house.profiles[WANG.number] = WANG
        async with house.screen("anna") as anna:
            await hear(anna)
            house.live.perform(shown_agent(work=WorkState.ON_CALL))
            house.live.perform(shown_call(CallState.TALKING, ANNA))
            kinds = [await hear(anna) for _ in range(4)]
            assert [one["type"] for one in kinds] == [
                "agent_changed",
                "call_changed",
                "caller_card",
                "caller_card",
            ]
            assert kinds[3]["card"]["name"] == "王芳"


async def test_a_card_stays_incomplete_while_the_database_is_away_and_others_come() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            house.database_away = True
            house.live.perform(shown_caller())
            assert (await hear(anna))["card"]["complete"] is False
            house.live.keep_card(CALL, WANG)
            assert (await hear(anna))["card"]["name"] == "王芳"


async def test_buttons_become_events() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            for message, event in (
                ({"type": "ready"}, fact.AgentReady(agent=ANNA)),
                (
                    {"type": "pause", "reason": " lunch "},
                    fact.AgentPaused(agent=ANNA, reason="lunch"),
                ),
                ({"type": "hang_up"}, fact.AgentHungUp(agent=ANNA)),
                ({"type": "wrap_up_done"}, fact.WrapUpDone(agent=ANNA)),
                (
                    {"type": "transfer", "queue": "service"},
                    talk.AgentTransferred(agent=ANNA, queue=Queue("service")),
                ),
            ):
                await say(anna, **message)
                got = await house.events.get()
                if isinstance(got, fact.ScreenOpened):
                    got = await house.events.get()
                assert got == event
            house.live.perform(Refuse(agent=ANNA, request="hang_up", reason="No call."))
            assert (await hear(anna))["reason"] == "No call."


async def test_only_the_first_and_the_last_screen_count() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as first:
            await hear(first)
            async with house.screen("anna") as second:
                await hear(second)
            await say(first, type="ready")
            assert await house.events.get() == fact.ScreenOpened(agent=ANNA)
            assert await house.events.get() == fact.AgentReady(agent=ANNA)
        assert await house.events.get() == fact.ScreenClosed(agent=ANNA)


async def test_logging_out_closes_all_screens_and_ends_the_token() -> None:
    async with running(House()) as house:
        token = house.token("anna")
        async with house.screen("anna") as first, house.screen("anna") as second:
            await hear(first)
            await hear(second)
            house.time += 1
            await say(first, type="log_out")
            assert (await code_of(first), await code_of(second)) == (4000, 4000)
        async with house.screen() as again:
            await say(again, type="hello", token=token)
            assert await code_of(again) == 4401
        events = [house.events.get_nowait() for _ in range(house.events.qsize())]
    assert fact.AgentLoggedOut(agent=ANNA) in events
    assert events[-1] == fact.ScreenClosed(agent=ANNA)


# -- coming back


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 30), st.booleans())
def test_what_was_missed_comes_once_and_in_order(acts: list[int], cut: int, is_floor: bool) -> None:
    """Whatever happens before and after the cut: what was read and what is replayed make one."""
    house = House()
    commands: list[ScreenCommand] = [
        shown_agent(ANNA),
        shown_agent(BOB, WorkState.ON_CALL),
        shown_call(),
        shown_call(CallState.OFFERED, ANNA),
        HideCall(contact=CALL),
        shown_caller(ANNA),
    ]
    live = house.live
    for act in acts[:cut]:
        live.perform(commands[act])
    since = live._seq
    for act in acts[cut:]:
        live.perform(commands[act])
    screen = FakeScreen(is_floor)
    missed = live._missed(screen, ask.Hello(type="hello", token="t", since=since, run="run-1"))  # type: ignore[arg-type]
    assert missed is not None
    seqs = [json.loads(frame[frame.index(b"{") :])["seq"] for frame in missed]
    assert seqs == [
        seq
        for seq, _, agent, floor in live._ring.frames
        if seq > since and ((floor and is_floor) or (agent == ANNA and not is_floor))
    ]


class FakeScreen:
    """As much of a screen as the replay looks at."""

    is_changed = False

    def __init__(self, is_floor: bool) -> None:
        self.is_floor = is_floor
        self.me = m.Me(
            id="1",
            login="x",
            name="X",
            role=Role.SUPERVISOR if is_floor else Role.AGENT,
            agent=None if is_floor else ANNA,
        )


async def test_a_screen_that_comes_back_gets_exactly_what_it_missed() -> None:
    async with running(House()) as house:
        async with house.screen("sue") as sue:
            snapshot = await hear(sue)
            house.live.perform(shown_agent(ANNA))
            last = await hear(sue)
        house.live.perform(shown_agent(BOB))
        house.live.perform(shown_call())
        async with house.screen("sue", since=last["seq"], run=snapshot["run"]) as sue:
            missed = [await hear(sue), await hear(sue)]
            end = json.loads(await sue.recv())
    assert [one["type"] for one in missed] == ["agent_changed", "call_changed"]
    assert [one["seq"] for one in missed] == [last["seq"] + 1, last["seq"] + 2]
    assert (end["type"], end["seq"]) == ("tick", last["seq"] + 2)


@pytest.mark.parametrize(
    "hello",
    [
        {"since": 0, "run": "another run"},
        {"since": 5},
        {"since": 10**9, "run": "run-1"},
        {"run": "run-1"},
    ],
    ids=["other-run", "no-run", "future", "no-since"],
)
async def test_a_screen_that_cannot_go_on_gets_a_snapshot(hello: dict[str, object]) -> None:
    async with running(House()) as house:
        house.live.perform(shown_agent(ANNA))
        async with house.screen("anna", **hello) as anna:
            assert (await hear(anna))["type"] == "snapshot"


async def test_a_screen_that_missed_too_much_gets_a_snapshot() -> None:
    async with running(House()) as house:
        for _ in range(REPLAY_MAX + 1):
            house.live.perform(shown_agent(ANNA))
        async with house.screen("anna", since=0, run="run-1") as anna:
            assert (await hear(anna))["type"] == "snapshot"


async def test_rights_that_changed_mean_a_snapshot() -> None:
    async with running(House()) as house:
        token = house.token("anna")
        house.people["anna"] = person("anna", Role.SUPERVISOR, "1001")
        async with house.screen() as anna:
            await say(anna, type="hello", token=token, since=0, run="run-1")
            answer = await hear(anna)
    assert (answer["type"], answer["me"]["role"]) == ("snapshot", "supervisor")


def test_the_ring_is_bounded() -> None:
    live = House().live
    for number in range(60_000):
        live.perform(shown_agent(AgentId(f"agent-{number}")))
    assert live._ring.bytes <= RING_BYTES
    assert live._ring.frames[-1][0] == 60_000
    hello = ask.Hello(type="hello", token="t", since=1, run="run-1")
    assert live._missed(FakeScreen(is_floor=True), hello) is None  # type: ignore[arg-type]


# -- what should not be


async def test_a_stuck_screen_is_dropped_and_the_others_feel_nothing() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as well:
            await hear(well)
            stuck = await connect(
                f"ws://127.0.0.1:{house.port}/live",
                compression=None,
                proxy=None,
                max_queue=1,
                ping_interval=None,
            )
            await say(stuck, type="hello", token=house.token("sue"))
            await hear(stuck)
            big = Refuse(agent=ANNA, request="ready", reason="x" * 10_000)
            sent = 0
            # The supervisor never reads again: kernel and backlog fill, and then it goes.
            while house.live._floor:
                house.live.perform(shown_agent(ANNA))
                house.live.perform(big)
                sent += 2
                assert [(await hear(well))["type"] for _ in range(2)] == [
                    "agent_changed",
                    "refused",
                ]
                assert sent < 500_000
            stuck.transport.abort()


async def test_bad_input_is_answered_and_kills_nothing() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            for bad in (
                "",
                "{",
                "[]",
                "null",
                '"ready"',
                '{"type":"nonsense"}',
                '{"type":"ready","extra":1}',
                '{"type":"pause"}',
                '{"type":"pause","reason":"   "}',
                '{"type":"pause","reason":"' + "x" * 61 + '"}',
                '{"type":"ack_pop","contact":7}',
                "[" * 2000,
                "\x00",
                b"\xff\xfe",
            ):
                await anna.send(bad)
                answer = await hear(anna)
                assert answer["type"] == "error", bad
                assert answer["what_to_do"]
            await say(anna, type="hello", token="x")
            assert (await hear(anna))["type"] == "error"
            await say(anna, type="ack_pop", contact="no such contact")
            await say(anna, type="ready")
            assert await house.events.get() == fact.ScreenOpened(agent=ANNA)
            assert await house.events.get() == fact.AgentReady(agent=ANNA)


async def test_one_without_a_phone_cannot_press_agents_buttons() -> None:
    async with running(House()) as house:
        async with house.screen("sue") as sue:
            await hear(sue)
            await say(sue, type="ready")
            assert (await hear(sue))["error"] == "You take no calls."
        assert house.events.empty()


async def test_too_much_and_too_long_is_cut_off() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            for _ in range(300):
                await anna.send("{")
            assert await code_of(anna) == 4429
        async with house.screen("anna") as anna:
            await hear(anna)
            await anna.send("x" * 20_000)
            assert await code_of(anna) == 1009


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"type":"hello","token":"forged"}', 4401),
        ('{"type":"hello","token":""}', 4400),
        ('{"type":"ready"}', 4400),
        ("nonsense", 4400),
        (b"\x00", 4400),
    ],
    ids=["forged", "empty", "not-hello", "no-json", "binary"],
)
async def test_a_bad_hello_is_refused(first: str | bytes, code: int) -> None:
    async with running(House()) as house:
        async with house.screen() as socket:
            await socket.send(first)
            assert await code_of(socket) == code


async def test_silence_instead_of_hello_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ccserver.web.screen.HELLO_SECONDS", 0.01)
    async with running(House()) as house, house.screen() as socket:
        assert await code_of(socket) == 4408


async def test_an_expired_token_ends_the_session() -> None:
    async with running(House()) as house:
        old = house.token("anna")
        async with house.screen("anna") as anna:
            await hear(anna)
            house.time += 15 * 60
            house.live.beat()
            assert await code_of(anna) == 4401
        async with house.screen() as late:
            await say(late, type="hello", token=old)
            assert await code_of(late) == 4401


async def test_a_token_is_renewed_over_the_socket() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            house.time += 10 * 60
            await say(anna, type="renew_token")
            fresh = await hear(anna, "token")
            house.time += 10 * 60
            house.live.beat()
            assert (await hear(anna, "tick"))["at"] == round(house.time * 1000)
        async with house.screen() as again:
            await say(again, type="hello", token=fresh["token"])
            assert (await hear(again))["type"] == "snapshot"


async def test_a_person_who_was_deactivated_is_thrown_out() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            del house.people["anna"]
            house.live.throw_out("anna")
            assert await code_of(anna) == 4403


async def test_the_recheck_throws_out_whoever_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccserver.web.live.RECHECK_SECONDS", 0.01)
    async with running(House()) as house:
        async with house.screen("anna") as anna, house.screen("bob") as bob:
            await hear(anna)
            await hear(bob)
            house.database_away = True
            await hear(bob, "tick")
            house.database_away = False
            del house.people["anna"]
            assert await code_of(anna) == 4403
            await say(bob, type="renew_token")
            await hear(bob, "token")


async def test_a_lost_database_sends_nobody_home() -> None:
    async with running(House()) as house:
        house.database_away = True
        async with house.screen("anna") as anna:
            assert (await hear(anna))["type"] == "snapshot"
            await say(anna, type="renew_token")
            await hear(anna, "token")


async def test_a_sixth_screen_closes_the_first() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as first:
            await hear(first)
            sockets = []
            for _ in range(5):
                socket = await connect(
                    f"ws://127.0.0.1:{house.port}/live", compression=None, proxy=None
                )
                await say(socket, type="hello", token=house.token("anna"))
                await hear(socket)
                sockets.append(socket)
            assert await code_of(first) == 4409
            for socket in sockets:
                await socket.close()


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (Origin("http://evil.example"), False),
        (Origin("null"), False),
        (Origin("https://desk.example"), True),
        (None, True),
    ],
    ids=["foreign", "null", "configured", "program"],
)
async def test_foreign_pages_cannot_open_a_socket(origin: Origin | None, allowed: bool) -> None:
    async with running(House()) as house:
        address = f"ws://127.0.0.1:{house.port}/live"
        if allowed:
            async with connect(address, origin=origin, proxy=None):
                return
        with pytest.raises(InvalidStatus) as caught:
            await connect(address, origin=origin, proxy=None)
        assert caught.value.response.status_code == 403


async def test_our_own_page_can_open_a_socket() -> None:
    async with running(House()) as house:
        origin = Origin(f"http://127.0.0.1:{house.port}")
        async with connect(f"ws://127.0.0.1:{house.port}/live", origin=origin, proxy=None):
            pass
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{house.port}/elsewhere", proxy=None)
