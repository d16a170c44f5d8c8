"""What tests of pages share: a browser, or one sentence about what is missing.

What drives the browser is installed by `make test-pages` alone; without it these tests are not there.
"""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from services.billing.tests.world import World as Billing
    from services.booking.tests.world import World as Booking
    from services.screening.tests.world import World as Screening
    from services.sessions.tests.world import World as Sessions

collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]


@pytest.fixture
async def browser() -> AsyncIterator["Browser"]:
    from tests.pages.browsing import browsing, chromium

    if chromium() is None:
        pytest.fail("needs Chromium: install Debian's package, or name one in CAREFLOW_CHROMIUM", pytrace=False)
    async with browsing() as browser:
        yield browser


@pytest.fixture
async def new_booking(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[tuple["Booking", str]]:
    """A clinic where nobody works yet, and its address. It writes to its patients."""
    from services.booking.tests import mailbox
    from services.booking.tests.world import running
    from tests.pages.browsing import served

    settings: dict[str, Any] = {
        "clinic_name": "Redwood Clinic",
        "clinic_phone": "(415) 555-0100",
        **mailbox.settings(tmp_path),
    }
    async with running(store_url, database, settings=settings) as world, served(world.app) as address:
        yield world, address


@pytest.fixture
async def booking(new_booking: tuple["Booking", str]) -> tuple["Booking", str]:
    """A clinic somebody can call, and its address."""
    from services.booking.tests.clinic import has_practitioner

    await has_practitioner(new_booking[0])
    return new_booking


@pytest.fixture
async def screening(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[tuple["Screening", str]]:
    """A clinic with somebody on call, and its address."""
    from services.screening.tests.clinic import has_rota
    from services.screening.tests.world import running
    from tests.pages.browsing import served

    async with running(store_url, database, tmp_path) as world, served(world.app) as address:
        await has_rota(world)
        yield world, address


@pytest.fixture
async def sessions(store_url: str, database: str) -> AsyncIterator[tuple["Sessions", str]]:
    """A clinic that treats, and its address."""
    from services.sessions.tests.builders import MILL_VALLEY
    from services.sessions.tests.world import running
    from tests.pages.browsing import served

    settings: dict[str, Any] = {
        "clinic_name": "Redwood Clinic",
        "clinic_location_names": {MILL_VALLEY: "Mill Valley, above the old post office on Throckmorton Avenue"},
    }
    async with running(store_url, database, settings=settings) as world, served(world.app) as address:
        yield world, address
        world.app.state.live.changes.close()


@pytest.fixture
async def billing(store_url: str, database: str) -> AsyncIterator[tuple["Billing", str]]:
    """A clinic that charges, and its address."""
    from services.billing.tests.world import running
    from tests.pages.browsing import served

    settings: dict[str, Any] = {"clinic_name": "Redwood Clinic"}
    async with running(store_url, database, settings=settings) as world, served(world.app) as address:
        yield world, address
