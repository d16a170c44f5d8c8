"""Whose it is. Invariant: to a patient, what is not their own does not exist."""

from billing.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.identity import Actor, Role

STAFF_ROLES = frozenset(Role) - {Role.PATIENT, Role.PUBLIC}


def check_own(actor: Actor, patient_id: PatientId, what: str) -> None:
    """Refused for another patient: `<what>_not_found`."""
    if not actor.has(*STAFF_ROLES) and actor.patient_id != patient_id:
        raise not_found(what)
