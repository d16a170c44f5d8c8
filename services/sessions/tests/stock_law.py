"""What the clinic forbids of its drug stock, written a second time: whose a syringe and a package are, what was in
them, and who saw the rest go. From what people did; see `dose_law`. Sources: 21 CFR 1304.22(c), 1306.24, 1317.95.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from services.sessions.tests.told import Given, Told

A_TRIFLE = Decimal("0.001")
"""Milligrams that are lost in writing shares of an infusion to a ten-thousandth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    container: str
    session: str
    by: str
    mg: Decimal
    for_dose: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wasted:
    draw: str
    by: str
    at: datetime
    mg: Decimal


@dataclass(slots=True)
class Stock:
    """The shelf of a clinic, for all its patients: `held` milligrams by container, `owner` the patient it was dispensed
    for, `drawn` by draw, `wasted` by entry before somebody witnessed it, `gone` what was.
    """

    held: dict[str, Decimal] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, Drawn] = field(default_factory=dict)
    wasted: dict[str, Wasted] = field(default_factory=dict)
    gone: dict[str, Decimal] = field(default_factory=dict)
    patients: list[Told] = field(default_factory=list)

    def out_of(self, draw: str) -> Decimal:
        """All that was given out of it and wasted before a witness."""
        given = (each.stands for told in self.patients for each in told.doses if each.draw == draw)
        return sum(given, self.gone.get(draw, Decimal(0)))

    def forbids_draw(self, told: Told, patient: str, drawn: Drawn) -> Iterator[str]:
        """Every reason why this must not be drawn up now for a dose."""
        if self.owner.get(drawn.container, patient) != patient:
            yield "out of what was dispensed for somebody else"
        if told.route == "oral" and drawn.container not in self.owner:
            yield "by mouth out of the clinic's own stock"
        before = (each.mg for each in self.drawn.values() if each.container == drawn.container)
        if sum(before, drawn.mg) > self.held[drawn.container]:
            yield "more than the container holds"
        mine = {name: each for name, each in self.drawn.items() if each.session == drawn.session and each.for_dose}
        kept = sum((each.mg - self.gone.get(name, Decimal(0)) for name, each in mine.items()), drawn.mg)
        if drawn.session not in told.orders or kept > told.orders[drawn.session][1] + A_TRIFLE:
            yield "more drawn up than was ordered"

    def forbids_dose(self, patient: str, dose: Given) -> Iterator[str]:
        """Every reason why this dose must not come out of that syringe."""
        drawn = self.drawn.get(dose.draw or "")
        if drawn is None or drawn.session != dose.session:
            yield "out of a syringe that was drawn up for somebody else"
            return
        if self.owner.get(drawn.container, patient) != patient:
            yield "out of what was dispensed for somebody else"
        if self.out_of(dose.draw or "") + dose.mg > drawn.mg + A_TRIFLE:
            yield "more than is in the syringe"

    def forbids_witness(self, entry: str, by: str, now: datetime) -> Iterator[str]:
        """Every reason why this person must not say that they saw it go."""
        wasted = self.wasted[entry]
        gave = {each.by for told in self.patients for each in told.doses if each.draw == wasted.draw}
        if by in {wasted.by, self.drawn[wasted.draw].by} | gave:
            yield "witnessed by somebody who drew, gave or wasted it"
        if (now - wasted.at).total_seconds() > 30 * 60:
            yield "witnessed too late"
        if self.out_of(wasted.draw) + wasted.mg > self.drawn[wasted.draw].mg + A_TRIFLE:
            yield "more wasted than is in the syringe"
