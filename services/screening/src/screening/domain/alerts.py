"""Safety alerts: a concern about a patient's safety, until a human has closed it.

Invariants: a level only rises; new positives join the open alert and ask people again only on a rise, or when they are
said after somebody has spoken to the patient, who knew nothing of them: an alert that is kept open hides no more than
one that was closed; what is said anew after it was closed is an alert of its own; until a human closes it, a high one
only with a disposition and a safety plan, somebody is always due: the next person on the chain, the chain from its
beginning, or whoever took it on and owes the patient a contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from screening.domain.alert_records import AlertOutcome, Closing, Contact, Whereabouts
from screening.domain.alert_urgency import Persistence, Positive, Urgency
from screening.domain.facts import PatientFact
from screening.domain.ids import AlertId, CaseId, PatientId, StaffId
from screening.domain.questionnaires import AlertLevel, AlertResponse


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AlertSource(StrEnum):
    """Where a safety concern came from."""

    ANSWER = "answer"
    STAFF = "staff"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFact(PatientFact):
    alert_id: AlertId


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertRaised(AlertFact):
    level: AlertLevel
    source: AlertSource
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertUpgraded(AlertFact):
    level: AlertLevel
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertJoined(AlertFact):
    """Something alarming was said while the alert was open, no more urgent than it: whoever decided before did not know
    of it. Said once for all that was said together.
    """

    level: AlertLevel
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertEscalated(AlertFact):
    """`step` counts who was asked so far, this one included; `exhausted` when there was nobody left to ask."""

    step: int
    exhausted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertAcknowledged(AlertFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertClosed(AlertFact):
    outcome: AlertOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlert(Aggregate):
    """`due_at` is when somebody must be asked: the next person, or everybody anew where the contact with the patient is
    overdue. `paged` are the people asked in this round, in order; `asked` counts over all rounds.
    """

    id: AlertId
    patient_id: PatientId
    case_id: CaseId | None
    level: AlertLevel
    source: AlertSource
    state: AlertState = AlertState.OPEN
    raised_at: datetime
    respond_by: datetime
    due_at: datetime | None
    acknowledge_within: timedelta
    positives: tuple[Positive, ...] = field(repr=False)
    paged: tuple[StaffId, ...] = ()
    asked: int = 0
    exhausted: bool = False
    all_asked: bool = False
    whereabouts: Whereabouts | None = None
    acknowledged_by: StaffId | None = None
    acknowledged_at: datetime | None = None
    contacts: tuple[Contact, ...] = field(default=(), repr=False)
    closing: Closing | None = None

    @classmethod
    def raised(
        cls,
        alert_id: AlertId,
        patient_id: PatientId,
        case_id: CaseId | None,
        positive: Positive,
        asks: Urgency,
        *,
        source: AlertSource,
        now: datetime,
    ) -> Self:
        """A new alert for its first positive."""
        raised = SafetyAlertRaised(
            patient_id=patient_id,
            at=now,
            alert_id=alert_id,
            level=positive.level,
            source=source,
            respond_by=asks.respond_by,
        )
        return cls(
            id=alert_id,
            patient_id=patient_id,
            case_id=case_id,
            level=positive.level,
            source=source,
            raised_at=now,
            respond_by=asks.respond_by,
            due_at=asks.page_at,
            acknowledge_within=asks.acknowledge_within,
            positives=(positive,),
            facts=(raised,),
        )

    def has(self, positive: Positive, persistence: Persistence) -> bool:
        """Whether this was said already, so lately that it is not said anew."""
        within = persistence.said_again_after.length
        return any(positive.repeats(each, within=within) for each in self.positives)

    def joined(self, positive: Positive, asks: Urgency, persistence: Persistence, *, now: datetime) -> Self:
        """The same alert with one more positive; a higher level opens it again and asks the whole chain anew, never
        later than somebody was to be asked before. Whoever took it on sees to the rest with their contact; what comes
        after that asks for somebody again, by its own time.
        """
        self._must_be_open_to_change()
        if positive.level.outranks(self.level):
            return self._risen(positive, asks, now=now)
        if self.has(positive, persistence):
            return self
        joined = replace(self._saying_more(positive, asks, now=now), positives=(*self.positives, positive))
        if self.state is AlertState.ACKNOWLEDGED and not self._spoken_to:
            return joined
        if self.state is AlertState.ACKNOWLEDGED:
            return replace(
                joined,
                respond_by=asks.respond_by,
                due_at=min(self.due_at or asks.page_at, asks.page_at),
                acknowledge_within=min(self.acknowledge_within, asks.acknowledge_within),
            )
        return replace(
            joined,
            respond_by=min(self.respond_by, asks.respond_by),
            due_at=self.due_at if self.paged else min(self.due_at or asks.page_at, asks.page_at),
            acknowledge_within=min(self.acknowledge_within, asks.acknowledge_within),
        )

    def _saying_more(self, positive: Positive, asks: Urgency, *, now: datetime) -> Self:
        """That there is more, unless that is said already of what is said together with it."""
        if any(isinstance(each, SafetyAlertRaised | SafetyAlertUpgraded | SafetyAlertJoined) for each in self.facts):
            return self.recording()
        more = SafetyAlertJoined(
            patient_id=self.patient_id, at=now, alert_id=self.id, level=positive.level, respond_by=asks.respond_by
        )
        return self.recording(more)

    def _risen(self, positive: Positive, asks: Urgency, *, now: datetime) -> Self:
        respond_by = min(self.respond_by, asks.respond_by) if self.state is AlertState.OPEN else asks.respond_by
        upgraded = SafetyAlertUpgraded(
            patient_id=self.patient_id, at=now, alert_id=self.id, level=positive.level, respond_by=respond_by
        )
        return replace(
            self.recording(upgraded),
            level=positive.level,
            state=AlertState.OPEN,
            positives=(*self.positives, positive),
            respond_by=respond_by,
            due_at=min(self.due_at or asks.page_at, asks.page_at),
            acknowledge_within=asks.acknowledge_within,
            paged=(),
            all_asked=False,
            exhausted=False,
            acknowledged_by=None,
            acknowledged_at=None,
        )

    def screened(self) -> Self:
        """The safety screener was finished in the same sitting: nobody needs to be paged for its absence.

        A clinician still reviews the alert; if nobody has by `respond_by`, the chain is asked then.
        """
        waits_only_for_the_screener = not self.paged and all(
            positive.response in (AlertResponse.SCREENER_IN_SITTING, AlertResponse.REVIEW_BEFORE_NEXT_STEP)
            for positive in self.positives
        )
        if self.state is not AlertState.OPEN or self.due_at is None or not waits_only_for_the_screener:
            return self
        return replace(self.recording(), due_at=self.respond_by)

    def located(self, whereabouts: Whereabouts) -> Self:
        """Where the patient says they are, for whoever answers the page."""
        self._must_be_open_to_change()
        return replace(self.recording(), whereabouts=whereabouts)

    def asked_next(self, chain: Sequence[StaffId], persistence: Persistence, *, now: datetime) -> Self:
        """Ask the next person of the on-call chain. With nobody left the alert is exhausted, falls to everyone, and the
        chain starts over after a while; it also does where whoever took the alert on owes the patient a contact.
        """
        if self.due_at is None or now < self.due_at:
            return self
        before = self if self.state is AlertState.OPEN and not self.all_asked else self._anew()
        following = next((person for person in chain if person not in before.paged), None)
        step = self.asked + 1
        escalated = SafetyAlertEscalated(
            patient_id=self.patient_id, at=now, alert_id=self.id, step=step, exhausted=following is None
        )
        first = before is self and not self.paged and following is not None
        recorded = replace(before.recording() if first else before.recording(escalated), asked=step)
        if following is None:
            starts_over = now + persistence.starts_over_after.length
            return replace(recorded, exhausted=True, all_asked=True, due_at=starts_over)
        return replace(recorded, paged=(*before.paged, following), due_at=now + self.acknowledge_within)

    def _anew(self) -> Self:
        """As nobody has taken it on and nobody was asked."""
        return replace(
            self, state=AlertState.OPEN, paged=(), all_asked=False, acknowledged_by=None, acknowledged_at=None
        )

    def acknowledged(self, by: StaffId, persistence: Persistence, *, now: datetime) -> Self:
        """A clinician took it on; the chain stops, and they owe the patient a contact.

        Refused: `alert_closed`, `alert_already_acknowledged`.
        """
        self._must_be_open_to_change()
        if self.state is AlertState.ACKNOWLEDGED:
            raise conflict("alert_already_acknowledged", "Somebody has acknowledged this alert already.")
        known = SafetyAlertAcknowledged(patient_id=self.patient_id, at=now, alert_id=self.id)
        return replace(
            self.recording(known),
            state=AlertState.ACKNOWLEDGED,
            acknowledged_by=by,
            acknowledged_at=now,
            exhausted=False,
            due_at=now + persistence.contact_within[self.level].length,
        )

    def contacted(self, contact: Contact, persistence: Persistence) -> Self:
        """Somebody spoke to the patient; the next contact is due. Refused: `alert_closed`, `alert_not_acknowledged`."""
        self._must_be_open_to_change()
        if self.state is not AlertState.ACKNOWLEDGED:
            raise conflict("alert_not_acknowledged", "Whoever contacts the patient takes the alert on first.")
        planned = self.level is not AlertLevel.HIGH or self._plan(contact)
        within = persistence.next_contact_within if planned else persistence.contact_within[self.level]
        return replace(self.recording(), contacts=(*self.contacts, contact), due_at=contact.at + within.length)

    def closed(self, closing: Closing) -> Self:
        """A human ends it. Refused: `alert_closed`, `alert_not_acknowledged`, `closing_incomplete`."""
        self._must_be_open_to_change()
        if self.state is not AlertState.ACKNOWLEDGED:
            raise conflict("alert_not_acknowledged", "An alert is acknowledged by a clinician before it is closed.")
        missing = self._missing_for(closing)
        if missing:
            raise invalid("closing_incomplete", "Closing this alert needs more.", missing=missing)
        ended = SafetyAlertClosed(patient_id=self.patient_id, at=closing.at, alert_id=self.id, outcome=closing.outcome)
        return replace(self.recording(ended), state=AlertState.CLOSED, closing=closing, due_at=None)

    def _missing_for(self, closing: Closing) -> tuple[str, ...]:
        given: dict[str, str] = {"note": closing.note.strip()}
        if self.level is AlertLevel.HIGH:
            given |= {
                "disposition": closing.disposition or "",
                "safety_plan": (closing.safety_plan or "").strip() or self._plan(*self.contacts),
            }
        return tuple(name for name, value in given.items() if not value)

    @property
    def _spoken_to(self) -> bool:
        """Whether whoever has it now spoke to the patient."""
        return self.acknowledged_at is not None and any(each.at >= self.acknowledged_at for each in self.contacts)

    def _must_be_open_to_change(self) -> None:
        if self.state is AlertState.CLOSED:
            raise conflict("alert_closed", "The alert has been closed.")

    @staticmethod
    def _plan(*contacts: Contact) -> str:
        """A plan that was agreed on in one of these contacts."""
        return next((each.safety_plan.strip() for each in contacts if each.safety_plan), "")
