"""For whom an actor acts, and which version they have seen: what every use case on an existing object checks first."""

from booking.domain.ids import PractitionerId
from booking.domain.states import BookedBy
from careflow_domain.errors import forbidden, stale
from careflow_service.identity import Actor, Role
from careflow_service.oversight import check_own

__all__ = ["acting_for", "check_own", "check_own_feed", "check_version", "is_patient"]


def is_patient(actor: Actor) -> bool:
    """Whether somebody acts for themselves and not as one of the clinic."""
    return actor.has(Role.PATIENT, Role.PUBLIC)


def acting_for(actor: Actor) -> BookedBy:
    return BookedBy.PATIENT if is_patient(actor) else BookedBy.STAFF


def check_own_feed(practitioner_id: PractitionerId, actor: Actor) -> None:
    """Raises `not_your_calendar_feed`: everybody has their own, and managers see to all."""
    if actor.id != practitioner_id and not actor.has(Role.COORDINATOR, Role.MEDICAL_DIRECTOR):
        raise forbidden("not_your_calendar_feed", "Everybody opens and closes their own calendar feed.")


def check_version(current: int, expected: int) -> None:
    """Raises `stale_version`."""
    if current != expected:
        raise stale()
