"""How values are said."""

import pytest

from ccserver.core.spoken import Form, spoken


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(ValueError, match="number"):
        spoken(Form.NUMBER, "x", "zh")
