"""The rota and the pages to people on it, in MongoDB. They hold staff contacts and alert ids, nothing of a patient."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from screening.application.ports import Due
from screening.domain.ids import AlertId, StaffId
from screening.domain.paging import Page
from screening.domain.rota import ROTA_ID, Rota

ROTAS: Final = "rotas"
PAGES: Final = "pages"
TEST_PAGES: Final = "test_pages"
_NEWEST_FIRST: Final = (("intended_at", -1),)
_UNDER_WAY_FIRST: Final = (("attempt_at", -1),)

INDEXES: Final = (
    (ROTAS, IndexModel("due_at", name="due")),
    (PAGES, IndexModel([("alert_id", 1), ("intended_at", -1), ("_id", 1)], name="of_alert")),
    (PAGES, IndexModel("attempt_at", name="due")),
    (TEST_PAGES, IndexModel([("staff_id", 1), ("attempt_at", -1), ("_id", 1)], name="of_person")),
    (TEST_PAGES, IndexModel([("intended_at", -1), ("_id", 1)], name="by_time")),
    (TEST_PAGES, IndexModel("attempt_at", name="due")),
)


class MongoRotas(Stored[Rota]):
    """See `screening.application.ports.Rotas`."""

    def __init__(self, database: Database, *, gap_told_before: Sequence[timedelta]) -> None:
        def open_fields(rota: Rota) -> Mapping[str, object]:
            return {"due_at": rota.gap_due_at(gap_told_before)}

        super().__init__(Documents(database, ROTAS, Rota, fields=open_fields), lambda: not_found("rota"))

    async def current(self) -> Rota | None:
        return await self._documents.find(ROTA_ID, of=None)

    async def look(self) -> Rota | None:
        rotas = self._documents.looked  # allow looked: who was on call when it was decided is asked
        return await rotas.find(ROTA_ID)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")


class MongoPages(Stored[Page]):
    """See `screening.application.ports.Pages`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, PAGES, Page, fields=_page_fields, owner=lambda page: str(page.alert_id))
        super().__init__(documents, lambda: not_found("page"))

    async def of_alert(self, alert_id: AlertId, /) -> list[Page]:
        newest = await self._documents.all({"alert_id": alert_id}, of=alert_id, sort=_NEWEST_FIRST)
        return newest[::-1]

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("attempt_at")


class MongoTestPages(Stored[Page]):
    """See `screening.application.ports.TestPages`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(
            database, TEST_PAGES, Page, fields=_test_page_fields, owner=lambda page: str(page.staff_id)
        )
        super().__init__(documents, lambda: not_found("page"))

    async def under_way(self, person: StaffId, /) -> bool:
        first = await self._documents.many({"staff_id": person}, of=person, sort=_UNDER_WAY_FIRST, limit=1)
        return any(each.attempt_at is not None for each in first)

    async def listed(self, *, limit: int, after: str | None) -> Listed[Page]:
        return await self._documents.page({}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("attempt_at")


def _test_page_fields(page: Page) -> Mapping[str, object]:
    return {"staff_id": page.staff_id, "intended_at": page.intended_at, "attempt_at": page.attempt_at}


def _page_fields(page: Page) -> Mapping[str, object]:
    return {"alert_id": page.alert_id, "intended_at": page.intended_at, "attempt_at": page.attempt_at}
