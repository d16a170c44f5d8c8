"""The line of the drug log about what was given is put right, when less ran in than was hung or it was recorded wrong.

Invariants: the line that was wrong stays and is taken back by a counter-entry; the balance holds; what was drawn up and
not given after all is open again, until it is wasted before a witness.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from careflow_domain.errors import conflict
from sessions.domain.drug_entries import Entry, EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.ids import DrawId, EntryId, StaffId
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenInstead:
    """Out of a draw `mass` was given, and not `was`, as the log says; `counter_id` takes back the line, `entry_id` is
    the new one.
    """

    draw_id: DrawId
    was: Milligrams
    mass: Milligrams
    counter_id: EntryId
    entry_id: EntryId
    note: str = field(repr=False)
    by: StaffId
    at: datetime


def regiven(container: Container, instead: GivenInstead) -> Container:
    """The container with the line put right. Refused: `already_reversed`, `draw_exceeded`."""
    was = next((each for each in _counting(container, instead.draw_id, instead.was)), None)
    if was is None:
        raise conflict("already_reversed", "The drug log has no such line any more.")
    anew = replace(was, by=instead.by, at=instead.at, note=instead.note)
    counter = replace(anew, id=instead.counter_id, reverses=was.id)
    after = replace(container.recording(), entries=(*container.entries, counter))
    if not instead.mass:
        return after
    given = replace(anew, id=instead.entry_id, mass=instead.mass)
    draw = next(each for each in after.draws if each.id == was.draw_id)
    if instead.mass > after.open_of(draw):
        raise conflict("draw_exceeded", "That is more than is left of what was drawn up.")
    return replace(after, entries=(*after.entries, given))


def _counting(container: Container, draw_id: DrawId, mass: Milligrams) -> list[Entry]:
    """The lines about what was given out of this draw, as much as that, that were not taken back."""
    back = {each.reverses for each in container.entries}
    return [
        each
        for each in container.entries
        if each.kind is EntryKind.ADMINISTERED
        and each.reverses is None
        and each.id not in back
        and (each.draw_id, each.mass) == (draw_id, mass)
    ]
