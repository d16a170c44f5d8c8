"""What the clinic forbids on the day, written a second time: what was asked before, heard elsewhere and reviewed, and
whom nobody lets go home. From what people did; see `dose_law`. Numbers: domain brief, sections 1.4, 2.5, 3.3 to 3.5.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from services.sessions.tests.dose_law import forbids, is_resolved
from services.sessions.tests.told import DAY, MINUTE, Given, Reading, Told
from services.sessions.tests.way_law import (
    LAWS,
    PROGRAM_ASKS,
    forbids_by_way,
    required_seen_late,
    required_unseen,
    watched_too_short,
)

GRAVE = frozenset({"chest_pain", "neurological"})


def forbids_dose(told: Told, dose: Given) -> list[str]:
    """Every reason why this dose must not be given now."""
    return [
        *forbids(told, dose),
        *forbids_by_way(told, dose),
        *_by_care(told, dose),
        *_by_answers(told, dose),
        *_by_what_was_heard(told, dose),
    ]


def _signed(told: Told, session: str, item: str, since: datetime | None = None) -> bool:
    return any((s, i) == (session, item) and (since is None or at >= since) for at, s, i in told.signed)


def _by_care(told: Told, dose: Given) -> Iterator[str]:
    """Since care ended last, or ever: who comes back begins anew."""
    others = [each.at for each in told.doses if each.session != dose.session]
    since = told.care_ended
    if not [at for at in others if since is None or at > since]:
        prepared = any(since is None or at > since for at in told.prepared)
        if not prepared and not _signed(told, dose.session, "preparation_completed"):
            yield "a first dose without preparation"
        if told.last(dose.session, "drug_screen") is None and not _signed(told, dose.session, "drug_screen"):
            yield "a first dose without a drug screen"
    starts = {each.session: each.at for each in reversed(told.doses) if each.session != dose.session}
    last_review = max(told.reviewed, default=None)
    unreviewed = [at for at in starts.values() if last_review is None or at > last_review]
    counted_from = last_review or min(starts.values(), default=dose.at)
    late = len(unreviewed) >= 6 or dose.at - counted_from > 183 * DAY
    if late and not _signed(told, dose.session, "dose_review_current"):
        yield "six doses, or half a year, without a review"


def _by_answers(told: Told, dose: Given) -> Iterator[str]:
    if told.screen is None or dose.at - told.screen[0] >= 7 * DAY:
        if not _signed(told, dose.session, "symptom_score_current"):
            yield "no answers of this week"
    elif told.screen[1] != "pass" and not _signed(told, dose.session, "screen_passed", told.screen[0]):
        yield "answers a prescriber has not decided on"


def _by_what_was_heard(told: Told, dose: Given) -> Iterator[str]:
    attested = told.attested.get(dose.session)
    if told.unheard > 10 * MINUTE and (attested is None or dose.at - attested > 30 * MINUTE):
        yield "screening was not heard, and nobody attested"
    if told.on_hold:
        yield "the plan is on hold"


def forbids_leaving(
    told: Told,
    session: str,
    score: Mapping[str, bool | str],
    signed: frozenset[str],
    *,
    by: str,
    doctor: bool,
    now: datetime,
    written_at: datetime,
) -> Iterator[str]:
    """Every reason why this patient must not be let go now; of `signed` criteria `by`, who writes it down, said why."""
    seen = (each[-1].at for each in told.observed(session) if not each[0].before_dose)
    if any(at.replace(second=0, microsecond=0) > now for at in seen):
        yield "the patient was observed after that"
    if any(back > now for _, back in told.away.get(session, [])):
        yield "the patient came back after that"
    if score["suicide_risk"] == "high":
        yield "a high suicide risk was found"
    for found in told.checks:
        if (found.name, found.value) == ("suicide_risk", "high") and not is_resolved(told, found):
            yield "a high suicide risk stands"
    unmet = {name for name, met in score.items() if met is False} | set(_unmet(told, session, now))
    if LAWS[told.route].program and written_at - now > 15 * MINUTE:
        unmet |= {"written_in_time"}
    if written_at > now and not _there(told, session, now, who=by):
        unmet |= {"let_go_by_there"}
    late = {"required_observations"} if required_seen_late(told, session) else set[str]()
    if LAWS[told.route].program and (barred := (unmet & PROGRAM_ASKS) - late):
        yield f"under the program nobody signs for {sorted(barred)}"
    if unmet and not (doctor and unmet <= signed):
        yield f"nobody signed for {sorted(unmet - signed) if doctor else sorted(unmet)}"


def _unmet(told: Told, session: str, now: datetime) -> Iterator[str]:
    observed = [written for written in told.observed(session) if not written[0].before_dose]
    newest = [each for written in observed if written[-1].at == observed[-1][-1].at for each in written]
    if not observed or now - observed[-1][-1].at > 30 * MINUTE:
        yield "vitals_observed"
    if not newest or any(each.moaas != 5 for each in newest):
        yield "awake"
    if not newest or any(map(_out_of_limits, newest)):
        yield "signs_in_limits"
    if watched_too_short(told, session, now):
        yield "monitored_long_enough"
    if required_unseen(told, session):
        yield "required_observations"
    if LAWS[told.route].program and not _there(told, session, now, role="prescriber"):
        yield "prescriber_on_site"


def _there(told: Told, session: str, now: datetime, *, role: str | None = None, who: str | None = None) -> bool:
    """Whether somebody in this role, or this one person, had come by then, to the minute, and not gone before."""
    there: set[str] = set()
    for at, where, as_what, someone, came in told.comings:
        if where != session or (role or as_what) != as_what or (who or someone) != someone:
            continue
        if came and at.replace(second=0, microsecond=0) <= now:
            there.add(someone)
        elif not came and at < now:
            there.discard(someone)
    return bool(there)


def _out_of_limits(r: Reading) -> bool:
    breathing = r.breaths is not None and r.breaths < 10
    drowsy = r.moaas is not None and r.moaas <= 3
    pressure = r.systolic >= 160 or r.diastolic >= 100 or r.systolic < 100
    pulse = r.heart_rate < 50 or r.heart_rate > 110
    return bool(breathing or drowsy or pressure or pulse or r.saturation < 94 or r.symptoms & GRAVE)
