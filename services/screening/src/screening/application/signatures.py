"""Who may sign. Invariant: only a prescriber's signature reviews a finding; a signature is never empty."""

from careflow_domain.errors import forbidden, invalid
from careflow_service.identity import Actor, Role


def signed_by(actor: Actor, reason: str | None) -> str | None:
    """The signed reason, if one was given. Refused: `prescriber_signs`, `reason_missing`."""
    if reason is None:
        return None
    if not actor.has(Role.PRESCRIBER):
        raise forbidden("prescriber_signs", "Only a prescriber may sign a clinical reason.")
    if not reason.strip():
        raise invalid("reason_missing", "A signature needs a reason.")
    return reason
