"""Flows on the way to being published."""

from pathlib import Path

import pytest

from ccserver.core.flow_check import Known
from ccserver.core.ids import Queue
from ccserver.flows.drafts import parts_of, read_draft
from ccserver.flows.faults import FlowError
from tests.flows.test_files import CALENDARS, HOTLINE, PLATE, STATIONS, put

KNOWN = Known(queues=frozenset((Queue("operator"),)))
BESIDE = {"calendars.toml": CALENDARS, "tables/stations.toml": STATIONS}


def test_a_draft_is_read_among_what_callers_get(tmp_path: Path) -> None:
    folder = put(tmp_path, BESIDE)
    others = {"plate": PLATE}
    document = read_draft(folder, "hotline", HOTLINE, others=others, known=KNOWN, region="CN")
    assert document.text == HOTLINE
    assert set(document.calendars) == {"office"}
    assert parts_of(document) == {"plate"}
    with pytest.raises(FlowError, match=r"hotline.toml:29: step `plate`, `flow`: there is no part"):
        read_draft(folder, "hotline", HOTLINE, others={}, known=KNOWN, region="CN")


def test_a_draft_that_fails_its_tests_is_told_how(tmp_path: Path) -> None:
    draft = HOTLINE.replace('ends = "queue operator"', 'ends = "goodbye"')
    with pytest.raises(FlowError) as found:
        read_draft(
            put(tmp_path, BESIDE), "hotline", draft, others={"plate": PLATE}, known=KNOWN,
            region="CN",
        )  # fmt: skip
    (fault,) = found.value.faults
    assert fault.startswith("hotline.toml: test `who presses nothing reaches a person`: ")
