"""Reading sessions, plans, consents and the drug log. Every read is audited before it is answered: the drug log names
no patient, but their sessions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from sessions.application.ask_gate import ask_gate
from sessions.application.ask_telehealth import ask_telehealth
from sessions.application.care import Care, care_of
from sessions.application.courses import course_of
from sessions.application.own_stock import own_stock
from sessions.application.ports import Ports
from sessions.application.rems_reports import report_of
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.consents import Consent
from sessions.domain.discrepancy_cases import DiscrepancyCase
from sessions.domain.drug_days import DrugDay, drug_day_id
from sessions.domain.drug_inventories import Inventory
from sessions.domain.drug_log import Container
from sessions.domain.follow_up import FollowUpContact
from sessions.domain.gate import Gate
from sessions.domain.ids import (
    AdverseEventId,
    AppointmentId,
    CaseId,
    ContainerId,
    InventoryId,
    LocationId,
    PackageId,
    PatientId,
    PlanId,
    SessionId,
)
from sessions.domain.medication import MedicationRecord
from sessions.domain.outreach import Outreach
from sessions.domain.packages import Package
from sessions.domain.plans import Plan
from sessions.domain.rems_form import RemsForm
from sessions.domain.rems_report import TreatmentReport
from sessions.domain.sessions import Session
from sessions.domain.stops import Stop

Packages = dict[PackageId, Package]


@dataclass(frozen=True, slots=True)
class Reading:
    ports: Ports

    async def session(self, session_id: SessionId, actor: Actor) -> Session:
        """Refused: `session_not_found`."""
        return await self._seen(await self.ports.sessions.get(session_id), actor)

    async def record(self, session_id: SessionId, actor: Actor) -> tuple[Session, MedicationRecord | None]:
        """A session with what was ordered and given in it beside the dose. Refused: `session_not_found`."""
        session = await self.ports.sessions.get(session_id)
        medication = await self.ports.medication.find(session.id, of=session.patient_id)
        beside = (f"medication_records/{medication.id}",) if medication else ()
        await self.ports.audit.read(actor, "read_session", f"sessions/{session.id}", *beside)
        return session, medication

    async def session_of(self, appointment_id: AppointmentId, actor: Actor) -> Session:
        """Refused: `session_not_found`."""
        found = await self.ports.sessions.look_up(appointment_id)
        if found is None:
            raise not_found("session")
        return await self._seen(found, actor)

    async def sessions_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Session]:
        """All sessions of a patient by when they start."""
        sessions = await self.ports.sessions.page_of(patient_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_session", f"patients/{patient_id}", *(f"sessions/{each.id}" for each in sessions.items)
        )
        return sessions

    async def gate(self, session_id: SessionId, actor: Actor) -> tuple[Session, Gate]:
        """How every item of the dose gate stands now. Refused: `session_not_found`."""
        session = await self.session(session_id, actor)
        return session, (await ask_gate(session, self.ports, self.ports.clock())).gate

    async def telehealth(self, session_id: SessionId, actor: Actor) -> tuple[Session, Gate | None]:
        """How everything stands that an hour at a distance asks for; None where the patient is in the room. Refused:
        `session_not_found`.
        """
        session = await self.session(session_id, actor)
        return session, await ask_telehealth(session, self.ports, self.ports.clock())

    async def plan(self, plan_id: PlanId, actor: Actor) -> Plan:
        """Refused: `plan_not_found`."""
        plan = await self.ports.plans.get(plan_id)
        await self.ports.audit.read(actor, "read_plan", f"plans/{plan.id}")
        return plan

    async def plans_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Plan]:
        """All plans of a patient, the oldest first."""
        plans = await self.ports.plans.page_of(patient_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_plan", f"patients/{patient_id}", *(f"plans/{each.id}" for each in plans.items)
        )
        return plans

    async def consents_of(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Consent]:
        """A patient's consents that were signed and have not ended."""
        consents = await self.ports.consents.page_signed_by(patient_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_consent", f"patients/{patient_id}", *(f"consents/{each.id}" for each in consents.items)
        )
        return consents

    async def findings_of(self, patient_id: PatientId, actor: Actor) -> tuple[Stop, ...]:
        """Every alarming finding about a patient, resolved or not."""
        course = await course_of(patient_id, self.ports)
        await self.ports.audit.read(actor, "read_findings", f"courses/{patient_id}")
        return course.stops

    async def adverse_event(self, event_id: AdverseEventId, actor: Actor) -> AdverseEvent:
        """Refused: `adverse_event_not_found`."""
        event = await self.ports.adverse_events.get(event_id)
        await self.ports.audit.read(actor, "read_adverse_event", f"adverse_events/{event.id}")
        return event

    async def adverse_events_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[AdverseEvent]:
        """A patient's adverse events, the oldest first."""
        events = await self.ports.adverse_events.page_of(patient_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor,
            "read_adverse_event",
            f"patients/{patient_id}",
            *(f"adverse_events/{each.id}" for each in events.items),
        )
        return events

    async def rems_form(self, session_id: SessionId, actor: Actor) -> tuple[RemsForm, TreatmentReport]:
        """A session's form, and its report as it was sent or would be now. Refused: `rems_form_not_found`."""
        form = await self.ports.rems_forms.get(session_id)
        sent = None if form.waits else form.submission
        report = sent.report if sent else await report_of(form, self.ports)
        await self.ports.audit.read(actor, "read_rems_form", f"rems_forms/{form.id}")
        return form, report

    async def rems_forms_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[RemsForm]:
        """A patient's forms, the oldest first."""
        forms = await self.ports.rems_forms.page_of(patient_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_rems_form", f"patients/{patient_id}", *(f"rems_forms/{each.id}" for each in forms.items)
        )
        return forms

    async def rems_forms_waiting(self, actor: Actor, limit: int, after: str | None) -> Listed[RemsForm]:
        """Every form that was not sent, the most urgent first."""
        forms = await self.ports.rems_forms.waiting(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_rems_form", *(f"rems_forms/{each.id}" for each in forms.items))
        return forms

    async def contacts_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[FollowUpContact]:
        """A patient's contacts after harm, the oldest first."""
        contacts = await self.ports.contacts.page_of(patient_id, limit=limit, after=after)
        shown = (f"follow_up_contacts/{each.id}" for each in contacts.items)
        await self.ports.audit.read(actor, "read_contact", f"patients/{patient_id}", *shown)
        return contacts

    async def doses_to_review(self, actor: Actor, limit: int, after: str | None) -> Listed[Session]:
        """Every session with a dose outside the gate that waits for its review, the most urgent first."""
        return await self._to_review(lambda each: bool(each.to_review), actor, limit, after)

    async def therapy_to_review(self, actor: Actor, limit: int, after: str | None) -> Listed[Session]:
        """Every session with therapy held otherwise that waits for its review, the most urgent first."""
        return await self._to_review(lambda each: bool(each.therapy_to_review), actor, limit, after)

    async def _to_review(
        self, wanted: Callable[[Session], bool], actor: Actor, limit: int, after: str | None
    ) -> Listed[Session]:
        """What waits is one list, whatever is to be reviewed: it is read on where a page has nothing of what is wanted,
        and what was not shown was not read.
        """
        while True:
            listed = await self.ports.sessions.to_review(limit=limit, after=after)
            shown = tuple(each for each in listed.items if wanted(each))
            if shown or listed.next is None:
                break
            after = listed.next
        await self.ports.audit.read(actor, "read_session", *(f"sessions/{each.id}" for each in shown))
        return Listed(shown, listed.next)

    async def contacts_waiting(self, actor: Actor, limit: int, after: str | None) -> Listed[FollowUpContact]:
        """Every contact that was not made, the most urgent first."""
        contacts = await self.ports.contacts.waiting(limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_contact", *(f"follow_up_contacts/{each.id}" for each in contacts.items)
        )
        return contacts

    async def outreaches_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[Outreach]:
        """Whenever a patient did not come, the earliest first."""
        outreaches = await self.ports.outreaches.page_of(patient_id, limit=limit, after=after)
        shown = (f"outreaches/{each.id}" for each in outreaches.items)
        await self.ports.audit.read(actor, "read_outreach", f"patients/{patient_id}", *shown)
        return outreaches

    async def outreaches_waiting(self, actor: Actor, limit: int, after: str | None) -> Listed[Outreach]:
        """Every patient who did not come and was not reached, the most urgent first."""
        outreaches = await self.ports.outreaches.waiting(limit=limit, after=after)
        await self.ports.audit.read(actor, "read_outreach", *(f"outreaches/{each.id}" for each in outreaches.items))
        return outreaches

    async def care(self, patient_id: PatientId, actor: Actor) -> Care:
        """Where a patient's care stands."""
        care = await care_of(patient_id, self.ports)
        shown = (f"care_discharges/{each.id}" for each in care.discharges)
        await self.ports.audit.read(actor, "read_care", f"patients/{patient_id}", *shown)
        return care

    async def container(self, container_id: ContainerId, actor: Actor, *, whose: bool) -> tuple[Container, Packages]:
        """With the package that it is, where the reader may know `whose`. Refused: `container_not_found`."""
        container = await self.ports.drug_log.get(container_id)
        packages = await self._packages_of([container]) if whose else {}
        await self._containers_seen([container], packages, actor)
        return container, packages

    async def containers_at(
        self, location_id: LocationId, actor: Actor, limit: int, after: str | None, *, emptied: bool, whose: bool
    ) -> tuple[Listed[Container], Packages]:
        """What is in use at a location, or what was used up there, the last touched first."""
        found = await self.ports.drug_log.page_at(location_id, emptied=emptied, limit=limit, after=after)
        packages = await self._packages_of(found.items) if whose else {}
        await self._containers_seen(found.items, packages, actor, f"locations/{location_id}")
        return found, packages

    async def packages_of(self, patient_id: PatientId, actor: Actor) -> tuple[list[Container], Packages]:
        """What was dispensed for a patient and is, or was, kept here, the first received first."""
        stock = await own_stock(patient_id, self.ports)
        packages = {each.package.id: each.package for each in stock}
        containers = [each.container for each in stock]
        await self._containers_seen(containers, packages, actor, f"patients/{patient_id}")
        return containers, packages

    async def drug_day(
        self, location_id: LocationId, day: date, actor: Actor
    ) -> tuple[DrugDay, dict[CaseId, DiscrepancyCase]]:
        """One closed day with the cases of what did not add up. Refused: `drug_day_not_found`."""
        closed = await self.ports.drug_days.get(drug_day_id(location_id, day))
        found = [each.container_id for each in closed.discrepancies]
        about = await self.ports.drug_cases.of_containers(location_id, found) if found else []
        of_day = {each.case_id for each in closed.discrepancies}
        cases = {each.id: each for each in about if each.id in of_day}
        shown = (f"discrepancy_cases/{each}" for each in cases)
        await self.ports.audit.read(actor, "read_drug_day", f"drug_days/{closed.id}", *shown)
        return closed, cases

    async def drug_days_of(
        self, location_id: LocationId, actor: Actor, limit: int, after: str | None
    ) -> Listed[DrugDay]:
        """The closed days of a location, the newest first."""
        days = await self.ports.drug_days.of_location(location_id, limit=limit, after=after)
        await self.ports.audit.read(
            actor, "read_drug_day", f"locations/{location_id}", *(f"drug_days/{each.id}" for each in days.items)
        )
        return days

    async def inventory(self, inventory_id: InventoryId, actor: Actor) -> Inventory:
        """Refused: `inventory_not_found`."""
        inventory = await self.ports.inventories.get(inventory_id)
        await self.ports.audit.read(actor, "read_inventory", f"drug_inventories/{inventory.id}")
        return inventory

    async def inventories_of(
        self, location_id: LocationId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[Inventory]:
        """The inventories of a location, the newest first."""
        listed = await self.ports.inventories.of_location(location_id, limit=limit, after=after)
        shown = (f"drug_inventories/{each.id}" for each in listed.items)
        await self.ports.audit.read(actor, "read_inventory", f"locations/{location_id}", *shown)
        return listed

    async def discrepancy_case(self, case_id: CaseId, actor: Actor) -> DiscrepancyCase:
        """Refused: `discrepancy_case_not_found`."""
        case = await self.ports.drug_cases.get(case_id)
        await self.ports.audit.read(actor, "read_discrepancy_case", f"discrepancy_cases/{case.id}")
        return case

    async def discrepancy_cases_of(
        self, location_id: LocationId, actor: Actor, limit: int, after: str | None, *, waiting: bool
    ) -> Listed[DiscrepancyCase]:
        """The cases of a location that wait for something, or the others."""
        cases = await self.ports.drug_cases.of_location(location_id, waiting=waiting, limit=limit, after=after)
        shown = (f"discrepancy_cases/{each.id}" for each in cases.items)
        await self.ports.audit.read(actor, "read_discrepancy_case", f"locations/{location_id}", *shown)
        return cases

    async def _seen(self, session: Session, actor: Actor) -> Session:
        await self.ports.audit.read(actor, "read_session", f"sessions/{session.id}")
        return session

    async def _packages_of(self, containers: Sequence[Container]) -> Packages:
        """Whose own those are that are somebody's."""
        ids = [each.package_id for each in containers if each.package_id is not None]
        return {each.id: each for each in await self.ports.packages.several(ids)} if ids else {}

    async def _containers_seen(
        self, containers: Sequence[Container], packages: Packages, actor: Actor, *where: str
    ) -> None:
        shown = (f"drug_containers/{each.id}" for each in containers)
        whose = (f"packages/{each}" for each in packages)
        await self.ports.audit.read(actor, "read_container", *where, *shown, *whose)
