"""Practitioners in MongoDB."""

from typing import Final

from pymongo import IndexModel

from booking.domain.errors import not_found
from booking.domain.ids import PractitionerId
from booking.domain.practitioners import Practitioner
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction

PRACTITIONERS: Final = "practitioners"
MOST_ACTIVE: Final = 200
"""How many people one location has at most; all of them are looked at for each free time."""

INDEXES: Final = ((PRACTITIONERS, IndexModel([("active", 1), ("_id", 1)], name="active")),)


class MongoPractitioners:
    """See `booking.application.ports.Practitioners`."""

    def __init__(self, database: Database) -> None:
        self._documents: Documents[Practitioner] = Documents(
            database, PRACTITIONERS, Practitioner, fields=lambda practitioner: {"active": practitioner.active}
        )

    async def get(self, practitioner_id: PractitionerId) -> Practitioner:
        found = await self.find(practitioner_id)
        if found is None:
            raise not_found("practitioner")
        return found

    async def find(self, practitioner_id: PractitionerId) -> Practitioner | None:
        return await self._documents.find(practitioner_id)

    async def active(self) -> tuple[Practitioner, ...]:
        return tuple(await self._documents.many({"active": True}, limit=MOST_ACTIVE))

    async def page(self, limit: int, after: str | None) -> Listed[Practitioner]:
        return await self._documents.page({}, limit=limit, after=after)

    async def add(self, practitioner: Practitioner, tx: Transaction) -> None:
        await self._documents.add(practitioner, tx)

    async def save(self, practitioner: Practitioner, *, expecting: int, tx: Transaction) -> None:
        await self._documents.save(practitioner, expecting=expecting, tx=tx)
