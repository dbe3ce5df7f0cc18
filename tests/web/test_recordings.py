"""Recordings over HTTP: found, told of, and given words."""

from base64 import b64decode
from pathlib import Path

import pytest

from ccserver import clock
from tests.db.calls import T0
from tests.web.house import House, running
from tests.web.talked import FIRST, SECOND, execute, id_of, talked

pytestmark = pytest.mark.db


async def test_a_recording_is_found_with_all_that_a_list_shows(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        found = (await sue.get("/api/recordings")).json()
        assert [one["contact"] for one in found["recordings"]] == [SECOND, FIRST]
        assert found["next"] is None
        newest = found["recordings"][0]
        assert newest["started_at"] > T0 * 1000
        assert newest["ended_at"] == newest["started_at"] + 60_000
        del newest["started_at"], newest["ended_at"], newest["id"]
        assert newest == {
            "contact": SECOND,
            "kind": "contact",
            "direction": "inbound",
            "seconds": 60.0,
            "queue": "sales",
            "agents": ["anna"],
            "caller": "+8613800138000",
            "customer": "1",
            "customer_name": "王芳",
            "disposition": None,
            "tags": [],
            "state": "raw",
            "fault": "",
            "evaluations": 0,
            "held": False,
            "transcribed": False,
        }


async def test_pages_follow_each_other(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        first = (await sue.get("/api/recordings?limit=1")).json()
        second = (await sue.get(f"/api/recordings?limit=1&after={first['next']}")).json()
        assert [one["contact"] for one in first["recordings"]] == [SECOND]
        assert [one["contact"] for one in second["recordings"]] == [FIRST]
        assert second["next"] is None
        wrong = await sue.get("/api/recordings?after=x")
        assert (wrong.status_code, wrong.json()["detail"]) == (
            422, "`after` is not a place in the list.",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("from=2023-11-14T22:13", 2),
        ("from=2023-11-14T22:14:30Z", 1),
        ("until=2023-11-14T22:14:30%2B00:00", 1),
        ("until=2023-11-15T06:14:30%2B08:00", 1),
        ("from=2026-01-01", 0),
        ("agent=anna", 2),
        ("agent=bob", 0),
        ("team=front", 2),
        ("team=front&agent=bob", 0),
        ("team=nowhere", 0),
        ("queue=sales", 2),
        ("number=138 0013 8000", 2),
        ("number=%2B8613800138000", 2),
        ("number=8000", 0),
        ("customer=1", 2),
        ("customer=2", 0),
        ("kind=contact", 2),
        ("kind=voicemail", 0),
        ("direction=inbound", 2),
        ("length_min=60&length_max=60", 2),
        ("length_min=61", 0),
        ("fault=true", 0),
        (f"contact={FIRST}", 1),
        ("contact=none", 0),
        ("text=refund", 0),
        ("tag=vip", 0),
        ("disposition=sold", 0),
    ],
)
async def test_filters_are_read_as_people_write_them(
    database: str, tmp_path: Path, query: str, count: int
) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        await execute(database, "UPDATE person SET team = 'front' WHERE login = 'anna'")
        answer = await sue.get(f"/api/recordings?{query}")
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["recordings"]) == count


@pytest.mark.parametrize(
    "query",
    [
        *("from=yesterday", "from=0001-01-01", "until=9999-12-31", "length_min=-1"),
        *("length_max=nan", "customer=x", "kind=call", "limit=0", "limit=201", "tag=%2C", "tag="),
        *("agent=%00", "text=%00", "color=red", "from=0001-01-01T00:00:00%2B14:00"),
    ],
)
async def test_nonsense_is_refused_with_advice(database: str, query: str) -> None:
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        answer = await sue.get(f"/api/recordings?{query}")
    assert answer.status_code == 422
    assert answer.json()["what_to_do"]


