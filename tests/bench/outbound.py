"""How well campaigns are paced, how sure the cap is kept, and what a decision costs.

`make bench BENCH=outbound`. The pacers are those that run in production; the people are imagined.
Then whole campaigns run on the real Asterisk, with SIPp as the public network (`calls`, `survey`).
Each figure is a row of var/bench/outbound.json, and the comparison of the algorithms a table in
var/bench/outbound.md; the exit code is 1 when a goal is missed.

To run a part of it: python -m tests.bench.outbound --only decision table --runs 2 --agents 10 20
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.outbound_calls import calls_rows
from tests.bench.outbound_cost import decision_rows
from tests.bench.outbound_pacing import BOUND, comparison, stress_rows, target_rows
from tests.bench.outbound_survey import survey_rows
from tests.bench.report import Row, run_parts

RESULT, TABLE = Path("var/bench/outbound.json"), Path("var/bench/outbound.md")


def compared(agents: list[int], runs: int) -> list[Row]:
    """The algorithms side by side; the table goes into its file."""
    rows, text = comparison(agents, runs)
    TABLE.write_text(text)
    return rows


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = sorted({agents for agents, _ in BOUND})
    parser.add_argument("--agents", type=int, nargs="+", default=sizes, choices=sizes)
    parser.add_argument("--runs", type=int, default=10, help="shifts for each case")
    parser.add_argument(
        "--only", nargs="+", help="some of: decision targets stress table calls survey"
    )
    parser.add_argument("--off-hook", type=int, default=50, help="agents on the real Asterisk")
    parser.add_argument("--minutes", type=float, default=10.0, help="so long they work")
    parser.add_argument("--leads", type=int, default=10_000, help="of the survey")
    options = parser.parse_args()
    parts: dict[str, Callable[[], list[Row]]] = {
        # Costs first, while the machine has nothing else to do.
        "decision": decision_rows,
        "targets": lambda: target_rows(options.agents, options.runs),
        "stress": lambda: stress_rows(options.runs),
        "table": lambda: compared(options.agents, max(1, options.runs // 5)),
        "calls": lambda: calls_rows(options.off_hook, options.minutes),
        "survey": lambda: survey_rows(options.leads),
    }
    return run_parts(parts, options.only, RESULT, "Outbound")


if __name__ == "__main__":
    sys.exit(main())
