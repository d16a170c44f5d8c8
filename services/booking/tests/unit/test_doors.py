"""Every route, for every set of roles somebody may have: exactly what `access.py` says."""

from booking.bootstrap import http
from careflow_service.testing.doors import wrongly_treated


async def test_every_door_opens_to_exactly_whom_its_row_names() -> None:
    assert await wrongly_treated(http()) == []
