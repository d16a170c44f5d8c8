"""What patients are called in a list."""

from dataclasses import dataclass
from datetime import date

import pytest

from careflow_service.telling_apart import told_apart


@dataclass(frozen=True, slots=True)
class Known:
    name: str | None
    born_on: date | None = None


BORN = date(1988, 4, 2)


@pytest.mark.parametrize(
    ("patients", "shown"),
    [
        ({}, {}),
        ({"a": Known("Ana Maria Rivera")}, {"a": "Ana R."}),
        ({"a": Known("Ana")}, {"a": "Ana"}),
        ({"a": Known(None), "b": Known(" "), "c": Known("Bo Li")}, {"c": "Bo L."}),
        (
            {"a": Known("Ana Rivera"), "b": Known("Ana Ross"), "c": Known("Bo Li")},
            {"a": "Ana Rivera", "b": "Ana Ross", "c": "Bo L."},
        ),
        (
            {"a": Known("Ana Rivera", BORN), "b": Known("Ana Rivera", date(1990, 1, 1))},
            {"a": "Ana Rivera (1988)", "b": "Ana Rivera (1990)"},
        ),
        (
            {"a": Known("Ana Rivera", BORN), "b": Known("\N{CYRILLIC CAPITAL LETTER A}na R\N{ZERO WIDTH SPACE}ivera")},
            {"a": "Ana Rivera (1988)", "b": "\N{CYRILLIC CAPITAL LETTER A}na R\N{ZERO WIDTH SPACE}ivera"},
        ),
        (
            {"id-0001": Known("Ana Rivera", BORN), "id-0002": Known("Ana Rivera", BORN), "c": Known("Ana Rivera")},
            {"id-0001": "Ana Rivera (1988) …0001", "id-0002": "Ana Rivera (1988) …0002", "c": "Ana Rivera"},
        ),
    ],
)
def test_as_little_of_a_name_as_tells_two_apart(patients: dict[str, Known], shown: dict[str, str]) -> None:
    assert told_apart(patients) == shown