async def test_an_agent_finds_what_heard_him_and_nothing_else(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house:
        first = await id_of(house, FIRST)
        async with house.http("anna") as anna, house.http("bob") as bob:
            assert len((await anna.get("/api/recordings")).json()["recordings"]) == 2
            assert (await bob.get("/api/recordings")).json()["recordings"] == []
            assert (await anna.get(f"/api/recordings/{first}")).status_code == 200
            hidden = await bob.get(f"/api/recordings/{first}")
            unknown = await bob.get("/api/recordings/999")
        async with house.http() as nobody:
            assert (await nobody.get("/api/recordings")).status_code == 401
    assert hidden.status_code == 404
    assert hidden.json() == unknown.json(), "nor learns that there is one"


async def test_one_recording_is_told_in_full(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        first = await id_of(house, FIRST)
        await execute(
            database,
            "INSERT INTO recording_mark SELECT contact, started_at + interval '5.5 s', 'hold',"
            " 'anna', '' FROM recording",
        )
        await execute(
            database,
            "INSERT INTO recording_deletion (recording, contact, kind, file, started_at, why,"
            " detail, by) SELECT id, contact, kind, 'f', started_at, 'retention', 'a year', 'x'"
            " FROM recording WHERE id = $1",
            first,
        )
        told = (await sue.get(f"/api/recordings/{first}")).json()
    assert told["contact"] == FIRST
    assert told["legs"] == [
        {"file": f"{FIRST}-1.raw", "agents": ["anna"], "offset": 0, "seconds": 60, "fault": ""}
    ]
    assert {"offset": 5.5, "kind": "hold", "agent": "anna", "detail": ""} in told["marks"]
    assert told["spans"] == [{"offset": 0, "seconds": 60, "kind": "talk", "agent": "anna"}]
    (deletion,) = told["deletions"]
    assert (deletion["why"], deletion["detail"], deletion["by"]) == ("retention", "a year", "x")
    assert (told["transcript"], told["listenings"], told["holds"]) == (None, [], [])


async def test_reading_what_was_said_is_logged(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        first = await id_of(house, FIRST)
        await execute(
            database,
            "INSERT INTO transcript (recording, language, model, parts, text)"
            """ VALUES ($1, 'en', 'small', '[[0, 1.5, 2, "Refund, please"]]', 'refund please')""",
            first,
        )
        told = (await anna.get(f"/api/recordings/{first}")).json()
        await anna.get(f"/api/recordings/{first}")
        assert told["transcript"] == {
            "language": "en",
            "model": "small",
            "parts": [{"channel": 0, "offset": 1.5, "until": 2, "text": "Refund, please"}],
        }
        assert (told["listenings"], told["holds"]) == (None, None), "for supervisors"
        async with house.http("sue") as sue:
            (heard,) = (await sue.get(f"/api/recordings/{first}/listenings")).json()
            (found,) = (await sue.get("/api/recordings?text=please refund")).json()["recordings"]
        assert (heard["person"], heard["what"]) == ("anna", "read")
        assert (found["id"], found["transcribed"]) == (first, True)
        assert (await anna.get(f"/api/recordings/{first}/listenings")).status_code == 403


async def test_a_talk_is_given_words_to_find_it_again(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        first = await id_of(house, FIRST)
        url = f"/api/recordings/{first}"
        async with house.http("anna") as anna, house.http("bob") as bob, house.http("sue") as sue:
            noted = await anna.patch(url, json={"disposition": " sold "})
            assert (noted.status_code, noted.json()["disposition"]) == (200, "sold")
            assert (await anna.patch(url, json={"tags": ["vip"]})).status_code == 403
            assert (await bob.patch(url, json={"disposition": "x"})).status_code == 404
            tagged = await sue.patch(url, json={"tags": [" VIP ", "vip", "ärger 2"]})
            assert tagged.json()["tags"] == ["vip", "ärger 2"]
            assert tagged.json()["disposition"] == "sold"
            query = "/api/recordings?tag=Vip&tag=ärger 2&disposition=sold"
            assert [one["id"] for one in (await sue.get(query)).json()["recordings"]] == [first]
            cleared = (await sue.patch(url, json={"tags": [], "disposition": None})).json()
            assert (cleared["tags"], cleared["disposition"]) == ([], None)
            for wrong in ({"tags": ["a,b"]}, {"tags": [""]}, {"color": 1}, {"disposition": "\0"}):
                assert (await sue.patch(url, json=wrong)).status_code == 422


async def test_the_wave_form_is_there_when_the_recording_is_kept(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        first = await id_of(house, FIRST)
        early = await anna.get(f"/api/recordings/{first}/peaks")
        assert early.status_code == 404
        assert "try again" in early.json()["what_to_do"]
        await execute(database, "UPDATE recording SET peaks = '\\x00ff7f01' WHERE id = $1", first)
        peaks = (await anna.get(f"/api/recordings/{first}/peaks")).json()
        assert (peaks["per_second"], peaks["channels"]) == (10, 2)
        assert b64decode(peaks["peaks"]) == b"\0\xff\x7f\1"


async def test_administrators_see_who_heard_what(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        first, second = await id_of(house, FIRST), await id_of(house, SECOND)
        async with house.http("anna") as anna, house.http("sue") as sue, house.http("ada") as ada:
            await anna.get(f"/api/recordings/{first}/sound")
            await sue.get(f"/api/recordings/{second}/sound")
            await sue.get(f"/api/recordings/{first}/sound")
            every = (await ada.get("/api/listenings")).json()
            assert [(one["person"], one["recording"]) for one in every] == [
                ("sue", first),
                ("sue", second),
                ("anna", first),
            ]
            assert abs(every[0]["at"] / 1000 - clock.now()) < 60
            of_sue = (await ada.get("/api/listenings?person=sue&limit=1")).json()
            assert of_sue == every[:1]
            before = (await ada.get(f"/api/listenings?before={every[0]['id']}")).json()
            assert before == every[1:]
            assert (await sue.get("/api/listenings")).status_code == 403


async def test_without_a_database_nothing_is_found() -> None:
    async with running(House()) as house, house.http("sue") as client:
        for path in ("", "/1", "/1/sound", "/1/peaks"):
            assert (await client.get(f"/api/recordings{path}")).status_code == 503, path
