"""Reads the controlled-drug log of a place as its pages show it: what is there, a day of it, what is to be counted.

Nothing here decides anything. The log names no patient; whose a package is, is read with it where the reader may know.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.work import side_by_side
from sessions.application.own_stock import own_stock
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.discrepancy_cases import DiscrepancyCase
from sessions.domain.drug_days import DrugDay, drug_day_id
from sessions.domain.drug_entries import Draw, Entry
from sessions.domain.drug_inventories import Inventory
from sessions.domain.drug_log import Container
from sessions.domain.drug_sheets import DrugSheet, sheets_of
from sessions.domain.ids import CaseId, LocationId, PatientId
from sessions.domain.packages import OwnStock
from sessions.domain.patients import PatientDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSeen:
    """What is in use at a place. `inventory` is the last one that counts, `waiting` one that a second person has not
    signed; `window` is how long a line may wait for its witness. `first_by` is by when the first inventory of the place
    is to be taken, None where that is not asked for; `undecided`: some discrepancy waits for its judgement.
    """

    listed: Listed[Container]
    inventory: Inventory | None
    waiting: Inventory | None
    first_by: datetime | None
    undecided: bool
    today: date
    as_of: datetime
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeen:
    """A day as it stands: `closed` by what was counted, None while nobody has counted it; `cases` are those of what did
    not add up.
    """

    day: date
    as_of: datetime
    sheets: tuple[DrugSheet, ...]
    closed: DrugDay | None
    cases: dict[CaseId, DiscrepancyCase]

    @property
    def lines(self) -> list[tuple[datetime, DrugSheet, Entry | None, Draw | None]]:
        """Everything of the day, in the order in which it was entered and drawn."""
        entered = [(each.at, sheet, each, None) for sheet in self.sheets for each in sheet.entries]
        drawn = [(each.at, sheet, None, each) for sheet in self.sheets for each in sheet.draws]
        # What is drawn is drawn before it is given, in the same moment, too.
        return sorted(
            [*entered, *drawn], key=lambda each: (each[0], each[2] is not None and each[2].draw_id is not None)
        )

    @property
    def touched(self) -> bool:
        """Whether there is anything to close."""
        return any(each.touched for each in self.sheets)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPackages:
    """A patient's packages, and the places where they are or were treated."""

    details: PatientDetails
    stock: tuple[OwnStock, ...]
    places: tuple[LocationId, ...]
    today: date


@dataclass(frozen=True, slots=True)
class ReadDrugLog:
    ports: Ports

    async def place(self, location_id: LocationId, actor: Actor, limit: int, after: str | None) -> PlaceSeen:
        """What is in use at a place, page by page."""
        ports, now = self.ports, self.ports.clock()
        listed, inventories, first, undecided = await side_by_side(
            ports.drug_log.page_at(location_id, emptied=False, limit=limit, after=after),
            ports.inventories.open_at(location_id),
            ports.first_inventories.find(location_id, of=location_id),
            ports.drug_cases.any_undecided(location_id),
        )
        shown = [f"drug_containers/{each.id}" for each in listed.items]
        shown += [f"drug_inventories/{each.id}" for each in inventories]
        await ports.audit.read(actor, "read_drug_log", f"locations/{location_id}", *shown)
        return PlaceSeen(
            listed=listed,
            inventory=next((each for each in inventories if each.current), None),
            waiting=next((each for each in inventories if each.waits), None),
            first_by=first.due_by if first is not None and first.taken_at is None else None,
            undecided=undecided,
            today=clinic_day(now, ports.policy.timezone),
            as_of=now,
            window=timedelta(minutes=ports.policy.drug_log.witness_minutes.value),
        )

    async def day(self, location_id: LocationId, day: date | None, actor: Actor) -> DaySeen:
        """One day of a place, closed or not; today's where none is named."""
        ports, now = self.ports, self.ports.clock()
        zone = ports.policy.timezone
        day = day or clinic_day(now, zone)
        bounds = day_bounds(day, zone)
        in_use, touched, closed = await side_by_side(
            ports.drug_log.at(location_id),
            ports.drug_log.touched_since(location_id, bounds[0]),
            ports.drug_days.find(drug_day_id(location_id, day), of=location_id),
        )
        sheets = sheets_of(tuple({each.id: each for each in (*in_use, *touched)}.values()), bounds)
        cases = await self._cases(location_id, closed)
        shown = [f"drug_containers/{each.container.id}" for each in sheets]
        shown += [f"drug_days/{closed.id}"] if closed else []
        shown += [f"discrepancy_cases/{each}" for each in cases]
        await ports.audit.read(actor, "read_drug_day", f"locations/{location_id}", *shown)
        return DaySeen(day=day, as_of=now, sheets=sheets, closed=closed, cases=cases)

    async def to_count(self, location_id: LocationId, actor: Actor) -> list[Container]:
        """Everything in which something is or waits, for whoever counts it: the label, and not what the log says."""
        containers = await self.ports.drug_log.at(location_id)
        shown = (f"drug_containers/{each.id}" for each in containers)
        await self.ports.audit.read(actor, "count_drug_log", f"locations/{location_id}", *shown)
        return sorted(containers, key=lambda each: (each.item.drug, each.item.form, each.item.lot, each.id))

    async def packages_of(self, patient_id: PatientId, actor: Actor) -> OwnPackages:
        """What was dispensed for a patient, the first received first."""
        ports = self.ports
        stock, patient, sessions = await side_by_side(
            own_stock(patient_id, ports),
            ports.patients.find(patient_id, of=patient_id),
            ports.sessions.of_patient(patient_id),
        )
        shown = [f"packages/{each.package.id}" for each in stock]
        shown += [f"drug_containers/{each.container.id}" for each in stock]
        await ports.audit.read(actor, "read_packages", f"patients/{patient_id}", *shown)
        places = {each.location_id for each in sessions if each.location_id}
        return OwnPackages(
            details=patient.details if patient else PatientDetails(),
            stock=stock,
            places=tuple(sorted(places | {each.container.location_id for each in stock})),
            today=clinic_day(ports.clock(), ports.policy.timezone),
        )

    async def _cases(self, location_id: LocationId, closed: DrugDay | None) -> dict[CaseId, DiscrepancyCase]:
        found = [each.container_id for each in closed.discrepancies] if closed else []
        if closed is None or not found:
            return {}
        of_day = {each.case_id for each in closed.discrepancies}
        about = await self.ports.drug_cases.of_containers(location_id, found)
        return {each.id: each for each in about if each.id in of_day}
