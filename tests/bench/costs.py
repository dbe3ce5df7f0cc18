"""What processes cost, as the kernel counts it (proc(5)), and what a histogram of /metrics says."""

import os
from collections.abc import Mapping
from math import inf, nan
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from ccserver import clock

_PROC = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Meter:
    """The processor time that some processes use from now on."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._began_at = clock.now()
        self._before = {name: _cpu_seconds(pid) for name, pid in pids.items()}
        self._idle_before = _idle_seconds()
        self._used = dict.fromkeys(pids, 0.0)

    def read(self) -> dict[str, float]:
        """Seconds so far. A process that is gone counts as it was last read."""
        for name, pid in self._pids.items():
            used = _cpu_seconds(pid) - self._before[name]
            self._used[name] = max(used, self._used[name])
        return dict(self._used)

    @property
    def seconds(self) -> float:
        """How long it measures."""
        return clock.now() - self._began_at

    def idle_share(self) -> float:
        """What part of the whole machine nobody used, 0 to 1."""
        idle = _idle_seconds() - self._idle_before
        return idle / self.seconds / (os.cpu_count() or 1)


def _cpu_seconds(pid: int) -> float:
    """A process with all its threads, and its children, live and reaped; 0 when it is gone."""
    try:
        # The name, in brackets, may hold spaces and brackets: read after the last of them.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        tasks = list((_PROC / str(pid) / "task").glob("*/children"))
        children = [int(child) for file in tasks for child in file.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # utime, stime, cutime and cstime are fields 14 to 17; the list begins with field 3.
    own = sum(map(int, fields[11:15])) / _TICKS_PER_SECOND
    return own + sum(map(_cpu_seconds, children))


def _idle_seconds() -> float:
    """Processor time of all cores together that nobody used."""
    idle, iowait = (_PROC / "stat").read_text().split("\n", 1)[0].split()[4:6]
    return (int(idle) + int(iowait)) / _TICKS_PER_SECOND


def rss_mb(pid: int) -> float:
    """Resident memory."""
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


def percentile(values: list[float], share: float) -> float:
    """The value below or at which this share (0 to 1) of them lie; NaN for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else nan


class Figures:
    """What /metrics says."""

    def __init__(self, text: str) -> None:
        self._samples = [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def value(self, name: str, **labels: str) -> float:
        """A counter or gauge, over all its labels that are not given."""
        return sum(
            value
            for found, its, value in self._samples
            if found == name and labels.items() <= its.items()
        )

    def quantile(self, name: str, share: float) -> float:
        """From a histogram's buckets, even within each, as Prometheus does; NaN when empty.

        A value in the last, open bucket counts as its lower bound.
        """
        buckets = sorted(
            (float(labels["le"]), value)
            for found, labels, value in self._samples
            if found == f"{name}_bucket"
        )
        rank = share * (buckets[-1][1] if buckets else 0.0)
        low, below = 0.0, 0.0
        for bound, count in buckets:
            if count >= rank > below:
                return (
                    low if bound == inf else low + (bound - low) * (rank - below) / (count - below)
                )
            low, below = bound, count
        return nan
