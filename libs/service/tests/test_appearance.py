"""Names that look the same are known to, whatever they are written with."""

import pytest

from careflow_service.appearance import appearance


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("ANN LEE", id="case"),
        pytest.param("Ann  Lee", id="blanks"),
        pytest.param("Ann\N{NO-BREAK SPACE}Lee", id="another blank"),
        pytest.param("An\N{ZERO WIDTH SPACE}n Lee", id="something nobody sees"),
        pytest.param("Ann L\N{SOFT HYPHEN}ee", id="a hyphen nobody sees"),
        pytest.param("\N{CYRILLIC CAPITAL LETTER A}nn Lee", id="a Cyrillic letter"),
        pytest.param("Ann L\N{CYRILLIC SMALL LETTER IE}e", id="a small one"),
        pytest.param("\N{GREEK CAPITAL LETTER ALPHA}\N{GREEK CAPITAL LETTER NU}n Lee", id="Greek letters"),
        pytest.param("\N{FULLWIDTH LATIN CAPITAL LETTER A}nn Lee", id="a wide letter"),
        pytest.param("Ann Iee", id="a capital I for an l"),
        pytest.param("Ann 1ee", id="a one for an l"),
    ],
)
def test_these_look_like_ann_lee(other: str) -> None:
    assert appearance(other) == appearance("Ann Lee")


def test_a_mark_written_apart_looks_like_one_written_with_its_letter() -> None:
    assert appearance("Jose\N{COMBINING ACUTE ACCENT}") == appearance("José") != appearance("Jose")


@pytest.mark.parametrize("other", ["Anne Lee", "An Lee", "Ann Lea", "Ann Leé", "Анна Ли", "李安"])
def test_these_do_not(other: str) -> None:
    assert appearance(other) != appearance("Ann Lee")
