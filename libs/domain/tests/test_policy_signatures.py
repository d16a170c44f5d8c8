"""A signature stands for one version of the clinical numbers."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from careflow_domain.policy_signatures import PolicySignature, signature_of

ROSA = PolicySignature(version="2026-12-01", by="Rosa Ortiz", licence="CA physician A12345", on=date(2026, 12, 1))


def test_a_changed_version_is_signed_by_nobody_until_somebody_does() -> None:
    again = replace(ROSA, version="2027-01-01", on=date(2027, 1, 1))

    assert signature_of("2026-12-01", [ROSA]) is ROSA
    assert signature_of("2027-01-01", [ROSA]) is None
    assert signature_of("2027-01-01", [ROSA, again]) is again
    assert signature_of("2026-12-01", []) is None


def test_of_two_who_signed_the_same_the_later_one_is_named() -> None:
    later = replace(ROSA, by="Ken Abe", on=date(2026, 12, 3))

    assert signature_of("2026-12-01", [later, ROSA]) is later


@pytest.mark.parametrize("left_out", ["version", "by", "licence"])
def test_it_says_who_and_by_which_licence(left_out: str) -> None:
    said: dict[str, Any] = {left_out: " "}

    with pytest.raises(ValueError, match="by whom"):
        replace(ROSA, **said)
