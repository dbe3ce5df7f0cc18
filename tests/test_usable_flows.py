"""Which flows of the folder a site begins with."""

from pathlib import Path

import pytest

from ccserver.core.flow_known import Known
from ccserver.core.ids import Queue
from ccserver.flows.faults import FlowError
from ccserver.flows.files import read_folder
from ccserver.settings import Settings
from ccserver.shelf import usable

FLOW = """
start = "bye"
languages = ["zh"]
operator = "{queue}"
[steps.bye]
kind = "goodbye"
"""


def test_new_flows_that_lead_to_nothing_are_left_out_unless_a_number_leads_to_them(
    tmp_path: Path,
) -> None:
    for name, queue in (("good", "sales"), ("sample", "repair"), ("published", "closed_long_ago")):
        (tmp_path / f"{name}.toml").write_text(FLOW.format(queue=queue))
    folder, known = read_folder(tmp_path), Known(queues=frozenset((Queue("sales"),)))
    settings = Settings(flows=tmp_path, hotlines={"4001": "good"})
    left = usable(folder, {"good", "sample"}, settings, known)
    assert left.flows.keys() == left.documents.keys() == {"good", "published"}
    settings = Settings(flows=tmp_path, hotlines={"4001": "sample"})
    with pytest.raises(FlowError, match=r"sample\.toml.*there is no queue `repair`"):
        usable(folder, {"good", "sample"}, settings, known)
