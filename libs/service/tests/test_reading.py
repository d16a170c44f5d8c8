"""What tests of privacy look for is found where it is written, and nowhere else."""

import pytest

from careflow_service.testing.reading import stands_in


@pytest.mark.parametrize("said", ["code 96365", '"96365"', "code=96365,", "96365", "a/96365-59"])
def test_a_code_is_found_as_a_word(said: str) -> None:
    assert stands_in("96365", said.encode(), word=True)


@pytest.mark.parametrize("said", ["1.7958769363653e+09", "0.96365", "01a2229b-9636-5e10", "a196365f"])
def test_digits_that_come_up_by_chance_are_no_code(said: str) -> None:
    assert not stands_in("96365", said.encode(), word=True)


def test_any_other_text_is_found_within_words_too() -> None:
    assert stands_in("zzcanaryzz", b"file-xzzcanaryzzx.pdf")
