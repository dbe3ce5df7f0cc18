"""Faults of flow files, in our words."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from ccserver.flows.faults import STEP_FORMS, FlowError, problems_of
from ccserver.flows.files import read_text

HEAD = 'start = "x"\nlanguages = ["zh"]\noperator = "operator"\n'
NAME = "must be a name: small letters, digits and _, beginning with a letter"
SAY = 'kind = "say"\nthen = "x"\nprompts = '
MENU = 'kind = "menu"\nprompts = ["p"]\notherwise = "x"\n'
DIGITS = 'kind = "digits"\nprompts = ["p"]\ninto = "v"\nthen = "x"\notherwise = "x"\n'
BRANCH = 'kind = "branch"\non = "v"\notherwise = "x"\ncases = '
TEST = '[steps.x]\nkind = "goodbye"\n[[test]]\n'


def told(text: str, tmp_path: Path) -> list[str]:
    with pytest.raises(FlowError) as found:
        read_text("f", text, tmp_path)
    return [fault.removeprefix("f.toml:") for fault in found.value.faults]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tilte = 1", "4: `tilte`: there is no key `tilte`; perhaps `title` was meant"),
        (
            "zzz = 1",
            "4: `zzz`: there is no key `zzz`; take one of: title, role, start, languages, operator,"
            " zone, prompt_seconds_max, parameters, variables, nuisance, steps, test",
        ),
        (
            'role = "hotlin"',
            "4: `role`: must be one of 'hotline', 'waiting', 'survey' or 'part';"
            " it is now 'hotlin', change it",
        ),
        (
            'zone = "Asia/Nowhere"',
            "4: `zone`: there is no time zone 'Asia/Nowhere';"
            " take an IANA name such as Asia/Shanghai",
        ),
        (
            "nuisance = { cals_max = 1 }",
            "4: `nuisance.cals_max`: there is no key `cals_max`; perhaps `calls_max` was meant",
        ),
        (
            "prompt_seconds_max = 0",
            "4: `prompt_seconds_max`: must be more than 0; it is now 0, change it",
        ),
        ("variables = { V = 1 }", f"4: `variables.V`: {NAME}"),
    ],
)
def test_the_flow_itself(text: str, said: str, tmp_path: Path) -> None:
    assert said in told(f'{HEAD}{text}\n[steps.x]\nkind = "goodbye"', tmp_path)


def test_what_a_flow_cannot_be_without(tmp_path: Path) -> None:
    assert told("", tmp_path) == [
        f"1: `{key}`: is missing; add it" for key in ("languages", "start", "steps")
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            'kind = "mneu"',
            "5: step `x`, `kind`: there is no kind of step `mneu`; perhaps `menu` was meant",
        ),
        (
            'kind = "zzz"',
            "5: step `x`, `kind`: there is no kind of step `zzz`;"
            f" take one of: {', '.join(STEP_FORMS)}",
        ),
        (
            'then = "x"',
            "4: step `x`, `kind`: is missing; say what the step does:"
            f" one of {', '.join(STEP_FORMS)}",
        ),
        ('kind = "say"\nprompts = ["p"]', "4: step `x`, `then`: is missing; add it"),
        (
            SAY + '["p"]\nthne = "x"',
            "8: step `x`, `thne`: there is no key `thne`; perhaps `then` was meant",
        ),
        (
            SAY + '"p"',
            "7: step `x`, `prompts`: must be a list, in brackets; it is now 'p', change it",
        ),
        (SAY + "[]", "7: step `x`, `prompts`: must be at least 1 long; it is now [], change it"),
        (SAY + '[\n"p",\n"P"]', f"9: step `x`, `prompts.1`: {NAME}; it is now 'P', change it"),
        (
            SAY + '[{ nubmer = "1" }]',
            "7: step `x`, `prompts.0.nubmer`: there is no key `nubmer`; perhaps `number` was meant",
        ),
        (
            SAY + '[{ number = "1", date = "2" }]',
            "7: step `x`, `prompts.0`: says 2 values; take exactly one of number, digits, amount,"
            " date, time, spell, duration",
        ),
        (
            SAY + '[{ number = "1", currency = "CNY" }]',
            "7: step `x`, `prompts.0`: has a currency and no amount; take it out",
        ),
        (
            SAY + '["p"]\nbarge_in = "x"',
            "8: step `x`, `barge_in`: must be true or false; it is now 'x', change it",
        ),
        (MENU + 'keys = { 1 = "x" }', "4: step `x`, `timeout_seconds`: is missing; add it"),
        (
            MENU + 'timeout_seconds = 5\nkeys = { A = "x" }',
            "9: step `x`, `keys.A`: must be a key: 0 to 9, * or #",
        ),
        (
            MENU + 'keys = { 1 = "x" }\ntimeout_seconds = "x"',
            "9: step `x`, `timeout_seconds`: must be a number; it is now 'x', change it",
        ),
        (
            MENU + 'keys = { 1 = "x" }\ntimeout_seconds = 61',
            "9: step `x`, `timeout_seconds`: must be at most 60; it is now 61, change it",
        ),
        (DIGITS, "4: step `x`: has no length; add `length`, or `length_min` and `length_max`"),
        (
            DIGITS + "length = 1\nlength_max = 2",
            "4: step `x`: has `length` and bounds of it; take one of them out",
        ),
        (
            DIGITS + "length = 1.5",
            "10: step `x`, `length`: must be a whole number; it is now 1.5, change it",
        ),
        (
            BRANCH + '[{ then = "x" }]',
            "8: step `x`, `cases.0`: has no conditions; take exactly one of `is`, `starts_with`,"
            " `at_least` and `below`, `from` and `until`",
        ),
        (
            BRANCH + '[{ is = 3, then = "x" }]',
            "8: step `x`, `cases.0.is.0`: must be a text, in quotes; it is now 3, change it",
        ),
        (
            BRANCH + '[{ from = "1", then = "x" }]',
            "8: step `x`, `cases.0`: has only one of `from` and `until`; add the other",
        ),
        (
            BRANCH + '[{ at_least = 3, below = 3, then = "x" }]',
            "8: step `x`, `cases.0`: never holds: `at_least` is not less than `below`;"
            " change one of them",
        ),
        (
            BRANCH + '[{ iss = "1", then = "x" }]',
            "8: step `x`, `cases.0.iss`: there is no key `iss`; perhaps `is` was meant",
        ),
        (
            'kind = "lookup"\nfound = "x"\notherwise = "x"',
            "4: step `x`: looks for none or for two; take one of `number` and `customer`",
        ),
        (
            'kind = "http"\npartner = "p"\npath = "x"\nthen = "x"',
            "4: step `x`, `on_error`: is missing; add it",
        ),
        (
            'kind = "queue"\nqueue = "s"\nskills = 3',
            "7: step `x`, `skills`: must be a table, such as { a = 1 }; it is now 3, change it",
        ),
        (
            'kind = "queue"\nqueue = "s"\nagent = "' + "x" * 1001 + '"',
            f"7: step `x`, `agent`: must be at most 1000 long; it is now '{'x' * 58}…, change it",
        ),
    ],
)
def test_a_step(body: str, said: str, tmp_path: Path) -> None:
    assert said in told(f"{HEAD}[steps.x]\n{body}", tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = 3", "4: `steps`: must be a table, such as { a = 1 }; it is now 3, change it"),
        ("steps.x = 3", "4: step `x`: must be a table, such as { a = 1 }; it is now 3, change it"),
        ('[steps."A b"]\nkind = "goodbye"', f"4: step `A b`: {NAME}"),
        (
            '[steps.value]\nkind = "say"\nthen = "x"\nprompts = [3]',
            "7: step `value`, `prompts.0`: must be a text, in quotes; it is now 3, change it",
        ),
    ],
)
def test_steps_as_a_whole(text: str, said: str, tmp_path: Path) -> None:
    assert said in told(f"{HEAD}{text}", tmp_path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "6: test `number 1`, `name`: is missing; add it"),
        (
            'name = "n"\nkyes = "1"',
            "8: test `n`, `kyes`: there is no key `kyes`; perhaps `keys` was meant",
        ),
        (
            'name = "n"\nkeys = "1;2"',
            "8: test `n`, `keys`: must be keys with commas between them, such as 1,-,1234#;"
            " it is now '1;2', change it",
        ),
        (
            'name = "n"\nat = 2026-10-01T09:00:00',
            "8: test `n`, `at`: must be an instant with its offset, such as"
            " 2026-10-01T09:00:00+08:00; it is now 2026-10-01T09:00:00, change it",
        ),
        (
            'name = "n"\ncustomer = { teir = "gold" }',
            "8: test `n`, `customer.teir`: there is no key `teir`; perhaps `tier` was meant",
        ),
        (
            'name = "n"\nends = "sales"',
            "8: test `n`, `ends`: must be an end, such as `queue sales`, `transfer`, `goodbye` or"
            " `operator`; it is now 'sales', change it",
        ),
        (
            'name = "n"\nfails = 1',
            "8: test `n`, `fails`: must be a list, in brackets; it is now 1, change it",
        ),
    ],
)
def test_a_test(body: str, said: str, tmp_path: Path) -> None:
    assert said in told(f"{HEAD}{TEST}{body}", tmp_path)


def test_tests_that_are_no_list(tmp_path: Path) -> None:
    found = told(f'test = 3\n{HEAD}[steps.x]\nkind = "goodbye"', tmp_path)
    assert found == ["1: `test`: must be a list, in brackets; it is now 3, change it"]


def test_a_key_of_a_form_of_which_nothing_is_known() -> None:
    class Strange(BaseModel, extra="forbid"):
        """No form of ours."""

    with pytest.raises(ValidationError) as error:
        Strange.model_validate({"x": 1})
    (problem,) = problems_of(error.value, Strange)
    assert problem.text.startswith("there is no key `x`; take one of: ")
