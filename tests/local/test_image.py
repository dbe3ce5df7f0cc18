"""The container image is real: it is built from the Dockerfile, and Asterisk in it starts.

buildah needs no daemon; the base image is a Debian sid made by mmdebstrap, so no registry either.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ccserver.local.asterisk import choose_ports
from ccserver.local.processes import until
from ccserver.local.root import HOUSE, cache, packages

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]

BASE = "localhost/debian:sid-slim"
IMAGE = "localhost/ccserver-asterisk:test"
IN_CHROOT = ("--isolation=chroot", "--network=host")


def run(*argv: str | Path) -> str:
    """Run to the end; what went wrong is in the assertion's text."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv[0]}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout.strip()


def host_trust() -> Iterator[str]:
    """A machine behind an inspecting proxy has its certificates and pip settings in these files."""
    settings, certificates = Path("/etc/pip.conf"), Path("/etc/ssl/certs/ca-certificates.crt")
    if settings.exists():
        yield f"--volume={settings}:{settings}:ro"
    if certificates.exists():
        # Not in its own place: the image's package writes there.
        yield f"--volume={certificates}:/run/host-certificates.crt:ro"
        yield "--env=PIP_CERT=/run/host-certificates.crt"


@contextmanager
def container(image: str) -> Iterator[str]:
    name = run("buildah", "from", "--pull-never", image)
    try:
        yield name
    finally:
        run("buildah", "rm", name)


@pytest.fixture(scope="module")
def base() -> str:
    """A minimal Debian sid, kept in the cache."""
    archive = cache() / "debian-sid-slim.tar"
    if not archive.exists():
        fresh = archive.with_suffix(".new.tar")
        run("mmdebstrap", "--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"',
            "sid", fresh)  # fmt: skip
        fresh.rename(archive)
    with container("scratch") as name:
        run("buildah", "add", "--quiet", name, archive, "/")
        run("buildah", "commit", "--quiet", name, BASE)
    return BASE


@pytest.fixture(scope="module")
def image(base: str) -> str:
    run("buildah", "build", "--quiet", *IN_CHROOT, *host_trust(), "--pull-never", "--layers",
        f"--build-arg=BASE={base}", "--file", HOUSE / "asterisk-docker" / "Dockerfile",
        "--tag", IMAGE, HOUSE)  # fmt: skip
    return IMAGE


def test_the_image_holds_what_the_root_folder_holds(image: str) -> None:
    with container(image) as name:
        inside = ("buildah", "run", *IN_CHROOT, name, "--")
        assert run(*inside, "asterisk", "-V").startswith("Asterisk 22.")
        run(*inside, "dpkg-query", "--show", *packages())
        run(*inside, "python3", "-c", "import asterisk.agi")
        run(*inside, "test", "-r", "/usr/share/asterisk/agi-bin/fallback.py")
        run(*inside, "test", "-r", "/etc/asterisk/dialplan/extensions_callers.conf")


def test_asterisk_starts_in_it_as_an_ordinary_user(image: str, tmp_path: Path) -> None:
    ports, secret = choose_ports(rtp_ports=100), secrets.token_hex(8)
    environment = {
        "CC_AMI_SECRET": secret, "CC_BIND": "127.0.0.1", "CC_MEDIA_ADDRESS": "127.0.0.1",
        "CC_SIP_PORT": ports.sip, "CC_AMI_PORT": ports.ami, "CC_HTTP_PORT": ports.http,
        "CC_RTP_FIRST": ports.rtp_first, "CC_RTP_LAST": ports.rtp_last,
    }  # fmt: skip
    with container(image) as name:
        settings = [f"--env={key}={value}" for key, value in environment.items()]
        inside = ("buildah", "run", *IN_CHROOT)
        entrypoint = "/usr/share/ccserver/entrypoint.sh"
        with (tmp_path / "log").open("w") as log:
            started = subprocess.Popen(
                [*inside, *settings, name, "--", entrypoint], stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
            with started:
                try:
                    healthy = ("buildah", "run", *IN_CHROOT, name, "--", "asterisk", "-C",
                               "/etc/asterisk/asterisk.conf", "-rx")  # fmt: skip

                    def booted() -> bool:
                        asked = [*healthy, "core waitfullybooted"]
                        done = subprocess.run(asked, capture_output=True, text=True, check=False)
                        return "fully booted" in done.stdout

                    assert until(booted, 60.0), (tmp_path / "log").read_text()[-2000:]
                    assert "cc has 0 calls" in run(*healthy, "queue show")
                    process = next(iter(asterisk_on(ports.sip)))
                    assert process.stat().st_uid != 0
                finally:
                    subprocess.run([*healthy, "core stop now"], check=False, capture_output=True)
                    started.wait(20)
        text = (tmp_path / "log").read_text()
        assert "ERROR" not in text


def asterisk_on(sip_port: int) -> Iterator[Path]:
    """The processes whose environment names this port."""
    wanted = f"CC_SIP_PORT={sip_port}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_asterisk = (process / "comm").read_text().strip() == "asterisk"
            if is_asterisk and wanted in (process / "environ").read_bytes().split(b"\0"):
                yield process
        except OSError:
            continue


def test_buildah_is_there() -> None:
    assert shutil.which("buildah"), "`make test` installs it"
    assert os.geteuid() == 0, "a chroot needs root"
