"""What the clinic forbids beside the dose, written a second time: of medicines and of the pump, from what people did.

It knows no order, no record and no infusion of the service's own; see `dose_law`. Numbers: the policy's defaults for
signs before a medicine (15 minutes) and for a pump (10 %, or what runs in within a minute); the rest is the order's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from services.sessions.tests.dose_law import is_resolved
from services.sessions.tests.told import MINUTE, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A prescriber's words; `too_low` is the saturation at which, or below which, it is not given."""

    session: str | None
    medicine: str
    least: Decimal
    most: Decimal
    in_visit: Decimal
    apart: timedelta
    too_low: int | None
    not_with: str | None
    from_log: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """`amounts` and `times` are all that were ever written down of it; `rest` is what was left of its draw."""

    session: str
    medicine: str
    amounts: tuple[Decimal, ...]
    times: tuple[datetime, ...]
    rest: Decimal | None = None


@dataclass(slots=True)
class Pump:
    """`made_up` mL; what was read last: when, how much had run in, and at which rate it ran on in mL/h."""

    made_up: Decimal
    at: datetime
    infused: Decimal
    rate: Decimal | None


def forbids_medicine(
    told: Told, given: tuple[Medicine, ...], order: Ordered, now: Medicine, *, allergic: bool
) -> Iterator[str]:
    """Every reason why this must not be given by this order."""
    (amount,), (at,) = now.amounts, now.times
    if order.session not in {None, now.session}:
        yield "an order of another visit"
    if order.session is None and told.last(now.session, "allergic") is None:
        yield "by a standing order, allergies not asked"
    if allergic:
        yield "allergic to it"
    if not order.least <= amount <= order.most:
        yield "another amount than was ordered"
    same = [each for each in given if (each.session, each.medicine) == (now.session, now.medicine)]
    if sum((max(each.amounts) for each in same), Decimal(0)) + amount > order.in_visit:
        yield "more than was ordered in one visit"
    if any(abs(at - time) < order.apart for each in same for time in each.times):
        yield "too soon"
    found = (each for each in told.checks if each.name == "substances" and each.value == order.not_with)
    if any(not is_resolved(told, each) for each in found):
        yield "a finding that stands speaks against it"
    if order.too_low is not None:
        yield from _by_saturation(told, order.too_low, now.session, at)
    if order.from_log and (now.rest is None or now.rest < amount):
        yield "not out of the drug log"


def _by_saturation(told: Told, too_low: int, session: str, at: datetime) -> Iterator[str]:
    before = [written for written in told.observed(session) if written[-1].at <= at]
    newest = [written for written in before if written[-1].at == before[-1][-1].at]
    if not newest or any(at - min(r.at for r in written) > 15 * MINUTE for written in newest):
        yield "no signs of late"
    elif any(r.saturation <= too_low for written in newest for r in written):
        yield "at such a saturation it is not given"


def forbids_reading(pump: Pump, infused: Decimal, at: datetime, *, explained: bool) -> Iterator[str]:
    """Every reason why no more and no less than this can have run in."""
    ran = infused - pump.infused
    if ran < 0:
        yield "less than had run in"
    if infused > pump.made_up:
        yield "more than was made up"
    if pump.rate is None:
        if ran:
            yield "ran in while it was paused"
        return
    seconds = Decimal((at - pump.at).total_seconds())
    expected = min(pump.rate * seconds / 3600, pump.made_up - pump.infused)  # in this order nothing is rounded up
    if abs(ran - expected) > max(expected / 10, pump.rate / 60) and not explained:
        yield "not what the rate makes of the time"
