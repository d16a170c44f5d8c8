"""What the REMS asks about one treatment session, put together from what was recorded in it; nothing is typed again.

Invariants: an element that no record holds is named as missing; what lies after the moment a patient left early cannot
have been observed, and is reported as not observed.
Source: Spravato REMS Patient Monitoring Form, outpatient (domain brief, section 3.2).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sessions.domain.away import time_away
from sessions.domain.discharge import LATE, REQUIRED, late_reading
from sessions.domain.ids import StaffId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.presence import who_was_there
from sessions.domain.readings import standing
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome
from sessions.domain.units import Milligrams
from sessions.domain.vitals import BloodPressure, VitalSigns
from sessions.domain.words import ProviderRole


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGiven:
    """One device, by its serial number and the lot of its box."""

    serial: str | None = field(repr=False)
    lot: str | None = field(repr=False)
    mass: Milligrams = field(repr=False)
    given_by: StaffId
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A blood pressure and when it was taken."""

    pressure: BloodPressure = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredReading:
    """The reading around a minute the program asks for; None when there is none. `late` is then the one that was made
    later, if a prescriber signed for it at the discharge, and `late_reason` what they said.
    """

    minute: int
    reading: Reading | None
    late: Reading | None = None
    late_reason: str | None = field(default=None, repr=False)

    @property
    def answered(self) -> bool:
        """Whether the form can say when it was taken."""
        return self.reading is not None or self.late is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentReport:
    """One session as the form asks for it. `ended_at` is when the monitoring was over, None when nobody saw it end;
    for `away_minutes` until then the patient had left, and nobody monitored them. `end_written_at` is when that end
    was written down, if it was afterwards, and `end_late_reason` what the prescriber said who signed for it.
    """

    setting_certified: bool
    patient_enrolled: bool
    pulse_oximeter: bool
    devices: tuple[DeviceGiven, ...]
    started_at: datetime
    ended_at: datetime | None
    prescriber_at_start: StaffId | None
    prescriber_at_end: StaffId | None
    before: Reading | None
    required: tuple[RequiredReading, ...]
    leaving: Reading | None
    lowest_alertness: int | None = field(repr=False)
    monitored_long_enough: bool
    effects_resolved: bool
    left_early: bool
    away_minutes: int = 0
    end_written_at: datetime | None = None
    end_late_reason: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, session: Session, policy: SessionsPolicy) -> "TreatmentReport":
        """The report of a session in which a dose was given under the program."""
        assert session.monitoring is not None
        assert session.last_dose is not None
        route, discharge, program = policy.strictest(session.routes), session.discharge, session.checks
        checked = program.restricted_program.value if program.restricted_program else None
        signs = [each.signs for each in standing(session.monitoring.observations)]
        started_at, last_dose = min(each.started_at for each in session.doses), session.last_dose.started_at
        ended_at = discharge.left_at if discharge else None
        watched = ended_at - last_dose - time_away(session.away, last_dose, ended_at) if ended_at else timedelta(0)
        away = time_away(session.away, started_at, ended_at) if ended_at else timedelta(0)
        return cls(
            setting_certified=checked is not None and checked.setting_certified,
            patient_enrolled=checked is not None and checked.patient_enrolled,
            pulse_oximeter=checked is not None and checked.pulse_oximeter,
            devices=tuple(
                DeviceGiven(
                    serial=dose.serial,
                    lot=dose.lot,
                    mass=dose.stated.mass,
                    given_by=dose.given_by,
                    given_at=dose.started_at,
                )
                for dose in session.doses
            ),
            started_at=started_at,
            ended_at=ended_at,
            prescriber_at_start=who_was_there(session.team, ProviderRole.PRESCRIBER, started_at),
            prescriber_at_end=who_was_there(session.team, ProviderRole.PRESCRIBER, ended_at) if ended_at else None,
            before=_reading(session.monitoring.baseline),
            required=tuple(_required(session, minute, policy) for minute in route.required_observations),
            leaving=_reading(session.monitoring.last) if ended_at else None,
            lowest_alertness=min((each.moaas for each in signs if each.moaas is not None), default=None),
            monitored_long_enough=watched >= timedelta(minutes=route.monitoring_minutes.value),
            effects_resolved=discharge is not None and discharge.score.effects_resolved,
            left_early=session.outcome is Outcome.LEFT_EARLY and discharge is None,
            away_minutes=-int(-away.total_seconds() // 60),
            end_written_at=discharge.at if discharge and discharge.late else None,
            end_late_reason=_reason_for(session, LATE),
        )

    @property
    def minutes(self) -> int | None:
        """From the first device to the end of the monitoring, without those the patient was away."""
        if self.ended_at is None:
            return None
        return int((self.ended_at - self.started_at).total_seconds() // 60) - self.away_minutes

    @property
    def unrecorded(self) -> tuple[str, ...]:
        """Every element that no record holds, in the order of the form."""
        return tuple(name for name, held in ELEMENTS.items() if not held(self))

    @property
    def missing(self) -> tuple[str, ...]:
        """Those without which the form is not sent: all but what a patient who left early made impossible."""
        excused = UNSEEN_AFTER_LEAVING if self.left_early else frozenset[str]()
        return tuple(name for name in self.unrecorded if name not in excused)

    def shows_sedation(self, policy: SessionsPolicy) -> bool:
        """Whether the recorded alertness was one the program calls sedation."""
        return self.lowest_alertness is not None and self.lowest_alertness <= policy.rems.sedation_moaas.value


def has_rems_form(session: Session, policy: SessionsPolicy) -> bool:
    """Whether a dose of this session was given under the program."""
    return any(policy.routes[session.route_of(each)].restricted_program for each in session.doses)


ELEMENTS: Final[dict[str, Callable[[TreatmentReport], bool]]] = {
    "setting_certified": lambda report: report.setting_certified,
    "patient_enrolled": lambda report: report.patient_enrolled,
    "pulse_oximeter": lambda report: report.pulse_oximeter,
    "prescriber_at_start": lambda report: report.prescriber_at_start is not None,
    "device_serials": lambda report: all(each.serial for each in report.devices),
    "device_lots": lambda report: all(each.lot for each in report.devices),
    "pressure_before": lambda report: report.before is not None,
    REQUIRED: lambda report: all(each.answered for each in report.required),
    "monitoring_ended": lambda report: report.ended_at is not None,
    "monitored_long_enough": lambda report: report.monitored_long_enough,
    "effects_resolved": lambda report: report.effects_resolved,
    "pressure_leaving": lambda report: report.leaving is not None,
    "prescriber_at_end": lambda report: report.prescriber_at_end is not None,
}
"""Every element by its name, in the order of the form."""

UNSEEN_AFTER_LEAVING: Final = frozenset(
    {
        REQUIRED,
        "monitoring_ended",
        "monitored_long_enough",
        "effects_resolved",
        "pressure_leaving",
        "prescriber_at_end",
    }
)
"""What nobody can have seen of a patient who left early."""


def _required(session: Session, minute: int, policy: SessionsPolicy) -> RequiredReading:
    assert session.monitoring is not None
    near = session.monitoring.nearest(minute, policy.discharge.observation_tolerance_minutes.value)
    reason = _reason_for(session, REQUIRED)
    if near is not None or reason is None:
        return RequiredReading(minute=minute, reading=_reading(near))
    late = _reading(late_reading(session.monitoring, minute, policy))
    return RequiredReading(minute=minute, reading=None, late=late, late_reason=reason)


def _reason_for(session: Session, criterion: str) -> str | None:
    """What a prescriber said who signed for this at the discharge."""
    signed = session.discharge.signed_for if session.discharge else ()
    return next((each.reason for each in signed if each.criterion == criterion), None)


def _reading(signs: VitalSigns | None) -> Reading | None:
    return None if signs is None else Reading(pressure=signs.blood_pressure, at=signs.observed_at)
