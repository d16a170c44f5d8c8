"""Every route, for every set of roles somebody may have: exactly what `access.py` says."""

import pytest

from billing.bootstrap import http
from careflow_service.testing.doors import MOST_ROLES, wrongly_treated


@pytest.mark.parametrize("most_roles", [2, pytest.param(MOST_ROLES, marks=pytest.mark.thorough)])
async def test_every_door_opens_to_exactly_whom_its_row_names(most_roles: int) -> None:
    assert await wrongly_treated(http(), most_roles) == []
