"""How good the routing is, how sure its promises are, and what a decision costs.

`make bench BENCH=acd`. All of it is simulated with the Center that runs in production. Each figure
is a row of var/bench/acd.json, and the comparison of the policies a table in var/bench/acd.md; the
exit code is 1 when a goal is missed. Costs are processor time, so that a busy machine counts
little; other machines have other figures.

To run a part of it: python -m tests.bench.acd --only handle
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.acd_cost import decision_rows, handle_rows
from tests.bench.acd_expected import expected_rows
from tests.bench.acd_month import month_rows
from tests.bench.acd_table import GOALS, table
from tests.bench.report import Row, run_parts

RESULT, TABLE = Path("var/bench/acd.json"), Path("var/bench/acd.md")


def compared(agents: list[int], days_factor: float) -> list[Row]:
    """The policies side by side; the table goes into its file."""
    rows, text = table(agents, days_factor)
    TABLE.write_text(text)
    return rows


def main() -> int:
    """Measure, write the rows down, show them; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", type=int, nargs="+", default=list(GOALS), choices=GOALS)
    parser.add_argument("--days-factor", type=float, default=1.0, help="so many times the days")
    parser.add_argument("--only", nargs="+", help="some of: table handle decision month expected")
    options = parser.parse_args()
    parts: dict[str, Callable[[], list[Row]]] = {
        # Costs first, while the machine has nothing else to do.
        "handle": handle_rows,
        "decision": decision_rows,
        "month": lambda: month_rows(options.days_factor),
        "expected": lambda: expected_rows(options.agents, options.days_factor),
        "table": lambda: compared(options.agents, options.days_factor),
    }
    return run_parts(parts, options.only, RESULT, "ACD")


if __name__ == "__main__":
    sys.exit(main())
