"""How far to travel, as people write it."""

from datetime import timedelta

import pytest

from careflow_cli.domain_clock.durations import parse
from careflow_cli.errors import CareflowError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6w", timedelta(weeks=6)),
        ("90d", timedelta(days=90)),
        ("36h", timedelta(hours=36)),
        ("15m", timedelta(minutes=15)),
        ("30s", timedelta(seconds=30)),
        ("1d12h", timedelta(days=1, hours=12)),
    ],
)
def test_a_duration_is_numbers_with_units(text: str, expected: timedelta) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", "6", "w", "6 w", "-6w", "6x", "1.5h", "0d", "6wx", "999999999999w"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(CareflowError) as refused:
        parse(text)

    assert "\n" not in str(refused.value)
