"""What people did at the bedside, as they did it: all that the laws know of it, and no aggregate."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One record of an observation, the `number`th of its list; `instead` is the number of the one it puts right."""

    session: str
    before_dose: bool
    number: int
    instead: int | None
    written: datetime
    at: datetime
    systolic: int
    diastolic: int
    heart_rate: int
    saturation: int
    breaths: int | None
    moaas: int | None
    symptoms: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    session: str
    at: datetime
    by: str
    name: str
    value: object
    taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`mg` is the most it was ever said to have been, once it is known how much of it ran in, `stands` what is said of
    it last; `stale` where its form was opened before the session was changed.
    """

    session: str
    at: datetime
    mg: Decimal
    stands: Decimal = Decimal(0)
    draw: str | None = None
    by: str = ""
    serial: str | None = None
    stale: bool = False


@dataclass(slots=True)
class Told:
    """Everything that was done, as it was done."""

    readings: list[Reading] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    resolved: list[tuple[datetime, str]] = field(default_factory=list)
    signed: list[tuple[datetime, str, str]] = field(default_factory=list)
    orders: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    there: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    comings: list[tuple[datetime, str, str, str, bool]] = field(default_factory=list)
    alerts: dict[str, datetime] = field(default_factory=dict)
    harm: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    given_outside: int = 0
    held_otherwise: int = 0
    no_response: datetime | None = None
    integrated: list[datetime] = field(default_factory=list)
    doses: list[Given] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    consented: bool = True
    cleared: bool = True
    in_care: bool = True
    discharged: int = 0
    planned_since: datetime | None = None
    care_ended: datetime | None = None
    prepared: list[datetime] = field(default_factory=list)
    reviewed: list[datetime] = field(default_factory=list)
    screen: tuple[datetime, str] | None = None
    unheard: timedelta = timedelta(0)
    attested: dict[str, datetime] = field(default_factory=dict)
    on_hold: bool = False
    dose_ended: dict[str, datetime] = field(default_factory=dict)
    gone_home: list[str] = field(default_factory=list)
    route: str = "intravenous"
    began: dict[str, datetime] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    away: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    forms_sent: set[str] = field(default_factory=set)
    reached: Counter[str] = field(default_factory=Counter)

    def last(self, session: str, name: str) -> Check | None:
        return next((c for c in reversed(self.checks) if (c.session, c.name) == (session, name)), None)

    def observed(self, session: str) -> list[list[Reading]]:
        """Each observation of a session as all that was written down of it, by when it was made."""
        found: dict[tuple[bool, int], list[Reading]] = {}
        for each in (r for r in self.readings if r.session == session):
            earlier = [] if each.instead is None else found.pop((each.before_dose, each.instead))
            found[each.before_dose, each.number] = [*earlier, each]
        return sorted(found.values(), key=lambda written: written[-1].at)

    def decided(self, session: str, item: str, since: datetime) -> bool:
        """Whether a prescriber signed for this, not before it was known."""
        return any((s, i) == (session, item) and at >= since for at, s, i in self.signed)
