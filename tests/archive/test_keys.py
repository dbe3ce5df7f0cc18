"""A new key takes the place of the old one, and the files stay as they are."""

import pytest

from ccserver.archive.keys import rewrap
from ccserver.archive.verify import Verifier
from ccserver.db import kept
from ccserver.recordings.crypt import CryptError, KeyRing
from tests.archive.stage import KEYS, Stage

pytestmark = pytest.mark.db


async def test_all_are_wrapped_by_the_current_key_and_none_is_touched(stage: Stage) -> None:
    stage.key = "old"
    for n in (1, 2):
        await stage.contact(n)
        await stage.talk(n)
    await stage.keep_all()
    before = {name: stage.places.folder.path(name).read_bytes() for name in stage.kept_files()}
    assert await rewrap(stage.sessions, KeyRing(KEYS, "new")) == 2
    assert await rewrap(stage.sessions, KeyRing(KEYS, "new")) == 0
    after = {name: stage.places.folder.path(name).read_bytes() for name in stage.kept_files()}
    assert after == before
    assert {row["key_name"] for row in await stage.recordings()} == {"new"}
    # The old key may go.
    only = KeyRing({"new": KEYS["new"]}, "new")
    async with stage.sessions() as session:
        file = await kept.kept_file(session, 1)
    assert file is not None
    assert file.key_name is not None
    assert file.wrapped_key is not None
    assert len(only.unwrap(file.key_name, file.wrapped_key, file.file)) == 32
    report = await Verifier(stage.sessions, stage.places, now=stage.now).verify()
    assert report.findings == []


async def test_without_the_old_key_nothing_is_changed(stage: Stage) -> None:
    stage.key = "old"
    await stage.contact(1)
    await stage.talk(1)
    await stage.keep_all()
    with pytest.raises(CryptError, match="old"):
        await rewrap(stage.sessions, KeyRing({"new": KEYS["new"]}, "new"))
    assert [row["key_name"] for row in await stage.recordings()] == ["old"]
