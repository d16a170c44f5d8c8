"""The crisis text is there in every language the clinic has it in, the reader's first."""

from dataclasses import replace

import pytest

from services.screening.tests.builders import POLICY


def test_the_readers_own_language_comes_first_and_the_other_is_there() -> None:
    assert [code for code, _ in POLICY.crisis.first_in("es")] == ["es", "en"]
    assert [code for code, _ in POLICY.crisis.first_in("en")] == ["en", "es"]
    assert POLICY.crisis.first_in("en")[0][1] == POLICY.crisis.text


def test_a_translation_without_the_numbers_does_not_start() -> None:
    with pytest.raises(ValueError, match="the same two numbers"):
        replace(POLICY.crisis, translations={"es": "Llame al 988."})
