"""What the use cases stand on; `bootstrap.py` hands in the adapters.

Invariant: a `find` answers None, a `get` refuses with the thing's own `..._not_found`; every write takes the
transaction it belongs to. Within a unit of work what is read is guarded, and `of` says whose it would be.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from careflow_service.clock import Clock
from careflow_service.disclosing.records import Disclosures, Held, KeptShares
from careflow_service.erasing import Erasing
from careflow_service.identity import Actor
from careflow_service.listed import Listed, Paged
from careflow_service.naming import ColleagueNames
from careflow_service.pages.links import LinkAddresses
from careflow_service.work import Transaction
from screening.domain.alerts import SafetyAlert
from screening.domain.answer_links import AnswerLink
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.consents import DisclosureConsent
from screening.domain.ids import (
    AlertId,
    AppointmentId,
    CaseId,
    ClearanceId,
    ConsentId,
    LinkId,
    PageId,
    PatientId,
    RequestId,
    StaffId,
    TaskId,
)
from screening.domain.paging import Page, PageResult
from screening.domain.patients import PatientCopy
from screening.domain.policy import ClinicalPolicy
from screening.domain.pre_session import PreSessionScreen
from screening.domain.rota import ChannelKind, Rota
from screening.domain.shelf import QuestionnaireShelf
from screening.domain.tasks import StaffTask, TaskKind

Due = tuple[datetime, str]
"""When something is due, and the id of what."""


class Cases(Held[Case], Paged[Case], Protocol):
    async def get(self, case_id: CaseId, /) -> Case: ...
    async def open_of(self, patient_id: PatientId, /) -> Case | None: ...
    async def latest_of(self, patient_id: PatientId, /) -> Case | None:
        """The patient's newest case, open or closed."""

    async def all_of(self, patient_id: PatientId, /) -> list[Case]: ...
    async def all_held(self, patient_id: PatientId, /) -> list[Case]:
        """As `all_of`, for a decision."""

    async def undecided(self, *, limit: int, after: str | None) -> Listed[Case]:
        """Those that wait for a first decision, by since when; deferred ones by until when."""

    async def add(self, case: Case, /, tx: Transaction) -> None: ...
    async def save(self, case: Case, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The case whose evidence must be warned about next."""

    async def next_to_ask(self) -> Due | None:
        """The case in whose course the patient is to be asked next."""


class Alerts(Held[SafetyAlert], Protocol):
    async def get(self, alert_id: AlertId, /) -> SafetyAlert: ...
    async def open_of(self, patient_id: PatientId, /) -> SafetyAlert | None:
        """The patient's one alert that is not closed."""

    async def newest_of(self, patient_id: PatientId, /) -> SafetyAlert | None:
        """The open one, or else the one that was raised last."""

    async def listed(self, *, open_only: bool, limit: int, after: str | None) -> Listed[SafetyAlert]:
        """Alerts by when they must be responded to."""

    async def add(self, alert: SafetyAlert, /, tx: Transaction) -> None: ...
    async def save(self, alert: SafetyAlert, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The alert whose next person must be asked first."""

    async def first_unanswered(self) -> Due | None:
        """Of those that nobody has acknowledged, the alert that must be responded to first."""


class Clearances(Held[Clearance], Protocol):
    async def get(self, clearance_id: ClearanceId, /) -> Clearance: ...
    async def add(self, clearance: Clearance, /, tx: Transaction) -> None: ...
    async def save(self, clearance: Clearance, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The clearance whose next warning or expiry comes first."""


class Screens(Protocol):
    """The questions before dosing visits, one screen per visit."""

    async def get(self, visit: AppointmentId, /) -> PreSessionScreen: ...
    async def find(self, visit: AppointmentId, /, *, of: PatientId | None) -> PreSessionScreen | None: ...
    async def of_request(self, request_id: RequestId, /, *, of: PatientId) -> PreSessionScreen | None: ...
    async def add(self, screen: PreSessionScreen, /, tx: Transaction) -> None: ...
    async def save(self, screen: PreSessionScreen, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The visit whose patient is to be asked first."""


class Patients(Protocol):
    async def find(self, patient_id: PatientId, /, *, of: PatientId | None) -> PatientCopy | None: ...
    async def several(self, patient_ids: Collection[PatientId], /) -> list[PatientCopy]:
        """Those of these patients that are known, for a reader."""

    async def add(self, patient: PatientCopy, /, tx: Transaction) -> None: ...
    async def save(self, patient: PatientCopy, /, *, expecting: int, tx: Transaction) -> None: ...


class Rotas(Protocol):
    async def current(self) -> Rota | None: ...
    async def look(self) -> Rota | None:
        """The current one for somebody who only looks: who was on call when it was decided is asked."""

    async def add(self, rota: Rota, /, tx: Transaction) -> None: ...
    async def save(self, rota: Rota, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """When the staff must hear of the rota's next gap."""


class Pages(Protocol):
    async def get(self, page_id: PageId, /) -> Page: ...
    async def of_alert(self, alert_id: AlertId, /) -> Sequence[Page]:
        """The newest pages of an alert, in the order they were intended."""

    async def add(self, page: Page, /, tx: Transaction) -> None: ...
    async def save(self, page: Page, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The page to attempt first."""


class TestPages(Protocol):
    """Pages that people asked for to try out whether they arrive; they lie apart from those about alerts."""

    async def get(self, page_id: PageId, /) -> Page: ...
    async def under_way(self, person: StaffId, /) -> bool:
        """Whether one of theirs is still to go out."""

    async def listed(self, *, limit: int, after: str | None) -> Listed[Page]:
        """Everybody's, the newest first."""

    async def add(self, page: Page, /, tx: Transaction) -> None: ...
    async def save(self, page: Page, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The one to attempt first."""


class Tasks(Protocol):
    async def get(self, task_id: TaskId, /) -> StaffTask: ...
    async def open_for(self, kind: TaskKind, ref: str, /, *, of: PatientId | None) -> StaffTask | None:
        """The open task of this kind about `ref`, which concerns the patient `of`, if any."""

    async def listed(self, *, limit: int, after: str | None) -> Listed[StaffTask]:
        """Open tasks by when they are due."""

    async def add(self, task: StaffTask, /, tx: Transaction) -> None: ...
    async def save(self, task: StaffTask, /, *, expecting: int, tx: Transaction) -> None: ...


class AnswerLinks(Protocol):
    async def get(self, link_id: LinkId, /) -> AnswerLink: ...
    async def find(self, link_id: LinkId, /, *, of: PatientId | None) -> AnswerLink | None: ...
    async def add(self, link: AnswerLink, /, tx: Transaction) -> None: ...
    async def save(self, link: AnswerLink, /, *, expecting: int, tx: Transaction) -> None: ...


class Consents(Held[DisclosureConsent], Protocol):
    """Consents to disclose what is about substance use."""

    async def get(self, consent_id: ConsentId, /) -> DisclosureConsent: ...
    async def signed_by(self, patient_id: PatientId, /) -> list[DisclosureConsent]:
        """Those that nobody has revoked and whose end nobody has said, for a decision; the newest first."""

    async def of_patient(self, patient_id: PatientId, /, *, limit: int, after: str | None) -> Listed[DisclosureConsent]:
        """All of them, for readers, the newest first."""

    async def add(self, consent: DisclosureConsent, /, tx: Transaction) -> None: ...
    async def save(self, consent: DisclosureConsent, /, *, expecting: int, tx: Transaction) -> None: ...
    async def next_due(self) -> Due | None:
        """The consent whose date comes first."""


class OnCallNotifier(Protocol):
    """Reaches people. The page's id is the idempotency key; it says the page's text and whether it is a test."""

    def channels(self) -> frozenset[ChannelKind]:
        """The kinds of channel it is set up for."""

    async def send(self, page: Page) -> PageResult: ...


class Records(Protocol):
    """What other services have said of a patient."""

    async def complete(self, patient_id: PatientId, /) -> bool:
        """False while an event about the patient waits to be replayed."""


class ReadAudit(Protocol):
    """Every read of clinical content leaves an entry."""

    async def read(self, actor: Actor, action: str, *what: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything use cases, reactions, deadlines and effects stand on."""

    cases: Cases
    alerts: Alerts
    clearances: Clearances
    screens: Screens
    patients: Patients
    colleague_names: ColleagueNames
    rotas: Rotas
    pages: Pages
    test_pages: TestPages
    tasks: Tasks
    links: AnswerLinks
    link_addresses: LinkAddresses
    disclosures: Disclosures
    wanted_shares: KeptShares
    consents: Consents
    notifier: OnCallNotifier
    records: Records
    erasing: Erasing
    audit: ReadAudit
    policy: ClinicalPolicy
    shelf: QuestionnaireShelf
    zone: ZoneInfo
    clock: Clock
