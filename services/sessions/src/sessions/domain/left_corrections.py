"""When a patient left was written down wrong, and is put right.

Invariants: both times stay, with who wrote which, when and why; nobody leaves before they were last seen; whoever was
told when the patient left is told the time that stands; what that shows not to have been met when the patient was let
go, and nobody signed for, is on record, and is said as of somebody who left without being discharged. That who let them
go is not on record as there then is on record only: it makes no patient less well.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from careflow_domain.errors import conflict, invalid
from sessions.domain.away import LeftRecord
from sessions.domain.corrections import Corrector
from sessions.domain.discharge import THERE, Discharge, Leaving, WrittenLate, unmet_by_time
from sessions.domain.doses import Dose, DoseRecord
from sessions.domain.endings import PatientLeftEarly, SessionDischarged
from sessions.domain.ids import StaffId
from sessions.domain.left_late import left_then, overdue_after
from sessions.domain.policy import SessionsPolicy
from sessions.domain.returns import has_left_early
from sessions.domain.sessions import Session
from sessions.domain.vitals import Severity


def has_left(session: Session) -> bool:
    """Whether it is on record when the patient left: let go, or without it after a dose."""
    return session.discharge is not None or has_left_early(session)


def left_otherwise(
    session: Session, said: datetime, given: Iterable[datetime], corrector: Corrector, policy: SessionsPolicy
) -> datetime:
    """When the patient left, who was written down as having left at another time. `given` as of `left_then`. Refused:
    `nothing_to_correct`, `nothing_corrected`, and what `Corrector.must_be_allowed` and `left_then` refuse.
    """
    if session.left_at is None or not has_left(session):
        raise conflict("nothing_to_correct", "What was never recorded is recorded, not put right.")
    by, at = _written(session)
    corrector.must_be_allowed({*by, *(each.by for each in session.left_records)}, at, policy)
    left = left_then(_without_end(session), said, given, policy, now=corrector.now)
    if left == session.left_at:
        raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
    return left


def left_corrected(
    session: Session, left: datetime, leaving: Leaving | None, corrector: Corrector, policy: SessionsPolicy
) -> Session:
    """It is put right when the patient left; `leaving` is what a patient who was let go is judged by at that time."""
    was = session.left_at
    assert was is not None
    record = LeftRecord(left_at=was, by=corrector.by, at=corrector.now, reason=corrector.reason)
    kept = replace(session.recording(), left_records=(*session.left_records, record))
    overdue = overdue_after(session, left, policy)
    if session.discharge is None or leaving is None:
        ended_at = left if session.ended_at == session.left_early_at else session.ended_at
        doses = tuple(
            _ended_with(each, left, record) if _ended_by_leaving(each, session) else each for each in kept.doses
        )
        after = replace(kept, left_early_at=left, ended_at=ended_at, doses=doses)
        return after.saying(PatientLeftEarly(session=after, at=left, overdue=overdue))
    unmet = tuple(each for each in unmet_by_time(leaving) if each not in session.discharge.unmet)
    right = replace(kept, discharge=_let_go(session.discharge, left, overdue, unmet))
    after = right.saying(SessionDischarged(session=right, at=corrector.now, left_at=left, overdue=overdue))
    if not set(unmet) - {THERE} - set(session.discharge.not_met):
        return after
    return after.saying(PatientLeftEarly(session=after, at=left, overdue=overdue))


def _ended_by_leaving(dose: Dose, session: Session) -> bool:
    """Whether it ran when the patient walked out, which was its end."""
    return session.left_early_at is not None and dose.ended_at == session.left_early_at


def _without_end(session: Session) -> Session:
    """What ended by their leaving says nothing of when that was."""
    doses = (replace(each, ended_at=None) if _ended_by_leaving(each, session) else each for each in session.doses)
    return replace(session, doses=tuple(doses))


def _ended_with(dose: Dose, left: datetime, record: LeftRecord) -> Dose:
    was = DoseRecord(
        stated=dose.stated,
        started_at=dose.started_at,
        ended_at=dose.ended_at,
        by=record.by,
        at=record.at,
        reason=record.reason,
    )
    return replace(dose, ended_at=left, earlier=(*dose.earlier, was))


def _written(session: Session) -> tuple[set[StaffId], datetime]:
    """Who wrote down when they left, and when that was."""
    went, services = session.discharge, session.services
    if went is not None:
        return {went.by, went.late.by if went.late else went.by}, went.at
    assert services is not None
    return {services.by}, services.at


def _let_go(went: Discharge, left: datetime, overdue: Severity | None, unmet: tuple[str, ...]) -> Discharge:
    by = went.late.by if went.late else went.by
    return replace(went, late=WrittenLate(left_at=left, by=by, overdue=overdue), not_met=unmet)
