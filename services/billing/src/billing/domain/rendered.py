"""What took place and may cost something: the cause a charge rests on, at one revision.

Invariant: a cause has one charge, whose id is made of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from billing.domain.clinician_days import ClinicianDay, Stretch
from billing.domain.ids import AppointmentId, ChargeId, PatientId, PlanId
from billing.domain.service_rules import ServiceRules
from billing.domain.services import Service
from billing.domain.visits import VisitKind


class ChargeCause(StrEnum):
    SESSION = "session"
    EVALUATION = "evaluation"
    LATE_CANCELLATION = "late_cancellation"
    NO_SHOW = "no_show"


FEES = frozenset({ChargeCause.LATE_CANCELLATION, ChargeCause.NO_SHOW})
"""Not for a service: never on a superbill."""


def charge_id_of(cause: ChargeCause, cause_id: str) -> ChargeId:
    """The one charge a cause can have."""
    return ChargeId(str(uuid5(NAMESPACE_URL, f"careflow:charges/{cause}/{cause_id}")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What took place, from `started_at` to `ended_at`: the cause a charge rests on, at one revision."""

    patient_id: PatientId
    cause: ChargeCause
    cause_id: str
    revision: int
    service_date: date
    started_at: datetime
    ended_at: datetime
    services: tuple[Service, ...]
    kind: VisitKind | None = None
    appointment_id: AppointmentId | None = None
    plan_id: PlanId | None = None

    @property
    def charge_id(self) -> ChargeId:
        """The same for every revision of a cause: whoever hears of it twice finds the charge there."""
        return charge_id_of(self.cause, self.cause_id)

    def stretches(self, rules: ServiceRules) -> Mapping[str, tuple[Stretch, ...]]:
        """What each clinician worked on it, by the clinician's day: what is timed or given once. What staff did under
        supervision takes none of the minutes of who bills it.
        """
        found: dict[str, list[Stretch]] = {}
        for service in self.services:
            rule = rules.rule(service.code)
            if rule is None or service.provider is None or service.performed_by is not None:
                continue
            if rule.minutes is not None or rule.once is not None:
                stretch = Stretch(
                    charge_id=self.charge_id,
                    once=rule.once and str(uuid5(NAMESPACE_URL, f"careflow:once/{self.patient_id}/{rule.once}")),
                    begins=service.started_at or self.started_at,
                    ends=service.ended_at or self.ended_at,
                    minutes=(service.minutes or 0) if rule.minutes is not None else 0,
                )
                found.setdefault(ClinicianDay.id_of(service.provider, self.service_date), []).append(stretch)
        return {day: tuple(stretches) for day, stretches in found.items()}
