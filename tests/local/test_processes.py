"""Processes are known by their birth, and none outlives its owner unless it should."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from ccserver.local.processes import Running, free_port_range, give_back, launch, load, until

START_AND_WAIT = """
import sys, time
from pathlib import Path
from ccserver.local.processes import launch
running = launch(["sleep", "60"], log=Path(sys.argv[1]), lasting=False)
running.save(Path(sys.argv[2]))
print("started", flush=True)
time.sleep(60)
"""


def test_it_lives_until_it_is_stopped(tmp_path: Path) -> None:
    running = launch(["sleep", "60"], log=tmp_path / "log", lasting=True)
    running.save(tmp_path / "pid")
    assert load(tmp_path / "pid") == running
    running.stop()
    assert not running.alive()
    assert load(tmp_path / "pid") is None


def test_one_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 1; done"
    running = launch(["sh", "-c", script], log=tmp_path / "log", lasting=False)
    assert until(lambda: "ready" in (tmp_path / "log").read_text(), 5.0)
    running.stop(grace_seconds=0.1)
    assert not running.alive()


def test_a_stranger_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    running = launch(["sleep", "60"], log=tmp_path / "log", lasting=False)
    stranger = Running(running.pid, running.born + "0")
    stranger.stop(signal.SIGKILL, grace_seconds=0.1)
    assert running.alive()
    running.stop()


def test_a_torn_pid_file_is_no_process(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text("12")
    assert load(tmp_path / "pid") is None


def test_what_should_not_last_ends_with_its_owner_even_by_kill_9(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(tmp_path / "log"), str(tmp_path / "pid")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        running = load(tmp_path / "pid")
        assert running is not None
        # From then on it is bound to its owner (launch says what sets that up).
        name = Path(f"/proc/{running.pid}/comm")
        assert until(lambda: name.read_text() == "sleep\n", 5.0)
        os.kill(owner.pid, signal.SIGKILL)
    assert until(lambda: not running.alive(), 5.0)


def test_two_who_ask_get_different_ports_for_sound() -> None:
    first, second = free_port_range(100), free_port_range(100)
    assert first % 2 == 0
    assert abs(first - second) >= 100
    give_back(first)
    assert free_port_range(100) == first
    wide = free_port_range(500)
    assert not set(range(wide, wide + 500)) & {first, second}
    give_back(wide)
    give_back(first)
    give_back(second)
