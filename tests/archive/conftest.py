"""A stage for each test of the archive."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.archive.stage import Stage, staged


@pytest.fixture
async def stage(database: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(database, tmp_path) as made:
        yield made
