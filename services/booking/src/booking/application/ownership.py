"""Whose object it is and which version was seen: what every use case on an existing object checks first."""

from booking.domain.ids import PatientId
from booking.domain.states import BookedBy
from careflow_domain.errors import not_found, stale
from careflow_service.identity import Actor, Role


def is_patient(actor: Actor) -> bool:
    """Whether somebody acts for themselves and not as one of the clinic."""
    return actor.roles <= {Role.PATIENT, Role.PUBLIC}


def acting_for(actor: Actor) -> BookedBy:
    return BookedBy.PATIENT if is_patient(actor) else BookedBy.STAFF


def check_own(actor: Actor, patient_id: PatientId, what: str) -> None:
    """A patient is told of their own things only; what is another's does not exist for them."""
    if is_patient(actor) and actor.patient_id != patient_id:
        raise not_found(what)


def check_version(current: int, expected: int) -> None:
    """Raises `stale_version`."""
    if current != expected:
        raise stale()
