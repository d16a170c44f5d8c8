"""What is decided and recorded on a case's page: one row for each form, with the API's command it stands for.

Invariant: who may send a form is who may call that route of the API, and what it does is that route's own use case.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from careflow_service.identity import Role
from careflow_service.pages.asking import Field, Kind
from screening.application.queries.read_case_page import CaseSeen, PartSeen
from screening.domain.alert_records import AlertDisposition, AlertOutcome
from screening.domain.alerts import AlertState
from screening.domain.case_record import CaseState
from screening.domain.clearance import ClearanceState
from screening.domain.clearance_terms import Indication, Route
from screening.domain.consents import ConsentPurpose, ConsentScope, ConsentSigner
from screening.domain.evidence import EvidenceKind, EvidenceResult
from screening.domain.measures import Measure
from screening.domain.rules import FindingClass
from screening.entrypoints.http.alert_routes import AlertClosing, NewContact
from screening.entrypoints.http.case_routes import Indications
from screening.entrypoints.http.clearance_routes import Deferral, Grant, Reason, Settled
from screening.entrypoints.http.consent_routes import NewConsent, Revocation
from screening.entrypoints.http.history_routes import NewEvidence, Voided
from screening.entrypoints.pages import case_commands as do
from screening.entrypoints.pages.case_commands import Nothing
from screening.entrypoints.pages.case_form import (
    About,
    CaseForm,
    Fields,
    Reader,
    medication,
    one_of,
    open_case,
    prose,
)
from screening.entrypoints.pages.history_forms import HISTORY_FORMS


def _case_in_care(seen: CaseSeen, _: str) -> About | None:
    case = seen.general.case
    return About(case.id, case.version) if case.in_care else None


def _clearance(*states: ClearanceState) -> Callable[[CaseSeen, str], About | None]:
    def about(seen: CaseSeen, _: str) -> About | None:
        clearance = seen.general.clearance
        standing = clearance is not None and seen.general.case.in_care and clearance.state in states
        return About(clearance.id, clearance.version) if clearance and standing else None

    return about


def _alert(state: AlertState) -> Callable[[CaseSeen, str], About | None]:
    def about(seen: CaseSeen, _: str) -> About | None:
        alert = seen.alert
        return About(alert.id, alert.version) if alert and alert.state is state else None

    return about


def _evidence(seen: CaseSeen, of: str) -> About | None:
    case = seen.general.case
    found = next((each for each in case.evidence if each.id == of and each.voided is None), None)
    if found is None or case.state is CaseState.CLOSED:
        return None
    return About(case.id, case.version, said=found.kind.value)


def _suspension(seen: CaseSeen, of: str) -> About | None:
    clearance = _clearance(ClearanceState.GRANTED)(seen, of)
    for part in seen.parts:
        for each in part.clearance.suspensions if part.clearance else ():
            if clearance is not None and f"{each.reason}/{each.ref}" == of:
                return About(clearance.id, clearance.version, apart=part is seen.apart, said=each.fine_reason)
    return None


def _patient(seen: CaseSeen, _: str) -> About | None:
    """A consent is the patient's, in whichever case it is recorded; it is signed on the form as it is now."""
    case = seen.general.case
    return About(case.patient_id, case.version, apart=True, of=seen.consent_form.version)


def _consent(seen: CaseSeen, of: str) -> About | None:
    for each in seen.consents:
        if each.id == of and each.valid_at(seen.as_of):
            return About(each.id, each.version, apart=True, said=", ".join(each.terms.recipients))
    return None


def _pair(of: str) -> Mapping[str, Any]:
    reason, _, ref = of.partition("/")
    return {"suspended_for": reason, "ref": ref}


def _treating(_: CaseSeen, reader: Reader) -> Fields:
    return (one_of(reader, "indications", "indications", Indication, Kind.SEVERAL),)


def _granting(seen: CaseSeen, reader: Reader) -> Fields:
    """What treatment is for and its limits, then each finding to be signed for and each suspension to be ended."""
    return (
        *_treating(seen, reader),
        Field(name="conditions", kind=Kind.LINES),
        one_of(reader, "excluded_routes", "routes", Route, Kind.SEVERAL),
        *(field for part in seen.parts for field in signing(part, reader)),
    )


def _named_already(seen: CaseSeen, _: Reader) -> Mapping[str, str]:
    """What the case says it is treated for, as far as the reader may know; whoever decides may change it."""
    named = {each for part in seen.parts for each in part.case.indications}
    return {f"indications.{each}": "1" for each in named}


