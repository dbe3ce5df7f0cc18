"""The flows that come with ccserver: whole, and passing the tests that stand in them."""

from pathlib import Path

import pytest

from ccserver.core.spoken import WORDS
from ccserver.flows.files import Shelf, read_folder
from ccserver.flows.schema import FILE
from ccserver.flows.trial import try_out

FLOWS = Path(__file__).parents[2] / "ivr_flows"


@pytest.fixture(scope="module")
def ours() -> Shelf:
    return read_folder(FLOWS)


def test_all_of_them_are_whole(ours: Shelf) -> None:
    assert "hotline" in ours.flows
    assert set(ours.texts) >= WORDS


def test_each_passes_its_tests(ours: Shelf) -> None:
    assert all(ours.tests[name] for name, flow in ours.flows.items() if flow.role != "part")
    failed = [
        (name, test.name, trial.differences)
        for name, tests in ours.tests.items()
        for test in tests
        if (trial := try_out(ours.flows[name], test)).differences
    ]
    assert not failed


def test_editors_find_the_form_of_each() -> None:
    for path in FLOWS.glob("*.toml"):
        if path.stem in read_folder(FLOWS).flows:
            assert path.read_text(encoding="utf-8").startswith(f"#:schema ./{FILE}\n"), path.name
