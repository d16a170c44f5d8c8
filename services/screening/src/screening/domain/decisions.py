"""What a decision on a case rests on, and what is still missing for it.

Invariant: a clearance is granted only with nothing missing; each missing thing has a code that says nothing clinical.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from careflow_domain.errors import conflict
from screening.domain.alerts import AlertState, SafetyAlert
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.clearance_terms import Decision, Indication
from screening.domain.clinic_day import clinic_day
from screening.domain.evaluation import Evaluation, EvaluationPart
from screening.domain.evidence import EvidenceCategory, EvidenceRule, latest
from screening.domain.ids import EvidenceId
from screening.domain.lacking import Lacking
from screening.domain.patients import PatientDetails
from screening.domain.policy import ClinicalPolicy
from screening.domain.questionnaires import AlertLevel
from screening.domain.rules import Finding, FindingClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The findings, the evidence and the end of validity a grant would have now, and what stands in its way. `missing`
    names all of it, `missing_evidence` what of it is evidence.
    """

    findings: tuple[Finding, ...] = field(repr=False)
    evidence_ids: tuple[EvidenceId, ...]
    valid_until: datetime
    missing: tuple[str, ...]
    missing_evidence: tuple[str, ...] = ()

    def require(self, accepted: Mapping[str, str], indications: Iterable[str]) -> None:
        """Refuse a grant that something stands in the way of, naming all of it (`decision_not_ready`).

        `accepted` holds, per rule, the prescriber's signed pathway (class B) or plan (class C); class A takes none, and
        some pathways are open to some `indications` only.
        """
        treated = tuple(indications)
        self._require(finding for finding in self.findings if not _is_met(finding, accepted, treated))

    def require_covered(self, decision: Decision) -> None:
        """Refuse what an earlier decision does not cover any more; otherwise as `require`."""
        self._require(
            finding
            for finding in self.findings
            if finding.finding_class is not FindingClass.INFO and not decision.covers(finding)
        )

    def require_evidence(self) -> None:
        """Refuse what lacks a test, reading or report (`decision_not_ready`)."""
        _refuse_without(self.missing_evidence)

    def _require(self, findings: Iterable[Finding]) -> None:
        unmet = tuple(findings)
        blocked = [Lacking.NO_CLASS_A] if any(each.finding_class is FindingClass.A for each in unmet) else []
        unsigned = [Lacking.PATHWAY] if any(each.finding_class is not FindingClass.A for each in unmet) else []
        _refuse_without((*self.missing, *blocked, *unsigned))


def _refuse_without(missing: tuple[str, ...]) -> None:
    if missing:
        raise conflict("decision_not_ready", "A clearance cannot be granted yet.", missing=missing)


def _is_met(finding: Finding, accepted: Mapping[str, str], indications: Iterable[str]) -> bool:
    match finding.finding_class:
        case FindingClass.A:
            return False
        case FindingClass.B | FindingClass.C:
            return finding.signable_for(indications) and bool(accepted.get(finding.rule, "").strip())
        case FindingClass.INFO:
            return True


def grounds(
    case: Case,
    patient: PatientDetails,
    alerts: Iterable[SafetyAlert],
    policy: ClinicalPolicy,
    *,
    indications: Iterable[Indication] = (),
    now: datetime,
    zone: ZoneInfo,
) -> Grounds:
    """Look at everything a decision rests on, as of now. `alerts` are the patient's alerts that are not closed;
    `indications` are those the decision is about, beside those the case already names.
    """
    treated = {*case.indications, *indications}
    needed = required_evidence(case, patient, policy, today=clinic_day(now, zone))
    counting = [each for rule in needed for each in latest(case.evidence, rule.kind, rule.readings)]
    known = case.known(patient)
    ends = [each.ends for each in counting if each.category is EvidenceCategory.CLEARANCE]
    ends += [policy.clearance.evaluation_ends(each.ended_at) for each in _decisive_evaluations(case)]
    missing_evidence = _missing_evidence(case, needed, now)
    return Grounds(
        findings=policy.findings(known, now, zone),
        evidence_ids=tuple(each.id for each in counting),
        valid_until=min([now + policy.clearance.valid_for.length, *(each.at(case.stage) for each in ends)]),
        missing=(
            *_missing_intake(case),
            *_missing_instruments(case, treated, policy),
            *_missing_trials(case, treated, policy),
            *policy.unknown(known),
            *_missing_parts(case, policy, now),
            *missing_evidence,
            *_open_alerts(alerts),
        ),
        missing_evidence=missing_evidence,
    )