def signing(part: PartSeen, reader: Reader) -> Fields:
    """For one part of the record: a reason for each finding that takes a signature, and for each suspension."""
    accepts, ends = reader.word("case_page", "accepts"), reader.word("case_page", "ends")
    findings = (each for each in part.findings if each.finding_class in (FindingClass.B, FindingClass.C))
    return (
        *(
            Field(
                name=f"accepted.{each.rule}",
                kind=Kind.PROSE,
                label=f"{accepts} {each.rule}: {_codes(each.because, reader)}",
            )
            for each in findings
        ),
        *(
            Field(
                name=f"settled.{each.reason}.{each.ref}",
                kind=Kind.REASONS,
                about={"suspended_for": each.reason.value, "ref": each.ref},
                label=f"{ends} {_codes([each.fine_reason], reader)}",
            )
            for each in part.suspensions
        ),
    )


def _codes(codes: Iterable[str], reader: Reader) -> str:
    """Conditions by their words, alone or behind the rule they are of; what else the policy names by its codes."""
    named = reader.words.groups["conditions"]
    parts = ([named.get(part, part.replace("_", " ")) for part in each.split(": ")] for each in codes)
    return ", ".join(": ".join(each) for each in parts)


def _evidence_fields(_: CaseSeen, reader: Reader) -> Fields:
    """`signed` is asked of prescribers alone: nobody else's reason counts."""
    signed = (Field(name="signed", kind=Kind.PROSE),) if reader.actor.has(Role.PRESCRIBER) else ()
    return (
        one_of(reader, "kind", "evidence_kinds", EvidenceKind),
        Field(name="taken_at", kind=Kind.MOMENT),
        one_of(reader, "result", "evidence_results", EvidenceResult),
        *(Field(name=f"measures.{each.value}", kind=Kind.NUMBER) for each in Measure),
        *signed,
    )


def _consenting(_: CaseSeen, reader: Reader) -> Fields:
    """What is filled in on the form."""
    return (
        one_of(reader, "scope", "consent_scopes", ConsentScope, Kind.SEVERAL),
        one_of(reader, "purpose", "consent_purposes", ConsentPurpose),
        Field(name="purpose_in_words", kind=Kind.PROSE),
        Field(name="recipients", kind=Kind.LINES),
        one_of(reader, "signer", "consent_signers", ConsentSigner),
        Field(name="representative", kind=Kind.TEXT),
        Field(name="signed_at", kind=Kind.MOMENT),
        Field(name="valid_until", kind=Kind.MOMENT),
        Field(name="document", kind=Kind.TEXT),
    )


def _closing(_: CaseSeen, reader: Reader) -> Fields:
    return (
        one_of(reader, "outcome", "alert_outcomes", AlertOutcome),
        Field(name="note", kind=Kind.PROSE),
        one_of(reader, "disposition", "dispositions", AlertDisposition),
        Field(name="safety_plan", kind=Kind.PROSE),
    )


def _deferring(_: CaseSeen, __: Reader) -> Fields:
    return (Field(name="until", kind=Kind.MOMENT), Field(name="reason", kind=Kind.PROSE))


_GRANTED = ClearanceState.GRANTED
_LASTING = (ClearanceState.GRANTED, ClearanceState.EXPIRED)

FORMS: Final = (
    CaseForm("acknowledge", Nothing, do.acknowledge, _alert(AlertState.OPEN), at_once=True),
    CaseForm("contact", NewContact, do.contact, _alert(AlertState.ACKNOWLEDGED), prose("note", "safety_plan")),
    CaseForm("close-alert", AlertClosing, do.close_alert, _alert(AlertState.ACKNOWLEDGED), _closing),
    CaseForm("indications", Indications, do.set_indications, open_case, _treating, suggests=_named_already),
    CaseForm("grant", Grant, do.grant, _case_in_care, _granting, suggests=_named_already),
    CaseForm("defer", Deferral, do.defer, _case_in_care, _deferring),
    CaseForm("deny", Reason, do.deny, _case_in_care, prose("reason")),
    CaseForm("extend", Nothing, do.extend, _clearance(*_LASTING)),
    CaseForm("suspend", Reason, do.suspend, _clearance(*_LASTING), prose("reason")),
    CaseForm("reinstate", Settled, do.reinstate, _suspension, prose("reason"), _pair, of_one=True),
    CaseForm("revoke", Reason, do.revoke, _clearance(_GRANTED), prose("reason")),
    CaseForm("evidence", NewEvidence, do.record_evidence, open_case, _evidence_fields),
    CaseForm("void-evidence", Voided, do.void_evidence, _evidence, prose("reason"), of_one=True),
    CaseForm("void-medication", Voided, do.void_medication, medication, prose("reason"), of_one=True),
    CaseForm(
        "consent", NewConsent, do.record_consent, _patient, _consenting, lambda version: {"form_version": version}
    ),
    CaseForm("revoke-consent", Revocation, do.revoke_consent, _consent, prose("note"), of_one=True),
    *HISTORY_FORMS,
)
"""In the order somebody goes through them."""
