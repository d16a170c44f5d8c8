"""The sealed service lines of other services' events as billing's services."""

from collections.abc import Sequence
from typing import Final

from billing.domain.ids import StaffId
from billing.domain.practice import Practice, Profession
from billing.domain.service_rules import ServiceRules
from billing.domain.services import OFFICE, TELEHEALTH_AT_HOME, Service
from careflow_events import contracts
from careflow_events.contracts import codes, session_codes

NDC_UNITS: Final = {
    session_codes.NdcUnit.UNIT: "UN",
    session_codes.NdcUnit.MILLILITRE: "ML",
    session_codes.NdcUnit.GRAM: "GR",
    session_codes.NdcUnit.MILLIGRAM: "ME",
}
"""The unit of measure qualifiers of a claim (NUCC 1500 instructions, item 24; 837P loop 2410 CTP05)."""


def service_of(line: contracts.ServiceLine, *, provider: str | None = None, place: str | None = None) -> Service:
    """A line as billing has it; `place` where the line does not say its own."""
    in_session = line if isinstance(line, contracts.SessionServiceLine) else None
    rendering = in_session.rendering_provider if in_session else provider
    return Service(
        code=line.code,
        units=line.units,
        minutes=line.minutes,
        modifiers=line.modifiers,
        place_of_service=line.place_of_service or place,
        provider=StaffId(rendering) if rendering else None,
        started_at=line.started_at,
        ended_at=line.ended_at,
        drug=in_session.drug if in_session else None,
        strength=in_session.strength if in_session else None,
        ndc=in_session.ndc if in_session else None,
        ndc_quantity=in_session.ndc_quantity if in_session else None,
        ndc_unit=NDC_UNITS.get(in_session.ndc_unit) if in_session and in_session.ndc_unit else None,
    )


def services_of(
    lines: Sequence[contracts.ServiceLine], *, provider: str | None = None, place: str | None = None
) -> tuple[Service, ...]:
    return tuple(service_of(line, provider=provider, place=place) for line in lines)


def supervised_as_before(
    services: Sequence[Service], supervisor: StaffId | None, rules: ServiceRules, practice: Practice
) -> tuple[Service, ...]:
    """What staff did is rendered by the clinician who supervised the session."""
    return tuple(
        service.supervised_by(supervisor) if _is_staffs(service, rules, practice) else service for service in services
    )


def billed_by(
    services: Sequence[Service], present: Sequence[contracts.Provider], rules: ServiceRules, practice: Practice
) -> tuple[Service, ...]:
    """The services as they are billed: what staff did under the supervision of a clinician who was there is rendered
    by that clinician.
    """
    prescribers = (StaffId(each.id) for each in present if each.role is codes.ProviderRole.PRESCRIBER)
    supervisor = next((each for each in prescribers if practice.clinician(each)), None)
    return supervised_as_before(services, supervisor, rules, practice)


def _is_staffs(service: Service, rules: ServiceRules, practice: Practice) -> bool:
    rule, clinician = rules.rule(service.code), practice.clinician(service.provider)
    return (
        rule is not None
        and rule.under_supervision
        and clinician is not None
        and clinician.profession not in rule.rendered_by
        and clinician.profession is Profession.REGISTERED_NURSE
    )


def place_of(modality: codes.Modality) -> str | None:
    """Where a visit so held took place, for a bill: the office, or by telehealth at the patient's home."""
    match modality:
        case codes.Modality.IN_PERSON:
            return OFFICE
        case codes.Modality.VIDEO | codes.Modality.PHONE:
            return TELEHEALTH_AT_HOME
        case _:
            return None
