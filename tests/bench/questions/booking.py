"""How long one client waits: to book a call for another patient each time, and to register one in a large clinic."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.questions.answers import Row, Turn
from tests.bench.questions.copies import fill_with_patients
from tests.bench.questions.site import Site
from tests.bench.questions.written import BareCommit, Written, written_by
from tests.bench.stopwatch import WARM_UP, Times

BOOK = "POST /v1/appointments"
BARE = "bare bulkWrite and commit of the same documents"


class Book:
    """In turns with the bare floor, over HTTP to the running API."""

    services: tuple[str, ...] = ("booking",)
    most_turns = 3

    def __init__(self) -> None:
        self._floor: BareCommit
        self._slots: Iterator[str]

    async def prepare(self, site: Site) -> None:
        self._slots = site.clinic.slots()
        for _ in range(WARM_UP):
            await self._book(site, await site.clinic.register())
        patient = await site.clinic.register()
        self._floor = await site.floor_of(BOOK, "booking", lambda: self._book(site, patient))

    async def turn(self, site: Site) -> Turn:
        booked, bare = Times(), Times()
        patients = [await site.clinic.register() for _ in range(site.extent.bookings)]
        for patient in patients:
            with booked.lap():
                await self._book(site, patient)
            with bare.lap():
                await self._floor()
        return Turn(
            [Row.of_times(BOOK, booked, beside=BARE), Row.of_times(BARE, bare)],
            [f"one booking writes {site.written[BOOK]}"],
        )

    async def _book(self, site: Site, patient: str) -> None:
        await site.clinic.book(patient, next(self._slots))


class Register:
    """In the same store, before and after it was filled with copies of what one registration wrote."""

    services: tuple[str, ...] = ("booking",)
    most_turns = 2

    def __init__(self) -> None:
        self._written: Written
        self._small: Times
        self._filled = False

    async def prepare(self, site: Site) -> None:
        patients = site.database("booking")["patients"]
        while await patients.estimated_document_count() < site.extent.patients_before:
            await site.clinic.register()
        self._written = await written_by(site.database("booking"), site.clinic.register)
        self._small = await self._registering(site, site.extent.registrations)

    async def turn(self, site: Site) -> Turn:
        few, many = (
            f"register at {site.extent.patients_before} patients",
            f"register at {site.extent.patients:,} patients",
        )
        rows = []
        if not self._filled:
            self._filled = True
            rows.append(Row.of_times(few, self._small))
            await fill_with_patients(site.database("booking"), self._written, site.extent.patients)
        rows.insert(0, Row.of_times(many, await self._registering(site, site.extent.registrations), beside=few))
        return Turn(
            rows,
            ["the patients in between are copies of what one registration wrote, with ids and indexed fields of their"
             " own, put there by insert_many"],
        )  # fmt: skip

    async def _registering(self, site: Site, number: int) -> Times:
        times = Times()
        for _ in range(number):
            with times.lap():
                await site.clinic.register()
        return times
