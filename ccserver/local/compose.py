"""The site in containers, where an engine runs: asterisk-docker/compose.yaml with our secrets."""

import os
import shutil
import subprocess

from ccserver.local.processes import LocalError
from ccserver.local.root import HOUSE
from ccserver.local.sitefile import Site

FILE = HOUSE / "asterisk-docker" / "compose.yaml"
DB_PORT = 5433
_ASK_SECONDS = 10.0


def engine() -> bool:
    """Whether a container engine answers, with its compose command."""
    docker = shutil.which("docker")
    return docker is not None and all(
        _answers([docker, *words]) for words in (["info"], ["compose", "version"])
    )


def up_database(site: Site) -> str:
    """Start PostgreSQL alone, and return its DSN: the schema is made before ccserver starts."""
    _compose(site, "up", "--detach", "--wait", "postgres")
    return dsn(site)


def dsn(site: Site) -> str:
    """How to reach the container's PostgreSQL from this machine."""
    return f"postgresql://ccserver:{site.db_password}@127.0.0.1:{DB_PORT}/ccserver"


def up_all(site: Site) -> None:
    """Build what is missing or changed, start everything, and wait until it is healthy."""
    _compose(site, "up", "--detach", "--build", "--wait")


def down(site: Site) -> None:
    """Stop and remove the containers; the volumes stay."""
    _compose(site, "down")


def environment(site: Site) -> dict[str, str]:
    """What compose.yaml asks for. What the operator has set in the environment goes before."""
    chosen = {
        "CC_AMI_SECRET": site.ami_secret,
        "CC_AMI_PORT": str(site.ports.ami),
        "CC_AGI_PORT": str(site.agi_port),
        "CC_WEB_PORT": str(site.web_port),
        "CC_SIP_PORT": str(site.ports.sip),
        "CC_HTTP_PORT": str(site.ports.http),
        "CC_RTP_FIRST": str(site.ports.rtp_first),
        "CC_RTP_LAST": str(site.ports.rtp_last),
        "CC_DB_PASSWORD": site.db_password,
        "CC_ARCHIVE_KEY": site.archive_key,
        "CC_DB_PORT": str(DB_PORT),
        "CC_BIND": "127.0.0.1",
        "CC_MEDIA_ADDRESS": "127.0.0.1",
    }
    return chosen | dict(os.environ)


def _compose(site: Site, *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        ["docker", "compose", "--file", str(FILE), *words],  # noqa: S607 - the operator's docker
        env=environment(site), check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise LocalError(f"`docker compose {' '.join(words)}` failed; its own words are above.")


def _answers(argv: list[str]) -> bool:
    try:
        done = subprocess.run(argv, capture_output=True, check=False, timeout=_ASK_SECONDS)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
