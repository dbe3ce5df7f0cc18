"""Texts with values in them."""

from ccserver.core.steps import text_of


def test_a_text_is_filled_with_values() -> None:
    text = text_of("order {order} of {customer.name}")
    assert text.names == ("order", "customer.name")
    assert text.fill({"order": "12"}) == "order 12 of "
    assert text_of("plain {} {A}").fill({}) == "plain {} {A}"
