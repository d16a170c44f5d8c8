"""What the clinic forbids, written a second time: plainly, from the clinical rules, on nothing but what people did.

It knows no aggregate, no gate and no policy file. `Told` is what happened, in order; `forbids` names every reason why
the dose that is about to be given must not be. Numbers: domain brief, sections 1.4, 2.2, 3.1 to 3.4.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.sessions.tests.told import DAY, HOUR, MINUTE, Check, Given, Reading, Told

PLANNED_DOSES, KNOWN_KG = 6, Decimal(80)

ALARMING = {
    ("suicide_risk", "high"): ("high_suicide_risk", "never"),
    ("suicide_risk", "moderate"): ("moderate_suicide_risk", "suicide_risk_decided"),
    ("pregnancy", "positive"): ("pregnancy", "never"),
    ("allergic", True): ("drug_allergy", "never"),
    ("substances", "intoxicated"): ("intoxication", "never"),
    ("substances", "recent"): ("recent_substances", "no_recent_substances"),
    ("drug_screen", "unexpected"): ("drug_screen", "drug_screen"),
    ("bladder", True): ("bladder_symptoms", "bladder_symptoms"),
}
"""What is alarming of which check, by which name it is resolved, and by which item a prescriber may decide on it."""


def forbids(told: Told, dose: Given) -> list[str]:
    """Every reason why this dose must not be given now; none for one that may be."""
    return [*_by_signs(told, dose), *_by_checks(told, dose), *_by_amount(told, dose), *_by_course(told, dose)]


def _by_signs(told: Told, dose: Given) -> Iterator[str]:
    before = [d for d in told.doses if d.session == dose.session]
    of_session = told.observed(dose.session)
    oldest = dose.at - (15 * MINUTE if before else 60 * MINUTE)

    def usable(written: list[Reading]) -> bool:
        made = min(r.at for r in written)
        return made >= oldest and all(made > each.at for each in before)

    now = next((written for written in reversed(of_session) if usable(written)), None)
    if now is None:
        yield "no recent vital signs"
        return
    if now[-1].breaths is None or now[-1].moaas is None:
        yield "signs incomplete"
        return
    yield from _by_newest_signs(told, dose, now)
    yield from _by_pairs(told, dose, now, of_session)


def _by_newest_signs(told: Told, dose: Given, now: list[Reading]) -> Iterator[str]:
    """What was put right counts as the worse of both."""
    if any(r.systolic >= 180 or r.diastolic >= 110 or r.systolic < 90 for r in now):
        yield "pressure beyond every decision"
    breaths = [r.breaths for r in now if r.breaths is not None]
    alert = [r.moaas for r in now if r.moaas is not None]
    if any(r.saturation < 90 or r.heart_rate < 40 or r.heart_rate > 130 for r in now) or min(breaths) < 8:
        yield "a sign that stops everything"
    if min(alert) <= 2:
        yield "not awake"
    if any(r.symptoms & {"chest_pain", "neurological"} for r in now):
        yield "chest pain or a neurological sign"
    decidable = {
        "blood_pressure_not_low": any(r.systolic < 100 for r in now),
        "heart_rate": any(r.heart_rate > 120 or r.heart_rate < 50 for r in now),
        "oxygen_saturation": any(r.saturation < 94 for r in now),
        "respiratory_rate": min(breaths) < 10,
        "alertness": min(alert) <= 3,
        "free_of_symptoms": any(r.symptoms for r in now),
    }
    since = now[-1].written
    yield from (item for item, found in decidable.items() if found and not told.decided(dose.session, item, since))


def _by_pairs(told: Told, dose: Given, now: list[Reading], of_session: list[list[Reading]]) -> Iterator[str]:
    for known in _known_twice(of_session, 160, 100):
        if any(r.systolic >= 160 or r.diastolic >= 100 for r in now):
            yield "160/100 twice and not fallen since"
        elif not told.decided(dose.session, "blood_pressure_in_range", known):
            yield "160/100 twice, undecided"
    for known in _known_twice(of_session, 140, 90):
        if not told.decided(dose.session, "blood_pressure_accepted", known):
            yield "140/90 twice, undecided"


def _known_twice(of_session: list[list[Reading]], systolic: int, diastolic: int) -> Iterator[datetime]:
    """When it was known of two readings that both were so high: five to ten minutes apart, or with none between them
    that was lower, at least five.
    """

    def high(r: Reading) -> bool:
        return r.systolic >= systolic or r.diastolic >= diastolic

    for first, one_written in enumerate(of_session):
        for second, other_written in enumerate(of_session):
            in_a_row = first < second and all(any(map(high, each)) for each in of_session[first : second + 1])
            for one in filter(high, one_written):
                for other in filter(high, other_written):
                    apart = other.at - one.at
                    if first != second and apart >= 5 * MINUTE and (apart <= 10 * MINUTE or in_a_row):
                        yield max(one.written, other.written)


def _by_checks(told: Told, dose: Given) -> Iterator[str]:
    for name in ("identifiers", "suicide_risk", "pregnancy", "allergic", "substances", "bladder", "equipment"):
        recorded = told.last(dose.session, name)
        if recorded is None or dose.at - recorded.at > DAY:
            yield f"{name} not asked today"
    if (identified := told.last(dose.session, "identifiers")) and identified.value != 2:
        yield "identified by one thing"
    if (equipment := told.last(dose.session, "equipment")) and equipment.value is not True:
        yield "equipment not ready"
    for found in told.checks:
        if (meant := _alarm(found)) is None:
            continue
        _, item = meant
        excused = item != "never" and told.decided(dose.session, item, found.at)
        if not excused and not is_resolved(told, found):
            yield f"{found.name}: {found.value} was found and stands"
    for role in ("therapist", "nurse"):
        if not told.there.get((dose.session, role)):
            yield f"no {role} there"


def is_resolved(told: Told, found: Check) -> bool:
    """Somebody else found otherwise after it, and a prescriber decided after that."""
    kind, _ = _alarm(found) or ("", "")
    for again in told.checks:
        otherwise = again.name == found.name and again.value != found.value and again.by != found.by
        if otherwise and again.at >= found.at and any(n == kind and at >= again.at for at, n in told.resolved):
            return True
    return False


def _alarm(check: Check) -> tuple[str, str] | None:
    return ALARMING.get((check.name, check.value)) if isinstance(check.value, str | bool) else None


def _by_amount(told: Told, dose: Given) -> Iterator[str]:
    order, weight = told.orders.get(dose.session), told.last(dose.session, "weight")
    if order is None or weight is None or not isinstance(weight.value, Decimal):
        yield "no order, or no weight"
        return
    first, most = order
    so_far = sum((d.mg for d in told.doses if d.session == dose.session), Decimal(0))
    if dose.mg > first or so_far + dose.mg > most:
        yield "more than was ordered"
    off = abs(weight.value - KNOWN_KG) / KNOWN_KG * 100
    stands = [c for c in told.checks if c.name == "weight" and not c.taken_back]
    by = {c.by for c in stands if (c.session, c.value) == (dose.session, weight.value)}
    if off > 10 and len(by) < 2:
        yield "a weight far from the last, measured by one"
    if off > 25 and not told.decided(dose.session, "weight_believed", weight.at):
        yield "a weight very far from the last, undecided"
    if told.running:
        yield "a dose is running"
    if dose.stale:
        yield "by a form that was opened before the session changed"


def _wall(at: datetime) -> datetime:
    """By the clock in the waiting room."""
    return at.astimezone(ZoneInfo("America/Los_Angeles")).replace(tzinfo=None)


def _by_course(told: Told, dose: Given) -> Iterator[str]:
    if not told.consented or not told.cleared:
        yield "no consent, or no clearance"
    if not told.in_care:
        yield "the plan was given up, or care has ended"
    if told.outside:
        yield "a dose outside the gate not reviewed"
    if told.harm:
        yield "harm not reviewed"
    if any(not told.decided(dose.session, "no_open_alert", heard) for heard in told.alerts.values()):
        yield "an alert is open"
    if told.no_response and not told.decided(dose.session, "response_reviewed", told.no_response):
        yield "several doses did not help, and no prescriber has looked"
    starts: dict[str, datetime] = {}
    for each in told.doses:
        starts.setdefault(each.session, each.at)
    others = sorted(at for session, at in starts.items() if session != dose.session)
    of_plan = [at for at in others if told.planned_since is None or at > told.planned_since]
    if len(of_plan) >= PLANNED_DOSES:
        yield "more doses than planned"
    if not others:
        return
    session, last = dose.session, others[-1]
    if _wall(dose.at) - _wall(last) < 48 * HOUR and not told.decided(session, "interval_since_last_dose", last):
        yield "less than 48 hours"
    waiting = list(others)
    for began in sorted(told.integrated):
        ripe = [at for at in waiting if at + 4 * HOUR <= began]
        if ripe:
            waiting.remove(ripe[0])
    if waiting and not told.decided(session, "integration_since_last_dose", waiting[-1]):
        yield "a dose without integration"
    for days, most in ((7, 2), (30, 9)):
        within = [at for at in others if _wall(dose.at) - _wall(at) < days * DAY]
        item = "doses_in_seven_days" if days == 7 else "doses_in_thirty_days"
        if len(within) >= most and not told.decided(session, item, last):
            yield f"too many in {days} days"
