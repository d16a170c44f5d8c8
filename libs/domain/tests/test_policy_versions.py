"""A version that a policy is given can be said by events and read by a spreadsheet."""

import pytest

from careflow_domain.errors import DomainError
from careflow_domain.policy_versions import check_version


@pytest.mark.parametrize("version", ["2026-11-23", "v1.0_b", "7", "a" * 64])
def test_it_is_written_plainly(version: str) -> None:
    check_version(version)


@pytest.mark.parametrize("version", ["", " ", "autumn 2026", "=1+1", "+1", "-1", "@sum", "a\n", "ä", "a" * 65])
def test_what_an_event_could_not_say_or_a_spreadsheet_would_reckon_is_refused(version: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_version(version)
    assert refused.value.code == "policy_invalid"
