"""Recorded talks over HTTP: a real file, a real row."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.db.calls import Site
from tests.db.parts import journaled
from tests.web.house import House, running

pytestmark = pytest.mark.db


async def talked(database: str, folder: Path) -> str:
    """A talk of Anna's, and its sound: the agent loud, the customer quiet. Its recording's URL."""
    site = Site()
    made = site.call(1)
    await journaled(database, site)
    frames = np.tile(np.array([-100, 20_000], "<i2"), 16_000)
    (folder / f"{made}-1.raw").write_bytes(frames.tobytes())
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        contact = (await client.get(f"/api/contacts/{made}")).json()
    (recording,) = contact["recordings"]
    return f"/api/recordings/{recording['id']}/sound"


async def test_a_talk_is_heard_with_the_customer_left(database: str, tmp_path: Path) -> None:
    url = await talked(database, tmp_path)
    async with running(House(dsn=database, recordings=tmp_path)) as house:
        async with house.http("anna") as client:
            answer = await client.get(url)
        for login in ("sue", "ada"):
            async with house.http(login) as client:
                assert (await client.get(url)).content == answer.content, login
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert int(answer.headers["content-length"]) == 44 + 64_000
    assert answer.headers["content-disposition"].endswith('.wav"')
    assert answer.headers["cache-control"] == "no-store"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        left, right = np.frombuffer(sound.readframes(16_000), "<i2").reshape(-1, 2).T
    assert (set(left), set(right)) == ({-100}, {20_000})


async def test_another_agent_hears_nothing(database: str, tmp_path: Path) -> None:
    url = await talked(database, tmp_path)
    async with running(House(dsn=database, recordings=tmp_path)) as house:
        async with house.http("bob") as client:
            answer = await client.get(url)
            unknown = await client.get("/api/recordings/999/sound")
        async with house.http() as client:
            assert (await client.get(url)).status_code == 401
    assert answer.status_code == 404
    assert answer.json() == unknown.json(), "nor learns that there is one"


async def test_a_sound_that_is_gone_is_said_so(database: str, tmp_path: Path) -> None:
    url = await talked(database, tmp_path)
    async with running(House(dsn=database, recordings=tmp_path / "other")) as house:
        async with house.http("sue") as client:
            answer = await client.get(url)
            assert (await client.get("/api/recordings/999/sound")).json() != answer.json()
    assert answer.status_code == 404
    assert "not there any more" in answer.json()["detail"]


@pytest.mark.parametrize("wanted", ["x", "-1", "0", "1.5", str(2**63), "..%2f1", "%00"])
async def test_what_is_no_recording_is_not_found(database: str, wanted: str) -> None:
    async with running(House(dsn=database)) as house, house.http("sue") as client:
        answer = await client.get(f"/api/recordings/{wanted}/sound")
    assert answer.status_code in (404, 422)
    assert answer.json()["what_to_do"]


async def test_without_a_database_nothing_is_heard() -> None:
    async with running(House()) as house, house.http("sue") as client:
        assert (await client.get("/api/recordings/1/sound")).status_code == 503
