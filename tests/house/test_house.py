"""The house rules that no linter knows."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {
    "ccserver",
    "agi_scripts",
    "ivr_flows",
    "dialplan",
    "migrations",
    "asterisk-docker",
    "tests",
}
LINES_MAX = 400
SILENT = {
    "core/ids": "names only",
    "core/events": "declarations only",
    "core/commands": "declarations only",
    "core/errors": "declarations only",
    "core/site": "declarations only",
    "core/records": "declarations only",
    "core/rules": "declarations only",
    "core/claim": "declarations only",
    "core/doings": "declarations only",
    "core/places": "declarations only",
    "core/parties": "declarations only",
    "core/talk_events": "declarations only",
    "core/talk_orders": "declarations only",
    "core/campaigns": "declarations only",
    "core/dial_events": "declarations only",
    "core/dial_orders": "declarations only",
    "core/pacer": "declarations only",
}

# Built so that this file does not hold what it forbids.
FORBIDDEN_TEXT = {
    "a registry's address": re.compile(
        r"registry\.npmjs|registry\.yarn|files\.python" + r"hosted|pypi\." + r"org/simple"
        r"|--(extra-)?index-url\s|--find-links\s",
    ),
    "a path of one machine": re.compile(r"(?<![\w.])/(work|home|Users|root)/\w"),
    "a merge's leftovers": re.compile(r"^(<{7}|>{7}) ", re.MULTILINE),
}
MAY_SAY = {"asterisk-docker/ccserver.Dockerfile", "tests/house/test_house.py"}


@cache
def files() -> tuple[Path, ...]:
    """What git holds, or would hold if all were added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def sources() -> list[Path]:
    return [p for p in files() if p.suffix == ".py" and p.is_relative_to(ROOT / "ccserver")]


def test_top_level_is_as_promised() -> None:
    folders = {p.relative_to(ROOT).parts[0] for p in files() if p.parent != ROOT}
    assert {name for name in folders if not name.startswith(".")} <= ROOMS


def test_no_file_outgrows_a_sitting() -> None:
    """A test's file is a list of stories: it may be twice as long."""
    long: dict[str, int] = {}
    for path in files():
        limit = LINES_MAX * (2 if "tests" in path.parts or ".test." in path.name else 1)
        if path.suffix in {".py", ".ts", ".conf"}:
            text = path.read_text()
            lines = 0 if text.startswith("// Made by") else len(text.splitlines())
            long |= {path.name: lines} if lines > limit else {}
    assert not long


def test_every_file_begins_by_saying_what_it_is_for() -> None:
    dumb = [str(p) for p in sources() if (t := p.read_text()) and not t.startswith('"""')]
    assert not dumb


def test_packages_are_empty_rooms() -> None:
    assert not [str(p) for p in sources() if p.name == "__init__.py" and len(p.read_text()) > 200]


def test_every_core_file_has_a_test_of_its_own() -> None:
    core = {p.stem for p in sources() if p.parent.name == "core"} - {"__init__"}
    silent = {name.partition("/")[2] for name in SILENT}
    tests = {p.stem.removeprefix("test_") for p in (ROOT / "tests" / "core").glob("test_*.py")}
    assert core - silent <= tests


@pytest.mark.parametrize("what", FORBIDDEN_TEXT)
def test_no_file_holds(what: str) -> None:
    guilty: list[str] = []
    for path in files():
        name = str(path.relative_to(ROOT))
        if name in MAY_SAY or path.stat().st_size > 2_000_000:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        guilty += [f"{name}: {match[0]!r}" for match in FORBIDDEN_TEXT[what].finditer(text)]
    assert not guilty


def test_no_secret_is_tracked() -> None:
    names = {p.name for p in files()}
    assert not names & {"site.toml", "ccserver.toml", ".env"}


def test_each_locked_package_has_a_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "agi_scripts/requirements.txt"):
        text = (ROOT / name).read_text()
        entries = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
        assert entries
        assert not [e.split()[0] for e in entries if "--hash=sha256:" not in e], name


def test_migrations_say_whether_they_add_or_remove() -> None:
    names = [p.name for p in (ROOT / "migrations" / "versions").glob("*.py")]
    assert names
    assert not [name for name in names if not re.match(r"\d{4}_(pre|post)_", name)]


def test_ci_runs_exactly_make_test() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if "make" in line] == ["make test"]
    assert "set -euo pipefail" in lines


def test_make_help_lists_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"(?m)^\.PHONY: (\w+)$", makefile)) - {"static"}
    told = set(re.findall(r"(?m)^([a-z]+):.*## ", makefile))
    assert phony == told
    assert {"up", "demo", "down", "test", "check", "bench", "lock"} <= told
