"""Asterisk's own root folder: Debian sid with Asterisk 22, apart from the host's Debian.

The same packages as in the container image (`asterisk-docker/packages.txt`), for a machine without
a container engine. It is built once, kept in a cache, and never written to afterwards.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ccserver.local.processes import LocalError

HOUSE = Path(__file__).parents[2]
"""The clone: where asterisk-docker/, dialplan/ and agi_scripts/ are."""

_RECIPE = "1"
"""Count up when `_build` changes what it makes."""
_MOUNT_POINTS = ("usr/share/ccserver", "run/asterisk", "usr/share/asterisk/agi-bin")
_MOUNT_FILES = ("etc/hosts", "etc/resolv.conf")


def asterisk_root() -> Path:
    """The root folder, from the cache, or built now (under a minute). Needs root.

    Several callers at once get the same folder: one builds, the others wait.
    """
    if os.geteuid() != 0:
        raise LocalError(
            "An Asterisk without a container engine needs root (it mounts and changes its root"
            " folder). Run as root, or start Docker."
        )
    root = cache() / f"asterisk-{_key()}"
    if not root.exists():
        with _lock(root.with_suffix(".lock")):
            if not root.exists():
                _build(root)
    return root


def cache() -> Path:
    """Where things are kept that can be made again: CC_CACHE, or the system's or user's cache."""
    chosen = os.environ.get("CC_CACHE")
    if chosen:
        folder = Path(chosen)
    elif os.geteuid() == 0:
        folder = Path("/var/cache/ccserver")
    else:
        folder = Path.home() / ".cache" / "ccserver"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def packages() -> list[str]:
    """The Debian packages, one list for the image and the root folder."""
    lines = (HOUSE / "asterisk-docker" / "packages.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _requirements() -> Path:
    return HOUSE / "agi_scripts" / "requirements.txt"


def _key() -> str:
    parts = (_RECIPE, " ".join(packages()), _requirements().read_text())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _build(root: Path) -> None:
    """Build beside the final place and rename, so that a folder in the cache is always whole."""
    if shutil.which("mmdebstrap") is None:
        raise LocalError("mmdebstrap is missing: `apt-get install mmdebstrap`.")
    fresh = Path(tempfile.mkdtemp(prefix="building-", dir=root.parent))
    try:
        fresh.chmod(0o755)
        _run(
            # The mirror's index of sid may be older than it says it is valid.
            ["mmdebstrap", "--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"',
             f"--include={','.join(packages())}", "sid", str(fresh)]
        )  # fmt: skip
        _run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps",
             "--root-user-action=ignore", "--target", str(fresh / "usr/lib/python3/dist-packages"),
             "--requirement", str(_requirements())]
        )  # fmt: skip
        for name in _MOUNT_POINTS:
            (fresh / name).mkdir(parents=True, exist_ok=True)
        for name in _MOUNT_FILES:
            (fresh / name).touch()
        fresh.rename(root)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _run(argv: list[str]) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        raise LocalError(f"{argv[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


@contextlib.contextmanager
def _lock(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
