"""What is about substance use (42 CFR Part 2) is in one part of a record, all else in the other, nothing in both."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from careflow_domain.disclosures import Basis, Disclosure, RecordPart
from careflow_domain.errors import DomainError
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.clearance_terms import ClearanceTerms, Decision, Indication
from screening.domain.conditions import ConditionCode
from screening.domain.evaluation import Diagnoses
from screening.domain.history import ConditionStatus
from screening.domain.ids import CaseId, ClearanceId, DisclosureId, RequestId
from screening.domain.intake import Purpose
from screening.domain.patients import PatientDetails
from screening.domain.substance_use import Partition
from screening.domain.suspensions import Suspension, SuspensionReason
from services.screening.tests.builders import (
    ANA,
    AUDIT_C,
    CRISIS,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    ZONE,
    fact,
    joined,
    medication,
    new_uuid,
    raised,
    ready_case,
)

GENERAL = Partition(RecordPart.GENERAL, POLICY.substance_use, POLICY.interactions.ingredients_of)
APART = replace(GENERAL, part=RecordPart.SUBSTANCE_USE)
GIVEAWAYS = ("audit", "alcohol", "F10", "addiction", "CI-12", "methadone", "IX-OPIOID")
"""Words by which a copy without the substance-use part would give it away."""


def drinking_case() -> Case:
    case = ready_case().requesting(
        RequestId(new_uuid()), AUDIT_C, Purpose.INTAKE, due_within=timedelta(days=7), now=NOW
    )
    evaluation_id = case.evaluations[0].id
    diagnoses = Diagnoses(
        evaluation_id=evaluation_id, recorded_at=NOW, recorded_by=PRESCRIBER, codes=("F33.2", "F10.20")
    )
    return (
        case.with_facts(fact(ConditionCode.ALCOHOL_USE_DISORDER))
        .with_medication(medication("Methadone 40 mg"))
        .diagnosed(diagnoses, consented=False)
        .treating((Indication.ADDICTION, Indication.ANXIETY))
    )


def cleared(case: Case) -> Clearance:
    findings = POLICY.findings(case.known(PatientDetails()), NOW, ZONE)
    terms = ClearanceTerms(
        indications=("addiction", "anxiety"),
        conditions=("sees the therapist weekly",),
        excluded_routes=(),
        allergies=(),
        interaction_flags=tuple(f"{each.rule}: {', '.join(each.because)}" for each in findings),
    )
    decision = Decision(
        decided_by=PRESCRIBER,
        decided_at=NOW,
        policy_version=POLICY.version,
        findings=findings,
        accepted={each.rule: "signed" for each in findings},
        evidence_ids=(),
        terms=terms,
    )
    suspension = Suspension(
        reason=SuspensionReason.CLINICAL, ref="CI-12", since=NOW, fine_reason="CI-12: alcohol_use_disorder"
    )
    return Clearance.granted(
        ClearanceId(new_uuid()),
        CaseId(case.id),
        ANA,
        decision,
        valid_until=NOW + timedelta(days=90),
        warn_days_before=(),
        supersedes=None,
        suspensions=(suspension,),
    )


def text(document: Case | Clearance | SafetyAlert | None) -> str:
    body: Any = TypeAdapter(type(document)).dump_python(document, mode="json", exclude={"facts"})
    return json.dumps(body)


def test_the_general_part_does_not_give_the_other_away() -> None:
    case = drinking_case()
    general = GENERAL.having_seen(case)
    for document in (general.case(case), general.clearance(cleared(case))):
        said = text(document)
        assert [each for each in GIVEAWAYS if each in said] == []


def test_the_substance_use_part_has_all_of_it_and_nothing_else() -> None:
    case = drinking_case()
    apart = APART.having_seen(case)
    mine, clearance = apart.case(case), apart.clearance(cleared(case))
    assert [each.questionnaire for each in mine.questionnaires] == ["audit-c"]
    assert [each.condition for each in mine.history] == [
        each.condition for each in case.history if each.condition in POLICY.substance_use.conditions
    ]
    assert [each.ingredient for each in mine.medications] == ["methadone 40 mg"]
    assert [each.codes for each in mine.diagnoses] == [("F10.20",)]
    assert (mine.indications, mine.evaluations, mine.evidence) == ((Indication.ADDICTION,), (), ())
    assert clearance is not None
    assert {each.rule for each in clearance.decision.findings} >= {"CI-12", "IX-OPIOID"}
    assert clearance.decision.terms.conditions == ()
    assert len(clearance.suspensions) == 1


def test_both_parts_together_are_everything() -> None:
    case = drinking_case()
    parts = [each.having_seen(case).case(case) for each in (GENERAL, APART)]
    assert sorted(id_ for part in parts for id_ in ids_of(part)) == sorted(ids_of(case))
    assert sorted(code for part in parts for each in part.diagnoses for code in each.codes) == ["F10.20", "F33.2"]


def ids_of(case: Case) -> list[str]:
    kept: tuple[Any, ...] = (*case.questionnaires, *case.history, *case.medications, *case.evidence, *case.evaluations)
    return [each.id for each in kept]


def test_what_suspends_since_the_decision_goes_with_what_it_rests_on() -> None:
    """A drug is named in the grounds of its suspension as it was written down, not by an id."""
    case = drinking_case()
    (found,) = (each for each in POLICY.findings(case.known(PatientDetails()), NOW, ZONE) if each.rule == "IX-OPIOID")
    suspension = Suspension(
        reason=SuspensionReason.CLINICAL,
        ref=found.rule,
        since=NOW,
        fine_reason=f"{found.rule}: {', '.join(found.because)}",
        grounds=found.grounds,
    )
    clearance = cleared(ready_case()).suspended(suspension)
    waiting = replace(case, held=(suspension,))
    general, apart = GENERAL.having_seen(case), APART.having_seen(case)
    assert (general.case(waiting).held, apart.case(waiting).held) == ((), (suspension,))
    for part, kept in ((general, False), (apart, True)):
        mine = part.clearance(clearance)
        assert mine is not None
        assert (suspension in mine.suspensions) is kept


def test_what_a_fact_said_before_it_was_corrected_counts_too() -> None:
    case = ready_case().with_facts(fact(ConditionCode.ALCOHOL_USE_DISORDER))
    said = case.history[-1]
    corrected = said.reclassified(
        ConditionCode.OTHER,
        ConditionStatus.RULED_OUT,
        None,
        by=PRESCRIBER,
        reason="mistaken",
        now=NOW,
        today=NOW.date(),
    )
    case = replace(case, history=(*case.history[:-1], corrected))
    general, apart = (each.having_seen(case).case(case) for each in (GENERAL, APART))
    assert (corrected in general.history, corrected in apart.history) == (False, True)


def test_a_record_without_any_of_it_has_an_empty_second_part() -> None:
    case = replace(ready_case(), history=())
    assert GENERAL.having_seen(case).case(case) == case
    plain = replace(cleared(case), suspensions=())
    plain = replace(plain, decision=replace(plain.decision, terms=replace(plain.decision.terms, indications=())))
    assert APART.having_seen(case).clearance(plain) is None


def test_an_alert_goes_with_what_raised_it() -> None:
    case = drinking_case()
    about = replace(CRISIS, code="clinic_made_alarm", ref=case.questionnaires[-1].id)
    alone, both = raised(about), joined(raised(CRISIS), about)
    general, apart = GENERAL.having_seen(case), APART.having_seen(case)
    assert (general.alert(alone), apart.alert(alone)) == (None, alone)
    shared = general.alert(both)
    assert shared is not None
    assert ([each.code for each in shared.positives], apart.alert(both)) == ([CRISIS.code], None)


@pytest.mark.parametrize(
    ("part", "basis", "reference", "code"),
    [
        (RecordPart.SUBSTANCE_USE, Basis.TREATMENT, "", "basis_not_enough"),
        (RecordPart.SUBSTANCE_USE, Basis.COURT_ORDER, " ", "reference_missing"),
        (RecordPart.GENERAL, Basis.COURT_ORDER, "", "reference_missing"),
    ],
)
def test_a_disclosure_needs_a_basis_that_carries_it(part: RecordPart, basis: Basis, reference: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        made(part, basis, reference)
    assert refused.value.code == code


@pytest.mark.parametrize("basis", [Basis.PATIENT_ACCESS, Basis.MEDICAL_EMERGENCY])
def test_access_and_emergency_need_no_document(basis: Basis) -> None:
    assert made(RecordPart.SUBSTANCE_USE, basis, "").basis is basis


def made(part: RecordPart, basis: Basis, reference: str) -> Disclosure:
    return Disclosure.made(
        DisclosureId(new_uuid()),
        ANA,
        part,
        basis,
        recipient="Dr Vu",
        reason="asked for",
        reference=reference,
        by=NURSE,
        now=NOW,
    )
