"""The sealed service lines of other services' events as billing's services."""

from collections.abc import Sequence

from billing.domain.ids import StaffId
from billing.domain.services import OFFICE, TELEHEALTH_AT_HOME, Service
from careflow_events import contracts
from careflow_events.contracts import codes


def service_of(line: contracts.ServiceLine, *, provider: str | None = None, place: str | None = None) -> Service:
    """A line as billing has it; `place` where the line does not say its own."""
    rendering = line.rendering_provider if isinstance(line, contracts.SessionServiceLine) else provider
    return Service(
        code=line.code,
        units=line.units,
        minutes=line.minutes,
        modifiers=line.modifiers,
        place_of_service=line.place_of_service or place,
        provider=StaffId(rendering) if rendering else None,
        ndc=line.ndc if isinstance(line, contracts.SessionServiceLine) else None,
    )


def services_of(
    lines: Sequence[contracts.ServiceLine], *, provider: str | None = None, place: str | None = None
) -> tuple[Service, ...]:
    return tuple(service_of(line, provider=provider, place=place) for line in lines)


def place_of(modality: codes.Modality) -> str | None:
    """Where a visit so held took place, for a bill: the office, or by telehealth at the patient's home."""
    match modality:
        case codes.Modality.IN_PERSON:
            return OFFICE
        case codes.Modality.VIDEO | codes.Modality.PHONE:
            return TELEHEALTH_AT_HOME
        case _:
            return None
