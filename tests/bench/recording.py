"""What recordings cost: to capture, to encode, to search.

`make bench BENCH=recording`. Each figure is a row of var/bench/recording.json; the exit code is 1
when a goal is missed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench import recording_encode, recording_search
from tests.bench.recording_capture import capture_rows
from tests.bench.report import Row, write_down

RESULT = Path("var/bench/recording.json")


def measure(options: argparse.Namespace) -> list[Row]:
    """All rows."""
    rows: list[Row] = []
    if "search" in options.parts:
        rows += recording_search.measure(recordings=options.recordings)
    if "encode" in options.parts:
        rows += recording_encode.rows(options.minutes)
    if "capture" in options.parts:
        # Where other users may enter: Asterisk and SIPp run in folders of their own.
        with tempfile.TemporaryDirectory(prefix="ccserver-bench-", dir="/var/tmp") as name:
            Path(name).chmod(0o755)
            rows += capture_rows(
                Path(name),
                talks=options.talks,
                seconds=options.seconds,
                most=options.most,
                step=options.step,
            )
    return rows


def main() -> int:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", default=["search", "encode", "capture"])
    parser.add_argument("--recordings", type=int, default=recording_search.RECORDINGS)
    parser.add_argument("--minutes", type=float, default=5.0, help="of talk to encode")
    parser.add_argument("--talks", type=int, default=40, help="at once, for the cost of capture")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each number of talks")
    parser.add_argument("--most", type=int, default=600)
    parser.add_argument("--step", type=int, default=60)
    rows = measure(parser.parse_args())
    return write_down(rows, RESULT, "recording")


if __name__ == "__main__":
    sys.exit(main())
