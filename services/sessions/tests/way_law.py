"""What the clinic forbids of each way the drug is given, written a second time, from what people did; see `dose_law`.

Numbers: domain brief, sections 3.1 (what is given how), 3.2 (the REMS of esketamine), 3.3 and 3.4; the ceilings are
those of the plans of the walks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from services.sessions.tests.told import DAY, MINUTE, Given, Told

PROGRAM_ASKS: Final = frozenset(
    {"vitals_observed", "monitored_long_enough", "required_observations", "effects_resolved", "prescriber_on_site"}
)
"""What no signature replaces under the REMS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayLaw:
    """`per_kg` and `most` milligrams in one session; nobody leaves for so many minutes after the last dose, counted
    from its end where it runs in; no food and drink for so long before; `device` is what one holds.
    """

    per_kg: Decimal | None = None
    most: Decimal | None = None
    watched: int
    from_end: bool = False
    no_food: int = 6 * 60
    no_drink: int = 2 * 60
    device: Decimal | None = None
    program: bool = False


LAWS: Final[Mapping[str, WayLaw]] = {
    "intravenous": WayLaw(per_kg=Decimal("0.8"), watched=60, from_end=True),
    "intramuscular": WayLaw(per_kg=Decimal("1.0"), watched=120),
    "oral": WayLaw(most=Decimal(200), watched=120),
    "intranasal": WayLaw(most=Decimal(84), watched=120, no_food=120, no_drink=30, device=Decimal(28), program=True),
}


def forbids_by_way(told: Told, dose: Given) -> Iterator[str]:
    """Every reason why this dose must not be given now by this way."""
    law = LAWS[told.route]
    yield from _by_ceiling(told, dose, law)
    yield from _by_escort(told, dose)
    yield from _by_fasting(told, dose, law)
    if law.device is not None:
        yield from _by_devices(told, dose, law.device)
    if law.program:
        yield from _by_program(told, dose)


def _by_ceiling(told: Told, dose: Given, law: WayLaw) -> Iterator[str]:
    weight = told.last(dose.session, "weight")
    so_far = sum((d.mg for d in told.doses if d.session == dose.session), dose.mg)
    kilograms = weight.value if weight is not None and isinstance(weight.value, Decimal) else Decimal(0)
    if law.per_kg is not None and so_far > law.per_kg * kilograms:
        yield "more than the plan's ceiling for this weight"
    if law.most is not None and so_far > law.most:
        yield "more than the plan's ceiling"


def _by_escort(told: Told, dose: Given) -> Iterator[str]:
    """What is taken by mouth a prescriber may give to somebody who goes home another way."""
    escort = told.last(dose.session, "escort")
    if escort is not None and isinstance(escort.value, datetime) and dose.at < escort.value <= dose.at + DAY:
        return
    signed = (at for at, s, i in told.signed if (s, i) == (dose.session, "escort"))
    if told.route == "oral" and any(escort is None or at >= escort.at for at in signed):
        return
    yield "nobody comes for the patient"


def _by_fasting(told: Told, dose: Given, law: WayLaw) -> Iterator[str]:
    intake = told.last(dose.session, "intake")
    fasting, since = False, None
    if intake is not None and isinstance(intake.value, tuple):
        ate, drank, sprayed = intake.value
        fasting, since = dose.at - ate >= law.no_food * MINUTE and dose.at - drank >= law.no_drink * MINUTE, intake.at
        if law.program and sprayed is not None and dose.at - sprayed < 60 * MINUTE:
            fasting = False
    signed = [at for at, s, i in told.signed if (s, i) == (dose.session, "fasting")]
    if not fasting and not any(since is None or at >= since for at in signed):
        yield "not fasting"


def _by_devices(told: Told, dose: Given, content: Decimal) -> Iterator[str]:
    before = [each for each in told.doses if each.session == dose.session]
    if dose.mg != content:
        yield "not one device"
    if not (dose.serial or "").strip():
        yield "a device without a serial number"
    if any(each.serial == dose.serial for each in before):
        yield "this device was given"
    if any(dose.at - each.at < 5 * MINUTE for each in before):
        yield "too soon after the device before"


def _by_program(told: Told, dose: Given) -> Iterator[str]:
    program = told.last(dose.session, "program")
    if program is None or dose.at - program.at > DAY or program.value is not True:
        yield "the program's conditions are not met"
    if not told.there.get((dose.session, "prescriber")):
        yield "no prescriber there"


def watched_too_short(told: Told, session: str, now: datetime) -> bool:
    law = LAWS[told.route]
    last = max((each.at for each in told.doses if each.session == session), default=None)
    ended = told.dose_ended.get(session) if law.from_end else last
    if ended is None:
        return True
    gone = [min(back, now) - max(left, ended) for left, back in told.away.get(session, []) if back > ended]
    return now - ended - sum(gone, timedelta(0)) < timedelta(minutes=law.watched)


def required_unseen(told: Told, session: str) -> bool:
    """Under the program signs are observed about 40 minutes after the first device, ten more or less."""
    if not LAWS[told.route].program:
        return False
    began = min(told.began.get(session, each.at) for each in told.doses if each.session == session)
    made = [written[-1].at for written in told.observed(session) if not written[0].before_dose]
    return not any(abs(at - began - 40 * MINUTE) <= 10 * MINUTE for at in made)


def required_seen_late(told: Told, session: str) -> bool:
    """It was missed, and made at most an hour later: a prescriber may say why (clinic default)."""
    began = min(told.began.get(session, each.at) for each in told.doses if each.session == session)
    made = [written[-1].at for written in told.observed(session) if not written[0].before_dose]
    return any(50 * MINUTE < at - began <= 100 * MINUTE for at in made)


def forbids_form(told: Told, session: str) -> Iterator[str]:
    """Every reason why the form of the REMS must not be sent as complete."""
    if session not in told.gone_home and session not in told.left:
        yield "the patient has not left"
    if session in told.forms_sent:
        yield "it was sent"
