"""The clinical policy: every clinical number and rule of screening, in one versioned, typed document.

Invariant: each number names its source and the default it replaces; every decision records the version it used. The
document itself is data (`screening/data/policy`), which the clinic changes and a licensed clinician signs off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from careflow_domain.policy_signatures import PolicySignature, signature_of
from careflow_domain.policy_versions import check_version
from careflow_domain.retention import RetentionPolicy
from careflow_domain.setting import Setting
from screening.domain.alert_urgency import Persistence, ResponseTimes
from screening.domain.allergens import AllergenRule
from screening.domain.answer_links import LinkPolicy
from screening.domain.asked import AskedPolicy
from screening.domain.clearance_terms import Indication
from screening.domain.clinic_day import clinic_day
from screening.domain.conditions import ConditionCode
from screening.domain.course import AskingPolicy
from screening.domain.disclosures import DisclosurePolicy
from screening.domain.evidence import EvidenceKind, EvidenceRule
from screening.domain.interactions import InteractionTable
from screening.domain.known import Known
from screening.domain.measures import MeasureRanges
from screening.domain.outcomes import OutcomesPolicy
from screening.domain.patient_rules import AgeRule, LicenceRule, unknown_details
from screening.domain.policy_values import ClinicHours, Span
from screening.domain.pre_session import PreSessionPolicy
from screening.domain.questionnaires import AlertResponse
from screening.domain.rules import ConditionRule, Finding, MeasureRule, ResultRule, worst_per_rule
from screening.domain.substance_use import SubstanceUsePolicy
from screening.domain.trials import AntidepressantTrial, TreatmentResistance, TreatmentResistancePolicy
from screening.domain.validity import Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearancePolicy:
    """How long a decision counts, and an evaluation to the first dose of a course and once it has begun; how many days
    before its end a clearance warns.
    """

    valid_for: Span
    evaluation_valid_for: Span
    evaluation_valid_in_course: Span
    warn_days_before: tuple[int, ...]

    def __post_init__(self) -> None:
        if list(self.warn_days_before) != sorted(set(self.warn_days_before), reverse=True):
            raise ValueError("warnings are listed from the earliest to the last, each once")
        if self.evaluation_valid_in_course.length < self.evaluation_valid_for.length:
            raise ValueError("a course that begins would end the evaluation it began on")

    def evaluation_ends(self, ended_at: datetime) -> Ends:
        """Until when an evaluation counts that ended then."""
        return Ends(
            to_first_dose=ended_at + self.evaluation_valid_for.length,
            in_course=ended_at + self.evaluation_valid_in_course.length,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentSet:
    """The questionnaires one indication needs beside those of every intake."""

    indication: Indication
    questionnaires: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePolicy:
    """Which questionnaires an intake asks for, which ones an indication adds, which one screens for safety, and how
    long a patient has.
    """

    questionnaires: tuple[str, ...]
    for_indication: tuple[InstrumentSet, ...]
    safety_screener: str
    due_within: Span

    def __post_init__(self) -> None:
        if sorted(each.indication for each in self.for_indication) != sorted(Indication):
            raise ValueError("the policy must name the instruments of every indication, each once")

    def instruments(self, indications: Iterable[Indication]) -> tuple[str, ...]:
        """What a decision about these indications must have seen answered."""
        treated = set(indications)
        sets = (each.questionnaires for each in self.for_indication if each.indication in treated)
        return tuple(dict.fromkeys((*self.questionnaires, *(code for codes in sets for code in codes))))

    @property
    def all_instruments(self) -> tuple[str, ...]:
        """Everything an intake may ask for."""
        return self.instruments(Indication)


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureRefusals:
    """So many doses refused for the blood pressure within this time suspend the clearance."""

    most: Setting[int]
    within: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPolicy:
    """Times for what humans do: the contact after a high alert, a prescriber's review, how far the rota must reach, and
    how long before a gap in it they are told again.
    """

    next_day_contact_within: Span
    prescriber_review_within: Span
    withdrawal_review_within: Span
    welfare_check_within: Span
    rota_covers: Span
    rota_gap_again: Span

    @property
    def gap_told_before(self) -> tuple[timedelta, ...]:
        """How long before a gap in the rota the staff are told of it, each time."""
        return self.rota_covers.length, self.rota_gap_again.length


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisText:
    """What a patient reads first after a positive answer, in English, and the two numbers it names; `translations` say
    the same in other languages, by their code.
    """

    text: str
    lifeline: str
    emergency: str
    translations: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(number not in said for said in self.translations.values() for number in (self.lifeline, self.emergency)):
            raise ValueError("a translation of the crisis text names the same two numbers")

    def first_in(self, language: str) -> tuple[tuple[str, str], ...]:
        """Every language's code and words, the reader's first: nobody looks for another language now."""
        said = {"en": self.text, **self.translations}
        return tuple(sorted(said.items(), key=lambda each: each[0] != language))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalPolicy:
    """The whole document."""

    version: str
    clinic_hours: ClinicHours
    crisis: CrisisText
    intake: IntakePolicy
    treatment_resistance: TreatmentResistancePolicy
    answer_links: LinkPolicy
    retention: RetentionPolicy
    pre_session: PreSessionPolicy
    course: AskingPolicy
    outcomes: OutcomesPolicy
    alert_responses: Mapping[AlertResponse, ResponseTimes]
    alert_persistence: Persistence
    staff: StaffPolicy
    clearance: ClearancePolicy
    measures: MeasureRanges
    evidence: tuple[EvidenceRule, ...]
    evidence_warns_before: Span
    pressure_refusals: PressureRefusals
    adverse_event_suspends_from_grade: Setting[int]
    asked: AskedPolicy
    condition_rules: tuple[ConditionRule, ...]
    allergens: AllergenRule
    measure_rules: tuple[MeasureRule, ...]
    result_rules: tuple[ResultRule, ...]
    age_rules: tuple[AgeRule, ...]
    licence: LicenceRule
    interactions: InteractionTable
    substance_use: SubstanceUsePolicy
    disclosures: DisclosurePolicy
    signed: tuple[PolicySignature, ...] = ()

    def __post_init__(self) -> None:
        check_version(self.version)
        if set(self.alert_responses) != set(AlertResponse):
            raise ValueError("the policy must give times for every alert response")
        if {rule.kind for rule in self.evidence} != set(EvidenceKind) or len(self.evidence) != len(EvidenceKind):
            raise ValueError("the policy must say how long every kind of evidence counts, each once")
        by_drug = {drug for rule in self.evidence for drug in rule.required_for.drugs}
        if unlisted := by_drug - set(self.interactions.ingredients):
            raise ValueError(f"evidence is required for a drug the interaction table does not know ({min(unlisted)})")
        if unruled := set(ConditionCode) - self._looked_for():
            raise ValueError(f"no rule looks for {min(unruled)}")

    @property
    def signature(self) -> PolicySignature | None:
        """Who stands for what this version says; None as shipped, and after a change."""
        return signature_of(self.version, self.signed)

    def evidence_rule(self, kind: EvidenceKind) -> EvidenceRule:
        """The rule for one kind of evidence."""
        return next(rule for rule in self.evidence if rule.kind is kind)

    def resistance(self, trials: Iterable[AntidepressantTrial]) -> TreatmentResistance:
        """Whether the depression resisted treatment, as far as trials were recorded."""
        return self.treatment_resistance.derived(trials, self.interactions.names)

    @property
    def by_age(self) -> frozenset[ConditionCode]:
        """The conditions of which it matters how long ago they were."""
        aged = (rule for rule in self.condition_rules if rule.within or rule.after)
        return frozenset(code for rule in aged for code in rule.conditions)

    def findings(self, known: Known, now: datetime, zone: ZoneInfo) -> tuple[Finding, ...]:
        """Everything the rules and the interaction table find, one finding per rule, worst first."""
        return worst_per_rule(finding for finding in self._found(known, now, zone) if finding is not None)

    def unknown(self, known: Known) -> tuple[str, ...]:
        """What nobody has asked or told yet, though a rule needs it; the codes name the question, not an answer."""
        unasked = self.asked.unasked(self._looked_for(), known.facts, known.patient)
        return (*unknown_details(known.patient), *(f"history_{code.value}" for code in unasked))

    def _found(self, known: Known, now: datetime, zone: ZoneInfo) -> Iterable[Finding | None]:
        today = clinic_day(now, zone)
        yield from (rule.find(known, now, zone) for rule in self.condition_rules)
        yield from self.allergens.find(known.facts)
        yield from (rule.find(known.evidence) for rule in self.measure_rules)
        yield from (rule.find(known.evidence) for rule in self.result_rules)
        yield from (rule.find(known.patient, today) for rule in self.age_rules)
        yield self.licence.find(known.patient)
        yield from self.interactions.find(known.medications, today)

    def _looked_for(self) -> frozenset[ConditionCode]:
        """Every condition that some rule looks for: by its code, in its words, or for the evidence it calls for."""
        by_code = {code for rule in self.condition_rules for code in rule.conditions}
        by_evidence = {code for rule in self.evidence for code in rule.required_for.conditions}
        return frozenset({ConditionCode.DRUG_ALLERGY, *by_code, *by_evidence})
