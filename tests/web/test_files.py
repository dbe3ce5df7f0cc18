"""The page's files over HTTP."""

import gzip
from pathlib import Path

import pytest

from ccserver.web.files import FOR_GOOD
from tests.web.house import House, running

SCRIPT = "export const answer = 42;\n" * 100


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    script = tmp_path / "assets" / "desk-abc123.js"
    script.write_text(SCRIPT)
    Path(f"{script}.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "icon.svg").write_text("<svg/>")
    return tmp_path


async def test_a_browser_that_can_unpack_gets_what_the_build_has_packed(static: Path) -> None:
    async with running(House(static=static)) as house, house.http() as client:
        answer = await client.get("/assets/desk-abc123.js", headers={"Accept-Encoding": "gzip"})
    assert answer.text == SCRIPT
    assert int(answer.headers["Content-Length"]) < len(SCRIPT) / 5
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == FOR_GOOD


async def test_another_program_gets_the_plain_file(static: Path) -> None:
    async with running(House(static=static)) as house, house.http() as client:
        answer = await client.get("/assets/desk-abc123.js", headers={"Accept-Encoding": "identity"})
    assert answer.text == SCRIPT
    assert "Content-Encoding" not in answer.headers


async def test_only_what_has_its_hash_in_its_name_is_kept_for_good(static: Path) -> None:
    async with running(House(static=static)) as house, house.http() as client:
        answer = await client.get("/icon.svg")
        assert (await client.get("/assets/gone.js")).status_code == 404
    assert answer.status_code == 200
    assert answer.headers.get("Cache-Control") != FOR_GOOD
