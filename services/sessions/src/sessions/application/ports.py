"""What the use cases stand on; `bootstrap.py` hands in the adapters.

Invariants: a `find` answers None, a `get` refuses with the thing's own `..._not_found`; `of` says whose it is or would
be, a patient's or in the drug log a location's; every write takes the transaction it belongs to. What a decision reads
cannot be overtaken before it commits, but for how far behind screening one is: that is only looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from careflow_domain.business_days import BusinessCalendar
from careflow_service.clock import Clock
from careflow_service.disclosing.records import Disclosures, Held, KeptShares
from careflow_service.erasing import Erasing
from careflow_service.identity import Actor
from careflow_service.listed import Listed, Paged
from careflow_service.naming import ColleagueNames
from careflow_service.pages.links import LinkAddresses
from careflow_service.work import Transaction
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.care import CareDischarge
from sessions.domain.consent_texts import ConsentTexts
from sessions.domain.consents import Consent
from sessions.domain.course import Course
from sessions.domain.discrepancy_cases import DiscrepancyCase
from sessions.domain.drug_days import DrugDay
from sessions.domain.drug_inventories import Inventory
from sessions.domain.drug_log import Container
from sessions.domain.eligibility import Eligibility
from sessions.domain.evaluations import Evaluation
from sessions.domain.first_inventory import FirstInventory
from sessions.domain.follow_up import FollowUpContact
from sessions.domain.ids import (
    AdverseEventId,
    AppointmentId,
    CaseId,
    ConsentId,
    ContactId,
    ContainerId,
    InventoryId,
    LocationId,
    NoteId,
    OutreachId,
    PackageId,
    PatientId,
    PlanId,
    PlanLinkId,
    SessionId,
    StaffId,
    StandingOrderId,
    TaskId,
)
from sessions.domain.medication import MedicationRecord
from sessions.domain.notes import ClinicalNote
from sessions.domain.outreach import Outreach
from sessions.domain.packages import Package
from sessions.domain.patients import PatientCopy
from sessions.domain.plan_links import PlanLink
from sessions.domain.plan_task_terms import TaskDays
from sessions.domain.plan_tasks import PlanTask
from sessions.domain.plans import Plan
from sessions.domain.policy import SessionsPolicy
from sessions.domain.psychotherapy_notes import PsychotherapyNote
from sessions.domain.registrants import Registrants
from sessions.domain.rems_form import RemsForm
from sessions.domain.service_lines import ServiceCodes
from sessions.domain.sessions import Session
from sessions.domain.standing_orders import StandingOrder

Due = tuple[datetime, str]
"""When something is due, and the id of what."""


class Patients(Held[PatientCopy], Protocol):
    async def get(self, patient_id: PatientId, /, *, of: PatientId | None = None) -> PatientCopy: ...
    async def find(self, patient_id: PatientId, /, *, of: PatientId) -> PatientCopy | None: ...
    async def several(self, patient_ids: Sequence[PatientId], /) -> list[PatientCopy]:
        """Those of these patients that are known, for a reader."""

    async def given_up_for(self, survivor_id: PatientId, /) -> list[PatientId]:
        """Which records were merged into this one, for a reader."""

    async def add(self, patient: PatientCopy, /, tx: Transaction) -> None: ...
    async def save(self, patient: PatientCopy, /, *, expecting: int, tx: Transaction) -> None: ...


class Eligibilities(Protocol):
    async def find(self, patient_id: PatientId, /, *, of: PatientId) -> Eligibility | None: ...
    async def add(self, eligibility: Eligibility, /, tx: Transaction) -> None: ...
    async def save(self, eligibility: Eligibility, /, *, expecting: int, tx: Transaction) -> None: ...


class Consents(Held[Consent], Protocol):
    async def get(self, consent_id: ConsentId, /, *, of: PatientId | None = None) -> Consent: ...
    async def page_signed_by(self, patient_id: PatientId, /, *, limit: int, after: str | None) -> Listed[Consent]:
        """So many of them, for a reader."""

    async def signed_by(self, patient_id: PatientId, /) -> list[Consent]:
        """A patient's consents that were signed and have not ended."""

    async def all_of(self, patient_id: PatientId, /) -> list[Consent]:
        """All of a patient's consents, ended or not."""

    async def of_several(self, patient_ids: Sequence[PatientId], /) -> list[Consent]:
        """All consents of these patients, ended or not; for a reader."""

    async def add(self, consent: Consent, /, tx: Transaction) -> None: ...
    async def save(self, consent: Consent, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The consent that ends next."""


class Plans(Held[Plan], Paged[Plan], Protocol):
    async def get(self, plan_id: PlanId, /, *, of: PatientId | None = None) -> Plan: ...
    async def live_of(self, patient_id: PatientId, /) -> Plan | None:
        """The patient's one plan that is active or on hold."""

    async def of_patient(self, patient_id: PatientId, /) -> list[Plan]: ...
    async def of_several(self, patient_ids: Sequence[PatientId], /) -> list[Plan]:
        """All plans of these patients; for a reader."""

    async def add(self, plan: Plan, /, tx: Transaction) -> None: ...
    async def save(self, plan: Plan, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_to_end(self) -> Due | None:
        """The maintenance that ends next of those nobody was told of."""

    async def ending(self, *, limit: int, after: str | None) -> Listed[Plan]:
        """The maintenances that end soon, of which somebody was told and nobody has decided, the soonest first."""


class Courses(Protocol):
    async def find(self, patient_id: PatientId, /, *, of: PatientId) -> Course | None: ...
    async def add(self, course: Course, /, tx: Transaction) -> None: ...
    async def save(self, course: Course, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The course in which an integration becomes overdue next."""


class SessionRecords(Held[Session], Paged[Session], Protocol):
    async def get(self, session_id: SessionId, /, *, of: PatientId | None = None) -> Session: ...
    async def of_appointment(self, appointment_id: AppointmentId, /, *, of: PatientId) -> Session | None: ...
    async def look_up(self, appointment_id: AppointmentId, /) -> Session | None:
        """The session of an appointment, for a reader who does not know whose it is."""

    async def of_patient(self, patient_id: PatientId, /) -> list[Session]:
        """A patient's sessions by when they start."""

    async def between(self, start: datetime, end: datetime, /) -> list[Session]:
        """All sessions booked to start then, by when they start; for a reader."""

    async def several(self, session_ids: Sequence[SessionId], /) -> list[Session]:
        """Those of these that there are; for a reader."""

    async def without_time(self) -> list[Session]:
        """Sessions that were opened before booking was heard of them; for a reader."""

    async def latest_of_patient(self, patient_id: PatientId, /) -> list[Session]:
        """A patient's newest sessions; those that began and have not ended are among them."""

    async def next_integration(self, patient_id: PatientId, /, *, after: datetime) -> datetime | None:
        """When the patient's next booked integration starts."""

    async def add(self, session: Session, /, tx: Transaction) -> None: ...
    async def save(self, session: Session, /, *, expecting: int, tx: Transaction) -> None: ...
    async def to_review(self, *, limit: int, after: str | None) -> Listed[Session]:
        """Every session in which a dose outside the gate, or therapy held otherwise, waits for its review, the most
        urgent first; for a reader.
        """

    async def next_due(self) -> Due | None:
        """The session in which an observation will be missing next."""

    async def next_to_overrun(self) -> Due | None:
        """The dosing session that will go on beyond its booked end next."""

    async def next_review_overdue(self) -> Due | None:
        """The session of which the review of a dose outside the gate will be late next."""


class AdverseEvents(Held[AdverseEvent], Paged[AdverseEvent], Protocol):
    async def get(self, event_id: AdverseEventId, /) -> AdverseEvent: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[AdverseEvent]:
        """A patient's adverse events, the oldest first."""

    async def add(self, event: AdverseEvent, /, tx: Transaction) -> None: ...
    async def save(self, event: AdverseEvent, /, *, expecting: int, tx: Transaction) -> None: ...


class RemsForms(Held[RemsForm], Paged[RemsForm], Protocol):
    async def find(self, session_id: SessionId, /, *, of: PatientId) -> RemsForm | None: ...
    async def get(self, session_id: SessionId, /, *, of: PatientId | None = None) -> RemsForm: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[RemsForm]:
        """A patient's forms, the oldest first."""

    async def waiting(self, *, limit: int, after: str | None) -> Listed[RemsForm]:
        """Every form that was not sent, the most urgent first; for a reader."""

    async def add(self, form: RemsForm, /, tx: Transaction) -> None: ...
    async def save(self, form: RemsForm, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The form that becomes late next."""


class Contacts(Held[FollowUpContact], Paged[FollowUpContact], Protocol):
    async def get(self, contact_id: ContactId, /) -> FollowUpContact: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[FollowUpContact]:
        """A patient's contacts, the oldest first."""

    async def waiting(self, *, limit: int, after: str | None) -> Listed[FollowUpContact]:
        """Every contact that was not made, the most urgent first; for a reader."""

    async def add(self, contact: FollowUpContact, /, tx: Transaction) -> None: ...
    async def save(self, contact: FollowUpContact, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The contact that becomes late next."""


class Outreaches(Held[Outreach], Paged[Outreach], Protocol):
    async def get(self, outreach_id: OutreachId, /) -> Outreach: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[Outreach]:
        """Whenever a patient did not come, the earliest first."""

    async def waiting(self, *, limit: int, after: str | None) -> Listed[Outreach]:
        """Everything that is open, the most urgent first; for a reader."""

    async def add(self, outreach: Outreach, /, tx: Transaction) -> None: ...
    async def save(self, outreach: Outreach, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The step that becomes late next."""


class PlanTasks(Held[PlanTask], Paged[PlanTask], Protocol):
    async def get(self, task_id: TaskId, /, *, of: PatientId | None = None) -> PlanTask: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[PlanTask]:
        """A patient's tasks by when they are due."""

    async def waiting(self, *, limit: int, after: str | None) -> Listed[PlanTask]:
        """What the clinic is to do something about, the most urgent first; for a reader."""

    async def add(self, task: PlanTask, /, tx: Transaction) -> None: ...
    async def save(self, task: PlanTask, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The task that becomes late next."""


class PlanLinks(Protocol):
    async def get(self, link_id: PlanLinkId, /, *, of: PatientId | None = None) -> PlanLink: ...
    async def find(self, link_id: PlanLinkId, /, *, of: PatientId | None) -> PlanLink | None: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[PlanLink]: ...
    async def add(self, link: PlanLink, /, tx: Transaction) -> None: ...
    async def save(self, link: PlanLink, /, *, expecting: int, tx: Transaction) -> None: ...


class Evaluations(Protocol):
    async def find(self, appointment_id: AppointmentId, /, *, of: PatientId) -> Evaluation | None: ...
    async def between(self, start: datetime, end: datetime, /) -> list[Evaluation]:
        """All that patients come to then, by when they start; for a reader."""

    async def add(self, evaluation: Evaluation, /, tx: Transaction) -> None: ...
    async def save(self, evaluation: Evaluation, /, *, expecting: int, tx: Transaction) -> None: ...


class StandingOrders(Protocol):
    async def get(self, order_id: StandingOrderId, /, *, of: LocationId | None = None) -> StandingOrder: ...
    async def of_location(self, location_id: LocationId, /, *, limit: int, after: str | None) -> Listed[StandingOrder]:
        """All of a location, revoked and ended ones too, the newest first."""

    async def counting_at(self, location_id: LocationId, day: date, /) -> list[StandingOrder]:
        """Those of a location that count on this day and are not revoked; for a reader."""

    async def add(self, order: StandingOrder, /, tx: Transaction) -> None: ...
    async def save(self, order: StandingOrder, /, *, expecting: int, tx: Transaction) -> None: ...


class MedicationRecords(Held[MedicationRecord], Protocol):
    async def find(self, session_id: SessionId, /, *, of: PatientId) -> MedicationRecord | None: ...
    async def get(self, session_id: SessionId, /, *, of: PatientId | None = None) -> MedicationRecord: ...
    async def waiting(self, *, limit: int, after: str | None) -> Listed[MedicationRecord]:
        """Every record with an order that waits for its prescriber, the most urgent first; for a reader."""

    async def to_review(self, *, limit: int, after: str | None) -> Listed[MedicationRecord]:
        """Every record with something given outside its order that waits for its review, the most urgent first; for a
        reader.
        """

    async def unreviewed_of(self, patient_id: PatientId, /) -> list[MedicationRecord]:
        """A patient's records in which such a review waits."""

    async def next_review_overdue(self) -> Due | None:
        """The record in which such a review becomes late next."""

    async def add(self, record: MedicationRecord, /, tx: Transaction) -> None: ...
    async def save(self, record: MedicationRecord, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The record in which a signature becomes late next."""


class CareDischarges(Held[CareDischarge], Protocol):
    async def of_patient(self, patient_id: PatientId, /) -> list[CareDischarge]:
        """How a patient's care ended, the earliest first."""

    async def add(self, discharge: CareDischarge, /, tx: Transaction) -> None: ...


class Notes(Held[ClinicalNote], Paged[ClinicalNote], Protocol):
    async def get(self, note_id: NoteId, /) -> ClinicalNote: ...
    async def of_session(self, session_id: SessionId, /, *, of: PatientId) -> list[ClinicalNote]:
        """A session's notes, the oldest first."""

    async def drafts_of(self, author: StaffId, /, *, limit: int, after: str | None) -> Listed[ClinicalNote]:
        """What this author has not signed, of whatever patient, the first begun first."""

    async def add(self, note: ClinicalNote, /, tx: Transaction) -> None: ...
    async def save(self, note: ClinicalNote, /, *, expecting: int, tx: Transaction) -> None: ...


class PsychotherapyNotes(Held[PsychotherapyNote], Protocol):
    async def get(self, note_id: NoteId, /) -> PsychotherapyNote: ...
    async def of_session(self, session_id: SessionId, author: StaffId, /, *, of: PatientId) -> list[PsychotherapyNote]:
        """What this author wrote about a session, the oldest first."""

    async def add(self, note: PsychotherapyNote, /, tx: Transaction) -> None: ...
    async def save(self, note: PsychotherapyNote, /, *, expecting: int, tx: Transaction) -> None: ...


class Packages(Held[Package], Protocol):
    async def get(self, package_id: PackageId, /, *, of: PatientId | None = None) -> Package: ...
    async def of_patient(self, patient_id: PatientId, /) -> list[Package]:
        """A patient's packages, the first received first, also those that are used up."""

    async def several(self, package_ids: Sequence[PackageId], /) -> list[Package]:
        """Those of these that there are; for a reader."""

    async def add(self, package: Package, /, tx: Transaction) -> None: ...


class DrugLog(Protocol):
    async def get(self, container_id: ContainerId, /, *, of: LocationId | None = None) -> Container: ...
    async def page_at(
        self, location_id: LocationId, /, *, emptied: bool, limit: int, after: str | None
    ) -> Listed[Container]:
        """What is in use at a location, or what was used up there, the last touched first; for a reader."""

    async def at(self, location_id: LocationId, /) -> list[Container]:
        """The containers of a location in which something is left or unsettled."""

    async def touched_since(self, location_id: LocationId, moment: datetime, /) -> list[Container]:
        """The containers of a location, emptied ones too, of which something was entered or drawn since then."""

    async def unsettled_before(self, location_id: LocationId, moment: datetime, /) -> bool:
        """Whether something at the location has waited to be settled since before this moment."""

    async def add(self, container: Container, /, tx: Transaction) -> None: ...
    async def save(self, container: Container, /, *, expecting: int, tx: Transaction) -> None: ...


class DrugDays(Protocol):
    async def find(self, day_id: str, /, *, of: LocationId) -> DrugDay | None: ...
    async def get(self, day_id: str, /, *, of: LocationId | None = None) -> DrugDay: ...
    async def of_location(self, location_id: LocationId, /, *, limit: int, after: str | None) -> Listed[DrugDay]:
        """The closed days of a location, the newest first."""

    async def any_waits(self, location_id: LocationId, /) -> bool:
        """Whether a day of the location waits for its second count."""

    async def add(self, day: DrugDay, /, tx: Transaction) -> None: ...
    async def save(self, day: DrugDay, /, *, expecting: int, tx: Transaction) -> None: ...


class FirstInventories(Protocol):
    async def find(self, location_id: LocationId, /, *, of: LocationId) -> FirstInventory | None: ...
    async def get(self, location_id: LocationId, /) -> FirstInventory: ...
    async def add(self, first: FirstInventory, /, tx: Transaction) -> None: ...
    async def save(self, first: FirstInventory, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The location of which it must be said next that its first inventory is late."""


class Inventories(Protocol):
    async def get(self, inventory_id: InventoryId, /, *, of: LocationId | None = None) -> Inventory: ...
    async def open_at(self, location_id: LocationId, /) -> list[Inventory]:
        """The last one of a location that counts, and one that waits for its second signature, the older first."""

    async def of_location(self, location_id: LocationId, /, *, limit: int, after: str | None) -> Listed[Inventory]:
        """The inventories of a location, the newest first; for a reader."""

    async def add(self, inventory: Inventory, /, tx: Transaction) -> None: ...
    async def save(self, inventory: Inventory, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The inventory after which the next one is asked for, or late, next."""


class DiscrepancyCases(Protocol):
    async def get(self, case_id: CaseId, /, *, of: LocationId | None = None) -> DiscrepancyCase: ...
    async def of_containers(
        self, location_id: LocationId, containers: Iterable[ContainerId], /
    ) -> list[DiscrepancyCase]:
        """Every case about these containers, the oldest first."""

    async def of_location(
        self, location_id: LocationId, /, *, waiting: bool, limit: int, after: str | None
    ) -> Listed[DiscrepancyCase]:
        """The cases of a location that wait for something, the most urgent first; or the others, the newest first."""

    async def any_undecided(self, location_id: LocationId, /) -> bool:
        """Whether nobody has judged a case of the location yet."""

    async def add(self, case: DiscrepancyCase, /, tx: Transaction) -> None: ...
    async def save(self, case: DiscrepancyCase, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The case of which something becomes late next."""


class Records(Protocol):
    """How completely other services have been heard."""

    async def complete(self, patient_id: PatientId, /) -> bool:
        """False while an event about the patient waits to be replayed."""

    async def screening_lag(self, patient_id: PatientId, /) -> timedelta | None:
        """How far behind screening this service may be about the patient; None when it cannot tell."""


class ReadAudit(Protocol):
    """Every read of clinical content leaves an entry, one for all that a call showed."""

    async def read(self, actor: Actor, action: str, *what: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything use cases, reactions and deadlines stand on. `codes` are the editions, the newest first."""

    patients: Patients
    colleague_names: ColleagueNames
    eligibilities: Eligibilities
    consents: Consents
    consent_texts: ConsentTexts
    plans: Plans
    courses: Courses
    sessions: SessionRecords
    adverse_events: AdverseEvents
    rems_forms: RemsForms
    standing_orders: StandingOrders
    medication: MedicationRecords
    contacts: Contacts
    outreaches: Outreaches
    plan_tasks: PlanTasks
    plan_links: PlanLinks
    link_addresses: LinkAddresses
    evaluations: Evaluations
    care_discharges: CareDischarges
    notes: Notes
    psychotherapy_notes: PsychotherapyNotes
    packages: Packages
    drug_log: DrugLog
    drug_days: DrugDays
    drug_cases: DiscrepancyCases
    inventories: Inventories
    first_inventories: FirstInventories
    records: Records
    disclosures: Disclosures
    wanted_shares: KeptShares
    erasing: Erasing
    audit: ReadAudit
    policy: SessionsPolicy
    calendar: BusinessCalendar
    registrants: Registrants
    codes: Sequence[ServiceCodes]
    clock: Clock

    def codes_on(self, day: date) -> ServiceCodes:
        """The edition in force on a day; before the first one, the first."""
        return next((each for each in self.codes if each.effective_from <= day), self.codes[-1])

    @property
    def task_days(self) -> TaskDays:
        return TaskDays(policy=self.policy.plan_tasks, timezone=self.policy.timezone, calendar=self.calendar)
