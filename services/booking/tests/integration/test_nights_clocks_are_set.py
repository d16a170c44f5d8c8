"""A visit lived through the night clocks are set, by a clinic in California and patients in other zones: whom messages
reach and when, arrival, and the end of a day that is an hour longer or shorter.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.booking.tests import mailbox
from services.booking.tests.builders import ZONE, local
from services.booking.tests.clinic import WORKING_WEEK, acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.world import World, running

FROM_EIGHT = [{"opens": "08:00", "closes": "17:00"}]
EVERY_DAY = {**dict.fromkeys(WORKING_WEEK, FROM_EIGHT), "saturday": FROM_EIGHT, "sunday": FROM_EIGHT}
OF_THE_NIGHT = pytest.mark.parametrize(
    ("sunday", "hours"),
    [(local(7, 0, month=11, year=2027), 25), (local(14, 0, month=3, year=2027), 23)],
    ids=["back in November", "forward in March"],
)
pytestmark = pytest.mark.thorough


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, settings=mailbox.settings(tmp_path)) as world:
        yield world


def there(day: datetime, hour: int, minute: int = 0) -> datetime:
    """A time on the clinic's clock, on the date on which `day` begins."""
    shown = day.astimezone(ZONE)
    return local(shown.day, hour, minute, month=shown.month, year=shown.year)


async def a_week_before(world: World, sunday: datetime) -> None:
    world.clock.now = there(sunday - timedelta(days=5), 12)
    await has_practitioner(world, week=EVERY_DAY)


@OF_THE_NIGHT
async def test_reminders_come_so_many_hours_before_and_wake_nobody_where_they_live(
    world: World, sunday: datetime, hours: int
) -> None:
    await a_week_before(world, sunday)
    monday = there(sunday + timedelta(hours=30), 9)
    zones = {"ana": "America/Los_Angeles", "ben": "America/New_York", "lani": "Pacific/Honolulu"}
    for place, (name, zone) in enumerate(zones.items()):
        who = await has_patient(world, email=f"{name}@example.org", phone=f"415 555 010{place}", timezone=zone)
        await books(world.coordinator, who, starts_at=monday + place * timedelta(minutes=15))
    await world.catch_up()
    assert len(mailbox.mails(world)) == len(zones), "each is told of their own"
    expected = sorted(
        (awake(monday + place * timedelta(minutes=15) - timedelta(hours=before), ZoneInfo(zone)), name)
        for place, (name, zone) in enumerate(zones.items())
        for before in (48, 24)
    )
    for count, (at, name) in enumerate(expected, len(zones)):
        before_it = [other for other, _ in expected if other < at]
        await world.travel(max(at - timedelta(minutes=1), *before_it, world.clock()) - world.clock())
        assert len(mailbox.mails(world)) == count, f"{name} is written to too early"
        await world.travel(at - world.clock())
        newest = [each for each in mailbox.mails(world) if str(each["To"]).startswith(name)]
        assert (len(mailbox.mails(world)), len(newest) > 1) == (count + 1, True), f"{name} is not written to at {at}"
    assert (sunday + timedelta(hours=hours)).astimezone(ZONE).hour == 0


def awake(due: datetime, zone: ZoneInfo) -> datetime:
    """Then, or when the quiet hours that it falls into are over there."""
    shown = due.astimezone(zone)
    if 8 <= shown.hour < 21:
        return due
    morning = shown.date() + timedelta(days=1 if shown.hour >= 21 else 0)
    return datetime.combine(morning, time(8), zone).astimezone(UTC)


@OF_THE_NIGHT
async def test_who_comes_on_that_day_is_here_and_the_day_ends_at_its_own_midnight(
    world: World, sunday: datetime, hours: int
) -> None:
    await a_week_before(world, sunday)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org", phone="415 555 0199")
    comes = await books(world.coordinator, ana, starts_at=there(sunday, 9))
    forgotten = await books(world.coordinator, ben, starts_at=there(sunday, 10))
    world.clock.now = sunday + timedelta(hours=3)
    early = await world.coordinator.post(
        f"/v1/appointments/{comes['id']}/arrive", version=ok(await read(world, comes))["version"]
    )
    assert refusal(early)[0] == 409, "six hours before, whatever the clock on the wall has done"
    world.clock.now = there(sunday, 9)
    here = await acts(world.coordinator, ok(await read(world, comes)), "arrive")
    assert here["status"] == "arrived"
    assert (await world.coordinator.get(f"/v1/appointments/{forgotten['id']}")).json()["status"] == "booked"

    await world.travel(sunday + timedelta(hours=hours, minutes=-1) - world.clock())
    assert not ok(await read(world, forgotten))["unmarked"], "its day is not over"
    await world.travel(timedelta(days=1))
    assert ok(await read(world, forgotten))["unmarked"]


async def read(world: World, appointment: dict[str, str]) -> httpx.Response:
    return await world.coordinator.get(f"/v1/appointments/{appointment['id']}")
