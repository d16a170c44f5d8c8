"""The line of the drug log about a dose that is written down late.

Invariants: the line is of the day on which it is entered, so that no day that was counted and closed changes, and says
when the drug was given; what nobody drew up in the log is drawn up with it; the balance holds.
"""

from dataclasses import replace

from careflow_domain.errors import conflict
from sessions.domain.doses import Dose
from sessions.domain.drug_entries import Draw, Entry, EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.ids import EntryId, SessionId


def given_late(
    container: Container, entry_id: EntryId, session_id: SessionId, dose: Dose, *, drawn_before: bool
) -> Container:
    """The container with the dose in it; where it was not `drawn_before`, its draw is entered as well, whatever the
    date on the label. Refused: `container_exceeded`, `serial_used`, and what `Container.gave` refuses.
    """
    assert dose.outside is not None
    at, stated = dose.outside.recorded_at, dose.stated
    if not drawn_before:
        if stated.mass > container.in_container:
            raise conflict("container_exceeded", "The log says there is not so much left; overfill is entered first.")
        draw = Draw(
            id=dose.draw_id,
            session_id=session_id,
            mass=stated.mass,
            volume=stated.volume,
            by=dose.outside.recorded_by,
            at=at,
        )
        container = replace(container, draws=(*container.draws, draw))
    if dose.serial is not None and any(each.serial == dose.serial for each in container.entries):
        raise conflict("serial_used", "This device has been given.")
    given = Entry(
        id=entry_id,
        kind=EntryKind.ADMINISTERED,
        mass=stated.mass,
        by=dose.given_by,
        at=at,
        draw_id=dose.draw_id,
        serial=dose.serial,
        given_at=dose.started_at,
    )
    return container.gave(session_id, given)
