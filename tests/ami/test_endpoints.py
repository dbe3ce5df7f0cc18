"""Agents' phones as AMI actions. That Asterisk takes them is shown in tests/local."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.ami.endpoints import (
    HEADERS_MAX,
    PhoneLogin,
    UnfitPhoneError,
    change_actions,
    endpoint_actions,
)
from ccserver.core.ids import Phone


def logins(count: int) -> list[PhoneLogin]:
    return [PhoneLogin(phone=Phone(str(1000 + n)), password=f"word{n}") for n in range(count)]


def test_one_phone_is_three_changes_of_a_fresh_copy() -> None:
    assert endpoint_actions([PhoneLogin(phone=Phone("1001"), password="s3cret")]) == [
        [
            ("Action", "UpdateConfig"),
            ("SrcFilename", "pjsip_agent_template.conf"),
            ("DstFilename", "pjsip_agents.conf"),
            ("Action-000000", "NewCat"),
            ("Cat-000000", "1001"),
            ("Options-000000", 'inherit="agent"'),
            ("Action-000001", "Append"),
            ("Cat-000001", "1001"),
            ("Var-000001", "inbound_auth/username"),
            ("Value-000001", "1001"),
            ("Action-000002", "Append"),
            ("Cat-000002", "1001"),
            ("Var-000002", "inbound_auth/password"),
            ("Value-000002", "s3cret"),
            ("Reload", "res_pjsip_config_wizard"),
        ]
    ]


def test_a_phone_in_a_browser_has_another_template() -> None:
    [action] = endpoint_actions([PhoneLogin(phone=Phone("1001"), password="x", browser=True)])
    assert ("Options-000000", 'inherit="browser"') in action


def test_one_phone_is_changed_by_one_action_that_names_no_other() -> None:
    before = logins(300)
    after = [PhoneLogin(phone=Phone("1007"), password="fresh", browser=True)]
    after += [login for login in before if login.phone != "1007"]
    assert change_actions(before, after) == [
        [
            ("Action", "UpdateConfig"),
            ("SrcFilename", "pjsip_agents.conf"),
            ("DstFilename", "pjsip_agents.conf"),
            ("Action-000000", "DelCat"),
            ("Cat-000000", "1007"),
            ("Action-000001", "NewCat"),
            ("Cat-000001", "1007"),
            ("Options-000001", 'inherit="browser"'),
            ("Action-000002", "Append"),
            ("Cat-000002", "1007"),
            ("Var-000002", "inbound_auth/username"),
            ("Value-000002", "1007"),
            ("Action-000003", "Append"),
            ("Cat-000003", "1007"),
            ("Var-000003", "inbound_auth/password"),
            ("Value-000003", "fresh"),
            ("Reload", "res_pjsip_config_wizard"),
        ]
    ]


def applied(file: dict[str, dict[str, str]], actions: list[list[tuple[str, str]]]) -> None:
    """Change the sections as Asterisk does: an order for what is not there fails."""
    for action in actions:
        parts: dict[str, dict[str, str]] = {}
        for name, value in action:
            word, dash, number = name.partition("-")
            if dash:
                parts.setdefault(number, {})[word] = value
        for part in parts.values():
            match part["Action"]:
                case "DelCat":
                    del file[part["Cat"]]
                case "NewCat":
                    assert part["Cat"] not in file
                    file[part["Cat"]] = {"": part["Options"]}
                case _:
                    file[part["Cat"]][part["Var"]] = part["Value"]


PHONES = st.dictionaries(
    st.integers(1000, 1040), st.tuples(st.sampled_from(["a", "b"]), st.booleans())
).map(
    lambda made: [
        PhoneLogin(phone=Phone(str(number)), password=word, browser=browser)
        for number, (word, browser) in made.items()
    ]
)


@given(PHONES, PHONES)
def test_changes_lead_to_what_writing_all_would(
    before: list[PhoneLogin], after: list[PhoneLogin]
) -> None:
    changed: dict[str, dict[str, str]] = {}
    whole: dict[str, dict[str, str]] = {}
    applied(changed, endpoint_actions(before))
    actions = change_actions(before, after)
    applied(changed, actions)
    applied(whole, endpoint_actions(after))
    assert changed == whole
    assert max(map(len, actions), default=0) + 1 <= HEADERS_MAX
    assert [name for action in actions for name, _ in action].count("Reload") == bool(actions)


def test_no_agents_means_no_phones() -> None:
    (action,) = endpoint_actions([])
    assert action[-1] == ("Reload", "res_pjsip_config_wizard")
    assert not [name for name, _ in action if name.startswith("Cat-")]


@given(st.integers(0, 60), st.randoms())
def test_every_batch_fits_and_every_phone_is_in_one(count: int, luck: Random) -> None:
    agents = logins(count)
    luck.shuffle(agents)
    actions = endpoint_actions(agents)
    assert max(map(len, actions)) + 1 <= HEADERS_MAX, "one more is the ActionID"
    made = [v for action in actions for name, v in action if name.startswith("Options-")]
    assert len(made) == count
    assert actions == endpoint_actions(reversed(agents)), "the order of the agents does not matter"
    assert [name for action in actions for name, _ in action].count("Reload") == 1
    assert actions[-1][-1][0] == "Reload"
    sources = [dict(action)["SrcFilename"] for action in actions]
    assert sources == ["pjsip_agent_template.conf"] + ["pjsip_agents.conf"] * (len(actions) - 1)


@pytest.mark.parametrize("phone", ["", "10 01", "1001]", "a\r\nAction: x", "1" * 41, "trunk;"])
def test_a_strange_phone_is_refused(phone: str) -> None:
    with pytest.raises(UnfitPhoneError):
        endpoint_actions([PhoneLogin(phone=Phone(phone), password="x")])


@pytest.mark.parametrize("word", ["", "a;b", "a b", 'a"b', "a\\b", "a\nb", "密码"])
def test_a_password_that_the_file_would_change_is_refused(word: str) -> None:
    with pytest.raises(UnfitPhoneError):
        endpoint_actions([PhoneLogin(phone=Phone("1001"), password=word)])


def test_two_agents_with_one_phone_are_refused() -> None:
    with pytest.raises(UnfitPhoneError):
        endpoint_actions([*logins(1), *logins(1)])
