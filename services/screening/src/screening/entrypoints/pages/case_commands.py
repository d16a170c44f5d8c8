"""What each form of a case's page asks the application to do: the same command as the API's route of that name."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from careflow_service.http.dependencies import RequestBody
from careflow_service.identity import Actor, RequestKey
from screening.application.commands.acknowledge_alert import AcknowledgeAlert
from screening.application.commands.close_alert import CloseAlert
from screening.application.commands.defer_clearance import DeferClearance
from screening.application.commands.deny_clearance import DenyClearance
from screening.application.commands.extend_clearance import ExtendClearance
from screening.application.commands.record_contact import RecordContact
from screening.application.commands.record_evidence import RecordEvidence
from screening.application.commands.reinstate_clearance import ReinstateClearance
from screening.application.commands.revoke_clearance import RevokeClearance
from screening.application.commands.revoke_consent import RevokeConsent
from screening.application.commands.suspend_clearance import SuspendClearance
from screening.application.commands.void_evidence import VoidEvidence
from screening.application.commands.void_medication import VoidMedication
from screening.application.use_cases import Screening
from screening.domain.ids import AlertId, CaseId, ClearanceId, ConsentId, EvidenceId, MedicationId, PatientId
from screening.entrypoints.http.alert_routes import AlertClosing, NewContact
from screening.entrypoints.http.case_routes import Indications
from screening.entrypoints.http.clearance_routes import Deferral, Grant, Reason, Settled
from screening.entrypoints.http.consent_routes import NewConsent, Revocation
from screening.entrypoints.http.history_routes import NewEvidence, Voided

B = TypeVar("B")


class Nothing(RequestBody):
    """What is asked by its name alone."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[B]):
    """A form as it was filled in: `about` is the id of what is changed, `version` that thing's as its sender saw it,
    `of` what in it is meant, where there are several.
    """

    case_id: CaseId
    about: str
    version: int
    of: str
    body: B


async def grant(app: Screening, asked: Asked[Grant], actor: Actor, key: RequestKey) -> object:
    return await app.grant_clearance(asked.body.command(asked.case_id, asked.version), actor, key)


async def set_indications(app: Screening, asked: Asked[Indications], actor: Actor, key: RequestKey) -> object:
    return await app.set_indications(asked.body.said(asked.case_id, asked.version), actor, key)


async def defer(app: Screening, asked: Asked[Deferral], actor: Actor, key: RequestKey) -> object:
    command = DeferClearance(asked.case_id, asked.body.until, asked.body.reason, asked.version)
    return await app.defer_clearance(command, actor, key)


async def deny(app: Screening, asked: Asked[Reason], actor: Actor, key: RequestKey) -> object:
    return await app.deny_clearance(DenyClearance(asked.case_id, asked.body.reason, asked.version), actor, key)


async def record_evidence(app: Screening, asked: Asked[NewEvidence], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = RecordEvidence(asked.case_id, body.kind, body.taken_at, body.result, body.measures, body.signed)
    return await app.record_evidence(command, actor, key)


async def void_evidence(app: Screening, asked: Asked[Voided], actor: Actor, key: RequestKey) -> object:
    command = VoidEvidence(asked.case_id, EvidenceId(asked.of), asked.body.reason)
    return await app.void_evidence(command, actor, key)


async def void_medication(app: Screening, asked: Asked[Voided], actor: Actor, key: RequestKey) -> object:
    command = VoidMedication(asked.case_id, MedicationId(asked.of), asked.body.reason)
    return await app.void_medication(command, actor, key)


async def extend(app: Screening, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.extend_clearance(ExtendClearance(ClearanceId(asked.about), asked.version), actor, key)


async def suspend(app: Screening, asked: Asked[Reason], actor: Actor, key: RequestKey) -> object:
    return await app.suspend_clearance(SuspendClearance(ClearanceId(asked.about), asked.body.reason), actor, key)


async def reinstate(app: Screening, asked: Asked[Settled], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = ReinstateClearance(ClearanceId(asked.about), body.suspended_for, body.ref, body.reason, asked.version)
    return await app.reinstate_clearance(command, actor, key)


async def revoke(app: Screening, asked: Asked[Reason], actor: Actor, key: RequestKey) -> object:
    command = RevokeClearance(ClearanceId(asked.about), asked.body.reason, asked.version)
    return await app.revoke_clearance(command, actor, key)


async def record_consent(app: Screening, asked: Asked[NewConsent], actor: Actor, key: RequestKey) -> object:
    return await app.record_consent(asked.body.command(PatientId(asked.about)), actor, key)


async def revoke_consent(app: Screening, asked: Asked[Revocation], actor: Actor, key: RequestKey) -> object:
    return await app.revoke_consent(RevokeConsent(ConsentId(asked.about), asked.body.note or ""), actor, key)


async def acknowledge(app: Screening, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.acknowledge_alert(AcknowledgeAlert(AlertId(asked.about)), actor, key)


async def contact(app: Screening, asked: Asked[NewContact], actor: Actor, key: RequestKey) -> object:
    command = RecordContact(AlertId(asked.about), asked.body.note, asked.body.safety_plan)
    return await app.record_contact(command, actor, key)


async def close_alert(app: Screening, asked: Asked[AlertClosing], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = CloseAlert(
        AlertId(asked.about), body.outcome, body.note, body.disposition, body.safety_plan, asked.version
    )
    return await app.close_alert(command, actor, key)