def required_evidence(
    case: Case, patient: PatientDetails, policy: ClinicalPolicy, *, today: date
) -> tuple[EvidenceRule, ...]:
    """The kinds of evidence this patient needs."""
    taken = (each for each in case.medications if each.counts(today, timedelta()))
    ingredients = {name for each in taken for name in policy.interactions.ingredients_of(each)}
    return tuple(
        rule
        for rule in policy.evidence
        if rule.required(born_on=patient.born_on, facts=case.history, ingredients=ingredients, today=today)
    )


def newly_required(
    case: Case, patient: PatientDetails, policy: ClinicalPolicy, decision: Decision, *, now: datetime, zone: ZoneInfo
) -> tuple[EvidenceRule, ...]:
    """The kinds of clearance evidence this patient needs by what is known now, that an earlier decision has not counted
    and that nobody has taken since.
    """
    counted = {each.kind for each in case.evidence if each.id in decision.evidence_ids}
    needed = required_evidence(case, patient, policy, today=clinic_day(now, zone))
    return tuple(
        rule
        for rule in needed
        if rule.category is EvidenceCategory.CLEARANCE
        and rule.kind not in counted
        and not any(each.kind is rule.kind and each.in_date(now, case.stage) for each in case.evidence)
    )


def _decisive_evaluations(case: Case) -> list[Evaluation]:
    """For each part the newest evaluation that recorded it."""
    newest = {record.part: each for each in sorted(case.evaluations, key=_ended) for record in each.parts}
    return list(newest.values())


def _ended(evaluation: Evaluation) -> datetime:
    return evaluation.ended_at


def _missing_intake(case: Case) -> list[str]:
    return [] if case.state is CaseState.SUBMITTED else [Lacking.SCREENING]


def _missing_instruments(case: Case, treated: Iterable[Indication], policy: ClinicalPolicy) -> list[str]:
    """Those of the indications beside every intake's, which the case cannot be submitted without."""
    added = [code for code in policy.intake.instruments(treated) if code not in policy.intake.questionnaires]
    return [f"instrument_{code}" for code in added if not case.answered_all_of(code)]


def _missing_trials(case: Case, treated: Iterable[Indication], policy: ClinicalPolicy) -> list[str]:
    claimed = Indication.TREATMENT_RESISTANT_DEPRESSION in treated
    return [Lacking.TREATMENT_RESISTANCE] if claimed and not policy.resistance(case.trials).shown else []


def _missing_parts(case: Case, policy: ClinicalPolicy, now: datetime) -> list[str]:
    ends = policy.clearance.evaluation_ends
    counting = [each for each in case.evaluations if now < ends(each.ended_at).at(case.stage)]
    newest = {record.part: record for each in sorted(counting, key=_ended) for record in each.parts}
    missing = [f"part_{part.value}" for part in EvaluationPart if part not in newest]
    unfavourable = any(not record.favourable for record in newest.values())
    return [*missing, *([Lacking.FAVOURABLE_EVALUATION] if unfavourable else [])]


def _missing_evidence(case: Case, needed: Sequence[EvidenceRule], now: datetime) -> tuple[str, ...]:
    return tuple(
        f"evidence_{rule.kind.value}"
        for rule in needed
        if sum(each.in_date(now, case.stage) for each in latest(case.evidence, rule.kind, rule.readings))
        < rule.readings
    )


def _open_alerts(alerts: Iterable[SafetyAlert]) -> list[str]:
    """An alert stands in the way until it is closed; a low one only until a clinician has taken it on."""
    seen = (AlertState.ACKNOWLEDGED, AlertLevel.LOW)
    blocking = any(alert.state is not AlertState.CLOSED and (alert.state, alert.level) != seen for alert in alerts)
    return [Lacking.CLOSED_ALERT] if blocking else []
