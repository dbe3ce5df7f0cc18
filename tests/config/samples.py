"""Configurations for tests: the samples that ccserver brings, and a small one."""

from pathlib import Path

from ccserver.config.file import read
from ccserver.config.form import ConfigForm

FOLDER = Path(__file__).parents[2] / "ccserver" / "local" / "samples"
SAMPLES = ("car_maker", "cable_96296")

SMALL = """
[skills]
engine = "Engines"
[calendars.office]
zone = "Asia/Shanghai"
weekly = { mon-fri = ["09:00-12:00", "13:00-18:00"] }
[queues.sales]
hours = "office"
on_full = { way = "queue", queue = "service" }
[queues.service]
required = { engine = 2 }
[agents.anna]
skills = { engine = 3 }
"""


def sample(name: str) -> ConfigForm:
    return read((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def small(more: str = "") -> ConfigForm:
    return read(SMALL + more)
