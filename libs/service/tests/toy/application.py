"""The toy's use cases, its reaction, its deadline and its effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pymongo import IndexModel

from careflow_events.contracts import CarePathStageChanged, ScreeningStarted
from careflow_events.contracts.codes import CareStage
from careflow_events.publication import PublicationTable, published, says
from careflow_events.subscription import Received, hears
from careflow_service.deadlines import Deadline, Effect
from careflow_service.identity import Actor, RequestKey
from careflow_service.mongo.documents import Documents
from careflow_service.oversight import check_own
from careflow_service.service import Resources
from careflow_service.settings import ServiceSettings
from careflow_service.work import Committed, Transaction, Work
from libs.service.tests.toy.visits import Visit, VisitClosed


@dataclass(frozen=True, slots=True)
class Kept:
    """What a command did to a visit."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Ports:
    visits: Documents[Visit]
    told: list[str] = field(default_factory=list)


class Toy:
    """The application: every use case of the toy."""

    def __init__(self, resources: Resources[ServiceSettings]) -> None:
        self._work: Work = resources.work
        self._audit = resources.audit
        self.ports = Ports(
            Documents(
                resources.database,
                "visits",
                Visit,
                fields=_open_fields,
                blind=("patient_id",),
                owner=lambda visit: visit.patient_id,
                vault=resources.vault,
            )
        )

    async def book(
        self, patient_id: str, note: str, ends_at: datetime, actor: Actor, request: RequestKey
    ) -> Committed[Kept]:
        async def book(tx: Transaction) -> Kept:
            visit = Visit(id=tx.new_id(), patient_id=patient_id, note=note, ends_at=ends_at)
            await self.ports.visits.add(visit, tx)
            return Kept(visit.id, visit.version)

        return await self._work.run(book, by=actor, action="book_visit", returns=Kept, request=request)

    async def close(self, visit_id: str, version: int, actor: Actor, request: RequestKey) -> Committed[Kept]:
        async def close(tx: Transaction) -> Kept:
            visit = (await self.ports.visits.get(visit_id)).close(now=tx.now)
            await self.ports.visits.save(visit, expecting=version, tx=tx)
            return Kept(visit.id, visit.version)

        return await self._work.run(close, by=actor, action="close_visit", returns=Kept, request=request)

    async def read(self, visit_id: str, actor: Actor) -> Visit:
        visit = await self.ports.visits.get(visit_id)
        check_own(actor, visit.patient_id, "visit")
        await self._audit.read(actor, "read_visit", f"visits/{visit.id}")
        return visit

    async def list_of(self, patient_id: str, limit: int, after: str | None, actor: Actor) -> list[Visit]:
        found = await self.ports.visits.looked.many({"patient_id": patient_id}, limit=limit, after=after)
        await self._audit.read(actor, "list_visits", *(f"visits/{each.id}" for each in found))
        return found


async def on_screening_started(event: Received[ScreeningStarted], tx: Transaction, ports: Ports) -> None:
    for visit in await ports.visits.many({"patient_id": event.data.patient_id}, of=event.data.patient_id, limit=200):
        if not visit.screened:
            await ports.visits.save(visit.screen(), expecting=visit.version, tx=tx)


async def knows(ports: Ports, patient_id: str) -> bool:
    return bool(await ports.visits.looked.many({"patient_id": patient_id}, limit=1))


async def named(_: Ports, __: str) -> str | None:
    """Nobody has a name here."""
    return None


async def _next_to_close(ports: Ports) -> tuple[datetime, str] | None:
    return await ports.visits.earliest("due_at")


async def _close_in_time(visit_id: str, tx: Transaction, ports: Ports) -> None:
    visit = await ports.visits.get(visit_id)
    if visit.open and visit.ends_at <= tx.now:
        await ports.visits.save(visit.close(now=tx.now), expecting=visit.version, tx=tx)


async def _next_to_tell(ports: Ports) -> str | None:
    untold = await ports.visits.looked.many({"told": False}, limit=1)
    return untold[0].id if untold else None


async def _tell(visit_id: str, ports: Ports) -> bool:
    ports.told.append(visit_id)
    return True


async def _note_told(visit_id: str, told: bool, tx: Transaction, ports: Ports) -> None:
    visit = await ports.visits.get(visit_id)
    if told and not visit.told:
        await ports.visits.save(visit.tell(), expecting=visit.version, tx=tx)


def _open_fields(visit: Visit) -> Mapping[str, object]:
    return {"patient_id": visit.patient_id, "due_at": visit.ends_at if visit.open else None, "told": visit.told}


PUBLISHED: PublicationTable = published(
    says(
        VisitClosed,
        CarePathStageChanged,
        lambda fact: CarePathStageChanged(
            patient_id=fact.patient_id, from_=CareStage.INFO_CALL, to=CareStage.SCREENING
        ),
    )
)
SUBSCRIPTIONS = (hears(ScreeningStarted, on_screening_started),)
DEADLINES = (Deadline("close_visit_in_time", _next_to_close, _close_in_time),)
EFFECTS = (Effect("tell_of_closed_visit", _next_to_tell, _tell, _note_told),)
INDEXES = (
    ("visits", IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    ("visits", IndexModel("due_at", name="due")),
    ("visits", IndexModel([("told", 1), ("_id", 1)], name="untold")),
)
