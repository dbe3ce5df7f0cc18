"""A PostgreSQL of a bench's own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccserver.local.postgres import Postgres, start_postgres


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that is gone afterwards. Not below the clone: PostgreSQL runs as another user, who
    must be able to get there."""
    home = Path(tempfile.mkdtemp(prefix="ccserver-bench-", dir="/var/tmp"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def own_postgres(home: Path) -> Iterator[Postgres]:
    """A durable server with its files under `home`, which ends with the bench."""
    postgres = start_postgres(home, lasting=False)
    try:
        yield postgres
    finally:
        postgres.stop()
