"""The sound of recordings over HTTP: in parts, by link, and in the log."""

import asyncio
import io
import wave
from pathlib import Path

import httpx
import numpy as np
import pytest

from ccserver.db.people import Role
from tests.web.house import House, person, running
from tests.web.talked import FIRST, SECOND, WAV_BYTES, execute, id_of, talked

pytestmark = pytest.mark.db


async def log(house: House) -> list[tuple[str, str]]:
    """Who did what, the oldest first."""
    async with house.http("ada") as ada:
        every = (await ada.get("/api/listenings")).json()
    return [(one["person"], one["what"]) for one in reversed(every)]


async def test_a_talk_is_heard_with_the_customer_left(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        url = f"/api/recordings/{await id_of(house, FIRST)}/sound"
        async with house.http("anna") as client:
            answer = await client.get(url)
        for login in ("sue", "ada"):
            async with house.http(login) as client:
                assert (await client.get(url)).content == answer.content, login
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert int(answer.headers["content-length"]) == WAV_BYTES
    assert answer.headers["content-disposition"].startswith(f'inline; filename="{FIRST}-')
    assert answer.headers["content-disposition"].endswith('.wav"')
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["accept-ranges"] == "bytes"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        left, right = np.frombuffer(sound.readframes(16_000), "<i2").reshape(-1, 2).T
    assert (set(left), set(right)) == ({-100}, {20_000})


async def test_another_agent_hears_nothing(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        url = f"/api/recordings/{await id_of(house, FIRST)}"
        async with house.http("bob") as client:
            answer = await client.get(f"{url}/sound")
            unknown = await client.get("/api/recordings/999/sound")
            assert (await client.post(f"{url}/link")).status_code == 404
        async with house.http() as client:
            assert (await client.get(f"{url}/sound")).status_code == 401
        assert await log(house) == []
    assert answer.status_code == 404
    assert answer.json() == unknown.json(), "nor learns that there is one"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-1", 0, 2), ("bytes=40-4000", 40, 4001), ("bytes=-7", WAV_BYTES - 7, WAV_BYTES)],
)
async def test_a_player_gets_the_part_that_it_asks_for(
    database: str, tmp_path: Path, asked: str, start: int, end: int
) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        url = f"/api/recordings/{await id_of(house, FIRST)}/sound"
        whole = await anna.get(url)
        part = await anna.get(url, headers={"Range": asked})
        assert part.status_code == 206
        assert part.content == whole.content[start:end]
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{WAV_BYTES}"
        assert int(part.headers["content-length"]) == end - start
        tag = {"If-Range": whole.headers["etag"]}
        assert (await anna.get(url, headers={"Range": asked} | tag)).content == part.content
        other = await anna.get(url, headers={"Range": asked, "If-Range": '"another"'})
        assert (other.status_code, other.content) == (200, whole.content)


async def test_a_part_beyond_the_end_is_refused_with_the_size(
    database: str, tmp_path: Path
) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        url = f"/api/recordings/{await id_of(house, FIRST)}/sound"
        answer = await anna.get(url, headers={"Range": f"bytes={WAV_BYTES}-"})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{WAV_BYTES}"
        assert answer.headers["content-type"] == "application/problem+json"
        two = await anna.get(url, headers={"Range": "bytes=0-1,4-5"})
        assert (two.status_code, len(two.content)) == (200, WAV_BYTES)


async def test_head_tells_of_the_sound_and_is_no_listening(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        answer = await anna.head(f"/api/recordings/{await id_of(house, FIRST)}/sound")
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) == WAV_BYTES
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.headers["etag"]
        assert await log(house) == []


async def test_one_persons_playing_is_one_line_of_the_log(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("anna") as anna:
        url = f"/api/recordings/{await id_of(house, FIRST)}/sound"
        async with asyncio.TaskGroup() as group:
            for number in range(4):
                piece = {"Range": f"bytes={number}-"}
                group.create_task(anna.get(url, headers=piece))
        assert await log(house) == [("anna", "played")]
        async with house.http("sue") as sue:
            await sue.get(url)
        await execute(
            database, "UPDATE recording_listening SET at = at - interval '11 min' RETURNING 1"
        )
        await anna.get(url)
        await anna.get(f"/api/recordings/{await id_of(house, SECOND)}/sound")
        assert await log(house) == [
            ("anna", "played"),
            ("sue", "played"),
            ("anna", "played"),
            ("anna", "played"),
        ]


async def test_a_copy_is_for_who_may_and_each_has_its_line(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        url = f"/api/recordings/{await id_of(house, FIRST)}/sound?download=1"
        async with house.http("sue") as sue, house.http("ada") as ada:
            refused = await sue.get(url)
            assert refused.status_code == 403
            assert "--downloads" in refused.json()["what_to_do"]
            copy = await ada.get(url)
            assert copy.headers["content-disposition"].startswith("attachment; ")
            await ada.get(url)
            await execute(database, "UPDATE person SET downloads = true WHERE login = 'sue'")
            assert (await sue.get(url)).status_code == 200
        assert await log(house) == [("ada", "downloaded")] * 2 + [("sue", "downloaded")]


async def test_a_link_plays_one_recording_for_some_minutes(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        first, second = await id_of(house, FIRST), await id_of(house, SECOND)
        async with house.http("anna") as anna:
            link = (await anna.post(f"/api/recordings/{first}/link")).json()
        assert link["expires_at"] == (house.time + 300) * 1000
        key = httpx.URL(link["url"]).params["key"]
        async with house.http() as player:
            part = await player.get(link["url"], headers={"Range": "bytes=4-"})
            assert (part.status_code, len(part.content)) == (206, WAV_BYTES - 4)
            for path in (f"{second}/sound?key={key}", f"{first}/sound?key=x", f"{first}?key={key}"):
                assert (await player.get(f"/api/recordings/{path}")).status_code == 401, path
            assert (await player.get(f"{link['url']}&download=1")).status_code == 403
            token = house.token("anna")
            stolen = await player.get(f"/api/recordings/{first}/sound?key={token}")
            assert stolen.status_code == 401
            bearer = {"Authorization": f"Bearer {key}"}
            assert (await player.get("/api/me", headers=bearer)).status_code == 401
            house.people["anna"] = person("anna", Role.AGENT)
            assert (await player.get(link["url"])).status_code == 404, "she is no agent any more"
            house.time += 300
            late = await player.get(link["url"])
            assert (late.status_code, late.json()["detail"]) == (401, "The token has run out.")
            assert "/link" in late.json()["what_to_do"]
        assert await log(house) == [("anna", "played")]


async def test_who_was_locked_out_hears_nothing_by_his_link(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        first = await id_of(house, FIRST)
        async with house.http("anna") as anna:
            link = (await anna.post(f"/api/recordings/{first}/link")).json()
            await anna.post("/api/logout")
        async with house.http() as player:
            assert (await player.get(link["url"])).status_code == 401


async def test_a_sound_that_is_gone_is_said_so(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house, house.http("sue") as sue:
        first = await id_of(house, FIRST)
        (tmp_path / f"{FIRST}-1.raw").unlink()
        answer = await sue.get(f"/api/recordings/{first}/sound")
        assert answer.status_code == 404
        assert "not there any more" in answer.json()["detail"]
        assert await log(house) == [], "nobody heard anything"


@pytest.mark.parametrize("wanted", ["x", "-1", "0", "1.5", str(2**63), "..%2f1", "%00"])
async def test_what_is_no_recording_is_not_found(database: str, wanted: str) -> None:
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        for path in ("", "/sound", "/peaks", "/listenings"):
            answer = await client.get(f"/api/recordings/{wanted}{path}")
            assert answer.status_code in (404, 422)
            assert answer.json()["what_to_do"]
