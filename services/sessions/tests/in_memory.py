"""Sessions' use cases on stores of dictionaries, for what is tried ten thousand times."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from careflow_domain.errors import not_found
from careflow_service.errors import StaleVersion
from careflow_service.testing.erasing import Asked
from careflow_service.work import Committed
from services.sessions.tests.builders import CALENDAR, CODES, POLICY, TEXTS, new_uuid
from sessions.application.ports import Ports
from sessions.domain.plans import PlanState
from sessions.domain.registrants import Registrants
from sessions.domain.states import SessionState
from sessions.domain.words import VisitKind

R = TypeVar("R")


@dataclass(slots=True)
class Shelf:
    """One kind of aggregate, by id; answers what any of the ports asks."""

    what: str
    kept: dict[str, Any] = field(default_factory=dict)

    async def find(self, stored_id: str, /, *, of: str | None = None) -> Any:
        return self.kept.get(stored_id)

    async def get(self, stored_id: str, /, *, of: str | None = None) -> Any:
        if stored_id not in self.kept:
            raise not_found(self.what)
        return self.kept[stored_id]

    async def add(self, aggregate: Any, /, tx: object) -> None:
        self.kept[aggregate.id] = aggregate

    async def save(self, aggregate: Any, /, *, expecting: int, tx: object) -> None:
        if self.kept[aggregate.id].version != expecting:
            raise StaleVersion
        self.kept[aggregate.id] = aggregate

    async def signed_by(self, patient_id: str, /) -> list[Any]:
        return self._of(patient_id)

    async def of_patient(self, patient_id: str, /) -> list[Any]:
        return self._of(patient_id)

    async def latest_of_patient(self, patient_id: str, /) -> list[Any]:
        return self._of(patient_id)

    async def live_of(self, patient_id: str, /) -> Any:
        live = (PlanState.ACTIVE, PlanState.ON_HOLD)
        return next((each for each in self._of(patient_id) if each.state in live), None)

    async def of_appointment(self, appointment_id: str, /, *, of: str) -> Any:
        return next((each for each in self.kept.values() if each.appointment_id == appointment_id), None)

    async def next_integration(self, patient_id: str, /, *, after: datetime) -> datetime | None:
        return after + timedelta(days=1)

    async def at(self, location_id: str, /) -> list[Any]:
        return list(self.kept.values())

    async def unreviewed_of(self, patient_id: str, /) -> list[Any]:
        return [each for each in self._of(patient_id) if each.review_by is not None]

    def _of(self, patient_id: str) -> list[Any]:
        return [each for each in self.kept.values() if each.patient_id == patient_id]

    async def unsettled_before(self, location_id: str, moment: datetime, /) -> bool:
        return False

    async def open_at(self, location_id: str, /) -> list[Any]:
        return []

    async def any_waits(self, location_id: str, /) -> bool:
        return False

    async def any_undecided(self, location_id: str, /) -> bool:
        return False


@dataclass(slots=True)
class Heard:
    """Every other service has been heard, screening so long ago."""

    lag: timedelta = timedelta(0)

    async def complete(self, patient_id: str, /) -> bool:
        return True

    async def screening_lag(self, patient_id: str, /) -> timedelta | None:
        return self.lag


@dataclass(slots=True)
class InMemory:
    """The ports, and the unit of work on them: what is refused changes nothing."""

    now: datetime
    shelves: dict[str, Shelf] = field(init=False)
    ports: Ports = field(init=False)
    heard: Heard = field(default_factory=Heard)

    def __post_init__(self) -> None:
        names = {
            "patients": "patient",
            "eligibilities": "eligibility",
            "consents": "consent",
            "plans": "plan",
            "courses": "course",
            "sessions": "session",
            "adverse_events": "adverse_event",
            "rems_forms": "rems_form",
            "standing_orders": "medicine_order",
            "medication": "medication_record",
            "contacts": "follow_up_contact",
            "outreaches": "outreach",
            "plan_tasks": "plan_task",
            "plan_links": "plan_link",
            "evaluations": "evaluation",
            "care_discharges": "care_discharge",
            "notes": "note",
            "psychotherapy_notes": "psychotherapy_note",
            "packages": "package",
            "drug_log": "container",
            "drug_days": "drug_day",
            "drug_cases": "discrepancy_case",
            "inventories": "inventory",
            "first_inventories": "first_inventory",
            "disclosures": "disclosure",
            "wanted_shares": "record_request",
        }
        self.shelves = {name: Shelf(what) for name, what in names.items()}
        stores = cast("dict[str, Any]", self.shelves)
        self.ports = Ports(
            **stores,
            records=self.heard,
            colleague_names=cast("Any", None),
            link_addresses=cast("Any", None),
            audit=cast("Any", None),
            policy=POLICY,
            consent_texts=TEXTS,
            calendar=CALENDAR,
            registrants=Registrants(registrants=()),
            codes=(CODES,),
            clock=lambda: self.now,
            erasing=Asked(),
        )

    def new_id(self) -> str:
        return new_uuid()

    async def run(self, fn: Callable[[Any], Awaitable[R]], **_: object) -> Committed[R]:
        before = {name: dict(shelf.kept) for name, shelf in self.shelves.items()}
        try:
            return Committed(await fn(self), ())
        except BaseException:
            for name, kept in before.items():
                self.shelves[name].kept = kept
            raise

    def keep(self, name: str, aggregate: Any) -> None:
        self.shelves[name].kept[aggregate.id] = aggregate

    def session_under_way(self, patient_id: str) -> Any:
        """The patient's dosing session that has not ended."""
        ended = {SessionState.ABORTED, SessionState.COMPLETED, SessionState.REFUSED, SessionState.DISCHARGED}
        mine = [each for each in self.shelves["sessions"].kept.values() if each.patient_id == patient_id]
        dosing = [each for each in mine if each.kind is VisitKind.DOSING]
        return next((each for each in dosing if each.state not in ended), None)
