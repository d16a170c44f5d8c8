"""The line of the drug log about something given that is written down late.

Invariants: the line is of the day on which it is entered, so that no day that was counted and closed changes, and says
when the drug was given; what nobody drew up in the log is drawn up with it; the balance holds.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from careflow_domain.errors import conflict
from sessions.domain.administrations import Administration
from sessions.domain.doses import Dose
from sessions.domain.drug_entries import Draw, Entry, EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.ids import DrawId, EntryId, SessionId, StaffId
from sessions.domain.marks import Mark
from sessions.domain.units import Milligrams, Millilitres


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLate:
    """So much was given at `given_at` out of this draw, which was in the log already where it was `drawn_before`."""

    mass: Milligrams = field(repr=False)
    volume: Millilitres | None = field(default=None, repr=False)
    draw_id: DrawId
    drawn_before: bool
    serial: str | None = field(default=None, repr=False)
    given_by: StaffId
    given_at: datetime
    mark: Mark

    @classmethod
    def dose(cls, dose: Dose, *, drawn_before: bool) -> Self:
        """A dose with its mark."""
        assert dose.outside is not None
        return cls(
            mass=dose.stated.mass,
            volume=dose.stated.volume,
            draw_id=dose.draw_id,
            drawn_before=drawn_before,
            serial=dose.serial,
            given_by=dose.given_by,
            given_at=dose.started_at,
            mark=dose.outside,
        )

    @classmethod
    def medicine(cls, given: Administration, container: Container, *, drawn_before: bool) -> Self:
        """A controlled medicine beside the dose, with its mark."""
        assert given.outside is not None
        assert given.drawn is not None
        mass, item = Milligrams(given.amount.value), container.item
        return cls(
            mass=mass,
            volume=Millilitres(item.quantity_of(mass).value) if item.concentration else None,
            draw_id=given.drawn.draw_id,
            drawn_before=drawn_before,
            given_by=given.by,
            given_at=given.given_at,
            mark=given.outside,
        )


def given_late(container: Container, entry_id: EntryId, session_id: SessionId, late: GivenLate) -> Container:
    """The container with it; where it was not drawn up before, its draw is entered as well, whatever the date on the
    label. Refused: `container_exceeded`, `serial_used`, and what `Container.gave` refuses.
    """
    at = late.mark.recorded_at
    if not late.drawn_before:
        if late.mass > container.in_container:
            raise conflict("container_exceeded", "The log says there is not so much left; overfill is entered first.")
        draw = Draw(
            id=late.draw_id,
            session_id=session_id,
            mass=late.mass,
            volume=late.volume,
            by=late.mark.recorded_by,
            at=at,
        )
        container = replace(container, draws=(*container.draws, draw))
    if late.serial is not None and any(each.serial == late.serial for each in container.entries):
        raise conflict("serial_used", "This device has been given.")
    given = Entry(
        id=entry_id,
        kind=EntryKind.ADMINISTERED,
        mass=late.mass,
        by=late.given_by,
        at=at,
        draw_id=late.draw_id,
        serial=late.serial,
        given_at=late.given_at,
    )
    return container.gave(session_id, given)
