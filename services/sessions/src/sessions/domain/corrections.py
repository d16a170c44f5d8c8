"""What was recorded wrong is put right: the vital signs of a session and what was asked before its dose.

Invariants: both values stay, with who wrote which and when, and why; whoever recorded it or a prescriber puts it right,
within the time of the policy; what was raised stays raised, and what a correction shows to be out of limits or alarming
is raised as if it had been recorded so; of a wrong value the dose gate believes the worse until it is measured again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from careflow_domain.errors import conflict, forbidden, invalid, not_found
from sessions.domain.checks import Checks, written_of
from sessions.domain.ids import StaffId
from sessions.domain.monitoring import OutOfLimits
from sessions.domain.policy import SessionsPolicy
from sessions.domain.readings import Reading, standing
from sessions.domain.sessions import Session
from sessions.domain.vitals import BloodPressure, Corrects, Symptom, VitalSigns
from sessions.domain.watch import VitalsBreached

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrector:
    """Who puts something right, when and why."""

    by: StaffId
    prescriber: bool
    reason: str = field(repr=False)
    now: datetime

    def must_be_allowed(self, written_by: set[StaffId], at: datetime, policy: SessionsPolicy) -> None:
        """`at` is when it was first recorded. Refused: `correction_too_late`, and what `must_be_one_of` refuses."""
        self.must_be_one_of(written_by)
        if self.now - at > timedelta(days=policy.corrections.days.value):
            raise conflict("correction_too_late", "The time to put this right has passed; a note is added instead.")

    def must_be_one_of(self, written_by: set[StaffId]) -> None:
        """Refused: `reason_missing`, `correction_forbidden`."""
        if not self.reason.strip():
            raise invalid("reason_missing", "A correction says what was wrong.")
        if self.by not in written_by and not self.prescriber:
            raise forbidden("correction_forbidden", "Whoever recorded it puts it right, or a prescriber.")


class ReadingList(StrEnum):
    """Where an observation was written down: before the dose, or since."""

    BASELINE = "baseline"
    VITALS = "vitals"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichReading:
    """An observation by the place of the record of it that stands, counted from 0."""

    among: ReadingList
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What should have been written down; None is right as it was."""

    observed_at: datetime | None = None
    systolic: int | None = field(default=None, repr=False)
    diastolic: int | None = field(default=None, repr=False)
    heart_rate: int | None = field(default=None, repr=False)
    oxygen_saturation: int | None = field(default=None, repr=False)
    respiratory_rate: int | None = field(default=None, repr=False)
    moaas: int | None = field(default=None, repr=False)
    symptoms: frozenset[Symptom] | None = field(default=None, repr=False)

    def of(self, reading: Reading, corrector: Corrector) -> VitalSigns:
        """The signs as they should have been. Refused: `nothing_corrected`, `vitals_implausible`,
        `observed_in_future`.
        """
        was = replace(
            reading.signs,
            by=corrector.by,
            recorded_at=corrector.now,
            corrects=Corrects(number=reading.number, reason=corrector.reason),
        )
        pressure = was.blood_pressure
        put_right = replace(
            was,
            observed_at=_or(self.observed_at, was.observed_at),
            blood_pressure=BloodPressure(
                _or(self.systolic, pressure.systolic), _or(self.diastolic, pressure.diastolic)
            ),
            heart_rate=_or(self.heart_rate, was.heart_rate),
            oxygen_saturation=_or(self.oxygen_saturation, was.oxygen_saturation),
            respiratory_rate=_or(self.respiratory_rate, was.respiratory_rate),
            moaas=_or(self.moaas, was.moaas),
            symptoms=_or(self.symptoms, was.symptoms),
        )
        if put_right == was:
            raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
        return put_right


def vitals_corrected(
    session: Session, which: WhichReading, amendment: Amendment, corrector: Corrector, policy: SessionsPolicy
) -> Session:
    """An observation is put right. Refused: `reading_not_found`, `already_corrected`, `observed_before_dose`,
    `nothing_to_monitor` (observed when the patient had left), and what `Corrector.must_be_allowed` and `Amendment.of`
    refuse.
    """
    reading = _standing(written_into(session, which.among), which.number)
    corrector.must_be_allowed({each.by for each in reading.written}, reading.first.recorded_at, policy)
    put_right = amendment.of(reading, corrector)
    if which.among is ReadingList.BASELINE:
        return _baseline_corrected(session, put_right, policy)
    assert session.monitoring is not None
    if put_right.observed_at < session.monitoring.started_at:
        raise invalid("observed_before_dose", "What was observed before the dose is no observation of its effect.")
    if amendment.observed_at is not None and session.gone_at(put_right.observed_at):
        raise conflict("nothing_to_monitor", "Signs are observed here from the first dose until the patient has left.")
    monitoring, out = session.monitoring.corrected(put_right, policy.vitals_limits, policy.vitals_times)
    return _said(replace(session.recording(), monitoring=monitoring), out)


def written_into(session: Session, among: ReadingList) -> tuple[VitalSigns, ...]:
    """Everything that was written into this list of observations."""
    if among is ReadingList.BASELINE:
        return session.checks.baseline
    return session.monitoring.observations if session.monitoring else ()


def _standing(written: tuple[VitalSigns, ...], number: int) -> Reading:
    found = next((each for each in standing(written) if each.number == number), None)
    if found is not None:
        return found
    if 0 <= number < len(written):
        raise conflict("already_corrected", "This has been put right already; correct what stands.")
    raise not_found("reading")


def _baseline_corrected(session: Session, put_right: VitalSigns, policy: SessionsPolicy) -> Session:
    """What the doses were judged by is the newest baseline of before them, as it stands."""
    after = session.put_right(Checks(baseline=(put_right,)), now=put_right.recorded_at)
    if after.monitoring is None:
        return after
    began = after.monitoring.started_at
    before = (each.signs for each in standing(after.checks.baseline) if each.first.recorded_at <= began)
    baseline = max(before, key=lambda each: each.observed_at, default=None)
    if baseline is None or baseline == after.monitoring.baseline:
        return after
    monitoring, out = after.monitoring.rebased(baseline, policy.vitals_limits)
    return _said(replace(after, monitoring=monitoring), out)


def _said(session: Session, out: OutOfLimits | None) -> Session:
    if out is None:
        return session
    return session.saying(VitalsBreached(session=session, at=out.signs.observed_at, severity=out.severity))


def checks_corrected(session: Session, correction: Checks, corrector: Corrector, policy: SessionsPolicy) -> Session:
    """What was recorded last of these checks is put right. Refused: `not_a_dosing_session`, `checks_empty`,
    `nothing_to_correct`, `nothing_corrected`, and what `Corrector.must_be_allowed` refuses.
    """
    session.must_be_dosing()
    if not correction.given:
        raise invalid("checks_empty", "Record at least one check.")
    for check, given in correction.given.items():
        was = session.checks.given.get(check)
        if was is None:
            raise conflict("nothing_to_correct", "What was never recorded is recorded, not put right.")
        if was.value == given.value:
            raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
        written = written_of(check, session.recorded)[-1]
        corrector.must_be_allowed({each.by for each in written}, written[0].at, policy)
    return session.put_right(replace(correction, correction=corrector.reason), now=corrector.now)


def _or(amended: T | None, was: T) -> T:
    return was if amended is None else amended
